//! What each kind of key pair can do. A new kind needs a variant, an arm of
//! [`PairSpec::abilities`], and a file that implements [`Kind`] and is listed in `asymmetric`.

use std::fmt::Debug;
use std::sync::Arc;

use pkcs8::Document;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::mac::{self, Hash};
use super::{Error, Randomness};

/// The kinds of key pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PairSpec {
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// The NIST curve P-256.
    EcP256,
    /// The SECG curve secp256k1.
    EcP256K,
    /// The curve of SM2 (GB/T 32918).
    EcSm2,
}

/// How a digest is signed. ECDSA and SM2 signatures are DER sequences of `r` and `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signing {
    /// RSASSA-PSS with SHA-256, also in MGF1, and a salt of 32 bytes (RFC 8017 section 8.1).
    RsaPss,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2).
    RsaPkcs1,
    /// ECDSA with SHA-256 (FIPS 186-5), with nonces as in RFC 6979.
    Ecdsa,
    /// SM2 (GB/T 32918.2). The digest is `e`, which covers the signer's identity.
    Sm2,
}

/// How a text is encrypted with a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encryption {
    /// RSAES-OAEP with SHA-1, also in MGF1 (RFC 8017 section 7.1).
    RsaOaepSha1,
    /// RSAES-OAEP with SHA-256, also in MGF1.
    RsaOaepSha256,
    /// RSAES-PKCS1-v1_5 (RFC 8017 section 7.2).
    RsaPkcs1,
    /// SM2 (GB/T 32918.4), in either form.
    Sm2(Form),
}

/// The forms of an SM2 ciphertext. Both have the same order: point, digest, text (C1, C3, C2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The DER sequence of GB/T 35276: two integers, two octet strings.
    Der,
    /// The concatenated parts with an uncompressed point (`04`): 97 bytes longer than the text.
    Raw,
}

/// What a kind of pair can do.
struct Abilities {
    signs: &'static [Signing],
    encrypts: &'static [Encryption],
    /// How it signs certification requests, if it does.
    certifies: Option<Signing>,
}

const RSA: Abilities = Abilities {
    signs: &[Signing::RsaPss, Signing::RsaPkcs1],
    encrypts: &[Encryption::RsaOaepSha1, Encryption::RsaOaepSha256, Encryption::RsaPkcs1],
    certifies: Some(Signing::RsaPkcs1),
};
const P256: Abilities =
    Abilities { signs: &[Signing::Ecdsa], encrypts: &[], certifies: Some(Signing::Ecdsa) };
const P256K: Abilities = Abilities { certifies: None, ..P256 };
const SM2: Abilities = Abilities {
    signs: &[Signing::Sm2],
    encrypts: &[Encryption::Sm2(Form::Der), Encryption::Sm2(Form::Raw)],
    certifies: Some(Signing::Sm2),
};

impl PairSpec {
    fn abilities(self) -> &'static Abilities {
        match self {
            Self::Rsa2048 | Self::Rsa3072 => &RSA,
            Self::EcP256 => &P256,
            Self::EcP256K => &P256K,
            Self::EcSm2 => &SM2,
        }
    }

    /// Whether such pairs can encrypt. The others only sign.
    #[must_use]
    pub fn encrypts(self) -> bool {
        !self.abilities().encrypts.is_empty()
    }

    /// How such pairs sign certification requests, if they do.
    #[must_use]
    pub fn certifies(self) -> Option<Signing> {
        self.abilities().certifies
    }
}

impl Signing {
    /// Whether pairs of this kind sign with this algorithm.
    #[must_use]
    pub fn fits(self, spec: PairSpec) -> bool {
        spec.abilities().signs.contains(&self)
    }

    /// The digest that this algorithm signs.
    #[must_use]
    pub const fn hash(self) -> Hash {
        match self {
            Self::RsaPss | Self::RsaPkcs1 | Self::Ecdsa => Hash::Sha256,
            Self::Sm2 => Hash::Sm3,
        }
    }
}

impl Encryption {
    /// Whether pairs of this kind encrypt with this algorithm.
    #[must_use]
    pub fn fits(self, spec: PairSpec) -> bool {
        spec.abilities().encrypts.contains(&self)
    }
}

/// How pairs of one kind are generated and read. Private keys are PKCS #8, public keys
/// `SubjectPublicKeyInfo`.
pub(super) trait Kind: Sync {
    fn generate(&self, rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, Error>;
    fn read_private(&self, pkcs8: &[u8]) -> Result<KeyPair, Error>;
    fn read_public(&self, der: &[u8]) -> Result<Arc<dyn Public>, Error>;
    /// Converts a private key from its older form (PKCS #1 or SEC 1) to PKCS #8. `label` is the
    /// label of its PEM block.
    fn converted(&self, label: &str, der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error>;
}

/// A private key and its public key.
pub(super) type KeyPair = (Box<dyn Private>, Arc<dyn Public>);

/// A private key. Callers use only what [`PairSpec`] supports, with digests of the right length.
pub(super) trait Private: Send + Sync {
    fn sign(
        &self,
        algorithm: Signing,
        digest: &[u8],
        randomness: Randomness<'_>,
    ) -> Result<Vec<u8>, Error>;

    fn decrypt(
        &self,
        _algorithm: Encryption,
        _ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        Err(Error::Unsupported)
    }
}

/// A public key, used under the same conditions.
pub(super) trait Public: Debug + Send + Sync {
    fn document(&self) -> Result<Document, Error>;

    fn digest(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        mac::digest(hash, message)
    }

    fn verifies(&self, algorithm: Signing, digest: &[u8], signature: &[u8]) -> bool;

    fn encrypt(
        &self,
        _algorithm: Encryption,
        _text: &[u8],
        _rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, Error> {
        Err(Error::Unsupported)
    }
}
