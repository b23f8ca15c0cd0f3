//! Message authentication codes: each kind of key makes them with its own digest, with no other.

use kmsim::algorithms::asymmetric::PairSpec;
use kmsim::algorithms::mac::{Hash, hmac};
use kmsim::engine::contents::export_material;
use kmsim::engine::{Error, KeyError, NewKey};
use kmsim::model::{KeySpec, KeyState, KeyUsage, MacSpec, SymmetricSpec};

use super::{by_id, with_engine};

const KINDS: [(MacSpec, Hash, &str); 5] = [
    (MacSpec::Hmac224, Hash::Sha224, "hmac-224"),
    (MacSpec::Hmac256, Hash::Sha256, "hmac-256"),
    (MacSpec::Hmac384, Hash::Sha384, "hmac-384"),
    (MacSpec::Hmac512, Hash::Sha512, "hmac-512"),
    (MacSpec::HmacSm3, Hash::Sm3, "hmac-sm3"),
];

fn new(spec: KeySpec) -> NewKey {
    NewKey { spec, usage: spec.default_usage(), ..NewKey::plain() }
}

#[test]
fn each_kind_has_its_digest() {
    with_engine(async |test| {
        for (spec, hash, _) in KINDS {
            let key = test.key(new(KeySpec::Mac(spec))).await;
            let version = key.primary().unwrap();
            let material = export_material(version.any_material().unwrap());
            assert_eq!(material.len(), hash.digest_len());
            let made = test.engine.generate_mac(&test.caller, &by_id(&key), hash, b"text").unwrap();
            assert_eq!((&made.key, made.version), (&key.id, version.id));
            assert_eq!(made.value, hmac(hash, &[material], b"text"), "{spec:?}");
            let verifies = |message: &[u8], code: &[u8]| {
                test.engine
                    .verify_mac(&test.caller, &by_id(&key), hash, message, code)
                    .unwrap()
                    .value
            };
            assert!(verifies(b"text", &made.value));
            assert!(!verifies(b"texT", &made.value));
            for at in 0..made.value.len() {
                let mut changed = made.value.clone();
                changed[at] ^= 1;
                assert!(!verifies(b"text", &changed), "{spec:?}: byte {at}");
                assert!(!verifies(b"text", &made.value[..at]), "{spec:?}: {at} bytes");
            }
            for other in [Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512, Hash::Sm3] {
                let tried = test.engine.generate_mac(&test.caller, &by_id(&key), other, b"text");
                let refused = matches!(tried, Err(Error::Key(KeyError::AlgorithmMismatch)));
                assert_eq!(refused, other != hash, "{spec:?} {other:?}");
            }
        }
    });
}

#[test]
fn other_keys_make_no_codes_and_mac_keys_do_nothing_else() {
    with_engine(async |test| {
        for (spec, expected) in [
            (KeySpec::Symmetric(SymmetricSpec::Aes256), KeyError::IsSymmetric),
            (KeySpec::Pair(PairSpec::EcP256), KeyError::IsPair),
        ] {
            let key = by_id(&*test.key(new(spec)).await);
            let made = test.engine.generate_mac(&test.caller, &key, Hash::Sha256, b"text");
            assert!(matches!(made, Err(Error::Key(it)) if it == expected), "{spec:?}");
            let told = test.engine.verify_mac(&test.caller, &key, Hash::Sha256, b"text", &[]);
            assert!(matches!(told, Err(Error::Key(it)) if it == expected), "{spec:?}");
        }
        let key = test.key(new(KeySpec::Mac(MacSpec::Hmac256))).await;
        assert!(matches!(test.seal(&key, b"text"), Err(Error::Key(KeyError::IsMac))));
    });
}

#[test]
fn the_state_decides_before_the_kind() {
    with_engine(async |test| {
        let key = test.key(new(KeySpec::Mac(MacSpec::HmacSm3))).await;
        test.engine.disable_key(test.caller(), by_id(&key)).await.unwrap();
        let made = test.engine.generate_mac(&test.caller, &by_id(&key), Hash::Sha256, b"text");
        assert!(
            matches!(made, Err(Error::Key(KeyError::State { state: KeyState::Disabled, .. }))),
            "a disabled key makes no codes"
        );
    });
}

#[test]
fn records_have_a_word_for_each_kind() {
    for (spec, _, word) in KINDS {
        let stored = serde_json::to_value(KeySpec::Mac(spec)).unwrap();
        assert_eq!(stored, word);
        assert_eq!(serde_json::from_value::<KeySpec>(stored).unwrap(), KeySpec::Mac(spec));
    }
    let usage = |it: KeyUsage| serde_json::to_value(it).unwrap();
    assert_eq!(usage(KeyUsage::GenerateVerifyMac), "generate-verify-mac");
    assert_eq!(usage(KeyUsage::KeyAgreement), "key-agreement");
}
