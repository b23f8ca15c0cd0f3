//! One request, in readable form.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::Mismatch;
use crate::watch::{Decision, Subject};
use crate::world::Instant;

/// One request and its outcome.
#[derive(Debug)]
pub struct Entry {
    /// Its number. Later requests have higher numbers.
    pub id: u64,
    /// When it was answered, by its realm's clock.
    pub at: Instant,
    /// The same time by the host's clock.
    pub host: Instant,
    /// How long it took, including latency from faults.
    pub took: Duration,
    /// The request id in its answer.
    pub request_id: String,
    /// What it was about.
    pub subject: Subject,
    /// The result of authentication.
    pub auth: Auth,
    /// The answer's HTTP status.
    pub status: u16,
    /// The outcome.
    pub outcome: Outcome,
    /// The faults that affected it.
    pub fault: Option<Fault>,
    /// Its parameters, without those common to all requests.
    pub params: Vec<(String, String)>,
    /// The names of the parameters that its action reads, if the action exists.
    pub read: Option<&'static [&'static str]>,
    /// For a wrong signature: what the server signed, and what the client seems to have signed.
    pub mismatch: Option<Mismatch>,
    /// Whether its user may do what it asks, and why, where its cloud says so.
    pub decision: Option<Arc<Decision>>,
}

/// The result of a request's authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// It passed.
    Passed,
    /// It was refused with this code.
    Refused(&'static str),
    /// It failed with this code, but was let pass.
    LetPass(&'static str),
    /// Nothing was checked.
    Unchecked,
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A successful answer.
    Ok,
    /// The error with this code.
    Error(&'static str),
    /// The connection was reset.
    Reset,
    /// The answer was truncated.
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

/// The faults that affected a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The ids of their rules.
    pub rules: Vec<u64>,
    /// Whether the request's own header asked for one.
    pub by_header: bool,
    /// Whether the action ran anyway.
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
