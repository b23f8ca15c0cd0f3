//! Applications, their policies, network rules and client keys.

use std::sync::Arc;

use kmsim::algorithms::x509::Chain;
use kmsim::engine::{
    ApplicationError, ApplicationPolicyUpdate, Error, MadeClientKey, NewApplication,
    NewApplicationPolicy, NewClientKey, NewNetworkRule,
};
use kmsim::model::{
    AccessControl, Application, ApplicationName, ApplicationPolicy, ApplicationPolicyName,
    ClientKeyId, InstanceId, Network, NetworkKind, NetworkRuleName,
};
use kmsim::world::Instant;
use zeroize::Zeroizing;

use super::{DAY, TestEngine, with_engine};

fn application(name: &str) -> ApplicationName {
    ApplicationName::parse(name).unwrap()
}

fn policies(names: &[&str]) -> Vec<ApplicationPolicyName> {
    names.iter().map(|name| ApplicationPolicyName::parse(name).unwrap()).collect()
}

fn networks(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| Network::parse(text).unwrap()).collect()
}

fn new_application(name: &str, of: &[&str]) -> NewApplication {
    NewApplication {
        name: application(name),
        policies: policies(of),
        description: "for programs".into(),
    }
}

fn new_client_key(of: &str, validity: Option<(Instant, Instant)>) -> NewClientKey {
    NewClientKey {
        application: application(of),
        password: Zeroizing::new("Passw0rd!".into()),
        validity,
    }
}

/// Checks that something fails in this way.
#[track_caller]
fn refused<T>(outcome: Result<T, Error>, expected: ApplicationError) {
    match outcome {
        Err(Error::Application(error)) => assert_eq!(error, expected),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("{expected:?} is expected"),
    }
}

#[test]
fn applications_are_created_changed_and_deleted() {
    with_engine(async |test| {
        let create = |name: &str, of: &[&str]| {
            test.engine.create_application(test.caller(), new_application(name, of))
        };
        refused(create("a", &[]).await, ApplicationError::PolicyCount);
        refused(create("a", &["1", "2", "3"]).await, ApplicationError::PolicyCount);
        // The policies need not exist, and may repeat.
        let made = create("a", &["1", "1"]).await.unwrap();
        assert_eq!((made.created_at, made.policies.len()), (test.now(), 2));
        refused(create("a", &["2"]).await, ApplicationError::Taken);
        create("b", &["2"]).await.unwrap();

        let update = |name: &str, of: Option<&[&str]>, description: Option<&str>| {
            test.engine.update_application(
                test.caller(),
                application(name),
                of.map(policies),
                description.map(Into::into),
            )
        };
        refused(update("c", None, None).await, ApplicationError::NotFound);
        refused(update("a", Some(&[]), Some("x")).await, ApplicationError::PolicyCount);
        for (of, description, expected) in [
            (None, None, (&["1", "1"][..], "for programs")),
            (Some(&["2"][..]), None, (&["2"], "for programs")),
            (None, Some(""), (&["2"], "")),
            (Some(&["3", "2"]), Some("why"), (&["3", "2"], "why")),
        ] {
            update("a", of, description).await.unwrap();
            let found = found(&test, "a").unwrap();
            assert_eq!(
                (&*found.policies, &*found.description),
                (&*policies(expected.0), expected.1)
            );
        }
        test.engine.delete_application(test.caller(), application("a")).await.unwrap();
        refused(found(&test, "a"), ApplicationError::NotFound);
        let again = test.engine.delete_application(test.caller(), application("a")).await;
        refused(again, ApplicationError::NotFound);
    });
}

fn found(test: &TestEngine, name: &str) -> Result<Arc<Application>, Error> {
    let snapshot = test.engine.snapshot(&test.caller);
    snapshot.view(&test.caller).application(&application(name)).cloned()
}

#[test]
fn policies_are_created_changed_and_deleted() {
    with_engine(async |test| {
        let name = policies(&["p"]).remove(0);
        let new = || NewApplicationPolicy {
            name: name.clone(),
            instance: InstanceId::parse("instance"),
            permissions: vec!["use".into(), "use".into()],
            resources: vec!["key/*".into()],
            access_control: AccessControl::default(),
            description: "for programs".into(),
        };
        let create = || test.engine.create_application_policy(test.caller(), new());
        create().await.unwrap();
        refused(create().await, ApplicationError::Taken);
        let find = || -> Result<Arc<ApplicationPolicy>, Error> {
            let snapshot = test.engine.snapshot(&test.caller);
            snapshot.view(&test.caller).application_policy(&name).cloned()
        };
        let update =
            |update| test.engine.update_application_policy(test.caller(), name.clone(), update);
        let before = find().unwrap();
        update(ApplicationPolicyUpdate::default()).await.unwrap();
        assert_eq!(find().unwrap(), before);
        let access_control = AccessControl {
            network_rules: vec![NetworkRuleName::parse("r").unwrap()],
            text: Some("r".into()),
        };
        let all = ApplicationPolicyUpdate {
            permissions: Some(Vec::new()),
            resources: Some(vec!["secret/*".into()]),
            access_control: Some(access_control.clone()),
            description: Some("why".into()),
        };
        update(all).await.unwrap();
        let expected = ApplicationPolicy {
            permissions: Vec::new(),
            resources: vec!["secret/*".into()],
            access_control,
            description: "why".into(),
            ..ApplicationPolicy::clone(&before)
        };
        assert_eq!(*find().unwrap(), expected);
        let delete = || test.engine.delete_application_policy(test.caller(), name.clone());
        delete().await.unwrap();
        refused(find(), ApplicationError::NotFound);
        refused(delete().await, ApplicationError::NotFound);
        let gone = update(ApplicationPolicyUpdate::default()).await;
        refused(gone, ApplicationError::NotFound);
    });
}

#[test]
fn network_rules_are_created_changed_and_deleted() {
    with_engine(async |test| {
        let name = NetworkRuleName::parse("r").unwrap();
        let create = |sources: &[&str]| {
            let new = NewNetworkRule {
                name: name.clone(),
                kind: NetworkKind::Private,
                sources: networks(sources),
                description: String::new(),
            };
            test.engine.create_network_rule(test.caller(), new)
        };
        let three = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
        refused(create(&three).await, ApplicationError::TooManySources);
        create(&three[..2]).await.unwrap();
        refused(create(&[]).await, ApplicationError::Taken);
        let update = |sources: Option<&[&str]>| {
            let sources = sources.map(networks);
            test.engine.update_network_rule(test.caller(), name.clone(), sources, None)
        };
        refused(update(Some(&three)).await, ApplicationError::TooManySources);
        for (sources, expected) in
            [(None, &three[..2]), (Some(&three[2..]), &three[2..]), (Some(&[]), &[])]
        {
            update(sources).await.unwrap();
            let snapshot = test.engine.snapshot(&test.caller);
            let view = snapshot.view(&test.caller);
            assert_eq!(view.network_rule(&name).unwrap().sources, networks(expected));
        }
        let delete = || test.engine.delete_network_rule(test.caller(), name.clone());
        delete().await.unwrap();
        refused(delete().await, ApplicationError::NotFound);
        refused(update(None).await, ApplicationError::NotFound);
    });
}

/// The ids of the client keys of an application.
fn client_keys(test: &TestEngine, of: &str) -> Vec<ClientKeyId> {
    let snapshot = test.engine.snapshot(&test.caller);
    let view = snapshot.view(&test.caller);
    view.client_keys_of(&application(of)).map(|it| it.id.clone()).collect()
}

#[test]
fn an_application_has_a_few_client_keys() {
    with_engine(async |test| {
        let create = |of: &str, validity| {
            test.engine.create_client_key(test.caller(), new_client_key(of, validity))
        };
        refused(create("a", None).await, ApplicationError::NotFound);
        for name in ["a", "b"] {
            test.engine
                .create_application(test.caller(), new_application(name, &["p"]))
                .await
                .unwrap();
        }
        let (now, later) = (test.now(), test.now().plus(DAY));
        for empty in [(now, now), (later, now)] {
            refused(create("a", Some(empty)).await, ApplicationError::ValidityEmpty);
        }
        let first = create("a", None).await.unwrap();
        check(&first, (now, now.plus_years(1)));
        let past = (now.minus(DAY), now);
        check(&create("a", Some(past)).await.unwrap(), past);
        refused(create("a", None).await, ApplicationError::TooManyClientKeys);
        create("b", None).await.unwrap();
        let id = first.client_key.id.clone();
        assert_eq!((client_keys(&test, "a").len(), client_keys(&test, "b").len()), (2, 1));
        // A deleted one makes room. The keys of a deleted application stay.
        let delete = |id: &ClientKeyId| test.engine.delete_client_key(test.caller(), id.clone());
        delete(&id).await.unwrap();
        refused(delete(&id).await, ApplicationError::NotFound);
        create("a", None).await.unwrap();
        test.engine.delete_application(test.caller(), application("a")).await.unwrap();
        assert_eq!(client_keys(&test, "a").len(), 2);
    });
}

/// Checks the certificate and the validity of a new client key.
fn check(made: &MadeClientKey, (not_before, not_after): (Instant, Instant)) {
    let key = &made.client_key;
    assert_eq!((key.not_before, key.not_after), (not_before, not_after));
    for (at, is_valid) in [
        (not_before.minus(DAY), false),
        (not_before, true),
        (not_after, true),
        (not_after.plus(DAY), false),
    ] {
        assert_eq!(key.is_valid_at(at), is_valid, "{at}");
    }
    let chain = Chain::read(&key.public_key, None).unwrap();
    chain.links().unwrap();
    let certificate = chain.certificate().unwrap();
    assert_eq!(certificate.validity(), (not_before.to_string(), not_after.to_string()));
    assert_eq!(certificate.subject().to_string(), format!("CN={}", key.id));
    assert!(key.signature_key().is_some());
    assert!(made.container.starts_with(&[0x30, 0x82]));
}

/// The last of the client keys that are created at once finds the application full.
#[test]
fn concurrent_requests_do_not_exceed_the_limit() {
    with_engine(async |test| {
        test.engine.create_application(test.caller(), new_application("a", &["p"])).await.unwrap();
        let create = || test.engine.create_client_key(test.caller(), new_client_key("a", None));
        let made = tokio::join!(create(), create(), create());
        let made = [made.0, made.1, made.2];
        assert_eq!(made.iter().filter(|it| it.is_ok()).count(), 2);
        assert_eq!(client_keys(&test, "a").len(), 2);
    });
}
