//! Data keys that the service keeps are as good as the keys that sealed them.

use kmsim::engine::{
    CiphertextError, DataKeyError, DataKeyOperation, Error, KeyError, KeyRef, NewDataKey, NewKey,
    Quota, TagRemoval, Tagged,
};
use kmsim::model::{AliasName, DataKey, DataKeyId, DataKeyState, Key, Origin};
use zeroize::Zeroizing;

use super::{DAY, TICK, TestEngine, by_id, just_before, with_engine, with_quota};

fn named(name: &str) -> NewDataKey {
    NewDataKey {
        name: AliasName::parse(name).unwrap(),
        description: String::new(),
        origin: Origin::Service,
        tags: [("a".to_owned(), "b".to_owned())].into(),
    }
}

async fn keep(test: &TestEngine, key: &Key, name: &str) -> Result<DataKeyId, Error> {
    let bytes = Zeroizing::new(b"sixteen bytes...".to_vec());
    let (engine, new) = (&test.engine, named(name));
    let kept = engine.keep_data_key(test.caller(), by_id(key), b"for".to_vec(), bytes, new).await?;
    Ok(kept.1.id.clone())
}

fn plaintext(test: &TestEngine, id: &DataKeyId) -> Result<Vec<u8>, Error> {
    test.engine.open_data_key(&test.caller, id).map(|opened| opened.value.to_vec())
}

async fn found(test: &TestEngine, id: &DataKeyId) -> Option<(DataKey, DataKeyState)> {
    test.engine.settle(&test.caller.realm).await;
    let snapshot = test.engine.snapshot(&test.caller);
    let found = snapshot.view(&test.caller).data_keys().find(|(it, _)| it.id == *id);
    found.map(|(it, state)| (DataKey::clone(it), state))
}

async fn state_of(test: &TestEngine, id: &DataKeyId) -> Option<DataKeyState> {
    found(test, id).await.map(|(_, state)| state)
}

#[test]
fn a_data_key_opens_while_it_and_its_key_work() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let id = keep(&test, &key, "one").await.unwrap();
        assert_eq!(plaintext(&test, &id).unwrap(), b"sixteen bytes...");
        let (kept, _) = found(&test, &id).await.unwrap();
        assert_eq!((kept.key, kept.len, &kept.associated[..]), (key.id.clone(), 16, &b"for"[..]));

        test.engine.disable_data_keys(test.caller(), vec![id.clone()]).await.unwrap();
        let Err(Error::DataKey(DataKeyError::State { operation, state })) = plaintext(&test, &id)
        else {
            panic!("it is disabled")
        };
        assert_eq!((operation, state), (DataKeyOperation::ReadPlaintext, DataKeyState::Disabled));

        test.engine.disable_key(test.caller(), by_id(&key)).await.unwrap();
        let refused = test.engine.enable_data_keys(test.caller(), vec![id.clone()]).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::State { .. }))), "{refused:?}");
        assert_eq!(state_of(&test, &id).await, Some(DataKeyState::Disabled));
        test.engine.enable_key(test.caller(), by_id(&key)).await.unwrap();
        test.engine.enable_data_keys(test.caller(), vec![id.clone()]).await.unwrap();

        test.engine.disable_key(test.caller(), by_id(&key)).await.unwrap();
        let refused = plaintext(&test, &id);
        assert!(matches!(refused, Err(Error::Key(KeyError::State { .. }))), "{refused:?}");
        test.engine.schedule_deletion(test.caller(), by_id(&key), DAY).await.unwrap();
        test.advance(DAY).await;
        let gone = plaintext(&test, &id);
        assert!(matches!(gone, Err(Error::Key(KeyError::NotFound))), "{gone:?}");
    });
}

#[test]
fn a_ciphertext_of_the_realm_is_brought_along() {
    with_engine(async |test| {
        let (key, other) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        let blob = test.seal(&key, b"text").unwrap();
        let keep = async |key: Option<KeyRef>, blob: &[u8], name: &str| {
            let (new, blob) = (named(name), blob.to_vec());
            test.engine.keep_sealed_data_key(test.caller(), key, blob, new).await
        };
        let kept = keep(None, &blob, "one").await.unwrap();
        assert_eq!((&kept.key, kept.len, &kept.ciphertext), (&key.id, 4, &blob));
        assert_eq!(plaintext(&test, &kept.id).unwrap(), b"text");
        keep(Some(by_id(&key)), &blob, "two").await.unwrap();
        let failed = |it: Result<_, Error>| {
            matches!(it, Err(Error::Ciphertext(CiphertextError::DecryptionFailed)))
        };
        assert!(failed(keep(Some(by_id(&other)), &blob, "three").await));
        let mut changed = blob.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(failed(keep(None, &changed, "three").await));
        let malformed = keep(None, b"text", "three").await;
        assert!(
            matches!(malformed, Err(Error::Ciphertext(CiphertextError::Malformed))),
            "{malformed:?}"
        );
    });
}

#[test]
fn a_data_key_is_deleted_at_the_very_instant() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let id = keep(&test, &key, "one").await.unwrap();
        let schedule = async || {
            test.engine.schedule_data_key_deletion(test.caller(), id.clone(), 7 * DAY).await
        };
        schedule().await.unwrap();
        test.engine.cancel_data_key_deletion(test.caller(), id.clone()).await.unwrap();
        test.advance(8 * DAY).await;
        assert_eq!(state_of(&test, &id).await, Some(DataKeyState::Disabled));
        schedule().await.unwrap();
        test.advance(just_before(7 * DAY)).await;
        assert_eq!(state_of(&test, &id).await, Some(DataKeyState::PendingDeletion));
        test.advance(TICK).await;
        assert_eq!(state_of(&test, &id).await, None);
        let gone = plaintext(&test, &id);
        assert!(matches!(gone, Err(Error::DataKey(DataKeyError::NotFound))), "{gone:?}");
        keep(&test, &key, "one").await.unwrap();
    });
}

#[test]
fn names_are_unique_and_change() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let one = keep(&test, &key, "one").await.unwrap();
        keep(&test, &key, "two").await.unwrap();
        let taken = keep(&test, &key, "one").await;
        assert!(matches!(taken, Err(Error::DataKey(DataKeyError::NameTaken))), "{taken:?}");
        let rename = async |name: &str| {
            let name = AliasName::parse(name).unwrap();
            test.engine.rename_data_key(test.caller(), one.clone(), name).await
        };
        let taken = rename("two").await;
        assert!(matches!(taken, Err(Error::DataKey(DataKeyError::NameTaken))), "{taken:?}");
        rename("three").await.unwrap();
        rename("three").await.unwrap();
        keep(&test, &key, "one").await.unwrap();
        let text = "what it is for".to_owned();
        test.engine.describe_data_key(test.caller(), one.clone(), text).await.unwrap();
        let (found, _) = found(&test, &one).await.unwrap();
        assert_eq!((found.name.as_str(), &*found.description), ("three", "what it is for"));
    });
}

#[test]
fn a_quota_counts_those_that_stay() {
    with_quota(Quota { data_keys: Some(1), ..Quota::default() }, async |test| {
        let key = test.key(NewKey::plain()).await;
        let one = keep(&test, &key, "one").await.unwrap();
        let full = keep(&test, &key, "two").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
        let schedule = test.engine.schedule_data_key_deletion(test.caller(), one.clone(), DAY);
        schedule.await.unwrap();
        keep(&test, &key, "two").await.unwrap();
        let full = test.engine.cancel_data_key_deletion(test.caller(), one).await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
    });
}

#[test]
fn they_carry_tags() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let id = keep(&test, &key, "one").await.unwrap();
        let whom = || vec![Tagged::DataKey(id.clone())];
        let tag = vec![("c".to_owned(), "d".to_owned())];
        test.engine.tag(test.caller(), whom(), tag).await.unwrap();
        let named = TagRemoval::Named(vec!["a".to_owned()]);
        test.engine.untag(test.caller(), whom(), named).await.unwrap();
        let (found, _) = found(&test, &id).await.unwrap();
        assert_eq!(found.tags, [("c".to_owned(), "d".to_owned())].into());
    });
}
