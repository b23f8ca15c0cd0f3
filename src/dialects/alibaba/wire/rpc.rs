//! Signatures in the parameters (RPC, version 1.0): wire reference section 1.3.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call::Call;
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::dialects::Error;
use crate::dialects::alibaba::codes;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::canonical::encode_twice_into;

/// The string to sign: method, path and every parameter except the signature, encoded again.
pub(crate) fn string_to_sign(call: &Call) -> String {
    let mut text = String::with_capacity(1024);
    text.push_str(call.method.as_str());
    text.push_str("&%2F&");
    let mut separator = "";
    for (name, value) in call.params.iter().filter(|(name, _)| *name != "Signature") {
        // The joined parameters are encoded once more, with their `=` and `&`.
        text.push_str(separator);
        encode_twice_into(&mut text, name);
        text.push_str("%3D");
        encode_twice_into(&mut text, value);
        separator = "%26";
    }
    text
}

/// Checks the signature.
pub(crate) fn check(call: &Call, secret: &Secret) -> Result<(), Error> {
    let required = |name: &'static str| call.param(name).ok_or(Error::Missing(name.into()));
    if required("SignatureVersion")? != "1.0" {
        return Err(Error::Invalid("SignatureVersion".into()));
    }
    let method = required("SignatureMethod")?;
    let given = required("Signature")?;
    let text = string_to_sign(call);
    let genuine = match (method, secret) {
        ("HMAC-SHA1", Secret::Shared(secret)) => equals_mac(Hash::Sha1, secret, &text, given),
        ("HMAC-SHA256", Secret::Shared(secret)) => equals_mac(Hash::Sha256, secret, &text, given),
        ("SHA256withRSA", Secret::Rsa(key)) => {
            STANDARD.decode(given).is_ok_and(|given| key.verifies(text.as_bytes(), &given))
        }
        ("HMAC-SHA1" | "HMAC-SHA256", Secret::Rsa(_)) | ("SHA256withRSA", Secret::Shared(_)) => {
            false
        }
        _ => return Err(Error::Invalid("SignatureMethod".into())),
    };
    if genuine { Ok(()) } else { Err(codes::INCOMPLETE_SIGNATURE.with(&[&text]).into()) }
}

fn equals_mac(hash: Hash, secret: &str, text: &str, given: &str) -> bool {
    let mac = hmac(hash, &[secret.as_bytes(), b"&"], text.as_bytes());
    equal(STANDARD.encode(mac).as_bytes(), given.as_bytes())
}
