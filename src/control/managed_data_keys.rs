//! New managed data keys and new versions of them. No action of a cloud makes any.

use axum::Json;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, JsonBody, Refused};
use super::endpoints::Endpoints;
use super::scope::{Scoped, caller_where};
use crate::app::App;
use crate::engine::{Caller, Error, ManagedDataKeyError};
use crate::model::{ManagedDataKeyName, Scope};

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/managed_data_keys.json"))
        .post("/_kmsim/managed-data-keys", add)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    name: String,
}

#[derive(Serialize)]
struct Added {
    name: String,
    version: String,
}

/// `POST /_kmsim/managed-data-keys`: adds a version to a managed data key of the scope's account.
/// If there is none with this name, creates it.
async fn add(Scoped(app, scope): Scoped, JsonBody(asked): JsonBody<Asked>) -> Answer<Added> {
    let caller = caller(&app, &scope)?;
    let rules = caller.rules.managed_data_keys.as_ref().ok_or_else(none)?;
    let wrong = |what: &str| Refused::bad(format!("name: {what}"));
    rules.names.check(&asked.name).map_err(|what| wrong(&what))?;
    let name = ManagedDataKeyName::parse(&asked.name).ok_or_else(|| wrong("malformed"))?;
    match app.engine.add_managed_data_key_version(caller, name).await {
        Ok(version) => Ok(Json(Added { name: asked.name, version: version.id.to_string() })),
        Err(error @ Error::ManagedDataKey(ManagedDataKeyError::TooManyVersions)) => {
            Err(wrong(&error.to_string()))
        }
        Err(error) => Err(Refused::broken(&error)),
    }
}

/// The account itself, in the cloud that has managed data keys, in the scope's region or the
/// default one.
fn caller(app: &App, scope: &Scope) -> Result<Caller, Refused> {
    let account = scope.account.as_ref();
    let account = account.ok_or_else(|| Refused::bad("account or access_key: name one of them"))?;
    let caller = caller_where(app, scope, account, |rules| rules.managed_data_keys.is_some());
    caller.ok_or_else(none)
}

fn none() -> Refused {
    Refused::not_found("no cloud has managed data keys")
}
