//! Signing as the SDKs do: signature version 3 over a JSON body.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Request, Response};
use bytes::Bytes;
use serde_json::Value;

use super::call::{ALGORITHM, Call, SERVICE};
use super::tc3::Claim;
use crate::dialects::peers::{OutgoingCall, Unsignable, json_body, post_root, signed};
use crate::dialects::tencent::tag_service::version_of;

/// Whether an answer is a refusal. Its body decides, because the status is always 200.
pub(crate) fn is_refusal(answer: &Response<Bytes>) -> bool {
    let body: Result<Value, _> = serde_json::from_slice(answer.body());
    body.map_or(true, |body| !body["Response"]["Error"].is_null())
}

/// A signed request.
pub(crate) fn sign(outgoing: &OutgoingCall<'_>) -> Result<Request<Bytes>, Unsignable> {
    let body = Bytes::from(
        json_body(outgoing.params.iter().map(|(name, value)| (&**name, &**value))).to_string(),
    );
    let timestamp = outgoing.time.millis().div_euclid(1000).to_string();
    let mut headers = outgoing.headers("x-tc-token")?;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("x-tc-action", outgoing.action),
        ("x-tc-version", version_of(outgoing.action)),
        ("x-tc-timestamp", &timestamp),
        ("x-tc-language", "en-US"),
    ] {
        headers.insert(name, HeaderValue::from_str(value)?);
    }
    if let Some(region) = outgoing.region {
        headers.insert("x-tc-region", HeaderValue::from_str(region)?);
    }
    let time = outgoing.time.to_string();
    let day = time.get(..10).ok_or(Unsignable::Header)?;
    let unsigned = format!(
        "{ALGORITHM} Credential={}/{day}/{SERVICE}/tc3_request, SignedHeaders=content-type;host, \
         Signature=",
        outgoing.credentials.id
    );
    signed(post_root(), headers, body, &unsigned, |inbound| {
        let call = Call::parse(inbound);
        let claim = Claim::parse(&call, &timestamp).map_err(|_| Unsignable::Header)?;
        claim.sign(&call, &outgoing.credentials.secret).ok_or(Unsignable::Header)
    })
}
