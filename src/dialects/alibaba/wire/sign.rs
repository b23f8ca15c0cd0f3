//! Signing, as the newest SDKs do it (ACS3-HMAC-SHA256, or ACS4 where a region is named; wire reference sections 1.4 and 1.5):
//! the parameters travel in a form body, so that none is too long. What is signed is put together by the same code that
//! checks it.

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use base16ct::lower::encode_string as hex;
use bytes::Bytes;

use super::acs::Authorization;
use super::call::{Call, VERSION};
use crate::algorithms::mac::{Hash, digest};
use crate::dialects::Inbound;
use crate::dialects::peers::{OutgoingCall, Unsignable};
use crate::dialects::wire::canonical::encode_pairs;

/// The name of the service, as its SDKs write it in scopes.
const PRODUCT: &str = "Kms";

/// A signed request.
pub(crate) fn sign(outgoing: &OutgoingCall<'_>) -> Result<Request<Bytes>, Unsignable> {
    let region = outgoing.region.map(|region| ("RegionId", region));
    let params = outgoing.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = Bytes::from(encode_pairs(params.chain(region)));
    let mut headers = head(outgoing, &body)?;

    let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    let (id, names) = (&outgoing.credentials.id, names.join(";"));
    // A scope's region counts before all else, also where the server was given another one.
    let unsigned = if let Some(region) = outgoing.region {
        let time = outgoing.time.to_string();
        let day = time.get(..10).ok_or(Unsignable)?.replace('-', "");
        let scope = format!("{day}/{region}/{PRODUCT}/aliyun_v4_request");
        format!("ACS4-HMAC-SHA256 Credential={id}/{scope},SignedHeaders={names},Signature=")
    } else {
        format!("ACS3-HMAC-SHA256 Credential={id},SignedHeaders={names},Signature=")
    };
    let authorization = Authorization::parse(&unsigned).ok_or(Unsignable)?;
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&unsigned)?);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));

    let inbound = Inbound {
        method: Method::POST,
        uri: Uri::from_static("/"),
        headers,
        body: Ok(body.clone()),
    };
    let call = Call::parse(inbound);
    let signature = authorization.sign(&call.signed(), &outgoing.credentials.secret);
    let mut request = Request::new(body);
    *request.method_mut() = call.method;
    *request.headers_mut() = call.headers;
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(&(unsigned + &signature))?);
    Ok(request)
}

/// The headers that are signed.
fn head(outgoing: &OutgoingCall<'_>, body: &[u8]) -> Result<HeaderMap, Unsignable> {
    let mut headers = HeaderMap::new();
    headers.insert(HOST, HeaderValue::from_str(outgoing.host)?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert("x-acs-action", HeaderValue::from_str(outgoing.action)?);
    headers.insert("x-acs-version", HeaderValue::from_static(VERSION));
    headers.insert("x-acs-date", HeaderValue::from_str(&outgoing.time.to_string())?);
    headers.insert("x-acs-signature-nonce", HeaderValue::from_str(outgoing.nonce)?);
    headers
        .insert("x-acs-content-sha256", HeaderValue::from_str(&hex(&digest(Hash::Sha256, body)))?);
    if let Some(token) = &outgoing.credentials.token {
        let mut token = HeaderValue::from_str(token)?;
        token.set_sensitive(true);
        headers.insert("x-acs-security-token", token);
    }
    Ok(headers)
}
