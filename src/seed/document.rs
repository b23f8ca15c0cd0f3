//! The format of seed files and exports, field by field. docs/seed.schema.json describes it for
//! editors, and docs/seeds.md for people; a test compares the three.

mod applications;
mod entries;
mod instances;
mod managed_data_keys;

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
    AccessPointId, AccessPointKind, AliasName, CertificateId, CertificateStatus, DataKeyId,
    DeviceFingerprint, GrantId, KeyId, KeySpec, KeyStorage, KeyStoreId, KeyUsage, KeyspaceId,
    KeyspacePolicyId, Origin, ProtectionLevel, SecretName, VersionId, WhiteBoxKeyId,
};
pub(super) use applications::{
    ApplicationEntry, ApplicationPolicyEntry, ClientKeyEntry, NetworkRuleEntry,
};
pub(super) use entries::Protection;
use entries::{entries, on};
pub(super) use instances::{BoundNetworkEntry, CapacityEntry, InstanceEntry, InstanceNetworkEntry};
pub(super) use managed_data_keys::{ManagedDataKeyEntry, ManagedDataKeyVersionEntry};

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
    instances: InstanceEntry,
    managed_data_keys: ManagedDataKeyEntry,
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
        storage: Option<Located<KeyStorage>>,
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
}
