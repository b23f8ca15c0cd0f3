//! Types of values that clouds share: base64, and texts with limits. Each is parsed once, here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::classes::classed;
use crate::algorithms::base64_text;
use crate::algorithms::base64_text::is_space;
use crate::model::VersionId;

/// A value of the wrong form. The parameter deserializer adds the parameter's name.
#[derive(Debug)]
pub(crate) struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("malformed")
    }
}

/// Implements `TryFrom<plain value>` for a type, and `Deserialize` by it. The parser returns `None`
/// for a value of the wrong form. With a class, the type is also declared as [`classed!`].
macro_rules! parsed {
    ($type:ty, |$given:ident: $from:ty| $parse:expr) => {
        $crate::dialects::wire::values::parsed!(@from $type, $given, $from, $parse);
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
                let given = <$from as serde::Deserialize>::deserialize(given)?;
                Self::try_from(given).map_err(serde::de::Error::custom)
            }
        }
    };
    ($type:ty, $class:ident, |$given:ident: $from:ty| $parse:expr) => {
        $crate::dialects::wire::values::parsed!(@from $type, $given, $from, $parse);
        $crate::dialects::wire::classes::classed!($type: $class);
    };
    (@from $type:ty, $given:ident, $from:ty, $parse:expr) => {
        impl TryFrom<$from> for $type {
            type Error = $crate::dialects::wire::values::Malformed;

            fn try_from($given: $from) -> Result<Self, Self::Error> {
                let parse = move || -> Option<Self> { $parse };
                parse().ok_or($crate::dialects::wire::values::Malformed)
            }
        }
    };
}
pub(crate) use parsed;

/// Decodes base64. White space is ignored, because people paste base64 from files. An empty value
/// is refused.
fn bytes(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    base64_text::decode(text).filter(|bytes| !bytes.is_empty())
}

/// Bytes, in base64.
#[derive(Debug)]
pub(crate) struct Blob(pub(crate) Vec<u8>);

parsed!(Blob, |text: String| bytes(&text).map(|mut bytes| Self(std::mem::take(&mut *bytes))));

/// A ciphertext, in base64.
#[derive(Debug)]
pub(crate) struct Ciphertext(pub(crate) Vec<u8>);

parsed!(Ciphertext, Ciphertext, |text: String| Blob::try_from(text).ok().map(|blob| Self(blob.0)));

/// A text that may appear in logs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OpenText(pub(crate) String);

classed!(OpenText: Open);

impl std::ops::Deref for OpenText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for OpenText {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<String> for OpenText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Secret bytes, in base64.
pub(crate) struct SecretBlob(pub(crate) Zeroizing<Vec<u8>>);

parsed!(SecretBlob, |text: String| bytes(&Zeroizing::new(text)).map(Self));

/// A text of at most `MAX` characters.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Text<const MAX: usize>(pub(crate) String);

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        if text.chars().count() <= MAX { Ok(Self(text)) } else { Err(Malformed) }
    }
}

/// The version of the key in a ciphertext whose first bytes are the id's text, in base64.
pub(crate) fn leading_version(blob: &str) -> Option<VersionId> {
    // Four letters of base64 are three bytes.
    let mut start = [0; VersionId::LEN / 3 * 4];
    let mut letters = blob.bytes().filter(|byte| !is_space(*byte));
    for place in &mut start {
        *place = letters.next()?;
    }
    let mut bytes = [0; VersionId::LEN];
    STANDARD.decode_slice(start, &mut bytes).ok().filter(|length| *length == VersionId::LEN)?;
    VersionId::parse(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphertexts_name_their_version() {
        let id = "1234abcd-12ab-34cd-56ef-12345678aaaa";
        let blob = STANDARD.encode(format!("{id}and what is sealed"));
        let on_lines = format!(" \r\n{}\n\t{}", &blob[..20], &blob[20..]);
        for blob in [&blob, &on_lines] {
            assert_eq!(leading_version(blob), VersionId::parse(id.as_bytes()), "{blob}");
        }
        for other in ["", "AAAA", &STANDARD.encode([0; 80]), &"ü".repeat(48)] {
            assert_eq!(leading_version(other), None, "{other}");
        }
    }
}
