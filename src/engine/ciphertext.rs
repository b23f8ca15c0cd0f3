//! The layout of a symmetric ciphertext: 36 bytes of key version id, a 12-byte initialisation vector, the
//! sealed text, a 16-byte tag.

use super::Error;
use crate::algorithms::symmetric::{self, Cipher, IV_LEN, TAG_LEN};
use crate::model::{SymmetricSpec, VersionId};

const HEAD: usize = VersionId::LEN + IV_LEN;

impl From<SymmetricSpec> for Cipher {
    fn from(spec: SymmetricSpec) -> Self {
        match spec {
            SymmetricSpec::Aes128 | SymmetricSpec::Aes192 | SymmetricSpec::Aes256 => Self::Aes,
            SymmetricSpec::Sm4 => Self::Sm4,
        }
    }
}

/// Seals `text` under one version's material.
pub(super) fn seal(
    spec: SymmetricSpec,
    (version, material): (VersionId, &[u8]),
    iv: [u8; IV_LEN],
    associated: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut blob = Vec::with_capacity(HEAD + text.len() + TAG_LEN);
    blob.extend_from_slice(&version.text());
    blob.extend_from_slice(&iv);
    blob.extend_from_slice(text);
    let tag = symmetric::seal(spec.into(), material, iv, associated, &mut blob[HEAD..])
        .map_err(|_| Error::Internal("the key's material does not fit its cipher"))?;
    blob.extend_from_slice(&tag);
    Ok(blob)
}

/// A ciphertext taken apart.
pub(super) struct Parts<'a> {
    /// The version that sealed it.
    pub(super) version: VersionId,
    iv: [u8; IV_LEN],
    sealed: &'a [u8],
    tag: [u8; TAG_LEN],
}

impl<'a> Parts<'a> {
    /// Takes a ciphertext apart. At least one byte must have been sealed.
    pub(super) fn of(blob: &'a [u8]) -> Option<Self> {
        let (version, rest) = blob.split_first_chunk::<{ VersionId::LEN }>()?;
        let (iv, rest) = rest.split_first_chunk::<IV_LEN>()?;
        let (sealed, tag) = rest.split_last_chunk::<TAG_LEN>()?;
        let version = VersionId::parse(version)?;
        (!sealed.is_empty()).then_some(Self { version, iv: *iv, sealed, tag: *tag })
    }

    /// Opens it with its version's material.
    pub(super) fn open(
        &self,
        spec: SymmetricSpec,
        material: &[u8],
        associated: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
        let mut text = zeroize::Zeroizing::new(self.sealed.to_vec());
        symmetric::open(spec.into(), material, self.iv, associated, &mut text, self.tag)
            .map_err(|_| Error::CiphertextUnopenable)?;
        Ok(text)
    }
}
