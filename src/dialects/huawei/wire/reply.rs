//! Answers. The key-management service, the gateway before it and the identity service each have
//! their own form of errors; the code decides.

use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;

use super::call::Call;
use super::verify::access_key;
use crate::dialects::huawei::projects;
use crate::dialects::wire::answer::{json, respond};
use crate::dialects::{self, Error, Form, Gate, Inbound, Outbound, Refusal};
use crate::engine;
use crate::model::Realm;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Names the parameter that is missing or wrong, because messages do not.
const PARAMETER: HeaderName = HeaderName::from_static("x-kmsim-parameter");
const SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");
/// The member of an answer that becomes the header [`SUBJECT_TOKEN`].
pub(crate) const SUBJECT_TOKEN_MEMBER: &str = "x_subject_token";

#[derive(Serialize)]
struct Failure<T> {
    error: T,
}

#[derive(Serialize)]
struct KmsError<'a> {
    error_code: &'a str,
    error_msg: &'a str,
}

#[derive(Serialize)]
struct GatewayError<'a> {
    error_msg: &'a str,
    error_code: &'a str,
    request_id: &'a str,
}

#[derive(Serialize)]
struct IamError<'a> {
    message: &'a str,
    code: u16,
    title: &'a str,
}

impl dialects::Call for Call {
    fn parse(inbound: Inbound) -> Self {
        Self::parse(inbound)
    }

    fn params(&self) -> &Form {
        self.params()
    }

    fn action(&self) -> Option<&str> {
        self.route.map(|route| route.action)
    }

    fn access_key(&self) -> Option<&str> {
        access_key(self)
    }

    fn realm(&self, gate: &Gate) -> Realm {
        let account = access_key(self).and_then(|id| gate.accounts.get(id));
        let region = account
            .zip(self.project.as_deref())
            .and_then(|(key, project)| projects::region(gate, &key.account, project));
        gate.claimed_realm(access_key(self), region)
    }

    fn answer<T: Serialize>(&self, request_id: &str, body: &T) -> Result<Outbound, Error> {
        let unwritten = || engine::Error::Internal("the answer cannot be written");
        let status = self.route.map_or(200, |route| route.status);
        let mut response = match status {
            204 => {
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = StatusCode::NO_CONTENT;
                response
            }
            201 => created(body).ok_or_else(unwritten)?,
            status => respond(status, (JSON, json(body).ok_or_else(unwritten)?)),
        };
        identify(&mut response, request_id);
        Ok(response)
    }

    fn refuse(&self, request_id: &str, refusal: &Refusal) -> Outbound {
        let (error_code, error_msg) = (refusal.code.name, &*refusal.message);
        let body = if error_code.starts_with("KMS.") {
            json(&Failure { error: KmsError { error_code, error_msg } })
        } else if error_code.starts_with("APIGW.") {
            json(&GatewayError { error_msg, error_code, request_id })
        } else {
            let (code, title) = (refusal.status, error_code);
            json(&Failure { error: IamError { message: error_msg, code, title } })
        };
        let mut response = respond(refusal.status, (JSON, body.unwrap_or_default()));
        identify(&mut response, request_id);
        let is_told = refusal.code.message.contains("...");
        let parameter = refusal.parts.first().filter(|_| !is_told);
        if let Some(Ok(value)) = parameter.map(|name| HeaderValue::from_str(name)) {
            response.headers_mut().insert(PARAMETER, value);
        }
        response
    }
}

/// The answer of an action that creates a credential. The token becomes a header.
fn created<T: Serialize>(body: &T) -> Option<Outbound> {
    let mut body = serde_json::to_value(body).ok()?;
    let token = body.as_object_mut()?.remove(SUBJECT_TOKEN_MEMBER);
    let mut response = respond(201, (JSON, json(&body)?));
    if let Some(token) = token {
        let mut value = HeaderValue::from_str(token.as_str()?).ok()?;
        value.set_sensitive(true);
        response.headers_mut().insert(SUBJECT_TOKEN, value);
    }
    Some(response)
}

fn identify(response: &mut Outbound, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
}
