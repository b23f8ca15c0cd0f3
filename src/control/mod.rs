//! The control plane, under `/_kmsim/`: what a test or an operator asks of the server itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::dialects::Dialect;
use crate::dialects::alibaba::Alibaba;
use crate::server::App;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    auth: &'static str,
    dialects: [&'static str; 1],
}

/// `GET /_kmsim/health`: 200 from the moment the server serves.
pub(crate) async fn health(State(app): State<Arc<App>>) -> Response {
    let health = Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        auth: app.auth.name(),
        dialects: [Alibaba::NAME],
    };
    let text = serde_json::to_string(&health).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

/// Whatever else is asked for under `/_kmsim/`.
pub(crate) async fn unknown() -> Response {
    let text = r#"{"error":"there is no such endpoint"}"#;
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/json")], text).into_response()
}
