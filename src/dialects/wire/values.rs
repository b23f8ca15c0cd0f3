//! Types of values that clouds share: base64, and texts with limits. Each is parsed once, here.

use serde::Deserialize;
use zeroize::Zeroizing;

use super::classes::classed;
use crate::algorithms::base64_text;

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
