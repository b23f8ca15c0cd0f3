//! The answers of all endpoints, and how they read a request's body.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An endpoint's answer.
pub(super) type Answer<T> = Result<Json<T>, Refused>;

/// Why an endpoint refused a request, in one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused(StatusCode, String);

impl Refused {
    /// The request is invalid.
    pub(super) fn bad(what: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, what.into())
    }

    /// The named thing does not exist.
    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, what.into())
    }

    /// The server failed. The cause goes to the log.
    pub(super) fn broken(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "an endpoint failed");
        Self(StatusCode::INTERNAL_SERVER_ERROR, "the server failed; its log says why".to_owned())
    }

    /// Any other status.
    pub(super) fn of(status: StatusCode, what: impl Into<String>) -> Self {
        Self(status, what.into())
    }

    pub(super) fn wrong_method() -> Self {
        Self(StatusCode::METHOD_NOT_ALLOWED, "this endpoint does not support the method".to_owned())
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body {
            error: String,
        }
        (self.0, Json(Body { error: self.1 })).into_response()
    }
}

/// How many items were removed.
#[derive(Serialize)]
pub(super) struct Cleared {
    pub(super) cleared: usize,
}

/// A body without fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoFields {}

/// A JSON body, parsed strictly. An error names the field. An empty body means `{}`.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| Refused::bad("the body is too large or incomplete"))?;
        let text: &[u8] = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes };
        let mut json = serde_json::Deserializer::from_slice(text);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string());
        let whole =
            read.and_then(|value| json.end().map(|()| value).map_err(|error| error.to_string()));
        whole.map(Self).map_err(|error| Refused::bad(format!("the body: {error}")))
    }
}
