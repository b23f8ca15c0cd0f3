//! White-box keys: encrypted here, decrypted by whoever has the blob.

use kmsim::algorithms::cbc;
use kmsim::algorithms::symmetric::Cipher;
use kmsim::engine::{
    AliasError, CiphertextError, Error, NewWhiteBoxKey, Quota, TagRemoval, Tagged, WhiteBoxError,
};
use kmsim::model::{
    AliasName, DeviceFingerprint, Scope, SymmetricSpec, WhiteBoxKey, WhiteBoxKeyId,
};

use super::{Bench, on_a_bench, with_quota};

fn new(alias: &str, spec: SymmetricSpec) -> NewWhiteBoxKey {
    NewWhiteBoxKey {
        alias: AliasName::parse(alias).unwrap(),
        description: String::new(),
        spec,
        tags: [("a".to_owned(), "b".to_owned())].into(),
    }
}

async fn create(bench: &Bench, alias: &str) -> Result<WhiteBoxKeyId, Error> {
    let new = new(alias, SymmetricSpec::Aes256);
    bench.engine.create_white_box_key(bench.caller(), new).await.map(|key| key.id.clone())
}

fn found(bench: &Bench, id: &WhiteBoxKeyId) -> Result<WhiteBoxKey, Error> {
    let snapshot = bench.engine.snapshot(&bench.caller);
    snapshot.view(&bench.caller).white_box_key(id).map(|it| WhiteBoxKey::clone(it.key()))
}

fn blobs(bench: &Bench, id: &WhiteBoxKeyId) -> [Vec<u8>; 2] {
    let snapshot = bench.engine.snapshot(&bench.caller);
    let key = snapshot.view(&bench.caller).white_box_key(id).unwrap();
    [key.encrypt_blob(), key.decrypt_blob()]
}

#[test]
fn what_is_encrypted_opens_with_the_decryption_blob() {
    on_a_bench(async |bench| {
        for (spec, cipher) in
            [(SymmetricSpec::Aes256, Cipher::Aes), (SymmetricSpec::Sm4, Cipher::Sm4)]
        {
            let new = new(&format!("{spec:?}"), spec);
            let key = bench.engine.create_white_box_key(bench.caller(), new).await.unwrap();
            let [encrypt, decrypt] = blobs(&bench, &key.id);
            assert_eq!([encrypt.len(), decrypt.len()], [336; 2]);
            assert_ne!(encrypt[4..], decrypt[4..]);
            assert_eq!(
                blobs(&bench, &key.id),
                [encrypt.clone(), decrypt.clone()],
                "always the same"
            );

            let iv = Some([7; cbc::BLOCK_LEN]);
            let sealed =
                bench.engine.white_box_encrypt(&bench.caller, &key.id, iv, b"text").unwrap();
            assert_eq!((Some(sealed.iv), sealed.ciphertext.len()), (iv, 16));
            let drawn =
                bench.engine.white_box_encrypt(&bench.caller, &key.id, None, b"text").unwrap();
            assert_ne!(drawn.iv, sealed.iv);
            for it in [&sealed, &drawn] {
                let open = |blob: &[u8], ciphertext: &[u8]| {
                    bench.engine.white_box_decrypt(&Scope::default(), blob, it.iv, ciphertext)
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
                let text = cbc::decrypt((cipher, window), sealed.iv, &sealed.ciphertext);
                text.is_ok_and(|text| **text == *b"text")
            };
            assert!(!decrypt.windows(spec.material_len()).any(decrypts));
        }
    });
}

#[test]
fn only_an_enabled_one_encrypts_and_only_a_disabled_one_is_deleted() {
    on_a_bench(async |bench| {
        let (one, two) =
            (create(&bench, "one").await.unwrap(), create(&bench, "two").await.unwrap());
        let (engine, caller) = (&bench.engine, &bench.caller);
        let refused = engine.delete_white_box_key(bench.caller(), one.clone()).await;
        assert!(matches!(refused, Err(Error::WhiteBox(WhiteBoxError::Enabled))), "{refused:?}");
        let both = || vec![one.clone(), two.clone()];
        let before = engine.commits();
        engine.switch_white_box_keys(bench.caller(), both(), false).await.unwrap();
        assert_eq!(engine.commits(), before + 1);
        let refused = engine.white_box_encrypt(caller, &one, None, b"text").map(drop);
        assert!(matches!(refused, Err(Error::WhiteBox(WhiteBoxError::Disabled))), "{refused:?}");
        engine.delete_white_box_key(bench.caller(), two.clone()).await.unwrap();
        let refused = engine.switch_white_box_keys(bench.caller(), both(), true).await;
        assert!(matches!(refused, Err(Error::WhiteBox(WhiteBoxError::NotFound))), "{refused:?}");
        assert!(!found(&bench, &one).unwrap().enabled, "all or none");
        engine.switch_white_box_keys(bench.caller(), vec![one.clone()], true).await.unwrap();
        engine.white_box_encrypt(caller, &one, None, b"text").unwrap();
        create(&bench, "two").await.unwrap();
    });
}

#[test]
fn aliases_are_unique_and_realms_hold_so_many() {
    on_a_bench(async |bench| {
        create(&bench, "one").await.unwrap();
        let taken = create(&bench, "one").await;
        assert!(matches!(taken, Err(Error::WhiteBox(WhiteBoxError::AliasTaken))), "{taken:?}");
        let reserved = create(&bench, "alias/own/x").await;
        assert!(matches!(reserved, Err(Error::Alias(AliasError::Reserved))), "{reserved:?}");
        create(&bench, "two").await.unwrap();
        create(&bench, "three").await.unwrap();
        let full = create(&bench, "four").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
    });
    with_quota(Quota { white_box_keys: Some(1), ..Quota::default() }, async |bench| {
        create(&bench, "one").await.unwrap();
        let full = create(&bench, "two").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
    });
}

#[test]
fn fingerprints_are_replaced_all_together() {
    on_a_bench(async |bench| {
        let id = create(&bench, "one").await.unwrap();
        let device =
            |identity: &str| DeviceFingerprint { identity: identity.to_owned(), description: None };
        let replace = async |identities: &[&str]| {
            let all = identities.iter().map(|it| device(it)).collect();
            bench.engine.replace_fingerprints(bench.caller(), id.clone(), all).await
        };
        replace(&["a", "b"]).await.unwrap();
        let full = replace(&["a", "b", "c"]).await;
        assert!(
            matches!(full, Err(Error::WhiteBox(WhiteBoxError::TooManyFingerprints))),
            "{full:?}"
        );
        assert_eq!(found(&bench, &id).unwrap().fingerprints, [device("a"), device("b")]);
        replace(&[]).await.unwrap();
        assert!(found(&bench, &id).unwrap().fingerprints.is_empty());
    });
}

#[test]
fn they_carry_tags() {
    on_a_bench(async |bench| {
        let id = create(&bench, "one").await.unwrap();
        let whom = || vec![Tagged::WhiteBoxKey(id.clone())];
        let tag = vec![("c".to_owned(), "d".to_owned())];
        bench.engine.tag(bench.caller(), whom(), tag).await.unwrap();
        let named = TagRemoval::Named(vec!["a".to_owned()]);
        bench.engine.untag(bench.caller(), whom(), named).await.unwrap();
        let tags = found(&bench, &id).unwrap().tags;
        assert_eq!(tags, [("c".to_owned(), "d".to_owned())].into());
    });
}
