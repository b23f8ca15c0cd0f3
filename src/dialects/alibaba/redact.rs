//! Parameters as they may stand in a log: sensitive values only by length and digest.

use std::fmt;

use crate::algorithms::mac::{Hash, digest};
use crate::dialects::canonical::hex;
use crate::dialects::form::Form;

/// The parameters whose values never reach a log.
const SENSITIVE: &[&str] = &[
    "BearerToken",
    "CiphertextBlob",
    "EncryptedKeyMaterial",
    "ImportToken",
    "Message",
    "Plaintext",
    "Recipient",
    "SecretData",
    "SecurityToken",
    "Signature",
];

/// Displays a request's parameters.
pub(super) struct Params<'a>(pub(super) &'a Form);

impl fmt::Display for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            if SENSITIVE.contains(&name) {
                let mark = hex(&digest(Hash::Sha256, value.as_bytes())[..4]);
                write!(f, "{}=<{} bytes, sha256 {mark}>", name.escape_debug(), value.len())?;
            } else {
                write!(f, "{}={:?}", name.escape_debug(), value)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitive_values_are_only_measured() {
        let params = Form::read(&[b"KeyId=k&Plaintext=top+secret"]).unwrap();
        assert_eq!(Params(&params).to_string(), r#"KeyId="k" Plaintext=<10 bytes, sha256 9d3b3194>"#);
    }
}
