//! The forms of values that clouds share: base64, and texts with their limits. Each is parsed once, here.

use serde::Deserialize;
use zeroize::Zeroizing;

use super::classes::classed;
use crate::algorithms::base64_text;

/// A value that is not of its form; which parameter it was, the reader of parameters knows.
#[derive(Debug)]
pub(crate) struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("malformed")
    }
}

/// Bytes: base64. People read it from files, so white space is ignored; a text of nothing else holds no value.
fn bytes(text: &str) -> Result<Zeroizing<Vec<u8>>, Malformed> {
    base64_text::decode(text).filter(|bytes| !bytes.is_empty()).ok_or(Malformed)
}

/// Bytes, in base64.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Blob(pub(crate) Vec<u8>);

impl TryFrom<String> for Blob {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        bytes(&text).map(|mut bytes| Self(std::mem::take(&mut *bytes)))
    }
}

/// A ciphertext, in base64.
#[derive(Debug)]
pub(crate) struct Ciphertext(pub(crate) Vec<u8>);

classed!(Ciphertext: Ciphertext);

impl TryFrom<String> for Ciphertext {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        Blob::try_from(text).map(|blob| Self(blob.0))
    }
}

/// A text that may be shown, whatever it is.
#[derive(Clone, Debug)]
pub(crate) struct OpenText(pub(crate) String);

classed!(OpenText: Open);

impl std::ops::Deref for OpenText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for OpenText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A secret in bytes, in base64.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct SecretBlob(pub(crate) Zeroizing<Vec<u8>>);

impl TryFrom<String> for SecretBlob {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        bytes(&Zeroizing::new(text)).map(Self)
    }
}

/// A text with a longest length, in characters.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Text<const MAX: usize>(pub(crate) String);

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        if text.chars().count() <= MAX { Ok(Self(text)) } else { Err(Malformed) }
    }
}
