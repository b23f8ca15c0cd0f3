//! Policies of users in accounts files. Each cloud checks those that it reads.

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::error::{Place, SeedError};
use crate::dialects::PROFILES;
use crate::dialects::users::Policy;

/// A policy: the name of a cloud's own, or a document.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum PolicyEntry {
    Named(String),
    Document(DocumentEntry),
}

/// A policy's document.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct DocumentEntry(Map<String, Value>);

impl From<PolicyEntry> for Policy {
    fn from(entry: PolicyEntry) -> Self {
        match entry {
            PolicyEntry::Named(name) => Self::Named(name),
            PolicyEntry::Document(document) => Self::Document(document.into()),
        }
    }
}

impl From<DocumentEntry> for Value {
    fn from(DocumentEntry(members): DocumentEntry) -> Self {
        members.into()
    }
}

/// Checks a policy in the field of this name.
pub(super) fn check(
    policy: &Spanned<PolicyEntry>,
    field: &str,
    place: Place<'_>,
) -> Result<(), SeedError> {
    let wrong = |what: String| place.wrong(field, policy, what);
    match &policy.value {
        PolicyEntry::Document(document) => document.check().map_err(wrong),
        PolicyEntry::Named(name) => {
            let mut readers = PROFILES.iter().filter_map(|it| it.user_policies.as_ref());
            let is_known = readers.any(|it| (it.has)(name));
            is_known.then_some(()).ok_or_else(|| wrong(format!("there is no policy {name:?}")))
        }
    }
}

/// Checks a document in the field of this name.
pub(super) fn check_document(
    document: &Spanned<DocumentEntry>,
    field: &str,
    place: Place<'_>,
) -> Result<(), SeedError> {
    document.value.check().map_err(|what| place.wrong(field, document, what))
}

impl DocumentEntry {
    /// Checks the document with the cloud that has documents of its version.
    fn check(&self) -> Result<(), String> {
        let version = self.0.get("Version").ok_or("Version: missing")?;
        let readers = || PROFILES.iter().filter_map(|it| it.user_policies.as_ref());
        let reader = version
            .as_str()
            .and_then(|version| readers().find(|it| it.versions.contains(&version)));
        let Some(reader) = reader else {
            let all = readers().flat_map(|it| it.versions).map(|it| format!("{it:?}"));
            return Err(format!("Version: expected one of {}", all.collect::<Vec<_>>().join(", ")));
        };
        (reader.check)(&Value::Object(self.0.clone()))
    }
}
