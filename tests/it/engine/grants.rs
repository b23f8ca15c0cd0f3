//! Grants: who may make and end them, and what limits a caller.

use std::collections::BTreeSet;
use std::sync::Arc;

use kmsim::engine::{
    Access, AliasError, Authorize, Caller, Error, GrantError, KeyError, KeyRef, NewGrant, NewKey,
    Operation, Quota,
};
use kmsim::model::{AliasName, Grant, GrantId, Grantee, Grants, Key, Secret};

use super::{DAY, TestEngine, by_id, with_engine, with_quota};

fn grant(to: &str, operations: &[&str]) -> NewGrant {
    NewGrant {
        name: None,
        grantee: Grantee::User(to.into()),
        operations: operations.iter().map(ToString::to_string).collect(),
        retiring: None,
    }
}

async fn create(test: &TestEngine, key: &Key, new: NewGrant) -> Result<Arc<Grant>, Error> {
    test.engine.create_grant(test.caller(), by_id(key), new).await
}

/// The users to whom the key's grants are made.
fn grantees(test: &TestEngine, key: &Key) -> Vec<String> {
    let snapshot = test.engine.snapshot(&test.caller);
    let view = snapshot.view(&test.caller);
    view.grants_of(key).iter().map(|it| format!("{:?}", it.grantee)).collect()
}

/// A user that may do with a key what its grants say.
#[derive(Debug)]
struct User {
    name: &'static str,
    operation: &'static str,
}

impl Authorize for User {
    fn allows(&self, _: &Key, grants: Grants<'_>) -> bool {
        grants
            .iter()
            .any(|grant| self.is_among(&grant.grantee) && grant.operations.contains(self.operation))
    }

    fn may_grant(&self, _: &Key, grants: Grants<'_>, operations: &BTreeSet<String>) -> bool {
        grants.iter().any(|grant| grant.operations.is_superset(operations))
    }

    fn is_forbidden(&self, _: &Key) -> bool {
        self.operation == "forbidden"
    }

    fn may_read(&self, _: &Secret) -> bool {
        false
    }

    fn is_among(&self, grantee: &Grantee) -> bool {
        match grantee {
            Grantee::User(id) => **id == *self.name,
            Grantee::Account(id) => **id == *"1",
        }
    }
}

fn user(test: &TestEngine, name: &'static str, operation: &'static str) -> Caller {
    let access = Access::Limited(Arc::new(User { name, operation }));
    Caller { user: name.into(), access, ..test.caller() }
}

#[test]
fn a_grant_names_its_key_and_its_issuer() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        let made = create(&test, &one, grant("ann", &["decrypt", "encrypt"])).await.unwrap();
        assert_eq!((&made.key, &*made.issuer, made.created_at), (&one.id, "1", test.now()));
        let id = made.id.as_str();
        assert!(id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
        // Every call makes another one.
        let again = create(&test, &one, grant("ann", &["decrypt", "encrypt"])).await.unwrap();
        assert_ne!(again.id, made.id);
        assert_eq!(grantees(&test, &one).len(), 2);
        assert_eq!(grantees(&test, &two).len(), 0);
    });
}

#[test]
fn grants_are_limited_per_key_and_per_realm() {
    with_quota(Quota { grants: Some(4), ..Quota::default() }, async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        for _ in 0..3 {
            create(&test, &one, grant("ann", &["encrypt"])).await.unwrap();
        }
        let full = create(&test, &one, grant("ann", &["encrypt"])).await;
        assert!(matches!(full, Err(Error::Grant(GrantError::TooManyOfKey))), "{full:?}");
        create(&test, &two, grant("ann", &["encrypt"])).await.unwrap();
        let full = create(&test, &two, grant("ann", &["encrypt"])).await;
        assert!(matches!(full, Err(Error::Grant(GrantError::TooMany))), "{full:?}");
    });
}

#[test]
fn the_owner_revokes() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        let made = create(&test, &one, grant("ann", &["encrypt"])).await.unwrap();
        let revoke = |key: &Key, id: &GrantId| {
            test.engine.revoke_grant(test.caller(), by_id(key), id.clone())
        };
        let other = revoke(&two, &made.id).await;
        assert!(matches!(other, Err(Error::Grant(GrantError::KeyMismatch))), "{other:?}");
        revoke(&one, &made.id).await.unwrap();
        let gone = revoke(&one, &made.id).await;
        assert!(matches!(gone, Err(Error::Grant(GrantError::NotFound))), "{gone:?}");
        assert_eq!(grantees(&test, &one).len(), 0);
    });
}

#[test]
fn who_is_named_for_it_retires() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let retiring = NewGrant { retiring: Some("bob".into()), ..grant("ann", &["encrypt"]) };
        let everybody =
            NewGrant { grantee: Grantee::Account("1".into()), ..grant("", &["encrypt", "retire"]) };
        // The grant, the caller's name, and whether that caller may retire the grant.
        for (new, name, may) in [
            (grant("ann", &["encrypt"]), "ann", false),
            (grant("ann", &["encrypt", "retire"]), "ann", true),
            (grant("ann", &["encrypt", "retire"]), "bob", false),
            (retiring.clone(), "bob", true),
            (retiring, "ann", false),
            (everybody, "carl", true),
        ] {
            let made = create(&test, &key, new.clone()).await.unwrap();
            let caller = user(&test, name, "none");
            let snapshot = test.engine.snapshot(&test.caller);
            let listed = snapshot.view(&caller).retirable_grants().any(|it| it.id == made.id);
            assert_eq!(listed, may, "{name}: {new:?}");
            let retired =
                test.engine.retire_grant(caller, by_id(&key), made.id.clone()).await.map_err(
                    |it| {
                        assert!(matches!(it, Error::Grant(GrantError::NotRetirable)), "{it:?}");
                    },
                );
            assert_eq!(retired.is_ok(), may, "{name}: {new:?}");
            // The account itself may retire every grant.
            let rest = test.engine.retire_grant(test.caller(), by_id(&key), made.id.clone()).await;
            assert_eq!(rest.is_ok(), !may);
        }
    });
}

#[test]
fn the_cloud_limits_what_a_caller_gives_and_ends() {
    with_engine(async |test| {
        let key = test.key(NewKey::plain()).await;
        let made =
            create(&test, &key, grant("ann", &["encrypt", "grant", "retire"])).await.unwrap();
        let give = |operations: &[&str]| {
            let caller = user(&test, "ann", "grant");
            test.engine.create_grant(caller, by_id(&key), grant("bob", operations))
        };
        let more = give(&["decrypt", "encrypt"]).await;
        assert!(matches!(more, Err(Error::Key(KeyError::NotPermitted))), "{more:?}");
        give(&["encrypt"]).await.unwrap();
        let forbidden = user(&test, "ann", "forbidden");
        let ended = test.engine.retire_grant(forbidden, by_id(&key), made.id.clone()).await;
        assert!(matches!(ended, Err(Error::Key(KeyError::NotPermitted))), "{ended:?}");
    });
}

#[test]
fn a_key_takes_its_grants_along() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        for key in [&one, &two] {
            for name in ["ann", "bob"] {
                create(&test, key, grant(name, &["encrypt"])).await.unwrap();
            }
        }
        test.engine.delete_key(test.caller(), by_id(&two)).await.unwrap();
        assert_eq!(test.engine.state(&test.caller.realm).grants.count(), 2);
        test.engine.schedule_deletion(test.caller(), by_id(&one), DAY).await.unwrap();
        test.advance(DAY).await;
        assert_eq!(test.state_of(&one).await, None);
        assert_eq!(test.engine.state(&test.caller.realm).grants.count(), 0);
    });
}

#[test]
fn a_service_key_has_no_grants() {
    with_engine(async |test| {
        let alias = AliasName::parse("alias/own/disks").unwrap();
        test.engine.create_service_key(test.caller(), alias.clone()).await.unwrap();
        let key = KeyRef::Alias(alias);
        let made = test.engine.create_grant(test.caller(), key, grant("ann", &["encrypt"])).await;
        assert!(matches!(made, Err(Error::Key(KeyError::NotUserMade))), "{made:?}");
    });
}

/// Whether the engine refused the caller.
fn is_refused<T>(outcome: Result<T, Error>) -> bool {
    match outcome {
        Err(Error::Key(KeyError::NotPermitted)) => true,
        Ok(_) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_limited_caller_does_what_it_is_granted() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        create(&test, &one, grant("ann", &["encrypt"])).await.unwrap();
        let seal = |caller: &Caller, key: &Key| {
            test.engine.seal(caller, &by_id(key), Operation::Encrypt, &[], b"text")
        };
        for (name, operation, key, may) in [
            ("ann", "encrypt", &one, true),
            ("ann", "encrypt", &two, false),
            ("ann", "decrypt", &one, false),
            ("bob", "encrypt", &one, false),
        ] {
            let sealed = seal(&user(&test, name, operation), key);
            assert_eq!(is_refused(sealed), !may, "{name} {operation}");
        }
        // The account is not limited.
        seal(&test.caller, &two).unwrap();
    });
}

#[test]
fn access_is_checked_before_the_state_and_after_the_name() {
    with_engine(async |test| {
        let (one, two) = (test.key(NewKey::plain()).await, test.key(NewKey::plain()).await);
        create(&test, &one, grant("ann", &["encrypt"])).await.unwrap();
        for key in [&one, &two] {
            test.engine.disable_key(test.caller(), by_id(key)).await.unwrap();
        }
        let ann = user(&test, "ann", "encrypt");
        let describe = |key: KeyRef| {
            let snapshot = test.engine.snapshot(&ann);
            snapshot.view(&ann).admit(&key, Operation::Encrypt).map(drop)
        };
        let refused = describe(by_id(&one));
        assert!(matches!(refused, Err(Error::Key(KeyError::State { .. }))), "{refused:?}");
        assert!(is_refused(describe(by_id(&two))));
        let absent = describe(KeyRef::Alias(AliasName::parse("alias/none").unwrap()));
        assert!(matches!(absent, Err(Error::Alias(AliasError::NotFound))), "{absent:?}");
    });
}

#[test]
fn an_alias_is_moved_by_who_may_use_both_keys() {
    with_engine(async |test| {
        let name = AliasName::parse("alias/a").unwrap();
        let new = NewKey { alias: Some(name.clone()), ..NewKey::plain() };
        let (one, two) = (test.key(new).await, test.key(NewKey::plain()).await);
        let mut granted = BTreeSet::new();
        for key in [&two, &one] {
            let ann = user(&test, "ann", "encrypt");
            let moved = test.engine.update_alias(ann, name.clone(), by_id(&two)).await;
            assert!(is_refused(moved), "{granted:?}");
            granted
                .insert(create(&test, key, grant("ann", &["encrypt"])).await.unwrap().key.clone());
        }
        let ann = user(&test, "ann", "encrypt");
        test.engine.update_alias(ann, name, by_id(&two)).await.unwrap();
    });
}

#[test]
fn what_is_due_happens_whoever_calls() {
    with_engine(async |test| {
        let rotating = NewKey { rotation: Some(DAY), ..NewKey::plain() };
        let (key, leaving) = (test.key(rotating).await, test.key(NewKey::plain()).await);
        test.engine.schedule_deletion(test.caller(), by_id(&leaving), DAY).await.unwrap();
        test.advance(DAY).await;
        let ann = user(&test, "ann", "encrypt");
        // A change settles its realm first.
        let refused = test.engine.disable_key(ann, by_id(&key)).await;
        assert!(is_refused(refused));
        let state = test.engine.state(&test.caller.realm);
        assert_eq!(state.keys.named(&key.id).unwrap().versions.len(), 2);
        assert!(state.keys.named(&leaving.id).is_none());
    });
}
