//! The format of seed files and exports, field by field. docs/seed.schema.json describes it for
//! editors, and docs/seeds.md for people; a test compares the three.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::accounts::AccountEntry;
use super::when::Time;
use super::words::{
    AccountId, Bytes, CreatorType, Hidden, KeyStatus, Located, Parsed, Region, Text,
};
use crate::model::{
    AliasName, CertificateId, CertificateStatus, KeyId, KeySpec, KeyUsage, Origin, ProtectionLevel,
    SecretName, VersionId,
};

/// A seed file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) accounts: Option<Vec<AccountEntry>>,
    #[serde(default)]
    pub(super) realms: Vec<RealmEntry>,
}

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
    #[serde(default)]
    pub(super) keys: Vec<KeyEntry>,
    #[serde(default)]
    pub(super) secrets: Vec<SecretEntry>,
    #[serde(default)]
    pub(super) certificates: Vec<CertificateEntry>,
}

/// A key.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyEntry {
    pub(super) id: Located<KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ordinal: Option<Spanned<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spec: Option<Located<KeySpec>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<Located<KeyUsage>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Located<Origin>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) protection_level: Option<Located<ProtectionLevel>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) creator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) creator_type: Option<Located<CreatorType>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<Located<KeyStatus>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delete_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deletion_protection: Option<Protection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rotation: Option<KeyRotation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) aliases: Vec<Located<AliasName>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<String>,
    /// The material of a key with one version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) material: Option<Spanned<Hidden>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) versions: Vec<VersionEntry>,
}

/// Whether a key is protected from deletion, and why.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Protection {
    Flag(bool),
    Reason(String),
}

/// The rotation of a key.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRotation {
    pub(super) interval: Parsed<Duration>,
    #[serde(default = "on", skip_serializing)]
    pub(super) enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Spanned<Time>>,
}

fn on() -> bool {
    true
}

/// A version of a key.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Located<VersionId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) material: Option<Spanned<Hidden>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<Located<Bytes>>,
}

/// A secret.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretEntry {
    pub(super) name: Located<SecretName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ordinal: Option<Spanned<u64>>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Located<Text>>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) updated_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delete_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encryption_key_id: Option<Located<Text>>,
    /// Whether the service chose the key above, and not the owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) default_key: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extended_config: Option<Located<Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rotation: Option<SecretRotation>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<String>,
    /// The value of a secret with one version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Spanned<Hidden>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) versions: Vec<SecretVersionEntry>,
}

/// The rotation of a managed secret.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretRotation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) interval: Option<Parsed<Duration>>,
    #[serde(default = "on", skip_serializing)]
    pub(super) enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Spanned<Time>>,
    /// Whether the last scheduled rotation failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) failed: bool,
    /// The rotations on request within the last hour.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) requested: Vec<Spanned<Time>>,
}

/// A version of a secret.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretVersionEntry {
    pub(super) id: Spanned<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<Spanned<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Spanned<Time>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) binary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stages: Option<Vec<Spanned<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Spanned<Hidden>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value_base64: Option<Located<Bytes>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<SealedEntry>,
}

/// A value that cannot be opened, because its key or the key's material is gone.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedEntry {
    pub(super) data_key: Located<Bytes>,
    pub(super) sealed_value: Located<Bytes>,
}

/// A certificate.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateEntry {
    pub(super) id: Located<CertificateId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ordinal: Option<Spanned<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spec: Option<Located<KeySpec>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) protection_level: Option<Located<ProtectionLevel>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) exportable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) updated_at: Option<Spanned<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Located<CertificateStatus>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    /// The subject, unless there is a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<Located<Text>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) subject_alternative_names: Vec<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) private_key: Option<Spanned<Hidden>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<Spanned<Hidden>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) certificate: Option<Spanned<Hidden>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chain: Option<Spanned<Hidden>>,
}
