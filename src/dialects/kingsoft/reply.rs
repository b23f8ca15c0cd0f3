//! Answers on the wire: XML, or JSON for who asked for it.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;

use super::call::Call;
use super::errors::Error;
use super::xml;
use crate::dialects::{Outbound, Refusal};
use crate::engine;

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");
const XML: HeaderValue = HeaderValue::from_static("text/xml;charset=utf-8");

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Success<'a, T> {
    request_id: &'a str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failure<'a> {
    request_id: &'a str,
    error: Told<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Told<'a> {
    r#type: &'a str,
    code: &'a str,
    message: &'a str,
}

/// Renders a success. The document's text has another root than its samples: the samples' is taken.
pub(super) fn success<T: Serialize>(
    call: &Call,
    request_id: &str,
    body: &T,
) -> Result<Outbound, Error> {
    let body = render(call, "response", &Success { request_id, body });
    let body = body.ok_or(engine::Error::Internal("the answer cannot be written"))?;
    Ok(respond(StatusCode::OK, body))
}

/// Renders a refusal.
pub(super) fn refusal(call: &Call, request_id: &str, refusal: &Refusal) -> Outbound {
    // No source tells of another type, not even where the fault is the service's.
    let error = Told { r#type: "Sender", code: refusal.code.name, message: &refusal.message };
    let body = render(call, "ErrorResponse", &Failure { request_id, error });
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    respond(status, body.unwrap_or((JSON, Vec::new())))
}

/// The body with its content type: XML unless JSON was asked for, or XML cannot carry a character of the text.
fn render<T: Serialize>(call: &Call, root: &str, body: &T) -> Option<(HeaderValue, Vec<u8>)> {
    let mut json = Vec::with_capacity(512);
    serde_json::to_writer(&mut json, body).ok()?;
    let xml = if call.wants_json() { None } else { xml::document(root, &json) };
    Some(xml.map_or((JSON, json), |xml| (XML, xml)))
}

fn respond(status: StatusCode, (content_type, body): (HeaderValue, Vec<u8>)) -> Outbound {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
