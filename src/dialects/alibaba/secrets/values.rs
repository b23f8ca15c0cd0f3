//! Values of secrets, versions and stages: document sections 9.5, 9.6, 9.8 and 9.10, and the newer
//! `BatchGetSecretValue`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::lifecycle::{DataType, Named, SecretData};
use super::metadata::ManagedFields;
use super::types::{CURRENT, PREVIOUS};
use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::listing::{Page, PageNumber, PageSize, Wrapped, page};
use crate::dialects::alibaba::names::SecretName;
use crate::dialects::alibaba::profile::PROFILE;
use crate::dialects::alibaba::values::{Recipient, VersionText, is_label};
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{self, NewSecretVersion, SecretError, StageMove, VersionQuery};
use crate::model::{Secret, SecretVersion};

/// The name of a stage: 1 to 64 characters without control characters.
#[derive(Clone, Debug)]
pub(crate) struct Stage(Arc<str>);

parsed!(Stage, Open, |text: String| {
    is_label(&text, limits::STAGE_MAX).then(|| Self(text.into()))
});

/// The stages of a new version: a JSON list, or an object with the list under `VersionStage`.
struct Stages(Vec<Stage>);

#[derive(Deserialize)]
#[serde(untagged)]
enum StagesJson {
    List(Vec<Stage>),
    #[serde(rename_all = "PascalCase")]
    Object {
        version_stage: Vec<Stage>,
    },
}

parsed!(Stages, |text: String| {
    let (StagesJson::List(stages) | StagesJson::Object { version_stage: stages }) =
        serde_json::from_str(&text).ok()?;
    (1..=limits::STAGES_MAX).contains(&stages.len()).then_some(Self(stages))
});

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetSecretValue {
    secret_name: SecretName,
    version_stage: Option<Stage>,
    version_id: Option<VersionText>,
    #[serde(default)]
    fetch_extended_config: bool,
    #[serde(default)]
    recipient: Recipient,
}

fn stages(secret: &Secret, version: &SecretVersion) -> Wrapped<Vec<String>> {
    Wrapped("VersionStage", secret.stages_of(version).map(ToString::to_string).collect())
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Value {
    secret_name: String,
    secret_type: String,
    secret_data_type: &'static str,
    secret_data: Zeroizing<String>,
    version_id: String,
    version_stages: Wrapped<Vec<String>>,
    create_time: String,
    #[serde(flatten)]
    managed: ManagedFields,
}

pub(crate) fn get(cx: &Cx, request: GetSecretValue) -> Result<Value, Error> {
    request.recipient.refuse()?;
    let name = request.secret_name.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let stage = request.version_stage.as_ref().map_or(CURRENT, |stage| &stage.0);
    let managed = snapshot
        .view(&cx.caller)
        .readable_secret(&name)
        .is_ok_and(|secret| secret.settings.managed.is_some());
    // A managed secret only has these two stages, and its versions cannot be requested.
    if managed && stage != CURRENT && stage != PREVIOUS {
        return Err(Error::Invalid("VersionStage".into()));
    }
    let wanted = match &request.version_id {
        Some(version) if !managed => VersionQuery::Version(&version.0),
        _ => VersionQuery::Stage(stage),
    };
    let found = snapshot.secret_value(&cx.caller, &name, wanted)?;
    let text = std::str::from_utf8(&found.value);
    let text = text.map_err(|_| engine::Error::Internal("a secret's value is no text"))?;
    Ok(Value {
        secret_name: found.secret.name.to_string(),
        secret_type: found.secret.kind.to_string(),
        secret_data_type: if found.version.binary { "binary" } else { "text" },
        secret_data: Zeroizing::new(text.to_owned()),
        version_id: found.version.id.to_string(),
        version_stages: stages(&found.secret, &found.version),
        create_time: found.secret.created_at.to_string(),
        managed: ManagedFields::of(&found.secret, request.fetch_extended_config),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BatchGetSecretValue {
    secrets_list: SecretsList,
}

/// A JSON list of up to 20 secrets.
struct SecretsList(Vec<ListedSecret>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedSecret {
    secret_name: String,
    version_id: Option<String>,
    version_stage: Option<String>,
    #[serde(default)]
    fetch_extended_config: Flag,
}

/// A boolean, or the text of one.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Flag {
    #[default]
    Unset,
    Bool(bool),
    Text(String),
}

parsed!(SecretsList, |text: String| {
    let list: Vec<ListedSecret> = serde_json::from_str(&text).ok()?;
    (1..=limits::BATCH_MAX).contains(&list.len()).then_some(Self(list))
});

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Batch {
    secret_values: Vec<Value>,
    errors: Vec<Failed>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failed {
    secret_name: String,
    code: &'static str,
    message: String,
    http_status: String,
}

/// Each secret has its own result: its value, or an error.
pub(crate) fn batch(cx: &Cx, request: BatchGetSecretValue) -> Result<Batch, Error> {
    let mut batch = Batch { secret_values: Vec::new(), errors: Vec::new() };
    for listed in request.secrets_list.0 {
        let secret_name = listed.secret_name.clone();
        match one_of_batch(cx, listed) {
            Ok(value) => batch.secret_values.push(value),
            Err(error) => {
                if let Error::Engine(engine::Error::Internal(cause)) = &error {
                    tracing::error!(cause, "a secret of a batch failed");
                }
                let refusal = PROFILE.refusal(&error);
                batch.errors.push(Failed {
                    secret_name,
                    code: refusal.code.name,
                    message: refusal.message.into_owned(),
                    http_status: refusal.status.to_string(),
                });
            }
        }
    }
    Ok(batch)
}

fn one_of_batch(cx: &Cx, listed: ListedSecret) -> Result<Value, Error> {
    let invalid = |name: &'static str| move |_| Error::Invalid(name.into());
    let fetch_extended_config = match listed.fetch_extended_config {
        Flag::Unset => false,
        Flag::Bool(fetch) => fetch,
        Flag::Text(text) => text.eq_ignore_ascii_case("true"),
    };
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    get(
        cx,
        GetSecretValue {
            secret_name: SecretName::try_from(listed.secret_name).map_err(invalid("SecretName"))?,
            version_stage: given(listed.version_stage)
                .map(Stage::try_from)
                .transpose()
                .map_err(invalid("VersionStage"))?,
            version_id: given(listed.version_id)
                .map(VersionText::try_from)
                .transpose()
                .map_err(invalid("VersionId"))?,
            fetch_extended_config,
            recipient: Recipient::default(),
        },
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutSecretValue {
    secret_name: SecretName,
    secret_data: SecretData,
    version_id: VersionText,
    #[serde(default)]
    secret_data_type: DataType,
    version_stages: Option<Stages>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Put {
    secret_name: String,
    version_id: String,
    version_stages: Wrapped<Vec<String>>,
}

pub(crate) async fn put(cx: Cx, request: PutSecretValue) -> Result<Put, Error> {
    let (name, id) = (request.secret_name.within(&cx)?, request.version_id.0);
    let new = NewSecretVersion {
        id: Arc::clone(&id),
        binary: request.secret_data_type == DataType::Binary,
        value: Zeroizing::new(request.secret_data.0.as_bytes().to_vec()),
        stages: match request.version_stages {
            None => vec![CURRENT.into()],
            Some(Stages(stages)) => stages.into_iter().map(|stage| stage.0).collect(),
        },
    };
    let secret = cx.engine.put_secret_value(cx.caller, name, new).await?;
    let version = secret.version(&id).ok_or(SecretError::NotFound)?;
    Ok(Put {
        secret_name: secret.name.to_string(),
        version_id: id.to_string(),
        version_stages: stages(&secret, version),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateSecretVersionStage {
    secret_name: SecretName,
    version_stage: Stage,
    remove_from_version: Option<VersionText>,
    move_to_version: Option<VersionText>,
}

/// The two stages that every secret has can be moved, but not removed.
pub(crate) async fn move_stage(cx: Cx, request: UpdateSecretVersionStage) -> Result<Named, Error> {
    let stage = request.version_stage.0;
    let fixed = *stage == *CURRENT || *stage == *PREVIOUS;
    if request.move_to_version.is_none() && (fixed || request.remove_from_version.is_none()) {
        return Err(Error::Missing("MoveToVersion".into()));
    }
    let name = request.secret_name.within(&cx)?;
    let named = Named::of(&name);
    let (from, to) = (request.remove_from_version, request.move_to_version);
    let step = StageMove { stage, from: from.map(|it| it.0), to: to.map(|it| it.0) };
    cx.engine.move_stage(cx.caller, name, step).await?;
    Ok(named)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListSecretVersionIds {
    secret_name: SecretName,
    #[serde(default)]
    include_deprecated: bool,
    #[serde(default)]
    page_number: PageNumber,
    #[serde(default = "PageSize::twenty")]
    page_size: PageSize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VersionIds {
    secret_name: String,
    version_ids: Wrapped<Vec<VersionEntry>>,
    page_number: u32,
    page_size: u32,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VersionEntry {
    version_id: String,
    create_time: String,
    version_stages: Wrapped<Vec<String>>,
}

/// Newest first, as in the document's sample. A version without stages is deprecated.
pub(crate) fn list_versions(cx: &Cx, request: ListSecretVersionIds) -> Result<VersionIds, Error> {
    let name = request.secret_name.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let secret = snapshot.view(&cx.caller).secret(&name)?;
    let shown = |version: &SecretVersion| {
        request.include_deprecated || secret.stages_of(version).next().is_some()
    };
    let all = secret.versions.iter().rev().filter(|version| shown(version));
    let Page { entries, total, number, size } = page(all, request.page_number, request.page_size);
    let entry = |version: &SecretVersion| VersionEntry {
        version_id: version.id.to_string(),
        create_time: version.created_at.to_string(),
        version_stages: stages(secret, version),
    };
    Ok(VersionIds {
        secret_name: secret.name.to_string(),
        version_ids: Wrapped(
            "VersionId",
            entries.into_iter().map(|version| entry(version)).collect(),
        ),
        page_number: number,
        page_size: size,
        total_count: total,
    })
}
