//! Which entries of the journal a call selects.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::control::answer::Refused;
use crate::control::names;
use crate::control::scope::ScopeParams;
use crate::dialects::AuthMode;
use crate::watch::journal::{Condition, Filter, Journal, Since};
use crate::watch::{RequestScope, truncate};
use crate::world::Instant;

/// A filter for the conditions of a call: dialect, action, key, secret, outcome and request id, in
/// this order, and the encryption context. A misspelt name is refused, because it would match
/// nothing, and that would look like a result.
pub(super) fn filter(
    app: &App,
    requests: RequestScope,
    since: Option<Since>,
    names: [Option<String>; 6],
    context: Option<BTreeMap<String, String>>,
) -> Result<Filter, Refused> {
    let kinds: [fn(String) -> Condition; 6] = [
        Condition::Dialect,
        Condition::Action,
        Condition::Key,
        Condition::Secret,
        Condition::Outcome,
        Condition::RequestId,
    ];
    let [dialect, action, _, _, outcome, _] = &names;
    names::clouds(app, dialect.as_deref(), None, None)?;
    action.as_deref().map_or(Ok(()), |name| names::check_action(app, name))?;
    outcome.as_deref().map_or(Ok(()), names::check_outcome)?;
    let given = names.into_iter().zip(kinds).filter_map(|(name, kind)| name.map(kind));
    let conditions = given.chain(context.map(Condition::Context)).collect();
    Ok(Filter { requests, since, conditions })
}

/// Parses an entry's number or a time.
pub(in crate::control) fn since(text: &str) -> Result<Since, Refused> {
    let time = || Instant::parse(text).map(Since::Time);
    let since = text.parse().ok().map(Since::Entry).or_else(time);
    since.ok_or_else(|| {
        Refused::bad(format!("since: {text:?} is neither a number nor an RFC 3339 time"))
    })
}

/// The journal. If none is kept, an empty answer would be misleading.
pub(in crate::control) fn kept(app: &App) -> Result<&Journal, Refused> {
    let journal = &app.watch.journal;
    journal
        .is_enabled()
        .then_some(journal)
        .ok_or_else(|| Refused::not_found("no journal is kept (--journal 0)"))
}

/// Like `KeyScoped`, but the access key may also be an unknown one that a refused request claimed.
pub(super) struct Claimed(pub(super) Arc<App>, pub(super) RequestScope);

pub(super) fn claimed(mut params: ScopeParams, app: &App) -> Result<RequestScope, Refused> {
    // Entries store long names truncated.
    let key = params.access_key.as_deref().map(|id| Box::from(truncate(id)));
    let unknown = |id: &str| {
        app.auth == AuthMode::Strict
            && app.accounts.get(id).is_none()
            && app.watch.journal.is_claimed(truncate(id))
    };
    if params.account.is_none() && params.access_key.as_deref().is_some_and(unknown) {
        // It belongs to no account.
        params.account = params.access_key.take().map(|_| String::new());
    }
    Ok(RequestScope { access_key: key, ..params.requests(app)? })
}

impl FromRequestParts<Arc<App>> for Claimed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        Ok(Self(Arc::clone(app), claimed(ScopeParams::of(parts)?, app)?))
    }
}
