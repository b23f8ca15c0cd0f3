//! The control plane, under `/_kmsim/`: what a test or an operator asks of the server itself. One file for each noun. Answers
//! are JSON, and a refusal is `{"error": …}`.

mod answer;
mod ca;
mod clock;
mod health;
mod scope;

use std::sync::Arc;

use axum::Router;

use crate::server::App;
use answer::{Answer, Refused};

/// Every endpoint there is.
pub(crate) fn routes(app: &Arc<App>) -> Router {
    let routes = Router::new().merge(health::routes()).merge(clock::routes()).merge(ca::routes());
    routes.method_not_allowed_fallback(wrong_method).fallback(unknown).with_state(Arc::clone(app))
}

/// Whatever else is asked for under `/_kmsim/`.
async fn unknown() -> Answer<()> {
    Err(Refused::not_found("there is no such endpoint"))
}

async fn wrong_method() -> Answer<()> {
    Err(Refused::wrong_method())
}
