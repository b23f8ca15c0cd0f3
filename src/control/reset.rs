//! Back to the seeds: everything, or a scope.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Refused, Sent};
use super::endpoints::Endpoints;
use super::scope::Scoped;
use crate::model::{Realm, Scope, State as Contents};
use crate::server::App;
use crate::watch::Whose;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/reset.json")).post("/_kmsim/reset", reset)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {}

/// How much a scope holds now.
#[derive(Serialize)]
pub(super) struct Held {
    realms: usize,
    keys: usize,
    secrets: usize,
    certificates: usize,
}

impl Held {
    pub(super) fn of(estates: &[(Realm, Arc<Contents>)]) -> Self {
        let sum = |count: fn(&Contents) -> usize| estates.iter().map(|(_, state)| count(state)).sum();
        Self {
            realms: estates.len(),
            keys: sum(|state| state.keys().count()),
            secrets: sum(|state| state.secrets().count()),
            certificates: sum(|state| state.certificates().count()),
        }
    }
}

/// `POST /_kmsim/reset`: realms hold what the seeds say and nothing else, their clocks go as at the start, and no faults are armed and no requests
/// in the journal.
async fn reset(
    State(app): State<Arc<App>>,
    Scoped(scope): Scoped,
    Sent(Reset {}): Sent<Reset>,
) -> Answer<Held> {
    back_to_seeds(&app, &scope).await
}

/// Whatever belongs to a scope and is not a setting of the server goes back here.
pub(super) async fn back_to_seeds(app: &App, scope: &Scope) -> Answer<Held> {
    let marks = app.engine.first_marks();
    app.engine.restore_clocks(scope, &marks);
    let estates =
        app.seeds.estates(&app.engine, scope).map_err(|mistake| Refused::bad(mistake.to_string()))?;
    let held = Held::of(&estates);
    app.engine.replace(scope, estates).await.map_err(|error| Refused::broken(&error))?;
    let whose = Whose { scope: scope.clone(), access_key: None };
    app.watch.faults.disarm(&whose, |_| true);
    app.watch.journal.clear(&whose);
    Ok(Json(held))
}
