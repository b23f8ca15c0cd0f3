//! Signature version 1, `HmacSHA1` and `HmacSHA256`, over the sorted parameters, which are not
//! encoded (document, "Signature").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call::Call;
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::redact::redacted;
use crate::watch::classes::Classes;

/// The parameters that a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// All, as the document says.
    All,
    /// Those that have a value, as the Go SDK of 2019 to 2021 signs.
    NonEmpty,
}

/// What the signature covers; `None` if this secret did not make it. The host may be signed without
/// its port.
pub(crate) fn coverage(call: &Call, secret: &Secret) -> Option<Coverage> {
    let Secret::Shared(secret) = secret else { return None };
    let given = call.v1_param("Signature").unwrap_or_default();
    // No source says what another method means. It is SHA-1, as without the parameter.
    let hash = match call.v1_param("SignatureMethod") {
        Some("HmacSHA256") => Hash::Sha256,
        _ => Hash::Sha1,
    };
    let host = call.header("host").unwrap_or_default();
    let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
    let has_empty = call.v1_params.iter().any(|(_, value)| value.is_empty());
    let is_signed = |host: &str, coverage: Coverage| {
        let text = string_to_sign(call, host, coverage, |_, value| value.to_owned());
        let signature = STANDARD.encode(hmac(hash, &[secret.as_bytes()], text.as_bytes()));
        equal(signature.as_bytes(), given.as_bytes())
    };
    let variants: &[Coverage] =
        if has_empty { &[Coverage::All, Coverage::NonEmpty] } else { &[Coverage::All] };
    let mut variants = variants.iter().copied();
    variants.find(|it| [host, bare].into_iter().any(|host| is_signed(host, *it)))
}

/// What the server signs, for logs, with possible secrets redacted.
pub(crate) fn redacted_text(call: &Call, classes: &Classes) -> String {
    let host = call.header("host").unwrap_or_default();
    string_to_sign(call, host, Coverage::All, |name, value| redacted(classes, name, value))
}

fn string_to_sign(
    call: &Call,
    host: &str,
    coverage: Coverage,
    display: impl Fn(&str, &str) -> String,
) -> String {
    let mut out = format!("{}{host}/?", call.method);
    let mut separator = "";
    for (name, value) in call.v1_params.iter() {
        if name != "Signature" && (coverage == Coverage::All || !value.is_empty()) {
            out.extend([separator, name, "=", &display(name, value)]);
            separator = "&";
        }
    }
    out
}
