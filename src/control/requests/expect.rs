//! Expectations: counts the requests that meet conditions. If the count is not as expected, the
//! answer shows how the nearest requests differ.

use std::collections::BTreeMap;
use std::num::NonZero;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::wanted::{Claimed, filter, kept, since};
use crate::control::answer::{JsonBody, Refused};
use crate::watch::journal::{Entry, Filter, Journal, Miss, Since, Tally};

/// How many of the nearest entries are shown.
const NEAREST: usize = 3;
/// How many numbers of matching entries are shown.
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
#[serde(untagged, expecting = "expected a number or an RFC 3339 time")]
enum Mark {
    Entry(u64),
    Time(String),
}

/// The expected count.
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
    /// The last matching requests.
    requests: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nearest: Vec<Near>,
    /// How many refused requests claim to match. They were not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed: Option<NonZero<usize>>,
    /// How many requests, matching or not, were dropped to make room. They were not counted.
    dropped: u64,
}

#[derive(Serialize)]
struct Near {
    id: u64,
    action: Option<String>,
    differs: Vec<Miss>,
}

/// `POST /_kmsim/requests/expect`: 200 if the count is as expected, else 409 with the differences.
pub(super) async fn expect(
    Claimed(app, requests): Claimed,
    JsonBody(asked): JsonBody<Asked>,
) -> Result<Response, Refused> {
    let times = asked.times.unwrap_or(Times::AtLeast(1));
    let Asked { dialect, action, key, secret, outcome, request_id, .. } = asked;
    let names = [dialect, action, key, secret, outcome, request_id];
    let since = asked.since.map(|mark| match mark {
        Mark::Entry(id) => Ok(Since::Entry(id)),
        Mark::Time(text) => since(&text),
    });
    let filter = filter(&app, requests, since.transpose()?, names, asked.encryption_context)?;
    let verdict = judge(kept(&app)?, &filter, times);
    let status = if verdict.ok { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, Json(verdict)).into_response())
}

fn judge(journal: &Journal, filter: &Filter, times: Times) -> Verdict {
    let Tally { count, claimed, last, nearest } = journal.tally(filter, LAST, NEAREST);
    let ok = times.are_met_by(count);
    let error = format!("expected {times}, found {count}");
    // If there are too many, nothing is near: the matching ones are the problem.
    let lacking = !ok && !matches!(times, Times::AtMost(_));
    let near =
        nearest.iter().filter(|_| lacking).map(|entry| Near::of(entry, filter.misses(entry)));
    Verdict {
        ok,
        count,
        error: (!ok).then_some(error),
        requests: last,
        nearest: near.collect(),
        claimed: NonZero::new(claimed),
        dropped: journal.dropped(&filter.requests.scope).accepted,
    }
}

impl Near {
    fn of(entry: &Entry, misses: Vec<Miss>) -> Self {
        Self {
            id: entry.id,
            action: entry.subject.action.as_deref().map(str::to_owned),
            differs: misses,
        }
    }
}
