//! A key in answers.

use serde::Serialize;

use crate::dialects::Cx;
use crate::dialects::huawei::values::date;
use crate::dialects::huawei::words::{origin_word, spec_word, state_word, usage_word};
use crate::dialects::huawei::{projects, rules};
use crate::model::{Creator, Key, KeyState, Lifecycle};

/// Everything about a key (document, `KeyDetails`). All values are texts.
#[derive(Serialize)]
pub(crate) struct KeyDetails {
    key_id: String,
    domain_id: String,
    key_alias: String,
    realm: String,
    key_description: String,
    creation_date: String,
    scheduled_deletion_date: String,
    key_state: &'static str,
    default_key_flag: &'static str,
    key_type: &'static str,
    expiration_time: String,
    origin: &'static str,
    key_rotation_enabled: &'static str,
    sys_enterprise_project_id: String,
    key_spec: &'static str,
    key_usage: &'static str,
    keystore_id: String,
}

/// The key's own name, which is one of its aliases.
pub(in crate::dialects::huawei) fn alias_of(key: &Key) -> String {
    key.settings.name.clone().unwrap_or_default()
}

/// The details of a key.
pub(crate) fn details(cx: &Cx, key: &Key, state: KeyState) -> KeyDetails {
    let is_default = matches!(key.creator, Creator::Service(_));
    KeyDetails {
        key_id: key.id.to_string(),
        domain_id: projects::domain(cx).to_owned(),
        key_alias: alias_of(key),
        realm: cx.caller.realm.region.to_string(),
        key_description: key.settings.description.clone(),
        creation_date: date(key.created_at),
        scheduled_deletion_date: match key.settings.lifecycle {
            Lifecycle::PendingDeletion(at) => date(at),
            _ => String::new(),
        },
        key_state: state_word(state),
        default_key_flag: if is_default { "1" } else { "0" },
        key_type: "1",
        expiration_time: key.primary().and_then(|it| it.expires()).map(date).unwrap_or_default(),
        origin: origin_word(key.origin),
        key_rotation_enabled: if key.settings.rotation.is_some() { "true" } else { "false" },
        sys_enterprise_project_id: key.group.clone().unwrap_or_else(|| rules::NO_GROUP.to_owned()),
        key_spec: spec_word(key.spec).unwrap_or_default(),
        key_usage: usage_word(key.usage),
        keystore_id: key.instance.clone().unwrap_or_else(|| rules::SHARED_STORE.to_owned()),
    }
}
