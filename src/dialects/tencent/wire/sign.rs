//! Signing, as the SDKs do it: signature version 3 over a JSON body. What is signed is put together
//! by the same code that checks it.

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::call::{ALGORITHM, Call, SERVICE};
use super::tc3::Claim;
use crate::dialects::Inbound;
use crate::dialects::peers::{OutgoingCall, Unsignable};
use crate::dialects::tencent::tag_service::version_of;

/// Whether an answer is a refusal. Its status is 200 in any case.
pub(crate) fn is_refusal(answer: &Response<Bytes>) -> bool {
    let body: Result<Value, _> = serde_json::from_slice(answer.body());
    body.map_or(true, |body| !body["Response"]["Error"].is_null())
}

/// A signed request.
pub(crate) fn sign(ask: &OutgoingCall<'_>) -> Result<Request<Bytes>, Unsignable> {
    let body = Bytes::from(body(ask.params).to_string());
    let timestamp = ask.time.millis().div_euclid(1000).to_string();
    let day = ask.time.to_string();
    let day = day.get(..10).ok_or(Unsignable)?;
    let unsigned = format!(
        "{ALGORITHM} Credential={}/{day}/{SERVICE}/tc3_request, SignedHeaders=content-type;host, Signature=",
        ask.credentials.id
    );
    let mut headers = head(ask, &timestamp)?;
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&unsigned)?);
    let inbound = Inbound {
        method: Method::POST,
        uri: Uri::from_static("/"),
        headers,
        body: Ok(body.clone()),
    };
    let call = Call::parse(inbound);
    let claim = Claim::of(&call, &timestamp).map_err(|_| Unsignable)?;
    let signature = claim.sign(&call, &ask.credentials.secret).ok_or(Unsignable)?;
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    let authorization = HeaderValue::from_str(&(unsigned + &signature))?;
    *request.headers_mut() = call.headers;
    request.headers_mut().insert(AUTHORIZATION, authorization);
    Ok(request)
}

/// The headers of the request.
fn head(ask: &OutgoingCall<'_>, timestamp: &str) -> Result<HeaderMap, Unsignable> {
    let mut headers = HeaderMap::new();
    headers.insert(HOST, HeaderValue::from_str(ask.host)?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-tc-action", HeaderValue::from_str(ask.action)?);
    headers.insert("x-tc-version", HeaderValue::from_static(version_of(ask.action)));
    headers.insert("x-tc-timestamp", HeaderValue::from_str(timestamp)?);
    headers.insert("x-tc-language", HeaderValue::from_static("en-US"));
    if let Some(region) = ask.region {
        headers.insert("x-tc-region", HeaderValue::from_str(region)?);
    }
    if let Some(token) = &ask.credentials.token {
        let mut token = HeaderValue::from_str(token)?;
        token.set_sensitive(true);
        headers.insert("x-tc-token", token);
    }
    Ok(headers)
}

/// Flat parameters as a JSON object: a name with numbers in it is a list. Every value is a text,
/// which the service takes for numbers as well.
fn body(params: &[(String, String)]) -> Value {
    let mut body = Value::Object(Map::new());
    for (name, value) in params {
        let mut at = &mut body;
        for part in name.split('.') {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            at = &mut at[part];
        }
        *at = Value::from(value.as_str());
    }
    listed(body)
}

/// The same with a list wherever every name is a number.
fn listed(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let is_list = !members.is_empty() && members.keys().all(|name| name.parse::<u32>().is_ok());
    if is_list {
        let mut members: Vec<_> = members.into_iter().collect();
        members.sort_by_key(|(name, _)| name.parse::<u32>().unwrap_or_default());
        return members.into_iter().map(|(_, member)| listed(member)).collect();
    }
    Value::Object(members.into_iter().map(|(name, member)| (name, listed(member))).collect())
}
