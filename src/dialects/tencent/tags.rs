//! Tags as the actions of this cloud have them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::codes;
use super::values::OpenText;
use crate::dialects::Error;
use crate::model::Tags;

/// A tag to attach.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) tag_key: OpenText,
    pub(super) tag_value: String,
}

/// How long a tag's name may be, in characters, and how long its value. No source of this service
/// says; these are the limits of the tag service's document.
pub(super) const NAME_MAX: usize = 127;
pub(super) const VALUE_MAX: usize = 255;

/// The tags that a request attaches.
///
/// # Errors
/// A name comes twice, or a text is empty or too long.
pub(super) fn attached(tags: Vec<Tag>) -> Result<Tags, Error> {
    let mut all = BTreeMap::new();
    for Tag { tag_key, tag_value } in tags {
        let legal = (1..=NAME_MAX).contains(&tag_key.chars().count())
            && tag_value.chars().count() <= VALUE_MAX;
        if !legal {
            return Err(Error::Invalid("Tags".into()));
        }
        if all.insert(tag_key.0, tag_value).is_some() {
            return Err(codes::INVALID_PARAMETER_VALUE_TAG_KEYS_DUPLICATED.into());
        }
    }
    Ok(all)
}

/// What a list is narrowed by: a tag's name, with any of these values or with any value.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagFilter {
    tag_key: OpenText,
    #[serde(default)]
    tag_value: BTreeSet<OpenText>,
}

impl TagFilter {
    /// Whether what has these tags is shown.
    pub(super) fn fits(&self, tags: &Tags) -> bool {
        let value = tags.get(&self.tag_key.0);
        value.is_some_and(|it| self.tag_value.is_empty() || self.tag_value.contains(it.as_str()))
    }
}
