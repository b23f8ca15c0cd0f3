//! The names that keys, their versions and their aliases go by.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::texts::texts;

/// The number of a noun in its realm: the first one made is 1. Nouns of all kinds are counted together. No
/// number is used again, so lists keep the order of creation.
pub type Ordinal = u64;

texts! {
    AliasName: AliasName::parse,
    KeyId: KeyId::parse,
    VersionId: |text| VersionId::parse(text.as_bytes()),
}

/// A key's id, unique in its realm. Opaque text; of which letters, its cloud decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// The longest id accepted, in bytes.
    const MAX: usize = 64;

    /// Reads an id: 1 to 64 letters, digits and hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        ((1..=Self::MAX).contains(&text.len()) && text.bytes().all(legal))
            .then(|| Self(text.into()))
    }

    /// An id of 32 letters in a UUID's groups: the letters of base 32 "extended hex" (RFC 4648, section 7) in lower
    /// case, five bits each.
    #[must_use]
    pub fn of_letters(bits: [u8; 20]) -> Self {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
        let mut text = String::with_capacity(36);
        for group in bits.as_chunks::<5>().0 {
            let bits = group.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in (0..8).rev() {
                if [8, 13, 18, 23].contains(&text.len()) {
                    text.push('-');
                }
                let [.., last] = (bits >> (5 * place)).to_be_bytes();
                text.push(char::from(LETTERS[usize::from(last & 31)]));
            }
        }
        Self(text.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for KeyId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string().into())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key version's id: a UUID, written in lower case, 36 characters. Ciphertexts begin with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(Uuid);

impl VersionId {
    /// Length of the text form, in bytes.
    pub const LEN: usize = 36;

    /// Reads the one canonical form; any other spelling of the same UUID is refused.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let id = Self(Uuid::try_parse_ascii(text).ok()?);
        (id.text() == text).then_some(id)
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> [u8; Self::LEN] {
        let mut text = [0; Self::LEN];
        self.0.hyphenated().encode_lower(&mut text);
        text
    }
}

impl From<Uuid> for VersionId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// An alias, with its `alias/` prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AliasName(Arc<str>);

impl AliasName {
    /// What every alias begins with.
    pub const PREFIX: &'static str = "alias/";
    /// The longest alias, in characters, its prefix included.
    const MAX: usize = 255;

    /// Reads an alias: `alias/` and at least one of letters, digits, `/`, `_`, `-`; at most 255 characters in all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(Self::PREFIX)?;
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-');
        (!rest.is_empty() && text.len() <= Self::MAX && rest.bytes().all(legal))
            .then(|| Self(text.into()))
    }

    /// The alias as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_hold_five_bits_each() {
        assert_eq!(KeyId::of_letters([0; 20]).as_str(), "00000000-0000-0000-0000-000000000000");
        assert_eq!(KeyId::of_letters([255; 20]).as_str(), "vvvvvvvv-vvvv-vvvv-vvvv-vvvvvvvvvvvv");
        // RFC 4648, section 10: "foobar", and what is missing of 20 bytes as zeros.
        let mut bits = [0; 20];
        bits[..6].copy_from_slice(b"foobar");
        assert_eq!(KeyId::of_letters(bits).as_str(), "cpnmuoj1-e800-0000-0000-000000000000");
    }

    #[test]
    fn names_are_read_strictly() {
        assert!(KeyId::parse("1234abcd-12ab-34cd-56ef-12345678aaaa").is_some());
        assert!(KeyId::parse("key-hzz630494463ejqjx0001").is_some());
        for bad in ["", "a b", "alias/x", &"a".repeat(65)] {
            assert!(KeyId::parse(bad).is_none(), "{bad:?}");
        }
        assert!(AliasName::parse("alias/example").is_some());
        for bad in
            ["alias/", "example", "alias/ü", "alias/a b", &format!("alias/{}", "a".repeat(250))]
        {
            assert!(AliasName::parse(bad).is_none(), "{bad:?}");
        }
        assert!(VersionId::parse(b"7ce1d081-06cb-42e6-aab6-5c5de0300001").is_some());
        assert!(VersionId::parse(b"7CE1D081-06CB-42E6-AAB6-5C5DE0300001").is_none());
        assert!(VersionId::parse(b"7ce1d08106cb42e6aab65c5de0300001").is_none());
    }
}
