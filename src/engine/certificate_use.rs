//! Using certificates: what their keys sign, verify, encrypt and decrypt. Plain functions over a
//! snapshot.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::{Caller, CertificateOperation, Engine, Error};
use crate::algorithms::asymmetric::{Encryption, PublicKey, Signing};
use crate::model::CertificateId;

/// What is signed. It may be secret, and has no form for logs.
pub enum Message {
    /// A text, of which a digest is made here.
    Raw(Vec<u8>),
    /// The digest.
    Digest(Vec<u8>),
}

impl Message {
    fn digest(&self, key: &PublicKey, algorithm: Signing) -> Cow<'_, [u8]> {
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
        let snapshot = self.snapshot(caller);
        let key =
            snapshot.view(caller).admit_certificate(id, CertificateOperation::Sign)?.pair()?;
        self.sign_with(key, algorithm, &message.digest(key.public(), algorithm))
    }

    /// Whether a signature is the certificate's over this message.
    pub fn certificate_verify(
        &self,
        caller: &Caller,
        id: &CertificateId,
        algorithm: Signing,
        message: &Message,
        signature: &[u8],
    ) -> Result<bool, Error> {
        let snapshot = self.snapshot(caller);
        let key = snapshot
            .view(caller)
            .admit_certificate(id, CertificateOperation::Verify)?
            .pair()?
            .public();
        Ok(key.verifies(algorithm, &message.digest(key, algorithm), signature)?)
    }

    /// Encrypts with a certificate's public key.
    pub fn certificate_encrypt(
        &self,
        caller: &Caller,
        id: &CertificateId,
        algorithm: Encryption,
        text: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let snapshot = self.snapshot(caller);
        let key =
            snapshot.view(caller).admit_certificate(id, CertificateOperation::Encrypt)?.pair()?;
        self.wrap(key.public(), algorithm, text)
    }

    /// Opens with a certificate's private key what was encrypted with the public one, here or
    /// elsewhere.
    pub fn certificate_decrypt(
        &self,
        caller: &Caller,
        id: &CertificateId,
        algorithm: Encryption,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let snapshot = self.snapshot(caller);
        let key =
            snapshot.view(caller).admit_certificate(id, CertificateOperation::Decrypt)?.pair()?;
        Ok(key.decrypt(algorithm, ciphertext)?)
    }
}
