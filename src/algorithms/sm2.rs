//! SM2 signatures and encryption (GB/T 32918.2 and 32918.4), on the curve of GB/T 32918.5.

use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePrivateKey, EncodePublicKey};
use rand_core::CryptoRng;
use signature::hazmat::{PrehashSigner, PrehashVerifier};
use sm2::SecretKey;
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::Generate;
use sm2::pke::{DecryptingKey, EncryptingKey};
use zeroize::Zeroizing;

use super::{DIGEST_LEN, Failure};

/// The forms of a ciphertext. Its parts stand in the same order in both: point, digest, text (C1, C3, C2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The DER sequence of GB/T 35276: two integers, two octet strings.
    Der,
    /// The parts themselves, the point uncompressed (`04`): 97 bytes more than the text.
    Raw,
}

/// What a ciphertext in raw form begins with: the mark of an uncompressed point.
const UNCOMPRESSED: u8 = 4;

/// The signer's identity is in the digest before it comes here; the library asks for one all the same.
const NO_IDENTITY: &str = "";

pub(super) fn generate<R: CryptoRng>(rng: &mut R) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let key = SecretKey::generate_from_rng(rng);
    Ok(key.to_pkcs8_der().map_err(|_| Failure::Unfit)?.to_bytes())
}

/// A private key.
pub struct PrivateKey {
    signing: SigningKey,
    decrypting: DecryptingKey,
}

impl PrivateKey {
    pub(super) fn read(pkcs8: &[u8]) -> Result<(Self, PublicKey), Failure> {
        let key = SecretKey::from_pkcs8_der(pkcs8).map_err(|_| Failure::Unfit)?;
        let public = PublicKey::of(key.public_key())?;
        let signing = SigningKey::new(NO_IDENTITY, &key).map_err(|_| Failure::Unfit)?;
        Ok((Self { signing, decrypting: DecryptingKey::new(key) }, public))
    }

    pub(super) fn sign(&self, digest: &[u8; DIGEST_LEN]) -> Result<Vec<u8>, Failure> {
        let signature: Signature = self.signing.sign_prehash(digest).map_err(|_| Failure::Unfit)?;
        Ok(signature.to_der().to_vec())
    }

    pub(super) fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let opened = match ciphertext.first() {
            Some(&UNCOMPRESSED) => self.decrypting.decrypt(ciphertext),
            _ => self.decrypting.decrypt_der(ciphertext),
        };
        opened.map(Zeroizing::new).map_err(|_| Failure::Unopenable)
    }
}

/// A public key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    verifying: VerifyingKey,
    encrypting: EncryptingKey,
}

impl PublicKey {
    pub(super) fn read(der: &[u8]) -> Result<Self, Failure> {
        Self::of(sm2::PublicKey::from_public_key_der(der).map_err(|_| Failure::Unfit)?)
    }

    fn of(key: sm2::PublicKey) -> Result<Self, Failure> {
        Ok(Self {
            verifying: VerifyingKey::new(NO_IDENTITY, key).map_err(|_| Failure::Unfit)?,
            encrypting: EncryptingKey::new(key),
        })
    }

    pub(super) fn document(&self) -> Result<Document, Failure> {
        self.verifying.to_public_key_der().map_err(|_| Failure::Unfit)
    }

    pub(super) fn verifies(&self, digest: &[u8; DIGEST_LEN], signature: &[u8]) -> bool {
        Signature::from_der(signature)
            .is_ok_and(|signature| self.verifying.verify_prehash(digest, &signature).is_ok())
    }

    pub(super) fn encrypt<R: CryptoRng>(
        &self,
        form: Form,
        text: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, Failure> {
        let sealed = match form {
            Form::Der => self.encrypting.encrypt_der(rng, text),
            Form::Raw => self.encrypting.encrypt(rng, text),
        };
        sealed.map_err(|_| Failure::Length)
    }
}
