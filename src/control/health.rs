//! Whether it serves, and what.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::answer::Answer;
use super::endpoints::Endpoints;
use crate::dialects::Cloud;
use crate::server::App;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/health.json")).get("/_kmsim/health", health).open_to_everybody()
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    auth: &'static str,
    dialects: Vec<&'static str>,
}

/// `GET /_kmsim/health`: 200 from the moment the server serves.
async fn health(State(app): State<Arc<App>>) -> Answer<Health> {
    Ok(Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        auth: app.auth.name(),
        dialects: app.clouds.iter().map(Cloud::name).collect(),
    }))
}
