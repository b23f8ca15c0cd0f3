//! Filters for entries. A filter can also tell which conditions an entry misses.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Entry;
use super::view::{Keys, RecordView};
use crate::watch::RequestScope;
use crate::world::Instant;

/// A filter: the scope, the start, and conditions.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The scope.
    pub requests: RequestScope,
    /// Only later entries.
    pub since: Option<Since>,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// The start of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// After the entry with this number.
    Entry(u64),
    /// At this instant or later, by the host's clock.
    Time(Instant),
}

/// A condition for an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is a request to this cloud.
    Dialect(String),
    /// It requested this action.
    Action(String),
    /// It named this key, by id or by the same alias.
    Key(String),
    /// It named this secret.
    Secret(String),
    /// Its outcome: `ok`, `error` for any error, `reset`, `truncated`, or an error's code.
    Outcome(String),
    /// Its answer has this request id.
    RequestId(String),
    /// It had exactly this encryption context. No pairs means no context.
    Context(BTreeMap<String, String>),
}

/// A condition that an entry misses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Miss {
    /// The condition's name.
    pub field: &'static str,
    /// The required value.
    pub wanted: String,
    /// The entry's value.
    pub found: String,
}

impl Filter {
    /// Whether a request is in the scope and late enough.
    pub(super) fn is_near(&self, seen: &RecordView<'_>) -> bool {
        let later = match self.since {
            None => true,
            Some(Since::Entry(id)) => seen.id > id,
            Some(Since::Time(at)) => seen.host >= at,
        };
        later && self.requests.has(seen.realm, seen.access_key)
    }

    /// How many conditions a request misses.
    pub(super) fn missing(&self, seen: &RecordView<'_>) -> usize {
        self.conditions.iter().filter(|condition| !condition.is_met_by(seen)).count()
    }

    /// The conditions that an entry misses; none if it matches.
    #[must_use]
    pub fn misses(&self, entry: &Entry) -> Vec<Miss> {
        self.conditions.iter().filter_map(|condition| condition.missed_by(entry)).collect()
    }
}

impl Condition {
    /// The condition's name.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Dialect(_) => "dialect",
            Self::Action(_) => "action",
            Self::Key(_) => "key",
            Self::Secret(_) => "secret",
            Self::Outcome(_) => "outcome",
            Self::RequestId(_) => "request_id",
            Self::Context(_) => "encryption_context",
        }
    }

    fn is_met_by(&self, seen: &RecordView<'_>) -> bool {
        match self {
            Self::Dialect(wanted) => *seen.realm.dialect == **wanted,
            Self::Action(wanted) => seen.action == Some(wanted),
            Self::Secret(wanted) => seen.secret == Some(wanted),
            Self::RequestId(wanted) => seen.request_id == wanted,
            Self::Outcome(wanted) => {
                let found = seen.outcome.name();
                *wanted == found || wanted == "error" && found != "ok"
            }
            Self::Key(wanted) => seen.keys.has(wanted),
            Self::Context(wanted) => context(seen.context).is_ok_and(|found| found == *wanted),
        }
    }

    fn missed_by(&self, entry: &Entry) -> Option<Miss> {
        if self.is_met_by(&entry.seen()) {
            return None;
        }
        let subject = &entry.subject;
        let plain = |wanted: &str, found: Option<&str>| {
            (wanted.to_owned(), found.unwrap_or("none").to_owned())
        };
        let (wanted, found) = match self {
            Self::Dialect(wanted) => plain(wanted, Some(&subject.realm.dialect)),
            Self::Action(wanted) => plain(wanted, subject.action.as_deref()),
            Self::Secret(wanted) => plain(wanted, subject.secret.as_deref()),
            Self::RequestId(wanted) => plain(wanted, Some(&entry.request_id)),
            Self::Outcome(wanted) => plain(wanted, Some(entry.outcome.name())),
            Self::Key(wanted) => (wanted.clone(), keys(entry)),
            Self::Context(wanted) => {
                let text =
                    |pairs: &BTreeMap<_, _>| serde_json::to_string(pairs).unwrap_or_default();
                let found = context(subject.context.as_deref());
                (text(wanted), found.map_or_else(str::to_owned, |found| text(&found)))
            }
        };
        Some(Miss { field: self.field(), wanted, found })
    }
}

/// The pairs of an encryption context, or its text if it is not a JSON object of strings.
pub(super) fn context(text: Option<&str>) -> Result<BTreeMap<String, String>, &str> {
    let Some(text) = text else { return Ok(BTreeMap::new()) };
    let read: Result<Option<_>, _> = serde_json::from_str(text);
    read.map(Option::unwrap_or_default).map_err(|_| text)
}

fn keys(entry: &Entry) -> String {
    let called = |key: &crate::watch::NamedKey| match (&key.name, &key.id) {
        (Some(name), Some(id)) if **name != *id.as_str() => format!("{id} ({name})"),
        (_, Some(id)) => id.to_string(),
        (name, None) => name.as_deref().unwrap_or("unknown").to_owned(),
    };
    let all: Vec<_> = entry.subject.keys.iter().map(called).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

impl Entry {
    fn seen(&self) -> RecordView<'_> {
        let subject = &self.subject;
        RecordView {
            id: self.id,
            host: self.host,
            realm: &subject.realm,
            access_key: subject.access_key.as_deref(),
            request_id: &self.request_id,
            outcome: self.outcome,
            action: subject.action.as_deref(),
            keys: Keys::Listed(&subject.keys),
            secret: subject.secret.as_deref(),
            context: subject.context.as_deref(),
        }
    }

    /// The pairs of the encryption context.
    ///
    /// # Errors
    /// The context is not made of pairs; this is its text.
    pub fn context(&self) -> Result<BTreeMap<String, String>, &str> {
        context(self.subject.context.as_deref())
    }
}
