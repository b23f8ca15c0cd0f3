//! Encrypting with one version of a symmetric key, for callers that keep the version and the
//! initialisation vector beside the ciphertext. Plain functions over a snapshot: no lock, no
//! database.

use zeroize::Zeroizing;

use super::cipher::{Opened, Sealed, Used};
use super::{Admitted, Caller, CiphertextError, Engine, Error, KeyError, Operation, PairRef};
use crate::algorithms::block_modes::{self, Mode, Padding};
use crate::algorithms::symmetric::{self, IV_LEN, TAG_LEN};
use crate::model::{SymmetricSpec, VersionId};

impl Engine {
    /// Encrypts with this version in GCM, with this initialisation vector and associated data. The
    /// result is the encrypted text and the tag. `operation` says for what purpose.
    ///
    /// # Errors
    /// [`KeyError::IsPair`] or [`KeyError::IsMac`]; [`KeyError::VersionNotFound`].
    pub fn seal_with_version(
        &self,
        caller: &Caller,
        key: &PairRef,
        operation: Operation,
        (iv, associated): ([u8; IV_LEN], &[u8]),
        text: &[u8],
    ) -> Result<Sealed, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&key.key, operation)?;
        let (spec, version, material) = material(&admitted, key)?;
        // Allocated at full size: a vector that grows would leave copies of the plaintext in
        // memory.
        let mut sealed = Vec::with_capacity(text.len() + TAG_LEN);
        sealed.extend_from_slice(text);
        let tag = symmetric::seal(spec.into(), material, iv, associated, &mut sealed)
            .map_err(|_| Error::Internal("the key's material does not fit its cipher"))?;
        sealed.extend_from_slice(&tag);
        Ok(Used::new(sealed, &admitted, version))
    }

    /// Decrypts what [`Engine::seal_with_version`] encrypted.
    ///
    /// # Errors
    /// As there; and [`CiphertextError`].
    pub fn open_with_version(
        &self,
        caller: &Caller,
        key: &PairRef,
        (iv, associated): ([u8; IV_LEN], &[u8]),
        sealed: &[u8],
    ) -> Result<Opened, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&key.key, Operation::Decrypt)?;
        let (spec, version, material) = material(&admitted, key)?;
        let (text, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(CiphertextError::Malformed)?;
        let mut text = Zeroizing::new(text.to_vec());
        symmetric::open(spec.into(), material, iv, associated, &mut text, *tag)
            .map_err(|_| CiphertextError::DecryptionFailed)?;
        Ok(Used::new(text, &admitted, version))
    }
}

impl Engine {
    /// Encrypts with this version in a mode that authenticates nothing.
    ///
    /// # Errors
    /// As in [`Engine::seal_with_version`]; and [`KeyError::TextTooLong`] for a text that is not
    /// whole blocks and is not padded.
    pub fn encrypt_blocks(
        &self,
        caller: &Caller,
        key: &PairRef,
        operation: Operation,
        how: (Mode, Padding),
        text: &[u8],
    ) -> Result<Sealed, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&key.key, operation)?;
        let (spec, version, material) = material(&admitted, key)?;
        let encrypted = block_modes::encrypt((spec.into(), material), how, text)?;
        Ok(Used::new(encrypted, &admitted, version))
    }

    /// Decrypts what [`Engine::encrypt_blocks`] encrypted.
    ///
    /// # Errors
    /// As in [`Engine::open_with_version`].
    pub fn decrypt_blocks(
        &self,
        caller: &Caller,
        key: &PairRef,
        how: (Mode, Padding),
        ciphertext: &[u8],
    ) -> Result<Opened, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&key.key, Operation::Decrypt)?;
        let (spec, version, material) = material(&admitted, key)?;
        let text = block_modes::decrypt((spec.into(), material), how, ciphertext)?;
        Ok(Used::new(text, &admitted, version))
    }
}

/// The cipher and the material of the version that the caller names.
fn material<'a>(
    key: &Admitted<'a>,
    named: &PairRef,
) -> Result<(SymmetricSpec, VersionId, &'a [u8]), Error> {
    let spec = key.symmetric()?;
    let (version, material) = key.version(named.version.ok_or(KeyError::VersionNotFound)?)?;
    Ok((spec, version, material))
}
