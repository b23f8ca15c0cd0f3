//! Answers: JSON, or XML if the client asks for it. Document chapter 6, wire reference section 2.

use axum::http::{HeaderName, HeaderValue};
use serde::Serialize;

use super::call::{Call, Scheme};
use super::verify::{access_key_id, region};
use crate::dialects::alibaba::dedicated;
use crate::dialects::wire::answer::{Content, json, respond, success};
use crate::dialects::wire::xml;
use crate::dialects::{self, Error, Form, Gate, Inbound, Outbound, Refusal};
use crate::model::Realm;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-acs-request-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");
const XML: HeaderValue = HeaderValue::from_static("text/xml;charset=utf-8");

#[derive(Serialize)]
struct Success<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    #[serde(rename = "RequestId")]
    request_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failure<'a> {
    http_status: u16,
    code: &'a str,
    message: &'a str,
    request_id: &'a str,
    host_id: &'a str,
    recommend: &'a str,
}

impl dialects::Call for Call {
    fn parse(inbound: Inbound) -> Self {
        Self::parse(inbound)
    }

    fn params(&self) -> &Form {
        &self.params
    }

    fn action(&self) -> Option<&str> {
        self.action()
    }

    fn access_key(&self) -> Option<&str> {
        access_key_id(self)
    }

    fn realm(&self, gate: &Gate) -> Realm {
        gate.claimed_realm(access_key_id(self), region(gate, self))
    }

    fn answer<T: Serialize>(&self, request_id: &str, body: &T) -> Result<Outbound, Error> {
        let answer = match &self.scheme {
            Scheme::Dedicated(request) => dedicated::reply::answer(request, request_id, body),
            _ => success(render(self, &Success { body, request_id })),
        };
        answer.map(|it| with_id(it, request_id))
    }

    /// The fields of the KMS gateway and of the product gateway together, because some clients read
    /// the former and some the latter.
    fn refuse(&self, request_id: &str, refusal: &Refusal) -> Outbound {
        if let Scheme::Dedicated(_) = self.scheme {
            return with_id(dedicated::reply::refuse(request_id, refusal), request_id);
        }
        let code = refusal.code.name;
        let failure = Failure {
            http_status: refusal.status,
            code,
            message: &refusal.message,
            request_id,
            host_id: self.host(),
            recommend: &format!(
                "https://api.aliyun.com/troubleshoot?q={code}&product=Kms&requestId={request_id}"
            ),
        };
        let content = render(self, &failure).unwrap_or((JSON, Vec::new()));
        with_id(respond(refusal.status, content), request_id)
    }
}

/// The body with its content type: XML if the client asks for it, unless XML cannot represent a
/// character of the text. Then it is JSON, which clients recognise by the content type.
fn render<T: Serialize>(call: &Call, body: &T) -> Option<Content> {
    let xml = if call.wants_xml() { xml::document("KMS", body) } else { None };
    match xml {
        Some(text) => Some((XML, text)),
        None => Some((JSON, json(body)?)),
    }
}

fn with_id(mut response: Outbound, request_id: &str) -> Outbound {
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(&REQUEST_ID, request_id);
    }
    response
}
