//! The tag service, version 2018-08-13: the calls by which Terraform's provider reads and writes
//! the tags of keys.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::codes;
use super::service;
use super::tags::{NAME_MAX, Tag, VALUE_MAX};
use super::values::{OpenText, Page};
use super::wire::call;
use crate::dialects::wire::answer::Done;
use crate::dialects::{Cx, Error};
use crate::engine::{self, Operation, Tagged, View};
use crate::model::{KeyId, Tags};

/// The version of that service.
pub(super) const VERSION: &str = "2018-08-13";

/// Its actions.
const ACTIONS: &[&str] = &["DescribeResourceTagsByResourceIds", "ModifyResourceTags"];

/// The version of the service that has this action.
pub(super) fn version_of(action: &str) -> &'static str {
    if ACTIONS.contains(&action) { VERSION } else { call::VERSION }
}

/// The key or white-box key that a resource's name ends with: `creatorUin/<account>/<id>`, or the
/// id alone.
fn tagged(cx: &Cx, resource: &str) -> Option<Tagged> {
    let id = KeyId::parse(resource.rsplit('/').next()?)?;
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

/// How many rows are answered where nothing is said.
const USUAL: u64 = 15;

/// The tags of a key or of a white-box key.
fn tags<'a>(view: &View<'a>, of: &Tagged) -> Result<&'a Tags, Error> {
    match of {
        Tagged::Key(key) => Ok(&view.admit(key, Operation::ListTags)?.key().tags),
        Tagged::WhiteBoxKey(id) => Ok(&view.white_box_key(id)?.key().tags),
        Tagged::Secret(_) | Tagged::Certificate(_) | Tagged::DataKey(_) => {
            Err(codes::RESOURCE_NOT_FOUND.into())
        }
    }
}

/// The most resources of one call, by its document.
const RESOURCES_MAX: usize = 50;

/// What is not there has no tags.
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
    let limit = request.limit.unwrap_or(USUAL);
    let (rows, total_count) = Page::from(request.offset, limit).of_rows(rows);
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

/// The most tags in one list, by its document.
const TAGS_MAX: usize = 10;

/// The keys that are the service's own.
const RESERVED: [&str; 3] = ["project", "qcloud", "tencent"];

impl ModifyResourceTags {
    /// Checks the two lists by this service's rules, which has more codes for them than the key
    /// service has.
    fn check(&self) -> Result<(), Error> {
        let replaced: BTreeSet<&str> = self.replace_tags.iter().map(|it| &*it.tag_key.0).collect();
        let deleted: BTreeSet<&str> = self.delete_tags.iter().map(|it| &*it.tag_key.0).collect();
        let keys = || replaced.union(&deleted);
        let has_value_above_max =
            || self.replace_tags.iter().any(|it| it.tag_value.chars().count() > VALUE_MAX);
        let code = if keys().any(|key| key.is_empty()) {
            codes::TAG_KEY_EMPTY
        } else if keys().any(|key| key.chars().count() > NAME_MAX) {
            codes::TAG_KEY_LENGTH
        } else if keys().any(|key| RESERVED.contains(key)) {
            codes::TAG_KEY_RESERVED
        } else if has_value_above_max() {
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

/// The resource is named in six parts: `qcs::kms:<region>:uin/<account>:key/<id>`. Terraform's
/// provider leaves the account's number out.
pub(super) async fn modify(cx: Cx, request: ModifyResourceTags) -> Result<Done, Error> {
    let mut parts = request.resource.splitn(6, ':');
    let is_ours = parts.next() == Some("qcs")
        && parts.next() == Some("")
        && parts.next() == Some("kms")
        && parts.next() == Some(&cx.caller.realm.region);
    let resource = parts.nth(1).filter(|_| is_ours);
    let whom = resource.and_then(|it| tagged(&cx, it)).ok_or(codes::TAG_RESOURCE)?;
    request.check()?;
    let gone = request.delete_tags.into_iter().map(|it| it.tag_key.0).collect();
    let tags = request.replace_tags.into_iter().map(|it| (it.tag_key.0, it.tag_value)).collect();
    match cx.engine.replace_tags(cx.caller, vec![whom], gone, tags).await {
        Ok(()) => Ok(Done {}),
        Err(engine::Error::QuotaExceeded) => Err(codes::TAG_RESOURCE_TAGS.into()),
        Err(error) => Err(error.into()),
    }
}
