//! Describing and listing keys.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::lifecycle::{ManyKeys, OneKey};
use super::metadata::{KeyMetadata, alias_of};
use crate::dialects::tencent::listing::{
    Page, is_ascending, is_of_users, origin_filter, state_filter,
};
use crate::dialects::tencent::tags::TagFilter;
use crate::dialects::tencent::values::{Cluster, MemberAccount, OpenText, refuse_member};
use crate::dialects::tencent::words::{self, SYMMETRIC};
use crate::dialects::{Cx, Error};
use crate::engine::Operation;
use crate::model::{Creator, Key, KeyState};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    key_metadata: KeyMetadata,
}

pub(crate) fn describe(cx: &Cx, request: OneKey) -> Result<Described, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(&request.id()?.into(), Operation::Describe)?;
    Ok(Described { key_metadata: KeyMetadata::of(&cx.caller.realm, key.key(), key.state()) })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AllDescribed {
    key_metadatas: Vec<KeyMetadata>,
}

/// The answer has the order of the request.
pub(crate) fn describe_all(cx: &Cx, request: ManyKeys) -> Result<AllDescribed, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let described = request.ids()?.into_iter().map(|id| {
        let key = view.admit(&id.into(), Operation::Describe)?;
        Ok(KeyMetadata::of(&cx.caller.realm, key.key(), key.state()))
    });
    Ok(AllDescribed { key_metadatas: described.collect::<Result<_, Error>>()? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeys {
    offset: Option<u64>,
    limit: Option<u64>,
    role: Option<u64>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyIds {
    keys: Vec<OneId>,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OneId {
    key_id: String,
}

/// Newest first, without archived keys and keys that are going to be deleted, as the document says.
pub(crate) fn list(cx: &Cx, request: ListKeys) -> Result<KeyIds, Error> {
    let page = Page::parse(request.offset, request.limit)?;
    let is_of_users = is_of_users(request.role)?;
    request.hsm_cluster_id.check()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let listed = snapshot.view(&cx.caller).list_keys(|it| {
        !matches!(it.state, KeyState::Archived | KeyState::PendingDeletion)
            && matches!(it.creator, Creator::User(_)) == is_of_users
    });
    let (keys, total_count) = page.of(listed, false);
    let keys = keys.into_iter().map(|(key, _)| OneId { key_id: key.id.to_string() }).collect();
    Ok(KeyIds { keys, total_count })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeyDetail {
    offset: Option<u64>,
    limit: Option<u64>,
    role: Option<u64>,
    order_type: Option<u64>,
    key_state: Option<u64>,
    search_key_alias: Option<OpenText>,
    origin: Option<OpenText>,
    key_usage: Option<OpenText>,
    #[serde(default)]
    tag_filters: Vec<TagFilter>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
    #[serde(default)]
    member_accounts: Vec<MemberAccount>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyDetails {
    total_count: usize,
    key_metadatas: Vec<KeyMetadata>,
}

/// The states, which `KeyState` numbers from 1.
const STATES: [KeyState; 5] = [
    KeyState::Enabled,
    KeyState::Disabled,
    KeyState::PendingDeletion,
    KeyState::PendingImport,
    KeyState::Archived,
];

/// Without `KeyUsage`, the list has symmetric keys only, as the document says.
pub(crate) fn list_detail(cx: &Cx, request: ListKeyDetail) -> Result<KeyDetails, Error> {
    refuse_member(request.member_accounts.first())?;
    let page = Page::parse(request.offset, request.limit)?;
    let is_of_users = is_of_users(request.role)?;
    let is_ascending = is_ascending(request.order_type)?;
    let state = state_filter(&STATES, request.key_state)?;
    let origin = origin_filter(request.origin)?;
    let usage = request.key_usage.map(|it| it.0).unwrap_or_default();
    if !matches!(&*usage, "" | "ALL" | SYMMETRIC) && words::pair_usage(&usage).is_none() {
        return Err(Error::Invalid("KeyUsage".into()));
    }
    request.hsm_cluster_id.check()?;
    let search = request.search_key_alias.map(|it| it.0).unwrap_or_default();
    let snapshot = cx.engine.snapshot(&cx.caller);
    let listed = snapshot.view(&cx.caller).list_keys(|it| {
        let word = words::usage_word(it.spec, it.usage);
        matches!(it.creator, Creator::User(_)) == is_of_users
            && state.is_none_or(|state| state == it.state)
            && origin.is_none_or(|origin| origin == it.origin)
            && match &*usage {
                "ALL" => true,
                "" => word == SYMMETRIC,
                usage => word == usage,
            }
    });
    let is_found = |key: &Key| {
        (alias_of(key).contains(&search) || key.id.as_str().contains(&search))
            && request.tag_filters.iter().all(|filter| filter.matches(&key.tags))
    };
    let listed = if search.is_empty() && request.tag_filters.is_empty() {
        listed
    } else {
        listed.filtered(|(key, _)| is_found(key))
    };
    let (keys, total_count) = page.of(listed, is_ascending);
    let metadata =
        |(key, state): (&Arc<Key>, KeyState)| KeyMetadata::of(&cx.caller.realm, key, state);
    Ok(KeyDetails { total_count, key_metadatas: keys.into_iter().map(metadata).collect() })
}
