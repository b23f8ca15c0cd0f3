//! Signing, as the SDKs do it in the header (AWS4-HMAC-SHA256), with the parameters in a form body, so that none is too long. What
//! is signed is put together by the same code that checks it.

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use bytes::Bytes;

use super::aws4::{Claim, format_basic};
use super::call::{Call, DEFAULT_REGION, SERVICE, VERSION};
use crate::dialects::Inbound;
use crate::dialects::peers::{OutgoingCall, Unsignable};
use crate::dialects::wire::canonical::encode_pairs;

/// A signed request.
pub(crate) fn sign(outgoing: &OutgoingCall<'_>) -> Result<Request<Bytes>, Unsignable> {
    let own = [("Action", outgoing.action), ("Version", VERSION)];
    let params = outgoing.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = Bytes::from(encode_pairs(own.into_iter().chain(params)));
    let (date, _) = format_basic(outgoing.time);
    let mut headers = head(outgoing, &date)?;

    let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    let day = date.get(..8).ok_or(Unsignable)?;
    let region = outgoing.region.unwrap_or(DEFAULT_REGION);
    let unsigned = format!(
        "AWS4-HMAC-SHA256 Credential={}/{day}/{region}/{SERVICE}/aws4_request, SignedHeaders={}, Signature=",
        outgoing.credentials.id,
        names.join(";")
    );
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&unsigned)?);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));

    let inbound = Inbound {
        method: Method::POST,
        uri: Uri::from_static("/"),
        headers,
        body: Ok(body.clone()),
    };
    let call = Call::parse(inbound);
    let claim = Claim::of_header(&call, &unsigned).map_err(|_| Unsignable)?;
    let signature = claim.sign(&call, &outgoing.credentials.secret);
    let mut request = Request::new(body);
    *request.method_mut() = call.method;
    *request.headers_mut() = call.headers;
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(&(unsigned + &signature))?);
    Ok(request)
}

/// The headers that are signed.
fn head(outgoing: &OutgoingCall<'_>, date: &str) -> Result<HeaderMap, Unsignable> {
    let mut headers = HeaderMap::new();
    headers.insert(HOST, HeaderValue::from_str(outgoing.host)?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert("x-amz-date", HeaderValue::from_str(date)?);
    if let Some(token) = &outgoing.credentials.token {
        let mut token = HeaderValue::from_str(token)?;
        token.set_sensitive(true);
        headers.insert("x-amz-security-token", token);
    }
    Ok(headers)
}
