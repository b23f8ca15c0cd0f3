//! Answers: messages, and the message `Error` for every refusal.

use axum::http::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::messages;
use super::request::{KEY_VERSION, Request};
use crate::dialects::alibaba::codes;
use crate::dialects::wire::answer::{respond, success};
use crate::dialects::{Code, Error, Outbound, Refusal};
use crate::engine;

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

/// Codes with another message than at the shared gateway.
const MESSAGES: &[(&Code, &str)] = &[
    (codes::MISSING_PARAMETER, codes::HEADER_MISSING.message),
    (codes::UNSUPPORTED_OPERATION, codes::REJECTED_UNSUPPORTED_OPERATION.name),
    (
        codes::FORBIDDEN_NO_PERMISSION_FOR,
        "This operation for ... is forbidden by permission system",
    ),
];

/// The answer of an action. The version of the key that was used is in a header too: some clients
/// read it there, in answers whose message has no field for it.
pub(crate) fn answer<T: Serialize>(
    request: &Request,
    request_id: &str,
    body: &T,
) -> Result<Outbound, Error> {
    const UNWRITABLE: engine::Error = engine::Error::Internal("the answer cannot be written");
    let Ok(Value::Object(mut values)) = serde_json::to_value(body) else {
        return Err(UNWRITABLE.into());
    };
    values.insert("RequestId".into(), request_id.into());
    let message = messages::response(request.api()).ok_or(UNWRITABLE)?.of(&values);
    let mut answer = success(Some((PROTOBUF, message)))?;
    let version = values.get("KeyVersionId").and_then(Value::as_str);
    if let Some(version) = version.and_then(|it| HeaderValue::from_str(it).ok()) {
        answer.headers_mut().insert(HeaderName::from_static(KEY_VERSION), version);
    }
    Ok(answer)
}

/// The answer to a refused request.
pub(crate) fn refuse(request_id: &str, refusal: &Refusal) -> Outbound {
    let code = refusal.code;
    let own = MESSAGES.iter().find(|(it, _)| **it == *code);
    let own = own.map(|(_, message)| refusal.translated(message));
    let values = json!({
        "StatusCode": refusal.status,
        "ErrorCode": code.name,
        "ErrorMessage": own.as_deref().unwrap_or(&refusal.message),
        "RequestId": request_id,
    });
    let none = Map::new();
    let values = values.as_object().unwrap_or(&none);
    let message = messages::error().map(|message| message.of(values)).unwrap_or_default();
    respond(refusal.status, (PROTOBUF, message))
}
