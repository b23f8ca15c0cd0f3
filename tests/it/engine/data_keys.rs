//! Data keys that the service keeps are as good as the keys that sealed them.

use kmsim::engine::{
    CiphertextError, DataKeyError, DataKeyOperation, Error, KeyError, KeyRef, NewDataKey, NewKey,
    Quota, TagRemoval, Tagged,
};
use kmsim::model::{AliasName, DataKey, DataKeyId, DataKeyState, Key, Origin};
use zeroize::Zeroizing;

use super::{Bench, DAY, TICK, by_id, just_before, on_a_bench, with_quota};

fn named(name: &str) -> NewDataKey {
    NewDataKey {
        name: AliasName::parse(name).unwrap(),
        description: String::new(),
        origin: Origin::Service,
        tags: [("a".to_owned(), "b".to_owned())].into(),
    }
}

async fn keep(bench: &Bench, key: &Key, name: &str) -> Result<DataKeyId, Error> {
    let text = Zeroizing::new(b"sixteen bytes...".to_vec());
    let (engine, new) = (&bench.engine, named(name));
    let kept = engine.keep_data_key(bench.caller(), by_id(key), b"for".to_vec(), text, new).await?;
    Ok(kept.1.id.clone())
}

fn plaintext(bench: &Bench, id: &DataKeyId) -> Result<Vec<u8>, Error> {
    bench.engine.open_data_key(&bench.caller, id).map(|opened| opened.value.to_vec())
}

async fn found(bench: &Bench, id: &DataKeyId) -> Option<(DataKey, DataKeyState)> {
    bench.engine.settle(&bench.caller.realm).await;
    let snapshot = bench.engine.snapshot(&bench.caller);
    let found = snapshot.view(&bench.caller).data_keys().find(|(it, _)| it.id == *id);
    found.map(|(it, state)| (DataKey::clone(it), state))
}

async fn state_of(bench: &Bench, id: &DataKeyId) -> Option<DataKeyState> {
    found(bench, id).await.map(|(_, state)| state)
}

#[test]
fn a_data_key_opens_while_it_and_its_key_work() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let id = keep(&bench, &key, "one").await.unwrap();
        assert_eq!(plaintext(&bench, &id).unwrap(), b"sixteen bytes...");
        let (kept, _) = found(&bench, &id).await.unwrap();
        assert_eq!((kept.key, kept.len, &kept.associated[..]), (key.id.clone(), 16, &b"for"[..]));

        bench.engine.disable_data_keys(bench.caller(), vec![id.clone()]).await.unwrap();
        let Err(Error::DataKey(DataKeyError::State { operation, state })) = plaintext(&bench, &id)
        else {
            panic!("it is disabled")
        };
        assert_eq!((operation, state), (DataKeyOperation::ReadPlaintext, DataKeyState::Disabled));

        bench.engine.disable_key(bench.caller(), by_id(&key)).await.unwrap();
        let refused = bench.engine.enable_data_keys(bench.caller(), vec![id.clone()]).await;
        assert!(matches!(refused, Err(Error::Key(KeyError::State { .. }))), "{refused:?}");
        assert_eq!(state_of(&bench, &id).await, Some(DataKeyState::Disabled));
        bench.engine.enable_key(bench.caller(), by_id(&key)).await.unwrap();
        bench.engine.enable_data_keys(bench.caller(), vec![id.clone()]).await.unwrap();

        bench.engine.disable_key(bench.caller(), by_id(&key)).await.unwrap();
        let refused = plaintext(&bench, &id);
        assert!(matches!(refused, Err(Error::Key(KeyError::State { .. }))), "{refused:?}");
        bench.engine.schedule_deletion(bench.caller(), by_id(&key), DAY).await.unwrap();
        bench.advance(DAY).await;
        let gone = plaintext(&bench, &id);
        assert!(matches!(gone, Err(Error::Key(KeyError::NotFound))), "{gone:?}");
    });
}

#[test]
fn a_ciphertext_of_the_realm_is_brought_along() {
    on_a_bench(async |bench| {
        let (key, other) = (bench.key(NewKey::plain()).await, bench.key(NewKey::plain()).await);
        let blob = bench.seal(&key, b"text").unwrap();
        let keep = async |key: Option<KeyRef>, blob: &[u8], name: &str| {
            let (new, blob) = (named(name), blob.to_vec());
            bench.engine.keep_sealed_data_key(bench.caller(), key, blob, new).await
        };
        let kept = keep(None, &blob, "one").await.unwrap();
        assert_eq!((&kept.key, kept.len, &kept.ciphertext), (&key.id, 4, &blob));
        assert_eq!(plaintext(&bench, &kept.id).unwrap(), b"text");
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
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let id = keep(&bench, &key, "one").await.unwrap();
        let schedule = async || {
            bench.engine.schedule_data_key_deletion(bench.caller(), id.clone(), 7 * DAY).await
        };
        schedule().await.unwrap();
        bench.engine.cancel_data_key_deletion(bench.caller(), id.clone()).await.unwrap();
        bench.advance(8 * DAY).await;
        assert_eq!(state_of(&bench, &id).await, Some(DataKeyState::Disabled));
        schedule().await.unwrap();
        bench.advance(just_before(7 * DAY)).await;
        assert_eq!(state_of(&bench, &id).await, Some(DataKeyState::PendingDeletion));
        bench.advance(TICK).await;
        assert_eq!(state_of(&bench, &id).await, None);
        let gone = plaintext(&bench, &id);
        assert!(matches!(gone, Err(Error::DataKey(DataKeyError::NotFound))), "{gone:?}");
        keep(&bench, &key, "one").await.unwrap();
    });
}

#[test]
fn names_are_unique_and_change() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let one = keep(&bench, &key, "one").await.unwrap();
        keep(&bench, &key, "two").await.unwrap();
        let taken = keep(&bench, &key, "one").await;
        assert!(matches!(taken, Err(Error::DataKey(DataKeyError::NameTaken))), "{taken:?}");
        let rename = async |name: &str| {
            let name = AliasName::parse(name).unwrap();
            bench.engine.rename_data_key(bench.caller(), one.clone(), name).await
        };
        let taken = rename("two").await;
        assert!(matches!(taken, Err(Error::DataKey(DataKeyError::NameTaken))), "{taken:?}");
        rename("three").await.unwrap();
        rename("three").await.unwrap();
        keep(&bench, &key, "one").await.unwrap();
        let text = "what it is for".to_owned();
        bench.engine.describe_data_key(bench.caller(), one.clone(), text).await.unwrap();
        let (found, _) = found(&bench, &one).await.unwrap();
        assert_eq!((found.name.as_str(), &*found.description), ("three", "what it is for"));
    });
}

#[test]
fn a_quota_counts_those_that_stay() {
    with_quota(Quota { data_keys: Some(1), ..Quota::default() }, async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let one = keep(&bench, &key, "one").await.unwrap();
        let full = keep(&bench, &key, "two").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
        let schedule = bench.engine.schedule_data_key_deletion(bench.caller(), one.clone(), DAY);
        schedule.await.unwrap();
        keep(&bench, &key, "two").await.unwrap();
        let full = bench.engine.cancel_data_key_deletion(bench.caller(), one).await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
    });
}

#[test]
fn they_carry_tags() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let id = keep(&bench, &key, "one").await.unwrap();
        let whom = || vec![Tagged::DataKey(id.clone())];
        let tag = vec![("c".to_owned(), "d".to_owned())];
        bench.engine.tag(bench.caller(), whom(), tag).await.unwrap();
        let named = TagRemoval::Named(vec!["a".to_owned()]);
        bench.engine.untag(bench.caller(), whom(), named).await.unwrap();
        let (found, _) = found(&bench, &id).await.unwrap();
        assert_eq!(found.tags, [("c".to_owned(), "d".to_owned())].into());
    });
}
