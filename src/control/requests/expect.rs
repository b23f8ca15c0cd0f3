//! Expectations: how many requests of a kind there were, and what differed in the nearest ones where it is not as
//! expected.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::wanted::{Claimed, checked, kept, since};
use crate::control::answer::{Refused, Sent};
use crate::watch::journal::{Condition, Entry, Filter, Journal, Miss, Tally};

/// How many of the nearest entries are told.
const NEAREST: usize = 3;
/// Of how many entries that count the numbers are told.
const LAST: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    dialect: Option<String>,
    action: Option<String>,
    key: Option<String>,
    secret: Option<String>,
    outcome: Option<String>,
    request_id: Option<String>,
    encryption_context: Option<BTreeMap<String, String>>,
    since: Option<Mark>,
    times: Option<Times>,
}

/// An entry's number, or a time.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a number or an RFC 3339 time is needed")]
enum Mark {
    Entry(u64),
    Time(String),
}

/// How many.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Times {
    Exactly(usize),
    AtLeast(usize),
    AtMost(usize),
}

impl Times {
    fn are_met_by(self, count: usize) -> bool {
        match self {
            Self::Exactly(times) => count == times,
            Self::AtLeast(times) => count >= times,
            Self::AtMost(times) => count <= times,
        }
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exactly(times) => write!(f, "exactly {times}"),
            Self::AtLeast(times) => write!(f, "at least {times}"),
            Self::AtMost(times) => write!(f, "at most {times}"),
        }
    }
}

#[derive(Serialize)]
struct Verdict {
    ok: bool,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The last of the requests that were meant.
    requests: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nearest: Vec<Near>,
    /// How many requests that were refused claim to be such as were meant: they were not counted.
    #[serde(skip_serializing_if = "is_none")]
    claimed: usize,
    /// How many requests, of whatever kind, had to go to make room: they were not counted.
    dropped: u64,
}

#[derive(Serialize)]
struct Near {
    id: u64,
    action: Option<String>,
    differs: Vec<Difference>,
}

#[derive(Serialize)]
struct Difference {
    field: &'static str,
    wanted: String,
    found: String,
}

/// `POST /_kmsim/requests/expect`: 200 when it is as expected, and 409 with what differed when it is not.
pub(super) async fn expect(
    Claimed(app, requests): Claimed,
    Sent(asked): Sent<Asked>,
) -> Result<Response, Refused> {
    let times = asked.times.unwrap_or(Times::AtLeast(1));
    let conditions = [
        asked.dialect.map(Condition::Dialect),
        asked.action.map(Condition::Action),
        asked.key.map(Condition::Key),
        asked.secret.map(Condition::Secret),
        asked.outcome.map(Condition::Outcome),
        asked.request_id.map(Condition::RequestId),
        asked.encryption_context.map(Condition::Context),
    ];
    let mark = asked.since.map(|mark| match mark {
        Mark::Entry(id) => since(&id.to_string()),
        Mark::Time(text) => since(&text),
    });
    let filter =
        Filter { requests, since: mark.transpose()?, conditions: checked(&app, conditions)? };
    let verdict = judge(kept(&app)?, &filter, times);
    let status = if verdict.ok { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, Json(verdict)).into_response())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

fn judge(journal: &Journal, filter: &Filter, times: Times) -> Verdict {
    let Tally { count, claimed, last, nearest } = journal.tally(filter, LAST, NEAREST);
    let ok = times.are_met_by(count);
    let error = format!("expected {times}, found {count}");
    // Of too many there is nothing that comes near: they are the ones.
    let lacking = !ok && !matches!(times, Times::AtMost(_));
    let near =
        nearest.iter().filter(|_| lacking).map(|entry| Near::of(entry, filter.misses(entry)));
    Verdict {
        ok,
        count,
        error: (!ok).then_some(error),
        requests: last,
        nearest: near.collect(),
        claimed,
        dropped: journal.dropped(&filter.requests.scope).accepted,
    }
}

impl Near {
    fn of(entry: &Entry, misses: Vec<Miss>) -> Self {
        let difference = |Miss { field, wanted, found }| Difference { field, wanted, found };
        Self {
            id: entry.id,
            action: entry.subject.action.as_deref().map(str::to_owned),
            differs: misses.into_iter().map(difference).collect(),
        }
    }
}
