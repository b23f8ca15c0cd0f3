//! RSA signature verification (RFC 8017 section 8.2.2).

use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::DecodePublicKey;
use rsa::signature::Verifier;
use sha2::Sha256;

/// An RSA public key that checks PKCS #1 v1.5 signatures over SHA-256.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey<Sha256>);

impl PublicKey {
    /// Reads a PEM `SubjectPublicKeyInfo`. `None` when the text is not one of an RSA key.
    #[must_use]
    pub fn from_pem(pem: &str) -> Option<Self> {
        rsa::RsaPublicKey::from_public_key_pem(pem.trim()).ok().map(|key| Self(VerifyingKey::new(key)))
    }

    /// Whether `signature` is this key's over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}
