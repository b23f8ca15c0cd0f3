//! Access points and policies of keyspaces.

use kmsim::engine::{Error, KeyspaceError, NewAccessPoint, NewKeyspacePolicy};
use kmsim::model::{AccessPointKind, KeyspaceId};

use super::{DAY, TestEngine, with_engine};

fn keyspace(id: &str) -> KeyspaceId {
    KeyspaceId::parse(id).unwrap()
}

fn access_point(name: &str, of: &str, kind: AccessPointKind) -> NewAccessPoint {
    NewAccessPoint {
        keyspace: keyspace(of),
        name: name.into(),
        kind,
        identity: None,
        cluster: None,
        description: String::new(),
    }
}

/// The names of a keyspace's access points and policies.
fn names(test: &TestEngine, of: &str) -> (Vec<String>, Vec<String>) {
    let snapshot = test.engine.snapshot(&test.caller);
    let (view, keyspace) = (snapshot.view(&test.caller), keyspace(of));
    let access_points = view.access_points(&keyspace).map(|it| it.name.clone()).collect();
    (access_points, view.keyspace_policies(&keyspace).map(|it| it.name.clone()).collect())
}

#[test]
fn an_access_point_is_made_switched_and_deleted() {
    with_engine(async |test| {
        for (kind, has_key) in [
            (AccessPointKind::Machine, false),
            (AccessPointKind::Cluster, false),
            (AccessPointKind::Custom, true),
        ] {
            let new = access_point("a", "one", kind);
            let id = test.engine.create_access_point(test.caller(), new).await.unwrap().id.clone();
            let found = || {
                let snapshot = test.engine.snapshot(&test.caller);
                let view = snapshot.view(&test.caller);
                let found = view.access_point(&id)?;
                let it = found.access_point();
                Ok::<_, Error>((
                    it.enabled,
                    it.created_at,
                    it.changed_at,
                    found.owners_key().is_some(),
                ))
            };
            let created_at = test.now();
            assert_eq!(found().unwrap(), (true, created_at, created_at, has_key));
            assert_eq!(names(&test, "one").0, ["a"]);
            assert_eq!(names(&test, "two").0.len(), 0);
            test.advance(DAY).await;
            test.engine.switch_access_point(test.caller(), id.clone(), false).await.unwrap();
            assert_eq!(found().unwrap(), (false, created_at, test.now(), has_key));
            test.engine.delete_access_point(test.caller(), id.clone()).await.unwrap();
            let gone = found();
            assert!(matches!(gone, Err(Error::Keyspace(KeyspaceError::AccessPointNotFound))));
            assert_eq!(names(&test, "one").0.len(), 0);
        }
    });
}

#[test]
fn a_policy_is_made_changed_and_deleted() {
    with_engine(async |test| {
        let new = |name: &str, of| NewKeyspacePolicy {
            keyspace: keyspace(of),
            name: name.into(),
            document: "first".into(),
            description: "why".into(),
        };
        let make = |name, of| test.engine.create_keyspace_policy(test.caller(), new(name, of));
        let id = make("a", "one").await.unwrap().id.clone();
        make("b", "two").await.unwrap();
        make("c", "one").await.unwrap();
        assert_eq!(names(&test, "one").1, ["a", "c"]);
        let created_at = test.now();
        test.advance(DAY).await;
        let update = |document: &str, description: Option<&str>| {
            let description = description.map(ToOwned::to_owned);
            test.engine.update_keyspace_policy(
                test.caller(),
                id.clone(),
                document.into(),
                description,
            )
        };
        for (document, description, described) in
            [("second", None, "why"), ("third", Some("because"), "because"), ("4", Some(""), "")]
        {
            let changed = update(document, description).await.unwrap();
            let texts = (changed.document.as_str(), changed.description.as_str());
            assert_eq!(texts, (document, described));
            assert_eq!((changed.created_at, changed.changed_at), (created_at, test.now()));
        }
        test.engine.delete_keyspace_policy(test.caller(), id.clone()).await.unwrap();
        let gone = update("fifth", None).await;
        assert!(matches!(gone, Err(Error::Keyspace(KeyspaceError::PolicyNotFound))), "{gone:?}");
        assert_eq!(names(&test, "one").1, ["c"]);
    });
}
