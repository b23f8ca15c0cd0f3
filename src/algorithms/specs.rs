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
    /// RSA, 4096 bits.
    Rsa4096,
    /// The NIST curve P-256.
    EcP256,
    /// The SECG curve secp256k1.
    EcP256K,
    /// The NIST curve P-384.
    EcP384,
    /// The curve of SM2 (GB/T 32918).
    EcSm2,
    /// The curve edwards25519, for signatures (RFC 8032).
    Ed25519,
    /// ML-KEM-1024 (FIPS 203).
    MlKem1024,
    /// ML-DSA-87 (FIPS 204).
    MlDsa87,
}

/// How a digest is signed, or the message itself: [`Signing::hash`] says which. ECDSA and SM2
/// signatures are DER sequences of `r` and `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signing {
    /// RSASSA-PSS with SHA-256, also in MGF1, and a salt of 32 bytes (RFC 8017 section 8.1).
    RsaPss,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2).
    RsaPkcs1,
    /// RSASSA-PSS with SHA-384, also in MGF1, and a salt of 48 bytes.
    RsaPssSha384,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PSS with SHA-512, also in MGF1, and a salt of 64 bytes.
    RsaPssSha512,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// ECDSA with SHA-256 (FIPS 186-5), with nonces as in RFC 6979.
    Ecdsa,
    /// ECDSA with SHA-384, with nonces as in RFC 6979.
    EcdsaSha384,
    /// SM2 (GB/T 32918.2). The digest is `e`, which covers the signer's identity.
    Sm2,
    /// Ed25519 over the message itself (RFC 8032 section 5.1). A signature has 64 bytes.
    Ed25519,
    /// Ed25519ph over a SHA-512 digest, with an empty context. A signature has 64 bytes.
    Ed25519Ph,
    /// ML-DSA over the message itself, with an empty context (FIPS 204 algorithm 2), in the
    /// deterministic variant.
    MlDsa,
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
    /// SM2 (GB/T 32918.4), in one of its forms.
    Sm2(Form),
    /// ML-KEM with AES-256-GCM. A shared secret (FIPS 203 algorithm 20) is the AES key of one text.
    /// The ciphertext is the encapsulated secret (1568 bytes for ML-KEM-1024), an initialisation
    /// vector of 12 bytes, the encrypted text and a tag of 16 bytes.
    MlKem,
}

/// The forms of an SM2 ciphertext. All have the same order: point, digest, text (C1, C3, C2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The DER sequence of GB/T 35276: two integers, two octet strings.
    Der,
    /// The concatenated parts with an uncompressed point (`04`): 97 bytes longer than the text.
    Raw,
    /// The same without the byte `04`: 96 bytes longer than the text. It is read only where the
    /// algorithm names it, because nothing marks it.
    Bare,
}

/// What a kind of pair can do.
struct Abilities {
    signs: &'static [Signing],
    encrypts: &'static [Encryption],
    /// How it signs certification requests, if it does.
    certifies: Option<Signing>,
    /// Whether it agrees on secrets with other pairs of its kind (SP 800-56A section 5.7.1.2).
    agrees: bool,
}

const RSA: Abilities = Abilities {
    signs: &[
        Signing::RsaPss,
        Signing::RsaPkcs1,
        Signing::RsaPssSha384,
        Signing::RsaPkcs1Sha384,
        Signing::RsaPssSha512,
        Signing::RsaPkcs1Sha512,
    ],
    encrypts: &[Encryption::RsaOaepSha1, Encryption::RsaOaepSha256, Encryption::RsaPkcs1],
    certifies: Some(Signing::RsaPkcs1),
    agrees: false,
};
const P256: Abilities = Abilities {
    signs: &[Signing::Ecdsa],
    encrypts: &[],
    certifies: Some(Signing::Ecdsa),
    agrees: true,
};
const P256K: Abilities = Abilities { certifies: None, ..P256 };
const P384: Abilities = Abilities { signs: &[Signing::EcdsaSha384], ..P256K };
const SM2: Abilities = Abilities {
    signs: &[Signing::Sm2],
    encrypts: &[
        Encryption::Sm2(Form::Der),
        Encryption::Sm2(Form::Raw),
        Encryption::Sm2(Form::Bare),
    ],
    certifies: Some(Signing::Sm2),
    agrees: true,
};
const ED25519: Abilities =
    Abilities { signs: &[Signing::Ed25519, Signing::Ed25519Ph], agrees: false, ..P256K };
const ML_KEM: Abilities =
    Abilities { signs: &[], encrypts: &[Encryption::MlKem], certifies: None, agrees: false };
const ML_DSA: Abilities = Abilities { signs: &[Signing::MlDsa], agrees: false, ..P256K };

impl PairSpec {
    fn abilities(self) -> &'static Abilities {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &RSA,
            Self::EcP256 => &P256,
            Self::EcP256K => &P256K,
            Self::EcP384 => &P384,
            Self::EcSm2 => &SM2,
            Self::Ed25519 => &ED25519,
            Self::MlKem1024 => &ML_KEM,
            Self::MlDsa87 => &ML_DSA,
        }
    }

    /// The RSA pairs.
    pub const RSA: [Self; 3] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    /// Whether such pairs are for RSA.
    #[must_use]
    pub fn is_rsa(self) -> bool {
        Self::RSA.contains(&self)
    }

    /// Whether such pairs can encrypt.
    #[must_use]
    pub fn encrypts(self) -> bool {
        !self.abilities().encrypts.is_empty()
    }

    /// Whether such pairs can sign.
    #[must_use]
    pub fn signs(self) -> bool {
        !self.abilities().signs.is_empty()
    }

    /// Whether such pairs agree on secrets with other pairs of their kind.
    #[must_use]
    pub fn agrees(self) -> bool {
        self.abilities().agrees
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

    /// The digest that this algorithm signs. `None` when it signs the message itself.
    #[must_use]
    pub const fn hash(self) -> Option<Hash> {
        match self {
            Self::RsaPss | Self::RsaPkcs1 | Self::Ecdsa => Some(Hash::Sha256),
            Self::EcdsaSha384 | Self::RsaPssSha384 | Self::RsaPkcs1Sha384 => Some(Hash::Sha384),
            Self::RsaPssSha512 | Self::RsaPkcs1Sha512 | Self::Ed25519Ph => Some(Hash::Sha512),
            Self::Sm2 => Some(Hash::Sm3),
            Self::Ed25519 | Self::MlDsa => None,
        }
    }

    /// The length of the digests that this algorithm signs, in bytes. `None` when it signs the
    /// message itself, which may have any length.
    #[must_use]
    pub fn digest_len(self) -> Option<usize> {
        self.hash().map(Hash::digest_len)
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
    /// Generates a key much faster than [`Kind::generate`], with other random numbers, if that is
    /// possible.
    fn generate_fast(&self) -> Option<Result<Zeroizing<Vec<u8>>, Error>> {
        None
    }
    fn read_private(&self, pkcs8: &[u8]) -> Result<KeyPair, Error>;
    fn read_public(&self, der: &[u8]) -> Result<Arc<dyn Public>, Error>;
    /// Converts a private key from its older form (PKCS #1 or SEC 1), if there is one, to PKCS #8.
    /// `label` is the label of its PEM block.
    fn converted(&self, _label: &str, _der: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        Err(Error::Unsupported)
    }
}

/// A private key and its public key.
pub(super) type KeyPair = (Box<dyn Private>, Arc<dyn Public>);

/// A private key. Callers use only what [`PairSpec`] supports, with digests of the right length.
/// What is signed is a digest, or the message itself: [`Signing::hash`] says which.
pub(super) trait Private: Send + Sync {
    fn sign(
        &self,
        _algorithm: Signing,
        _input: &[u8],
        _randomness: Randomness<'_>,
    ) -> Result<Vec<u8>, Error> {
        Err(Error::Unsupported)
    }

    fn decrypt(
        &self,
        _algorithm: Encryption,
        _ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        Err(Error::Unsupported)
    }

    /// The secret that this key and a peer's public key (`SubjectPublicKeyInfo`) agree on.
    fn agree(&self, _peer: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        Err(Error::Unsupported)
    }
}

/// A public key, used under the same conditions.
pub(super) trait Public: Debug + Send + Sync {
    fn document(&self) -> Result<Document, Error>;

    fn digest(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        mac::digest(hash, message)
    }

    fn verifies(&self, _algorithm: Signing, _input: &[u8], _signature: &[u8]) -> bool {
        false
    }

    fn encrypt(
        &self,
        _algorithm: Encryption,
        _text: &[u8],
        _rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, Error> {
        Err(Error::Unsupported)
    }
}
