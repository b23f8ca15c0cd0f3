//! Which entries of the journal a call is about.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::control::answer::Refused;
use crate::control::names;
use crate::control::scope::Named;
use crate::dialects::AuthMode;
use crate::watch::journal::{Condition, Journal, Since};
use crate::watch::{RequestScope, truncate};
use crate::world::Instant;

/// The conditions, once their names are known ones: nothing would meet a misspelt one.
pub(super) fn checked(
    app: &App,
    conditions: [Option<Condition>; 7],
) -> Result<Vec<Condition>, Refused> {
    let conditions: Vec<_> = conditions.into_iter().flatten().collect();
    for condition in &conditions {
        match condition {
            Condition::Dialect(name) => drop(names::clouds(app, Some(name), None, None)?),
            Condition::Action(name) => names::check_asked(app, name)?,
            Condition::Outcome(name) => names::check_outcome(name)?,
            Condition::Key(_)
            | Condition::Secret(_)
            | Condition::RequestId(_)
            | Condition::Context(_) => {}
        }
    }
    Ok(conditions)
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
        .is_enabled()
        .then_some(journal)
        .ok_or_else(|| Refused::not_found("no journal is kept (--journal 0)"))
}

/// Whose requests a call is about, where an access key may also be one that nobody has, but a refused request claimed.
pub(super) struct Claimed(pub(super) Arc<App>, pub(super) RequestScope);

pub(super) fn claimed(mut named: Named, app: &App) -> Result<RequestScope, Refused> {
    // An entry has a long one cut short.
    let key = named.access_key.as_deref().map(|id| Box::from(truncate(id)));
    let unknown = |id: &str| {
        app.auth == AuthMode::Strict
            && app.accounts.get(id).is_none()
            && app.watch.journal.is_claimed(truncate(id))
    };
    if named.account.is_none() && named.access_key.as_deref().is_some_and(unknown) {
        // It belongs to no account.
        named.account = named.access_key.take().map(|_| String::new());
    }
    Ok(RequestScope { access_key: key, ..named.requests(app)? })
}

impl FromRequestParts<Arc<App>> for Claimed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        Ok(Self(Arc::clone(app), claimed(Named::of(parts)?, app)?))
    }
}
