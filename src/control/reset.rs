//! Back to the seeds: everything, or a scope.

use std::sync::Arc;

use axum::Json;

use super::answer::{Answer, Nothing, Refused, Sent};
use super::apart::apart;
use super::endpoints::Endpoints;
use super::scope::Scoped;
use crate::app::App;
use crate::engine::Replacement;
use crate::model::{Realm, Scope, State as Contents, Totals};
use crate::watch::RequestScope;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/reset.json")).post("/_kmsim/reset", reset)
}

/// How much a scope holds.
pub(super) fn totals(contents: &[(Realm, Arc<Contents>)]) -> Totals {
    Totals::of(contents.iter().map(|(_, state)| Arc::clone(state)))
}

/// `POST /_kmsim/reset`: realms hold what the seeds say and nothing else, their clocks go as at the start, and no faults are armed and no requests
/// in the journal.
async fn reset(Scoped(app, scope): Scoped, Sent(Nothing {}): Sent<Nothing>) -> Answer<Totals> {
    back_to_seeds(&app, &scope).await
}

/// Whatever belongs to a scope and is not a setting of the server goes back here.
pub(super) async fn back_to_seeds(app: &Arc<App>, scope: &Scope) -> Answer<Totals> {
    let contents = if app.seeds.is_large() {
        let (within, scope) = (Arc::clone(app), scope.clone());
        apart(app, move || grown(&within, &scope)).await?
    } else {
        grown(app, scope)
    }?;
    let totals = totals(&contents);
    let (watch, requests) =
        (Arc::clone(app), RequestScope { scope: scope.clone(), access_key: None });
    let replacement = Replacement {
        scope: scope.clone(),
        contents,
        clocks: Some(app.engine.initial_clocks()),
        then: Box::new(move || {
            watch.watch.faults.disarm(&requests, |_| true);
            watch.watch.journal.clear(&requests);
        }),
    };
    app.engine.replace(replacement).await.map_err(|error| Refused::broken(&error))?;
    Ok(Json(totals))
}

/// What the seeds say of a scope, once its clocks go as at the start.
fn grown(app: &App, scope: &Scope) -> Result<Vec<(Realm, Arc<Contents>)>, Refused> {
    let now = app.engine.restored_clocks(scope, &app.engine.initial_clocks());
    app.seeds.contents(&app.engine, scope, now).map_err(|mistake| Refused::bad(mistake.to_string()))
}
