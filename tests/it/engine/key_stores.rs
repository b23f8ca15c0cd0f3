//! Key stores: what their keys can do.

use std::sync::Arc;

use kmsim::engine::{
    Error, KeyError, KeyRef, KeyStoreError, NewKey, NewKeyStore, Operation, Wrapping,
};
use kmsim::model::{AliasName, Key, KeyStore, Origin};

use super::{DAY, TestEngine, by_id, with_engine};

async fn create(
    test: &TestEngine,
    alias: &str,
    kind: &str,
    cluster: Option<&str>,
) -> Result<Arc<KeyStore>, Error> {
    let new = NewKeyStore {
        alias: AliasName::parse(alias).unwrap(),
        kind: kind.into(),
        cluster: cluster.map(Into::into),
        authority: None,
    };
    test.engine.create_key_store(test.caller(), new).await
}

fn within(store: &KeyStore) -> NewKey {
    NewKey { instance: Some(store.id.to_string()), ..NewKey::plain() }
}

#[test]
fn an_alias_and_a_dedicated_cluster_are_taken_once() {
    with_engine(async |test| {
        create(&test, "a", "dedicated", Some("one")).await.unwrap();
        let taken = create(&test, "a", "shared", None).await.map(drop);
        assert!(matches!(taken, Err(Error::KeyStore(KeyStoreError::AliasTaken))), "{taken:?}");
        let taken = create(&test, "b", "dedicated", Some("one")).await.map(drop);
        assert!(matches!(taken, Err(Error::KeyStore(KeyStoreError::ClusterTaken))), "{taken:?}");
        create(&test, "b", "dedicated", Some("two")).await.unwrap();
        for alias in ["c", "d"] {
            create(&test, alias, "shared", Some("one")).await.unwrap();
        }
    });
}

#[test]
fn a_store_with_keys_is_not_deleted() {
    with_engine(async |test| {
        let store = create(&test, "a", "shared", None).await.unwrap();
        let key = test.key(within(&store)).await;
        let delete = || test.engine.delete_key_store(test.caller(), store.id.clone());
        test.engine.schedule_deletion(test.caller(), by_id(&key), DAY).await.unwrap();
        let kept = delete().await;
        assert!(matches!(kept, Err(Error::KeyStore(KeyStoreError::InUse))), "{kept:?}");
        test.advance(DAY).await;
        delete().await.unwrap();
        let gone = delete().await;
        assert!(matches!(gone, Err(Error::KeyStore(KeyStoreError::NotFound))), "{gone:?}");
        let refused = test.engine.create_key(test.caller(), within(&store)).await;
        assert!(matches!(refused, Err(Error::KeyStore(KeyStoreError::NotFound))), "{refused:?}");
    });
}

fn describe(test: &TestEngine, key: &Key) -> Result<(), Error> {
    let snapshot = test.engine.snapshot(&test.caller);
    snapshot.view(&test.caller).admit(&by_id(key), Operation::Describe).map(drop)
}

#[test]
fn keys_of_a_disabled_store_are_not_used() {
    with_engine(async |test| {
        let store = create(&test, "a", "shared", None).await.unwrap();
        let (key, other) = (test.key(within(&store)).await, test.key(NewKey::plain()).await);
        let blob = test.seal(&key, b"text").unwrap();
        let switch = |on| test.engine.switch_key_store(test.caller(), store.id.clone(), on);
        switch(false).await.unwrap();
        for refused in [
            test.seal(&key, b"text").map(drop),
            test.open(&blob).map(drop),
            test.engine.create_key(test.caller(), within(&store)).await.map(drop),
        ] {
            assert!(matches!(refused, Err(Error::Key(KeyError::StoreDisabled))), "{refused:?}");
        }
        describe(&test, &key).unwrap();
        test.seal(&other, b"text").unwrap();
        switch(true).await.unwrap();
        assert_eq!(test.open(&blob).unwrap(), b"text");
    });
}

#[test]
fn keys_of_a_store_keep_their_material() {
    with_engine(async |test| {
        let store = create(&test, "a", "shared", None).await.unwrap();
        let key = test.key(within(&store)).await;
        let external = test.key(NewKey { origin: Origin::External, ..within(&store) }).await;
        let (engine, key_ref) = (&test.engine, || -> KeyRef { by_id(&key) });
        for refused in [
            engine.set_rotation(test.caller(), key_ref(), Some(DAY)).await.map(drop),
            engine.rotate_now(test.caller(), key_ref()).await,
            engine
                .import_parameters(test.caller(), by_id(&external), Wrapping::Rsa2048OaepSha256)
                .await
                .map(drop),
        ] {
            assert!(matches!(refused, Err(Error::Key(KeyError::InStore(_)))), "{refused:?}");
        }
        assert_eq!(engine.state(&test.caller.realm).keys.named(&key.id).unwrap().versions.len(), 1);
    });
}
