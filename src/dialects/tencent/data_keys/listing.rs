//! What is told of data keys that the service keeps: one, several, and lists.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::names::{DATA_KEY_MAX, ManyDataKeys, OneDataKey, invalid};
use crate::dialects::tencent::keys::{by_user, resource_id};
use crate::dialects::tencent::tags::TagFilter;
use crate::dialects::tencent::values::{
    Cluster, KeyName, MemberAccount, OpenText, Page, own, seconds, uin,
};
use crate::dialects::tencent::words;
use crate::dialects::{Cx, Error};
use crate::engine::{DataKeyOperation, Operation};
use crate::model::{DataKey, DataKeyLifecycle, DataKeyState, Realm};

/// The SDKs' data structure `DataKeyMetadata`, with the members that say something of this data
/// key.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    data_key_id: String,
    key_id: String,
    key_name: String,
    data_key_name: String,
    number_of_bytes: usize,
    create_time: u64,
    description: String,
    key_state: &'static str,
    creator_uin: u64,
    owner: &'static str,
    deletion_date: u64,
    origin: &'static str,
    hsm_cluster_id: &'static str,
    resource_id: String,
    is_sync_replica: u8,
    creator_uin_string: String,
}

/// The states, with their words and their numbers in lists.
const STATES: [(DataKeyState, &str); 3] = [
    (DataKeyState::Enabled, "Enabled"),
    (DataKeyState::Disabled, "Disabled"),
    (DataKeyState::PendingDeletion, "PendingDelete"),
];

impl Metadata {
    fn of(cx: &Cx, realm: &Realm, data_key: &DataKey, state: DataKeyState) -> Self {
        let snapshot = cx.engine.snapshot(&cx.caller);
        let key =
            snapshot.view(&cx.caller).admit(&data_key.key.clone().into(), Operation::Describe);
        let alias = key.ok().and_then(|key| key.key().aliases.first().map(ToString::to_string));
        Self {
            data_key_id: data_key.id.to_string(),
            key_id: data_key.key.to_string(),
            key_name: alias.unwrap_or_default(),
            data_key_name: data_key.name.to_string(),
            number_of_bytes: data_key.len,
            create_time: seconds(data_key.created_at),
            description: data_key.description.clone(),
            key_state: STATES.iter().find(|(it, _)| *it == state).map_or("", |(_, word)| word),
            creator_uin: uin(&realm.account),
            owner: "user",
            deletion_date: deletion_date(data_key),
            origin: words::origin(data_key.origin),
            hsm_cluster_id: "",
            resource_id: resource_id(realm, &data_key.id),
            is_sync_replica: 0,
            creator_uin_string: realm.account.to_string(),
        }
    }
}

pub(super) fn deletion_date(data_key: &DataKey) -> u64 {
    match data_key.lifecycle {
        DataKeyLifecycle::PendingDeletion(at) => seconds(at),
        DataKeyLifecycle::Enabled | DataKeyLifecycle::Disabled => 0,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    data_key_metadata: Metadata,
}

pub(crate) fn describe(cx: &Cx, request: OneDataKey) -> Result<Described, Error> {
    let id = request.id()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let (it, state) = snapshot.view(&cx.caller).admit_data_key(&id, DataKeyOperation::Describe)?;
    Ok(Described { data_key_metadata: Metadata::of(cx, &cx.caller.realm, it, state) })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AllDescribed {
    data_key_metadatas: Vec<Metadata>,
}

pub(crate) fn describe_all(cx: &Cx, request: ManyDataKeys) -> Result<AllDescribed, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let described = request.ids()?.into_iter().map(|id| {
        let (it, state) = view.admit_data_key(&id, DataKeyOperation::Describe)?;
        Ok(Metadata::of(cx, &cx.caller.realm, it, state))
    });
    Ok(AllDescribed { data_key_metadatas: described.collect::<Result<_, Error>>()? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListDataKeys {
    offset: Option<i64>,
    limit: Option<i64>,
    role: Option<i64>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
}

/// A page, and whether a list has what users made. These actions have another code for a number out
/// of range.
fn page(
    offset: Option<i64>,
    limit: Option<i64>,
    role: Option<i64>,
) -> Result<(Page, bool), &'static str> {
    let number =
        |number: Option<i64>, name| number.map(u64::try_from).transpose().map_err(|_| name);
    let page = Page::of(number(offset, "Offset")?, number(limit, "Limit")?).map_err(|_| "Limit")?;
    Ok((page, by_user(number(role, "Role")?).map_err(|_| "Role")?))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataKeyIds {
    data_keys: Vec<OneId>,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OneId {
    data_key_id: String,
}

/// Newest first, without those that wait for their deletion, as `ListKeys`. No product keeps data
/// keys here.
pub(crate) fn list(cx: &Cx, request: ListDataKeys) -> Result<DataKeyIds, Error> {
    let (page, by_user) = page(request.offset, request.limit, request.role).map_err(invalid)?;
    request.hsm_cluster_id.shared()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).data_keys();
    let mut all: Vec<_> =
        all.filter(|(_, state)| by_user && *state != DataKeyState::PendingDeletion).collect();
    all.reverse();
    let (rows, total_count) = page.of_rows(all);
    let data_keys = rows.into_iter().map(|(it, _)| OneId { data_key_id: it.id.to_string() });
    Ok(DataKeyIds { data_keys: data_keys.collect(), total_count })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListDataKeyDetail {
    offset: Option<i64>,
    limit: Option<i64>,
    role: Option<i64>,
    order_type: Option<i64>,
    key_state: Option<i64>,
    search_key_alias: Option<OpenText>,
    origin: Option<OpenText>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
    key_id: Option<KeyName>,
    data_key_len: Option<i64>,
    #[serde(default)]
    tag_filters: Vec<TagFilter>,
    #[serde(default)]
    member_accounts: Vec<MemberAccount>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataKeyDetails {
    data_key_metadatas: Vec<Metadata>,
    total_count: usize,
}

pub(crate) fn list_detail(cx: &Cx, request: ListDataKeyDetail) -> Result<DataKeyDetails, Error> {
    own(request.member_accounts.first())?;
    let wrong = |name: &'static str| Error::Invalid(name.into());
    let (page, by_user) = page(request.offset, request.limit, request.role).map_err(wrong)?;
    let is_ascending = match request.order_type.unwrap_or_default() {
        0 => false,
        1 => true,
        _ => return Err(wrong("OrderType")),
    };
    let state = match request.key_state.unwrap_or_default() {
        0 => None,
        number => {
            let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
            let state = at.and_then(|at| STATES.get(at));
            Some(state.ok_or_else(|| wrong("KeyState"))?.0)
        }
    };
    let len = match request.data_key_len {
        None => None,
        Some(len) => {
            let len = usize::try_from(len).ok().filter(|len| (1..=DATA_KEY_MAX).contains(len));
            Some(len.ok_or_else(|| wrong("DataKeyLen"))?)
        }
    };
    let text = |text: Option<OpenText>| text.map(|it| it.0).unwrap_or_default();
    let (search, origin) = (text(request.search_key_alias), text(request.origin));
    if !matches!(&*origin, "" | "ALL" | "TENCENT_KMS" | "EXTERNAL") {
        return Err(wrong("Origin"));
    }
    request.hsm_cluster_id.shared()?;
    let key = request.key_id.filter(|key| !key.is_empty()).map(|key| key.id()).transpose()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    if let Some(key) = &key {
        view.admit(&key.clone().into(), Operation::Describe)?;
    }
    let is_shown = |(it, its): &(&Arc<DataKey>, DataKeyState)| {
        by_user
            && state.is_none_or(|state| state == *its)
            && len.is_none_or(|len| len == it.len)
            && key.as_ref().is_none_or(|key| *key == it.key)
            && (matches!(&*origin, "" | "ALL") || words::origin(it.origin) == origin)
            && (it.name.as_str().contains(&search) || it.id.as_str().contains(&search))
            && request.tag_filters.iter().all(|filter| filter.fits(&it.tags))
    };
    let mut all: Vec<_> = view.data_keys().filter(is_shown).collect();
    if !is_ascending {
        all.reverse();
    }
    let (rows, total_count) = page.of_rows(all);
    let told =
        |(it, state): (&Arc<DataKey>, DataKeyState)| Metadata::of(cx, &cx.caller.realm, it, state);
    Ok(DataKeyDetails { data_key_metadatas: rows.into_iter().map(told).collect(), total_count })
}
