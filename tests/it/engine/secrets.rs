//! Secrets: versions and stages, recovery windows, rotation by schedule and on request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kmsim::engine::{Error, NewSecret, NewSecretVersion, SecretError, StageMove, VersionQuery};
use kmsim::model::{Secret, SecretName};
use zeroize::Zeroizing;

use super::{DAY, TICK, TestEngine, just_before, with_engine};

fn name() -> SecretName {
    SecretName::parse("database").unwrap()
}

fn version(id: &str, value: &str) -> NewSecretVersion {
    NewSecretVersion {
        id: id.into(),
        binary: false,
        value: Zeroizing::new(value.as_bytes().to_vec()),
        stages: vec!["now".into()],
    }
}

async fn create(test: &TestEngine, rotation: Option<Duration>) -> Arc<Secret> {
    let new = NewSecret {
        name: name(),
        kind: if rotation.is_some() { "managed" } else { "plain" }.into(),
        key: None,
        description: String::new(),
        instance: None,
        policy: None,
        tags: BTreeMap::new(),
        config: rotation.map(|_| "config".into()),
        rotation,
        versions: vec![version("v1", "a")],
    };
    test.engine.create_secret(test.caller(), new).await.unwrap()
}

async fn value(test: &TestEngine, wanted: VersionQuery<'_>) -> Result<String, Error> {
    test.engine.settle(&test.caller.realm).await;
    let snapshot = test.engine.snapshot(&test.caller);
    let found = snapshot.secret_value(&test.caller, &name(), wanted)?;
    Ok(String::from_utf8(found.value.to_vec()).unwrap())
}

async fn now_and_before(test: &TestEngine) -> (String, String) {
    let (now, before) = (VersionQuery::Stage("now"), VersionQuery::Stage("before"));
    (value(test, now).await.unwrap(), value(test, before).await.unwrap())
}

#[test]
fn stages_move_with_each_version_and_old_versions_go() {
    with_engine(async |test| {
        create(&test, None).await;
        let put = async |id: &str, text: &str| {
            test.engine.put_secret_value(test.caller(), name(), version(id, text)).await
        };
        put("v2", "b").await.unwrap();
        assert_eq!(now_and_before(&test).await, ("b".into(), "a".into()));
        // Writing the same value again changes nothing, and another value under this id is refused.
        put("v2", "b").await.unwrap();
        let taken = put("v2", "c").await;
        assert!(matches!(taken, Err(Error::Secret(SecretError::VersionTaken))), "{taken:?}");
        for (id, text) in [("v3", "c"), ("v4", "d"), ("v5", "e")] {
            put(id, text).await.unwrap();
        }
        let gone = value(&test, VersionQuery::Version("v1")).await;
        assert!(matches!(gone, Err(Error::Secret(SecretError::NotFound))), "{gone:?}");
        assert_eq!(value(&test, VersionQuery::Version("v2")).await.unwrap(), "b");
        let back = StageMove { stage: "now".into(), from: None, to: Some("v2".into()) };
        test.engine.move_stage(test.caller(), name(), back).await.unwrap();
        assert_eq!(value(&test, VersionQuery::Stage("now")).await.unwrap(), "b");
    });
}

#[test]
fn a_deleted_secret_is_restored_within_its_window_only() {
    with_engine(async |test| {
        create(&test, None).await;
        let delete = async || test.engine.delete_secret(test.caller(), name(), Some(7 * DAY)).await;
        delete().await.unwrap();
        let deleted = value(&test, VersionQuery::Stage("now")).await;
        assert!(matches!(deleted, Err(Error::Secret(SecretError::Deleted))), "{deleted:?}");
        test.advance(just_before(7 * DAY)).await;
        test.engine.restore_secret(test.caller(), name()).await.unwrap();
        assert_eq!(value(&test, VersionQuery::Stage("now")).await.unwrap(), "a");
        delete().await.unwrap();
        test.advance(7 * DAY).await;
        let gone = test.engine.restore_secret(test.caller(), name()).await;
        assert!(matches!(gone, Err(Error::Secret(SecretError::NotFound))), "{gone:?}");
        create(&test, None).await;
    });
}

#[test]
fn a_managed_secret_rotates_by_schedule() {
    with_engine(async |test| {
        create(&test, Some(DAY)).await;
        test.advance(just_before(DAY)).await;
        assert_eq!(value(&test, VersionQuery::Stage("now")).await.unwrap(), "a");
        test.advance(TICK).await;
        assert_eq!(now_and_before(&test).await, ("ax".into(), "a".into()));
        test.advance(2 * DAY).await;
        assert_eq!(now_and_before(&test).await, ("axxx".into(), "axx".into()));
        test.engine.set_secret_rotation(test.caller(), name(), None).await.unwrap();
        test.advance(10 * DAY).await;
        assert_eq!(value(&test, VersionQuery::Stage("now")).await.unwrap(), "axxx");
    });
}

#[test]
fn rotations_on_request_are_counted_by_the_hour() {
    with_engine(async |test| {
        create(&test, Some(30 * DAY)).await;
        let rotate =
            async |id: &str| test.engine.rotate_secret(test.caller(), name(), id.into()).await;
        rotate("r1").await.unwrap();
        // The same id means that the rotation is already done.
        rotate("r1").await.unwrap();
        rotate("r2").await.unwrap();
        let full = rotate("r3").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
        test.advance(Duration::from_hours(1)).await;
        rotate("r3").await.unwrap();
        assert_eq!(value(&test, VersionQuery::Version("r3")).await.unwrap(), "axxx");
    });
}

#[test]
fn the_owner_of_a_managed_secret_does_not_write_its_values() {
    with_engine(async |test| {
        create(&test, Some(DAY)).await;
        let new = version("v2", "b");
        let refused = test.engine.put_secret_value(test.caller(), name(), new).await;
        assert!(matches!(refused, Err(Error::Secret(SecretError::Unsupported))), "{refused:?}");
    });
}
