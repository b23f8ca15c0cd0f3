//! Secrets: versions and stages, recovery windows, rotation by schedule and on request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kmsim::engine::{Error, NewSecret, NewSecretVersion, SecretError, StageMove, VersionQuery};
use kmsim::model::{Secret, SecretName};
use zeroize::Zeroizing;

use super::{Bench, DAY, TICK, just_before, on_a_bench};

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

async fn create(bench: &Bench, rotation: Option<Duration>) -> Arc<Secret> {
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
    bench.engine.create_secret(bench.caller(), new).await.unwrap()
}

async fn value(bench: &Bench, wanted: VersionQuery<'_>) -> Result<String, Error> {
    bench.engine.settle(&bench.caller.realm).await;
    let snapshot = bench.engine.snapshot(&bench.caller);
    let found = snapshot.secret_value(&bench.caller, &name(), wanted)?;
    Ok(String::from_utf8(found.value.to_vec()).unwrap())
}

async fn now_and_before(bench: &Bench) -> (String, String) {
    let (now, before) = (VersionQuery::Stage("now"), VersionQuery::Stage("before"));
    (value(bench, now).await.unwrap(), value(bench, before).await.unwrap())
}

#[test]
fn stages_move_with_each_version_and_old_versions_go() {
    on_a_bench(async |bench| {
        create(&bench, None).await;
        let put = async |id: &str, text: &str| {
            bench.engine.put_secret_value(bench.caller(), name(), version(id, text)).await
        };
        put("v2", "b").await.unwrap();
        assert_eq!(now_and_before(&bench).await, ("b".into(), "a".into()));
        // The same again changes nothing, and another value under the same id is refused.
        put("v2", "b").await.unwrap();
        let taken = put("v2", "c").await;
        assert!(matches!(taken, Err(Error::Secret(SecretError::VersionTaken))), "{taken:?}");
        for (id, text) in [("v3", "c"), ("v4", "d"), ("v5", "e")] {
            put(id, text).await.unwrap();
        }
        let gone = value(&bench, VersionQuery::Version("v1")).await;
        assert!(matches!(gone, Err(Error::Secret(SecretError::NotFound))), "{gone:?}");
        assert_eq!(value(&bench, VersionQuery::Version("v2")).await.unwrap(), "b");
        let back = StageMove { stage: "now".into(), from: None, to: Some("v2".into()) };
        bench.engine.move_stage(bench.caller(), name(), back).await.unwrap();
        assert_eq!(value(&bench, VersionQuery::Stage("now")).await.unwrap(), "b");
    });
}

#[test]
fn a_deleted_secret_is_restored_within_its_window_only() {
    on_a_bench(async |bench| {
        create(&bench, None).await;
        let delete =
            async || bench.engine.delete_secret(bench.caller(), name(), Some(7 * DAY)).await;
        delete().await.unwrap();
        let deleted = value(&bench, VersionQuery::Stage("now")).await;
        assert!(matches!(deleted, Err(Error::Secret(SecretError::Deleted))), "{deleted:?}");
        bench.advance(just_before(7 * DAY)).await;
        bench.engine.restore_secret(bench.caller(), name()).await.unwrap();
        assert_eq!(value(&bench, VersionQuery::Stage("now")).await.unwrap(), "a");
        delete().await.unwrap();
        bench.advance(7 * DAY).await;
        let gone = bench.engine.restore_secret(bench.caller(), name()).await;
        assert!(matches!(gone, Err(Error::Secret(SecretError::NotFound))), "{gone:?}");
        create(&bench, None).await;
    });
}

#[test]
fn a_managed_secret_rotates_by_schedule() {
    on_a_bench(async |bench| {
        create(&bench, Some(DAY)).await;
        bench.advance(just_before(DAY)).await;
        assert_eq!(value(&bench, VersionQuery::Stage("now")).await.unwrap(), "a");
        bench.advance(TICK).await;
        assert_eq!(now_and_before(&bench).await, ("ax".into(), "a".into()));
        bench.advance(2 * DAY).await;
        assert_eq!(now_and_before(&bench).await, ("axxx".into(), "axx".into()));
        bench.engine.set_secret_rotation(bench.caller(), name(), None).await.unwrap();
        bench.advance(10 * DAY).await;
        assert_eq!(value(&bench, VersionQuery::Stage("now")).await.unwrap(), "axxx");
    });
}

#[test]
fn rotations_on_request_are_counted_by_the_hour() {
    on_a_bench(async |bench| {
        create(&bench, Some(30 * DAY)).await;
        let rotate =
            async |id: &str| bench.engine.rotate_secret(bench.caller(), name(), id.into()).await;
        rotate("r1").await.unwrap();
        // The same id says that it was done.
        rotate("r1").await.unwrap();
        rotate("r2").await.unwrap();
        let full = rotate("r3").await;
        assert!(matches!(full, Err(Error::QuotaExceeded)), "{full:?}");
        bench.advance(Duration::from_hours(1)).await;
        rotate("r3").await.unwrap();
        assert_eq!(value(&bench, VersionQuery::Version("r3")).await.unwrap(), "axxx");
    });
}

#[test]
fn the_owner_of_a_managed_secret_does_not_write_its_values() {
    on_a_bench(async |bench| {
        create(&bench, Some(DAY)).await;
        let new = version("v2", "b");
        let refused = bench.engine.put_secret_value(bench.caller(), name(), new).await;
        assert!(matches!(refused, Err(Error::Secret(SecretError::Unsupported))), "{refused:?}");
    });
}
