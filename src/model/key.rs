//! Keys, their versions, and the names they go by.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::world::Instant;

/// A key's id, unique in its realm. Opaque text; the ones drawn here are lower-case UUIDs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// The longest id accepted, in bytes.
    const MAX: usize = 64;

    /// Reads an id: 1 to 64 letters, digits and hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        ((1..=Self::MAX).contains(&text.len()) && text.bytes().all(legal)).then(|| Self(text.into()))
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
        (!rest.is_empty() && text.len() <= Self::MAX && rest.bytes().all(legal)).then(|| Self(text.into()))
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

/// A key's number in its realm: the first key made is 1. Never used again, so lists keep the order of creation.
pub type Ordinal = u64;

/// What a symmetric key is for the ciphers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymmetricSpec {
    /// AES, 128 bits.
    Aes128,
    /// AES, 192 bits.
    Aes192,
    /// AES, 256 bits.
    Aes256,
    /// SM4 (GB/T 32907), 128 bits.
    Sm4,
}

impl SymmetricSpec {
    /// The length of the key material, in bytes.
    #[must_use]
    pub const fn material_len(self) -> usize {
        match self {
            Self::Aes128 | Self::Sm4 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyUsage {
    /// To encrypt and decrypt.
    EncryptDecrypt,
    /// To sign and verify.
    SignVerify,
}

/// Where a key's material comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Drawn by the service.
    Service,
    /// Imported by the user.
    External,
}

/// Where a key lives, by the caller's account of it; it changes no cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProtectionLevel {
    /// In software.
    Software,
    /// In a hardware security module.
    Hsm,
}

/// Who made a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creator {
    /// A user of this account.
    User(Arc<str>),
    /// A cloud service, for itself: the key behind a reserved alias.
    Service(Arc<str>),
}

/// Key material. It can be read in one way only, [`Material::expose`], which nothing outside
/// the engine's door and the sealed store may call; a test holds that.
#[derive(Clone, PartialEq, Eq)]
pub struct Material(Zeroizing<Vec<u8>>);

impl Material {
    /// Takes the bytes in; they are wiped when the last owner goes.
    #[must_use]
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Material({} bytes)", self.0.len())
    }
}

/// One version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyVersion {
    /// Its id.
    pub id: VersionId,
    /// When it was made.
    pub created_at: Instant,
    /// Its material; none until it is imported.
    pub material: Option<Material>,
}

/// Whether a key may work, as far as its owner decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// It works.
    Enabled,
    /// Its owner switched it off.
    Disabled,
    /// It goes at the instant given.
    PendingDeletion(Instant),
}

/// What a caller sees as a key's state, derived from the lifecycle, the material and the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// It works.
    Enabled,
    /// Its owner switched it off.
    Disabled,
    /// It waits for its deletion.
    PendingDeletion,
    /// It waits for its material.
    PendingImport,
}

/// The part of a key that changes after creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The owner's description.
    pub description: String,
    /// Enabled, disabled or on its way out.
    pub lifecycle: Lifecycle,
    /// When set, the key cannot be scheduled for deletion; the text says why.
    pub deletion_protection: Option<String>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its number in the realm.
    pub ordinal: Ordinal,
    /// Its id.
    pub id: KeyId,
    /// Which cipher it serves.
    pub spec: SymmetricSpec,
    /// What it may be used for.
    pub usage: KeyUsage,
    /// Where its material comes from.
    pub origin: Origin,
    /// Where its owner wants it to live.
    pub protection: ProtectionLevel,
    /// Who made it.
    pub creator: Creator,
    /// When it was made.
    pub created_at: Instant,
    /// The dedicated instance that its owner named, if any. Stored and returned; it changes nothing.
    pub instance: Option<String>,
    /// The access policy that its owner gave, if any. Stored; not enforced.
    pub policy: Option<String>,
    /// What changes after creation.
    pub settings: Settings,
    /// Its versions, oldest first; never empty. The last one encrypts.
    pub versions: Vec<Arc<KeyVersion>>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Key {
    /// The state at `now`. `None` once the key's deletion is due: then it is gone, whether its rows are or not.
    #[must_use]
    pub fn state(&self, now: Instant) -> Option<KeyState> {
        match self.settings.lifecycle {
            Lifecycle::PendingDeletion(due) if due <= now => None,
            Lifecycle::PendingDeletion(_) => Some(KeyState::PendingDeletion),
            _ if self.primary().is_none_or(|version| version.material.is_none()) => {
                Some(KeyState::PendingImport)
            }
            Lifecycle::Enabled => Some(KeyState::Enabled),
            Lifecycle::Disabled => Some(KeyState::Disabled),
        }
    }

    /// The version that encrypts.
    #[must_use]
    pub fn primary(&self) -> Option<&Arc<KeyVersion>> {
        self.versions.last()
    }

    /// The version called `id`.
    #[must_use]
    pub fn version(&self, id: VersionId) -> Option<&Arc<KeyVersion>> {
        self.versions.iter().find(|version| version.id == id)
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
        assert!(AliasName::parse("alias/example").is_some());
        for bad in ["alias/", "example", "alias/ü", "alias/a b", &format!("alias/{}", "a".repeat(250))] {
            assert!(AliasName::parse(bad).is_none(), "{bad:?}");
        }
        assert!(VersionId::parse(b"7ce1d081-06cb-42e6-aab6-5c5de0300001").is_some());
        assert!(VersionId::parse(b"7CE1D081-06CB-42E6-AAB6-5C5DE0300001").is_none());
        assert!(VersionId::parse(b"7ce1d08106cb42e6aab65c5de0300001").is_none());
    }
}
