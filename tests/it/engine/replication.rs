//! Keys in several regions.

use std::sync::Arc;

use kmsim::engine::{AliasError, Caller, Error, KeyError, NewKey, NewReplica, Operation, Quota};
use kmsim::model::{AliasName, Key, Tags};

use super::{DAY, TestEngine, by_id, with_engine, with_quota};

fn replica(alias: &str) -> NewReplica {
    NewReplica {
        alias: AliasName::parse(alias).unwrap(),
        name: Some(alias.into()),
        description: "a copy".into(),
        group: Some("group".into()),
        tags: Tags::from([("a".to_owned(), "b".to_owned())]),
    }
}

async fn copy(test: &TestEngine, key: &Key, to: &str) -> Result<Arc<Key>, Error> {
    test.engine.replicate_key(test.caller(), by_id(key), to, replica("copy")).await
}

fn in_region(test: &TestEngine, region: &str) -> Caller {
    Caller { realm: test.caller.realm.in_region(region), ..test.caller() }
}

/// The primary's region, as the key in this region knows it, and whether it rotates.
fn primary(test: &TestEngine, key: &Key, region: &str) -> (Option<String>, bool) {
    let state = test.engine.state(&test.caller.realm.in_region(region));
    let key = state.keys.named(&key.id).unwrap();
    (key.primary_region.as_ref().map(ToString::to_string), key.settings.rotation.is_some())
}

async fn move_to(test: &TestEngine, from: &str, key: &Key, to: &str) -> Result<(), Error> {
    let caller = in_region(test, from);
    test.engine.move_primary(&caller, &by_id(key), to).await.map(drop)
}

#[test]
fn what_one_region_seals_the_other_opens() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        test.engine.rotate_now(test.caller(), by_id(&key)).await.unwrap();
        let blob = test.seal(&key, b"text").unwrap();
        let made = copy(&test, &key, "there").await.unwrap();
        assert_eq!((&made.id, made.versions.len()), (&key.id, 2));
        assert_eq!((&*made.settings.description, made.group.as_deref()), ("a copy", Some("group")));
        let there = in_region(&test, "there");
        let opened = test.engine.open_sealed(&there, Operation::Decrypt, &[], &blob).unwrap();
        assert_eq!(opened.value.to_vec(), b"text");
        let sealed = test.engine.seal(&there, &by_id(&key), Operation::Encrypt, &[], b"back");
        assert_eq!(test.open(&sealed.unwrap().value).unwrap(), b"back");
    });
}

#[test]
fn a_replica_is_made_once_and_from_the_primary() {
    with_engine(async |test| {
        let (key, other) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        copy(&test, &key, "there").await.unwrap();
        let again = copy(&test, &key, "there").await;
        assert!(matches!(again, Err(Error::Key(KeyError::ReplicaExists))), "{again:?}");
        let own = copy(&test, &key, "here").await;
        assert!(matches!(own, Err(Error::Key(KeyError::ReplicaExists))), "{own:?}");
        let taken = copy(&test, &other, "there").await;
        assert!(matches!(taken, Err(Error::Alias(AliasError::Taken))), "{taken:?}");
        let there = in_region(&test, "there");
        for refused in [
            test.engine
                .replicate_key(there.clone(), by_id(&key), "x", replica("x"))
                .await
                .map(drop),
            test.engine.rotate_now(there.clone(), by_id(&key)).await,
            test.engine.set_rotation(there.clone(), by_id(&key), Some(DAY)).await.map(drop),
            move_to(&test, "there", &key, "here").await,
        ] {
            assert!(matches!(refused, Err(Error::Key(KeyError::IsReplica(_)))), "{refused:?}");
        }
        test.engine.rotate_now(test.caller(), by_id(&key)).await.unwrap();
    });
}

#[test]
fn a_replica_counts_in_its_region() {
    with_quota(Quota { keys: Some(1), ..Quota::default() }, async |test| {
        let key = test.key(NewKey::plain()).await;
        copy(&test, &key, "there").await.unwrap();
        let full = test.engine.create_key(in_region(&test, "there"), NewKey::plain()).await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
    });
}

#[test]
fn the_primary_moves_with_its_rotation() {
    with_engine(async |test| {
        let key = test.key(NewKey { rotation: Some(DAY), ..NewKey::plain() }).await;
        for region in ["two", "three"] {
            copy(&test, &key, region).await.unwrap();
        }
        let all = || ["here", "two", "three"].map(|region| primary(&test, &key, region));
        let of = |region: &str, rotates| ((!region.is_empty()).then(|| region.to_owned()), rotates);
        assert_eq!(all(), [of("", true), of("here", false), of("here", false)]);
        move_to(&test, "here", &key, "here").await.unwrap();
        assert_eq!(all(), [of("", true), of("here", false), of("here", false)]);
        let nowhere = move_to(&test, "here", &key, "four").await;
        assert!(matches!(nowhere, Err(Error::Key(KeyError::NoReplica))), "{nowhere:?}");
        move_to(&test, "here", &key, "two").await.unwrap();
        assert_eq!(all(), [of("two", false), of("", true), of("two", false)]);
        test.advance(DAY).await;
        test.engine.settle(&test.caller.realm.in_region("two")).await;
        let versions = |region: &str| {
            let state = test.engine.state(&test.caller.realm.in_region(region));
            state.keys.named(&key.id).unwrap().versions.len()
        };
        assert_eq!(["here", "two", "three"].map(versions), [1, 2, 1]);
    });
}

#[test]
fn another_account_has_another_key() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        copy(&test, &key, "there").await.unwrap();
        let realm = kmsim::model::Realm::new("cloud", "2", "there");
        let stranger = Caller { realm, ..test.caller() };
        let unknown = test.engine.move_primary(&stranger, &by_id(&key), "here").await;
        assert!(matches!(unknown, Err(Error::Key(KeyError::NotFound))), "{unknown:?}");
    });
}
