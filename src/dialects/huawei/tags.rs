//! Tags of keys, and finding keys by their tags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::keys::listing::Nothing;
use super::keys::metadata::{self, KeyDetails, alias_of};
use super::page::Page;
use super::values::{Decimal, KeyName};
use super::{codes, rules};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Code, Cx, Error};
use crate::engine::{self, Operation, TagRemoval, Tagged};
use crate::model::{Creator, Key, KeyState};

/// A tag in requests.
#[derive(Deserialize)]
pub(crate) struct NewTag {
    key: OpenText,
    #[serde(default)]
    value: String,
}

/// A tag in answers.
#[derive(Serialize)]
struct Tag {
    key: String,
    value: String,
}

/// Whether a character may be in the key or value of a tag.
fn is_legal(c: char) -> bool {
    c > '\u{1f}' && !"*<>\\=".contains(c)
}

/// Checks the key of a tag.
///
/// # Errors
/// `KMS.0411` for its length, `KMS.0406` for its characters.
fn check_key(key: &str) -> Result<(), Error> {
    if !(1..=rules::TAG_KEY_MAX).contains(&key.chars().count()) {
        return Err(codes::TAG_KEY_LENGTH.with(&["key"]).into());
    }
    if key.chars().all(is_legal) {
        Ok(())
    } else {
        Err(codes::INVALID_TAG_KEY.with(&["key"]).into())
    }
}

/// Checks the value of a tag.
///
/// # Errors
/// `KMS.0410` for its length, `KMS.0405` for its characters.
fn check_value(value: &str) -> Result<(), Error> {
    let refused = |code: &'static Code| Err(code.with(&["value"]).into());
    match value {
        value if value.chars().count() > rules::TAG_VALUE_MAX => refused(codes::TAG_VALUE_LENGTH),
        value if !value.chars().all(is_legal) => refused(codes::INVALID_TAG_VALUE),
        _ => Ok(()),
    }
}

/// Adds tags to a key. A tag with a known key gets the new value.
///
/// # Errors
/// `KMS.0409` if the key has too many tags then.
async fn add(cx: Cx, name: &KeyName, tags: Vec<(String, String)>) -> Result<Done, Error> {
    let tagged = vec![Tagged::Key(name.key()?)];
    match cx.engine.tag(cx.caller, tagged, tags).await {
        Err(engine::Error::QuotaExceeded) => Err(codes::TOO_MANY_TAGS.into()),
        outcome => done(outcome),
    }
}

/// The tags of a new key.
///
/// # Errors
/// As for tags that are added to a key.
pub(super) fn of_new_key(tags: Vec<NewTag>) -> Result<BTreeMap<String, String>, Error> {
    let mut all = BTreeMap::new();
    for NewTag { key, value } in tags {
        check_key(&key)?;
        check_value(&value)?;
        all.insert(key.0, value);
    }
    if all.len() > rules::RULES.tags { Err(codes::TOO_MANY_TAGS.into()) } else { Ok(all) }
}

#[derive(Deserialize)]
pub(crate) struct CreateTag {
    key_id: KeyName,
    tag: NewTag,
}

pub(crate) async fn create(cx: Cx, request: CreateTag) -> Result<Done, Error> {
    request.key_id.key()?;
    let NewTag { key, value } = request.tag;
    check_key(&key)?;
    check_value(&value)?;
    add(cx, &request.key_id, vec![(key.0, value)]).await
}

#[derive(Deserialize)]
pub(crate) struct ChangeTags {
    key_id: KeyName,
    action: OpenText,
    tags: Vec<NewTag>,
}

/// Adds or deletes all of these tags, or none. The values of tags to delete do not matter, and
/// neither do tags that the key does not have.
pub(crate) async fn change_all(cx: Cx, request: ChangeTags) -> Result<Done, Error> {
    let key = request.key_id.key()?;
    let is_deletion = match &*request.action {
        "create" => false,
        "delete" => true,
        _ => return Err(codes::INVALID_ACTION.with(&["action"]).into()),
    };
    check_list(request.tags.iter().map(|tag| &*tag.key), codes::EMPTY_TAG_LIST)?;
    for NewTag { key, value } in &request.tags {
        check_key(key)?;
        check_value(value)?;
    }
    let tags = request.tags.into_iter().map(|tag| (tag.key.0, tag.value));
    if !is_deletion {
        return add(cx, &request.key_id, tags.collect()).await;
    }
    let names = TagRemoval::Named(tags.map(|(name, _)| name).collect());
    done(cx.engine.untag(cx.caller, vec![Tagged::Key(key)], names).await)
}

/// Checks a list of tags by their keys: 1 to 10, each once.
///
/// # Errors
/// `empty`, `KMS.0407` or `KMS.0412`.
fn check_list<'a>(
    keys: impl ExactSizeIterator<Item = &'a str>,
    empty: &'static Code,
) -> Result<(), Error> {
    let count = keys.len();
    let code = match count {
        0 => empty,
        count if count > rules::RULES.tags => codes::INVALID_TAG_LIST_SIZE,
        count if keys.collect::<BTreeSet<_>>().len() < count => codes::INVALID_TAG_LIST,
        _ => return Ok(()),
    };
    Err(code.with(&["tags"]).into())
}

#[derive(Deserialize)]
pub(crate) struct DeleteTag {
    key_id: KeyName,
    key: OpenText,
}

pub(crate) async fn delete(cx: Cx, request: DeleteTag) -> Result<Done, Error> {
    let key = request.key_id.key()?;
    check_key(&request.key)?;
    {
        let snapshot = cx.engine.snapshot(&cx.caller);
        let tags = &snapshot.view(&cx.caller).admit(&key, Operation::Untag)?.key().tags;
        if !tags.contains_key(&*request.key) {
            return Err(codes::INVALID_TAG_ID.with(&["key"]).into());
        }
    }
    let names = TagRemoval::Named(vec![request.key.0]);
    done(cx.engine.untag(cx.caller, vec![Tagged::Key(key)], names).await)
}

#[derive(Deserialize)]
pub(crate) struct OneKey {
    key_id: KeyName,
}

#[derive(Serialize)]
pub(crate) struct TagsOfKey {
    tags: Vec<Tag>,
    #[serde(rename = "existTagsNum")]
    exist_tags_num: usize,
}

fn tags_of(key: &Key) -> Vec<Tag> {
    key.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

pub(crate) fn of_key(cx: &Cx, request: OneKey) -> Result<TagsOfKey, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = request.key_id.key()?;
    let tags = tags_of(snapshot.view(&cx.caller).admit(&key, Operation::ListTags)?.key());
    Ok(TagsOfKey { exist_tags_num: tags.len(), tags })
}

#[derive(Serialize)]
pub(crate) struct AllTags {
    tags: Vec<TagValues>,
}

#[derive(Serialize)]
struct TagValues {
    key: String,
    values: BTreeSet<String>,
}

/// The tags of all keys: the values of each tag.
pub(crate) fn list(cx: &Cx, _: Nothing) -> Result<AllTags, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let mut tags: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (key, _) in snapshot.view(&cx.caller).keys() {
        for (name, value) in &key.tags {
            match tags.get_mut(name) {
                Some(values) => _ = values.insert(value.clone()),
                None => _ = tags.insert(name.clone(), [value.clone()].into()),
            }
        }
    }
    let tags = tags.into_iter().map(|(key, values)| TagValues { key, values }).collect();
    Ok(AllTags { tags })
}

/// A filter: a tag with one of these values or, if there are none, with any value.
#[derive(Deserialize)]
pub(crate) struct TagFilter {
    key: OpenText,
    #[serde(default)]
    values: Vec<OpenText>,
}

impl TagFilter {
    fn check(&self) -> Result<(), Error> {
        check_key(&self.key)?;
        let refused = |code: &'static Code| Err(code.with(&["values"]).into());
        if self.values.len() > rules::FILTER_VALUES_MAX {
            return refused(codes::TOO_MANY_TAG_VALUES);
        }
        if self.values.iter().collect::<BTreeSet<_>>().len() < self.values.len() {
            return refused(codes::INVALID_TAG_LIST);
        }
        self.values.iter().try_for_each(|value| check_value(value))
    }

    fn matches(&self, key: &Key) -> bool {
        let value = key.tags.get(&*self.key);
        value
            .is_some_and(|it| self.values.is_empty() || self.values.iter().any(|own| **own == **it))
    }
}

/// A filter by another property. There is one: the alias contains a text.
#[derive(Deserialize)]
pub(crate) struct Match {
    key: OpenText,
    value: OpenText,
}

#[derive(Deserialize)]
pub(crate) struct FindByTags {
    action: OpenText,
    #[serde(default)]
    tags: Vec<TagFilter>,
    limit: Option<Decimal>,
    offset: Option<Decimal>,
    #[serde(default)]
    matches: Vec<Match>,
}

impl FindByTags {
    /// The text that aliases contain.
    fn alias(&self) -> Result<&str, Error> {
        for it in &self.matches {
            if &*it.key != "resource_name" {
                return Err(codes::INVALID_MATCH_KEY.with(&["matches"]).into());
            }
            if !(1..=rules::MATCH_MAX).contains(&it.value.chars().count()) {
                return Err(codes::INVALID_MATCH_VALUE.with(&["matches"]).into());
            }
        }
        match &*self.matches {
            [] => Ok(""),
            [only] => Ok(&only.value),
            _ => Err(codes::INVALID_MATCHES.with(&["matches"]).into()),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Found {
    /// Absent if the resources are only counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<Vec<Resource>>,
    total_count: usize,
}

#[derive(Serialize)]
struct Resource {
    resource_id: String,
    resource_detail: KeyDetails,
    resource_name: String,
    tags: Vec<Tag>,
}

/// The keys that pass every filter, newest first. Default master keys have no tags and are not
/// among them.
pub(crate) fn find(cx: &Cx, request: FindByTags) -> Result<Found, Error> {
    let page = match &*request.action {
        "filter" => Some(Page::of_resources(request.limit.as_ref(), request.offset.as_ref())?),
        "count" => None,
        _ => return Err(codes::INVALID_ACTION.with(&["action"]).into()),
    };
    if !request.tags.is_empty() {
        check_list(request.tags.iter().map(|tag| &*tag.key), codes::EMPTY_TAG_LIST)?;
        request.tags.iter().try_for_each(TagFilter::check)?;
    }
    let alias = request.alias()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let found = snapshot.view(&cx.caller).list_keys(|it| matches!(it.creator, Creator::User(_)));
    let found = if request.tags.is_empty() && alias.is_empty() {
        found
    } else {
        found.filtered(|(key, _)| {
            request.tags.iter().all(|tag| tag.matches(key)) && alias_of(key).contains(alias)
        })
    };
    let total_count = found.total();
    let resource = |(key, state): (&Arc<Key>, KeyState)| Resource {
        resource_id: key.id.to_string(),
        resource_detail: metadata::details(cx, key, state),
        resource_name: alias_of(key),
        tags: tags_of(key),
    };
    let resources = page.map(|page| page.cut_newest_first(found, resource).rows);
    Ok(Found { resources, total_count })
}
