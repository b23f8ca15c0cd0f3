//! A request to the gateway: `POST /` with the API's name in a header, and a message as the body.

use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;

use super::messages;
use crate::dialects::alibaba::codes;
use crate::dialects::wire::inbound::find_header;
use crate::dialects::wire::marks::Marks;
use crate::dialects::{BodyRefused, Form, Refusal};

/// The only version of the wire.
const VERSION: &str = "dkms-gcs-0.2";
/// The longest body, in bytes.
pub(crate) const BODY_LIMIT: usize = 3 * 1024 * 1024;
/// What the names of this wire's actions begin with, in the table of actions and in the journal.
pub(crate) const PREFIX: &str = "dedicated/";

const API_VERSION: &str = "x-kms-apiversion";
const API_NAME: &str = "x-kms-apiname";
/// The header with the client key's id. Clients and service both write it with three c.
pub(super) const ACCESS_KEY: &str = "x-kms-acccesskeyid";
/// The header with the version of the key that an answer used, or that a request is to use.
pub(crate) const KEY_VERSION: &str = "x-kms-migrationkeyversionid";

/// What is particular to a request of this wire.
pub(crate) struct Request {
    /// The name of its action, whether or not there is one of this name.
    pub(crate) action: String,
    /// Why its message cannot be read. It is told after the signature is checked.
    pub(crate) message_error: Option<Refusal>,
}

impl Request {
    /// Its API.
    pub(super) fn api(&self) -> &str {
        self.action.strip_prefix(PREFIX).unwrap_or_default()
    }
}

/// Whether a request is for this wire.
pub(crate) fn is_marked(headers: &HeaderMap) -> bool {
    [API_VERSION, API_NAME].iter().any(|name| find_header(headers, name).is_some())
}

/// Whether a request's head is one for this wire.
pub(crate) fn has_marks(marks: &Marks<'_>) -> bool {
    [API_VERSION, API_NAME].iter().any(|name| marks.has_header(name))
}

/// The client key's id.
pub(crate) fn access_key_id(headers: &HeaderMap) -> Option<&str> {
    text(headers, ACCESS_KEY)
}

/// A header's value, trimmed, if it is text and not empty.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = find_header(headers, name)?.to_str().ok()?.trim();
    (!value.is_empty()).then_some(value)
}

/// Reads a request: what is particular to it, its parameters, and the refusal if no signature could
/// make it valid.
pub(crate) fn read(
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
    body: &Result<Bytes, BodyRefused>,
) -> (Request, Form, Option<Refusal>) {
    let api = text(headers, API_NAME).unwrap_or_default();
    let message = messages::request(api);
    let parse_error = match body {
        Err(why) => Some(refused_body(*why)),
        Ok(_) if method != Method::POST => Some(codes::UNSUPPORTED_HTTP_METHOD.into()),
        // Both are signed as a lone slash.
        Ok(_) if uri.path() != "/" || uri.query().is_some() => {
            Some(codes::INVALID_PARAM.with(&["Path"]))
        }
        Ok(_) => match text(headers, API_VERSION) {
            Some(VERSION) if message.is_some() => None,
            Some(VERSION) => Some(codes::INVALID_API_NAME.with(&[api])),
            version => Some(codes::INVALID_API_VERSION.with(&[version.unwrap_or_default()])),
        },
    };
    let bytes = body.as_deref().unwrap_or_default();
    let params = message.map_or_else(|| Ok(Form::default()), |message| message.to_params(bytes));
    let (params, message_error) = match params {
        Ok(params) => (params, None),
        Err(field) => {
            let refusal = codes::INVALID_PARAMETER.with(&[field.unwrap_or("Body")]);
            (Form::default(), Some(refusal))
        }
    };
    let version = text(headers, KEY_VERSION).map(|version| (KEY_VERSION, version));
    let request = Request { action: [PREFIX, api].concat(), message_error };
    (request, params.with(version), parse_error)
}

fn refused_body(why: BodyRefused) -> Refusal {
    let refusal = codes::INVALID_PARAMETER.with(&["Body"]);
    match why {
        BodyRefused::TooLarge => Refusal {
            status: 413,
            ..refusal.and(&format!("The request body is larger than {BODY_LIMIT} bytes."))
        },
        BodyRefused::Head(why) => {
            Refusal { status: why.status().as_u16(), ..refusal.and(&why.to_string()) }
        }
        BodyRefused::Broken | BodyRefused::OverBudget => refusal,
    }
}
