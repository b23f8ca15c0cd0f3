//! Signature version 1, `HmacSHA1` and `HmacSHA256` (document, "Signature"): every parameter by
//! name, decoded.

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

/// Whether the secret made the signature.
pub(crate) fn is_by(call: &Call, secret: &Secret) -> bool {
    covers_empty(call, secret).is_some()
}

/// Whether the signature of this secret covers parameters without a value; `None` if the secret did
/// not make the signature. Go's SDK of 2019 to 2021 leaves all of them out of what it signs. The
/// host may be signed without its port.
pub(crate) fn covers_empty(call: &Call, secret: &Secret) -> Option<bool> {
    let Secret::Shared(secret) = secret else { return None };
    let given = call.signed("Signature").unwrap_or_default();
    let host = call.header("host").unwrap_or_default();
    let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
    let has_empty = call.signed.iter().any(|(_, value)| value.is_empty());
    let is_by = |host: &str, keeps_empty: bool| {
        let text = string_to_sign(call, host, keeps_empty, |_, value| value.to_owned());
        let signature = STANDARD.encode(hmac(hash(call), &[secret.as_bytes()], text.as_bytes()));
        equal(signature.as_bytes(), given.as_bytes())
    };
    let mut ways = [true, false].into_iter().take(if has_empty { 2 } else { 1 });
    ways.find(|&keeps_empty| [host, bare].into_iter().any(|host| is_by(host, keeps_empty)))
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
