//! Answers: JSON, always with status 200 and exactly this content type. Most SDKs do not parse
//! errors in answers with another status. The Python SDK does not parse them in answers with
//! another content type.

use axum::http::HeaderValue;
use serde::Serialize;

use super::call::{ACTION, Call, REGION};
use super::verify::access_key;
use crate::dialects::tencent::codes;
use crate::dialects::wire::answer::{json, respond, success};
use crate::dialects::{self, Error, Form, Gate, Inbound, Outbound, Refusal};
use crate::model::Realm;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<T> {
    response: T,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Success<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    request_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failure<'a> {
    error: ErrorBody<'a>,
    request_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody<'a> {
    code: &'a str,
    message: &'a str,
}

impl dialects::Call for Call {
    fn parse(inbound: Inbound) -> Self {
        Self::parse(inbound)
    }

    fn params(&self) -> &Form {
        self.params()
    }

    fn action(&self) -> Option<&str> {
        self.common(&ACTION)
    }

    fn access_key(&self) -> Option<&str> {
        access_key(self)
    }

    fn realm(&self, gate: &Gate) -> Realm {
        gate.claimed_realm(access_key(self), self.common(&REGION))
    }

    fn answer<T: Serialize>(&self, request_id: &str, body: &T) -> Result<Outbound, Error> {
        let answer = Answer { response: Success { body, request_id } };
        success(json(&answer).map(|body| (JSON, body)))
    }

    fn refuse(&self, request_id: &str, refusal: &Refusal) -> Outbound {
        let chinese =
            self.wants_chinese().then(|| refusal.translated(codes::chinese(refusal.code)));
        let message = chinese.as_deref().unwrap_or(&refusal.message);
        let error = ErrorBody { code: refusal.code.name, message };
        let body = json(&Answer { response: Failure { error, request_id } });
        respond(refusal.status, (JSON, body.unwrap_or_default()))
    }
}
