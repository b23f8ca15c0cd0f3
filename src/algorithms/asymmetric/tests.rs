//! Every kind of pair with every algorithm.

use super::*;
use crate::algorithms::specs::Form;
use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;

const PAIRS: [PairSpec; 10] = [
    PairSpec::Rsa2048,
    PairSpec::Rsa3072,
    PairSpec::Rsa4096,
    PairSpec::EcP256,
    PairSpec::EcP256K,
    PairSpec::EcP384,
    PairSpec::EcSm2,
    PairSpec::Ed25519,
    PairSpec::MlKem1024,
    PairSpec::MlDsa87,
];
const SIGNINGS: [Signing; 12] = [
    Signing::RsaPss,
    Signing::RsaPkcs1,
    Signing::RsaPssSha384,
    Signing::RsaPkcs1Sha384,
    Signing::RsaPssSha512,
    Signing::RsaPkcs1Sha512,
    Signing::Ecdsa,
    Signing::EcdsaSha384,
    Signing::Sm2,
    Signing::Ed25519,
    Signing::Ed25519Ph,
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
    let modulus = match spec {
        PairSpec::Rsa2048 => 256,
        PairSpec::Rsa3072 => 384,
        _ => 512,
    };
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
    let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n");
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
    let key =
        PrivateKey::read(PairSpec::EcSm2, &generate(PairSpec::EcSm2, &mut rng).unwrap()).unwrap();
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
        format!("Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n{}", *pem),
        format!("{other}{}{other}", *pem),
        format!("\u{feff}{}", pem.replace('\n', " \r\n")),
        pem.replace('\n', "\n  "),
        pem.lines().filter(|line| line.len() > 1).collect::<Vec<_>>().join("\n"),
    ] {
        assert_eq!(*private_key_from_pem(PairSpec::EcP256, &text).unwrap(), *pkcs8, "{text}");
    }
}

#[test]
fn keys_that_are_generated_fast_are_of_their_kind() {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    for spec in PAIRS {
        let pkcs8 = generate_fast(spec, &mut rng).unwrap();
        let key = PrivateKey::read(spec, &pkcs8).unwrap();
        assert!(PublicKey::read(spec, &key.public().der().unwrap()).is_ok(), "{spec:?}");
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
        assert_eq!(private_key_from_pem(PairSpec::EcP256, text), Err(Error::Unsupported), "{text}");
    }
}
