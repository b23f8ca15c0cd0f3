//! Instances of the service: which keys and secrets they take, and how they change.

use std::sync::Arc;

use kmsim::engine::{Engine, Error, InstanceError, KeyError, NewKey, NewSecret, Quota};
use kmsim::model::{
    BoundNetwork, Capacity, Change, Fact, Instance, InstanceId, InstanceKind, InstanceNetwork,
    InstanceStatus, KeyStorage, SecretName,
};

use super::{DAY, TestEngine, WITH_INSTANCES, by_id, start, with_rules};

fn with_instances<F: Future<Output = ()>>(test: impl FnOnce(TestEngine) -> F) {
    with_rules(&WITH_INSTANCES, Quota::default(), test);
}

fn id(text: &str) -> InstanceId {
    InstanceId::parse(text).unwrap()
}

/// An instance that is connected, and full with one key and one secret.
fn small(name: &str) -> Instance {
    Instance {
        ordinal: 0,
        id: id(name),
        name: String::new(),
        kind: InstanceKind::Software,
        status: InstanceStatus::Connected,
        capacity: Capacity { keys: 1, secrets: 1, networks: 2, ..Capacity::default() },
        prepaid: false,
        network: None,
        bound_networks: Vec::new(),
        backed_up: false,
        deletion_protection: None,
        tags: kmsim::model::Tags::new(),
        created_at: start(),
        ends_at: None,
    }
}

impl TestEngine {
    /// Adds an instance, as seeds do.
    async fn add(&self, instance: Instance) {
        let ordinal = self.engine.state(&self.caller.realm).next_ordinal();
        let fact = Fact::added(Arc::new(Instance { ordinal, ..instance }));
        let change = (self.caller.realm.clone(), Change::Instance(fact));
        self.engine.add(vec![change]).await.unwrap();
    }

    async fn key_in(&self, instance: &str) -> Result<(), Error> {
        let new = NewKey { instance: Some(instance.into()), ..NewKey::plain() };
        self.engine.create_key(self.caller(), new).await.map(drop)
    }

    async fn secret_in(&self, name: &str, instance: &str) -> Result<(), Error> {
        let new = NewSecret {
            name: SecretName::parse(name).unwrap(),
            kind: "plain".into(),
            key: None,
            description: String::new(),
            instance: Some(instance.into()),
            policy: None,
            tags: kmsim::model::Tags::new(),
            config: None,
            rotation: None,
            versions: Vec::new(),
        };
        self.engine.create_secret(self.caller(), new).await.map(drop)
    }

    fn instance(&self, name: &str) -> Option<Arc<Instance>> {
        self.engine.state(&self.caller.realm).instances.named(&id(name)).cloned()
    }
}

/// What an instance refuses, if it does.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Option<InstanceError> {
    match result {
        Ok(_) => None,
        Err(Error::Instance(error)) => Some(error),
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_and_secrets_need_a_connected_instance_with_room() {
    with_instances(async |test| {
        test.add(small("a")).await;
        test.add(Instance { status: InstanceStatus::Uninitialized, ..small("new") }).await;
        for (name, refused) in [
            ("none", Some(InstanceError::NotFound)),
            ("not an id!", Some(InstanceError::NotFound)),
            ("new", Some(InstanceError::StatusInvalid)),
            ("a", None),
            ("a", Some(InstanceError::Full)),
        ] {
            assert_eq!(refusal(test.key_in(name).await), refused, "a key in {name}");
            let secret = test.secret_in("s", name).await;
            // The second secret of this name exists.
            let refused = if refused == Some(InstanceError::Full) {
                refusal(test.secret_in("t", name).await)
            } else {
                assert_eq!(refusal(secret), refused, "a secret in {name}");
                continue;
            };
            assert_eq!(refused, Some(InstanceError::Full));
        }
        // Keys that are gone and keys of none do not count.
        test.key(NewKey::plain()).await;
        let mut keys =
            test.engine.state(&test.caller.realm).keys.all().cloned().collect::<Vec<_>>();
        keys.retain(|key| key.instance.is_some());
        test.engine.schedule_deletion(test.caller(), by_id(&keys[0]), DAY).await.unwrap();
        assert_eq!(refusal(test.key_in("a").await), Some(InstanceError::Full));
        test.advance(DAY).await;
        test.key_in("a").await.unwrap();
    });
}

#[test]
fn only_a_new_software_instance_is_connected() {
    with_instances(async |test| {
        let new = |name| Instance { status: InstanceStatus::Uninitialized, ..small(name) };
        test.add(new("a")).await;
        test.add(Instance { kind: InstanceKind::Hardware, ..new("modules") }).await;
        let network = || InstanceNetwork {
            network: "n".into(),
            subnets: vec!["s".into()],
            zones: vec!["z".into()],
        };
        let connect = |name: &str| test.engine.connect_instance(test.caller(), id(name), network());
        for (name, refused) in [
            ("none", Some(InstanceError::NotFound)),
            ("modules", Some(InstanceError::Unsupported)),
            ("a", None),
            ("a", Some(InstanceError::StatusInvalid)),
        ] {
            assert_eq!(refusal(connect(name).await), refused, "{name}");
        }
        let connected = test.instance("a").unwrap();
        assert_eq!(
            (connected.status, &connected.network),
            (InstanceStatus::Connected, &Some(network()))
        );
        test.key_in("a").await.unwrap();
    });
}

#[test]
fn networks_are_replaced_as_a_whole() {
    with_instances(async |test| {
        test.add(small("a")).await;
        test.add(Instance { status: InstanceStatus::Disconnected, ..small("off") }).await;
        let bound = |network: &str| BoundNetwork {
            region: "here".into(),
            network: network.into(),
            subnet: "s".into(),
            owner: "1".into(),
        };
        let bind = |name: &str, networks: &[&str]| {
            let networks = networks.iter().map(|network| bound(network)).collect();
            test.engine.bind_instance(test.caller(), id(name), networks)
        };
        assert_eq!(refusal(bind("off", &["b"]).await), Some(InstanceError::StatusInvalid));
        bind("a", &["b"]).await.unwrap();
        // The instance's own network counts.
        assert_eq!(refusal(bind("a", &["c", "d"]).await), Some(InstanceError::Full));
        assert_eq!(test.instance("a").unwrap().bound_networks, [bound("b")]);
        bind("a", &["c"]).await.unwrap();
        assert_eq!(test.instance("a").unwrap().bound_networks, [bound("c")]);
        bind("a", &[]).await.unwrap();
        assert!(test.instance("a").unwrap().bound_networks.is_empty());
    });
}

#[test]
fn protection_payment_and_backup_decide_about_a_release() {
    with_instances(async |test| {
        test.add(small("a")).await;
        test.add(Instance { prepaid: true, ..small("paid") }).await;
        test.add(Instance { backed_up: true, ..small("kept") }).await;
        let engine: &Engine = &test.engine;
        let release = |name: &str, without_backup| {
            engine.release_instance(test.caller(), id(name), without_backup)
        };
        let protect = |reason: Option<&str>| {
            engine.protect_instance(test.caller(), id("a"), reason.map(Into::into))
        };
        protect(Some("why")).await.unwrap();
        assert_eq!(refusal(release("a", true).await), Some(InstanceError::Protected));
        protect(None).await.unwrap();
        for (name, without_backup, refused) in [
            ("none", true, Some(InstanceError::NotFound)),
            ("paid", true, Some(InstanceError::Unsupported)),
            ("kept", false, None),
            ("a", false, Some(InstanceError::NoBackup)),
            ("a", true, None),
            ("a", true, Some(InstanceError::NotFound)),
        ] {
            let released = release(name, without_backup).await;
            assert_eq!(refusal(released), refused, "{name} {without_backup}");
        }
    });
}

#[test]
fn the_keys_of_a_released_instance_are_deleted() {
    with_instances(async |test| {
        test.add(small("a")).await;
        test.add(small("b")).await;
        let mut blobs = Vec::new();
        for instance in [Some("a"), Some("b"), None] {
            let new = NewKey { instance: instance.map(Into::into), ..NewKey::plain() };
            let key = test.key(new).await;
            blobs.push(test.seal(&key, b"text").unwrap());
        }
        test.engine.release_instance(test.caller(), id("a"), true).await.unwrap();
        let opened: Vec<_> = blobs.iter().map(|blob| test.open(blob)).collect();
        assert!(matches!(opened[0], Err(Error::Key(KeyError::NotFound))));
        for others in &opened[1..] {
            assert_eq!(others.as_ref().unwrap(), b"text");
        }
        assert_eq!(refusal(test.key_in("a").await), Some(InstanceError::NotFound));
    });
}

#[test]
fn keys_in_a_module_do_not_rotate() {
    with_instances(async |test| {
        test.add(Instance { capacity: Capacity::default(), ..small("a") }).await;
        for (storage, rotates) in
            [(None, true), (Some(KeyStorage::Database), true), (Some(KeyStorage::Module), false)]
        {
            let new = NewKey { instance: Some("a".into()), storage, ..NewKey::plain() };
            let key = test.key(new).await;
            let set = test.engine.set_rotation(test.caller(), by_id(&key), Some(DAY)).await;
            let refused = matches!(set, Err(Error::Key(KeyError::Unsupported)));
            assert_eq!((set.is_ok(), refused), (rotates, !rotates), "{storage:?}");
            test.advance(DAY).await;
            let (key, _) = test.found(&key).await.unwrap();
            assert_eq!(key.versions.len(), 1 + usize::from(rotates), "{storage:?}");
        }
    });
}
