//! Aliases name one key at a time and are deleted with it.

use kmsim::engine::{AliasError, Error, KeyRef, NewKey, Operation, Quota};
use kmsim::model::AliasName;

use super::{DAY, by_id, with_engine, with_quota};

fn alias(name: &str) -> AliasName {
    AliasName::parse(name).unwrap()
}

#[test]
fn an_alias_points_to_one_key_and_moves() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        let name = alias("alias/app");
        let (engine, caller) = (&test.engine, &test.caller);
        engine.create_alias(test.caller(), name.clone(), by_id(&one)).await.unwrap();
        let taken = engine.create_alias(test.caller(), name.clone(), by_id(&two)).await;
        assert!(matches!(taken, Err(Error::Alias(AliasError::Taken))), "{taken:?}");
        let used = || {
            let by_alias = KeyRef::Alias(name.clone());
            engine.seal(caller, &by_alias, Operation::Encrypt, &[], b"text").map(|it| it.key)
        };
        assert_eq!(used().unwrap(), one.id);
        engine.update_alias(test.caller(), name.clone(), by_id(&two)).await.unwrap();
        assert_eq!(used().unwrap(), two.id);
        engine.delete_alias(test.caller(), name.clone()).await.unwrap();
        assert!(matches!(used(), Err(Error::Alias(AliasError::NotFound))));
    });
}

#[test]
fn an_alias_is_deleted_with_its_key() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        let name = alias("alias/app");
        test.engine.create_alias(test.caller(), name.clone(), by_id(&one)).await.unwrap();
        test.engine.schedule_deletion(test.caller(), by_id(&one), DAY).await.unwrap();
        test.advance(DAY).await;
        test.engine.create_alias(test.caller(), name, by_id(&two)).await.unwrap();
    });
}

#[test]
fn reserved_aliases_belong_to_the_cloud() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let reserved = alias("alias/own/service");
        let refused = test.engine.create_alias(test.caller(), reserved.clone(), by_id(&key)).await;
        assert!(matches!(refused, Err(Error::Alias(AliasError::Reserved))), "{refused:?}");
        let by_alias = KeyRef::Alias(reserved.clone());
        let seal = || {
            test.engine.seal(&test.caller, &by_alias, Operation::Encrypt, &[], b"text").map(drop)
        };
        assert!(matches!(seal(), Err(Error::Alias(AliasError::ServiceKeyAbsent(_)))));
        test.engine.create_service_key(test.caller(), reserved).await.unwrap();
        seal().unwrap();
    });
}

#[test]
fn a_quota_counts_the_aliases_of_users() {
    with_quota(Quota { aliases: Some(1), ..Quota::default() }, async |test| {
        let key = test.key(NewKey::plain()).await;
        let add = async |name: &str| {
            test.engine.create_alias(test.caller(), alias(name), by_id(&key)).await
        };
        add("alias/one").await.unwrap();
        assert!(matches!(add("alias/two").await, Err(Error::QuotaExceeded)));
        test.engine.delete_alias(test.caller(), alias("alias/one")).await.unwrap();
        add("alias/two").await.unwrap();
    });
}

#[test]
fn a_key_is_made_with_its_alias_and_renamed() {
    with_engine(async |test| {
        let named = |name: &str| NewKey { alias: Some(alias(name)), ..NewKey::plain() };
        let key = test.key(named("one")).await;
        assert_eq!(key.aliases, [alias("one")].into());
        let two = test.key(named("two")).await;
        let create = async |name: &str| test.engine.create_key(test.caller(), named(name)).await;
        let taken = create("one").await;
        assert!(matches!(taken, Err(Error::Alias(AliasError::Taken))), "{taken:?}");
        let reserved = create("alias/own/x").await;
        assert!(matches!(reserved, Err(Error::Alias(AliasError::Reserved))), "{reserved:?}");
        let rename = async |name: &str| {
            test.engine.rename_key(test.caller(), by_id(&key), alias(name)).await
        };
        let taken = rename("two").await;
        assert!(matches!(taken, Err(Error::Alias(AliasError::Taken))), "{taken:?}");
        let reserved = rename("alias/own/x").await;
        assert!(matches!(reserved, Err(Error::Alias(AliasError::Reserved))), "{reserved:?}");
        rename("three").await.unwrap();
        rename("three").await.unwrap();
        assert_eq!(test.found(&key).await.unwrap().0.aliases, [alias("three")].into());
        test.engine.rename_key(test.caller(), by_id(&two), alias("one")).await.unwrap();
    });
}

#[test]
fn a_keys_own_name_is_one_of_its_aliases() {
    with_engine(async |test| {
        let own = |name: &str| NewKey {
            name: Some(name.to_owned()),
            alias: Some(alias(name)),
            ..NewKey::plain()
        };
        let (one, two) = (test.key(own("one")).await, test.key(own("two")).await);
        let engine = &test.engine;
        engine.create_alias(test.caller(), alias("more"), by_id(&one)).await.unwrap();
        for taken in ["two", "more"] {
            let refused = engine.rename_own(test.caller(), by_id(&one), alias(taken)).await;
            assert!(matches!(refused, Err(Error::Alias(AliasError::Taken))), "{refused:?}");
        }
        for name in ["new", "new"] {
            let renamed = engine.rename_own(test.caller(), by_id(&one), alias(name)).await.unwrap();
            assert_eq!(renamed.settings.name.as_deref(), Some(name));
            assert_eq!(renamed.aliases, [alias("more"), alias(name)].into());
        }
        // The old name is free for another key.
        engine.rename_own(test.caller(), by_id(&two), alias("one")).await.unwrap();
        let delete = async |names: &[&str]| {
            let names = names.iter().map(|name| alias(name)).collect();
            engine.delete_aliases(test.caller(), by_id(&one), names).await
        };
        for refused in [&["more", "new"][..], &["more", "one"], &["none"]] {
            let refused = delete(refused).await;
            assert!(matches!(refused, Err(Error::Alias(AliasError::NotFound))), "{refused:?}");
        }
        delete(&["more"]).await.unwrap();
        let gone = engine.delete_alias(test.caller(), alias("more")).await;
        assert!(matches!(gone, Err(Error::Alias(AliasError::NotFound))), "{gone:?}");
    });
}
