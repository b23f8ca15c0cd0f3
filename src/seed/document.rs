//! The format of seed files and exports, field by field. docs/seed.schema.json describes it for
//! editors, and docs/seeds.md for people; a test compares the three.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::accounts::AccountEntry;
use super::when::Time;
use super::words::{
    AccountId, Bytes, CreatorType, GranteeType, Hidden, KeyStatus, Located, Parsed, Region, Text,
};
use crate::model::{
    AccessPointId, AccessPointKind, AliasName, ApplicationName, ApplicationPolicyName,
    CertificateId, CertificateStatus, ClientKeyId, DataKeyId, DeviceFingerprint, GrantId, KeyId,
    KeySpec, KeyStoreId, KeyUsage, KeyspaceId, KeyspacePolicyId, Network, NetworkKind,
    NetworkRuleName, Origin, ProtectionLevel, SecretName, VersionId, WhiteBoxKeyId,
};

/// A seed file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) accounts: Option<Vec<AccountEntry>>,
    #[serde(default)]
    pub(super) realms: Vec<RealmEntry>,
}

/// Declares the entry of a realm from one list of its nouns.
macro_rules! realm_entry {
    ($($noun:ident: $entry:ty,)+) => {
        /// The contents of one realm.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct RealmEntry {
            pub(super) account: Located<AccountId>,
            pub(super) region: Option<Located<Region>>,
            pub(super) cloud: Option<Located<Text>>,
            pub(super) subscribed_at: Option<Spanned<Time>>,
            pub(super) import_seal: Option<Located<Bytes>>,
            pub(super) counted: Option<Spanned<u64>>,
            $(#[serde(default)] pub(super) $noun: Vec<$entry>,)+
        }

        /// The nouns of a realm's entry. To destructure it is to forget none.
        pub(super) struct Nouns<'a> {
            $(pub(super) $noun: &'a [$entry],)+
        }

        impl RealmEntry {
            /// The nouns of the entry.
            pub(super) fn nouns(&self) -> Nouns<'_> {
                Nouns { $($noun: &self.$noun),+ }
            }

            /// How many they are.
            pub(super) fn count(&self) -> usize {
                [$(self.$noun.len()),+].iter().sum()
            }
        }
    };
}

realm_entry! {
    keys: KeyEntry,
    secrets: SecretEntry,
    certificates: CertificateEntry,
    white_box_keys: WhiteBoxKeyEntry,
    data_keys: DataKeyEntry,
    grants: GrantEntry,
    key_stores: KeyStoreEntry,
    access_points: AccessPointEntry,
    keyspace_policies: KeyspacePolicyEntry,
    applications: ApplicationEntry,
    application_policies: ApplicationPolicyEntry,
    network_rules: NetworkRuleEntry,
    client_keys: ClientKeyEntry,
}

/// Whether a key is protected from deletion, and why.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Protection {
    Flag(bool),
    Reason(String),
}

fn on() -> bool {
    true
}

/// A value that says nothing.
trait Blank {
    fn is_blank(&self) -> bool;
}

macro_rules! blank {
    ($($type:ty $(, $generic:ident)*: $is_blank:path;)+) => {
        $(impl<$($generic),*> Blank for $type {
            fn is_blank(&self) -> bool {
                $is_blank(self)
            }
        })+
    };
}
blank! {
    Option<T>, T: Self::is_none;
    Vec<T>, T: Self::is_empty;
    BTreeMap<String, String>: Self::is_empty;
    String: Self::is_empty;
    bool: std::ops::Not::not;
}

/// Declares entries of the format. An optional field may be absent, and an export leaves it out if
/// it says nothing.
macro_rules! entries {
    ($(
        $(#[$doc:meta])*
        $entry:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }
        optional { $($(#[$more:meta])* $optional:ident: $what:ty,)* }
    )+) => {$(
        $(#[$doc])*
        #[derive(Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $entry {
            $($(#[$attribute])* pub(super) $field: $type,)*
            $(
                $(#[$more])*
                #[serde(default, skip_serializing_if = "Blank::is_blank")]
                pub(super) $optional: $what,
            )*
        }
    )+};
}

entries! {
    /// A key.
    KeyEntry {
        id: Located<KeyId>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        spec: Option<Located<KeySpec>>,
        usage: Option<Located<KeyUsage>>,
        origin: Option<Located<Origin>>,
        protection_level: Option<Located<ProtectionLevel>>,
        name: Option<Spanned<String>>,
        description: String,
        creator: Option<String>,
        creator_type: Option<Located<CreatorType>>,
        created_at: Option<Spanned<Time>>,
        instance: Option<String>,
        group: Option<String>,
        primary_region: Option<Located<Region>>,
        state: Option<Located<KeyStatus>>,
        delete_at: Option<Spanned<Time>>,
        deletion_protection: Option<Protection>,
        rotation: Option<KeyRotation>,
        aliases: Vec<Located<AliasName>>,
        bindings: Vec<Spanned<BindingEntry>>,
        tags: BTreeMap<String, String>,
        policy: Option<String>,
        /// The material of a key with one version.
        material: Option<Spanned<Hidden>>,
        versions: Vec<VersionEntry>,
    }

    /// A resource that uses a key.
    BindingEntry {
        product: String,
        resource: String,
    }
    optional {}

    /// The rotation of a key.
    KeyRotation {
        interval: Parsed<Duration>,
        #[serde(default = "on", skip_serializing)]
        enabled: bool,
    }
    optional {
        last: Option<Spanned<Time>>,
        next: Option<Spanned<Time>>,
    }

    /// A version of a key.
    VersionEntry {}
    optional {
        id: Option<Located<VersionId>>,
        created_at: Option<Spanned<Time>>,
        material: Option<Spanned<Hidden>>,
        expires_at: Option<Spanned<Time>>,
        fingerprint: Option<Located<Bytes>>,
    }

    /// A secret.
    SecretEntry {
        name: Located<SecretName>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        #[serde(rename = "type")]
        kind: Option<Located<Text>>,
        description: String,
        created_at: Option<Spanned<Time>>,
        updated_at: Option<Spanned<Time>>,
        delete_at: Option<Spanned<Time>>,
        encryption_key_id: Option<Located<Text>>,
        /// Whether the service chose the key above, and not the owner.
        default_key: bool,
        instance: Option<String>,
        extended_config: Option<Located<Text>>,
        rotation: Option<SecretRotation>,
        tags: BTreeMap<String, String>,
        policy: Option<String>,
        /// The value of a secret with one version.
        value: Option<Spanned<Hidden>>,
        versions: Vec<SecretVersionEntry>,
    }

    /// The rotation of a managed secret.
    #[derive(Default)]
    SecretRotation {
        #[serde(default = "on", skip_serializing)]
        enabled: bool,
    }
    optional {
        interval: Option<Parsed<Duration>>,
        last: Option<Spanned<Time>>,
        next: Option<Spanned<Time>>,
        /// Whether the last scheduled rotation failed.
        failed: bool,
        /// The rotations on request within the last hour.
        requested: Vec<Spanned<Time>>,
    }

    /// A version of a secret.
    SecretVersionEntry {
        id: Spanned<String>,
    }
    optional {
        number: Option<Spanned<u64>>,
        created_at: Option<Spanned<Time>>,
        binary: bool,
        stages: Option<Vec<Spanned<String>>>,
        value: Option<Spanned<Hidden>>,
        value_base64: Option<Located<Bytes>>,
        sealed: Option<SealedEntry>,
    }

    /// A value that cannot be opened, because its key or the key's material is gone.
    SealedEntry {
        data_key: Located<Bytes>,
        sealed_value: Located<Bytes>,
    }
    optional {}

    /// A certificate.
    CertificateEntry {
        id: Located<CertificateId>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        spec: Option<Located<KeySpec>>,
        protection_level: Option<Located<ProtectionLevel>>,
        exportable: bool,
        created_at: Option<Spanned<Time>>,
        updated_at: Option<Spanned<Time>>,
        status: Option<Located<CertificateStatus>>,
        tags: BTreeMap<String, String>,
        /// The subject, unless there is a request.
        subject: Option<Located<Text>>,
        subject_alternative_names: Vec<Spanned<String>>,
        private_key: Option<Spanned<Hidden>>,
        request: Option<Spanned<Hidden>>,
        certificate: Option<Spanned<Hidden>>,
        chain: Option<Spanned<Hidden>>,
    }

    /// A white-box key.
    WhiteBoxKeyEntry {
        id: Located<WhiteBoxKeyId>,
        alias: Located<AliasName>,
        #[serde(default = "on")]
        enabled: bool,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        description: String,
        spec: Option<Located<KeySpec>>,
        creator: Option<String>,
        created_at: Option<Spanned<Time>>,
        fingerprints: Vec<DeviceFingerprint>,
        tags: BTreeMap<String, String>,
        material: Option<Spanned<Hidden>>,
    }

    /// A data key.
    DataKeyEntry {
        id: Located<DataKeyId>,
        name: Located<AliasName>,
        /// The id of the key that encrypts it.
        key: Located<KeyId>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        description: String,
        origin: Option<Located<Origin>>,
        state: Option<Located<KeyStatus>>,
        delete_at: Option<Spanned<Time>>,
        creator: Option<String>,
        created_at: Option<Spanned<Time>>,
        tags: BTreeMap<String, String>,
        /// Its bytes, unless its ciphertext is given.
        plaintext: Option<Located<Bytes>>,
        ciphertext: Option<Located<Bytes>>,
        associated_data: Option<Located<Bytes>>,
    }

    /// A grant.
    GrantEntry {
        id: Located<GrantId>,
        /// The id of its key.
        key: Located<KeyId>,
        grantee: String,
        operations: Vec<Spanned<String>>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        grantee_type: Option<Located<GranteeType>>,
        name: Option<String>,
        retiring_principal: Option<String>,
        issuer: Option<String>,
        created_at: Option<Spanned<Time>>,
    }

    /// A key store.
    KeyStoreEntry {
        id: Located<KeyStoreId>,
        alias: Located<AliasName>,
        /// The kind, in the cloud's word.
        kind: Located<Text>,
        #[serde(default = "on")]
        enabled: bool,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        cluster: Option<String>,
        authority: Option<String>,
        creator: Option<String>,
        created_at: Option<Spanned<Time>>,
    }

    /// An access point.
    AccessPointEntry {
        id: Located<AccessPointId>,
        keyspace: Located<KeyspaceId>,
        name: Located<Text>,
        kind: Located<AccessPointKind>,
        #[serde(default = "on")]
        enabled: bool,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        identity: Option<String>,
        cluster: Option<String>,
        description: String,
        creator: Option<String>,
        created_at: Option<Spanned<Time>>,
        changed_at: Option<Spanned<Time>>,
        private_key: Option<Spanned<Hidden>>,
    }

    /// A policy of a keyspace.
    KeyspacePolicyEntry {
        id: Located<KeyspacePolicyId>,
        keyspace: Located<KeyspaceId>,
        name: Located<Text>,
        document: String,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        description: String,
        creator: Option<String>,
        created_at: Option<Spanned<Time>>,
        changed_at: Option<Spanned<Time>>,
    }
    /// An application.
    ApplicationEntry {
        name: Located<ApplicationName>,
        policies: Spanned<Vec<Located<ApplicationPolicyName>>>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        description: String,
        created_at: Option<Spanned<Time>>,
    }

    /// A policy of applications.
    ApplicationPolicyEntry {
        name: Located<ApplicationPolicyName>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        instance: Option<String>,
        permissions: Vec<Located<Text>>,
        resources: Vec<Located<Text>>,
        network_rules: Vec<Located<NetworkRuleName>>,
        /// The same as the network rules, in the cloud's grammar.
        access_control: Option<Located<Text>>,
        description: String,
        created_at: Option<Spanned<Time>>,
    }

    /// A network rule.
    NetworkRuleEntry {
        name: Located<NetworkRuleName>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        kind: Option<Located<NetworkKind>>,
        sources: Vec<Located<Network>>,
        description: String,
        created_at: Option<Spanned<Time>>,
    }

    /// A client key.
    ClientKeyEntry {
        id: Located<ClientKeyId>,
        application: Located<ApplicationName>,
        public_key: Located<Text>,
    }
    optional {
        ordinal: Option<Spanned<u64>>,
        not_before: Option<Spanned<Time>>,
        not_after: Option<Spanned<Time>>,
        created_at: Option<Spanned<Time>>,
    }
}
