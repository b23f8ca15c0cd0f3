//! Aliases point to one key at a time and go with it.

use kmsim::engine::{AliasError, Error, KeyRef, NewKey, Operation, Quota};
use kmsim::model::AliasName;

use super::{DAY, by_id, on_a_bench, with_quota};

fn alias(name: &str) -> AliasName {
    AliasName::parse(name).unwrap()
}

#[test]
fn an_alias_points_to_one_key_and_moves() {
    on_a_bench(async |bench| {
        let (one, two) = (bench.key(NewKey::plain()).await, bench.key(NewKey::plain()).await);
        let name = alias("alias/app");
        let (engine, caller) = (&bench.engine, &bench.caller);
        engine.create_alias(bench.caller(), name.clone(), by_id(&one)).await.unwrap();
        let taken = engine.create_alias(bench.caller(), name.clone(), by_id(&two)).await;
        assert!(matches!(taken, Err(Error::Alias(AliasError::Taken))), "{taken:?}");
        let used = || {
            let by_alias = KeyRef::Alias(name.clone());
            engine.seal(caller, &by_alias, Operation::Encrypt, &[], b"text").map(|it| it.key)
        };
        assert_eq!(used().unwrap(), one.id);
        engine.update_alias(bench.caller(), name.clone(), by_id(&two)).await.unwrap();
        assert_eq!(used().unwrap(), two.id);
        engine.delete_alias(bench.caller(), name.clone()).await.unwrap();
        assert!(matches!(used(), Err(Error::Alias(AliasError::NotFound))));
    });
}

#[test]
fn an_alias_goes_with_its_key() {
    on_a_bench(async |bench| {
        let (one, two) = (bench.key(NewKey::plain()).await, bench.key(NewKey::plain()).await);
        let name = alias("alias/app");
        bench.engine.create_alias(bench.caller(), name.clone(), by_id(&one)).await.unwrap();
        bench.engine.schedule_deletion(bench.caller(), by_id(&one), DAY).await.unwrap();
        bench.advance(DAY).await;
        bench.engine.create_alias(bench.caller(), name, by_id(&two)).await.unwrap();
    });
}

#[test]
fn a_reserved_alias_is_the_clouds_own() {
    on_a_bench(async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let reserved = alias("alias/own/service");
        let refused =
            bench.engine.create_alias(bench.caller(), reserved.clone(), by_id(&key)).await;
        assert!(matches!(refused, Err(Error::Alias(AliasError::Reserved))), "{refused:?}");
        let by_alias = KeyRef::Alias(reserved.clone());
        let seal = || {
            bench.engine.seal(&bench.caller, &by_alias, Operation::Encrypt, &[], b"text").map(drop)
        };
        assert!(matches!(seal(), Err(Error::Alias(AliasError::ServiceKeyAbsent(_)))));
        bench.engine.create_service_key(bench.caller(), reserved).await.unwrap();
        seal().unwrap();
    });
}

#[test]
fn a_quota_counts_the_aliases_of_users() {
    with_quota(Quota { aliases: Some(1), ..Quota::default() }, async |bench| {
        let key = bench.key(NewKey::plain()).await;
        let add = async |name: &str| {
            bench.engine.create_alias(bench.caller(), alias(name), by_id(&key)).await
        };
        add("alias/one").await.unwrap();
        assert!(matches!(add("alias/two").await, Err(Error::QuotaExceeded)));
        bench.engine.delete_alias(bench.caller(), alias("alias/one")).await.unwrap();
        add("alias/two").await.unwrap();
    });
}

#[test]
fn a_key_is_made_with_its_alias_and_renamed() {
    on_a_bench(async |bench| {
        let named = |name: &str| NewKey { alias: Some(alias(name)), ..NewKey::plain() };
        let key = bench.key(named("one")).await;
        assert_eq!(key.aliases, [alias("one")].into());
        let two = bench.key(named("two")).await;
        let create = async |name: &str| bench.engine.create_key(bench.caller(), named(name)).await;
        let taken = create("one").await;
        assert!(matches!(taken, Err(Error::Alias(AliasError::Taken))), "{taken:?}");
        let reserved = create("alias/own/x").await;
        assert!(matches!(reserved, Err(Error::Alias(AliasError::Reserved))), "{reserved:?}");
        let rename = async |name: &str| {
            bench.engine.rename_key(bench.caller(), by_id(&key), alias(name)).await
        };
        let taken = rename("two").await;
        assert!(matches!(taken, Err(Error::Alias(AliasError::Taken))), "{taken:?}");
        let reserved = rename("alias/own/x").await;
        assert!(matches!(reserved, Err(Error::Alias(AliasError::Reserved))), "{reserved:?}");
        rename("three").await.unwrap();
        rename("three").await.unwrap();
        assert_eq!(bench.found(&key).await.unwrap().0.aliases, [alias("three")].into());
        bench.engine.rename_key(bench.caller(), by_id(&two), alias("one")).await.unwrap();
    });
}
