//! Keys.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rpds::{HashTrieMapSync, RedBlackTreeMapSync};
use serde::{Deserialize, Serialize};

use super::noun::{Names, Noun, Shelf, Tags, named_by};
use super::stored::{Content, Damaged, Kept, Unseal};
use super::texts::{millis, texts};
use super::{AliasName, KeyId, KeyVersion, Ordinal, VersionId};
use crate::algorithms::asymmetric::PairSpec;
use crate::world::Instant;

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

/// What a key is for the ciphers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySpec {
    /// A symmetric key. The newest version encrypts.
    Symmetric(SymmetricSpec),
    /// A key pair. Whoever uses it names the version.
    Pair(PairSpec),
}

/// The words for specs in records.
const SPECS: [(KeySpec, &str); 9] = [
    (KeySpec::Symmetric(SymmetricSpec::Aes128), "aes-128"),
    (KeySpec::Symmetric(SymmetricSpec::Aes192), "aes-192"),
    (KeySpec::Symmetric(SymmetricSpec::Aes256), "aes-256"),
    (KeySpec::Symmetric(SymmetricSpec::Sm4), "sm4"),
    (KeySpec::Pair(PairSpec::Rsa2048), "rsa-2048"),
    (KeySpec::Pair(PairSpec::Rsa3072), "rsa-3072"),
    (KeySpec::Pair(PairSpec::EcP256), "ec-p256"),
    (KeySpec::Pair(PairSpec::EcP256K), "ec-p256k"),
    (KeySpec::Pair(PairSpec::EcSm2), "ec-sm2"),
];

impl std::fmt::Display for KeySpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = SPECS.iter().find(|(it, _)| it == self).map_or("", |(_, word)| word);
        f.write_str(word)
    }
}

texts! { KeySpec: |text| SPECS.iter().find(|(_, it)| *it == text).map(|(spec, _)| *spec) }

/// A pair's spec, stored as a key's.
pub(super) mod pair {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{KeySpec, PairSpec};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(crate) fn serialize<S: Serializer>(spec: &PairSpec, to: S) -> Result<S::Ok, S::Error> {
        KeySpec::Pair(*spec).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PairSpec, D::Error> {
        match KeySpec::deserialize(from)? {
            KeySpec::Pair(spec) => Ok(spec),
            KeySpec::Symmetric(_) => Err(D::Error::custom("not a pair")),
        }
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyUsage {
    /// To encrypt and decrypt.
    EncryptDecrypt,
    /// To sign and verify.
    SignVerify,
}

/// Where a key's material comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Drawn by the service.
    Service,
    /// Imported by the user.
    External,
}

/// Where a key lives, by the caller's account of it; it changes no cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectionLevel {
    /// In software.
    Software,
    /// In a hardware security module.
    Hsm,
}

/// Who made a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Creator {
    /// A user of this account.
    User(Arc<str>),
    /// A cloud service, for itself: the key behind a reserved alias.
    Service(Arc<str>),
}

/// Whether a key may work, as far as its owner decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lifecycle {
    /// It works.
    #[default]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The owner's name for it, where its cloud has such names. Others may have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The owner's description.
    pub description: String,
    /// Enabled, disabled or on its way out.
    pub lifecycle: Lifecycle,
    /// When set, the key cannot be scheduled for deletion; the text says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<String>,
    /// How long after the last version the next one is made by itself, if at all. It rests while
    /// the key does.
    #[serde(default, with = "millis", skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Duration>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its number in the realm.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: KeyId,
    /// Which ciphers it serves.
    pub spec: KeySpec,
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
    /// The dedicated instance that its owner named, if any. Stored and returned; it changes
    /// nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The access policy that its owner gave, if any. Stored; not enforced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// What changes after creation.
    pub settings: Settings,
    /// Its versions, oldest first; never empty. A symmetric key encrypts with the last.
    #[serde(skip)]
    pub versions: Vec<Arc<KeyVersion>>,
    /// Its aliases.
    pub aliases: BTreeSet<AliasName>,
    /// Its tags.
    pub tags: Tags,
}

impl Key {
    /// The state at `now`. `None` once the key's deletion is due: then it is gone, whether its rows
    /// are or not.
    #[must_use]
    pub fn state(&self, now: Instant) -> Option<KeyState> {
        match self.settings.lifecycle {
            Lifecycle::PendingDeletion(due) if due <= now => None,
            Lifecycle::PendingDeletion(_) => Some(KeyState::PendingDeletion),
            _ if self.primary().is_none_or(|version| version.material(now).is_none()) => {
                Some(KeyState::PendingImport)
            }
            Lifecycle::Enabled => Some(KeyState::Enabled),
            Lifecycle::Disabled => Some(KeyState::Disabled),
        }
    }

    /// The newest version: the one by which a symmetric key encrypts.
    #[must_use]
    pub fn primary(&self) -> Option<&Arc<KeyVersion>> {
        self.versions.last()
    }

    /// The version called `id`.
    #[must_use]
    pub fn version(&self, id: VersionId) -> Option<&Arc<KeyVersion>> {
        self.versions.iter().find(|version| version.id == id)
    }

    /// When the next version is due by the rotation that is set, whether or not it rests.
    #[must_use]
    pub fn next_rotation(&self) -> Option<Instant> {
        let last = self.primary()?.created_at;
        let next = last.plus(self.settings.rotation?);
        // At the end of time there is no next.
        (next > last).then_some(next)
    }
}

impl Noun for Key {
    const KIND: &'static str = "key";
    type Names = KeyNames;
    type Part = KeyVersion;

    named_by! { id: KeyId }

    /// It goes, its material expires, or it rotates.
    fn next_due(&self) -> Option<Instant> {
        let (departure, rotation) = match self.settings.lifecycle {
            Lifecycle::Enabled => (None, self.next_rotation()),
            Lifecycle::Disabled => (None, None),
            Lifecycle::PendingDeletion(at) => (Some(at), None),
        };
        let expiry = self.versions.iter().filter_map(|version| version.expires()).min();
        [departure, rotation, expiry].into_iter().flatten().min()
    }

    fn parts(&self) -> impl Iterator<Item = (u64, &Arc<KeyVersion>)> {
        (1..).zip(&self.versions)
    }

    fn content_of<'a>(&'a self, version: &'a KeyVersion) -> Content<'a> {
        version.content(&self.id)
    }

    fn read(
        ordinal: Ordinal,
        head: &Kept,
        parts: &[Kept],
        unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let key: Self = head.body()?;
        let version = |kept| KeyVersion::read(&key.id, kept, unseal).map(Arc::new);
        let versions = parts.iter().map(version).collect::<Result<_, _>>()?;
        Ok(Self { ordinal, versions, ..key })
    }
}

/// The index of keys: by their ids, by the ids of their versions, and by their aliases.
#[derive(Clone, Debug, Default)]
pub struct KeyNames {
    ids: HashTrieMapSync<KeyId, Ordinal>,
    versions: HashTrieMapSync<VersionId, Ordinal>,
    aliases: RedBlackTreeMapSync<AliasName, Ordinal>,
}

impl Names<Key> for KeyNames {
    fn ordinal(&self, id: &KeyId) -> Option<Ordinal> {
        self.ids.get(id).copied()
    }

    /// Versions only come, until the key goes.
    fn change(&mut self, before: Option<&Key>, after: Option<&Key>) {
        let known = before.map_or(0, |key| key.versions.len());
        if let (Some(before), None) = (before, after) {
            self.ids.remove_mut(&before.id);
            for version in &before.versions {
                self.versions.remove_mut(&version.id);
            }
        }
        for alias in before.iter().flat_map(|key| &key.aliases) {
            if after.is_none_or(|key| !key.aliases.contains(alias)) {
                self.aliases.remove_mut(alias);
            }
        }
        let Some(after) = after else { return };
        if before.is_none() {
            self.ids.insert_mut(after.id.clone(), after.ordinal);
        }
        for version in after.versions.iter().skip(known) {
            self.versions.insert_mut(version.id, after.ordinal);
        }
        for alias in &after.aliases {
            if before.is_none_or(|key| !key.aliases.contains(alias)) {
                self.aliases.insert_mut(alias.clone(), after.ordinal);
            }
        }
    }
}

impl Shelf<Key> {
    /// The key that has a version of this id.
    #[must_use]
    pub fn with_version(&self, id: VersionId) -> Option<&Arc<Key>> {
        self.names.versions.get(&id).and_then(|ordinal| self.get(*ordinal))
    }

    /// The key that an alias points to.
    #[must_use]
    pub fn aliased(&self, name: &AliasName) -> Option<&Arc<Key>> {
        self.names.aliases.get(name).and_then(|ordinal| self.get(*ordinal))
    }

    /// Every alias with its key, by name.
    pub fn aliases(&self) -> impl Iterator<Item = (&AliasName, &Arc<Key>)> {
        self.names.aliases.iter().filter_map(|(name, ordinal)| Some((name, self.get(*ordinal)?)))
    }
}
