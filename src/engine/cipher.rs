//! Encrypting and decrypting. Plain functions over a snapshot: no lock, no database.

use zeroize::Zeroizing;

use super::ciphertext::{Parts, seal};
use super::{Admitted, Caller, CiphertextError, Engine, Error, KeyError, KeyRef, Operation};
use crate::algorithms::asymmetric::{Encryption, PublicKey};
use crate::model::{KeyId, VersionId};

/// What came of using a key, and which version of which key was used, by whatever name it was
/// called. It may be a plaintext, and has no form for logs.
pub struct Used<T> {
    /// What came of it.
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

    /// Makes something else of what came of it.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Used<U> {
        Used { value: make(self.value), key: self.key, version: self.version }
    }
}

/// A ciphertext.
pub type Sealed = Used<Vec<u8>>;

/// A plaintext.
pub type Opened = Used<Zeroizing<Vec<u8>>>;

impl Engine {
    /// Seals `text` under the key's newest version; `associated` must be given again to open it.
    /// `operation` says what for, since a cloud may judge each differently.
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

    /// Opens a ciphertext; the key is the one that its first bytes name.
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

    /// Opens a ciphertext of the key that the caller names. Another key's does not open.
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

    /// Opens a ciphertext and seals its text under another key, or the same one's newest version.
    /// The plaintext does not leave. Answers the new ciphertext with the key and version of the old
    /// one.
    pub fn reseal(
        &self,
        caller: &Caller,
        (from_associated, blob): (&[u8], &[u8]),
        (to, to_associated): (&KeyRef, &[u8]),
    ) -> Result<Sealed, Error> {
        let snapshot = self.snapshot(caller);
        let view = snapshot.view(caller);
        let parts = Parts::of(blob).ok_or(CiphertextError::Malformed)?;
        let source = view.admit_version(parts.version, Operation::Decrypt)?;
        let opened = open(&source, &parts, from_associated)?;
        let destination = view.admit(to, Operation::Encrypt)?;
        let sealed = self.seal_with(&destination, to_associated, &opened.value)?;
        Ok(opened.map(|_| sealed.value))
    }

    /// `len` random bytes for a data key.
    #[must_use]
    pub fn draw(&self, len: usize) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(vec![0; len]);
        self.world.entropy.fill(&mut bytes);
        bytes
    }

    /// Encrypts `text` for a public key that somebody brought along.
    ///
    /// # Errors
    /// [`KeyError::TextTooLong`], or [`KeyError::AlgorithmUnfit`] for this kind of key.
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
