//! Tags: document chapter 11, and the newer family of `TagResources` (wire reference section 4.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codes;
use super::limits::{RESOURCES_MAX, TAG_RESOURCE_MAX, TAGS_MAX};
use super::listing::Wrapped;
use super::names::{CertificateName, InstanceName, KeyName, SecretName};
use super::values::Malformed;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, KeyRef, Operation, SecretError, TagRemoval, Tagged};
use crate::model::{self, KeyId, Realm};

/// A JSON list of at most `MAX` tags.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct TagList<const MAX: usize>(Vec<JsonTag>);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct JsonTag {
    tag_key: String,
    #[serde(default)]
    tag_value: String,
}

impl<const MAX: usize> TryFrom<String> for TagList<MAX> {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let tags: Vec<JsonTag> = serde_json::from_str(&text).map_err(|_| Malformed)?;
        if tags.len() <= MAX { Ok(Self(tags)) } else { Err(Malformed) }
    }
}

/// The tags by name, each checked.
pub(super) fn tag_map<const MAX: usize>(
    tags: TagList<MAX>,
) -> Result<BTreeMap<String, String>, Error> {
    checked(tags.0.into_iter().map(|tag| (tag.tag_key, tag.tag_value)))
}

fn checked(
    tags: impl Iterator<Item = (String, String)>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut map = BTreeMap::new();
    for (name, value) in tags {
        let ours = name.to_ascii_lowercase();
        if !is_tag_text(&name, 1) || ours.starts_with("aliyun") || ours.starts_with("acs:") {
            return Err(codes::INVALID_PARAMETER_TAG_KEY.into());
        }
        if !is_tag_text(&value, 0) {
            return Err(codes::INVALID_PARAMETER_TAG_VALUE.into());
        }
        if map.insert(name, value).is_some() {
            return Err(codes::DUPLICATE_TAG_KEY.into());
        }
    }
    Ok(map)
}

/// Whether a text has at most 128 characters, all of which are allowed in tags.
fn is_tag_text(text: &str, least: usize) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "/\\_-.+=:@ ".contains(c);
    (least..=128).contains(&text.chars().count()) && text.chars().all(legal)
}

/// The tagged resource, which the older actions name by one of three parameters.
fn target(
    cx: &Cx,
    key: Option<KeyName>,
    secret: Option<SecretName>,
    certificate: Option<CertificateName>,
) -> Result<Tagged, Error> {
    match (key, secret, certificate) {
        (Some(key), None, None) => key.without_alias(cx).map(Tagged::Key),
        (None, Some(secret), None) => secret.within(cx).map(Tagged::Secret),
        (None, None, Some(certificate)) => Ok(Tagged::Certificate(certificate.0)),
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
    certificate_id: Option<CertificateName>,
}

pub(super) async fn tag_resource(cx: Cx, request: TagResource) -> Result<Done, Error> {
    let tags = tag_map(request.tags)?;
    let target = target(&cx, request.key_id, request.secret_name, request.certificate_id)?;
    done(cx.engine.tag(cx.caller, vec![target], tags.into_iter().collect()).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagResource {
    tag_keys: TagKeys,
    key_id: Option<KeyName>,
    secret_name: Option<SecretName>,
    certificate_id: Option<CertificateName>,
}

/// A JSON list of tag names.
#[derive(Debug)]
struct TagKeys(Vec<String>);

parsed!(TagKeys, |text: String| {
    let names: Vec<String> = serde_json::from_str(&text).ok()?;
    (names.len() <= TAGS_MAX).then_some(Self(names))
});

pub(super) async fn untag_resource(cx: Cx, request: UntagResource) -> Result<Done, Error> {
    let target = target(&cx, request.key_id, request.secret_name, request.certificate_id)?;
    if request.tag_keys.0.iter().any(String::is_empty) {
        return Err(codes::INVALID_PARAMETER_TAG_KEY.into());
    }
    done(cx.engine.untag(cx.caller, vec![target], TagRemoval::Named(request.tag_keys.0)).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResourceTags {
    key_id: KeyName,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceTags {
    tags: Wrapped<Vec<TagEntry>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagEntry {
    key_id: String,
    tag_key: String,
    tag_value: String,
}

pub(super) fn list_resource_tags(
    cx: &Cx,
    request: ListResourceTags,
) -> Result<ResourceTags, Error> {
    let key = request.key_id.without_alias(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(&key, Operation::ListTags)?.key();
    let entry = |(name, value): (&String, &String)| TagEntry {
        key_id: key.id.to_string(),
        tag_key: name.clone(),
        tag_value: value.clone(),
    };
    Ok(ResourceTags { tags: Wrapped("Tag", key.tags.iter().map(entry).collect()) })
}

/// The types of resources that the newer actions tag.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum ResourceType {
    Key,
    Secret,
    Instance,
}

/// The name of a key, a secret or an instance, depending on the resource type.
struct ResourceId(String);

parsed!(ResourceId, Open, |text: String| {
    let either =
        SecretName::try_from(text.clone()).is_ok() || KeyName::try_from(text.clone()).is_ok();
    either.then_some(Self(text))
});

impl ResourceId {
    /// The id or name of the resource in a realm; `None` for an alias or another realm's resource.
    fn named(&self, kind: ResourceType, realm: &Realm) -> Option<String> {
        let text = self.0.clone();
        match kind {
            ResourceType::Key => match KeyName::try_from(text).ok()?.in_realm(realm).ok()? {
                KeyRef::Id(id) => Some(id.to_string()),
                KeyRef::Alias(_) => None,
            },
            ResourceType::Secret => {
                Some(SecretName::try_from(text).ok()?.in_realm(realm).ok()?.to_string())
            }
            ResourceType::Instance => Some(text),
        }
    }

    fn of(self, kind: ResourceType, cx: &Cx) -> Result<Tagged, Error> {
        let invalid = |_| Error::Invalid("ResourceId".into());
        match kind {
            ResourceType::Key => {
                KeyName::try_from(self.0).map_err(invalid)?.without_alias(cx).map(Tagged::Key)
            }
            ResourceType::Secret => {
                SecretName::try_from(self.0).map_err(invalid)?.within(cx).map(Tagged::Secret)
            }
            ResourceType::Instance => {
                let name = InstanceName::try_from(self.0).map_err(invalid)?;
                Ok(Tagged::Instance(name.0))
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagResources {
    resource_type: ResourceType,
    resource_id: Vec<ResourceId>,
    tag: Vec<FlatTag>,
}

pub(super) async fn tag_resources(cx: Cx, request: TagResources) -> Result<Done, Error> {
    if request.tag.len() > TAGS_MAX {
        return Err(Error::Invalid("Tag".into()));
    }
    let tags = request.tag.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default()));
    let tags = checked(tags)?.into_iter().collect();
    let targets = resources(&cx, request.resource_type, request.resource_id)?;
    done(cx.engine.tag(cx.caller, targets, tags).await.map_err(unknown_resource))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagResources {
    resource_type: ResourceType,
    resource_id: Vec<ResourceId>,
    #[serde(default)]
    tag_key: Vec<String>,
    #[serde(default)]
    all: bool,
}

pub(super) async fn untag_resources(cx: Cx, request: UntagResources) -> Result<Done, Error> {
    let which = match (request.all, request.tag_key) {
        (false, names) if names.is_empty() => return Err(Error::Missing("TagKey".into())),
        (true, names) if names.is_empty() => TagRemoval::All,
        (_, names) if names.len() <= TAGS_MAX => TagRemoval::Named(names),
        _ => return Err(Error::Invalid("TagKey".into())),
    };
    let targets = resources(&cx, request.resource_type, request.resource_id)?;
    done(cx.engine.untag(cx.caller, targets, which).await.map_err(unknown_resource))
}

fn resources(cx: &Cx, kind: ResourceType, ids: Vec<ResourceId>) -> Result<Vec<Tagged>, Error> {
    if ids.len() > RESOURCES_MAX {
        return Err(Error::Invalid("ResourceId".into()));
    }
    ids.into_iter().map(|id| id.of(kind, cx).map_err(unknown_resource)).collect()
}

/// These actions have their own code for an unknown resource.
fn unknown_resource(error: impl Into<Error>) -> Error {
    match error.into() {
        Error::Engine(
            engine::Error::Key(KeyError::NotFound) | engine::Error::Secret(SecretError::NotFound),
        ) => codes::INVALID_RESOURCE_ID_NOT_FOUND.into(),
        other => other,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTagResources {
    resource_type: ResourceType,
    #[serde(default)]
    resource_id: Vec<ResourceId>,
    #[serde(default)]
    tag: Vec<FlatTag>,
    #[serde(default)]
    next_token: NextToken,
}

/// A tag to attach or to search for. Without a value, a search finds any.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FlatTag {
    key: String,
    value: Option<String>,
}

/// Where the next page begins: the number of entries before it.
#[derive(Clone, Copy, Default)]
struct NextToken(usize);

parsed!(NextToken, |from: u64| usize::try_from(from).map(Self).ok());

/// The number of tags on a page.
const TAG_PAGE: usize = 200;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TaggedResources {
    next_token: String,
    tag_resources: Wrapped<Vec<TaggedResource>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TaggedResource {
    resource_id: String,
    resource_type: ResourceType,
    tag_key: String,
    tag_value: String,
}

/// Lists the resources that have every requested tag. Unknown resources are skipped.
pub(super) fn list_tag_resources(
    cx: &Cx,
    request: ListTagResources,
) -> Result<TaggedResources, Error> {
    let ListTagResources { resource_type, resource_id, tag, next_token: NextToken(from) } = request;
    if resource_id.len() > RESOURCES_MAX {
        return Err(Error::Invalid("ResourceId".into()));
    }
    // Every tag is compared with every resource.
    if tag.len() > TAGS_MAX {
        return Err(Error::Invalid("Tag".into()));
    }
    let ids: Vec<String> =
        resource_id.iter().filter_map(|it| it.named(resource_type, &cx.caller.realm)).collect();
    let named = |id: &str| resource_id.is_empty() || ids.iter().any(|it| it == id);
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let all: Vec<(&str, &BTreeMap<String, String>)> = match resource_type {
        ResourceType::Key => {
            let ids = ids.iter().filter_map(|id| KeyId::parse(id)).map(KeyRef::Id);
            let keys = match &*resource_id {
                [] => view.list_all_keys(),
                _ => view.list_named(ids),
            };
            keys.all().into_iter().map(|(key, _)| (key.id.as_str(), &key.tags)).collect()
        }
        ResourceType::Secret => {
            let ids = ids.iter().filter_map(|name| model::SecretName::parse(name));
            let secrets = match &*resource_id {
                [] => view.list_secrets(|_| true),
                _ => view.list_named_secrets(ids),
            };
            secrets.all().into_iter().map(|it| (it.name.as_str(), &it.tags)).collect()
        }
        ResourceType::Instance => {
            view.instances().map(|instance| (instance.id.as_str(), &instance.tags)).collect()
        }
    };
    let wanted = |tags: &BTreeMap<String, String>| tag.iter().all(|tag| has_tag(tags, tag));
    let found = all.into_iter().filter(|(id, tags)| named(id) && wanted(tags));
    let entry = |(id, name, value): (&str, &String, &String)| TaggedResource {
        resource_id: id.to_owned(),
        resource_type,
        tag_key: name.clone(),
        tag_value: value.clone(),
    };
    let mut rest =
        found.flat_map(|(id, tags)| tags.iter().map(move |(name, value)| (id, name, value)));
    let mut rest = rest.by_ref().skip(from);
    let tag_resource: Vec<_> = rest.by_ref().take(TAG_PAGE).map(entry).collect();
    let next = rest.next().map(|_| (from + tag_resource.len()).to_string());
    Ok(TaggedResources {
        next_token: next.unwrap_or_default(),
        tag_resources: Wrapped("TagResource", tag_resource),
    })
}

fn has_tag(tags: &BTreeMap<String, String>, wanted: &FlatTag) -> bool {
    tags.get(&wanted.key).is_some_and(|it| wanted.value.as_ref().is_none_or(|value| it == value))
}
