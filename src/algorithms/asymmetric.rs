//! Key pairs of every kind. Private keys are PKCS #8 (RFC 5208), public keys are
//! `SubjectPublicKeyInfo` (RFC 5280 section 4.1). Both are DER.

use std::sync::Arc;

use pkcs8::{Document, LineEnding};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::specs::{Kind, Private, Public};
use super::{Error, Randomness, ecdsa, ed25519, ml_dsa, ml_kem, pem, rsa, sm2, unsupported};

pub use super::specs::{Encryption, PairSpec, Signing};

/// The implementation of each kind of pair.
fn kind(spec: PairSpec) -> &'static dyn Kind {
    match spec {
        PairSpec::Rsa2048 => &rsa::Bits(2048),
        PairSpec::Rsa3072 => &rsa::Bits(3072),
        PairSpec::Rsa4096 => &rsa::Bits(4096),
        PairSpec::EcP256 => &ecdsa::p256::Curve,
        PairSpec::EcP256K => &ecdsa::secp256k1::Curve,
        PairSpec::EcP384 => &ecdsa::p384::Curve,
        PairSpec::EcSm2 => &sm2::Curve,
        PairSpec::Ed25519 => &ed25519::Ed25519,
        PairSpec::MlKem1024 => &ml_kem::MlKem1024,
        PairSpec::MlDsa87 => &ml_dsa::MlDsa87,
    }
}

/// The longest private key in DER, in bytes: far longer than any of these kinds. It bounds the time
/// to parse one, which for RSA grows with the square of the length.
const LONGEST: usize = 16 * 1024;

/// Generates a private key with these random numbers. RSA takes from tenths of a second to many
/// seconds.
///
/// # Errors
/// [`Error::Unsupported`] when the random numbers yield no key, which no real source causes.
pub fn generate<R: CryptoRng>(spec: PairSpec, rng: &mut R) -> Result<Zeroizing<Vec<u8>>, Error> {
    kind(spec).generate(rng)
}

/// Generates a private key. Where AWS-LC is much faster, as for RSA, its own random numbers are
/// used instead of these.
///
/// # Errors
/// As [`generate`].
pub fn generate_fast<R: CryptoRng>(
    spec: PairSpec,
    rng: &mut R,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    kind(spec).generate_fast().unwrap_or_else(|| generate(spec, rng))
}

/// Reads a private key of this kind from PEM: PKCS #8, PKCS #1 for RSA, or SEC 1 for the curves.
/// Blocks of other kinds, such as curve parameters or certificates, are ignored.
///
/// # Errors
/// [`Error::Unsupported`] when the text has no such key.
pub fn private_key_from_pem(spec: PairSpec, text: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let block = pem::blocks(text)
        .find(|block| block.is_ok_and(|block| block.label.ends_with("PRIVATE KEY")));
    let block = block.and_then(Result::ok).ok_or(Error::Unsupported)?;
    let der = block.bytes().filter(|der| der.len() <= LONGEST).ok_or(Error::Unsupported)?;
    let pkcs8 = match block.label {
        "PRIVATE KEY" => der,
        label => kind(spec).converted(label, &der)?,
    };
    PrivateKey::read(spec, &pkcs8).map(|_| pkcs8)
}

/// A private key, ready for use, with its public half.
pub struct PrivateKey {
    secret: Box<dyn Private>,
    public: PublicKey,
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// Reads a private key of this kind from PKCS #8.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the bytes are not such a key.
    pub fn read(spec: PairSpec, pkcs8: &[u8]) -> Result<Self, Error> {
        let (secret, key) = kind(spec).read_private(pkcs8)?;
        Ok(Self { secret, public: PublicKey { spec, key } })
    }

    /// The private key of a curve that is this number, of 32 bytes with the highest first.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the number is out of range, or keys of this kind are no numbers
    /// of this length.
    pub fn of_number(spec: PairSpec, number: &[u8]) -> Result<Self, Error> {
        // `ECPrivateKey` of RFC 5915 with version and key alone.
        const HEAD: &[u8] = &[0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20];
        let der = Zeroizing::new([HEAD, number].concat());
        Self::read(spec, &kind(spec).converted("EC PRIVATE KEY", &der)?)
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a digest, or the message itself where the algorithm signs messages. Both are what
    /// [`PublicKey::digest`] returns.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when keys of this kind do not sign with this algorithm;
    /// [`Error::DigestLength`] when the algorithm takes digests of another length.
    pub fn sign(
        &self,
        algorithm: Signing,
        digest: &[u8],
        randomness: Randomness<'_>,
    ) -> Result<Vec<u8>, Error> {
        self.public.signs(algorithm, digest)?;
        self.secret.sign(algorithm, digest, randomness)
    }

    /// Decrypts a ciphertext. SM2 ciphertexts are read in the DER and the raw form, whichever of
    /// them the algorithm names.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when keys of this kind do not encrypt with this algorithm;
    /// [`Error::DecryptionFailed`] when the ciphertext does not decrypt.
    pub fn decrypt(
        &self,
        algorithm: Encryption,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        if !algorithm.fits(self.public.spec) {
            return Err(Error::Unsupported);
        }
        self.secret.decrypt(algorithm, ciphertext)
    }

    /// The secret that this key agrees on with the owner of a public key of the same kind, by
    /// elliptic-curve Diffie-Hellman: the x-coordinate of the common point, as long as the curve's
    /// field elements (SP 800-56A section 5.7.1.2). `peer` is a `SubjectPublicKeyInfo`, DER.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when keys of this kind agree on no secrets; [`Error::PeerInvalid`]
    /// when `peer` is no key of this kind, or no point of the curve.
    pub fn agree(&self, peer: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if !self.public.spec.agrees() {
            return Err(Error::Unsupported);
        }
        self.secret.agree(peer)
    }
}

/// A public key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    spec: PairSpec,
    key: Arc<dyn Public>,
}

impl PublicKey {
    /// Reads the `SubjectPublicKeyInfo` of a key of this kind.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the bytes are not such a key.
    pub fn read(spec: PairSpec, der: &[u8]) -> Result<Self, Error> {
        Ok(Self { spec, key: kind(spec).read_public(der)? })
    }

    /// Its kind.
    #[must_use]
    pub const fn spec(&self) -> PairSpec {
        self.spec
    }

    /// The key as `SubjectPublicKeyInfo`, DER.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the key cannot be encoded, which does not happen.
    pub fn der(&self) -> Result<Vec<u8>, Error> {
        self.key.document().map(Document::into_vec)
    }

    /// The same in PEM (RFC 7468 section 13), with line feeds.
    ///
    /// # Errors
    /// As [`PublicKey::der`].
    pub fn pem(&self) -> Result<String, Error> {
        self.key.document()?.to_pem("PUBLIC KEY", LineEnding::LF).map_err(unsupported)
    }

    /// Whether a `SubjectPublicKeyInfo` holds this key, in whatever encoding.
    #[must_use]
    pub fn is(&self, der: &[u8]) -> bool {
        Self::read(self.spec, der)
            .and_then(|other| Ok(other.der()? == self.der()?))
            .unwrap_or_default()
    }

    /// The digest of a message that this algorithm signs, or the message itself where the algorithm
    /// signs messages. For SM2 the digest covers the public key and the identity
    /// `1234567812345678` too.
    #[must_use]
    pub fn digest(&self, algorithm: Signing, message: &[u8]) -> Vec<u8> {
        match algorithm.hash() {
            Some(hash) => self.key.digest(hash, message),
            None => message.to_vec(),
        }
    }

    /// Whether `signature` is this key's signature over `digest`, or over the message itself where
    /// the algorithm signs messages. Malformed signatures do not verify.
    ///
    /// # Errors
    /// As [`PrivateKey::sign`].
    pub fn verifies(
        &self,
        algorithm: Signing,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, Error> {
        self.signs(algorithm, digest)?;
        Ok(self.key.verifies(algorithm, digest, signature))
    }

    /// Encrypts `text`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when keys of this kind do not encrypt with this algorithm;
    /// [`Error::Length`] when the text is too long for it.
    pub fn encrypt<R: CryptoRng>(
        &self,
        algorithm: Encryption,
        text: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, Error> {
        if !algorithm.fits(self.spec) {
            return Err(Error::Unsupported);
        }
        self.key.encrypt(algorithm, text, rng)
    }

    /// Checks that keys of this kind sign with this algorithm, and that it takes such digests.
    fn signs(&self, algorithm: Signing, digest: &[u8]) -> Result<(), Error> {
        match algorithm.fits(self.spec) {
            false => Err(Error::Unsupported),
            true if algorithm.digest_len().is_some_and(|len| len != digest.len()) => {
                Err(Error::DigestLength)
            }
            true => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
