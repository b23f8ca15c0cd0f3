//! Encrypting and decrypting. Plain functions over a snapshot: no lock, no database.

use zeroize::Zeroizing;

use super::ciphertext::{Parts, seal};
use super::{Admitted, Caller, Engine, Error, KeyRef, Operation};
use crate::model::{KeyId, VersionId};

/// A ciphertext, and what sealed it.
#[derive(Debug)]
pub struct Sealed {
    /// The ciphertext.
    pub blob: Vec<u8>,
    /// The key's id, by whatever name it was called.
    pub key: KeyId,
    /// The version that sealed.
    pub version: VersionId,
}

/// A plaintext, and what had sealed it.
pub struct Opened {
    /// The plaintext.
    pub text: Zeroizing<Vec<u8>>,
    /// The key's id.
    pub key: KeyId,
    /// The version that had sealed.
    pub version: VersionId,
}

impl Engine {
    /// Seals `text` under the key's newest version; `associated` must be given again to open it. `operation`
    /// says what for, since a cloud may judge each differently.
    pub fn seal(
        &self,
        caller: &Caller,
        key: &KeyRef,
        operation: Operation,
        associated: &[u8],
        text: &[u8],
    ) -> Result<Sealed, Error> {
        let view = self.view(caller);
        let admitted = view.sight(caller).admit(key, operation)?;
        self.seal_with(&admitted, associated, text)
    }

    /// Opens a ciphertext; the key is the one that its first bytes name.
    pub fn open_sealed(&self, caller: &Caller, associated: &[u8], blob: &[u8]) -> Result<Opened, Error> {
        let view = self.view(caller);
        let parts = Parts::of(blob).ok_or(Error::CiphertextMalformed)?;
        open(&view.sight(caller).admit_version(parts.version, Operation::Decrypt)?, &parts, associated)
    }

    /// Opens a ciphertext and seals its text under another key, or the same one's newest version. The plaintext
    /// does not leave. Answers the new ciphertext with the key and version of the old one.
    pub fn reseal(
        &self,
        caller: &Caller,
        (from_associated, blob): (&[u8], &[u8]),
        (to, to_associated): (&KeyRef, &[u8]),
    ) -> Result<Sealed, Error> {
        let view = self.view(caller);
        let sight = view.sight(caller);
        let parts = Parts::of(blob).ok_or(Error::CiphertextMalformed)?;
        let source = sight.admit_version(parts.version, Operation::ReEncryptSource)?;
        let opened = open(&source, &parts, from_associated)?;
        let destination = sight.admit(to, Operation::ReEncryptDestination)?;
        let sealed = self.seal_with(&destination, to_associated, &opened.text)?;
        Ok(Sealed { blob: sealed.blob, key: opened.key, version: opened.version })
    }

    /// `len` random bytes for a data key.
    #[must_use]
    pub fn draw(&self, len: usize) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(vec![0; len]);
        self.world.entropy.fill(&mut bytes);
        bytes
    }

    fn seal_with(&self, key: &Admitted<'_>, associated: &[u8], text: &[u8]) -> Result<Sealed, Error> {
        let primary = key.primary()?;
        let blob = seal(key.key().spec, primary, self.world.entropy.array(), associated, text)?;
        Ok(Sealed { blob, key: key.key().id.clone(), version: primary.0 })
    }
}

fn open(key: &Admitted<'_>, parts: &Parts<'_>, associated: &[u8]) -> Result<Opened, Error> {
    let (version, material) = key.version(parts.version)?;
    let text = parts.open(key.key().spec, material, associated)?;
    Ok(Opened { text, key: key.key().id.clone(), version })
}
