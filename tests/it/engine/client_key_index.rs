//! The index of client keys, which covers all realms.

use kmsim::engine::{Caller, NewApplication, NewClientKey, Replacement};
use kmsim::model::{ApplicationName, ApplicationPolicyName, ClientKeyId, Realm, Scope};
use zeroize::Zeroizing;

use super::{TestEngine, with_engine};

/// Creates an application with a client key.
async fn made(test: &TestEngine, caller: Caller) -> ClientKeyId {
    let name = ApplicationName::parse("a").unwrap();
    let policies = vec![ApplicationPolicyName::parse("p").unwrap()];
    let new = NewApplication { name: name.clone(), policies, description: String::new() };
    test.engine.create_application(caller.clone(), new).await.unwrap();
    let password = Zeroizing::new("Passw0rd!".into());
    let new = NewClientKey { application: name, password, validity: None };
    test.engine.create_client_key(caller, new).await.unwrap().client_key.id.clone()
}

/// The region of the realm that a client key is in.
fn region(test: &TestEngine, id: &ClientKeyId) -> Option<String> {
    let found = test.engine.client_keys().find(id.as_str())?;
    assert_eq!((&found.client_key.id, found.signature_key().is_some()), (id, true));
    Some(found.realm.region.to_string())
}

#[test]
fn client_keys_are_found_in_every_realm() {
    with_engine(async |test| {
        let there = |region: &str| {
            let realm = Realm::new("cloud", "1", region);
            Caller { realm, ..test.caller() }
        };
        let (one, two) = (made(&test, there("one")).await, made(&test, there("two")).await);
        assert_eq!(region(&test, &one).as_deref(), Some("one"));
        assert_eq!(region(&test, &two).as_deref(), Some("two"));
        for unknown in ["", "unknown", "a b"] {
            assert!(test.engine.client_keys().find(unknown).is_none(), "{unknown}");
        }
        test.engine.delete_client_key(there("one"), one.clone()).await.unwrap();
        assert_eq!(region(&test, &one), None);
        assert_eq!(region(&test, &two).as_deref(), Some("two"));
        // Replacing the contents of realms replaces their client keys.
        let contents = test.engine.contents(&Scope::default()).await;
        let replace = async |contents: Vec<_>| {
            let then = Box::new(|| ());
            let scope = Scope::default();
            let replacement = Replacement { scope, contents, clocks: None, then };
            test.engine.replace(replacement).await.unwrap();
        };
        replace(Vec::new()).await;
        assert_eq!(region(&test, &two), None);
        replace(contents).await;
        assert_eq!(region(&test, &two).as_deref(), Some("two"));
        assert_eq!(region(&test, &one), None);
    });
}
