//! Answers: XML, or JSON if the client asks for it.

use axum::http::HeaderValue;
use serde::Serialize;

use super::call::Call;
use super::verify::ClaimedIdentity;
use super::xml;
use crate::dialects::wire::answer::{Content, json, respond, success};
use crate::dialects::{self, Error, Form, Gate, Inbound, Outbound, Refusal};
use crate::model::Realm;

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
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody<'a> {
    r#type: &'a str,
    code: &'a str,
    message: &'a str,
}

impl dialects::Call for Call {
    fn parse(inbound: Inbound) -> Self {
        Self::parse(inbound)
    }

    fn params(&self) -> &Form {
        &self.params
    }

    fn action(&self) -> Option<&str> {
        self.param("Action")
    }

    fn access_key(&self) -> Option<&str> {
        ClaimedIdentity::of(self).access_key
    }

    fn realm(&self, gate: &Gate) -> Realm {
        let ClaimedIdentity { access_key, region } = ClaimedIdentity::of(self);
        gate.claimed_realm(access_key, region)
    }

    /// The document's text and its samples have different root elements. kmsim follows the samples.
    fn answer<T: Serialize>(&self, request_id: &str, body: &T) -> Result<Outbound, Error> {
        success(render(self, "response", &Success { request_id, body }))
    }

    fn refuse(&self, request_id: &str, refusal: &Refusal) -> Outbound {
        // No source has another type, not even for faults of the service.
        let error =
            ErrorBody { r#type: "Sender", code: refusal.code.name, message: &refusal.message };
        let body = render(self, "ErrorResponse", &Failure { request_id, error });
        respond(refusal.status, body.unwrap_or((JSON, Vec::new())))
    }
}

/// The body with its content type: XML, unless the client wants JSON or XML cannot represent a
/// character of the text.
fn render<T: Serialize>(call: &Call, root: &str, body: &T) -> Option<Content> {
    let json = json(body)?;
    let xml = if call.wants_json() { None } else { xml::document(root, &json) };
    Some(xml.map_or((JSON, json), |xml| (XML, xml)))
}
