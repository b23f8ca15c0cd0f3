//! Whether it serves, and what.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::answer::{Answer, Refused};
use super::endpoints::Endpoints;
use crate::app::App;
use crate::dialects::PROFILES;

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/health.json")).get(PATH, health).open_to_everybody()
}

/// Where it is asked.
pub(super) const PATH: &str = "/_kmsim/health";

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
        dialects: PROFILES.iter().map(|profile| profile.name).collect(),
    }))
}

/// What somebody is told who calls the server by a name that is not its own: that it serves, and nothing more. Load
/// balancers and orchestrators ask by names of theirs. So does a page whose site's name was made to lead here.
pub(super) fn shortly(request: &Request) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD => Json(json!({ "status": "ok" })).into_response(),
        _ => Refused::wrong_method().into_response(),
    }
}
