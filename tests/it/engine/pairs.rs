//! Key pairs of every kind: each signs or encrypts with its own algorithms, and with no others.

use kmsim::algorithms::specs::{Encryption, Form, PairSpec, Signing};
use kmsim::engine::{CiphertextError, Error, KeyError, NewKey, Operation, PairRef};
use kmsim::model::{KeySpec, KeyUsage};

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
            assert_eq!(sign(algorithm, &input[1..]).is_ok(), is_message, "{spec:?}");
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
        let pair = pair(&test, PairSpec::MlKem1024, KeyUsage::EncryptDecrypt).await;
        let refused = test.engine.sign(&test.caller, &pair, Signing::MlDsa, b"a message");
        let refused = refused.map(|used| used.value);
        assert!(matches!(refused, Err(Error::Key(KeyError::Unsupported))), "{refused:?}");
    });
}

#[test]
fn records_have_a_word_for_each_kind() {
    for (spec, word) in [
        (PairSpec::EcP384, "ec-p384"),
        (PairSpec::EcSm2, "ec-sm2"),
        (PairSpec::MlKem1024, "ml-kem-1024"),
        (PairSpec::MlDsa87, "ml-dsa-87"),
    ] {
        let stored = serde_json::to_value(KeySpec::Pair(spec)).unwrap();
        assert_eq!(stored, word);
        assert_eq!(serde_json::from_value::<KeySpec>(stored).unwrap(), KeySpec::Pair(spec));
    }
}
