//! Lists and deletes entries of the journal.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::Uri;
use serde::{Deserialize, Serialize};

use super::shown::Shown;
use super::wanted::{Claimed, claimed, filter, kept, since};
use crate::app::App;
use crate::control::answer::{Answer, Cleared, Refused};
use crate::control::scope::ScopeParams;
use crate::watch::journal::Page as Found;

/// How many entries an answer has by default, and at most.
const PAGE: usize = 100;
const PAGE_MOST: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    account: Option<String>,
    access_key: Option<String>,
    region: Option<String>,
    dialect: Option<String>,
    action: Option<String>,
    key: Option<String>,
    secret: Option<String>,
    outcome: Option<String>,
    request_id: Option<String>,
    encryption_context: Option<String>,
    since: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
pub(super) struct Page {
    requests: Vec<Shown>,
    /// The `since` of the next page, if there is one.
    next: Option<u64>,
    /// How many entries were dropped to make room, since the journal was last cleared.
    dropped: u64,
}

/// `GET /_kmsim/requests`: entries, oldest first.
pub(super) async fn list(State(app): State<Arc<App>>, uri: Uri) -> Answer<Page> {
    let asked = Query::<Asked>::try_from_uri(&uri);
    let Query(asked) = asked.map_err(|error| Refused::bad(error.body_text()))?;
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=PAGE_MOST).contains(&limit) {
        return Err(Refused::bad(format!("limit: from 1 to {PAGE_MOST}")));
    }
    let params =
        ScopeParams { account: asked.account, access_key: asked.access_key, region: asked.region };
    let context = asked.encryption_context.map(|text| {
        let read = serde_json::from_str(&text);
        read.map_err(|_| Refused::bad("encryption_context: expected a JSON object of strings"))
    });
    let Asked { dialect, action, key, secret, outcome, request_id, .. } = asked;
    let names = [dialect, action, key, secret, outcome, request_id];
    let since = asked.since.as_deref().map(since).transpose()?;
    let filter = filter(&app, claimed(params, &app)?, since, names, context.transpose()?)?;
    let journal = kept(&app)?;
    let Found { entries, next } = journal.page(&filter, limit);
    let dropped = journal.dropped(&filter.requests.scope);
    let dropped = dropped.accepted + dropped.refused;
    Ok(Json(Page { requests: entries.iter().map(Shown::of).collect(), next, dropped }))
}

/// `DELETE /_kmsim/requests`: deletes entries.
pub(super) async fn clear(Claimed(app, requests): Claimed) -> Answer<Cleared> {
    Ok(Json(Cleared { cleared: kept(&app)?.clear(&requests) }))
}
