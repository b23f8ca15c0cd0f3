//! The layout of a symmetric ciphertext: 36 bytes of key version id, a 12-byte initialisation
//! vector, the encrypted text, a 16-byte tag.

use zeroize::Zeroizing;

use super::{CiphertextError, Error};
use crate::algorithms::symmetric::{Cipher, IV_LEN, Sealed};
use crate::model::{SymmetricSpec, VersionId};

impl From<SymmetricSpec> for Cipher {
    fn from(spec: SymmetricSpec) -> Self {
        match spec {
            SymmetricSpec::Aes128 | SymmetricSpec::Aes192 | SymmetricSpec::Aes256 => Self::Aes,
            SymmetricSpec::Sm4 => Self::Sm4,
        }
    }
}

/// Seals `text` with one version's material.
pub(super) fn seal(
    spec: SymmetricSpec,
    (version, material): (VersionId, &[u8]),
    iv: [u8; IV_LEN],
    associated: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, Error> {
    Sealed::after(&version.text(), (spec.into(), material), iv, associated, text)
        .map_err(|_| Error::Internal("the key's material does not fit its cipher"))
}

/// A parsed ciphertext.
pub(super) struct Parts<'a> {
    /// The version that sealed it.
    pub(super) version: VersionId,
    sealed: Sealed<'a>,
}

impl<'a> Parts<'a> {
    /// Parses a ciphertext. `None` when it is malformed or its plaintext is empty.
    pub(super) fn of(blob: &'a [u8]) -> Option<Self> {
        let (version, rest) = blob.split_first_chunk::<{ VersionId::LEN }>()?;
        let sealed = Sealed::of(rest)?;
        let version = VersionId::parse(version)?;
        (!sealed.is_empty()).then_some(Self { version, sealed })
    }

    /// The length of the text.
    pub(super) fn len(&self) -> usize {
        self.sealed.len()
    }

    /// Decrypts it with its version's material.
    pub(super) fn open(
        &self,
        spec: SymmetricSpec,
        material: &[u8],
        associated: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.sealed
            .open((spec.into(), material), associated)
            .map_err(|_| CiphertextError::DecryptionFailed.into())
    }
}
