//! Creating, changing and deleting secrets: document sections 9.1, 9.3, 9.7 and 9.9.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::metadata::{ManagedFields, secret_arn};
use super::types as secret_types;
use super::types::SecretType;
use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::names::{InstanceName, KeyName, NewSecretName, SecretName};
use crate::dialects::alibaba::policies::{self, Policy};
use crate::dialects::alibaba::tags::{TagList, tag_map};
use crate::dialects::alibaba::values::{
    OpenText, SecretInterval, Text, VersionText, Window, interval,
};
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{NewSecret, NewSecretVersion, SecretError};
use crate::model;
use crate::world::Instant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateSecret {
    secret_name: NewSecretName,
    secret_data: SecretData,
    version_id: VersionText,
    encryption_key_id: Option<KeyName>,
    #[serde(default)]
    secret_data_type: DataType,
    #[serde(default)]
    description: Text<{ limits::DESCRIPTION_MAX }>,
    #[serde(default)]
    tags: TagList<{ limits::TAGS_MAX }>,
    #[serde(default)]
    secret_type: SecretType,
    extended_config: Option<Text<{ limits::EXTENDED_CONFIG_MAX }>>,
    #[serde(default)]
    enable_automatic_rotation: bool,
    rotation_interval: Option<OpenText>,
    #[serde(rename = "DKMSInstanceId")]
    instance: Option<InstanceName>,
    policy: Option<Policy>,
}

/// A secret's value: at most 30,720 bytes.
pub(crate) struct SecretData(pub(crate) zeroize::Zeroizing<String>);

parsed!(SecretData, |text: String| {
    let text = zeroize::Zeroizing::new(text);
    (text.len() <= limits::SECRET_DATA_MAX).then_some(Self(text))
});

/// The type of a value: a text, or bytes, which clients send in base64. That is not checked,
/// because the document's own sample of a binary value is no base64.
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DataType {
    #[default]
    Text,
    Binary,
}

/// The answer of `CreateSecret`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created {
    arn: String,
    secret_name: String,
    version_id: String,
    secret_type: String,
    #[serde(flatten)]
    managed: ManagedFields,
    #[serde(rename = "DKMSInstanceId", skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

impl CreateSecret {
    /// The rotation period. It is ignored for generic secrets.
    fn rotation(&self) -> Result<Option<Duration>, Error> {
        let on = self.enable_automatic_rotation && self.secret_type.is_managed();
        let interval: Option<SecretInterval> = interval(on, self.rotation_interval.clone())?;
        Ok(interval.map(|it| it.0))
    }
}

pub(crate) async fn create(cx: Cx, request: CreateSecret) -> Result<Created, Error> {
    let kind = request.secret_type;
    let binary = request.secret_data_type == DataType::Binary;
    let data = &request.secret_data.0;
    let checked = secret_types::check_new(
        kind,
        &request.secret_name.0,
        data,
        !binary,
        request.extended_config.as_ref().map(|config| config.0.as_str()),
    )?;
    let rotation = request.rotation()?;
    let version_id = request.version_id.0;
    let mut rng = cx.engine.world().entropy.rng();
    let config = checked.config.as_deref().unwrap_or_default();
    let values =
        secret_types::first_values(kind, config, data, cx.engine.now(&cx.caller.realm), &mut rng);
    let values = values.ok_or(Error::Invalid("SecretData".into()))?;
    let version = |(stage, value): (&'static str, zeroize::Zeroizing<String>)| NewSecretVersion {
        // The caller names the current version. The other account's value has a version of its own.
        id: if stage == secret_types::CURRENT {
            version_id.clone()
        } else {
            cx.engine.random_id().into()
        },
        binary,
        value: zeroize::Zeroizing::new(value.as_bytes().to_vec()),
        stages: vec![stage.into()],
    };
    // The current value comes first here. Among the versions it comes last, because it is the
    // newest.
    let versions = values.into_iter().rev().map(version).collect();
    let instance = request.instance.map(|name| name.0.to_string());
    let policy = policies::of_new(&cx, instance.as_deref(), request.policy)?;
    let new = NewSecret {
        name: checked.name,
        kind: kind.word().into(),
        key: request.encryption_key_id.map(|key| key.within(&cx)).transpose()?,
        description: request.description.0,
        instance,
        policy,
        tags: tag_map(request.tags)?,
        config: checked.config,
        rotation,
        versions,
    };
    let secret = cx.engine.create_secret(cx.caller.clone(), new).await?;
    Ok(Created {
        arn: secret_arn(&cx.caller.realm, &secret),
        secret_name: secret.name.to_string(),
        version_id: version_id.to_string(),
        secret_type: secret.kind.to_string(),
        managed: ManagedFields::of(&secret, true),
        instance: secret.instance.clone(),
    })
}

/// An answer with the name of the secret.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named {
    pub(crate) secret_name: String,
}

impl Named {
    pub(crate) fn of(name: &model::SecretName) -> Self {
        Self { secret_name: name.to_string() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateSecret {
    secret_name: SecretName,
    description: Option<Text<{ limits::DESCRIPTION_MAX }>>,
    #[serde(rename = "ExtendedConfig.CustomData")]
    custom_data: Option<CustomData>,
}

/// A JSON object of texts. The secret's type limits how many. One SDK sends the texts flat, under
/// their names.
struct CustomData(String);

#[derive(Deserialize)]
#[serde(untagged)]
enum CustomDataForm {
    Json(String),
    Flat(BTreeMap<String, String>),
}

parsed!(CustomData, |form: CustomDataForm| {
    let text = match form {
        CustomDataForm::Json(text) => text,
        CustomDataForm::Flat(texts) => serde_json::to_string(&texts).ok()?,
    };
    let object = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(&text);
    object.map(|_| Self(text)).ok()
});

pub(crate) async fn update(cx: Cx, request: UpdateSecret) -> Result<Named, Error> {
    let name = request.secret_name.within(&cx)?;
    let named = Named::of(&name);
    let config = request.custom_data.map(|custom| {
        move |config: &str| {
            secret_types::set_custom_data(config, &custom.0)
                .map_err(|_| SecretError::TextInvalid.into())
        }
    });
    let description = request.description.map(|text| text.0);
    cx.engine.update_secret(cx.caller, name, description, config).await?;
    Ok(named)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteSecret {
    secret_name: SecretName,
    #[serde(default)]
    force_delete_without_recovery: bool,
    #[serde(default)]
    recovery_window_in_days: Window<{ limits::RECOVERY_WINDOW_MAX }>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Deleted {
    secret_name: String,
    planned_delete_time: String,
}

/// One client sends both force and a window; force wins.
pub(crate) async fn delete(cx: Cx, request: DeleteSecret) -> Result<Deleted, Error> {
    let name = request.secret_name.within(&cx)?;
    let secret_name = name.to_string();
    let window =
        (!request.force_delete_without_recovery).then_some(request.recovery_window_in_days.0);
    let at = cx.engine.delete_secret(cx.caller, name, window).await?;
    Ok(Deleted { secret_name, planned_delete_time: with_offset(at) })
}

/// Only this action's sample has a time with a fraction and Beijing's offset.
fn with_offset(at: Instant) -> String {
    let there = at.plus(Duration::from_hours(8)).to_string();
    let fraction = match at.millis().rem_euclid(1000) {
        0 => String::new(),
        millis => format!(".{millis:03}").trim_end_matches('0').to_owned(),
    };
    format!("{}{fraction}+08:00", there.trim_end_matches('Z'))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneSecret {
    secret_name: SecretName,
}

pub(crate) async fn restore(cx: Cx, request: OneSecret) -> Result<Named, Error> {
    let name = request.secret_name.within(&cx)?;
    let named = Named::of(&name);
    cx.engine.restore_secret(cx.caller, name).await?;
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletion_dates_have_the_form_of_the_sample() {
        let at = |text: &str| with_offset(Instant::parse(text).unwrap());
        assert_eq!(at("2020-02-21T15:36:07.713Z"), "2020-02-21T23:36:07.713+08:00");
        assert_eq!(at("2020-02-21T23:36:07.5Z"), "2020-02-22T07:36:07.5+08:00");
        assert_eq!(at("2020-02-21T15:36:07Z"), "2020-02-21T23:36:07+08:00");
    }
}
