//! What the store keeps comes back as it was.

use std::sync::Arc;

use kmsim::engine::{Caller, Engine, NewDataKey, NewKey, NewWhiteBoxKey, Quota, Rules};
use kmsim::model::{AliasName, DeviceFingerprint, Origin, Realm, Scope, SymmetricSpec};
use kmsim::world::{Clock, Entropy, World};
use zeroize::Zeroizing;

use super::{DAY, RULES, TestEngine, by_id, start};

/// Runs a test on an engine whose store is a file.
async fn opened(path: &std::path::Path) -> (TestEngine, kmsim::store::DataLock) {
    let (store, lock) = kmsim::store::open(path, None).await.unwrap();
    let world = World { clock: Clock::manual(start()), entropy: Entropy::Os };
    let clouds = [("cloud", (|_| &RULES) as fn(&str) -> &'static Rules)].into();
    let engine = Engine::open(Box::new(store), Arc::new(world), clouds).await.unwrap();
    let caller =
        Caller::new(Realm::new("cloud", "1", "here"), &RULES, "1".into(), Quota::default());
    (TestEngine { engine, caller }, lock)
}

#[tokio::test]
async fn keys_white_box_keys_and_data_keys_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kmsim.db");
    let alias = |name: &str| AliasName::parse(name).unwrap();
    let (test, lock) = opened(&path).await;
    let (engine, caller) = (&test.engine, || test.caller());

    let key = test.key(NewKey { alias: Some(alias("bound")), ..NewKey::plain() }).await;
    engine.bind_resource(caller(), by_id(&key), "store".into(), "a".into()).await.unwrap();
    let archived = test.key(NewKey::plain()).await;
    engine.archive_key(caller(), by_id(&archived)).await.unwrap();

    let new = NewWhiteBoxKey {
        alias: alias("white"),
        description: "for devices".into(),
        spec: SymmetricSpec::Sm4,
        tags: [("a".to_owned(), "b".to_owned())].into(),
    };
    let white = engine.create_white_box_key(caller(), new).await.unwrap();
    let devices = [("one", Some("first")), ("two", None)].map(|(identity, text)| {
        DeviceFingerprint { identity: identity.into(), description: text.map(Into::into) }
    });
    let devices = devices.to_vec();
    engine.replace_fingerprints(caller(), white.id.clone(), devices).await.unwrap();
    engine.switch_white_box_keys(caller(), vec![white.id.clone()], false).await.unwrap();

    let mut kept = Vec::new();
    for (name, associated) in [("one", &b"context"[..]), ("two", b"")] {
        let new = NewDataKey {
            name: alias(name),
            description: "for data".into(),
            origin: Origin::Service,
            tags: [("c".to_owned(), "d".to_owned())].into(),
        };
        let bytes = Zeroizing::new(b"bytes".to_vec());
        let made = engine.keep_data_key(caller(), by_id(&key), associated.to_vec(), bytes, new);
        kept.push(made.await.unwrap().1.id.clone());
    }
    engine.schedule_data_key_deletion(caller(), kept[1].clone(), DAY).await.unwrap();

    let before = engine.state(&test.caller.realm).facts();
    engine.close().await;
    drop((test, lock));

    let (test, _lock) = opened(&path).await;
    assert_eq!(test.engine.state(&test.caller.realm).facts(), before);
    let opened = test.engine.open_data_key(&test.caller, &kept[0]).unwrap();
    assert_eq!(**opened.value, *b"bytes");
    test.advance(DAY).await;
    test.engine.settle(&test.caller.realm).await;
    assert_eq!(test.engine.state(&test.caller.realm).data_keys.count(), 1);
    assert_eq!(test.engine.contents(&Scope::default()).await.len(), 1);
}
