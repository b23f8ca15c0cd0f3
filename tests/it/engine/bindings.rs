//! Bound resources keep a key as it is.

use kmsim::engine::{Error, KeyError, NewKey};
use kmsim::model::{Key, KeyState};

use super::{Bench, DAY, by_id, on_a_bench};

async fn bind(bench: &Bench, key: &Key, resource: &str) -> Result<(), Error> {
    let (product, resource) = ("store".to_owned(), resource.to_owned());
    bench.engine.bind_resource(bench.caller(), by_id(key), product, resource).await
}

async fn unbind(bench: &Bench, key: &Key, resource: &str) -> Result<(), Error> {
    let (product, resource) = ("store".to_owned(), resource.to_owned());
    bench.engine.unbind_resource(bench.caller(), by_id(key), product, resource).await
}

async fn bound(bench: &Bench, key: &Key) -> usize {
    bench.found(key).await.unwrap().0.settings.bindings.len()
}

#[test]
fn a_key_in_use_is_not_taken_away() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        bind(&bench, &key, "a").await.unwrap();
        let (engine, key_ref) = (&bench.engine, || by_id(&key));
        let refusals = [
            engine.disable_key(bench.caller(), key_ref()).await.map(drop),
            engine.disable_keys(bench.caller(), vec![key.id.clone()]).await,
            engine.archive_key(bench.caller(), key_ref()).await.map(drop),
            engine.schedule_deletion(bench.caller(), key_ref(), DAY).await.map(drop),
            engine.delete_material(bench.caller(), key_ref()).await,
        ];
        for refused in refusals {
            assert!(matches!(refused, Err(Error::Key(KeyError::InUse))), "{refused:?}");
        }
        assert_eq!(bench.state_of(&key).await, Some(KeyState::Enabled));
        unbind(&bench, &key, "a").await.unwrap();
        engine.disable_key(bench.caller(), key_ref()).await.unwrap();
    });
}

#[test]
fn a_resource_is_bound_once_and_unbound_once() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        bind(&bench, &key, "a").await.unwrap();
        bind(&bench, &key, "a").await.unwrap();
        assert_eq!(bound(&bench, &key).await, 1);
        bind(&bench, &key, "b").await.unwrap();
        let full = bind(&bench, &key, "c").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
        bind(&bench, &key, "b").await.unwrap();
        unbind(&bench, &key, "a").await.unwrap();
        let gone = unbind(&bench, &key, "a").await;
        assert!(matches!(gone, Err(Error::Key(KeyError::NotBound))), "{gone:?}");
        assert_eq!(bound(&bench, &key).await, 1);
    });
}
