//! Values in envelopes: each is sealed under a data key of its own, and that under a key of the
//! realm. So a value is as good as its key: where the key is switched off, or gone, so is the
//! value.

use zeroize::Zeroizing;

use super::ciphertext::{self, Parts};
use super::{Admitted, Error, Operation, View};
use crate::algorithms::symmetric::{Cipher, Sealed};
use crate::model::{Envelope, SecretName, SymmetricSpec, VersionId};
use crate::world::Entropy;

const DAMAGED: Error = Error::Internal("a secret's value does not open");

/// What a version's value is bound to: nobody can put one in another's place.
fn owner(secret: &SecretName, version: &str) -> Vec<u8> {
    [secret.as_str().as_bytes(), b"\0", version.as_bytes()].concat()
}

/// Puts a value in its envelope.
pub(super) fn close(
    key: &Admitted<'_>,
    entropy: &Entropy,
    of: (&SecretName, &str),
    value: &[u8],
) -> Result<Envelope, Error> {
    seal(key.symmetric()?, key.primary()?, entropy, of, value)
}

/// Takes a value out.
///
/// # Errors
/// The key refuses, or is gone.
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

/// Puts a value in an envelope under this material.
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
    let inside = Sealed::behind(b"", (Cipher::Aes, &*data_key), entropy.array(), &owner, value);
    let value = inside.map_err(|_| Error::Internal("a data key is no key"))?;
    Ok(Envelope { data_key: sealed, value })
}

/// Takes a value out of an envelope whose data key, taken apart, was sealed under this material.
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
