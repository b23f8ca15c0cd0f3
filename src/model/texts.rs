//! How names and durations are written in records.

use serde::de::Visitor;

/// Implements serde for types that are stored as text.
macro_rules! texts {
    ($($name:ty: $read:expr),+ $(,)?) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str($crate::model::texts::Text($read))
            }
        }
    )+};
}
pub(super) use texts;

/// Defines types for names of nouns: shared texts, each with its check. The cloud decides the exact
/// form of a name; see the engine's rules.
macro_rules! names {
    ($($(#[$about:meta])* $name:ident: $(#[$legal:meta])* $is_legal:ident;)+) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            $(#[$legal])*
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                $is_legal(text).then(|| Self(text.into()))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        $crate::model::texts::texts! { $name: $name::parse }
    )+};
}
pub(super) use names;

/// Whether a text can be an id: 1 to 64 letters, digits and hyphens.
pub(super) fn is_id(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(legal)
}

/// Whether a text can be a name that users choose: 1 to 1024 bytes without control characters.
pub(super) fn is_name(text: &str) -> bool {
    (1..=1024).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Deserializes a text.
pub(super) struct Text<T>(pub(super) fn(&str) -> Option<T>);

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        self.0(text).ok_or_else(|| E::custom("not such a text"))
    }
}

/// A duration in milliseconds.
pub(super) mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde passes references")]
    pub(crate) fn serialize<S: Serializer>(
        it: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        it.map(|it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX)).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_millis))
    }
}

/// Bytes in base64.
pub(super) mod base64 {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::algorithms::base64_text::{decode, encode};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let bytes = decode(&String::deserialize(from)?);
        bytes.map(|it| it.to_vec()).ok_or_else(|| D::Error::custom("not base64"))
    }
}
