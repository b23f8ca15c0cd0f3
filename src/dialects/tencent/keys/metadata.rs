//! The data structure `KeyMetadata`.

use serde::Serialize;

use crate::dialects::tencent::values::{seconds, uin};
use crate::dialects::tencent::words;
use crate::model::{Creator, Key, KeySpec, KeyState, Lifecycle, Realm};

/// The rotation period of keys without one, in seconds. In the document's samples, keys that do not
/// rotate have a `NextRotateTime` that is a year after the last version.
const YEAR: u64 = 365 * 86_400;

/// The document's data structure `KeyMetadata`, with those newer members of the SDKs that apply to
/// kmsim.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::dialects::tencent) struct KeyMetadata {
    key_id: String,
    alias: String,
    create_time: u64,
    description: String,
    key_state: &'static str,
    key_usage: &'static str,
    r#type: u8,
    creator_uin: u64,
    key_rotation_enabled: bool,
    owner: String,
    next_rotate_time: u64,
    deletion_date: u64,
    origin: &'static str,
    valid_to: u64,
    resource_id: String,
    hsm_cluster_id: &'static str,
    rotate_days: u64,
    last_rotate_time: u64,
    is_sync_replica: u8,
    creator_uin_string: String,
}

impl KeyMetadata {
    pub(super) fn of(realm: &Realm, key: &Key, state: KeyState) -> Self {
        let settings = &key.settings;
        let newest = key.primary();
        let last = newest.map_or(key.created_at, |version| version.created_at);
        let period = settings.rotation.map_or(YEAR, |it| it.as_secs());
        let is_symmetric = matches!(key.spec, KeySpec::Symmetric(_));
        Self {
            key_id: key.id.to_string(),
            alias: alias_of(key),
            create_time: seconds(key.created_at),
            description: settings.description.clone(),
            key_state: words::state_word(state),
            key_usage: words::usage_word(key.spec, key.usage),
            r#type: words::type_number(key),
            creator_uin: uin(&realm.account),
            key_rotation_enabled: settings.rotation.is_some(),
            owner: match &key.creator {
                Creator::User(_) => "user".to_owned(),
                Creator::Service(service) => service.to_string(),
            },
            next_rotate_time: seconds(last) + period,
            deletion_date: deletion_date(key),
            origin: words::origin_word(key.origin),
            valid_to: newest.and_then(|version| version.expires()).map_or(0, seconds),
            resource_id: resource_id(realm, &key.id),
            hsm_cluster_id: "",
            rotate_days: if is_symmetric { period / 86_400 } else { 0 },
            last_rotate_time: if key.versions.len() > 1 { seconds(last) } else { 0 },
            is_sync_replica: 0,
            creator_uin_string: realm.account.to_string(),
        }
    }
}

/// The `DeletionDate` of a key; 0 if it is not going to be deleted.
pub(super) fn deletion_date(key: &Key) -> u64 {
    match key.settings.lifecycle {
        Lifecycle::PendingDeletion(at) => seconds(at),
        Lifecycle::Enabled | Lifecycle::Disabled | Lifecycle::Archived => 0,
    }
}

/// The alias of a key. Every key has one.
pub(super) fn alias_of(key: &Key) -> String {
    key.aliases.first().map(ToString::to_string).unwrap_or_default()
}

/// The resource id, by which the tag service names a key, data key or white-box key.
pub(in crate::dialects::tencent) fn resource_id(
    realm: &Realm,
    id: impl std::fmt::Display,
) -> String {
    format!("creatorUin/{}/{id}", realm.account)
}
