//! One request, as it is read.

use std::time::Duration;

use serde::Serialize;

use super::Mismatch;
use crate::watch::Subject;
use crate::world::Instant;

/// One request, and what became of it.
#[derive(Debug)]
pub struct Entry {
    /// Its number: a later request has a higher one.
    pub id: u64,
    /// When it was answered, by its realm's clock.
    pub at: Instant,
    /// The same by the host's.
    pub host: Instant,
    /// How long it took, latency by faults included.
    pub took: Duration,
    /// The id in its answer.
    pub request_id: String,
    /// What it was about.
    pub subject: Subject,
    /// What its checks came to.
    pub auth: Auth,
    /// The answer's HTTP status.
    pub status: u16,
    /// What was answered.
    pub outcome: Outcome,
    /// The faults that struck it.
    pub fault: Option<Fault>,
    /// Its parameters, without those that every request has.
    pub params: Vec<(String, String)>,
    /// The names that its action reads, if there is such an action.
    pub read: Option<&'static [&'static str]>,
    /// Of a wrong signature: what the server signed, and what the client seems to have.
    pub mismatch: Option<Mismatch>,
}

/// What the checks of a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// It passed them.
    Passed,
    /// It was refused with this code.
    Refused(&'static str),
    /// It failed with this code, and was let pass.
    LetPass(&'static str),
    /// Nothing was checked.
    Unchecked,
}

/// What a client was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What it asked for.
    Ok,
    /// The error of this code.
    Error(&'static str),
    /// Nothing: the connection was reset.
    Reset,
    /// Half of an answer.
    Truncated,
}

impl Outcome {
    /// Its name: `ok`, `reset`, `truncated`, or the error's code.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error(code) => code,
            Self::Reset => "reset",
            Self::Truncated => "truncated",
        }
    }
}

/// The faults that struck a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Their rules.
    pub rules: Vec<u64>,
    /// Whether the request asked for one itself.
    pub by_header: bool,
    /// Whether the action was run all the same.
    #[serde(rename = "action_ran")]
    pub ran: bool,
}

impl Entry {
    /// The names of the parameters that its action does not read.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        let reads = |name: &str| {
            let list = name.split('.').next().unwrap_or_default();
            self.read.is_none_or(|read| read.contains(&name) || read.contains(&list))
        };
        self.params.iter().map(|(name, _)| name.as_str()).filter(move |name| !reads(name))
    }
}
