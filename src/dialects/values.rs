//! The forms of values that clouds share: base64, and texts with their limits. Each is parsed once, here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

/// A value that is not of its form; which parameter it was, the reader of parameters knows.
#[derive(Debug)]
pub(super) struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("malformed")
    }
}

/// Bytes: canonical base64.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Blob(pub(super) Vec<u8>);

impl TryFrom<String> for Blob {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        STANDARD.decode(text).map(Self).map_err(|_| Malformed)
    }
}

/// A secret in bytes: canonical base64.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct SecretBlob(pub(super) Zeroizing<Vec<u8>>);

impl TryFrom<String> for SecretBlob {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let text = Zeroizing::new(text);
        STANDARD.decode(&*text).map(|bytes| Self(Zeroizing::new(bytes))).map_err(|_| Malformed)
    }
}

/// A text with a longest length, in characters.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Text<const MAX: usize>(pub(super) String);

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        if text.chars().count() <= MAX { Ok(Self(text)) } else { Err(Malformed) }
    }
}
