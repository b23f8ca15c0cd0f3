//! Tags: document chapter 11, and the newer family of `TagResources` (wire reference section 4.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::errors::Error;
use super::names::KeyName;
use super::reply::Done;
use super::rules::{RESOURCES_MAX, TAG_RESOURCE_MAX, TAGS_MAX};
use super::values::Malformed;
use crate::dialects::Cx;
use crate::engine::{self, KeyRef, Operation, Untag};
use crate::model::{Key, KeyId};

/// A list of tags in JSON, of at most `MOST`.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct TagList<const MOST: usize>(Vec<JsonTag>);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct JsonTag {
    tag_key: String,
    #[serde(default)]
    tag_value: String,
}

impl<const MOST: usize> TryFrom<String> for TagList<MOST> {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let tags: Vec<JsonTag> = serde_json::from_str(&text).map_err(|_| Malformed)?;
        if tags.len() <= MOST { Ok(Self(tags)) } else { Err(Malformed) }
    }
}

/// The tags by name, once each is found to be a legal one.
pub(super) fn tag_map<const MOST: usize>(tags: TagList<MOST>) -> Result<BTreeMap<String, String>, Error> {
    legal(tags.0.into_iter().map(|tag| (tag.tag_key, tag.tag_value)))
}

fn legal(tags: impl Iterator<Item = (String, String)>) -> Result<BTreeMap<String, String>, Error> {
    let mut map = BTreeMap::new();
    for (name, value) in tags {
        let ours = name.to_ascii_lowercase();
        if !is_word(&name, 1) || ours.starts_with("aliyun") || ours.starts_with("acs:") {
            return Err(Error::TagKey);
        }
        if !is_word(&value, 0) {
            return Err(Error::TagValue);
        }
        if map.insert(name, value).is_some() {
            return Err(Error::TagDuplicate);
        }
    }
    Ok(map)
}

/// Up to 128 of the characters that names and values are made of.
fn is_word(text: &str, least: usize) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "/\\_-.+=:@ ".contains(c);
    (least..=128).contains(&text.chars().count()) && text.chars().all(legal)
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct SecretName;

impl TryFrom<String> for SecretName {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "_/+=.@-".contains(c);
        if text.len() <= 192 && text.chars().all(legal) { Ok(Self) } else { Err(Malformed) }
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct CertificateId;

impl TryFrom<String> for CertificateId {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        KeyId::parse(&text).map(|_| Self).ok_or(Malformed)
    }
}

/// The key that the old actions mean by one of three parameters. There are no secrets and certificates yet, so any
/// named one is unknown.
fn target(
    cx: &Cx,
    key: Option<KeyName>,
    secret: Option<SecretName>,
    certificate: Option<CertificateId>,
) -> Result<KeyRef, Error> {
    match (key, secret, certificate) {
        (Some(key), None, None) => key.without_alias(cx),
        (None, Some(_), None) => Err(Error::SecretNotFound),
        (None, None, Some(_)) => Err(Error::CertificateNotFound),
        (None, None, None) => Err(Error::Missing("KeyId".into())),
        (Some(_), Some(_), _) => Err(Error::Invalid("SecretName".into())),
        (_, _, Some(_)) => Err(Error::Invalid("CertificateId".into())),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagResource {
    tags: TagList<TAG_RESOURCE_MAX>,
    key_id: Option<KeyName>,
    secret_name: Option<SecretName>,
    certificate_id: Option<CertificateId>,
}

pub(super) async fn tag_resource(cx: Cx, request: TagResource) -> Result<Done, Error> {
    let tags = tag_map(request.tags)?;
    let key = target(&cx, request.key_id, request.secret_name, request.certificate_id)?;
    cx.engine.tag(cx.caller, vec![key], tags.into_iter().collect()).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagResource {
    tag_keys: TagKeys,
    key_id: Option<KeyName>,
    secret_name: Option<SecretName>,
    certificate_id: Option<CertificateId>,
}

/// A JSON list of tag names.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct TagKeys(Vec<String>);

impl TryFrom<String> for TagKeys {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let names: Vec<String> = serde_json::from_str(&text).map_err(|_| Malformed)?;
        if names.len() <= TAGS_MAX { Ok(Self(names)) } else { Err(Malformed) }
    }
}

pub(super) async fn untag_resource(cx: Cx, request: UntagResource) -> Result<Done, Error> {
    let key = target(&cx, request.key_id, request.secret_name, request.certificate_id)?;
    cx.engine.untag(cx.caller, vec![key], Untag::Named(request.tag_keys.0)).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResourceTags {
    key_id: KeyName,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceTags {
    tags: Tags,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tags {
    tag: Vec<TagEntry>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagEntry {
    key_id: String,
    tag_key: String,
    tag_value: String,
}

pub(super) fn list_resource_tags(cx: &Cx, request: ListResourceTags) -> Result<ResourceTags, Error> {
    let key = request.key_id.without_alias(cx)?;
    let view = cx.engine.view(&cx.caller);
    let key = view.sight(&cx.caller).admit(&key, Operation::ListTags)?.key();
    let entry = |(name, value): (&String, &String)| TagEntry {
        key_id: key.id.to_string(),
        tag_key: name.clone(),
        tag_value: value.clone(),
    };
    Ok(ResourceTags { tags: Tags { tag: key.tags.iter().map(entry).collect() } })
}

/// What the newer actions can tag.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum ResourceType {
    Key,
    Secret,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FlatTag {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagResources {
    resource_type: ResourceType,
    resource_id: Vec<KeyName>,
    tag: Vec<FlatTag>,
}

pub(super) async fn tag_resources(cx: Cx, request: TagResources) -> Result<Done, Error> {
    let tags = flat_tags(request.tag)?;
    let keys = resources(&cx, request.resource_type, request.resource_id)?;
    cx.engine.tag(cx.caller, keys, tags.into_iter().collect()).await.map_err(unknown_resource)?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagResources {
    resource_type: ResourceType,
    resource_id: Vec<KeyName>,
    #[serde(default)]
    tag_key: Vec<String>,
    #[serde(default)]
    all: bool,
}

pub(super) async fn untag_resources(cx: Cx, request: UntagResources) -> Result<Done, Error> {
    let which = match (request.all, request.tag_key) {
        (false, names) if names.is_empty() => return Err(Error::Missing("TagKey".into())),
        (true, names) if names.is_empty() => Untag::All,
        (_, names) if names.len() <= TAGS_MAX => Untag::Named(names),
        _ => return Err(Error::Invalid("TagKey".into())),
    };
    let keys = resources(&cx, request.resource_type, request.resource_id)?;
    cx.engine.untag(cx.caller, keys, which).await.map_err(unknown_resource)?;
    Ok(Done {})
}

fn flat_tags(tags: Vec<FlatTag>) -> Result<BTreeMap<String, String>, Error> {
    if tags.len() > TAGS_MAX {
        return Err(Error::Invalid("Tag".into()));
    }
    legal(tags.into_iter().map(|tag| (tag.key, tag.value)))
}

fn resources(cx: &Cx, kind: ResourceType, names: Vec<KeyName>) -> Result<Vec<KeyRef>, Error> {
    if names.len() > RESOURCES_MAX {
        return Err(Error::Invalid("ResourceId".into()));
    }
    if kind == ResourceType::Secret {
        return Err(Error::TaggedNotFound);
    }
    names.into_iter().map(|name| name.without_alias(cx).map_err(unknown_resource)).collect()
}

/// These actions call a key that is not there by another name.
fn unknown_resource(error: impl Into<Error>) -> Error {
    match error.into() {
        Error::Engine(engine::Error::KeyNotFound) => Error::TaggedNotFound,
        other => other,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTagResources {
    resource_type: ResourceType,
    #[serde(default)]
    resource_id: Vec<KeyName>,
    #[serde(default)]
    tag: Vec<WantedTag>,
    #[serde(default)]
    next_token: NextToken,
}

/// A tag to look for: by name, or by name and value.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedTag {
    key: String,
    value: Option<String>,
}

/// Where the next page begins: the number of entries before it.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(try_from = "u64")]
struct NextToken(usize);

impl TryFrom<u64> for NextToken {
    type Error = Malformed;

    fn try_from(from: u64) -> Result<Self, Malformed> {
        usize::try_from(from).map(Self).map_err(|_| Malformed)
    }
}

/// How many tags one page has.
const TAG_PAGE: usize = 200;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TaggedResources {
    next_token: String,
    tag_resources: TagResourceList,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagResourceList {
    tag_resource: Vec<TaggedResource>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TaggedResource {
    resource_id: String,
    resource_type: &'static str,
    tag_key: String,
    tag_value: String,
}

/// A resource passes when it carries every tag asked for. One that is not there has no tags to list.
pub(super) fn list_tag_resources(cx: &Cx, request: ListTagResources) -> Result<TaggedResources, Error> {
    let ListTagResources { resource_type, resource_id, tag, next_token: NextToken(from) } = request;
    if resource_id.len() > RESOURCES_MAX {
        return Err(Error::Invalid("ResourceId".into()));
    }
    let every = resource_id.is_empty();
    let ids: Vec<KeyRef> = resource_id.into_iter().filter_map(|name| name.without_alias(cx).ok()).collect();
    let named = |key: &Key| ids.iter().any(|id| matches!(id, KeyRef::Id(id) if *id == key.id));
    let wanted = |key: &Key| (every || named(key)) && tag.iter().all(|tag| carries(key, tag));
    let view = cx.engine.view(&cx.caller);
    let keys = view.sight(&cx.caller).keys().map(|(key, _)| key);
    let keys = keys.filter(|key| resource_type == ResourceType::Key && wanted(key));
    let mut rest = keys.flat_map(|key| key.tags.iter().map(move |tag| (key, tag))).skip(from);
    let tag_resource: Vec<_> = rest.by_ref().take(TAG_PAGE).map(tagged).collect();
    let next = rest.next().map(|_| (from + tag_resource.len()).to_string());
    Ok(TaggedResources {
        next_token: next.unwrap_or_default(),
        tag_resources: TagResourceList { tag_resource },
    })
}

fn carries(key: &Key, wanted: &WantedTag) -> bool {
    key.tags.get(&wanted.key).is_some_and(|it| wanted.value.as_ref().is_none_or(|value| it == value))
}

fn tagged<K: AsRef<Key>>((key, (name, value)): (&K, (&String, &String))) -> TaggedResource {
    TaggedResource {
        resource_id: key.as_ref().id.to_string(),
        resource_type: "key",
        tag_key: name.clone(),
        tag_value: value.clone(),
    }
}
