//! The control plane, under `/_kmsim/`: what a test or an operator asks of the server itself. One file for each noun. Answers
//! are JSON, and a refusal is `{"error": …}`.

mod answer;
mod ca;
mod clock;
mod health;
mod reset;
mod scope;
mod snapshots;
mod state;

use std::sync::Arc;

use axum::Router;

use crate::model::Scope;
use crate::server::App;
use answer::{Answer, Refused};

pub(crate) use snapshots::Snapshots;

/// Every endpoint there is.
pub(crate) fn routes(app: &Arc<App>) -> Router {
    let routes = Router::new()
        .merge(health::routes())
        .merge(clock::routes())
        .merge(ca::routes())
        .merge(reset::routes())
        .merge(snapshots::routes())
        .merge(state::routes());
    routes.method_not_allowed_fallback(wrong_method).fallback(unknown).with_state(Arc::clone(app))
}

/// Takes a scope back to the seeds, as `POST /_kmsim/reset` does.
///
/// # Errors
/// Why it did not, in one line; nothing changed then.
pub(crate) async fn back_to_seeds(app: &App, scope: &Scope) -> Result<(), String> {
    reset::back_to_seeds(app, scope).await.map(drop).map_err(|refused| refused.to_string())
}

/// Whatever else is asked for under `/_kmsim/`.
async fn unknown() -> Answer<()> {
    Err(Refused::not_found("there is no such endpoint"))
}

async fn wrong_method() -> Answer<()> {
    Err(Refused::wrong_method())
}
