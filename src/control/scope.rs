//! The scope of a call: `?account=…` or `?access_key=…`, and `&region=…`.
//! Without any, the whole server.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;

use super::answer::Refused;
use crate::app::App;
use crate::dialects::{AuthMode, PROFILES};
use crate::engine::{Caller, Quota, Rules};
use crate::model::{Realm, Scope};
use crate::watch::RequestScope;

/// The server, and the realms that a call selects.
pub(super) struct Scoped(pub(super) Arc<App>, pub(super) Scope);

/// Like [`Scoped`], but an access key selects only its own requests, not its whole account.
pub(super) struct KeyScoped(pub(super) Arc<App>, pub(super) RequestScope);

/// The query parameters of a scope.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeParams {
    pub(super) account: Option<String>,
    pub(super) access_key: Option<String>,
    pub(super) region: Option<String>,
}

impl ScopeParams {
    pub(super) fn of(parts: &Parts) -> Result<Self, Refused> {
        let params = Query::<Self>::try_from_uri(&parts.uri);
        params.map(|Query(params)| params).map_err(|error| Refused::bad(error.body_text()))
    }

    /// The realms that the parameters select.
    fn scope(self, app: &App) -> Result<Scope, Refused> {
        let account = match (self.account, self.access_key) {
            (Some(_), Some(_)) => {
                return Err(Refused::bad("account and access_key: name one of them"));
            }
            (Some(account), None) => Some(account.into()),
            // In the other modes, unknown access keys have accounts too.
            (None, Some(id)) if app.auth == AuthMode::Strict && app.accounts.get(&id).is_none() => {
                return Err(Refused::bad(format!("access_key: {id:?} does not exist")));
            }
            (None, Some(id)) => Some(Arc::clone(&app.accounts.presumed(Some(&id)).id)),
            (None, None) => None,
        };
        let region = match self.region {
            Some(region) if !Realm::is_region_id(&region) => {
                return Err(Refused::bad(format!("region: {region:?} is not a region id")));
            }
            region => region.map(|region| region.to_ascii_lowercase().into()),
        };
        Ok(Scope { account, region })
    }

    /// The requests that the parameters select.
    pub(super) fn requests(self, app: &App) -> Result<RequestScope, Refused> {
        let access_key = self.access_key.as_deref().map(Box::from);
        Ok(RequestScope { scope: self.scope(app)?, access_key })
    }
}

/// The account itself in the cloud whose rules have something, in the scope's region or else in
/// that cloud's default one. `None` if no cloud's rules have it.
pub(super) fn caller_where(
    app: &App,
    scope: &Scope,
    account: &Arc<str>,
    have: impl Fn(&Rules) -> bool,
) -> Option<Caller> {
    PROFILES.iter().find_map(|profile| {
        let region = scope.region.as_deref().or_else(|| app.clouds.default_region(profile.name))?;
        let realm = Realm::new(profile.name, account, region);
        let rules = app.engine.rules(&realm).filter(|rules| have(rules))?;
        Some(Caller::new(realm, rules, Arc::clone(account), Quota::default()))
    })
}

impl FromRequestParts<Arc<App>> for Scoped {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        Ok(Self(Arc::clone(app), ScopeParams::of(parts)?.scope(app)?))
    }
}

impl FromRequestParts<Arc<App>> for KeyScoped {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        Ok(Self(Arc::clone(app), ScopeParams::of(parts)?.requests(app)?))
    }
}
