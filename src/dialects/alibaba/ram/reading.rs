//! Reading the parts of policy documents, and what is wrong with them.

use std::fmt;

use serde_json::{Map, Value};

/// What is wrong with a document, and in which place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    place: String,
    what: String,
}

impl Flaw {
    /// A flaw of the value that is being read.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { place: String::new(), what: what.into() }
    }

    /// The same flaw, seen from the member or entry that contains it.
    pub(super) fn within(self, outer: &str) -> Self {
        let Self { place, what } = self;
        let dot = if place.is_empty() || place.starts_with('[') { "" } else { "." };
        Self { place: format!("{outer}{dot}{place}"), what }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.place {
            "" => f.write_str(&self.what),
            place => write!(f, "{place}: {}", self.what),
        }
    }
}

/// The members of an object, all of which are known.
pub(super) fn object<'a>(value: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, Flaw> {
    let members = value.as_object().ok_or_else(|| Flaw::new("expected an object"))?;
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(members),
        Some(name) => Err(Flaw::new(format!("unknown; expected one of {}", known.join(", ")))
            .within(&shortened(name))),
    }
}

/// Reads a required member.
pub(super) fn member<'a, T>(
    members: &'a Map<String, Value>,
    name: &str,
    read: impl FnOnce(&'a Value) -> Result<T, Flaw>,
) -> Result<T, Flaw> {
    let value = members.get(name).ok_or_else(|| Flaw::new("missing").within(name))?;
    read(value).map_err(|flaw| flaw.within(name))
}

/// Reads each entry of a list.
pub(super) fn each<'a, T, E>(
    entries: &'a [E],
    read: impl Fn(&'a E) -> Result<T, Flaw>,
) -> Result<Vec<T>, Flaw> {
    let numbered = entries.iter().enumerate();
    numbered.map(|(at, entry)| read(entry).map_err(|it| it.within(&format!("[{at}]")))).collect()
}

/// One or more texts: a text, or a list of texts.
pub(super) fn texts(value: &Value) -> Result<Vec<&str>, Flaw> {
    let expected = || Flaw::new("expected a text or a list of texts");
    match value {
        Value::String(text) => Ok(vec![text]),
        Value::Array(entries) if entries.is_empty() => Err(expected()),
        Value::Array(entries) => each(entries, |entry| entry.as_str().ok_or_else(expected)),
        _ => Err(expected()),
    }
}

/// The beginning of a name that is quoted.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}
