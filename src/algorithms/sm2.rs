//! SM2 signatures and encryption (GB/T 32918.2 and 32918.4), on the curve of GB/T 32918.5.

use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePrivateKey, EncodePublicKey};
use rand_core::CryptoRng;
use signature::hazmat::{PrehashSigner, PrehashVerifier};
use sm2::SecretKey;
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::Generate;
use sm2::pke::{DecryptingKey, EncryptingKey};
use sm3::{Digest as _, Sm3};
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

/// The signer's identity where none was agreed on (GM/T 0009 section 10).
const IDENTITY: &[u8; 16] = b"1234567812345678";

/// The curve of GB/T 32918.5: `a`, `b` and the base point.
const CURVE: [[u8; 32]; 4] = [
    hex("fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"),
    hex("28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"),
    hex("32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"),
    hex("bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"),
];

/// The bytes that 64 digits in lower case stand for.
const fn hex(digits: &str) -> [u8; 32] {
    const fn digit(c: u8) -> u8 {
        if c < b'a' { c - b'0' } else { c - b'a' + 10 }
    }
    let digits = digits.as_bytes();
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 32 {
        bytes[at] = digit(digits[2 * at]) << 4 | digit(digits[2 * at + 1]);
        at += 1;
    }
    bytes
}

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

    /// What is signed of a message, `e` of GB/T 32918.2 section 6.1: the digest of the message behind that of the
    /// identity, the curve and the key.
    pub(super) fn digest(&self, message: &[u8]) -> [u8; DIGEST_LEN] {
        // The identity's length in bits.
        let mut identity = Sm3::new().chain_update([0, 128]).chain_update(IDENTITY);
        for number in &CURVE {
            identity.update(number);
        }
        // The point, without the mark of its form.
        identity.update(self.verifying.to_sec1_bytes().get(1..).unwrap_or_default());
        Sm3::new().chain_update(identity.finalize()).chain_update(message).finalize().into()
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
