//! Which entries of the journal a call is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::control::answer::Refused;
use crate::control::names;
use crate::control::scope::Named;
use crate::dialects::AuthMode;
use crate::watch::journal::{Journal, Since, Want};
use crate::watch::{Whose, cut};
use crate::world::Instant;

/// What entries have to be.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) dialect: Option<String>,
    pub(super) action: Option<String>,
    pub(super) key: Option<String>,
    pub(super) secret: Option<String>,
    pub(super) outcome: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) encryption_context: Option<BTreeMap<String, String>>,
}

impl Wanted {
    /// The conditions, once their words are known ones: a misspelt one would be met by nothing.
    pub(super) fn check(self, app: &App) -> Result<Vec<Want>, Refused> {
        if let Some(dialect) = &self.dialect {
            names::clouds(app, Some(dialect), None, None)?;
        }
        if let Some(action) = &self.action {
            names::check_asked(app, action)?;
        }
        if let Some(outcome) = &self.outcome {
            names::check_outcome(outcome)?;
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
pub(super) fn since(text: &str) -> Result<Since, Refused> {
    let time = || Instant::parse(text).map(Since::Time);
    let since = text.parse().ok().map(Since::Entry).or_else(time);
    since.ok_or_else(|| {
        Refused::bad(format!("since: {text:?} is neither a number nor an RFC 3339 time"))
    })
}

/// The journal. Where none is kept, its emptiness would tell nothing.
pub(super) fn kept(app: &App) -> Result<&Journal, Refused> {
    let journal = &app.watch.journal;
    journal
        .is_kept()
        .then_some(journal)
        .ok_or_else(|| Refused::not_found("no journal is kept (--journal 0)"))
}

/// Whose requests a call is about, where an access key may also be one that nobody has, but a refused request claimed.
pub(super) struct Claimed(pub(super) Whose);

pub(super) fn claimed(mut named: Named, app: &App) -> Result<Whose, Refused> {
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
