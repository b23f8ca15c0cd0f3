//! Envelope encryption of secret values: each is sealed under its own data key, and that under a
//! key of the realm. So a value is readable only while its key can be used.

use zeroize::Zeroizing;

use super::ciphertext::{self, Parts};
use super::{Admitted, Error, Operation, View};
use crate::algorithms::symmetric::{Cipher, Sealed};
use crate::model::{Envelope, SecretName, SymmetricSpec, VersionId};
use crate::world::Entropy;

const DAMAGED: Error = Error::Internal("a secret's value does not decrypt");

/// The associated data of a version's value. It prevents moving a value to another version.
fn owner(secret: &SecretName, version: &str) -> Vec<u8> {
    [secret.as_str().as_bytes(), b"\0", version.as_bytes()].concat()
}

/// Seals a value.
pub(super) fn close(
    key: &Admitted<'_>,
    entropy: &Entropy,
    of: (&SecretName, &str),
    value: &[u8],
) -> Result<Envelope, Error> {
    seal(key.symmetric()?, key.primary()?, entropy, of, value)
}

/// Opens a value.
///
/// # Errors
/// The key is gone, or does not allow it.
pub(super) fn open(
    view: View<'_>,
    of: (&SecretName, &str),
    envelope: &Envelope,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let parts = Parts::of(&envelope.data_key).ok_or(DAMAGED)?;
    let key = view.admit_version(parts.version, Operation::Decrypt)?;
    let (_, material) = key.version(parts.version)?;
    unseal(&parts, key.symmetric()?, material, of, envelope)
}

/// Seals a value with this material.
pub(super) fn seal(
    spec: SymmetricSpec,
    material: (VersionId, &[u8]),
    entropy: &Entropy,
    (secret, version): (&SecretName, &str),
    value: &[u8],
) -> Result<Envelope, Error> {
    let owner = owner(secret, version);
    let data_key = Zeroizing::new(entropy.array::<32>());
    let sealed = ciphertext::seal(spec, material, entropy.array(), &owner, &*data_key)?;
    let inside = Sealed::after(b"", (Cipher::Aes, &*data_key), entropy.array(), &owner, value);
    let value = inside.map_err(|_| Error::Internal("a data key has the wrong length"))?;
    Ok(Envelope { data_key: sealed, value })
}

/// Opens a value whose data key was sealed with this material.
pub(super) fn unseal(
    parts: &Parts<'_>,
    spec: SymmetricSpec,
    material: &[u8],
    (secret, version): (&SecretName, &str),
    envelope: &Envelope,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let owner = owner(secret, version);
    let data_key = parts.open(spec, material, &owner).map_err(|_| DAMAGED)?;
    let inside = Sealed::of(&envelope.value).ok_or(DAMAGED)?;
    inside.open((Cipher::Aes, &data_key), &owner).map_err(|_| DAMAGED)
}
