//! Values in envelopes: each is sealed under a data key of its own, and that under a key of the realm. So a value
//! is as good as its key: where the key is switched off, or gone, so is the value.

use zeroize::Zeroizing;

use super::ciphertext::{Parts, seal};
use super::{Admitted, Error, Operation, Sight};
use crate::algorithms::symmetric::{self, Cipher, IV_LEN, TAG_LEN};
use crate::model::{Envelope, SecretName};
use crate::world::Entropy;

/// What a version's value is bound to: nobody can put one in another's place.
fn owner(secret: &SecretName, version: &str) -> Vec<u8> {
    [secret.as_str().as_bytes(), b"\0", version.as_bytes()].concat()
}

/// Puts a value in its envelope.
pub(super) fn close(
    key: &Admitted<'_>,
    entropy: &Entropy,
    (secret, version): (&SecretName, &str),
    value: &[u8],
) -> Result<Envelope, Error> {
    let owner = owner(secret, version);
    let data_key = Zeroizing::new(entropy.array::<32>());
    let sealed = seal(key.symmetric()?, key.primary()?, entropy.array(), &owner, &*data_key)?;
    let iv: [u8; IV_LEN] = entropy.array();
    let mut inside = Vec::with_capacity(IV_LEN + value.len() + TAG_LEN);
    inside.extend_from_slice(&iv);
    inside.extend_from_slice(value);
    let tag = symmetric::seal(Cipher::Aes, &*data_key, iv, &owner, &mut inside[IV_LEN..]);
    inside.extend_from_slice(&tag.map_err(|_| Error::Internal("a data key is no key"))?);
    Ok(Envelope { data_key: sealed, value: inside })
}

/// Takes a value out.
///
/// # Errors
/// The key refuses, or is gone.
pub(super) fn open(
    sight: Sight<'_>,
    (secret, version): (&SecretName, &str),
    envelope: &Envelope,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    const DAMAGED: Error = Error::Internal("a secret's value does not open");
    let owner = owner(secret, version);
    let parts = Parts::of(&envelope.data_key).ok_or(DAMAGED)?;
    let key = sight.admit_version(parts.version, Operation::Decrypt)?;
    let (_, material) = key.version(parts.version)?;
    let data_key = parts.open(key.symmetric()?, material, &owner).map_err(|_| DAMAGED)?;
    let (iv, rest) = envelope.value.split_first_chunk::<IV_LEN>().ok_or(DAMAGED)?;
    let (sealed, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(DAMAGED)?;
    let mut value = Zeroizing::new(sealed.to_vec());
    symmetric::open(Cipher::Aes, &data_key, *iv, &owner, &mut value, *tag).map_err(|_| DAMAGED)?;
    Ok(value)
}
