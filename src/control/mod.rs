//! The control plane, under `/_kmsim/`: what a test or an operator asks of the server itself.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::dialects::alibaba::Alibaba;
use crate::dialects::{AuthMode, Dialect};

/// Every endpoint there is.
pub(crate) fn routes(auth: AuthMode) -> Router {
    Router::new().route("/_kmsim/health", get(health)).fallback(unknown).with_state(auth)
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    auth: &'static str,
    dialects: [&'static str; 1],
}

/// `GET /_kmsim/health`: 200 from the moment the server serves.
async fn health(State(auth): State<AuthMode>) -> Response {
    let health = Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        auth: auth.name(),
        dialects: [Alibaba::NAME],
    };
    json(StatusCode::OK, serde_json::to_string(&health).unwrap_or_default())
}

/// Whatever else is asked for under `/_kmsim/`.
async fn unknown() -> Response {
    json(StatusCode::NOT_FOUND, r#"{"error":"there is no such endpoint"}"#.to_owned())
}

fn json(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], text).into_response()
}
