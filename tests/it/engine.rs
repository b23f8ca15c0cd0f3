//! The engine's rules without HTTP and without files: a made-up cloud, one realm, a manual clock.
//! Each test takes milliseconds.

mod aliases;
mod applications;
mod bindings;
mod certificates;
mod client_key_index;
mod data_keys;
mod grants;
mod imports;
mod instances;
mod key_stores;
mod keys;
mod keyspaces;
mod lists;
mod macs;
mod managed_data_keys;
mod pairs;
mod replication;
mod restart;
mod rotation;
mod secrets;
mod tags;
mod white_box_keys;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use kmsim::algorithms::asymmetric::PairSpec;
use kmsim::engine::{
    AliasRules, ApplicationRules, Caller, CertificateOperation, CertificateRules, ClockChange,
    DataKeyOperation, DataKeyRules, Engine, Error, GrantRules, ImportRules, InstanceRules, KeyRef,
    KeyRules, KeyStoreKind, KeyStoreRules, KeyspaceRules, ManagedDataKeyRules, NameRule, NewKey,
    Operation, PairRules, Quota, Rules, SecretRules, WhiteBoxRules,
};
use kmsim::model::{
    CertificateStatus, ClientKeyId, DataKeyLifecycle, DataKeyState, InstanceId, Key, KeyState,
    KeyUsage, Lifecycle, ManagedDataKeyVersionId, NetworkRuleName, Realm, Scope, SymmetricSpec,
};
use kmsim::store::Sqlite;
use kmsim::world::{Clock, Entropy, Instant, World};
use zeroize::Zeroizing;

const DAY: Duration = Duration::from_hours(24);

/// The form of names, which only seeds check.
const ANY_NAME: NameRule = NameRule { accepts: |_| true, form: "a name" };

/// A made-up cloud: enabled keys allow everything, others only what changes their state. A key
/// names a key store as its instance.
static RULES: Rules = rules(Some(KEY_STORES), None);

/// The same cloud with instances of the service.
static WITH_INSTANCES: Rules = rules(None, Some(INSTANCES));

const KEY_STORES: KeyStoreRules = KeyStoreRules {
    names: ANY_NAME,
    kinds: &[
        KeyStoreKind { word: "dedicated", one_per_cluster: true },
        KeyStoreKind { word: "shared", one_per_cluster: false },
    ],
};

const INSTANCES: InstanceRules = InstanceRules { new_id: |_| InstanceId::made("new") };

const fn rules(key_stores: Option<KeyStoreRules>, instances: Option<InstanceRules>) -> Rules {
    Rules {
        keys: KeyRules {
            admits: key_admits,
            for_users: &[Operation::Archive, Operation::Unarchive, Operation::CreateGrant],
            new_id: |entropy, _| entropy.uuid().into(),
            specs: |_| true,
            usages: &[
                KeyUsage::EncryptDecrypt,
                KeyUsage::SignVerify,
                KeyUsage::GenerateVerifyMac,
                KeyUsage::KeyAgreement,
            ],
            restored: Lifecycle::Enabled,
            rotation_spacing: Some(DAY),
            bindings: 2,
        },
        pairs: Some(PairRules { versions: 3, spacing: DAY }),
        aliases: Some(AliasRules {
            names: ANY_NAME,
            reserved: |name| name.as_str().starts_with("alias/own/"),
            service: |name| name.as_str().strip_prefix("alias/own/"),
            one_per_key: false,
            own_name: false,
        }),
        tags: 2,
        imports: Some(ImportRules { token_life: DAY, enables: true }),
        secrets: Some(SecretRules {
            names: ANY_NAME,
            alias: || kmsim::model::AliasName::parse("alias/own/secrets"),
            fits: |kind, config| (kind == "managed") == config.is_some(),
            current: "now",
            previous: "before",
            stages_per_version: 3,
            versions: 4,
            rotations_per_hour: 2,
            // The next value is the current one with another letter.
            renew: |renewal| Some(Zeroizing::new([renewal.current, b"x"].concat())),
            renewal_is_slow: |_, _| false,
        }),
        certificates: Some(CertificateRules { admits: certificate_admits }),
        white_box_keys: Some(WhiteBoxRules {
            names: ANY_NAME,
            ciphers: &[SymmetricSpec::Aes256, SymmetricSpec::Sm4],
            keys: 3,
            fingerprints: 2,
        }),
        data_keys: Some(DataKeyRules {
            names: ANY_NAME,
            admits: data_key_admits,
            restored: DataKeyLifecycle::Disabled,
        }),
        grants: Some(GrantRules {
            per_key: 3,
            operations: &["encrypt", "decrypt", "retire"],
            retire: "retire",
        }),
        key_stores,
        keyspaces: Some(KeyspaceRules { names: ANY_NAME, pair: PairSpec::EcP256 }),
        applications: Some(ApplicationRules {
            names: ANY_NAME,
            client_key_ids: ANY_NAME,
            new_client_key_id: |entropy| ClientKeyId::parse(&format!("app.{}", entropy.uuid())),
            permissions: ANY_NAME,
            resources: ANY_NAME,
            network_rules: |text| text.split(' ').map(NetworkRuleName::parse).collect(),
            policies: 1..=2,
            sources: 2,
            client_keys: 2,
            pair: PairSpec::Rsa2048,
            validity_years: 1,
        }),
        instances,
        managed_data_keys: Some(ManagedDataKeyRules {
            names: ANY_NAME,
            new_version_id: |entropy| ManagedDataKeyVersionId::made(&entropy.uuid().to_string()),
            len: 32,
            versions: 3,
        }),
    }
}

fn key_admits(operation: Operation, state: KeyState) -> bool {
    match state {
        KeyState::Enabled => !matches!(operation, Operation::CancelDeletion | Operation::Unarchive),
        KeyState::Disabled => matches!(
            operation,
            Operation::Describe
                | Operation::Enable
                | Operation::ScheduleDeletion
                | Operation::Archive
                | Operation::Unbind
        ),
        KeyState::Archived => matches!(
            operation,
            Operation::Describe
                | Operation::Decrypt
                | Operation::Unarchive
                | Operation::ScheduleDeletion
        ),
        KeyState::PendingDeletion => {
            matches!(operation, Operation::Describe | Operation::CancelDeletion)
        }
        KeyState::PendingImport => matches!(
            operation,
            Operation::Describe
                | Operation::PrepareImport
                | Operation::ImportMaterial
                | Operation::ScheduleDeletion
        ),
    }
}

fn certificate_admits(operation: CertificateOperation, status: CertificateStatus) -> bool {
    use CertificateOperation as Op;
    match status {
        CertificateStatus::Pending => matches!(operation, Op::Describe | Op::Upload | Op::Delete),
        CertificateStatus::Inactive => !matches!(operation, Op::Sign | Op::Decrypt),
        CertificateStatus::Active => operation != Op::Delete,
        CertificateStatus::Revoked => matches!(operation, Op::Describe | Op::Delete | Op::Verify),
    }
}

fn data_key_admits(operation: DataKeyOperation, state: DataKeyState) -> bool {
    use DataKeyOperation as Op;
    match state {
        DataKeyState::Enabled => operation != Op::CancelDeletion,
        DataKeyState::Disabled => !matches!(operation, Op::CancelDeletion | Op::ReadPlaintext),
        DataKeyState::PendingDeletion => matches!(operation, Op::Describe | Op::CancelDeletion),
    }
}

/// An engine with one caller.
struct TestEngine {
    engine: Arc<Engine>,
    caller: Caller,
}

/// The time at which every test begins.
fn start() -> Instant {
    Instant::parse("2030-01-01T00:00:00Z").unwrap()
}

/// Runs a test with its own engine.
fn with_engine<F: Future<Output = ()>>(test: impl FnOnce(TestEngine) -> F) {
    with_quota(Quota::default(), test);
}

fn with_quota<F: Future<Output = ()>>(quota: Quota, test: impl FnOnce(TestEngine) -> F) {
    with_rules(&RULES, quota, test);
}

fn with_rules<F: Future<Output = ()>>(
    rules: &'static Rules,
    quota: Quota,
    test: impl FnOnce(TestEngine) -> F,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let world =
            World { clock: Clock::manual(start()), entropy: Entropy::seeded("the engine's tests") };
        let store = Sqlite::in_memory().await.unwrap();
        let rules_of: fn(&str) -> &'static Rules =
            if std::ptr::eq(rules, &raw const RULES) { |_| &RULES } else { |_| &WITH_INSTANCES };
        let clouds = [("cloud", rules_of)].into();
        let engine = Engine::open(Box::new(store), Arc::new(world), clouds).await.unwrap();
        let realm = Realm::new("cloud", "1", "here");
        let caller = Caller::new(realm, rules, "1".into(), quota);
        test(TestEngine { engine, caller }).await;
    });
}

impl TestEngine {
    fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// Creates a key.
    async fn key(&self, new: NewKey) -> Arc<Key> {
        self.engine.create_key(self.caller(), new).await.unwrap()
    }

    /// The key's current state. `None` when it is deleted.
    async fn found(&self, key: &Key) -> Option<(Arc<Key>, KeyState)> {
        self.engine.settle(&self.caller.realm).await;
        let snapshot = self.engine.snapshot(&self.caller);
        let found = snapshot.view(&self.caller).keys().find(|(it, _)| it.id == key.id);
        found.map(|(key, state)| (Arc::clone(key), state))
    }

    async fn state_of(&self, key: &Key) -> Option<KeyState> {
        self.found(key).await.map(|(_, state)| state)
    }

    async fn advance(&self, by: Duration) {
        self.engine.change_clock(&Scope::default(), &[ClockChange::Advance(by)]).await.unwrap();
    }

    fn now(&self) -> Instant {
        self.engine.now(&self.caller.realm)
    }

    fn seal(&self, key: &Key, text: &[u8]) -> Result<Vec<u8>, Error> {
        let sealed = self.engine.seal(&self.caller, &by_id(key), Operation::Encrypt, &[], text)?;
        Ok(sealed.value)
    }

    fn open(&self, blob: &[u8]) -> Result<Vec<u8>, Error> {
        let opened = self.engine.open_sealed(&self.caller, Operation::Decrypt, &[], blob)?;
        Ok(opened.value.to_vec())
    }
}

fn by_id(key: &Key) -> KeyRef {
    KeyRef::Id(key.id.clone())
}

/// One millisecond, the smallest step of a clock.
const TICK: Duration = Duration::from_millis(1);

/// The longest duration that is shorter than this.
fn just_before(length: Duration) -> Duration {
    length.saturating_sub(TICK)
}
