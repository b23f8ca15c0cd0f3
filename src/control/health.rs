//! The health endpoint.

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
    Endpoints::on_page(include_str!("openapi/health.json")).get(PATH, health).without_token()
}

/// The path of the health endpoint.
pub(super) const PATH: &str = "/_kmsim/health";

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    auth: &'static str,
    dialects: Vec<&'static str>,
}

/// `GET /_kmsim/health`: 200 as soon as the server serves.
async fn health(State(app): State<Arc<App>>) -> Answer<Health> {
    Ok(Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        auth: app.auth.name(),
        dialects: PROFILES.iter().map(|profile| profile.name).collect(),
    }))
}

/// The answer to a request under a foreign hostname: only that the server serves. Load balancers
/// and orchestrators use hostnames of their own. So does a web page whose hostname was rebound to
/// this address.
pub(super) fn minimal(request: &Request) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD => Json(json!({ "status": "ok" })).into_response(),
        _ => Refused::wrong_method().into_response(),
    }
}
