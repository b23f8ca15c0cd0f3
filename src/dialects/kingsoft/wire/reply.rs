//! Answers on the wire: XML, or JSON for who asked for it.

use axum::http::HeaderValue;
use serde::Serialize;

use super::call::Call;
use super::verify::Named;
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
    error: Told<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Told<'a> {
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
        Named::by(self).access_key
    }

    fn realm(&self, gate: &Gate) -> Realm {
        let Named { access_key, region } = Named::by(self);
        gate.claimed(access_key, region)
    }

    /// The document's text has another root than its samples: the samples' is taken.
    fn answer<T: Serialize>(&self, request_id: &str, body: &T) -> Result<Outbound, Error> {
        success(render(self, "response", &Success { request_id, body }))
    }

    fn refuse(&self, request_id: &str, refusal: &Refusal) -> Outbound {
        // No source tells of another type, not even where the fault is the service's.
        let error = Told { r#type: "Sender", code: refusal.code.name, message: &refusal.message };
        let body = render(self, "ErrorResponse", &Failure { request_id, error });
        respond(refusal.status, body.unwrap_or((JSON, Vec::new())))
    }
}

/// The body with its content type: XML unless JSON was asked for, or XML cannot carry a character of the text.
fn render<T: Serialize>(call: &Call, root: &str, body: &T) -> Option<Content> {
    let json = json(body)?;
    let xml = if call.wants_json() { None } else { xml::document(root, &json) };
    Some(xml.map_or((JSON, json), |xml| (XML, xml)))
}
