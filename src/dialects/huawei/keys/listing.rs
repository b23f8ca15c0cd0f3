//! Listing and counting keys.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::metadata::{self, KeyDetails};
use crate::dialects::huawei::page::Page;
use crate::dialects::huawei::rules::RULES;
use crate::dialects::huawei::values::{Decimal, group};
use crate::dialects::huawei::words::{self, State};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{KeyRow, List, NewKey, View};
use crate::model::{Creator, Key, KeyState};

#[derive(Deserialize)]
pub(crate) struct ListKeys {
    limit: Option<Decimal>,
    marker: Option<Decimal>,
    enterprise_project_id: Option<OpenText>,
    key_state: Option<State>,
    key_spec: Option<OpenText>,
}

#[derive(Serialize)]
pub(crate) struct KeyList {
    keys: Vec<String>,
    key_details: Vec<KeyDetails>,
    next_marker: String,
    truncated: &'static str,
    total: usize,
}

/// Every kind of key, or every group.
const ALL_SPECS: &str = "ALL";
const ALL_GROUPS: &str = "all";

/// Newest first. Without `key_spec`, the list has AES-256 keys only, as the SDKs say.
pub(crate) fn list(cx: &Cx, request: ListKeys) -> Result<KeyList, Error> {
    let page = Page::parse(request.limit.as_ref(), request.marker.as_ref())?;
    let spec = match request.key_spec.as_deref() {
        None => Some(NewKey::plain().spec),
        Some(ALL_SPECS) => None,
        Some(word) => Some(words::spec(word).ok_or(Error::Invalid("key_spec".into()))?),
    };
    let group = match request.enterprise_project_id {
        Some(id) if &*id != ALL_GROUPS => Some(group(id)?),
        _ => None,
    };
    let snapshot = cx.engine.snapshot(&cx.caller);
    let listed = snapshot.view(&cx.caller).list_keys(|it| {
        spec.is_none_or(|spec| spec == it.spec)
            && group.as_ref().is_none_or(|group| *group == it.group)
            && request.key_state.is_none_or(|asked| asked.0 == Some(it.state))
    });
    let row = |(key, state): (&Arc<Key>, KeyState)| {
        (key.id.to_string(), metadata::details(cx, key, state))
    };
    let page = page.cut_newest_first(listed, row);
    let (truncated, total) = (page.truncated(), page.total);
    let (keys, key_details) = page.rows.into_iter().unzip();
    Ok(KeyList { keys, key_details, next_marker: page.next_marker, truncated, total })
}

/// A request without parameters.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// Every key that is not a default master key.
fn users_keys(view: View<'_>) -> List<'_, KeyRow<'_>> {
    view.list_keys(|it| matches!(it.creator, Creator::User(_)))
}

#[derive(Serialize)]
pub(crate) struct UserInstances {
    instance_num: usize,
}

pub(crate) fn count(cx: &Cx, _: Nothing) -> Result<UserInstances, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    Ok(UserInstances { instance_num: users_keys(snapshot.view(&cx.caller)).total() })
}

#[derive(Serialize)]
pub(crate) struct UserQuotas {
    quotas: Quotas,
}

#[derive(Serialize)]
struct Quotas {
    resources: [Quota; 2],
}

#[derive(Serialize)]
struct Quota {
    r#type: &'static str,
    used: usize,
    quota: usize,
}

/// The quota of an account without one: the largest number that every SDK reads.
const UNLIMITED: usize = i32::MAX as usize;

/// The grants that are used are those of the key that has most.
pub(crate) fn quotas(cx: &Cx, _: Nothing) -> Result<UserQuotas, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let keys = Quota {
        r#type: "CMK",
        used: users_keys(view).total(),
        quota: cx.caller.quota.keys.unwrap_or(UNLIMITED),
    };
    let grants = Quota {
        r#type: "grant_per_CMK",
        used: view.most_grants(),
        quota: RULES.grants.as_ref().map_or(UNLIMITED, |rules| rules.per_key),
    };
    Ok(UserQuotas { quotas: Quotas { resources: [keys, grants] } })
}
