//! A cloud's rules: which operation each key state admits, which aliases are reserved, and the
//! limits.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::algorithms::asymmetric::PairSpec;
use crate::model::{
    AliasName, CertificateStatus, ClientKeyId, DataKeyLifecycle, DataKeyState, InstanceId, KeyId,
    KeySpec, KeyState, KeyStore, KeyUsage, Lifecycle, ManagedDataKeyVersionId, NetworkRuleName,
    SymmetricSpec,
};
use crate::world::{Entropy, Instant};

/// Operations on keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operation {
    GenerateDataKey,
    Encrypt,
    Decrypt,
    Describe,
    ChangeDescription,
    Enable,
    Disable,
    ScheduleDeletion,
    CancelDeletion,
    ProtectDeletion,
    CreateAlias,
    MoveAlias,
    DeleteAlias,
    ListAliases,
    Tag,
    Untag,
    ListTags,
    DescribeVersion,
    ListVersions,
    ChangeRotation,
    PrepareImport,
    ImportMaterial,
    DeleteMaterial,
    CreateVersion,
    ReadPublicKey,
    Sign,
    Verify,
    EncryptToPair,
    DecryptByPair,
    ChangePolicy,
    ReadPolicy,
    Rename,
    Archive,
    Unarchive,
    EndRotation,
    RotateNow,
    Bind,
    Unbind,
    EnableDataKey,
    CreateGrant,
    RevokeGrant,
    RetireGrant,
    ListGrants,
    GenerateMac,
    VerifyMac,
    DeriveSecret,
    Replicate,
    MovePrimary,
}

impl Operation {
    /// Whether it is refused while resources are bound to the key, as they could not use it then.
    pub(super) const fn ends_use(self) -> bool {
        matches!(
            self,
            Self::Disable | Self::Archive | Self::ScheduleDeletion | Self::DeleteMaterial
        )
    }

    /// Whether it takes key material.
    pub(super) const fn uses_material(self) -> bool {
        matches!(
            self,
            Self::GenerateDataKey
                | Self::Encrypt
                | Self::Decrypt
                | Self::Sign
                | Self::Verify
                | Self::EncryptToPair
                | Self::DecryptByPair
                | Self::GenerateMac
                | Self::VerifyMac
                | Self::DeriveSecret
        )
    }

    /// Whether only the primary of a key in several regions allows it.
    pub(super) const fn is_for_primary(self) -> bool {
        self.replaces_material() || matches!(self, Self::Replicate | Self::MovePrimary)
    }

    /// Whether it is about replacing key material.
    pub(super) const fn replaces_material(self) -> bool {
        matches!(
            self,
            Self::ChangeRotation
                | Self::RotateNow
                | Self::CreateVersion
                | Self::PrepareImport
                | Self::ImportMaterial
                | Self::DeleteMaterial
        )
    }
}

/// Operations on data keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DataKeyOperation {
    Describe,
    ReadPlaintext,
    ReadCiphertext,
    Rename,
    ChangeDescription,
    Enable,
    Disable,
    ScheduleDeletion,
    CancelDeletion,
    Tag,
    Untag,
}

/// Operations on certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CertificateOperation {
    Describe,
    Upload,
    Activate,
    Deactivate,
    Revoke,
    Delete,
    Sign,
    Verify,
    Encrypt,
    Decrypt,
    Tag,
    Untag,
}

/// The input for a managed secret's next value. It holds values, so it has no `Debug`.
pub struct Renewal<'a> {
    /// The kind of secret, in the cloud's word.
    pub kind: &'a str,
    /// What the secret belongs to, in the cloud's format.
    pub config: &'a str,
    /// The current value.
    pub current: &'a [u8],
    /// The previous value, if there is one.
    pub previous: Option<&'a [u8]>,
    /// When the next value is made.
    pub now: Instant,
    /// The source of random numbers.
    pub entropy: &'a Entropy,
}

/// A cloud's rules. The engine does not know which cloud they belong to. A family that the cloud
/// does not have is `None`.
#[derive(Debug)]
pub struct Rules {
    /// Keys.
    pub keys: KeyRules,
    /// Key pairs with several versions.
    pub pairs: Option<PairRules>,
    /// Aliases.
    pub aliases: Option<AliasRules>,
    /// The maximum number of tags on a key, a secret or a certificate.
    pub tags: usize,
    /// Imported key material.
    pub imports: Option<ImportRules>,
    /// Secrets.
    pub secrets: Option<SecretRules>,
    /// Certificates.
    pub certificates: Option<CertificateRules>,
    /// White-box keys.
    pub white_box_keys: Option<WhiteBoxRules>,
    /// Data keys that the service stores.
    pub data_keys: Option<DataKeyRules>,
    /// Grants of keys.
    pub grants: Option<GrantRules>,
    /// Key stores. In a cloud without them, the instance of a key has no effect.
    pub key_stores: Option<KeyStoreRules>,
    /// Access points and policies of keyspaces.
    pub keyspaces: Option<KeyspaceRules>,
    /// Applications, with their policies, network rules and client keys.
    pub applications: Option<ApplicationRules>,
    /// Instances of the service.
    pub instances: Option<InstanceRules>,
    /// Managed data keys.
    pub managed_data_keys: Option<ManagedDataKeyRules>,
}

/// A cloud's rules for keys.
#[derive(Debug)]
pub struct KeyRules {
    /// Whether an operation is allowed in this state.
    pub admits: fn(Operation, KeyState) -> bool,
    /// Operations that are refused for a service's own key, whatever its state.
    pub for_users: &'static [Operation],
    /// Makes the id of a key that is created at this instant.
    pub new_id: fn(&Entropy, Instant) -> KeyId,
    /// Whether the cloud has keys of this spec. Seeds plant no others.
    pub specs: fn(KeySpec) -> bool,
    /// What the cloud's keys are used for. Seeds plant no others.
    pub usages: &'static [KeyUsage],
    /// The state after a cancelled deletion.
    pub restored: Lifecycle,
    /// How long after the newest version a symmetric key can be rotated on request; `None`: at any
    /// time. The version that was created with the key does not count.
    pub rotation_spacing: Option<Duration>,
    /// How many resources may be bound to a key; 0 in a cloud that binds none.
    pub bindings: usize,
}

/// A cloud's rules for the versions of key pairs.
#[derive(Debug)]
pub struct PairRules {
    /// The maximum number of versions.
    pub versions: usize,
    /// The minimum time between the newest version and the next one.
    pub spacing: Duration,
}

/// The form of one kind of name. The cloud's requests and seed files both follow it.
#[derive(Debug)]
pub struct NameRule {
    /// Whether a text is such a name.
    pub accepts: fn(&str) -> bool,
    /// What such a name is, for error messages: "an alias: letters and digits".
    pub form: &'static str,
}

impl NameRule {
    /// Checks that a text is such a name.
    ///
    /// # Errors
    /// It is not; the error says what such a name is, and does not repeat the text.
    pub fn check(&self, text: &str) -> Result<(), String> {
        if (self.accepts)(text) { Ok(()) } else { Err(format!("not {}", self.form)) }
    }
}

/// A cloud's rules for aliases.
#[derive(Debug)]
pub struct AliasRules {
    /// Which texts are aliases.
    pub names: NameRule,
    /// Whether an alias belongs to the cloud and not to its users.
    pub reserved: fn(&AliasName) -> bool,
    /// The service whose key has this alias, if it is such an alias.
    pub service: fn(&AliasName) -> Option<&str>,
    /// Whether a key has at most one alias.
    pub one_per_key: bool,
    /// Whether a key's own name is one of its aliases.
    pub own_name: bool,
}

/// A cloud's rules for imported key material.
#[derive(Debug)]
pub struct ImportRules {
    /// How long an import token is valid.
    pub token_life: Duration,
    /// Whether an import enables a key that was disabled or archived when it lost its material.
    pub enables: bool,
}

/// A cloud's rules for secrets.
#[derive(Debug)]
pub struct SecretRules {
    /// Which texts are names of secrets.
    pub names: NameRule,
    /// The alias of the service key that seals secrets without a key of their own.
    pub alias: fn() -> Option<AliasName>,
    /// Whether this kind of secret exists, and may have this configuration or none.
    pub fits: fn(&str, Option<&str>) -> bool,
    /// The stage of the current version.
    pub current: &'static str,
    /// The stage of the version before the current one.
    pub previous: &'static str,
    /// The maximum number of stages at one version.
    pub stages_per_version: usize,
    /// The maximum number of versions.
    pub versions: usize,
    /// How many times a secret may be rotated on request within an hour.
    pub rotations_per_hour: usize,
    /// Makes a managed secret's next value. `None` when the current one cannot be parsed.
    pub renew: fn(&Renewal<'_>) -> Option<Zeroizing<Vec<u8>>>,
    /// Whether making the next value of this kind with this configuration is slow.
    pub renewal_is_slow: fn(&str, &str) -> bool,
}

/// A cloud's rules for certificates.
#[derive(Debug)]
pub struct CertificateRules {
    /// Whether an operation is allowed in this status.
    pub admits: fn(CertificateOperation, CertificateStatus) -> bool,
}

/// A cloud's rules for white-box keys.
#[derive(Debug)]
pub struct WhiteBoxRules {
    /// Which texts are aliases of white-box keys.
    pub names: NameRule,
    /// Which ciphers they have.
    pub ciphers: &'static [SymmetricSpec],
    /// How many a realm may hold, unless the account's quota says otherwise.
    pub keys: usize,
    /// How many device fingerprints one may have.
    pub fingerprints: usize,
}

/// A cloud's rules for data keys.
#[derive(Debug)]
pub struct DataKeyRules {
    /// Which texts are names of data keys.
    pub names: NameRule,
    /// Whether an operation is allowed in this state.
    pub admits: fn(DataKeyOperation, DataKeyState) -> bool,
    /// The state after a cancelled deletion.
    pub restored: DataKeyLifecycle,
}

/// A cloud's rules for grants.
#[derive(Debug)]
pub struct GrantRules {
    /// How many grants one key may have.
    pub per_key: usize,
    /// The operations that a grant may list, in the cloud's words.
    pub operations: &'static [&'static str],
    /// The one among them that lets the grantee retire the grant.
    pub retire: &'static str,
}

/// A cloud's rules for key stores.
#[derive(Debug)]
pub struct KeyStoreRules {
    /// Which texts are aliases of key stores.
    pub names: NameRule,
    /// Their kinds.
    pub kinds: &'static [KeyStoreKind],
}

/// A kind of key stores.
#[derive(Debug)]
pub struct KeyStoreKind {
    /// The cloud's word for it.
    pub word: &'static str,
    /// Whether a cluster of this kind has at most one key store.
    pub one_per_cluster: bool,
}

impl KeyStoreKind {
    /// Whether one of these key stores has a cluster that a new one of this kind may not have too.
    pub fn is_taken<'a>(
        &self,
        cluster: Option<&str>,
        mut key_stores: impl Iterator<Item = &'a Arc<KeyStore>>,
    ) -> bool {
        let has_it = |it: &Arc<KeyStore>| it.kind == self.word && it.cluster.as_deref() == cluster;
        self.one_per_cluster && cluster.is_some() && key_stores.any(has_it)
    }
}

/// A cloud's rules for access points and policies of keyspaces.
#[derive(Debug)]
pub struct KeyspaceRules {
    /// Which texts are names of access points and policies.
    pub names: NameRule,
    /// The key pair of an access point that has one.
    pub pair: PairSpec,
}

/// A cloud's rules for applications, their policies, network rules and client keys.
#[derive(Debug)]
pub struct ApplicationRules {
    /// Which texts are names of applications, policies and network rules.
    pub names: NameRule,
    /// Which texts are ids of client keys.
    pub client_key_ids: NameRule,
    /// Makes the id of a client key.
    pub new_client_key_id: fn(&Entropy) -> Option<ClientKeyId>,
    /// Which texts name what a policy allows.
    pub permissions: NameRule,
    /// Which texts name the keys and secrets of a policy.
    pub resources: NameRule,
    /// The network rules that a policy's access control names. `None` for a text of another form.
    pub network_rules: fn(&str) -> Option<Vec<NetworkRuleName>>,
    /// How many policies an application may have.
    pub policies: RangeInclusive<usize>,
    /// How many addresses a network rule may have.
    pub sources: usize,
    /// How many client keys an application may have.
    pub client_keys: usize,
    /// The kind of key pair that a client key is, one of RSA.
    pub pair: PairSpec,
    /// For how many years a client key is valid, unless its owner says otherwise.
    pub validity_years: i16,
}

/// A cloud's rules for instances.
#[derive(Debug)]
pub struct InstanceRules {
    /// Makes the id of a new instance.
    pub new_id: fn(&Entropy) -> InstanceId,
}

/// A cloud's rules for managed data keys.
#[derive(Debug)]
pub struct ManagedDataKeyRules {
    /// Which texts are their names.
    pub names: NameRule,
    /// Makes the id of a new version.
    pub new_version_id: fn(&Entropy) -> ManagedDataKeyVersionId,
    /// The length of new ones, in bytes.
    pub len: usize,
    /// The maximum number of versions.
    pub versions: usize,
}

impl Rules {
    /// The service whose key has this alias, if it is such an alias.
    #[must_use]
    pub fn service<'a>(&self, alias: &'a AliasName) -> Option<&'a str> {
        self.aliases.as_ref().and_then(|rules| (rules.service)(alias))
    }

    /// The alias of the service key that seals secrets without a key of their own.
    #[must_use]
    pub fn secrets_alias(&self) -> Option<AliasName> {
        self.secrets.as_ref().and_then(|rules| (rules.alias)())
    }

    /// Whether resources can be bound to keys.
    #[must_use]
    pub fn binds(&self) -> bool {
        self.keys.bindings > 0
    }

    /// Whether keys can have replicas in other regions.
    #[must_use]
    pub fn replicates(&self) -> bool {
        (self.keys.admits)(Operation::Replicate, KeyState::Enabled)
    }

    /// Whether keys can be archived.
    #[must_use]
    pub fn archives(&self) -> bool {
        (self.keys.admits)(Operation::Unarchive, KeyState::Archived)
    }

    /// Whether an alias belongs to the cloud and not to its users.
    pub(super) fn reserves(&self, alias: &AliasName) -> bool {
        self.aliases.as_ref().is_some_and(|rules| (rules.reserved)(alias))
    }
}
