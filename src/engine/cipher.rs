//! Encrypting and decrypting. Plain functions over a snapshot: no lock, no database.

use zeroize::Zeroizing;

use super::ciphertext::{Parts, seal};
use super::{Admitted, Caller, CiphertextError, Engine, Error, KeyError, KeyRef, Operation};
use crate::algorithms::asymmetric::{Encryption, PublicKey};
use crate::model::{KeyId, VersionId};

/// The result of using a key, with the key's id and version. It may be a plaintext, so it has no
/// `Debug`.
pub struct Used<T> {
    /// The result.
    pub value: T,
    /// The key's id.
    pub key: KeyId,
    /// The version.
    pub version: VersionId,
}

impl<T> Used<T> {
    pub(super) fn new(value: T, of: &Admitted<'_>, version: VersionId) -> Self {
        of.note_use(version);
        Self { value, key: of.key().id.clone(), version }
    }

    /// Maps the result.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Used<U> {
        Used { value: make(self.value), key: self.key, version: self.version }
    }
}

/// A ciphertext.
pub type Sealed = Used<Vec<u8>>;

/// The result of a re-encryption.
pub struct Resealed {
    /// The new ciphertext, with its key and version.
    pub sealed: Sealed,
    /// The key of the old ciphertext.
    pub source: KeyId,
    /// The version of the old ciphertext.
    pub source_version: VersionId,
    /// Whether the old ciphertext has the same version and the same associated data, so that the
    /// re-encryption was not needed.
    pub was_current: bool,
}

/// A plaintext.
pub type Opened = Used<Zeroizing<Vec<u8>>>;

impl Engine {
    /// Encrypts `text` with the key's newest version. Decryption needs the same `associated` data.
    /// `operation` says for what purpose, because a cloud may admit each in different states.
    pub fn seal(
        &self,
        caller: &Caller,
        key: &KeyRef,
        operation: Operation,
        associated: &[u8],
        text: &[u8],
    ) -> Result<Sealed, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(key, operation)?;
        self.seal_with(&admitted, associated, text)
    }

    /// Decrypts a ciphertext with the key that its first bytes name.
    pub fn open_sealed(
        &self,
        caller: &Caller,
        operation: Operation,
        associated: &[u8],
        blob: &[u8],
    ) -> Result<Opened, Error> {
        let snapshot = self.snapshot(caller);
        let parts = Parts::of(blob).ok_or(CiphertextError::Malformed)?;
        open(&snapshot.view(caller).admit_version(parts.version, operation)?, &parts, associated)
    }

    /// Decrypts a ciphertext with the key that the caller names. Ciphertexts of other keys are
    /// refused.
    pub fn open_under(
        &self,
        caller: &Caller,
        key: &KeyRef,
        operation: Operation,
        associated: &[u8],
        blob: &[u8],
    ) -> Result<Opened, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(key, operation)?;
        let parts = Parts::of(blob).ok_or(CiphertextError::Malformed)?;
        match open(&admitted, &parts, associated) {
            Err(Error::Key(KeyError::VersionNotFound)) => {
                Err(CiphertextError::DecryptionFailed.into())
            }
            opened => opened,
        }
    }

    /// Decrypts a ciphertext and encrypts its text with this key's newest version, without
    /// revealing it. Without a destination key, with the newest version of the same key.
    pub fn reseal(
        &self,
        caller: &Caller,
        (from_associated, blob): (&[u8], &[u8]),
        (to, to_associated): (Option<&KeyRef>, &[u8]),
    ) -> Result<Resealed, Error> {
        let snapshot = self.snapshot(caller);
        let view = snapshot.view(caller);
        let parts = Parts::of(blob).ok_or(CiphertextError::Malformed)?;
        let source = view.admit_version(parts.version, Operation::Decrypt)?;
        let opened = open(&source, &parts, from_associated)?;
        let own = || KeyRef::Id(source.key().id.clone());
        let destination = view.admit(&to.cloned().unwrap_or_else(own), Operation::Encrypt)?;
        let sealed = self.seal_with(&destination, to_associated, &opened.value)?;
        let was_current = sealed.version == opened.version && from_associated == to_associated;
        Ok(Resealed { sealed, source: opened.key, source_version: opened.version, was_current })
    }

    /// `len` random bytes for a data key.
    #[must_use]
    pub fn random_bytes(&self, len: usize) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(vec![0; len]);
        self.world.entropy.fill(&mut bytes);
        bytes
    }

    /// Encrypts `text` with a public key that the caller supplies.
    ///
    /// # Errors
    /// [`KeyError::TextTooLong`], or [`KeyError::AlgorithmMismatch`] for this kind of key.
    pub fn wrap(
        &self,
        to: &PublicKey,
        algorithm: Encryption,
        text: &[u8],
    ) -> Result<Vec<u8>, Error> {
        Ok(to.encrypt(algorithm, text, &mut self.world.entropy.rng())?)
    }

    /// A new id.
    #[must_use]
    pub fn random_id(&self) -> String {
        self.world.entropy.uuid().to_string()
    }

    fn seal_with(
        &self,
        key: &Admitted<'_>,
        associated: &[u8],
        text: &[u8],
    ) -> Result<Sealed, Error> {
        let spec = key.symmetric()?;
        let primary = key.primary()?;
        let blob = seal(spec, primary, self.world.entropy.array(), associated, text)?;
        Ok(Used::new(blob, key, primary.0))
    }
}

fn open(key: &Admitted<'_>, parts: &Parts<'_>, associated: &[u8]) -> Result<Opened, Error> {
    let spec = key.symmetric()?;
    let (version, material) = key.version(parts.version)?;
    Ok(Used::new(parts.open(spec, material, associated)?, key, version))
}
