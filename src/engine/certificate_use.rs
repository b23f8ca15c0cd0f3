//! Using certificates: signing, verifying, encrypting and decrypting with their keys. These are
//! plain functions over a snapshot.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::{Caller, CertificateOperation, Engine, Error};
use crate::algorithms::asymmetric::{Encryption, PrivateKey, PublicKey, Signing};
use crate::model::CertificateId;

/// What to sign. It may be secret, so it has no `Debug`.
pub enum Message {
    /// A message, which is hashed here.
    Raw(Vec<u8>),
    /// A digest.
    Digest(Vec<u8>),
}

impl Message {
    /// What this algorithm signs: a digest, or the message itself.
    pub(super) fn digest(&self, key: &PublicKey, algorithm: Signing) -> Cow<'_, [u8]> {
        match self {
            Self::Raw(text) => key.digest(algorithm, text).into(),
            Self::Digest(digest) => digest.into(),
        }
    }
}

impl Engine {
    /// Signs with a certificate's private key.
    pub fn certificate_sign(
        &self,
        caller: &Caller,
        id: &CertificateId,
        algorithm: Signing,
        message: &Message,
    ) -> Result<Vec<u8>, Error> {
        self.with_certificate(caller, id, CertificateOperation::Sign, |key| {
            self.sign_with(key, algorithm, &message.digest(key.public(), algorithm))
        })
    }

    /// Whether a signature is the certificate's signature over this message.
    pub fn certificate_verify(
        &self,
        caller: &Caller,
        id: &CertificateId,
        algorithm: Signing,
        message: &Message,
        signature: &[u8],
    ) -> Result<bool, Error> {
        self.with_certificate(caller, id, CertificateOperation::Verify, |key| {
            let digest = message.digest(key.public(), algorithm);
            Ok(key.public().verifies(algorithm, &digest, signature)?)
        })
    }

    /// Encrypts with a certificate's public key.
    pub fn certificate_encrypt(
        &self,
        caller: &Caller,
        id: &CertificateId,
        algorithm: Encryption,
        text: &[u8],
    ) -> Result<Vec<u8>, Error> {
        self.with_certificate(caller, id, CertificateOperation::Encrypt, |key| {
            self.wrap(key.public(), algorithm, text)
        })
    }

    /// Decrypts with a certificate's private key what was encrypted with the public key, here or
    /// elsewhere.
    pub fn certificate_decrypt(
        &self,
        caller: &Caller,
        id: &CertificateId,
        algorithm: Encryption,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.with_certificate(caller, id, CertificateOperation::Decrypt, |key| {
            Ok(key.decrypt(algorithm, ciphertext)?)
        })
    }

    fn with_certificate<T>(
        &self,
        caller: &Caller,
        id: &CertificateId,
        operation: CertificateOperation,
        run: impl FnOnce(&PrivateKey) -> Result<T, Error>,
    ) -> Result<T, Error> {
        run(self.snapshot(caller).view(caller).admit_certificate(id, operation)?.pair()?)
    }
}
