//! RSA (RFC 8017). What uses the private key, and what checks a signature, is done by AWS-LC: it is constant in
//! time and several times faster. What draws randomness takes it from the caller, which AWS-LC cannot: keys,
//! ciphertexts, and the salts of a caller who insists on its own randomness come from the `rsa` crate.

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    Pkcs1PrivateDecryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_SHA256, RsaEncoding,
};
use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePrivateKey, EncodePublicKey};
use rand_core::CryptoRng;
use rsa::oaep::Oaep;
use rsa::pkcs1v15::{Pkcs1v15Encrypt, Signature, VerifyingKey};

use rsa::signature::hazmat::RandomizedPrehashSigner;
use rsa::signature::{SignatureEncoding, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::asymmetric::PairSpec;
use super::{Chance, DIGEST_LEN, Failure};

/// Draws a private key with a modulus of so many bits and the exponent 65537.
pub(super) fn generate<R: CryptoRng>(
    bits: usize,
    rng: &mut R,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let key = RsaPrivateKey::new(rng, bits).map_err(|_| Failure::Unfit)?;
    Ok(key.to_pkcs8_der().map_err(|_| Failure::Unfit)?.to_bytes())
}

/// A private key.
pub struct PrivateKey {
    signing: KeyPair,
    oaep: OaepPrivateDecryptingKey,
    pkcs1: Pkcs1PrivateDecryptingKey,
    /// For those who insist on their own randomness.
    plain: RsaPrivateKey,
}

impl PrivateKey {
    pub(super) fn read(bits: usize, pkcs8: &[u8]) -> Result<(Self, PublicKey), Failure> {
        let plain = RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(|_| Failure::Unfit)?;
        let decrypting = PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(|_| Failure::Unfit)?;
        let public = PublicKey::of(bits, plain.to_public_key())?;
        let key = Self {
            signing: KeyPair::from_pkcs8(pkcs8).map_err(|_| Failure::Unfit)?,
            oaep: OaepPrivateDecryptingKey::new(decrypting.clone()).map_err(|_| Failure::Unfit)?,
            pkcs1: Pkcs1PrivateDecryptingKey::new(decrypting).map_err(|_| Failure::Unfit)?,
            plain,
        };
        Ok((key, public))
    }

    pub(super) fn sign_pss(
        &self,
        digest: &[u8; DIGEST_LEN],
        chance: Chance<'_>,
    ) -> Result<Vec<u8>, Failure> {
        match chance {
            Chance::Any => self.sign(&RSA_PSS_SHA256, digest),
            Chance::Only(rng) => {
                let key = rsa::pss::SigningKey::<Sha256>::new(self.plain.clone());
                let signature =
                    key.sign_prehash_with_rng(rng, digest).map_err(|_| Failure::Unfit)?;
                Ok(signature.to_vec())
            }
        }
    }

    pub(super) fn sign_pkcs1(&self, digest: &[u8; DIGEST_LEN]) -> Result<Vec<u8>, Failure> {
        self.sign(&RSA_PKCS1_SHA256, digest)
    }

    fn sign(
        &self,
        how: &'static dyn RsaEncoding,
        digest: &[u8; DIGEST_LEN],
    ) -> Result<Vec<u8>, Failure> {
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing
            .sign_digest(how, &sha256(digest)?, &mut signature)
            .map_err(|_| Failure::Unfit)?;
        Ok(signature)
    }

    pub(super) fn decrypt_oaep_sha1(
        &self,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.decrypt_oaep(&OAEP_SHA1_MGF1SHA1, ciphertext)
    }

    pub(super) fn decrypt_oaep_sha256(
        &self,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.decrypt_oaep(&OAEP_SHA256_MGF1SHA256, ciphertext)
    }

    fn decrypt_oaep(
        &self,
        how: &'static OaepAlgorithm,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut text = Zeroizing::new(vec![0; self.oaep.min_output_size()]);
        let opened = self.oaep.decrypt(how, ciphertext, &mut text, None);
        let len = opened.map_err(|_| Failure::Unopenable)?.len();
        text.truncate(len);
        Ok(text)
    }

    pub(super) fn decrypt_pkcs1(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut text = Zeroizing::new(vec![0; self.pkcs1.min_output_size()]);
        let len = self.pkcs1.decrypt(ciphertext, &mut text).map_err(|_| Failure::Unopenable)?.len();
        text.truncate(len);
        Ok(text)
    }
}

/// A public key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    plain: RsaPublicKey,
    pss: ParsedPublicKey,
    pkcs1: ParsedPublicKey,
}

impl PublicKey {
    pub(super) fn read(bits: usize, der: &[u8]) -> Result<Self, Failure> {
        Self::of(bits, RsaPublicKey::from_public_key_der(der).map_err(|_| Failure::Unfit)?)
    }

    fn of(bits: usize, plain: RsaPublicKey) -> Result<Self, Failure> {
        if plain.n().bits() as usize != bits {
            return Err(Failure::Unfit);
        }
        let der = spki(&plain)?;
        Ok(Self {
            pss: ParsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, der.as_bytes())
                .map_err(|_| Failure::Unfit)?,
            pkcs1: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der.as_bytes())
                .map_err(|_| Failure::Unfit)?,
            plain,
        })
    }

    pub(super) fn spec(&self) -> PairSpec {
        if self.plain.n().bits() == 3072 { PairSpec::Rsa3072 } else { PairSpec::Rsa2048 }
    }

    pub(super) fn document(&self) -> Result<Document, Failure> {
        spki(&self.plain)
    }

    pub(super) fn verifies_pss(&self, digest: &[u8; DIGEST_LEN], signature: &[u8]) -> bool {
        sha256(digest).is_ok_and(|digest| self.pss.verify_digest_sig(&digest, signature).is_ok())
    }

    pub(super) fn verifies_pkcs1(&self, digest: &[u8; DIGEST_LEN], signature: &[u8]) -> bool {
        sha256(digest).is_ok_and(|digest| self.pkcs1.verify_digest_sig(&digest, signature).is_ok())
    }

    pub(super) fn encrypt_oaep_sha1<R: CryptoRng>(
        &self,
        text: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, Failure> {
        self.plain.encrypt(rng, Oaep::<Sha1>::new(), text).map_err(|_| Failure::Length)
    }

    pub(super) fn encrypt_oaep_sha256<R: CryptoRng>(
        &self,
        text: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, Failure> {
        self.plain.encrypt(rng, Oaep::<Sha256>::new(), text).map_err(|_| Failure::Length)
    }

    pub(super) fn encrypt_pkcs1<R: CryptoRng>(
        &self,
        text: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, Failure> {
        self.plain.encrypt(rng, Pkcs1v15Encrypt, text).map_err(|_| Failure::Length)
    }
}

fn spki(key: &RsaPublicKey) -> Result<Document, Failure> {
    key.to_public_key_der().map_err(|_| Failure::Unfit)
}

fn sha256(digest: &[u8; DIGEST_LEN]) -> Result<Digest, Failure> {
    Digest::import_less_safe(digest, &SHA256).map_err(|_| Failure::Unfit)
}

/// An RSA public key of any size that checks PKCS #1 v1.5 signatures over SHA-256 messages: a caller's, by which
/// it signs its requests.
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureKey(VerifyingKey<Sha256>);

impl SignatureKey {
    /// Reads a PEM `SubjectPublicKeyInfo`. `None` when the text is not one of an RSA key.
    #[must_use]
    pub fn from_pem(pem: &str) -> Option<Self> {
        let key = RsaPublicKey::from_public_key_der(&super::pem::public_key(pem)?).ok()?;
        Some(Self(VerifyingKey::new(key)))
    }

    /// Whether `signature` is this key's over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}
