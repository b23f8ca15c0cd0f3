//! What part of the server a call is about: `?account=…` or `?access_key=…`, and `&region=…`. Without any, everything.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;

use super::answer::Refused;
use crate::app::App;
use crate::dialects::AuthMode;
use crate::model::{Realm, Scope};
use crate::watch::RequestScope;

/// The server, and the realms that a call names.
pub(super) struct Scoped(pub(super) Arc<App>, pub(super) Scope);

/// The same as [`Scoped`], but an access key is that very key, and not its whole account.
pub(super) struct OfKey(pub(super) Arc<App>, pub(super) RequestScope);

/// A scope as it is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) account: Option<String>,
    pub(super) access_key: Option<String>,
    pub(super) region: Option<String>,
}

impl Named {
    pub(super) fn of(parts: &Parts) -> Result<Self, Refused> {
        let named = Query::<Self>::try_from_uri(&parts.uri);
        named.map(|Query(named)| named).map_err(|error| Refused::bad(error.body_text()))
    }

    /// The realms meant.
    fn scope(self, app: &App) -> Result<Scope, Refused> {
        let account = match (self.account, self.access_key) {
            (Some(_), Some(_)) => {
                return Err(Refused::bad("account and access_key: name one of them"));
            }
            (Some(account), None) => Some(account.into()),
            // In the other modes an access key need not be known to have an account.
            (None, Some(id)) if app.auth == AuthMode::Strict && app.accounts.get(&id).is_none() => {
                return Err(Refused::bad(format!("access_key: nobody has {id:?}")));
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

    /// The requests meant.
    pub(super) fn requests(self, app: &App) -> Result<RequestScope, Refused> {
        let access_key = self.access_key.as_deref().map(Box::from);
        Ok(RequestScope { scope: self.scope(app)?, access_key })
    }
}

impl FromRequestParts<Arc<App>> for Scoped {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        Ok(Self(Arc::clone(app), Named::of(parts)?.scope(app)?))
    }
}

impl FromRequestParts<Arc<App>> for OfKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        Ok(Self(Arc::clone(app), Named::of(parts)?.requests(app)?))
    }
}
