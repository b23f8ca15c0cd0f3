//! Creating, describing, enabling, archiving and deleting keys.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::metadata::{alias_of, deletion_date};
use crate::dialects::tencent::tags::{Tag, tag_map};
use crate::dialects::tencent::values::{
    Cluster, KeyName, MemberAccount, OpenText, Tagging, alias, key_ids, limited, refuse_member,
    seconds,
};
use crate::dialects::tencent::words::{self, SYMMETRIC};
use crate::dialects::tencent::{codes, rules, service};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::NewKey;
use crate::model::{KeyId, KeySpec, KeyUsage, Origin};

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
    let alias = alias(&request.alias, codes::INVALID_PARAMETER_VALUE_INVALID_ALIAS)?;
    let description = request.description.unwrap_or_default();
    let description = limited(description, rules::DESCRIPTION_MAX, "Description")?;
    let word = request.key_usage.map(|it| it.0).unwrap_or_default();
    let (spec, usage) = match &*word {
        "" | SYMMETRIC => (KeySpec::Symmetric(service::cipher(&cx)), KeyUsage::EncryptDecrypt),
        word => {
            let pair = words::pair_usage(word);
            let pair = pair.ok_or(codes::INVALID_PARAMETER_VALUE_INVALID_KEY_USAGE)?;
            if !service::offers(&cx, pair.spec) {
                let code = codes::UNSUPPORTED_OPERATION_UNSUPPORTED_KEY_USAGE_IN_CURRENT_REGION;
                return Err(code.into());
            }
            (KeySpec::Pair(pair.spec), pair.usage)
        }
    };
    let origin = match (request.r#type.unwrap_or(1), spec) {
        (1, _) => Origin::Service,
        (2, KeySpec::Symmetric(_)) => Origin::External,
        _ => return Err(codes::INVALID_PARAMETER_VALUE_INVALID_TYPE.into()),
    };
    request.hsm_cluster_id.check()?;
    let tags = tag_map(request.tags)?;
    let new =
        NewKey { spec, usage, origin, description, tags, alias: Some(alias), ..NewKey::plain() };
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
        key_usage: words::usage_word(key.spec, key.usage),
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
    /// The key's id.
    ///
    /// # Errors
    /// `InvalidKeyId`, or `NotRoleOperation`.
    pub(super) fn id(&self) -> Result<KeyId, Error> {
        refuse_member(self.member_account.as_ref())?;
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
    /// The keys' ids, each once.
    ///
    /// # Errors
    /// As [`key_ids`], or `NotRoleOperation`.
    pub(super) fn ids(&self) -> Result<Vec<KeyId>, Error> {
        refuse_member(self.member_account.as_ref())?;
        key_ids(&self.key_ids, rules::BATCH_MAX)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateAlias {
    alias: OpenText,
    key_id: KeyName,
    member_account: Option<MemberAccount>,
}

pub(crate) async fn update_alias(cx: Cx, request: UpdateAlias) -> Result<Done, Error> {
    refuse_member(request.member_account.as_ref())?;
    let alias = alias(&request.alias, codes::INVALID_PARAMETER_VALUE_INVALID_ALIAS)?;
    done(cx.engine.rename_key(cx.caller, request.key_id.key()?, alias).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateKeyDescription {
    description: String,
    key_id: KeyName,
    member_account: Option<MemberAccount>,
}

/// An empty text removes the description.
pub(crate) async fn update_description(
    cx: Cx,
    request: UpdateKeyDescription,
) -> Result<Done, Error> {
    refuse_member(request.member_account.as_ref())?;
    let description = limited(request.description, rules::DESCRIPTION_MAX, "Description")?;
    let key = request.key_id.key()?;
    done(cx.engine.update_key(cx.caller, key, None, Some(description)).await)
}

pub(crate) async fn enable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    done(cx.engine.enable_key(cx.caller, request.id()?.into()).await)
}

pub(crate) async fn enable_all(cx: Cx, request: ManyKeys) -> Result<Done, Error> {
    done(cx.engine.enable_keys(cx.caller, request.ids()?).await)
}

pub(crate) async fn disable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    done(cx.engine.disable_key(cx.caller, request.id()?.into()).await)
}

pub(crate) async fn disable_all(cx: Cx, request: ManyKeys) -> Result<Done, Error> {
    done(cx.engine.disable_keys(cx.caller, request.ids()?).await)
}

pub(crate) async fn archive(cx: Cx, request: OneKey) -> Result<Done, Error> {
    done(cx.engine.archive_key(cx.caller, request.id()?.into()).await)
}

pub(crate) async fn cancel_archive(cx: Cx, request: OneKey) -> Result<Done, Error> {
    done(cx.engine.unarchive_key(cx.caller, request.id()?.into()).await)
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

/// The waiting time before a deletion.
///
/// # Errors
/// `InvalidPendingWindowInDays`.
pub(in crate::dialects::tencent) fn window(days: i64) -> Result<Duration, Error> {
    let days = u64::try_from(days).ok().filter(|days| rules::WINDOW_DAYS.contains(days));
    let days = days.ok_or(codes::INVALID_PARAMETER_INVALID_PENDING_WINDOW_IN_DAYS)?;
    Ok(Duration::from_hours(24 * days))
}

pub(crate) async fn schedule_deletion(
    cx: Cx,
    request: ScheduleKeyDeletion,
) -> Result<Scheduled, Error> {
    refuse_member(request.member_account.as_ref())?;
    let (window, key) = (window(request.pending_window_in_days)?, request.key_id.key()?);
    let key = cx.engine.schedule_deletion(cx.caller, key, window).await?;
    Ok(Scheduled { deletion_date: deletion_date(&key), key_id: key.id.to_string() })
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
