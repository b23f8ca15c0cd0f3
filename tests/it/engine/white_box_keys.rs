//! White-box keys: encrypted here, decrypted by whoever has the blob.

use kmsim::algorithms::block_modes::{self, BLOCK_LEN, Mode, Padding};
use kmsim::algorithms::symmetric::Cipher;
use kmsim::engine::{
    AliasError, CiphertextError, Error, NewWhiteBoxKey, Quota, TagRemoval, Tagged, WhiteBoxError,
};
use kmsim::model::{
    AliasName, DeviceFingerprint, Scope, SymmetricSpec, WhiteBoxKey, WhiteBoxKeyId,
};

use super::{TestEngine, with_engine, with_quota};

fn new(alias: &str, spec: SymmetricSpec) -> NewWhiteBoxKey {
    NewWhiteBoxKey {
        alias: AliasName::parse(alias).unwrap(),
        description: String::new(),
        spec,
        tags: [("a".to_owned(), "b".to_owned())].into(),
    }
}

async fn create(test: &TestEngine, alias: &str) -> Result<WhiteBoxKeyId, Error> {
    let new = new(alias, SymmetricSpec::Aes256);
    test.engine.create_white_box_key(test.caller(), new).await.map(|key| key.id.clone())
}

fn found(test: &TestEngine, id: &WhiteBoxKeyId) -> Result<WhiteBoxKey, Error> {
    let snapshot = test.engine.snapshot(&test.caller);
    snapshot.view(&test.caller).white_box_key(id).map(|it| WhiteBoxKey::clone(it.key()))
}

fn blobs(test: &TestEngine, id: &WhiteBoxKeyId) -> [Vec<u8>; 2] {
    let snapshot = test.engine.snapshot(&test.caller);
    let key = snapshot.view(&test.caller).white_box_key(id).unwrap();
    [key.encrypt_blob(), key.decrypt_blob()]
}

#[test]
fn what_is_encrypted_opens_with_the_decryption_blob() {
    with_engine(async |test| {
        for (spec, cipher) in
            [(SymmetricSpec::Aes256, Cipher::Aes), (SymmetricSpec::Sm4, Cipher::Sm4)]
        {
            let new = new(&format!("{spec:?}"), spec);
            let key = test.engine.create_white_box_key(test.caller(), new).await.unwrap();
            let [encrypt, decrypt] = blobs(&test, &key.id);
            assert_eq!([encrypt.len(), decrypt.len()], [336; 2]);
            assert_ne!(encrypt[4..], decrypt[4..]);
            assert_eq!(
                blobs(&test, &key.id),
                [encrypt.clone(), decrypt.clone()],
                "always the same"
            );

            let iv = Some([7; BLOCK_LEN]);
            let sealed = test.engine.white_box_encrypt(&test.caller, &key.id, iv, b"text").unwrap();
            assert_eq!((Some(sealed.iv), sealed.ciphertext.len()), (iv, 16));
            let drawn =
                test.engine.white_box_encrypt(&test.caller, &key.id, None, b"text").unwrap();
            assert_ne!(drawn.iv, sealed.iv);
            for it in [&sealed, &drawn] {
                let open = |blob: &[u8], ciphertext: &[u8]| {
                    test.engine.white_box_decrypt(&Scope::default(), blob, it.iv, ciphertext)
                };
                assert_eq!(**open(&decrypt, &it.ciphertext).unwrap(), *b"text");
                let other = open(&encrypt, &it.ciphertext);
                assert!(
                    matches!(other, Err(Error::WhiteBox(WhiteBoxError::NotFound))),
                    "{other:?}"
                );
                let short = open(&decrypt, b"short");
                assert!(
                    matches!(short, Err(Error::Ciphertext(CiphertextError::DecryptionFailed))),
                    "{short:?}"
                );
            }
            // The blob does not hold the material.
            let decrypts = |window: &[u8]| {
                let how = (Mode::Cbc(sealed.iv), Padding::Pkcs7);
                let text = block_modes::decrypt((cipher, window), how, &sealed.ciphertext);
                text.is_ok_and(|text| **text == *b"text")
            };
            assert!(!decrypt.windows(spec.material_len()).any(decrypts));
        }
    });
}

#[test]
fn only_an_enabled_one_encrypts_and_only_a_disabled_one_is_deleted() {
    with_engine(async |test| {
        let (one, two) = (create(&test, "one").await.unwrap(), create(&test, "two").await.unwrap());
        let (engine, caller) = (&test.engine, &test.caller);
        let refused = engine.delete_white_box_key(test.caller(), one.clone()).await;
        assert!(matches!(refused, Err(Error::WhiteBox(WhiteBoxError::Enabled))), "{refused:?}");
        let both = || vec![one.clone(), two.clone()];
        let before = engine.commits();
        engine.switch_white_box_keys(test.caller(), both(), false).await.unwrap();
        assert_eq!(engine.commits(), before + 1);
        let refused = engine.white_box_encrypt(caller, &one, None, b"text").map(drop);
        assert!(matches!(refused, Err(Error::WhiteBox(WhiteBoxError::Disabled))), "{refused:?}");
        engine.delete_white_box_key(test.caller(), two.clone()).await.unwrap();
        let refused = engine.switch_white_box_keys(test.caller(), both(), true).await;
        assert!(matches!(refused, Err(Error::WhiteBox(WhiteBoxError::NotFound))), "{refused:?}");
        assert!(!found(&test, &one).unwrap().enabled, "all or none");
        engine.switch_white_box_keys(test.caller(), vec![one.clone()], true).await.unwrap();
        engine.white_box_encrypt(caller, &one, None, b"text").unwrap();
        create(&test, "two").await.unwrap();
    });
}

#[test]
fn aliases_are_unique_and_realms_hold_so_many() {
    with_engine(async |test| {
        create(&test, "one").await.unwrap();
        let taken = create(&test, "one").await;
        assert!(matches!(taken, Err(Error::WhiteBox(WhiteBoxError::AliasTaken))), "{taken:?}");
        let reserved = create(&test, "alias/own/x").await;
        assert!(matches!(reserved, Err(Error::Alias(AliasError::Reserved))), "{reserved:?}");
        create(&test, "two").await.unwrap();
        create(&test, "three").await.unwrap();
        let full = create(&test, "four").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
    });
    with_quota(Quota { white_box_keys: Some(1), ..Quota::default() }, async |test| {
        create(&test, "one").await.unwrap();
        let full = create(&test, "two").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
    });
}

#[test]
fn fingerprints_are_replaced_all_together() {
    with_engine(async |test| {
        let id = create(&test, "one").await.unwrap();
        let device =
            |identity: &str| DeviceFingerprint { identity: identity.to_owned(), description: None };
        let replace = async |identities: &[&str]| {
            let all = identities.iter().map(|it| device(it)).collect();
            test.engine.replace_fingerprints(test.caller(), id.clone(), all).await
        };
        replace(&["a", "b"]).await.unwrap();
        let full = replace(&["a", "b", "c"]).await;
        assert!(
            matches!(full, Err(Error::WhiteBox(WhiteBoxError::TooManyFingerprints))),
            "{full:?}"
        );
        assert_eq!(found(&test, &id).unwrap().fingerprints, [device("a"), device("b")]);
        replace(&[]).await.unwrap();
        assert!(found(&test, &id).unwrap().fingerprints.is_empty());
    });
}

#[test]
fn they_carry_tags() {
    with_engine(async |test| {
        let id = create(&test, "one").await.unwrap();
        let whom = || vec![Tagged::WhiteBoxKey(id.clone())];
        let tag = vec![("c".to_owned(), "d".to_owned())];
        test.engine.tag(test.caller(), whom(), tag).await.unwrap();
        let named = TagRemoval::Named(vec!["a".to_owned()]);
        test.engine.untag(test.caller(), whom(), named).await.unwrap();
        let tags = found(&test, &id).unwrap().tags;
        assert_eq!(tags, [("c".to_owned(), "d".to_owned())].into());
    });
}
