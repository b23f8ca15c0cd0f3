//! Bound resources keep a key as it is.

use kmsim::engine::{Error, KeyError, NewKey};
use kmsim::model::{Key, KeyState};

use super::{DAY, TestEngine, by_id, with_engine};

async fn bind(test: &TestEngine, key: &Key, resource: &str) -> Result<(), Error> {
    let (product, resource) = ("store".to_owned(), resource.to_owned());
    test.engine.bind_resource(test.caller(), by_id(key), product, resource).await
}

async fn unbind(test: &TestEngine, key: &Key, resource: &str) -> Result<(), Error> {
    let (product, resource) = ("store".to_owned(), resource.to_owned());
    test.engine.unbind_resource(test.caller(), by_id(key), product, resource).await
}

async fn bound(test: &TestEngine, key: &Key) -> usize {
    test.found(key).await.unwrap().0.settings.bindings.len()
}

#[test]
fn a_key_in_use_is_not_taken_away() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        bind(&test, &key, "a").await.unwrap();
        let (engine, key_ref) = (&test.engine, || by_id(&key));
        let refusals = [
            engine.disable_key(test.caller(), key_ref()).await.map(drop),
            engine.disable_keys(test.caller(), vec![key.id.clone()]).await,
            engine.archive_key(test.caller(), key_ref()).await.map(drop),
            engine.schedule_deletion(test.caller(), key_ref(), DAY).await.map(drop),
            engine.delete_material(test.caller(), key_ref()).await,
        ];
        for refused in refusals {
            assert!(matches!(refused, Err(Error::Key(KeyError::InUse))), "{refused:?}");
        }
        assert_eq!(test.state_of(&key).await, Some(KeyState::Enabled));
        unbind(&test, &key, "a").await.unwrap();
        engine.disable_key(test.caller(), key_ref()).await.unwrap();
    });
}

#[test]
fn a_resource_is_bound_once_and_unbound_once() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        bind(&test, &key, "a").await.unwrap();
        bind(&test, &key, "a").await.unwrap();
        assert_eq!(bound(&test, &key).await, 1);
        bind(&test, &key, "b").await.unwrap();
        let full = bind(&test, &key, "c").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
        bind(&test, &key, "b").await.unwrap();
        unbind(&test, &key, "a").await.unwrap();
        let gone = unbind(&test, &key, "a").await;
        assert!(matches!(gone, Err(Error::Key(KeyError::NotBound))), "{gone:?}");
        assert_eq!(bound(&test, &key).await, 1);
    });
}
