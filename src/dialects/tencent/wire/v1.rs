//! Signature version 1, HmacSHA1 and HmacSHA256 (document, "Signature"): every parameter by name, decoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call::Call;
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::redact::redacted;
use crate::watch::classes::Classes;

/// The algorithm that the request names. Any other text, and none, means SHA-1.
fn hash(call: &Call) -> Hash {
    if call.signed("SignatureMethod") == Some("HmacSHA256") { Hash::Sha256 } else { Hash::Sha1 }
}

/// Whether the secret made the signature. The host may be signed without its port, and parameters
/// without a value may be left out: Go's SDK did so from 2019 to 2021.
pub(crate) fn is_by(call: &Call, secret: &Secret) -> bool {
    let Secret::Shared(secret) = secret else { return false };
    let given = call.signed("Signature").unwrap_or_default();
    let host = call.header("host").unwrap_or_default();
    let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
    let has_empty = call.signed.iter().any(|(_, value)| value.is_empty());
    let ways = [host, bare].into_iter().flat_map(|host| [(host, true), (host, false)]);
    ways.filter(|(_, keeps_empty)| *keeps_empty || has_empty).any(|(host, keeps_empty)| {
        let text = string_to_sign(call, host, keeps_empty, |_, value| value.to_owned());
        let signature = STANDARD.encode(hmac(hash(call), &[secret.as_bytes()], text.as_bytes()));
        equal(signature.as_bytes(), given.as_bytes())
    })
}

/// What is signed here, without what may be secret.
pub(crate) fn redacted_text(call: &Call, classes: &Classes) -> String {
    let host = call.header("host").unwrap_or_default();
    string_to_sign(call, host, true, |name, value| redacted(classes, name, value))
}

fn string_to_sign(
    call: &Call,
    host: &str,
    keeps_empty: bool,
    show: impl Fn(&str, &str) -> String,
) -> String {
    let mut out = format!("{}{host}/?", call.method);
    let mut joint = "";
    for (name, value) in call.signed.iter() {
        if name != "Signature" && (keeps_empty || !value.is_empty()) {
            out.extend([joint, name, "=", &show(name, value)]);
            joint = "&";
        }
    }
    out
}
