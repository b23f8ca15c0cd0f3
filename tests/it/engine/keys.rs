//! A key's life: deletion windows, protection, states that refuse, quotas.

use kmsim::algorithms::specs::{Encryption, Form, PairSpec};
use kmsim::engine::{CiphertextError, Error, KeyError, KeyRef, NewKey, Operation, PairRef, Quota};
use kmsim::model::{AliasName, KeyId, KeySpec, KeyState};

use super::{DAY, TICK, by_id, just_before, on_a_bench, with_quota};

#[test]
fn a_key_is_deleted_at_the_very_instant() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let blob = bench.seal(&key, b"text").unwrap();
        bench.engine.schedule_deletion(bench.caller(), by_id(&key), 7 * DAY).await.unwrap();
        assert_eq!(bench.state_of(&key).await, Some(KeyState::PendingDeletion));
        bench.advance(just_before(7 * DAY)).await;
        assert_eq!(bench.state_of(&key).await, Some(KeyState::PendingDeletion));
        bench.advance(TICK).await;
        assert_eq!(bench.state_of(&key).await, None);
        assert!(matches!(bench.open(&blob), Err(Error::Key(KeyError::NotFound))), "{key:?}");
        let again = bench.engine.enable_key(bench.caller(), by_id(&key)).await;
        assert!(matches!(again, Err(Error::Key(KeyError::NotFound))), "{again:?}");
    });
}

#[test]
fn a_cancelled_deletion_keeps_the_key_and_what_it_sealed() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let blob = bench.seal(&key, b"text").unwrap();
        bench.engine.schedule_deletion(bench.caller(), by_id(&key), 7 * DAY).await.unwrap();
        bench.engine.cancel_deletion(bench.caller(), by_id(&key)).await.unwrap();
        bench.advance(30 * DAY).await;
        assert_eq!(bench.state_of(&key).await, Some(KeyState::Enabled));
        assert_eq!(bench.open(&blob).unwrap(), b"text");
    });
}

#[test]
fn a_protected_key_is_not_deleted() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let protect = async |reason: Option<&str>| {
            let reason = reason.map(str::to_owned);
            bench.engine.protect_key(bench.caller(), by_id(&key), reason).await.unwrap();
            bench.engine.schedule_deletion(bench.caller(), by_id(&key), 7 * DAY).await
        };
        let refused = protect(Some("in use")).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::DeletionProtected))), "{refused:?}");
        assert_eq!(bench.state_of(&key).await, Some(KeyState::Enabled));
        protect(None).await.unwrap();
    });
}

#[test]
fn a_refusal_by_state_names_the_operation_and_the_state() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        bench.engine.disable_key(bench.caller(), by_id(&key)).await.unwrap();
        let refused = bench.seal(&key, b"text").map(drop);
        let Err(Error::Key(KeyError::State { operation, state })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((operation, state), (Operation::Encrypt, KeyState::Disabled));
        bench.engine.enable_key(bench.caller(), by_id(&key)).await.unwrap();
        bench.seal(&key, b"text").unwrap();
    });
}

#[test]
fn a_ciphertext_opens_under_its_own_key_and_context_only() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let (engine, caller) = (&bench.engine, &bench.caller);
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
fn a_quota_counts_the_keys_that_are_there() {
    with_quota(Quota { keys: Some(1), ..Quota::default() }, async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let refused = bench.engine.create_key(bench.caller(), NewKey::plain()).await;
        assert!(matches!(refused, Err(Error::QuotaExceeded)), "{refused:?}");
        bench.engine.schedule_deletion(bench.caller(), by_id(&key), DAY).await.unwrap();
        bench.advance(DAY).await;
        bench.key(NewKey::plain()).await;
    });
}

#[test]
fn an_archived_key_decrypts_and_comes_back_enabled() {
    on_a_bench(async |bench| {
        let new = NewKey { rotation: Some(10 * DAY), ..NewKey::plain() };
        let key = bench.key(new).await;
        let blob = bench.seal(&key, b"text").unwrap();
        bench.engine.disable_key(bench.caller(), by_id(&key)).await.unwrap();
        bench.engine.archive_key(bench.caller(), by_id(&key)).await.unwrap();
        assert_eq!(bench.state_of(&key).await, Some(KeyState::Archived));
        assert_eq!(bench.open(&blob).unwrap(), b"text");
        assert!(matches!(bench.seal(&key, b"text"), Err(Error::Key(KeyError::State { .. }))));
        bench.advance(30 * DAY).await;
        assert_eq!(bench.found(&key).await.unwrap().0.versions.len(), 1, "its rotation rests");
        bench.engine.unarchive_key(bench.caller(), by_id(&key)).await.unwrap();
        let (found, state) = bench.found(&key).await.unwrap();
        assert_eq!((state, found.versions.len()), (KeyState::Enabled, 2));
        let again = bench.engine.unarchive_key(bench.caller(), by_id(&key)).await;
        assert!(matches!(again, Err(Error::Key(KeyError::State { .. }))), "{again:?}");
    });
}

#[test]
fn a_services_own_key_is_not_archived() {
    on_a_bench(async |bench| {
        let alias = AliasName::parse("alias/own/service").unwrap();
        bench.engine.create_service_key(bench.caller(), alias.clone()).await.unwrap();
        let refused = bench.engine.archive_key(bench.caller(), KeyRef::Alias(alias)).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::NotUserMade))), "{refused:?}");
    });
}

#[test]
fn several_keys_change_together_or_not_at_all() {
    on_a_bench(async |bench| {
        let (one, two) = (bench.key(NewKey::plain()).await, bench.key(NewKey::plain()).await);
        let ids = || vec![one.id.clone(), two.id.clone()];
        let states = async || [bench.state_of(&one).await, bench.state_of(&two).await];
        let before = bench.engine.commits();
        bench.engine.disable_keys(bench.caller(), ids()).await.unwrap();
        assert_eq!(bench.engine.commits(), before + 1);
        assert_eq!(states().await, [Some(KeyState::Disabled); 2]);
        bench.engine.enable_keys(bench.caller(), ids()).await.unwrap();
        assert_eq!(states().await, [Some(KeyState::Enabled); 2]);
        bench.engine.schedule_deletion(bench.caller(), by_id(&two), DAY).await.unwrap();
        let refused = bench.engine.disable_keys(bench.caller(), ids()).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::State { .. }))), "{refused:?}");
        let unknown = KeyId::parse("unknown").unwrap();
        let all = vec![two.id.clone(), unknown];
        let refused = bench.engine.enable_keys(bench.caller(), all).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::NotFound))), "{refused:?}");
        assert_eq!(states().await, [Some(KeyState::Enabled), Some(KeyState::PendingDeletion)]);
    });
}

#[test]
fn a_ciphertext_sealed_again_says_whether_the_old_one_is_as_good() {
    on_a_bench(async |bench| {
        let (one, two) = (bench.key(NewKey::plain()).await, bench.key(NewKey::plain()).await);
        let blob = bench.seal(&one, b"text").unwrap();
        let (own, other) = (by_id(&one), by_id(&two));
        let again = |to: Option<&KeyRef>, associated: &[u8]| {
            let it = bench.engine.reseal(&bench.caller, (b"", &blob), (to, associated)).unwrap();
            assert_eq!(it.source, one.id);
            let opened = bench
                .engine
                .open_sealed(&bench.caller, Operation::Decrypt, associated, &it.sealed.value)
                .unwrap();
            assert_eq!((&**opened.value, &opened.key), (&b"text"[..], &it.sealed.key));
            it.was_current
        };
        assert!(again(None, b""));
        assert!(again(Some(&own), b""));
        assert!(!again(None, b"context"));
        assert!(!again(Some(&other), b""));
        bench.engine.rotate_now(bench.caller(), by_id(&one)).await.unwrap();
        assert!(!again(None, b""), "a newer version seals now");
    });
}

#[test]
fn a_pairs_ciphertext_names_its_version() {
    on_a_bench(async |bench| {
        let spec = KeySpec::Pair(PairSpec::EcSm2);
        let key = bench.key(NewKey { spec, ..NewKey::plain() }).await;
        let pair = PairRef { key: by_id(&key), version: key.primary().map(|it| it.id) };
        let (engine, caller) = (&bench.engine, &bench.caller);
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
        let symmetric = bench.key(NewKey::plain()).await;
        let other = open(&bench.seal(&symmetric, b"text").unwrap());
        assert!(matches!(other, Err(Error::Key(KeyError::Unsupported))), "{other:?}");
    });
}
