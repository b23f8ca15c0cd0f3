//! What the store keeps comes back as it was, and so does what an export says.

use std::path::Path;
use std::sync::Arc;

use kmsim::AuthMode;
use kmsim::dialects::{Accounts, Clouds};
use kmsim::engine::{
    Caller, Engine, NewAccessPoint, NewApplication, NewApplicationPolicy, NewClientKey, NewDataKey,
    NewGrant, NewKey, NewKeyStore, NewKeyspacePolicy, NewNetworkRule, NewWhiteBoxKey, Quota, Rules,
};
use kmsim::model::{
    AccessControl, AccessPointKind, AliasName, ApplicationName, ApplicationPolicyName, DataKeyId,
    DataKeyState, DeviceFingerprint, GrantId, Grantee, InstanceId, KeyState, KeyspaceId, Network,
    NetworkKind, NetworkRuleName, Origin, Realm, Scope, State, SymmetricSpec,
};
use kmsim::seed::{self, Seeds};
use kmsim::store::DataLock;
use kmsim::world::{Clock, Entropy, World};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use zeroize::Zeroizing;

use super::{DAY, RULES, TestEngine, by_id, start, with_engine};

/// An engine whose store is a file.
async fn opened(path: &Path) -> (TestEngine, DataLock) {
    let (store, lock) = kmsim::store::open(path, None).await.unwrap();
    let world = World { clock: Clock::manual(start()), entropy: Entropy::Os };
    let clouds = [("cloud", (|_| &RULES) as fn(&str) -> &'static Rules)].into();
    let engine = Engine::open(Box::new(store), Arc::new(world), clouds).await.unwrap();
    let realm = Realm::new("cloud", "1", "here");
    let caller = Caller::new(realm, &RULES, "1".into(), Quota::default());
    (TestEngine { engine, caller }, lock)
}

fn alias(name: &str) -> AliasName {
    AliasName::parse(name).unwrap()
}

/// Creates a key in use, its grants, an archived key, a white-box key, and two data keys, of which
/// the second is deleted after a day. Returns the ids of the data keys.
async fn furnish(test: &TestEngine) -> [DataKeyId; 2] {
    let (engine, caller) = (&test.engine, || test.caller());
    let key = test.key(NewKey { alias: Some(alias("bound")), ..NewKey::plain() }).await;
    engine.bind_resource(caller(), by_id(&key), "store".into(), "a".into()).await.unwrap();
    let archived = test.key(NewKey::plain()).await;
    engine.archive_key(caller(), by_id(&archived)).await.unwrap();
    for (grantee, name) in [
        (Grantee::User("ann".into()), Some("for ann".to_owned())),
        (Grantee::Account("2".into()), None),
    ] {
        let operations = ["encrypt", "decrypt"].map(ToOwned::to_owned).into();
        let retiring = name.is_some().then(|| "bob".into());
        let new = NewGrant { name, grantee, operations, retiring };
        engine.create_grant(caller(), by_id(&key), new).await.unwrap();
    }

    let new = NewKeyStore {
        alias: alias("store"),
        kind: "dedicated".into(),
        cluster: Some("c".into()),
        authority: Some("authority".into()),
    };
    let store = engine.create_key_store(caller(), new).await.unwrap().id.clone();
    test.key(NewKey { instance: Some(store.to_string()), ..NewKey::plain() }).await;
    engine.switch_key_store(caller(), store, false).await.unwrap();
    let keyspace = KeyspaceId::parse("space").unwrap();
    for (name, kind) in [("m", AccessPointKind::Machine), ("c", AccessPointKind::Custom)] {
        let new = NewAccessPoint {
            keyspace: keyspace.clone(),
            name: name.into(),
            kind,
            identity: (name == "m").then(|| "id".into()),
            cluster: (name == "m").then(|| "cluster".into()),
            description: "for programs".into(),
        };
        let made = engine.create_access_point(caller(), new).await.unwrap();
        engine.switch_access_point(caller(), made.id.clone(), name == "m").await.unwrap();
    }
    let new = NewKeyspacePolicy {
        keyspace,
        name: "policy".into(),
        document: "{}".into(),
        description: "for programs".into(),
    };
    engine.create_keyspace_policy(caller(), new).await.unwrap();

    furnish_application(test).await;

    let new = NewWhiteBoxKey {
        alias: alias("white"),
        description: "for devices".into(),
        spec: SymmetricSpec::Sm4,
        tags: [("a".to_owned(), "b".to_owned())].into(),
    };
    let white = engine.create_white_box_key(caller(), new).await.unwrap().id.clone();
    let devices = [("one", Some("first")), ("two", None)].map(|(identity, description)| {
        DeviceFingerprint { identity: identity.into(), description: description.map(Into::into) }
    });
    engine.replace_fingerprints(caller(), white.clone(), devices.to_vec()).await.unwrap();
    engine.switch_white_box_keys(caller(), vec![white], false).await.unwrap();

    let mut ids = Vec::new();
    for (name, associated) in [("one", &b"context"[..]), ("two", b"")] {
        let new = NewDataKey {
            name: alias(name),
            description: "for data".into(),
            origin: Origin::Service,
            tags: [("c".to_owned(), "d".to_owned())].into(),
        };
        let bytes = Zeroizing::new(b"bytes".to_vec());
        let kept = engine.keep_data_key(caller(), by_id(&key), associated.to_vec(), bytes, new);
        ids.push(kept.await.unwrap().1.id.clone());
    }
    engine.schedule_data_key_deletion(caller(), ids[1].clone(), DAY).await.unwrap();
    ids.try_into().unwrap()
}

/// Creates an application with two policies, a network rule and a client key.
async fn furnish_application(test: &TestEngine) {
    let (engine, caller) = (&test.engine, || test.caller());
    let rule = NetworkRuleName::parse("office").unwrap();
    let access_controls = [
        AccessControl { network_rules: vec![rule.clone()], text: Some("office".into()) },
        AccessControl { network_rules: vec![rule.clone()], text: None },
    ];
    for (name, access_control) in ["p", "q"].into_iter().zip(access_controls) {
        let new = NewApplicationPolicy {
            name: ApplicationPolicyName::parse(name).unwrap(),
            instance: InstanceId::parse("i").filter(|_| name == "p"),
            permissions: vec!["use".into()],
            resources: vec!["key/*".into()],
            access_control,
            description: "for programs".into(),
        };
        engine.create_application_policy(caller(), new).await.unwrap();
    }
    let new = NewNetworkRule {
        name: rule,
        kind: NetworkKind::Public,
        sources: vec![Network::parse("10.1.2.3/8").unwrap()],
        description: "for programs".into(),
    };
    engine.create_network_rule(caller(), new).await.unwrap();
    let application = ApplicationName::parse("app").unwrap();
    let new = NewApplication {
        name: application.clone(),
        policies: vec![ApplicationPolicyName::parse("p").unwrap()],
        description: "for programs".into(),
    };
    engine.create_application(caller(), new).await.unwrap();
    let password = Zeroizing::new("password".into());
    let new = NewClientKey { application, password, validity: None };
    engine.create_client_key(caller(), new).await.unwrap();
}

/// What the views for people show.
async fn listed(path: &Path) -> String {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let listed = sqlx::query_scalar(
        "SELECT (SELECT product || '/' || resource FROM key_bindings) || ' ' ||
            (SELECT alias || '=' || fingerprints FROM white_box_keys) || ' ' ||
            (SELECT group_concat(name || '=' || lifecycle, ' ' ORDER BY ordinal) FROM data_keys) || ' ' ||
            (SELECT group_concat(grantee_type || '=' || grantee, ' ' ORDER BY ordinal) FROM grants) ||
            (SELECT ' ' || alias || '=' || enabled FROM key_stores) || ' ' ||
            (SELECT group_concat(name || '=' || kind, ' ' ORDER BY ordinal) FROM access_points) ||
            (SELECT ' ' || name || '=' || document FROM keyspace_policies) || ' ' ||
            (SELECT name || '=' || policies FROM applications) || ' ' ||
            (SELECT group_concat(name || '=' || ifnull(instance, '-') || permissions || resources ||
                network_rules || ifnull(access_control, '-'), ' ') FROM application_policies) || ' ' ||
            (SELECT name || '=' || kind || sources FROM network_rules) || ' ' ||
            (SELECT application || '=' || ((not_after - not_before) / 86400000) FROM client_keys)",
    );
    let listed = listed.fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    listed
}

fn state(test: &TestEngine) -> Arc<State> {
    test.engine.state(&test.caller.realm)
}

#[tokio::test]
async fn a_restart_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kmsim.db");
    let (test, lock) = opened(&path).await;
    let [kept, leaving] = furnish(&test).await;
    let before = state(&test).facts();
    test.engine.close().await;
    drop((test, lock));
    assert_eq!(
        listed(&path).await,
        "store/a white=2 one=enabled two=pending-deletion user=ann account=2 store=0 m=machine c=custom policy={} \
         app=[\"p\"] p=i[\"use\"][\"key/*\"][\"office\"]office q=-[\"use\"][\"key/*\"][\"office\"]- \
         office=public[\"10.1.2.3/8\"] app=365"
    );

    let (test, _lock) = opened(&path).await;
    assert_eq!(state(&test).facts(), before);
    assert_eq!(**test.engine.open_data_key(&test.caller, &kept).unwrap().value, *b"bytes");
    test.advance(DAY).await;
    assert!(state(&test).data_keys.named(&leaving).is_none());
}

/// What the realm holds by a seed file.
async fn seeded(test: &TestEngine, file: &str) -> Result<Vec<(Realm, Arc<State>)>, String> {
    let wrong = |mistake: seed::SeedError| mistake.to_string();
    let clouds =
        Clouds::new(&Arc::new(Accounts::default()), AuthMode::Strict, None, &Arc::default());
    let seed = seed::read("f", file).map_err(wrong)?;
    let seeds = Seeds::prepare(vec![seed], &clouds, &test.engine).await.map_err(wrong)?;
    seeds.contents(&test.engine, &Scope::default(), |_| test.now()).map_err(wrong)
}

#[test]
fn an_export_says_everything() {
    with_engine(async |test| {
        furnish(&test).await;
        let contents = test.engine.contents(&Scope::default()).await;
        let file = seed::write(&contents).unwrap();
        let read = seeded(&test, &file).await.unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].1.facts(), contents[0].1.facts(), "{}", &**file);
        assert_eq!(*seed::write(&read).unwrap(), *file);
    });
}

const REALM: &str = "realms:\n  - { account: '1', region: here, cloud: cloud, ";

#[test]
fn a_seed_leaves_out_what_is_usual() {
    with_engine(async |test| {
        let file = format!(
            "{REALM}keys: [{{ id: k }}, {{ id: a, state: Archived }}],
    white_box_keys: [{{ id: w, alias: white, fingerprints: [{{ identity: x }}] }}],
    data_keys: [{{ id: d, name: one, key: k, plaintext: dGV4dA== }},
      {{ id: e, name: two, key: k, state: PendingDeletion, delete_at: '{{{{now + 1d}}}}' }}],
    grants: [{{ id: g, key: k, grantee: ann, operations: [decrypt] }}] }}\n"
        );
        let mut contents = seeded(&test, &file).await.unwrap();
        let (realm, state) = contents.remove(0);
        let then = Box::new(|| {});
        let contents = vec![(realm, Arc::clone(&state))];
        let scope = Scope::default();
        let replacement = kmsim::engine::Replacement { scope, contents, clocks: None, then };
        test.engine.replace(replacement).await.unwrap();

        let (snapshot, now) = (test.engine.snapshot(&test.caller), test.now());
        let view = snapshot.view(&test.caller);
        let states: Vec<_> = view.keys().map(|(_, state)| state).collect();
        assert_eq!(states, [KeyState::Enabled, KeyState::Archived]);
        let white = view.white_box_keys().next().unwrap().key();
        assert_eq!((white.enabled, white.spec), (true, SymmetricSpec::Aes256));
        let data_keys: Vec<_> = view.data_keys().map(|(it, state)| (it.len, state)).collect();
        assert_eq!(data_keys, [(4, DataKeyState::Enabled), (32, DataKeyState::PendingDeletion)]);
        let grant = state.grants.named(&GrantId::parse("g").unwrap()).unwrap();
        assert_eq!((&*grant.issuer, grant.created_at), ("1", now));
        assert_eq!(grant.grantee, Grantee::User("ann".into()));
        assert_eq!(state.next_due().map(|(due, _)| due), Some(now.plus(DAY)));
        let id = DataKeyId::parse("d").unwrap();
        assert_eq!(**test.engine.open_data_key(&test.caller, &id).unwrap().value, *b"text");
    });
}

#[test]
fn a_mistaken_seed_is_refused() {
    with_engine(async |test| {
        for (entry, mistake) in [
            ("white_box_keys: [{ id: w, alias: a, spec: AES_128 }]", "has this cipher"),
            ("white_box_keys: [{ id: w, alias: a, spec: RSA_2048 }]", "symmetric"),
            ("white_box_keys: [{ id: w, alias: a }, { id: w, alias: b }]", "given twice"),
            ("white_box_keys: [{ id: w, alias: a }, { id: x, alias: a }]", "has it"),
            ("data_keys: [{ id: d, name: a, key: k }]", "no such key"),
            ("keys: [{ id: k, spec: EC_P256 }], data_keys: [{ id: d, name: a, key: k }]", "a pair"),
            ("data_keys: [{ id: d, name: a, key: k, ciphertext: AAAA }]", "not a ciphertext"),
            ("data_keys: [{ id: d, name: a, key: k, state: Archived }]", "no state of a data key"),
            ("data_keys: [{ id: d, name: a, key: k, state: PendingDeletion }]", "delete_at"),
            ("grants: [{ id: g, key: k, grantee: a, operations: [] }]", "no such key"),
            ("grants: [{ id: g, key: k, grantee: a, operations: [sign] }]", "no such operation"),
            ("grants: [{ id: g, key: k, grantee: a, operations: [encrypt, encrypt] }]", "twice"),
            ("key_stores: [{ id: s, alias: a, kind: other }]", "no key store of this cloud"),
            (
                "key_stores: [{ id: s, alias: a, kind: shared }, { id: t, alias: a, kind: shared }]",
                "another key store has it",
            ),
            (
                "key_stores: [{ id: s, alias: a, kind: dedicated, cluster: c },
                    { id: t, alias: b, kind: dedicated, cluster: c }]",
                "another key store has it",
            ),
            ("keys: [{ id: k, instance: s }]", "there is no such key store"),
            (
                "access_points: [{ id: a, keyspace: s, name: n, kind: MACHINE, private_key: x }]",
                "needs kind: CUSTOM",
            ),
            (
                "access_points: [{ id: a, keyspace: s, name: n, kind: CUSTOM, private_key: x }]",
                "not a private key",
            ),
            ("applications: [{ name: a, policies: [] }]", "number of policies"),
            ("applications: [{ name: a, policies: [p, q, r] }]", "number of policies"),
            (
                "applications: [{ name: a, policies: [p] }, { name: a, policies: [p] }]",
                "given twice",
            ),
            (
                "application_policies: [{ name: p, network_rules: [r], access_control: r }]",
                "cannot be given with network_rules",
            ),
            ("application_policies: [{ name: p, access_control: '' }]", "names network rules"),
            ("application_policies: [{ name: p }, { name: p }]", "given twice"),
            ("network_rules: [{ name: r, sources: [a] }]", "not an IP address"),
            (
                "network_rules: [{ name: r, sources: [10.0.0.1, 10.0.0.2, 10.0.0.3] }]",
                "too many addresses",
            ),
            ("network_rules: [{ name: r }, { name: r }]", "given twice"),
            (
                "client_keys: [{ id: k, application: a, public_key: none }]",
                "not a certificate or a public key",
            ),
            (
                "data_keys: [{ id: d, name: a, key: k, plaintext: AAAA, ciphertext: AAAA }]",
                "cannot be given with a ciphertext",
            ),
        ] {
            let refused = seeded(&test, &format!("{REALM}{entry} }}\n")).await.map(drop);
            let error = refused.unwrap_err();
            assert!(error.contains(mistake), "{entry}: {error}");
        }
    });
}
