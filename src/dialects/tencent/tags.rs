//! Tags in requests: the document's data structures `Tag` and `TagFilter`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::values::OpenText;
use super::{codes, rules};
use crate::dialects::Error;
use crate::model::Tags;

/// A tag.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) tag_key: OpenText,
    pub(super) tag_value: String,
}

/// The longest tag key, in characters. The KMS document gives no limits for tags; these are those
/// of the tag service's document.
pub(super) const KEY_MAX: usize = 127;
/// The longest tag value, in characters.
pub(super) const VALUE_MAX: usize = 255;

/// The tags by key.
///
/// # Errors
/// There are too many tags, a key occurs twice, or a key or value has an illegal length.
pub(super) fn tag_map(tags: Vec<Tag>) -> Result<Tags, Error> {
    if tags.len() > rules::RULES.tags {
        return Err(Error::Invalid("Tags".into()));
    }
    let mut map = BTreeMap::new();
    for Tag { tag_key, tag_value } in tags {
        let is_legal = (1..=KEY_MAX).contains(&tag_key.chars().count())
            && tag_value.chars().count() <= VALUE_MAX;
        if !is_legal {
            return Err(Error::Invalid("Tags".into()));
        }
        if map.insert(tag_key.0, tag_value).is_some() {
            return Err(codes::INVALID_PARAMETER_VALUE_TAG_KEYS_DUPLICATED.into());
        }
    }
    Ok(map)
}

/// A filter of lists: a tag key with one of these values or, if there are none, with any value.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagFilter {
    tag_key: OpenText,
    #[serde(default)]
    tag_value: BTreeSet<OpenText>,
}

impl TagFilter {
    /// Whether a resource with these tags is listed.
    pub(super) fn matches(&self, tags: &Tags) -> bool {
        let value = tags.get(&self.tag_key.0);
        value.is_some_and(|it| self.tag_value.is_empty() || self.tag_value.contains(it.as_str()))
    }
}
