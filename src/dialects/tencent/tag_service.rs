//! The two actions of the tag service, version 2018-08-13, with which the Terraform provider reads
//! and writes the tags of keys.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::codes;
use super::listing::Page;
use super::service;
use super::tags::{KEY_MAX, Tag, VALUE_MAX};
use super::values::OpenText;
use super::wire::call;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{self, Operation, Tagged, View};
use crate::model::{KeyId, Tags};

/// The version of the tag service.
pub(super) const VERSION: &str = "2018-08-13";

/// Its actions that are served.
const ACTIONS: &[&str] = &["DescribeResourceTagsByResourceIds", "ModifyResourceTags"];

/// The version of the service that has this action.
pub(super) fn version_of(action: &str) -> &'static str {
    if ACTIONS.contains(&action) { VERSION } else { call::VERSION }
}

/// The key or white-box key of a resource id: `creatorUin/<account>/<id>`, or the id alone. `None`
/// if the caller's account does not have it.
fn tagged(cx: &Cx, resource: &str) -> Option<Tagged> {
    let mut parts = resource.rsplit('/');
    let id = KeyId::parse(parts.next()?)?;
    if let (Some(account), Some("creatorUin")) = (parts.next(), parts.next())
        && account != &*cx.caller.realm.account
    {
        return None;
    }
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    if view.admit(&id.clone().into(), Operation::ListTags).is_ok() {
        return Some(Tagged::Key(id.into()));
    }
    let id = id.into();
    view.white_box_key(&id).is_ok().then_some(Tagged::WhiteBoxKey(id))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeResourceTagsByResourceIds {
    service_type: OpenText,
    resource_prefix: OpenText,
    resource_ids: Vec<OpenText>,
    resource_region: OpenText,
    offset: Option<u64>,
    limit: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceTags {
    total_count: usize,
    offset: u64,
    limit: u64,
    tags: Vec<ResourceTag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceTag {
    tag_key: String,
    tag_value: String,
    resource_id: String,
    tag_key_md5: &'static str,
    tag_value_md5: &'static str,
    service_type: &'static str,
}

/// The default of `Limit`.
const LIMIT_DEFAULT: u64 = 15;

/// The tags of a resource.
fn tags<'a>(view: &View<'a>, resource: &Tagged) -> Result<&'a Tags, Error> {
    match resource {
        Tagged::Key(key) => Ok(&view.admit(key, Operation::ListTags)?.key().tags),
        Tagged::WhiteBoxKey(id) => Ok(&view.white_box_key(id)?.key().tags),
        Tagged::Secret(_) | Tagged::Certificate(_) | Tagged::DataKey(_) | Tagged::Instance(_) => {
            Err(codes::RESOURCE_NOT_FOUND.into())
        }
    }
}

/// The most resources in one request (document of the tag service).
const RESOURCES_MAX: usize = 50;

/// Resources that do not exist have no tags.
pub(super) fn by_resources(
    cx: &Cx,
    request: DescribeResourceTagsByResourceIds,
) -> Result<ResourceTags, Error> {
    if request.resource_prefix.is_empty() {
        return Err(codes::TAG_RESOURCE_PREFIX.into());
    }
    if !service::REGIONS.contains(&&*request.resource_region.0) {
        return Err(codes::TAG_REGION.into());
    }
    if !(1..=RESOURCES_MAX).contains(&request.resource_ids.len()) {
        return Err(codes::TAG_RESOURCE_IDS.into());
    }
    let is_ours =
        &*request.service_type.0 == "kms" && *request.resource_region.0 == *cx.caller.realm.region;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let mut rows = Vec::new();
    for resource in request.resource_ids.iter().filter(|_| is_ours) {
        let Some(tagged) = tagged(cx, resource) else { continue };
        rows.extend(tags(&view, &tagged)?.iter().map(|tag| (resource, tag)));
    }
    let limit = request.limit.unwrap_or(LIMIT_DEFAULT);
    let (rows, total_count) = Page::new(request.offset, limit).cut(rows);
    let tags = rows.into_iter().map(|(resource, (name, value))| ResourceTag {
        tag_key: name.clone(),
        tag_value: value.clone(),
        resource_id: resource.0.clone(),
        tag_key_md5: "",
        tag_value_md5: "",
        service_type: "kms",
    });
    let (offset, tags) = (request.offset.unwrap_or_default(), tags.collect());
    Ok(ResourceTags { total_count, offset, limit, tags })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ModifyResourceTags {
    resource: OpenText,
    #[serde(default)]
    replace_tags: Vec<Tag>,
    #[serde(default)]
    delete_tags: Vec<TagKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagKey {
    tag_key: OpenText,
}

/// The most tags in one list (document of the tag service).
const TAGS_MAX: usize = 10;

/// The tag keys that users cannot attach.
const RESERVED: [&str; 3] = ["project", "qcloud", "tencent"];

impl ModifyResourceTags {
    /// Checks the two lists by the rules of the tag service, which has more codes for them than the
    /// KMS.
    fn check(&self) -> Result<(), Error> {
        let replaced: BTreeSet<&str> = self.replace_tags.iter().map(|it| &*it.tag_key.0).collect();
        let deleted: BTreeSet<&str> = self.delete_tags.iter().map(|it| &*it.tag_key.0).collect();
        let keys = || replaced.union(&deleted);
        let has_long_value =
            || self.replace_tags.iter().any(|it| it.tag_value.chars().count() > VALUE_MAX);
        let code = if keys().any(|key| key.is_empty()) {
            codes::TAG_KEY_EMPTY
        } else if keys().any(|key| key.chars().count() > KEY_MAX) {
            codes::TAG_KEY_LENGTH
        } else if keys().any(|key| RESERVED.contains(key)) {
            codes::TAG_KEY_RESERVED
        } else if has_long_value() {
            codes::TAG_VALUE_LENGTH
        } else if !replaced.is_disjoint(&deleted) {
            codes::TAG_DELETE_TAGS
        } else if keys().next().is_none()
            || (replaced.len(), deleted.len()) != (self.replace_tags.len(), self.delete_tags.len())
            || replaced.len().max(deleted.len()) > TAGS_MAX
        {
            codes::TAG_INVALID
        } else {
            return Ok(());
        };
        Err(code.into())
    }
}

/// The parts of `Resource` are `qcs::kms:<region>:uin/<account>:key/<id>`. The Terraform provider
/// leaves out the account.
pub(super) async fn modify(cx: Cx, request: ModifyResourceTags) -> Result<Done, Error> {
    let is_own = |account: &str| account.is_empty() || account == &*cx.caller.realm.account;
    let mut parts = request.resource.splitn(6, ':');
    let is_ours = parts.next() == Some("qcs")
        && parts.next() == Some("")
        && parts.next() == Some("kms")
        && parts.next() == Some(&cx.caller.realm.region)
        && parts.next().and_then(|it| it.strip_prefix("uin/")).is_some_and(is_own);
    let resource = parts.next().filter(|_| is_ours);
    let tagged = resource.and_then(|it| tagged(&cx, it)).ok_or(codes::TAG_RESOURCE)?;
    request.check()?;
    let removed = request.delete_tags.into_iter().map(|it| it.tag_key.0).collect();
    let tags = request.replace_tags.into_iter().map(|it| (it.tag_key.0, it.tag_value)).collect();
    done(match cx.engine.replace_tags(cx.caller, vec![tagged], removed, tags).await {
        Err(engine::Error::QuotaExceeded) => Err(codes::TAG_RESOURCE_TAGS.into()),
        outcome => outcome.map_err(Error::from),
    })
}
