//! Signing requests and certificates.

use x509_cert::der::Encode;
use x509_cert::der::asn1::{Any, BitString};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::signature::{ECDSA_SHA256, RSA_SHA256, SM2_SM3};
use crate::algorithms::asymmetric::{PrivateKey, Signing};
use crate::algorithms::{Error, Randomness, unsupported};

/// A key, and how it signs.
pub(super) struct Signer<'a> {
    key: &'a PrivateKey,
    signing: Signing,
    algorithm: AlgorithmIdentifierOwned,
}

impl<'a> Signer<'a> {
    /// How this key signs requests and certificates.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for keys that sign none.
    pub(super) fn of(key: &'a PrivateKey) -> Result<Self, Error> {
        let signing = key.public().spec().certifies().ok_or(Error::Unsupported)?;
        let (oid, parameters) = match signing {
            Signing::RsaPkcs1 => (RSA_SHA256, Some(Any::null())),
            Signing::Ecdsa => (ECDSA_SHA256, None),
            Signing::Sm2 => (SM2_SM3, None),
            _ => return Err(Error::Unsupported),
        };
        Ok(Self { key, signing, algorithm: AlgorithmIdentifierOwned { oid, parameters } })
    }

    /// The identifier of its algorithm.
    pub(super) fn algorithm(&self) -> AlgorithmIdentifierOwned {
        self.algorithm.clone()
    }

    /// Signs the DER of `text`. None of these algorithms needs random numbers.
    pub(super) fn sign(&self, text: &impl Encode) -> Result<BitString, Error> {
        let text = text.to_der().map_err(unsupported)?;
        let digest = self.key.public().digest(self.signing, &text);
        let signature = self.key.sign(self.signing, &digest, Randomness::Any)?;
        BitString::from_bytes(&signature).map_err(unsupported)
    }
}
