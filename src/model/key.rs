//! Keys.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{KeyId, KeyVersion, VersionId};
use crate::algorithms::asymmetric::PairSpec;
use crate::world::Instant;

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

/// What a key is for the ciphers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySpec {
    /// A symmetric key. The newest version encrypts.
    Symmetric(SymmetricSpec),
    /// A key pair. Whoever uses it names the version.
    Pair(PairSpec),
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
    /// The owner's name for it, where its cloud has such names. Others may have the same.
    pub name: Option<String>,
    /// The owner's description.
    pub description: String,
    /// Enabled, disabled or on its way out.
    pub lifecycle: Lifecycle,
    /// When set, the key cannot be scheduled for deletion; the text says why.
    pub deletion_protection: Option<String>,
    /// How long after the last version the next one is made by itself, if at all. It rests while the key does.
    pub rotation: Option<Duration>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its number in the realm.
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
    /// The dedicated instance that its owner named, if any. Stored and returned; it changes nothing.
    pub instance: Option<String>,
    /// The access policy that its owner gave, if any. Stored; not enforced.
    pub policy: Option<String>,
    /// What changes after creation.
    pub settings: Settings,
    /// Its versions, oldest first; never empty. A symmetric key encrypts with the last.
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

    /// When something next happens to this key by itself: it goes, its material expires, or it rotates.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let (departure, rotation) = match self.settings.lifecycle {
            Lifecycle::Enabled => (None, self.next_rotation()),
            Lifecycle::Disabled => (None, None),
            Lifecycle::PendingDeletion(at) => (Some(at), None),
        };
        let expiry = self.versions.iter().filter_map(|version| version.expires()).min();
        [departure, rotation, expiry].into_iter().flatten().min()
    }
}
