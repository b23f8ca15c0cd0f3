//! Key pairs of every kind. Private keys are PKCS #8 (RFC 5208), public keys are
//! `SubjectPublicKeyInfo` (RFC 5280 section 4.1). Both are DER.

use std::sync::Arc;

use pkcs8::{Document, LineEnding};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::specs::{Kind, Private, Public};
use super::{Error, Randomness, ecdsa, ml_dsa, ml_kem, pem, rsa, sm2, unsupported};

pub use super::specs::{Encryption, PairSpec, Signing};

/// The implementation of each kind of pair.
fn kind(spec: PairSpec) -> &'static dyn Kind {
    match spec {
        PairSpec::Rsa2048 => &rsa::Bits(2048),
        PairSpec::Rsa3072 => &rsa::Bits(3072),
        PairSpec::EcP256 => &ecdsa::p256::Curve,
        PairSpec::EcP256K => &ecdsa::secp256k1::Curve,
        PairSpec::EcP384 => &ecdsa::p384::Curve,
        PairSpec::EcSm2 => &sm2::Curve,
        PairSpec::MlKem1024 => &ml_kem::MlKem1024,
        PairSpec::MlDsa87 => &ml_dsa::MlDsa87,
    }
}

/// The longest private key in DER, in bytes: far longer than any of these kinds. It bounds the time
/// to parse one, which for RSA grows with the square of the length.
const LONGEST: usize = 16 * 1024;

/// Generates a private key. RSA takes from tens of milliseconds to half a second.
///
/// # Errors
/// [`Error::Unsupported`] when the random numbers yield no key, which no real source causes.
pub fn generate<R: CryptoRng>(spec: PairSpec, rng: &mut R) -> Result<Zeroizing<Vec<u8>>, Error> {
    kind(spec).generate(rng)
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
mod tests {
    use super::*;
    use crate::algorithms::specs::Form;
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng;

    const PAIRS: [PairSpec; 8] = [
        PairSpec::Rsa2048,
        PairSpec::Rsa3072,
        PairSpec::EcP256,
        PairSpec::EcP256K,
        PairSpec::EcP384,
        PairSpec::EcSm2,
        PairSpec::MlKem1024,
        PairSpec::MlDsa87,
    ];
    const SIGNINGS: [Signing; 6] = [
        Signing::RsaPss,
        Signing::RsaPkcs1,
        Signing::Ecdsa,
        Signing::EcdsaSha384,
        Signing::Sm2,
        Signing::MlDsa,
    ];
    const ENCRYPTIONS: [Encryption; 7] = [
        Encryption::RsaOaepSha1,
        Encryption::RsaOaepSha256,
        Encryption::RsaPkcs1,
        Encryption::Sm2(Form::Der),
        Encryption::Sm2(Form::Raw),
        Encryption::Sm2(Form::Bare),
        Encryption::MlKem,
    ];

    /// Something that this algorithm signs: a digest of its length, or a message.
    fn input(algorithm: Signing, byte: u8) -> Vec<u8> {
        vec![byte; algorithm.digest_len().unwrap_or(100)]
    }

    /// The longest plaintext in bytes that the standards allow.
    fn longest(spec: PairSpec, algorithm: Encryption) -> Option<usize> {
        let modulus = if spec == PairSpec::Rsa2048 { 256 } else { 384 };
        match algorithm {
            Encryption::RsaOaepSha1 => Some(modulus - 42),
            Encryption::RsaOaepSha256 => Some(modulus - 66),
            Encryption::RsaPkcs1 => Some(modulus - 11),
            Encryption::Sm2(_) | Encryption::MlKem => None,
        }
    }

    #[test]
    fn each_kind_of_pair_supports_its_own_algorithms_only() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for spec in PAIRS {
            let pkcs8 = generate(spec, &mut rng).unwrap();
            let key = PrivateKey::read(spec, &pkcs8).unwrap();
            let public = PublicKey::read(spec, &key.public().der().unwrap()).unwrap();
            for algorithm in SIGNINGS {
                let (digest, other) = (input(algorithm, 7), input(algorithm, 8));
                for signature in [
                    key.sign(algorithm, &digest, Randomness::Any),
                    key.sign(algorithm, &digest, Randomness::Only(&mut rng)),
                ] {
                    assert_eq!(signature.is_ok(), algorithm.fits(spec), "{spec:?} {algorithm:?}");
                    let Ok(mut signature) = signature else { continue };
                    assert_eq!(public.verifies(algorithm, &digest, &signature), Ok(true));
                    assert_eq!(public.verifies(algorithm, &other, &signature), Ok(false));
                    *signature.last_mut().unwrap() ^= 1;
                    assert_eq!(public.verifies(algorithm, &digest, &signature), Ok(false));
                    assert_eq!(public.verifies(algorithm, &digest, b"no signature"), Ok(false));
                }
            }
            for algorithm in SIGNINGS.into_iter().filter(|it| it.fits(spec)) {
                assert!(spec.signs());
                let Some(len) = algorithm.digest_len() else { continue };
                for digest in [vec![7; len - 1], vec![7; len + 1], vec![]] {
                    let failed = Some(Error::DigestLength);
                    assert_eq!(key.sign(algorithm, &digest, Randomness::Any).err(), failed);
                    assert_eq!(public.verifies(algorithm, &digest, &[]).err(), failed);
                }
            }
            for algorithm in ENCRYPTIONS {
                let sealed = public.encrypt(algorithm, b"text", &mut rng);
                assert_eq!(sealed.is_ok(), algorithm.fits(spec), "{spec:?} {algorithm:?}");
                assert!(!algorithm.fits(spec) || spec.encrypts());
                let Ok(mut sealed) = sealed else { continue };
                assert_eq!(**key.decrypt(algorithm, &sealed).unwrap(), *b"text");
                *sealed.last_mut().unwrap() ^= 1;
                assert_eq!(key.decrypt(algorithm, &sealed).err(), Some(Error::DecryptionFailed));
                assert_eq!(key.decrypt(algorithm, b"").err(), Some(Error::DecryptionFailed));
                if let Some(longest) = longest(spec, algorithm) {
                    let text = vec![9; longest + 1];
                    let sealed = public.encrypt(algorithm, &text[1..], &mut rng).unwrap();
                    assert_eq!(**key.decrypt(algorithm, &sealed).unwrap(), text[1..]);
                    assert_eq!(public.encrypt(algorithm, &text, &mut rng), Err(Error::Length));
                }
            }
            for other in PAIRS.into_iter().filter(|other| *other != spec) {
                assert!(PrivateKey::read(other, &pkcs8).is_err(), "{spec:?} was read as {other:?}");
                assert!(
                    PublicKey::read(other, &public.der().unwrap()).is_err(),
                    "{spec:?} was read as {other:?}"
                );
            }
        }
    }

    /// Passes versions of these bytes with one byte changed, or cut off: most at the start, where
    /// the structure is.
    fn corrupted(bytes: &[u8], mut take: impl FnMut(&[u8])) {
        let step = bytes.len() / 10 + 1;
        for at in (0..bytes.len()).filter(|at| *at < 16 || at % step == 0) {
            take(&bytes[..at]);
            for value in [0, 0x80, 0xff] {
                let mut changed = bytes.to_vec();
                changed[at] = value;
                take(&changed);
            }
        }
    }

    #[test]
    fn corrupted_keys_signatures_and_ciphertexts_cause_no_panic() {
        let mut rng = ChaCha20Rng::from_seed([4; 32]);
        for spec in PAIRS {
            let pkcs8 = generate(spec, &mut rng).unwrap();
            let key = PrivateKey::read(spec, &pkcs8).unwrap();
            let signings = || SIGNINGS.into_iter().filter(|it| it.fits(spec));
            let encryptions = || ENCRYPTIONS.into_iter().filter(|it| it.fits(spec));
            corrupted(&pkcs8, |bytes| drop(PrivateKey::read(spec, bytes)));
            corrupted(&key.public().der().unwrap(), |bytes| {
                let Ok(public) = PublicKey::read(spec, bytes) else { return };
                for it in signings() {
                    let _ = public.verifies(it, &input(it, 7), b"no signature");
                }
                for it in encryptions() {
                    drop(public.encrypt(it, b"text", &mut rng));
                }
            });
            for it in signings() {
                let signature = key.sign(it, &input(it, 7), Randomness::Any).unwrap();
                corrupted(&signature, |bytes| {
                    let _ = key.public().verifies(it, &input(it, 7), bytes);
                });
            }
            for it in encryptions() {
                let sealed = key.public().encrypt(it, b"text", &mut rng).unwrap();
                corrupted(&sealed, |bytes| drop(key.decrypt(it, bytes)));
            }
        }
    }

    #[test]
    fn a_private_key_that_is_too_long_is_not_parsed() {
        // PKCS #1 with a modulus of 4 MiB, whose arithmetic would take hours.
        let value = |tag: u8, content: &[u8]| {
            let length = u32::try_from(content.len()).unwrap().to_be_bytes();
            [&[tag, 0x84][..], &length, content].concat()
        };
        let long = value(2, &vec![0x7f; 4 << 20]);
        let [zero, one, three] = [[0], [1], [3]].map(|byte| [&[2, 1][..], &byte].concat());
        let numbers = [&zero, &long, &three, &three, &long, &one, &one, &one, &one];
        let key = value(0x30, &numbers.map(Vec::as_slice).concat());
        let body = crate::algorithms::base64_text::encode(key);
        let pem =
            format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n");
        let read = private_key_from_pem(PairSpec::Rsa2048, &pem);
        assert_eq!(read, Err(Error::Unsupported));
    }

    #[test]
    fn a_seeded_generator_repeats_keys_signatures_and_ciphertexts() {
        let run = || {
            let mut rng = ChaCha20Rng::from_seed([2; 32]);
            let mut all = Vec::new();
            for spec in PAIRS {
                let pkcs8 = generate(spec, &mut rng).unwrap();
                let key = PrivateKey::read(spec, &pkcs8).unwrap();
                for algorithm in SIGNINGS.into_iter().filter(|it| it.fits(spec)) {
                    let digest = input(algorithm, 7);
                    all.push(key.sign(algorithm, &digest, Randomness::Only(&mut rng)).unwrap());
                }
                for algorithm in ENCRYPTIONS.into_iter().filter(|it| it.fits(spec)) {
                    all.push(key.public().encrypt(algorithm, b"text", &mut rng).unwrap());
                }
                all.push(pkcs8.to_vec());
            }
            all
        };
        assert_eq!(run(), run());
    }

    #[test]
    fn sm2_encrypts_6047_bytes_in_every_form() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let key = PrivateKey::read(PairSpec::EcSm2, &generate(PairSpec::EcSm2, &mut rng).unwrap())
            .unwrap();
        let text: Vec<u8> = (0..6047u32).map(|at| at.to_le_bytes()[0]).collect();
        for (form, first) in [(Form::Der, 0x30), (Form::Raw, 0x04)] {
            let sealed = key.public().encrypt(Encryption::Sm2(form), &text, &mut rng).unwrap();
            assert_eq!(sealed[0], first);
            assert_eq!(**key.decrypt(Encryption::Sm2(form), &sealed).unwrap(), text);
        }
        for (form, len) in [(Form::Raw, 6144), (Form::Bare, 6143)] {
            let sealed = key.public().encrypt(Encryption::Sm2(form), &text, &mut rng).unwrap();
            assert_eq!(sealed.len(), len);
            let raw = if form == Form::Bare { [&[4], &sealed[..]].concat() } else { sealed };
            assert_eq!(**key.decrypt(Encryption::Sm2(Form::Raw), &raw).unwrap(), text);
        }
    }

    #[test]
    fn text_and_other_blocks_around_a_key_are_ignored() {
        let pkcs8 = generate(PairSpec::EcP256, &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
        let pem = pem::write_private_key(&pkcs8).unwrap();
        let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for text in [
            format!(
                "Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n{}",
                *pem
            ),
            format!("{other}{}{other}", *pem),
            format!("\u{feff}{}", pem.replace('\n', " \r\n")),
            pem.replace('\n', "\n  "),
            pem.lines().filter(|line| line.len() > 1).collect::<Vec<_>>().join("\n"),
        ] {
            assert_eq!(*private_key_from_pem(PairSpec::EcP256, &text).unwrap(), *pkcs8, "{text}");
        }
    }

    #[test]
    fn written_keys_are_read_back() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for spec in PAIRS {
            let pkcs8 = generate(spec, &mut rng).unwrap();
            let pem = pem::write_private_key(&pkcs8).unwrap();
            assert_eq!(*private_key_from_pem(spec, &pem).unwrap(), *pkcs8, "{spec:?}");
            let other = if spec == PairSpec::EcP256 { PairSpec::EcSm2 } else { PairSpec::EcP256 };
            assert_eq!(
                private_key_from_pem(other, &pem),
                Err(Error::Unsupported),
                "{spec:?} was read as {other:?}"
            );
        }
        for text in [
            "",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        ] {
            assert_eq!(
                private_key_from_pem(PairSpec::EcP256, text),
                Err(Error::Unsupported),
                "{text}"
            );
        }
    }
}
