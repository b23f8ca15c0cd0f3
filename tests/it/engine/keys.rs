//! Keys: deletion windows, protection, states that refuse operations, quotas.

use kmsim::algorithms::specs::{Encryption, Form, PairSpec};
use kmsim::engine::{CiphertextError, Error, KeyError, KeyRef, NewKey, Operation, PairRef, Quota};
use kmsim::model::{AliasName, KeyId, KeySpec, KeyState};

use super::{DAY, TICK, by_id, just_before, with_engine, with_quota};

#[test]
fn a_key_is_deleted_at_the_exact_instant() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let blob = test.seal(&key, b"text").unwrap();
        test.engine.schedule_deletion(test.caller(), by_id(&key), 7 * DAY).await.unwrap();
        assert_eq!(test.state_of(&key).await, Some(KeyState::PendingDeletion));
        test.advance(just_before(7 * DAY)).await;
        assert_eq!(test.state_of(&key).await, Some(KeyState::PendingDeletion));
        test.advance(TICK).await;
        assert_eq!(test.state_of(&key).await, None);
        assert!(matches!(test.open(&blob), Err(Error::Key(KeyError::NotFound))), "{key:?}");
        let again = test.engine.enable_key(test.caller(), by_id(&key)).await;
        assert!(matches!(again, Err(Error::Key(KeyError::NotFound))), "{again:?}");
    });
}

#[test]
fn a_cancelled_deletion_keeps_the_key_and_its_ciphertexts() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let blob = test.seal(&key, b"text").unwrap();
        test.engine.schedule_deletion(test.caller(), by_id(&key), 7 * DAY).await.unwrap();
        test.engine.cancel_deletion(test.caller(), by_id(&key)).await.unwrap();
        test.advance(30 * DAY).await;
        assert_eq!(test.state_of(&key).await, Some(KeyState::Enabled));
        assert_eq!(test.open(&blob).unwrap(), b"text");
    });
}

#[test]
fn a_protected_key_is_not_deleted() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let protect = async |reason: Option<&str>| {
            let reason = reason.map(str::to_owned);
            test.engine.protect_key(test.caller(), by_id(&key), reason).await.unwrap();
            test.engine.schedule_deletion(test.caller(), by_id(&key), 7 * DAY).await
        };
        let refused = protect(Some("in use")).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::DeletionProtected))), "{refused:?}");
        assert_eq!(test.state_of(&key).await, Some(KeyState::Enabled));
        protect(None).await.unwrap();
    });
}

#[test]
fn a_refusal_by_state_names_the_operation_and_the_state() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        test.engine.disable_key(test.caller(), by_id(&key)).await.unwrap();
        let refused = test.seal(&key, b"text").map(drop);
        let Err(Error::Key(KeyError::State { operation, state })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((operation, state), (Operation::Encrypt, KeyState::Disabled));
        test.engine.enable_key(test.caller(), by_id(&key)).await.unwrap();
        test.seal(&key, b"text").unwrap();
    });
}

#[test]
fn a_ciphertext_decrypts_with_its_own_key_and_context_only() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let (engine, caller) = (&test.engine, &test.caller);
        let sealed =
            engine.seal(caller, &by_id(&key), Operation::Encrypt, b"context", b"text").unwrap();
        let open = |context: &[u8], blob: &[u8]| {
            engine
                .open_sealed(caller, Operation::Decrypt, context, blob)
                .map(|it| it.value.to_vec())
        };
        assert_eq!(open(b"context", &sealed.value).unwrap(), b"text");
        let other = open(b"other", &sealed.value);
        assert!(
            matches!(other, Err(Error::Ciphertext(CiphertextError::DecryptionFailed))),
            "{other:?}"
        );
        for index in 36..sealed.value.len() {
            let mut changed = sealed.value.clone();
            changed[index] ^= 1;
            assert!(open(b"context", &changed).is_err(), "byte {index}");
        }
        let short = open(b"context", b"short");
        assert!(matches!(short, Err(Error::Ciphertext(CiphertextError::Malformed))), "{short:?}");
    });
}

#[test]
fn a_quota_counts_existing_keys() {
    with_quota(Quota { keys: Some(1), ..Quota::default() }, async |test| {
        let key = test.key(NewKey::plain()).await;
        let refused = test.engine.create_key(test.caller(), NewKey::plain()).await;
        assert!(matches!(refused, Err(Error::QuotaExceeded)), "{refused:?}");
        test.engine.schedule_deletion(test.caller(), by_id(&key), DAY).await.unwrap();
        test.advance(DAY).await;
        test.key(NewKey::plain()).await;
    });
}

#[test]
fn an_archived_key_decrypts_and_comes_back_enabled() {
    with_engine(async |test| {
        let new = NewKey { rotation: Some(10 * DAY), ..NewKey::plain() };
        let key = test.key(new).await;
        let blob = test.seal(&key, b"text").unwrap();
        test.engine.disable_key(test.caller(), by_id(&key)).await.unwrap();
        test.engine.archive_key(test.caller(), by_id(&key)).await.unwrap();
        assert_eq!(test.state_of(&key).await, Some(KeyState::Archived));
        assert_eq!(test.open(&blob).unwrap(), b"text");
        assert!(matches!(test.seal(&key, b"text"), Err(Error::Key(KeyError::State { .. }))));
        test.advance(30 * DAY).await;
        assert_eq!(test.found(&key).await.unwrap().0.versions.len(), 1, "its rotation rests");
        test.engine.unarchive_key(test.caller(), by_id(&key)).await.unwrap();
        let (found, state) = test.found(&key).await.unwrap();
        assert_eq!((state, found.versions.len()), (KeyState::Enabled, 2));
        let again = test.engine.unarchive_key(test.caller(), by_id(&key)).await;
        assert!(matches!(again, Err(Error::Key(KeyError::State { .. }))), "{again:?}");
    });
}

#[test]
fn a_services_own_key_is_not_archived() {
    with_engine(async |test| {
        let alias = AliasName::parse("alias/own/service").unwrap();
        test.engine.create_service_key(test.caller(), alias.clone()).await.unwrap();
        let refused = test.engine.archive_key(test.caller(), KeyRef::Alias(alias)).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::NotUserMade))), "{refused:?}");
    });
}

#[test]
fn several_keys_change_together_or_not_at_all() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        let ids = || vec![one.id.clone(), two.id.clone()];
        let states = async || [test.state_of(&one).await, test.state_of(&two).await];
        let before = test.engine.commits();
        test.engine.disable_keys(test.caller(), ids()).await.unwrap();
        assert_eq!(test.engine.commits(), before + 1);
        assert_eq!(states().await, [Some(KeyState::Disabled); 2]);
        test.engine.enable_keys(test.caller(), ids()).await.unwrap();
        assert_eq!(states().await, [Some(KeyState::Enabled); 2]);
        test.engine.schedule_deletion(test.caller(), by_id(&two), DAY).await.unwrap();
        let refused = test.engine.disable_keys(test.caller(), ids()).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::State { .. }))), "{refused:?}");
        let unknown = KeyId::parse("unknown").unwrap();
        let all = vec![two.id.clone(), unknown];
        let refused = test.engine.enable_keys(test.caller(), all).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::NotFound))), "{refused:?}");
        assert_eq!(states().await, [Some(KeyState::Enabled), Some(KeyState::PendingDeletion)]);
    });
}

#[test]
fn a_ciphertext_sealed_again_says_whether_the_old_one_is_as_good() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        let blob = test.seal(&one, b"text").unwrap();
        let (own, other) = (by_id(&one), by_id(&two));
        let again = |to: Option<&KeyRef>, associated: &[u8]| {
            let it = test.engine.reseal(&test.caller, (b"", &blob), (to, associated)).unwrap();
            assert_eq!(it.source, one.id);
            let opened = test
                .engine
                .open_sealed(&test.caller, Operation::Decrypt, associated, &it.sealed.value)
                .unwrap();
            assert_eq!((&**opened.value, &opened.key), (&b"text"[..], &it.sealed.key));
            it.was_current
        };
        assert!(again(None, b""));
        assert!(again(Some(&own), b""));
        assert!(!again(None, b"context"));
        assert!(!again(Some(&other), b""));
        test.engine.rotate_now(test.caller(), by_id(&one)).await.unwrap();
        assert!(!again(None, b""), "a newer version seals now");
    });
}

#[test]
fn a_pairs_ciphertext_names_its_version() {
    with_engine(async |test| {
        let spec = KeySpec::Pair(PairSpec::EcSm2);
        let key = test.key(NewKey { spec, ..NewKey::plain() }).await;
        let pair = PairRef { key: by_id(&key), version: key.primary().map(|it| it.id) };
        let (engine, caller) = (&test.engine, &test.caller);
        let how = Encryption::Sm2(Form::Der);
        let sealed =
            engine.seal_to_pair(caller, &pair, Operation::Encrypt, how, b"text").unwrap().value;
        let open = |blob: &[u8]| {
            let opened = engine.open_by_pair(caller, Operation::Decrypt, how, blob);
            opened.map(|it| (it.value.to_vec(), it.key))
        };
        assert_eq!(open(&sealed).unwrap(), (b"text".to_vec(), key.id.clone()));
        let short = open(b"short");
        assert!(matches!(short, Err(Error::Ciphertext(CiphertextError::Malformed))), "{short:?}");
        let symmetric = test.key(NewKey::plain()).await;
        let other = open(&test.seal(&symmetric, b"text").unwrap());
        assert!(matches!(other, Err(Error::Key(KeyError::IsSymmetric))), "{other:?}");
    });
}
