//! Names of keys, their versions and their aliases.

use std::fmt;

use uuid::Uuid;

use super::texts::{is_id, is_name, names, texts};

/// The number of a noun in its realm, from 1. All kinds share one sequence. Numbers are not reused,
/// so lists keep the order of creation.
pub type Ordinal = u64;

names! {
    /// A key's id, unique in its realm. Opaque text; its cloud decides the exact form.
    KeyId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
    /// The id of a keyspace: a part of an account whose data keys only certain programs may get.
    /// Keyspaces themselves are not stored.
    KeyspaceId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
    /// An alias of a key, unique in its realm. Opaque text; its cloud decides the exact form.
    AliasName:
    /// Reads an alias: 1 to 1024 bytes without control characters.
    is_name;
}

texts! { VersionId: |text| VersionId::parse(text.as_bytes()) }

impl KeyId {
    /// An id that a cloud's rules made for a new key. They guarantee its form.
    #[must_use]
    pub fn made(text: &str) -> Self {
        debug_assert!(is_id(text), "{text} is no id");
        Self(text.into())
    }
}

impl From<Uuid> for KeyId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string().into())
    }
}

/// A key version's id: a UUID, written in lower case, 36 characters. Ciphertexts begin with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(Uuid);

impl VersionId {
    /// Length of the text form, in bytes.
    pub const LEN: usize = 36;

    /// Parses the canonical form. Other spellings of a UUID are refused.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_strictly() {
        assert!(KeyId::parse("1234abcd-12ab-34cd-56ef-12345678aaaa").is_some());
        assert!(KeyId::parse("key-hzz630494463ejqjx0001").is_some());
        for bad in ["", "a b", "alias/x", &"a".repeat(65)] {
            assert!(KeyId::parse(bad).is_none(), "{bad:?}");
        }
        for good in ["alias/example", "an alias", "\u{fc}", &"a".repeat(1024)] {
            assert!(AliasName::parse(good).is_some(), "{good:?}");
        }
        for bad in ["", "a\nb", &"a".repeat(1025)] {
            assert!(AliasName::parse(bad).is_none(), "{bad:?}");
        }
        assert!(VersionId::parse(b"7ce1d081-06cb-42e6-aab6-5c5de0300001").is_some());
        assert!(VersionId::parse(b"7CE1D081-06CB-42E6-AAB6-5C5DE0300001").is_none());
        assert!(VersionId::parse(b"7ce1d08106cb42e6aab65c5de0300001").is_none());
    }
}
