//! Looking keys up.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::lifecycle::{ManyKeys, OneKey};
use super::metadata::{KeyMetadata, alias_of};
use crate::dialects::tencent::tags::TagFilter;
use crate::dialects::tencent::values::{Cluster, MemberAccount, OpenText, Page, own};
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

/// One answer for each id, in the request's order.
pub(crate) fn describe_all(cx: &Cx, request: ManyKeys) -> Result<AllDescribed, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let described = request.ids()?.into_iter().map(|id| {
        let key = view.admit(&id.into(), Operation::Describe)?;
        Ok(KeyMetadata::of(&cx.caller.realm, key.key(), key.state()))
    });
    Ok(AllDescribed { key_metadatas: described.collect::<Result<_, Error>>()? })
}

/// Whose keys a list has: those that users made, or those that products made.
///
/// # Errors
/// The number is another.
pub(in crate::dialects::tencent) fn by_user(role: Option<u64>) -> Result<bool, Error> {
    match role.unwrap_or_default() {
        0 => Ok(true),
        1 => Ok(false),
        _ => Err(Error::Invalid("Role".into())),
    }
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

/// Newest first. Keys that are archived or wait for their deletion are left out, as the document
/// says.
pub(crate) fn list(cx: &Cx, request: ListKeys) -> Result<KeyIds, Error> {
    let page = Page::of(request.offset, request.limit)?;
    let by_user = by_user(request.role)?;
    request.hsm_cluster_id.shared()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let keys = snapshot.view(&cx.caller).keys();
    let is_shown = |(key, state): &(&Arc<Key>, KeyState)| {
        !matches!(state, KeyState::Archived | KeyState::PendingDeletion)
            && matches!(key.creator, Creator::User(_)) == by_user
    };
    let mut keys: Vec<_> = keys.filter(is_shown).collect();
    keys.reverse();
    let (keys, total_count) = page.of_rows(keys);
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

/// The states by their numbers in a list; 0 stands for all.
const STATES: [KeyState; 5] = [
    KeyState::Enabled,
    KeyState::Disabled,
    KeyState::PendingDeletion,
    KeyState::PendingImport,
    KeyState::Archived,
];

/// Without a usage the list has symmetric keys only, as the document says.
pub(crate) fn list_detail(cx: &Cx, request: ListKeyDetail) -> Result<KeyDetails, Error> {
    own(request.member_accounts.first())?;
    let page = Page::of(request.offset, request.limit)?;
    let by_user = by_user(request.role)?;
    let is_ascending = match request.order_type.unwrap_or_default() {
        0 => false,
        1 => true,
        _ => return Err(Error::Invalid("OrderType".into())),
    };
    let state = match request.key_state.unwrap_or_default() {
        0 => None,
        number => {
            let state = usize::try_from(number - 1).ok().and_then(|at| STATES.get(at));
            Some(*state.ok_or(Error::Invalid("KeyState".into()))?)
        }
    };
    let text = |text: &Option<OpenText>| text.as_ref().map(|it| it.0.clone()).unwrap_or_default();
    let (search, origin) = (text(&request.search_key_alias), text(&request.origin));
    let usage = text(&request.key_usage);
    if !matches!(&*origin, "" | "ALL" | "TENCENT_KMS" | "EXTERNAL") {
        return Err(Error::Invalid("Origin".into()));
    }
    if !matches!(&*usage, "" | "ALL" | SYMMETRIC) && words::pair(&usage).is_none() {
        return Err(Error::Invalid("KeyUsage".into()));
    }
    request.hsm_cluster_id.shared()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let is_shown = |(key, its): &(&Arc<Key>, KeyState)| {
        matches!(key.creator, Creator::User(_)) == by_user
            && state.is_none_or(|state| state == *its)
            && (matches!(&*origin, "" | "ALL") || words::origin(key.origin) == origin)
            && match &*usage {
                "ALL" => true,
                "" => words::usage(key) == SYMMETRIC,
                usage => words::usage(key) == usage,
            }
            && (alias_of(key).contains(&search) || key.id.as_str().contains(&search))
            && request.tag_filters.iter().all(|filter| filter.fits(&key.tags))
    };
    let mut keys: Vec<_> = snapshot.view(&cx.caller).keys().filter(is_shown).collect();
    if !is_ascending {
        keys.reverse();
    }
    let (keys, total_count) = page.of_rows(keys);
    let metadata =
        |(key, state): (&Arc<Key>, KeyState)| KeyMetadata::of(&cx.caller.realm, key, state);
    Ok(KeyDetails { total_count, key_metadatas: keys.into_iter().map(metadata).collect() })
}
