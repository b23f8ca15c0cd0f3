//! The journal: what became of requests, and whether it is what somebody expects.

mod expect;
mod shown;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Refused};
use super::endpoints::Endpoints;
use super::names;
use super::scope::Named;
use crate::dialects::AuthMode;
use crate::server::App;
use crate::watch::journal::{Filter, Journal, Page as Found, Since, Want};
use crate::watch::{Whose, cut};
use crate::world::Instant;
use shown::Shown;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("../openapi/requests.json"))
        .get("/_kmsim/requests", list)
        .delete("/_kmsim/requests", clear)
        .post("/_kmsim/requests/expect", expect::expect)
}

/// How many entries one answer has, unless it is asked for otherwise, and how many at the most.
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
struct Page {
    requests: Vec<Shown>,
    /// What to give as `since` for those that follow, if any do.
    next: Option<u64>,
    /// How many had to go to make room, since the journal was last cleared.
    dropped: u64,
}

/// `GET /_kmsim/requests`: entries, oldest first.
async fn list(State(app): State<Arc<App>>, uri: Uri) -> Answer<Page> {
    let asked = Query::<Asked>::try_from_uri(&uri);
    let Query(asked) = asked.map_err(|error| Refused::bad(error.body_text()))?;
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=PAGE_MOST).contains(&limit) {
        return Err(Refused::bad(format!("limit: from 1 to {PAGE_MOST}")));
    }
    let named =
        Named { account: asked.account, access_key: asked.access_key, region: asked.region };
    let context = asked.encryption_context.map(|text| {
        let read = serde_json::from_str(&text);
        read.map_err(|_| Refused::bad("encryption_context: a JSON object of texts is needed"))
    });
    let wanted = Wanted {
        dialect: asked.dialect,
        action: asked.action,
        key: asked.key,
        secret: asked.secret,
        outcome: asked.outcome,
        request_id: asked.request_id,
        encryption_context: context.transpose()?,
    };
    let since = asked.since.as_deref().map(since).transpose()?;
    let filter = Filter { whose: claimed(named, &app)?, since, wants: wanted.check(&app)? };
    let journal = kept(&app)?;
    let Found { entries, next } = journal.page(&filter, limit);
    let lost = journal.lost(&filter.whose.scope);
    let dropped = lost.let_in + lost.refused;
    Ok(Json(Page { requests: entries.iter().map(Shown::of).collect(), next, dropped }))
}

/// The journal. Where none is kept, its emptiness would tell nothing.
fn kept(app: &App) -> Result<&Journal, Refused> {
    let journal = &app.watch.journal;
    journal
        .is_kept()
        .then_some(journal)
        .ok_or_else(|| Refused::not_found("no journal is kept (--journal 0)"))
}

/// Whose requests a call is about, where an access key may also be one that nobody has, but a refused request claimed.
struct Claimed(Whose);

fn claimed(mut named: Named, app: &App) -> Result<Whose, Refused> {
    // An entry has a long one cut short.
    let key = named.access_key.as_deref().map(|id| Box::from(cut(id)));
    let unknown = |id: &str| {
        app.auth == AuthMode::Strict
            && app.accounts.get(id).is_none()
            && app.watch.journal.is_claimed(cut(id))
    };
    if named.account.is_none() && named.access_key.as_deref().is_some_and(unknown) {
        // It belongs to no account.
        named.account = named.access_key.take().map(|_| String::new());
    }
    Ok(Whose { access_key: key, ..named.whose(app)? })
}

impl FromRequestParts<Arc<App>> for Claimed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        claimed(Named::of(parts)?, app).map(Self)
    }
}

#[derive(Serialize)]
struct Cleared {
    cleared: usize,
}

/// `DELETE /_kmsim/requests`: forgets entries.
async fn clear(State(app): State<Arc<App>>, Claimed(whose): Claimed) -> Answer<Cleared> {
    Ok(Json(Cleared { cleared: kept(&app)?.clear(&whose) }))
}

/// What entries have to be.
#[derive(Default)]
struct Wanted {
    dialect: Option<String>,
    action: Option<String>,
    key: Option<String>,
    secret: Option<String>,
    outcome: Option<String>,
    request_id: Option<String>,
    encryption_context: Option<BTreeMap<String, String>>,
}

impl Wanted {
    /// The conditions, once their words are known ones: a misspelt one would be met by nothing.
    fn check(self, app: &App) -> Result<Vec<Want>, Refused> {
        if let Some(dialect) = &self.dialect {
            names::clouds(app, Some(dialect), None, None)?;
        }
        if let Some(action) = &self.action {
            names::check_asked(app, action)?;
        }
        if let Some(outcome) = &self.outcome {
            names::check_outcome(app, outcome)?;
        }
        let wants = [
            self.dialect.map(Want::Dialect),
            self.action.map(Want::Action),
            self.key.map(Want::Key),
            self.secret.map(Want::Secret),
            self.outcome.map(Want::Outcome),
            self.request_id.map(Want::RequestId),
            self.encryption_context.map(Want::Context),
        ];
        Ok(wants.into_iter().flatten().collect())
    }
}

/// An entry's number, or a time.
fn since(text: &str) -> Result<Since, Refused> {
    let time = || Instant::parse(text).map(Since::Time);
    let since = text.parse().ok().map(Since::Entry).or_else(time);
    since.ok_or_else(|| {
        Refused::bad(format!("since: {text:?} is neither a number nor an RFC 3339 time"))
    })
}
