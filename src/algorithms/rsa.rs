//! RSA (RFC 8017). AWS-LC does the private-key operations and checks signatures: it runs in
//! constant time and is several times faster. It cannot use the caller's random numbers. So the
//! `rsa` crate makes ciphertexts. Where the random numbers must be the caller's, it also generates
//! keys and signature salts.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{Algorithm, Digest, SHA256, SHA384, SHA512};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::ParsedPublicKey;
use aws_lc_rs::{rsa as aws_rsa, signature as aws};
use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePublicKey};
use rand_core::CryptoRng;
use rsa::oaep::Oaep;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs1v15::{Pkcs1v15Encrypt, Signature, VerifyingKey};
use rsa::signature::hazmat::RandomizedPrehashSigner;
use rsa::signature::{SignatureEncoding, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::digest::FixedOutputReset;
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::specs::{Encryption, KeyPair, Kind, Private, Public, Signing};
use super::{Error, Randomness, pem, pkcs8_of, unsupported};

/// RSA with a modulus of this many bits. Generated keys have the exponent 65537.
pub(super) struct Bits(pub(super) usize);

impl Kind for Bits {
    fn generate(&self, rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, Error> {
        pkcs8_of(&RsaPrivateKey::new(rng, self.0).map_err(unsupported)?)
    }

    fn generate_fast(&self) -> Option<Result<Zeroizing<Vec<u8>>, Error>> {
        let size = match self.0 {
            2048 => aws_rsa::KeySize::Rsa2048,
            3072 => aws_rsa::KeySize::Rsa3072,
            4096 => aws_rsa::KeySize::Rsa4096,
            _ => return None,
        };
        let generated = aws_rsa::KeyPair::generate(size).and_then(|pair| pair.as_der());
        let bytes = |der: Pkcs8V1Der<'_>| Zeroizing::new(der.as_ref().to_vec());
        Some(generated.map(bytes).map_err(unsupported))
    }

    fn read_private(&self, pkcs8: &[u8]) -> Result<KeyPair, Error> {
        let plain = RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(unsupported)?;
        let decrypting = aws_rsa::PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(unsupported)?;
        let public = self.public_key(plain.to_public_key())?;
        let key = PrivateKey {
            signing: aws_rsa::KeyPair::from_pkcs8(pkcs8).map_err(unsupported)?,
            oaep: aws_rsa::OaepPrivateDecryptingKey::new(decrypting.clone())
                .map_err(unsupported)?,
            pkcs1: aws_rsa::Pkcs1PrivateDecryptingKey::new(decrypting).map_err(unsupported)?,
            plain,
        };
        Ok((Box::new(key), public))
    }

    fn read_public(&self, der: &[u8]) -> Result<Arc<dyn Public>, Error> {
        self.public_key(RsaPublicKey::from_public_key_der(der).map_err(unsupported)?)
    }

    fn converted(&self, label: &str, der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        match (label, RsaPrivateKey::from_pkcs1_der(der)) {
            ("RSA PRIVATE KEY", Ok(key)) => pkcs8_of(&key),
            _ => Err(Error::Unsupported),
        }
    }
}

impl Bits {
    fn public_key(&self, plain: RsaPublicKey) -> Result<Arc<dyn Public>, Error> {
        if plain.n().bits() as usize != self.0 {
            return Err(Error::Unsupported);
        }
        let key = PublicKey { plain, parsed: Default::default() };
        match key.parsed(&SIGNINGS[0]) {
            Some(_) => Ok(Arc::new(key)),
            None => Err(Error::Unsupported),
        }
    }
}

struct PrivateKey {
    signing: aws_rsa::KeyPair,
    oaep: aws_rsa::OaepPrivateDecryptingKey,
    pkcs1: aws_rsa::Pkcs1PrivateDecryptingKey,
    /// For callers that bring their own generator.
    plain: RsaPrivateKey,
}

impl PrivateKey {
    /// A PSS signature whose salt comes from the caller's generator.
    fn sign_pss<D: sha2::Digest + FixedOutputReset>(
        &self,
        digest: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, Error> {
        let key = rsa::pss::SigningKey::<D>::new(self.plain.clone());
        Ok(key.sign_prehash_with_rng(rng, digest).map_err(unsupported)?.to_vec())
    }
}

impl Private for PrivateKey {
    fn sign(
        &self,
        algorithm: Signing,
        digest: &[u8],
        randomness: Randomness<'_>,
    ) -> Result<Vec<u8>, Error> {
        let how = implementation(algorithm)?;
        if let Randomness::Only(rng) = randomness {
            match algorithm {
                Signing::RsaPss => return self.sign_pss::<Sha256>(digest, rng),
                Signing::RsaPssSha384 => return self.sign_pss::<Sha384>(digest, rng),
                Signing::RsaPssSha512 => return self.sign_pss::<Sha512>(digest, rng),
                // PKCS #1 v1.5 has no salt.
                _ => {}
            }
        }
        let mut signature = vec![0; self.signing.public_modulus_len()];
        let signed = self.signing.sign_digest(how.signs, &how.digest(digest)?, &mut signature);
        signed.map(|()| signature).map_err(unsupported)
    }

    fn decrypt(
        &self,
        algorithm: Encryption,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut text = Zeroizing::new(vec![0; self.signing.public_modulus_len()]);
        let oaep = match algorithm {
            Encryption::RsaOaepSha1 => Some(&aws_rsa::OAEP_SHA1_MGF1SHA1),
            Encryption::RsaOaepSha256 => Some(&aws_rsa::OAEP_SHA256_MGF1SHA256),
            Encryption::RsaPkcs1 => None,
            Encryption::Sm2(_) | Encryption::MlKem => return Err(Error::Unsupported),
        };
        let opened = match oaep {
            Some(how) => self.oaep.decrypt(how, ciphertext, &mut text, None),
            None => self.pkcs1.decrypt(ciphertext, &mut text),
        };
        let len = opened.map_err(|_| Error::DecryptionFailed)?.len();
        text.truncate(len);
        Ok(text)
    }
}

#[derive(Debug)]
struct PublicKey {
    plain: RsaPublicKey,
    /// The key as AWS-LC has it, once for each line of [`SIGNINGS`], parsed on first use.
    parsed: [OnceLock<Option<ParsedPublicKey>>; SIGNINGS.len()],
}

impl PublicKey {
    fn parsed(&self, how: &Implementation) -> Option<&ParsedPublicKey> {
        let at = SIGNINGS.iter().position(|it| it.algorithm == how.algorithm)?;
        let parse = || ParsedPublicKey::new(how.verifies, spki(&self.plain).ok()?.as_bytes()).ok();
        self.parsed.get(at)?.get_or_init(parse).as_ref()
    }
}

impl Public for PublicKey {
    fn document(&self) -> Result<Document, Error> {
        spki(&self.plain)
    }

    fn verifies(&self, algorithm: Signing, digest: &[u8], signature: &[u8]) -> bool {
        let Ok(how) = implementation(algorithm) else { return false };
        let (Some(key), Ok(digest)) = (self.parsed(how), how.digest(digest)) else { return false };
        key.verify_digest_sig(&digest, signature).is_ok()
    }

    fn encrypt(
        &self,
        algorithm: Encryption,
        text: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, Error> {
        let sealed = match algorithm {
            Encryption::RsaOaepSha1 => self.plain.encrypt(rng, Oaep::<Sha1>::new(), text),
            Encryption::RsaOaepSha256 => self.plain.encrypt(rng, Oaep::<Sha256>::new(), text),
            Encryption::RsaPkcs1 => self.plain.encrypt(rng, Pkcs1v15Encrypt, text),
            Encryption::Sm2(_) | Encryption::MlKem => return Err(Error::Unsupported),
        };
        sealed.map_err(|_| Error::Length)
    }
}

fn spki(key: &RsaPublicKey) -> Result<Document, Error> {
    key.to_public_key_der().map_err(unsupported)
}

/// How AWS-LC signs and verifies with an algorithm.
struct Implementation {
    algorithm: Signing,
    signs: &'static dyn aws::RsaEncoding,
    verifies: &'static aws::RsaParameters,
    hash: &'static Algorithm,
}

const fn with(
    algorithm: Signing,
    signs: &'static dyn aws::RsaEncoding,
    verifies: &'static aws::RsaParameters,
    hash: &'static Algorithm,
) -> Implementation {
    Implementation { algorithm, signs, verifies, hash }
}

#[rustfmt::skip]
static SIGNINGS: [Implementation; 6] = [
    with(Signing::RsaPss, &aws::RSA_PSS_SHA256, &aws::RSA_PSS_2048_8192_SHA256, &SHA256),
    with(Signing::RsaPssSha384, &aws::RSA_PSS_SHA384, &aws::RSA_PSS_2048_8192_SHA384, &SHA384),
    with(Signing::RsaPssSha512, &aws::RSA_PSS_SHA512, &aws::RSA_PSS_2048_8192_SHA512, &SHA512),
    with(Signing::RsaPkcs1, &aws::RSA_PKCS1_SHA256, &aws::RSA_PKCS1_2048_8192_SHA256, &SHA256),
    with(Signing::RsaPkcs1Sha384, &aws::RSA_PKCS1_SHA384, &aws::RSA_PKCS1_2048_8192_SHA384, &SHA384),
    with(Signing::RsaPkcs1Sha512, &aws::RSA_PKCS1_SHA512, &aws::RSA_PKCS1_2048_8192_SHA512, &SHA512),
];

fn implementation(algorithm: Signing) -> Result<&'static Implementation, Error> {
    SIGNINGS.iter().find(|it| it.algorithm == algorithm).ok_or(Error::Unsupported)
}

impl Implementation {
    fn digest(&self, digest: &[u8]) -> Result<Digest, Error> {
        Digest::import_less_safe(digest, self.hash).map_err(unsupported)
    }
}

/// An RSA public key of any size that checks PKCS #1 v1.5 signatures with SHA-256. Accounts
/// register such keys to sign their requests.
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureKey(VerifyingKey<Sha256>);

impl SignatureKey {
    /// Reads a PEM `SubjectPublicKeyInfo`. `None` when the text has no RSA key.
    #[must_use]
    pub fn from_pem(text: &str) -> Option<Self> {
        Self::from_der(&pem::public_key(text)?)
    }

    /// Reads a `SubjectPublicKeyInfo`. `None` when it has no RSA key.
    #[must_use]
    pub fn from_der(spki: &[u8]) -> Option<Self> {
        let key = RsaPublicKey::from_public_key_der(spki).ok()?;
        Some(Self(VerifyingKey::new(key)))
    }

    /// Whether `signature` is this key's signature over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }

    /// Whether `signature` is this key's PSS signature over `message`, also with SHA-256.
    #[must_use]
    pub fn verifies_pss(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = rsa::pss::VerifyingKey::<Sha256>::new(self.0.as_ref().clone());
        rsa::pss::Signature::try_from(signature)
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}
