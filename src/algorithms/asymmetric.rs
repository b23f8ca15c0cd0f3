//! Key pairs: what each kind can do, and one face for all of them. Private keys are PKCS #8 (RFC 5208), public
//! keys `SubjectPublicKeyInfo` (RFC 5280 section 4.1), both DER.

use pkcs8::{Document, LineEnding};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::ecdsa::{p256, secp256k1};
use super::{Chance, DIGEST_LEN, Failure, rsa, sm2};

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

impl PairSpec {
    /// Whether such a pair can encrypt; the others only sign.
    #[must_use]
    pub const fn encrypts(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::EcSm2)
    }
}

/// How a digest is signed. ECDSA and SM2 signatures are DER sequences of `r` and `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signing {
    /// RSASSA-PSS with SHA-256, also in its mask, and a salt of 32 bytes (RFC 8017 section 8.1).
    RsaPss,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2).
    RsaPkcs1,
    /// ECDSA (FIPS 186-5). The nonce is that of RFC 6979.
    Ecdsa,
    /// SM2 (GB/T 32918.2). The digest is `e`: the signer's identity is mixed in already.
    Sm2,
}

impl Signing {
    /// Whether a pair of this kind signs so.
    #[must_use]
    pub const fn fits(self, spec: PairSpec) -> bool {
        match self {
            Self::RsaPss | Self::RsaPkcs1 => matches!(spec, PairSpec::Rsa2048 | PairSpec::Rsa3072),
            Self::Ecdsa => matches!(spec, PairSpec::EcP256 | PairSpec::EcP256K),
            Self::Sm2 => matches!(spec, PairSpec::EcSm2),
        }
    }
}

/// How a text is encrypted for a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encryption {
    /// RSAES-OAEP with SHA-1, also in its mask (RFC 8017 section 7.1).
    RsaOaepSha1,
    /// RSAES-OAEP with SHA-256, also in its mask.
    RsaOaepSha256,
    /// RSAES-PKCS1-v1_5 (RFC 8017 section 7.2).
    RsaPkcs1,
    /// SM2 (GB/T 32918.4), in either of two forms.
    Sm2(sm2::Form),
}

impl Encryption {
    /// Whether a pair of this kind encrypts so.
    #[must_use]
    pub const fn fits(self, spec: PairSpec) -> bool {
        match self {
            Self::RsaOaepSha1 | Self::RsaOaepSha256 | Self::RsaPkcs1 => {
                matches!(spec, PairSpec::Rsa2048 | PairSpec::Rsa3072)
            }
            Self::Sm2(_) => matches!(spec, PairSpec::EcSm2),
        }
    }
}

/// Draws a new private key. RSA takes long: tens of milliseconds up to half a second.
///
/// # Errors
/// [`Failure::Unfit`] when the randomness yields no key, which does not happen with any real source.
pub fn generate<R: CryptoRng>(spec: PairSpec, rng: &mut R) -> Result<Zeroizing<Vec<u8>>, Failure> {
    match spec {
        PairSpec::Rsa2048 => rsa::generate(2048, rng),
        PairSpec::Rsa3072 => rsa::generate(3072, rng),
        PairSpec::EcP256 => p256::generate(rng),
        PairSpec::EcP256K => secp256k1::generate(rng),
        PairSpec::EcSm2 => sm2::generate(rng),
    }
}

/// A private key, ready for use, with its public half.
pub struct PrivateKey {
    secret: Secret,
    public: PublicKey,
}

enum Secret {
    Rsa(Box<rsa::PrivateKey>),
    P256(p256::PrivateKey),
    Secp256k1(secp256k1::PrivateKey),
    Sm2(Box<sm2::PrivateKey>),
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// Reads a private key of this kind.
    ///
    /// # Errors
    /// [`Failure::Unfit`] when the bytes are not one.
    pub fn read(spec: PairSpec, pkcs8: &[u8]) -> Result<Self, Failure> {
        let rsa = |bits| {
            let (key, public) = rsa::PrivateKey::read(bits, pkcs8)?;
            Ok(Self { secret: Secret::Rsa(Box::new(key)), public: PublicKey::Rsa(public) })
        };
        match spec {
            PairSpec::Rsa2048 => rsa(2048),
            PairSpec::Rsa3072 => rsa(3072),
            PairSpec::EcP256 => {
                let (key, public) = p256::PrivateKey::read(pkcs8)?;
                Ok(Self { secret: Secret::P256(key), public: PublicKey::P256(public) })
            }
            PairSpec::EcP256K => {
                let (key, public) = secp256k1::PrivateKey::read(pkcs8)?;
                Ok(Self { secret: Secret::Secp256k1(key), public: PublicKey::Secp256k1(public) })
            }
            PairSpec::EcSm2 => {
                let (key, public) = sm2::PrivateKey::read(pkcs8)?;
                Ok(Self { secret: Secret::Sm2(Box::new(key)), public: PublicKey::Sm2(public) })
            }
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a digest.
    ///
    /// # Errors
    /// [`Failure::Unfit`] when this kind of key does not sign so.
    pub fn sign(
        &self,
        algorithm: Signing,
        digest: &[u8; DIGEST_LEN],
        chance: Chance<'_>,
    ) -> Result<Vec<u8>, Failure> {
        match (&self.secret, algorithm) {
            (Secret::Rsa(key), Signing::RsaPss) => key.sign_pss(digest, chance),
            (Secret::Rsa(key), Signing::RsaPkcs1) => key.sign_pkcs1(digest),
            (Secret::P256(key), Signing::Ecdsa) => key.sign(digest),
            (Secret::Secp256k1(key), Signing::Ecdsa) => key.sign(digest),
            (Secret::Sm2(key), Signing::Sm2) => key.sign(digest),
            _ => Err(Failure::Unfit),
        }
    }

    /// Opens a ciphertext. SM2 ciphertexts are read in both forms, whichever the algorithm names.
    ///
    /// # Errors
    /// [`Failure::Unfit`] when this kind of key does not encrypt so; [`Failure::Unopenable`].
    pub fn decrypt(
        &self,
        algorithm: Encryption,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        match (&self.secret, algorithm) {
            (Secret::Rsa(key), Encryption::RsaOaepSha1) => key.decrypt_oaep_sha1(ciphertext),
            (Secret::Rsa(key), Encryption::RsaOaepSha256) => key.decrypt_oaep_sha256(ciphertext),
            (Secret::Rsa(key), Encryption::RsaPkcs1) => key.decrypt_pkcs1(ciphertext),
            (Secret::Sm2(key), Encryption::Sm2(_)) => key.decrypt(ciphertext),
            _ => Err(Failure::Unfit),
        }
    }
}

/// A public key.
#[derive(Clone, Debug)]
pub enum PublicKey {
    /// RSA.
    Rsa(rsa::PublicKey),
    /// P-256.
    P256(p256::PublicKey),
    /// secp256k1.
    Secp256k1(secp256k1::PublicKey),
    /// SM2.
    Sm2(sm2::PublicKey),
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` of a key of this kind.
    ///
    /// # Errors
    /// [`Failure::Unfit`] when the bytes are not one.
    pub fn read(spec: PairSpec, der: &[u8]) -> Result<Self, Failure> {
        Ok(match spec {
            PairSpec::Rsa2048 => Self::Rsa(rsa::PublicKey::read(2048, der)?),
            PairSpec::Rsa3072 => Self::Rsa(rsa::PublicKey::read(3072, der)?),
            PairSpec::EcP256 => Self::P256(p256::PublicKey::read(der)?),
            PairSpec::EcP256K => Self::Secp256k1(secp256k1::PublicKey::read(der)?),
            PairSpec::EcSm2 => Self::Sm2(sm2::PublicKey::read(der)?),
        })
    }

    /// The `SubjectPublicKeyInfo`, DER.
    ///
    /// # Errors
    /// [`Failure::Unfit`], for a key that has none; there is no such key.
    pub fn der(&self) -> Result<Vec<u8>, Failure> {
        Ok(self.document()?.into_vec())
    }

    /// The same in PEM (RFC 7468 section 13), in lines that end with a line feed.
    ///
    /// # Errors
    /// As [`PublicKey::der`].
    pub fn pem(&self) -> Result<String, Failure> {
        self.document()?.to_pem("PUBLIC KEY", LineEnding::LF).map_err(|_| Failure::Unfit)
    }

    fn document(&self) -> Result<Document, Failure> {
        match self {
            Self::Rsa(key) => key.document(),
            Self::P256(key) => key.document(),
            Self::Secp256k1(key) => key.document(),
            Self::Sm2(key) => key.document(),
        }
    }

    /// Whether a `SubjectPublicKeyInfo` holds this key, however it is written.
    #[must_use]
    pub fn is(&self, der: &[u8]) -> bool {
        let spec = match self {
            Self::Rsa(key) => key.spec(),
            Self::P256(_) => PairSpec::EcP256,
            Self::Secp256k1(_) => PairSpec::EcP256K,
            Self::Sm2(_) => PairSpec::EcSm2,
        };
        Self::read(spec, der).and_then(|other| Ok(other.der()? == self.der()?)).unwrap_or_default()
    }

    /// What is signed of a message: its SHA-256 digest, or for SM2 that with SM3 into which key and identity are mixed;
    /// the identity is `1234567812345678`.
    #[must_use]
    pub fn digest(&self, message: &[u8]) -> [u8; DIGEST_LEN] {
        match self {
            Self::Rsa(_) | Self::P256(_) | Self::Secp256k1(_) => Sha256::digest(message).into(),
            Self::Sm2(key) => key.digest(message),
        }
    }

    /// Whether `signature` is this key's over `digest`. What cannot be read as a signature is none.
    ///
    /// # Errors
    /// [`Failure::Unfit`] when this kind of key does not sign so.
    pub fn verifies(
        &self,
        algorithm: Signing,
        digest: &[u8; DIGEST_LEN],
        signature: &[u8],
    ) -> Result<bool, Failure> {
        match (self, algorithm) {
            (Self::Rsa(key), Signing::RsaPss) => Ok(key.verifies_pss(digest, signature)),
            (Self::Rsa(key), Signing::RsaPkcs1) => Ok(key.verifies_pkcs1(digest, signature)),
            (Self::P256(key), Signing::Ecdsa) => Ok(key.verifies(digest, signature)),
            (Self::Secp256k1(key), Signing::Ecdsa) => Ok(key.verifies(digest, signature)),
            (Self::Sm2(key), Signing::Sm2) => Ok(key.verifies(digest, signature)),
            _ => Err(Failure::Unfit),
        }
    }

    /// Encrypts `text`.
    ///
    /// # Errors
    /// [`Failure::Unfit`] when this kind of key does not encrypt so; [`Failure::Length`] when the text is too
    /// long for it.
    pub fn encrypt<R: CryptoRng>(
        &self,
        algorithm: Encryption,
        text: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, Failure> {
        match (self, algorithm) {
            (Self::Rsa(key), Encryption::RsaOaepSha1) => key.encrypt_oaep_sha1(text, rng),
            (Self::Rsa(key), Encryption::RsaOaepSha256) => key.encrypt_oaep_sha256(text, rng),
            (Self::Rsa(key), Encryption::RsaPkcs1) => key.encrypt_pkcs1(text, rng),
            (Self::Sm2(key), Encryption::Sm2(form)) => key.encrypt(form, text, rng),
            _ => Err(Failure::Unfit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng;

    const PAIRS: [PairSpec; 5] = [
        PairSpec::Rsa2048,
        PairSpec::Rsa3072,
        PairSpec::EcP256,
        PairSpec::EcP256K,
        PairSpec::EcSm2,
    ];
    const SIGNINGS: [Signing; 4] =
        [Signing::RsaPss, Signing::RsaPkcs1, Signing::Ecdsa, Signing::Sm2];
    const ENCRYPTIONS: [Encryption; 5] = [
        Encryption::RsaOaepSha1,
        Encryption::RsaOaepSha256,
        Encryption::RsaPkcs1,
        Encryption::Sm2(sm2::Form::Der),
        Encryption::Sm2(sm2::Form::Raw),
    ];

    /// The longest text, in bytes: as the standards have it.
    fn longest(spec: PairSpec, algorithm: Encryption) -> Option<usize> {
        let modulus = if spec == PairSpec::Rsa2048 { 256 } else { 384 };
        match algorithm {
            Encryption::RsaOaepSha1 => Some(modulus - 42),
            Encryption::RsaOaepSha256 => Some(modulus - 66),
            Encryption::RsaPkcs1 => Some(modulus - 11),
            Encryption::Sm2(_) => None,
        }
    }

    #[test]
    fn every_pair_does_what_fits_it_and_nothing_else() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for spec in PAIRS {
            let pkcs8 = generate(spec, &mut rng).unwrap();
            let key = PrivateKey::read(spec, &pkcs8).unwrap();
            let public = PublicKey::read(spec, &key.public().der().unwrap()).unwrap();
            for algorithm in SIGNINGS {
                let digest = [7; DIGEST_LEN];
                for signature in [
                    key.sign(algorithm, &digest, Chance::Any),
                    key.sign(algorithm, &digest, Chance::Only(&mut rng)),
                ] {
                    assert_eq!(signature.is_ok(), algorithm.fits(spec), "{spec:?} {algorithm:?}");
                    let Ok(mut signature) = signature else { continue };
                    assert_eq!(public.verifies(algorithm, &digest, &signature), Ok(true));
                    assert_eq!(public.verifies(algorithm, &[8; DIGEST_LEN], &signature), Ok(false));
                    *signature.last_mut().unwrap() ^= 1;
                    assert_eq!(public.verifies(algorithm, &digest, &signature), Ok(false));
                    assert_eq!(public.verifies(algorithm, &digest, b"no signature"), Ok(false));
                }
            }
            for algorithm in ENCRYPTIONS {
                let sealed = public.encrypt(algorithm, b"text", &mut rng);
                assert_eq!(sealed.is_ok(), algorithm.fits(spec), "{spec:?} {algorithm:?}");
                assert!(!algorithm.fits(spec) || spec.encrypts());
                let Ok(mut sealed) = sealed else { continue };
                assert_eq!(**key.decrypt(algorithm, &sealed).unwrap(), *b"text");
                *sealed.last_mut().unwrap() ^= 1;
                assert_eq!(key.decrypt(algorithm, &sealed).err(), Some(Failure::Unopenable));
                assert_eq!(key.decrypt(algorithm, b"").err(), Some(Failure::Unopenable));
                if let Some(longest) = longest(spec, algorithm) {
                    let text = vec![9; longest + 1];
                    let sealed = public.encrypt(algorithm, &text[1..], &mut rng).unwrap();
                    assert_eq!(**key.decrypt(algorithm, &sealed).unwrap(), text[1..]);
                    assert_eq!(public.encrypt(algorithm, &text, &mut rng), Err(Failure::Length));
                }
            }
            for other in PAIRS.into_iter().filter(|other| *other != spec) {
                assert!(PrivateKey::read(other, &pkcs8).is_err(), "{spec:?} is no {other:?}");
                assert!(
                    PublicKey::read(other, &public.der().unwrap()).is_err(),
                    "{spec:?} is no {other:?}"
                );
            }
        }
    }

    #[test]
    fn a_caller_with_randomness_of_its_own_gets_the_same_again() {
        let draw = || {
            let mut rng = ChaCha20Rng::from_seed([2; 32]);
            let mut all = Vec::new();
            for spec in PAIRS {
                let pkcs8 = generate(spec, &mut rng).unwrap();
                let key = PrivateKey::read(spec, &pkcs8).unwrap();
                for algorithm in SIGNINGS.into_iter().filter(|it| it.fits(spec)) {
                    all.push(
                        key.sign(algorithm, &[7; DIGEST_LEN], Chance::Only(&mut rng)).unwrap(),
                    );
                }
                for algorithm in ENCRYPTIONS.into_iter().filter(|it| it.fits(spec)) {
                    all.push(key.public().encrypt(algorithm, b"text", &mut rng).unwrap());
                }
                all.push(pkcs8.to_vec());
            }
            all
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn sm2_seals_6047_bytes_in_both_forms() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let key = PrivateKey::read(PairSpec::EcSm2, &generate(PairSpec::EcSm2, &mut rng).unwrap())
            .unwrap();
        let text: Vec<u8> = (0..6047u32).map(|at| at.to_le_bytes()[0]).collect();
        for (form, first) in [(sm2::Form::Der, 0x30), (sm2::Form::Raw, 0x04)] {
            let sealed = key.public().encrypt(Encryption::Sm2(form), &text, &mut rng).unwrap();
            assert_eq!(sealed[0], first);
            assert_eq!(**key.decrypt(Encryption::Sm2(form), &sealed).unwrap(), text);
        }
        assert_eq!(
            key.public().encrypt(Encryption::Sm2(sm2::Form::Raw), &text, &mut rng).unwrap().len(),
            6144
        );
    }
}
