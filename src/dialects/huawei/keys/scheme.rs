//! How data are encrypted: with a symmetric key or a key pair, and bound to what.

use super::sealing::Opened;
use super::{pair_cipher, sealing};
use crate::algorithms::asymmetric::Encryption;
use crate::dialects::huawei::ciphertext::Content;
use crate::dialects::huawei::codes;
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{KeyRef, Operation};
use crate::model::KeySpec;

/// The parameters that say how data are encrypted. A re-encryption has them twice.
#[derive(Clone, Copy)]
pub(super) struct Names {
    /// The key.
    pub(super) key: &'static str,
    /// The algorithm.
    pub(super) algorithm: &'static str,
    /// Data to which a ciphertext is bound.
    pub(super) additional: &'static str,
}

/// How data are encrypted.
pub(super) struct Scheme {
    names: Names,
    /// `None` is the algorithm of symmetric keys.
    algorithm: Option<Encryption>,
    bound: Vec<u8>,
}

impl Scheme {
    /// With the algorithm of this word, and bound to these bytes.
    ///
    /// # Errors
    /// `KMS.0308`: it is not the word of an algorithm.
    pub(super) fn of(
        names: Names,
        algorithm: Option<&OpenText>,
        bound: Vec<u8>,
    ) -> Result<Self, Error> {
        let algorithm = pair_cipher::algorithm(algorithm, names.algorithm)?;
        Ok(Self { names, algorithm, bound })
    }

    /// The algorithm.
    pub(super) fn algorithm(&self) -> Option<Encryption> {
        self.algorithm
    }

    /// Encrypts data. Returns the key's id and the ciphertext.
    ///
    /// # Errors
    /// The key may not be used or does not have the algorithm. A ciphertext of a key pair is bound
    /// to nothing: `KMS.0308`.
    pub(super) fn seal(
        &self,
        cx: &Cx,
        key: &KeyRef,
        content: Content,
        data: &[u8],
    ) -> Result<(String, Vec<u8>), Error> {
        match pair_cipher::cipher(cx, key, Operation::Encrypt)? {
            KeySpec::Pair(pair) => {
                self.check_unbound()?;
                pair_cipher::seal(cx, (key, pair), (self.algorithm, self.names.algorithm), data)
            }
            spec => {
                self.check_symmetric()?;
                let text = content.to_text(spec, data);
                sealing::seal(cx, key, Operation::Encrypt, &self.bound, &text)
            }
        }
    }

    /// Decrypts a ciphertext with this key. Without one, with the key that is named in it.
    ///
    /// # Errors
    /// As [`Self::seal`]; `KMS.0204` if the algorithm is that of a key pair, and no key is named;
    /// `KMS.2201` for a ciphertext that does not decrypt.
    pub(super) fn open(
        &self,
        cx: &Cx,
        key: Option<&KeyRef>,
        bytes: &[u8],
    ) -> Result<Opened, Error> {
        let opened = match (key, self.algorithm) {
            (None, Some(_)) => return Err(Error::Missing(self.names.key.into())),
            (None, None) => sealing::open_by_its_key(cx, &self.bound, bytes)?,
            (Some(key), _) => match pair_cipher::cipher(cx, key, Operation::Decrypt)? {
                KeySpec::Pair(pair) => {
                    self.check_unbound()?;
                    let algorithm = (self.algorithm, self.names.algorithm);
                    return pair_cipher::open(cx, (key, pair), algorithm, bytes);
                }
                spec => sealing::open(cx, (key, spec), &self.bound, bytes)?,
            },
        };
        self.check_symmetric()?;
        Ok(opened)
    }

    /// Refuses an algorithm that symmetric keys do not have.
    fn check_symmetric(&self) -> Result<(), Error> {
        match self.algorithm {
            None => Ok(()),
            Some(_) => Err(codes::SYMMETRIC_ALGORITHM.with(&[self.names.algorithm]).into()),
        }
    }

    /// Refuses data that a ciphertext of a key pair would have to be bound to.
    fn check_unbound(&self) -> Result<(), Error> {
        let is_unbound = self.bound.is_empty();
        if is_unbound { Ok(()) } else { Err(Error::Invalid(self.names.additional.into())) }
    }
}
