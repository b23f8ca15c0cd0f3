//! Keys: deletion windows, protection, states that refuse operations, quotas.

use kmsim::engine::{CiphertextError, Error, KeyError, NewKey, Operation, Quota};
use kmsim::model::KeyState;

use super::{DAY, TICK, by_id, just_before, with_engine, with_quota};

#[test]
fn a_key_is_deleted_at_the_very_instant() {
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
fn a_cancelled_deletion_keeps_the_key_and_what_it_sealed() {
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
fn a_ciphertext_opens_under_its_own_key_and_context_only() {
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
fn a_quota_counts_the_keys_that_are_there() {
    with_quota(Quota { keys: Some(1), ..Quota::default() }, async |test| {
        let key = test.key(NewKey::plain()).await;
        let refused = test.engine.create_key(test.caller(), NewKey::plain()).await;
        assert!(matches!(refused, Err(Error::QuotaExceeded)), "{refused:?}");
        test.engine.schedule_deletion(test.caller(), by_id(&key), DAY).await.unwrap();
        test.advance(DAY).await;
        test.key(NewKey::plain()).await;
    });
}
