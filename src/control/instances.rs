//! Instances of the service. Accounts buy them from another service, so no action makes them.

use std::sync::Arc;

use axum::Json;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer::{Answer, JsonBody, Refused};
use super::endpoints::Endpoints;
use super::scope::{Scoped, caller_where};
use crate::app::App;
use crate::engine::{Caller, Error, InstanceError};
use crate::model::{Change, Instance, InstanceId, Realm, Scope};
use crate::seed::{self, SeedError, Seeds};

/// The name of the body in error messages.
const BODY: &str = "the body";

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/instances.json")).post("/_kmsim/instances", make)
}

#[derive(Serialize)]
struct Made {
    id: String,
    account: Arc<str>,
    region: Arc<str>,
    dialect: Arc<str>,
}

/// `POST /_kmsim/instances`: makes an instance in the account and region of the scope. The body is
/// its entry in a seed file. Without an id, it gets one.
async fn make(
    Scoped(app, scope): Scoped,
    JsonBody(mut entry): JsonBody<Map<String, Value>>,
) -> Answer<Made> {
    let caller = caller(&app, &scope)?;
    let rules = caller.rules.instances.as_ref().ok_or_else(without_instances)?;
    let id = match entry.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(_) => return Err(Refused::bad("id: not a text")),
        None => (rules.new_id)(&app.engine.world().entropy).to_string(),
    };
    let taken = |error: InstanceError| Refused::bad(format!("id: {error}"));
    let there = InstanceId::parse(&id);
    if there.is_some_and(|id| app.engine.state(&caller.realm).instances.named(&id).is_some()) {
        return Err(taken(InstanceError::Exists));
    }
    entry.entry("id").or_insert_with(|| id.clone().into());
    let Realm { dialect, account, region } = caller.realm.clone();
    let document = json!({ "realms": [
        { "cloud": *dialect, "account": *account, "region": *region, "instances": [entry] },
    ]});
    let seed = seed::read(BODY, &document.to_string()).map_err(|error| refused(&error))?;
    let seeds = Seeds::prepare(vec![seed], &app.clouds, &app.engine).await;
    let facts = seeds.and_then(|seeds| seeds.additions(&app.engine));
    let facts = facts.map_err(|error| refused(&error))?;
    let instance = facts.iter().find_map(|(_, change)| match change {
        Change::Instance(fact) => fact.after(),
        _ => None,
    });
    let instance = instance.ok_or_else(|| Refused::bad("the body has no instance"))?;
    // The writer adds it, because the realm may have changed since its entry was read.
    match app.engine.add_instance(caller, Instance::clone(instance)).await {
        Ok(()) => {}
        Err(Error::Instance(error)) => return Err(taken(error)),
        Err(error) => return Err(Refused::broken(&error)),
    }
    Ok(Json(Made { id, account, region, dialect }))
}

fn without_instances() -> Refused {
    Refused::bad("region: no cloud has instances there")
}

/// The owner of a new instance, in the cloud with instances.
fn caller(app: &App, scope: &Scope) -> Result<Caller, Refused> {
    let account = scope.account.as_ref();
    let account = account.ok_or_else(|| Refused::bad("account: name the owner of the instance"))?;
    let caller = caller_where(app, scope, account, |rules| rules.instances.is_some());
    caller.ok_or_else(without_instances)
}

/// An error in the entry. Only the entry is the caller's, so what is around it is left out.
fn refused(error: &SeedError) -> Refused {
    let text = error.to_string();
    let text = text.replace(&format!("{BODY}: "), "").replace("realms[0].instances[0].", "");
    Refused::bad(text.split(" at line ").next().unwrap_or_default())
}
