//! Keys in answers.

use serde::Serialize;

use crate::dialects::alibaba::{names, words};
use crate::model::{Key, KeySpec, KeyState, Lifecycle, Realm};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    pub(crate) key_metadata: KeyMetadata,
}

/// A key in answers. Dates that do not apply are empty or absent, as in the document's samples.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyMetadata {
    creation_date: String,
    description: String,
    key_id: String,
    key_spec: &'static str,
    key_state: &'static str,
    key_usage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_key_version: Option<String>,
    delete_date: String,
    creator: String,
    arn: String,
    origin: &'static str,
    material_expire_time: String,
    protection_level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_rotation_date: Option<String>,
    automatic_rotation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_rotation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_protection: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_protection_description: Option<String>,
    #[serde(rename = "DKMSInstanceId", skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

impl KeyMetadata {
    pub(crate) fn of(realm: &Realm, key: &Key, state: KeyState) -> Self {
        let (creator, _) = words::creator_words(&key.creator);
        let delete_date = match key.settings.lifecycle {
            Lifecycle::PendingDeletion(at) => at.to_string(),
            Lifecycle::Enabled | Lifecycle::Disabled | Lifecycle::Archived => String::new(),
        };
        // A key pair has no primary version: its users name one.
        let encrypting = key.primary().filter(|_| matches!(key.spec, KeySpec::Symmetric(_)));
        let expires = key.primary().and_then(|version| version.expires());
        Self {
            creation_date: key.created_at.to_string(),
            description: key.settings.description.clone(),
            key_id: key.id.to_string(),
            key_spec: words::spec_word(key.spec).unwrap_or_default(),
            key_state: words::state_word(state),
            key_usage: words::usage_word(key.usage).unwrap_or_default(),
            primary_key_version: encrypting.map(|version| version.id.to_string()),
            delete_date,
            creator: creator.to_owned(),
            arn: names::key_arn(realm, &key.id),
            origin: words::origin_word(key.origin),
            material_expire_time: expires.map_or_else(String::new, |at| at.to_string()),
            protection_level: words::protection_word(key.protection),
            last_rotation_date: key.primary().map(|version| version.created_at.to_string()),
            automatic_rotation: rotation_word(key, state),
            rotation_interval: key
                .settings
                .rotation
                .map(|interval| format!("{}s", interval.as_secs())),
            next_rotation_date: key.next_rotation().map(|at| at.to_string()),
            deletion_protection: None,
            deletion_protection_description: None,
            instance: key.instance.clone(),
        }
    }

    pub(crate) fn with_protection(mut self, key: &Key) -> Self {
        let reason = key.settings.deletion_protection.as_ref();
        self.deletion_protection = Some(if reason.is_some() { "Enabled" } else { "Disabled" });
        self.deletion_protection_description = reason.filter(|reason| !reason.is_empty()).cloned();
        self
    }
}

/// Rotation is suspended while the key is not enabled.
fn rotation_word(key: &Key, state: KeyState) -> &'static str {
    match (key.settings.rotation, state) {
        (None, _) => "Disabled",
        (Some(_), KeyState::Enabled) => "Enabled",
        (Some(_), _) => "Suspended",
    }
}
