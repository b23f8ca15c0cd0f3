//! What part of the server a call is about: `?account=…` or `?access_key=…`, and `&region=…`. Without any, everything.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;

use super::answer::Refused;
use crate::dialects::AuthMode;
use crate::model::{Realm, Scope};
use crate::server::App;

/// The realms that a call names.
pub(super) struct Scoped(pub(super) Scope);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    account: Option<String>,
    access_key: Option<String>,
    region: Option<String>,
}

impl FromRequestParts<Arc<App>> for Scoped {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refused> {
        let named = Query::<Named>::try_from_uri(&parts.uri);
        let Query(named) = named.map_err(|error| Refused::bad(error.body_text()))?;
        let account = match (named.account, named.access_key) {
            (Some(_), Some(_)) => return Err(Refused::bad("account and access_key: name one of them")),
            (Some(account), None) => Some(account.into()),
            // In the other modes an access key need not be known to have an account.
            (None, Some(id)) if app.auth == AuthMode::Strict && app.accounts.get(&id).is_none() => {
                return Err(Refused::bad(format!("access_key: nobody has {id:?}")));
            }
            (None, Some(id)) => Some(Arc::clone(&app.accounts.presumed(Some(&id)).id)),
            (None, None) => None,
        };
        let region = match named.region {
            Some(region) if !Realm::is_region_id(&region) => {
                return Err(Refused::bad(format!("region: {region:?} is not a region id")));
            }
            region => region.map(Arc::from),
        };
        Ok(Self(Scope { account, region }))
    }
}
