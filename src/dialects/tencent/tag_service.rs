//! The tag service, version 2018-08-13: the calls by which Terraform's provider reads and writes
//! the tags of keys.

use serde::{Deserialize, Serialize};

use super::codes;
use super::tags::{Tag, attached};
use super::values::{OpenText, Page};
use crate::dialects::wire::answer::Done;
use crate::dialects::{Cx, Error};
use crate::engine::{Operation, TagRemoval, Tagged, View};
use crate::model::{KeyId, Tags};

/// The version of that service.
pub(super) const VERSION: &str = "2018-08-13";

/// Its actions.
pub(super) const ACTIONS: &[&str] = &["DescribeResourceTagsByResourceIds", "ModifyResourceTags"];

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

/// What is not there has no tags.
pub(super) fn by_resources(
    cx: &Cx,
    request: DescribeResourceTagsByResourceIds,
) -> Result<ResourceTags, Error> {
    let is_ours = &*request.service_type.0 == "kms"
        && !request.resource_prefix.is_empty()
        && *request.resource_region.0 == *cx.caller.realm.region;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let mut rows = Vec::new();
    for resource in request.resource_ids.iter().filter(|_| is_ours) {
        let Some(tagged) = tagged(cx, resource) else { continue };
        rows.extend(tags(&view, &tagged)?.iter().map(|(name, value)| ResourceTag {
            tag_key: name.clone(),
            tag_value: value.clone(),
            resource_id: resource.0.clone(),
            tag_key_md5: "",
            tag_value_md5: "",
            service_type: "kms",
        }));
    }
    let limit = request.limit.unwrap_or(USUAL);
    let (tags, total_count) = Page::from(request.offset, limit).of_rows(rows);
    Ok(ResourceTags { total_count, offset: request.offset.unwrap_or_default(), limit, tags })
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

/// The resource is named in six parts: `qcs::kms:<region>:uin/<account>:key/<id>`.
pub(super) async fn modify(cx: Cx, request: ModifyResourceTags) -> Result<Done, Error> {
    let mut parts = request.resource.splitn(6, ':');
    let is_ours = parts.next() == Some("qcs")
        && parts.next() == Some("")
        && parts.next() == Some("kms")
        && parts.next() == Some(&cx.caller.realm.region);
    let resource = parts.nth(1).filter(|_| is_ours).ok_or(Error::Invalid("Resource".into()))?;
    let whom = tagged(&cx, resource).ok_or(codes::RESOURCE_NOT_FOUND)?;
    let tags = attached(request.replace_tags)?;
    let gone = request.delete_tags.into_iter().map(|it| it.tag_key.0).collect();
    cx.engine.untag(cx.caller.clone(), vec![whom.clone()], TagRemoval::Named(gone)).await?;
    cx.engine.tag(cx.caller, vec![whom], tags.into_iter().collect()).await?;
    Ok(Done {})
}
