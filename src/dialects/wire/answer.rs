//! Building HTTP answers.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;

use crate::dialects::{Error, Outbound};
use crate::engine;

/// An answer without fields.
#[derive(Serialize)]
pub(crate) struct Done {}

/// The answer of an action that returns nothing.
///
/// # Errors
/// The action failed.
pub(crate) fn done<T, E: Into<Error>>(outcome: Result<T, E>) -> Result<Done, Error> {
    outcome.map(|_| Done {}).map_err(Into::into)
}

/// A body with its content type.
pub(crate) type Content = (HeaderValue, Vec<u8>);

/// Serialises a body as JSON.
pub(crate) fn json<T: Serialize>(body: &T) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(512);
    serde_json::to_writer(&mut text, body).ok()?;
    Some(text)
}

/// An answer of status 200.
///
/// # Errors
/// There is no body: it could not be serialised.
pub(crate) fn success(content: Option<Content>) -> Result<Outbound, Error> {
    let content = content.ok_or(engine::Error::Internal("the answer cannot be written"))?;
    Ok(respond(200, content))
}

/// An answer.
pub(crate) fn respond(status: u16, (content_type, body): Content) -> Outbound {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
