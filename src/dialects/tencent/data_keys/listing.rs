//! Describing and listing data keys.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::names::{DATA_KEY_MAX, ManyDataKeys, OneDataKey, invalid};
use crate::dialects::tencent::keys::resource_id;
use crate::dialects::tencent::listing::{
    Page, is_ascending, is_of_users, origin_filter, state_filter,
};
use crate::dialects::tencent::tags::TagFilter;
use crate::dialects::tencent::values::{
    Cluster, KeyName, MemberAccount, OpenText, refuse_member, seconds, uin,
};
use crate::dialects::tencent::words;
use crate::dialects::{Cx, Error};
use crate::engine::{DataKeyOperation, Operation};
use crate::model::{DataKey, DataKeyLifecycle, DataKeyState};

/// The SDKs' data structure `DataKeyMetadata`, with the members that apply to kmsim.
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

/// The states, which `KeyState` numbers from 1.
const STATES: [DataKeyState; 3] =
    [DataKeyState::Enabled, DataKeyState::Disabled, DataKeyState::PendingDeletion];

impl Metadata {
    fn of(cx: &Cx, data_key: &DataKey, state: DataKeyState) -> Self {
        let realm = &cx.caller.realm;
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
            key_state: words::data_key_state_word(state),
            creator_uin: uin(&realm.account),
            owner: "user",
            deletion_date: deletion_date(data_key),
            origin: words::origin_word(data_key.origin),
            hsm_cluster_id: "",
            resource_id: resource_id(realm, &data_key.id),
            is_sync_replica: 0,
            creator_uin_string: realm.account.to_string(),
        }
    }
}

/// The `DeletionDate` of a data key; 0 if it is not going to be deleted.
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
    Ok(Described { data_key_metadata: Metadata::of(cx, it, state) })
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
        Ok(Metadata::of(cx, it, state))
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

/// The page, and whether the list has what users created. The error is the name of the parameter,
/// because the two lists have different codes for it.
fn page(
    offset: Option<i64>,
    limit: Option<i64>,
    role: Option<i64>,
) -> Result<(Page, bool), &'static str> {
    let number =
        |number: Option<i64>, name| number.map(u64::try_from).transpose().map_err(|_| name);
    let page =
        Page::parse(number(offset, "Offset")?, number(limit, "Limit")?).map_err(|_| "Limit")?;
    Ok((page, is_of_users(number(role, "Role")?).map_err(|_| "Role")?))
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

/// Newest first, without data keys that are going to be deleted, as in `ListKeys`. Cloud products
/// create no data keys in kmsim.
pub(crate) fn list(cx: &Cx, request: ListDataKeys) -> Result<DataKeyIds, Error> {
    let (page, is_of_users) = page(request.offset, request.limit, request.role).map_err(invalid)?;
    request.hsm_cluster_id.check()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).data_keys();
    let listed = all.filter(|(_, it)| is_of_users && *it != DataKeyState::PendingDeletion);
    let (rows, total_count) = page.cut_ordered(listed.collect(), false);
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
    refuse_member(request.member_accounts.first())?;
    let invalid = |name: &'static str| Error::Invalid(name.into());
    let (page, is_of_users) = page(request.offset, request.limit, request.role).map_err(invalid)?;
    let is_ascending = is_ascending(request.order_type)?;
    let state = state_filter(&STATES, request.key_state)?;
    let len = request.data_key_len.map(|len| {
        let len = usize::try_from(len).ok().filter(|len| (1..=DATA_KEY_MAX).contains(len));
        len.ok_or_else(|| invalid("DataKeyLen"))
    });
    let len = len.transpose()?;
    let origin = origin_filter(request.origin)?;
    request.hsm_cluster_id.check()?;
    let search = request.search_key_alias.map(|it| it.0).unwrap_or_default();
    let key = request.key_id.filter(|key| !key.is_empty()).map(|key| key.id()).transpose()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    if let Some(key) = &key {
        view.admit(&key.clone().into(), Operation::Describe)?;
    }
    let is_listed = |(it, its): &(&Arc<DataKey>, DataKeyState)| {
        is_of_users
            && state.is_none_or(|state| state == *its)
            && len.is_none_or(|len| len == it.len)
            && key.as_ref().is_none_or(|key| *key == it.key)
            && origin.is_none_or(|origin| origin == it.origin)
            && (it.name.as_str().contains(&search) || it.id.as_str().contains(&search))
            && request.tag_filters.iter().all(|filter| filter.matches(&it.tags))
    };
    let listed = view.data_keys().filter(is_listed).collect();
    let (rows, total_count) = page.cut_ordered(listed, is_ascending);
    let rows = rows.into_iter().map(|(it, state)| Metadata::of(cx, it, state));
    Ok(DataKeyDetails { data_key_metadatas: rows.collect(), total_count })
}
