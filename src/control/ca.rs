//! The CA certificate that clients must trust. It is public, and clients that need it do not trust
//! the server yet. So it is also served over plain HTTP, and to everyone.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::answer::Refused;
use super::endpoints::Endpoints;
use crate::app::App;
use crate::tls::{Authority, TRUSTSTORE_PASSWORD, truststore};

pub(super) fn endpoints() -> Endpoints {
    Endpoints::on_page(include_str!("openapi/ca.json"))
        .get("/_kmsim/ca.pem", pem)
        .without_token()
        .get("/_kmsim/ca.p12", p12)
        .without_token()
}

/// `GET /_kmsim/ca.pem`: the authority's certificate.
async fn pem(State(app): State<Arc<App>>) -> Result<impl IntoResponse, Refused> {
    let pem = authority(&app)?.pem().to_owned();
    Ok(([(CONTENT_TYPE, "application/x-pem-file")], pem))
}

/// `GET /_kmsim/ca.p12`: the same certificate as a truststore for Java, with the password
/// `changeit`.
async fn p12(State(app): State<Arc<App>>) -> Result<impl IntoResponse, Refused> {
    let store = truststore(authority(&app)?.pem().as_bytes(), TRUSTSTORE_PASSWORD);
    let store = store.map_err(|error| Refused::broken(&error))?;
    Ok(([(CONTENT_TYPE, "application/x-pkcs12")], store))
}

fn authority(app: &App) -> Result<&Authority, Refused> {
    app.tls.authority().ok_or_else(|| {
        Refused::not_found("this server was given a certificate (--tls-cert) and issues none")
    })
}
