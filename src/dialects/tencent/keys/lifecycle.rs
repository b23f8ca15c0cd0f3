//! Making keys, and leading them through their life.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::dialects::tencent::keys::metadata::alias_of;
use crate::dialects::tencent::tags::{Tag, attached};
use crate::dialects::tencent::values::{
    Cluster, KeyName, MemberAccount, OpenText, Tagging, alias, batch, own, seconds, within,
};
use crate::dialects::tencent::words::{self, SYMMETRIC};
use crate::dialects::tencent::{codes, rules, service};
use crate::dialects::wire::answer::Done;
use crate::dialects::{Cx, Error};
use crate::engine::NewKey;
use crate::model::{KeyId, KeySpec, KeyUsage, Lifecycle, Origin};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateKey {
    alias: OpenText,
    description: Option<String>,
    key_usage: Option<OpenText>,
    r#type: Option<i64>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created {
    key_id: String,
    alias: String,
    create_time: u64,
    description: String,
    key_state: &'static str,
    key_usage: &'static str,
    #[serde(flatten)]
    tagging: Tagging,
    hsm_cluster_id: &'static str,
}

pub(crate) async fn create(cx: Cx, request: CreateKey) -> Result<Created, Error> {
    let name = alias(&request.alias)?;
    let description = request.description.unwrap_or_default();
    let description = within(description, rules::DESCRIPTION_MAX, "Description")?;
    let word = request.key_usage.map(|it| it.0).unwrap_or_default();
    let (spec, usage) = match &*word {
        "" | SYMMETRIC => {
            (KeySpec::Symmetric(service::flavour(&cx).cipher()), KeyUsage::EncryptDecrypt)
        }
        word => {
            let pair = words::pair(word);
            let (spec, usage) = pair.ok_or(codes::INVALID_PARAMETER_VALUE_INVALID_KEY_USAGE)?;
            if !service::offers(&cx, spec) {
                let code = codes::UNSUPPORTED_OPERATION_UNSUPPORTED_KEY_USAGE_IN_CURRENT_REGION;
                return Err(code.into());
            }
            (KeySpec::Pair(spec), usage)
        }
    };
    let origin = match (request.r#type.unwrap_or(1), spec) {
        (1, _) => Origin::Service,
        (2, KeySpec::Symmetric(_)) => Origin::External,
        _ => return Err(codes::INVALID_PARAMETER_VALUE_INVALID_TYPE.into()),
    };
    request.hsm_cluster_id.shared()?;
    let tags = attached(request.tags)?;
    let new =
        NewKey { spec, usage, origin, description, tags, alias: Some(name), ..NewKey::plain() };
    let key = cx.engine.create_key(cx.caller, new).await?;
    Ok(Created {
        key_id: key.id.to_string(),
        alias: alias_of(&key),
        create_time: seconds(key.created_at),
        description: key.settings.description.clone(),
        key_state: match origin {
            Origin::Service => "Enabled",
            Origin::External => "PendingImport",
        },
        key_usage: words::usage(&key),
        tagging: Tagging::DONE,
        hsm_cluster_id: "",
    })
}

/// A request that names a key and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneKey {
    key_id: KeyName,
    member_account: Option<MemberAccount>,
}

impl OneKey {
    /// The key.
    ///
    /// # Errors
    /// The text is no id, or the request acts for another account.
    pub(super) fn id(&self) -> Result<KeyId, Error> {
        own(self.member_account.as_ref())?;
        self.key_id.id()
    }
}

/// A request that names several keys.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ManyKeys {
    key_ids: Vec<KeyName>,
    member_account: Option<MemberAccount>,
}

impl ManyKeys {
    /// The keys, each once.
    ///
    /// # Errors
    /// As [`batch`], or the request acts for another account.
    pub(super) fn ids(&self) -> Result<Vec<KeyId>, Error> {
        own(self.member_account.as_ref())?;
        batch(&self.key_ids, rules::BATCH_MAX)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateAlias {
    alias: OpenText,
    key_id: KeyName,
    member_account: Option<MemberAccount>,
}

pub(crate) async fn rename(cx: Cx, request: UpdateAlias) -> Result<Done, Error> {
    own(request.member_account.as_ref())?;
    let (name, key) = (alias(&request.alias)?, request.key_id.key()?);
    cx.engine.rename_key(cx.caller, key, name).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateKeyDescription {
    description: String,
    key_id: KeyName,
    member_account: Option<MemberAccount>,
}

/// An empty text takes the description away.
pub(crate) async fn describe_anew(cx: Cx, request: UpdateKeyDescription) -> Result<Done, Error> {
    own(request.member_account.as_ref())?;
    let description = within(request.description, rules::DESCRIPTION_MAX, "Description")?;
    let key = request.key_id.key()?;
    cx.engine.update_key(cx.caller, key, None, Some(description)).await?;
    Ok(Done {})
}

pub(crate) async fn enable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    cx.engine.enable_key(cx.caller, request.id()?.into()).await?;
    Ok(Done {})
}

pub(crate) async fn enable_all(cx: Cx, request: ManyKeys) -> Result<Done, Error> {
    cx.engine.enable_keys(cx.caller, request.ids()?).await?;
    Ok(Done {})
}

pub(crate) async fn disable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    cx.engine.disable_key(cx.caller, request.id()?.into()).await?;
    Ok(Done {})
}

pub(crate) async fn disable_all(cx: Cx, request: ManyKeys) -> Result<Done, Error> {
    cx.engine.disable_keys(cx.caller, request.ids()?).await?;
    Ok(Done {})
}

pub(crate) async fn archive(cx: Cx, request: OneKey) -> Result<Done, Error> {
    cx.engine.archive_key(cx.caller, request.id()?.into()).await?;
    Ok(Done {})
}

pub(crate) async fn cancel_archive(cx: Cx, request: OneKey) -> Result<Done, Error> {
    cx.engine.unarchive_key(cx.caller, request.id()?.into()).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ScheduleKeyDeletion {
    key_id: KeyName,
    pending_window_in_days: i64,
    member_account: Option<MemberAccount>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Scheduled {
    deletion_date: u64,
    key_id: String,
}

/// How long a deletion waits.
///
/// # Errors
/// It is not a number of days that the document allows.
pub(in crate::dialects::tencent) fn window(days: i64) -> Result<Duration, Error> {
    let days = u64::try_from(days).ok().filter(|days| rules::WINDOW_DAYS.contains(days));
    let days = days.ok_or(codes::INVALID_PARAMETER_INVALID_PENDING_WINDOW_IN_DAYS)?;
    Ok(Duration::from_hours(24 * days))
}

pub(crate) async fn schedule_deletion(
    cx: Cx,
    request: ScheduleKeyDeletion,
) -> Result<Scheduled, Error> {
    own(request.member_account.as_ref())?;
    let (window, key) = (window(request.pending_window_in_days)?, request.key_id.key()?);
    let key = cx.engine.schedule_deletion(cx.caller, key, window).await?;
    let deletion_date = match key.settings.lifecycle {
        Lifecycle::PendingDeletion(at) => seconds(at),
        Lifecycle::Enabled | Lifecycle::Disabled | Lifecycle::Archived => 0,
    };
    Ok(Scheduled { deletion_date, key_id: key.id.to_string() })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Cancelled {
    key_id: String,
}

pub(crate) async fn cancel_deletion(cx: Cx, request: OneKey) -> Result<Cancelled, Error> {
    let key = cx.engine.cancel_deletion(cx.caller, request.id()?.into()).await?;
    Ok(Cancelled { key_id: key.id.to_string() })
}
