//! Key pairs of every kind: each signs or encrypts with its own algorithms, and with no others.

use kmsim::algorithms::asymmetric::PrivateKey;
use kmsim::algorithms::specs::{Encryption, Form, PairSpec, Signing};
use kmsim::engine::{CiphertextError, Error, KeyError, NewKey, Operation, PairRef};
use kmsim::model::{KeySpec, KeyUsage, MacSpec, SymmetricSpec};

use super::{TestEngine, by_id, with_engine};

/// Makes a pair, and names its only version.
async fn pair(test: &TestEngine, spec: PairSpec, usage: KeyUsage) -> PairRef {
    let key = test.key(NewKey { spec: KeySpec::Pair(spec), usage, ..NewKey::plain() }).await;
    PairRef { key: by_id(&key), version: key.primary().map(|version| version.id) }
}

#[test]
fn pairs_sign_digests_or_messages() {
    with_engine(async |test| {
        for (spec, algorithm, other) in [
            (PairSpec::EcP256, Signing::Ecdsa, Signing::EcdsaSha384),
            (PairSpec::EcP384, Signing::EcdsaSha384, Signing::Ecdsa),
            (PairSpec::EcSm2, Signing::Sm2, Signing::MlDsa),
            (PairSpec::MlDsa87, Signing::MlDsa, Signing::Sm2),
            (PairSpec::Ed25519, Signing::Ed25519, Signing::Ecdsa),
            (PairSpec::Ed25519, Signing::Ed25519Ph, Signing::MlDsa),
            (PairSpec::Rsa2048, Signing::RsaPssSha384, Signing::EcdsaSha384),
            (PairSpec::Rsa2048, Signing::RsaPkcs1Sha512, Signing::Ed25519Ph),
        ] {
            let pair = pair(&test, spec, KeyUsage::SignVerify).await;
            let public = test.engine.public_key(&test.caller, &pair).unwrap().value;
            let input = public.digest(algorithm, b"a message");
            let is_message = input == b"a message";
            assert_eq!(is_message, algorithm.digest_len().is_none(), "{spec:?}");
            let sign = |algorithm, input: &[u8]| {
                test.engine.sign(&test.caller, &pair, algorithm, input).map(|used| used.value)
            };
            let signature = sign(algorithm, &input).unwrap();
            let verifies = |input: &[u8]| {
                test.engine.verify(&test.caller, &pair, algorithm, input, &signature)
            };
            assert!(verifies(&input).unwrap().value, "{spec:?}");
            assert!(!verifies(&public.digest(algorithm, b"another")).unwrap().value, "{spec:?}");
            let mismatch = sign(other, &public.digest(other, b"a message"));
            assert!(
                matches!(mismatch, Err(Error::Key(KeyError::AlgorithmMismatch))),
                "{spec:?} {mismatch:?}"
            );
            // The algorithm has one length of digests, or takes messages of any length.
            let shorter = sign(algorithm, &input[1..]);
            let is_refused = matches!(shorter, Err(Error::Key(KeyError::DigestLength)));
            assert_eq!(is_refused, !is_message, "{spec:?} {shorter:?}");
        }
    });
}

#[test]
fn pairs_encrypt_in_their_own_forms() {
    with_engine(async |test| {
        for (spec, algorithm, overhead) in [
            (PairSpec::EcSm2, Encryption::Sm2(Form::Raw), 97),
            (PairSpec::EcSm2, Encryption::Sm2(Form::Bare), 96),
            (PairSpec::MlKem1024, Encryption::MlKem, 1568 + 12 + 16),
        ] {
            let pair = pair(&test, spec, KeyUsage::EncryptDecrypt).await;
            let encrypt = |text: &[u8]| {
                test.engine.encrypt_to_pair(&test.caller, &pair, algorithm, text).unwrap().value
            };
            let decrypt = |ciphertext: &[u8]| {
                let operation = Operation::DecryptByPair;
                test.engine.decrypt_by_pair(&test.caller, &pair, operation, algorithm, ciphertext)
            };
            for text in [&b"t"[..], &[7; 4096]] {
                let ciphertext = encrypt(text);
                assert_eq!(ciphertext.len(), text.len() + overhead, "{algorithm:?}");
                assert_eq!(**decrypt(&ciphertext).unwrap().value, *text, "{algorithm:?}");
                let failed = decrypt(&ciphertext[1..]).map(|opened| opened.value);
                assert!(
                    matches!(failed, Err(Error::Ciphertext(CiphertextError::DecryptionFailed))),
                    "{algorithm:?} {failed:?}"
                );
            }
        }
    });
}

#[test]
fn a_pair_does_only_what_its_usage_says() {
    with_engine(async |test| {
        for (spec, usage) in [
            (KeySpec::Pair(PairSpec::EcSm2), KeyUsage::EncryptDecrypt),
            (KeySpec::Pair(PairSpec::EcSm2), KeyUsage::SignVerify),
            (KeySpec::Pair(PairSpec::EcSm2), KeyUsage::KeyAgreement),
            (KeySpec::Symmetric(SymmetricSpec::Sm4), KeyUsage::EncryptDecrypt),
            (KeySpec::Mac(MacSpec::HmacSm3), KeyUsage::GenerateVerifyMac),
        ] {
            let (engine, caller) = (&test.engine, &test.caller);
            let key = test.key(NewKey { spec, usage, ..NewKey::plain() }).await;
            let pair = PairRef { key: by_id(&key), version: key.primary().map(|it| it.id) };
            let (raw, digest) = (Encryption::Sm2(Form::Raw), [7; 32]);
            let done = |result: Result<(), Error>, needed: KeyUsage| {
                let expected = match spec {
                    KeySpec::Symmetric(_) => Some(KeyError::IsSymmetric),
                    KeySpec::Mac(_) => Some(KeyError::IsMac),
                    KeySpec::Pair(_) => (usage != needed).then_some(KeyError::Usage(usage)),
                };
                let refused = result.err().map(|error| match error {
                    Error::Key(error) => error,
                    error => panic!("{error}"),
                });
                assert_eq!(refused, expected, "{spec:?} {usage:?} {needed:?}");
            };
            done(engine.sign(caller, &pair, Signing::Sm2, &digest).map(drop), KeyUsage::SignVerify);
            done(
                engine.verify(caller, &pair, Signing::Sm2, &digest, b"none").map(drop),
                KeyUsage::SignVerify,
            );
            done(
                engine.encrypt_to_pair(caller, &pair, raw, b"text").map(drop),
                KeyUsage::EncryptDecrypt,
            );
            let peer = engine.new_pair(PairSpec::EcSm2).await.unwrap().1.der().unwrap();
            done(engine.derive_secret(caller, &pair, &peer).map(drop), KeyUsage::KeyAgreement);
        }
    });
}

#[test]
fn two_pairs_agree_on_one_secret() {
    with_engine(async |test| {
        for (spec, other, len) in [
            (PairSpec::EcP256, PairSpec::EcP256K, 32),
            (PairSpec::EcP256K, PairSpec::EcSm2, 32),
            (PairSpec::EcSm2, PairSpec::EcP256, 32),
            (PairSpec::EcP384, PairSpec::Ed25519, 48),
        ] {
            let mine = pair(&test, spec, KeyUsage::KeyAgreement).await;
            let public = test.engine.public_key(&test.caller, &mine).unwrap().value.der().unwrap();
            let (theirs, peer) = test.engine.new_pair(spec).await.unwrap();
            let derive = |peer: &[u8]| test.engine.derive_secret(&test.caller, &mine, peer);
            let secret = derive(&peer.der().unwrap()).unwrap().value;
            assert_eq!(secret.len(), len, "{spec:?}");
            let theirs = PrivateKey::read(spec, &theirs).unwrap();
            assert_eq!(theirs.agree(&public).unwrap(), secret, "{spec:?}");
            // A key of another kind, no key, and no point of the curve.
            let other = test.engine.new_pair(other).await.unwrap().1.der().unwrap();
            let mut off = peer.der().unwrap();
            *off.last_mut().unwrap() ^= 1;
            for wrong in [other, Vec::new(), b"no key".to_vec(), off] {
                let refused = derive(&wrong).map(|used| used.value);
                assert!(matches!(refused, Err(Error::Key(KeyError::PeerInvalid))), "{spec:?}");
            }
        }
        let ed25519 = pair(&test, PairSpec::Ed25519, KeyUsage::KeyAgreement).await;
        let peer = test.engine.public_key(&test.caller, &ed25519).unwrap().value.der().unwrap();
        let refused = test.engine.derive_secret(&test.caller, &ed25519, &peer).map(drop);
        assert!(matches!(refused, Err(Error::Key(KeyError::AlgorithmMismatch))), "{refused:?}");
    });
}

#[test]
fn records_have_a_word_for_each_kind() {
    for (spec, word) in [
        (PairSpec::EcP384, "ec-p384"),
        (PairSpec::EcSm2, "ec-sm2"),
        (PairSpec::MlKem1024, "ml-kem-1024"),
        (PairSpec::MlDsa87, "ml-dsa-87"),
        (PairSpec::Rsa4096, "rsa-4096"),
        (PairSpec::Ed25519, "ed25519"),
    ] {
        let stored = serde_json::to_value(KeySpec::Pair(spec)).unwrap();
        assert_eq!(stored, word);
        assert_eq!(serde_json::from_value::<KeySpec>(stored).unwrap(), KeySpec::Pair(spec));
    }
}
