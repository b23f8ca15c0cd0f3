//! The simplified signature (`SignatureVersion` 1.0). It covers the parameters, but neither method
//! nor host nor path.

use base16ct::lower::encode_string as hex;

use super::call::Call;
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::dialects::Error;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::kingsoft::codes;
use crate::dialects::wire::canonical::encode_pairs;
use crate::dialects::wire::redact::redacted_query;
use crate::watch::classes::Classes;

/// The string to sign: every parameter except the signature, sorted by name and encoded again.
fn string_to_sign(call: &Call) -> String {
    encode_pairs(call.params.iter().filter(|(name, _)| *name != "Signature"))
}

/// The same with possible secrets redacted.
pub(crate) fn redacted_text(call: &Call, classes: &Classes) -> String {
    redacted_query(classes, &string_to_sign(call))
}

/// Checks the signature.
pub(crate) fn check(call: &Call, secret: &Secret) -> Result<(), Error> {
    let required = |name: &'static str| call.param(name).ok_or(Error::Missing(name.into()));
    if required("SignatureVersion")? != "1.0" {
        return Err(Error::Invalid("SignatureVersion".into()));
    }
    let hash = match required("SignatureMethod")? {
        "HMAC-SHA256" => Hash::Sha256,
        "HMAC-SHA1" => Hash::Sha1,
        other => return Err(codes::ALGORITHM_UNKNOWN.with(&[other]).into()),
    };
    let given = required("Signature")?;
    let genuine = match secret {
        Secret::Shared(secret) => {
            let mac = hmac(hash, &[secret.as_bytes()], string_to_sign(call).as_bytes());
            equal(hex(&mac).as_bytes(), given.as_bytes())
        }
        Secret::Rsa(_) => false,
    };
    if genuine { Ok(()) } else { Err(codes::SIGNATURE_WRONG.into()) }
}
