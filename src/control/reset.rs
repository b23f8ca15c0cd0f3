//! Resets the server, or a scope of it, to the seeds.

use std::sync::Arc;

use axum::Json;

use super::answer::{Answer, JsonBody, NoFields, Refused};
use super::endpoints::Endpoints;
use super::long_work;
use super::scope::Scoped;
use crate::app::App;
use crate::engine::Replacement;
use crate::model::{Counts, Realm, Scope, State as Contents};
use crate::watch::RequestScope;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/reset.json")).post("/_kmsim/reset", reset)
}

/// `POST /_kmsim/reset`: realms then hold exactly what the seeds say, with the clocks of the start,
/// and without faults and journal entries.
async fn reset(
    Scoped(app, scope): Scoped,
    JsonBody(NoFields {}): JsonBody<NoFields>,
) -> Answer<Counts> {
    back_to_seeds(&app, &scope).await
}

/// Resets everything that belongs to a scope and is not a setting of the server.
pub(super) async fn back_to_seeds(app: &Arc<App>, scope: &Scope) -> Answer<Counts> {
    let requests = RequestScope { scope: scope.clone(), access_key: None };
    let realms = scope.clone();
    let work = move |app: &App| seeded(app, &realms);
    let contents = long_work::run_if(app.seeds.is_large(), app, work).await??;
    let counts = Counts::of(&contents);
    let cleared = Arc::clone(app);
    let replacement = Replacement {
        scope: scope.clone(),
        contents,
        clocks: Some(app.engine.initial_clocks()),
        then: Box::new(move || {
            cleared.watch.faults.disarm(&requests, |_| true);
            cleared.watch.journal.clear(&requests);
        }),
    };
    app.engine.replace(replacement).await.map_err(|error| Refused::broken(&error))?;
    Ok(Json(counts))
}

/// The state of a scope by the seeds, with the clocks of the start.
fn seeded(app: &App, scope: &Scope) -> Result<Vec<(Realm, Arc<Contents>)>, Refused> {
    let now = app.engine.restored_clocks(scope, &app.engine.initial_clocks());
    app.seeds.contents(&app.engine, scope, now).map_err(|error| Refused::bad(error.to_string()))
}
