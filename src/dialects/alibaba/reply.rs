//! Answers on the wire: JSON, or XML for who asked for it. Document chapter 6, wire reference section 2.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;

use super::call::Call;
use super::errors::Error;
use crate::dialects::{Outbound, Refusal, xml};
use crate::engine;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-acs-request-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");
const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
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

/// The message `Error` of the dedicated gateway: its fields are the status, the code, the message and the
/// request's id, numbered from 1.
fn protobuf_error(request_id: &str, refusal: &Refusal) -> Vec<u8> {
    const VARINT: u8 = 0;
    const BYTES: u8 = 2;
    let mut out = vec![1 << 3 | VARINT];
    put_varint(&mut out, refusal.status.into());
    for (number, text) in (2..).zip([refusal.code.name, &*refusal.message, request_id]) {
        out.push(number << 3 | BYTES);
        put_varint(&mut out, text.len());
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn put_varint(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

/// An answer without fields of its own.
#[derive(Serialize)]
pub(super) struct Done {}

/// Renders a success.
pub(super) fn success<T: Serialize>(
    call: &Call,
    request_id: &str,
    body: &T,
) -> Result<Outbound, Error> {
    let body = render(call, &Success { body, request_id });
    let body = body.ok_or(engine::Error::Internal("the answer cannot be written"))?;
    Ok(respond(StatusCode::OK, request_id, body))
}

/// Renders a refusal: the fields of the KMS gateway and of the product gateway together, since some clients read
/// the one and some the other.
pub(super) fn refusal(call: &Call, request_id: &str, refusal: &Refusal) -> Outbound {
    let code = refusal.code.name;
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if call.is_for_dedicated_gateway() {
        return respond(status, request_id, (PROTOBUF, protobuf_error(request_id, refusal)));
    }
    let failure = Failure {
        http_status: refusal.status,
        code,
        message: &refusal.message,
        request_id,
        host_id: call.host(),
        recommend: &format!(
            "https://api.aliyun.com/troubleshoot?q={code}&product=Kms&requestId={request_id}"
        ),
    };
    respond(status, request_id, render(call, &failure).unwrap_or((JSON, Vec::new())))
}

/// The body with its content type: XML for who asked for it, unless XML cannot carry a character of the text; then
/// JSON, which clients tell by the content type.
fn render<T: Serialize>(call: &Call, body: &T) -> Option<(HeaderValue, Vec<u8>)> {
    if call.wants_xml()
        && let Some(text) = xml::document("KMS", body)
    {
        return Some((XML, text));
    }
    let mut text = Vec::with_capacity(512);
    serde_json::to_writer(&mut text, body).ok()?;
    Some((JSON, text))
}

fn respond(
    status: StatusCode,
    request_id: &str,
    (content_type, body): (HeaderValue, Vec<u8>),
) -> Outbound {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID.clone(), request_id);
    }
    response
}
