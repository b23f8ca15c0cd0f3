//! Signing as the SDKs do in the header (AWS4-HMAC-SHA256). The parameters are in a form body,
//! which may be long.

use axum::http::{HeaderValue, Request};
use bytes::Bytes;

use super::aws4::{Claim, format_basic};
use super::call::{Call, DEFAULT_REGION, SERVICE, VERSION};
use crate::dialects::peers::{OutgoingCall, Unsignable, header_names, post_root, signed};
use crate::dialects::wire::canonical::encode_pairs;

/// A signed request.
pub(crate) fn sign(outgoing: &OutgoingCall<'_>) -> Result<Request<Bytes>, Unsignable> {
    let own = [("Action", outgoing.action), ("Version", VERSION)];
    let params = outgoing.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = Bytes::from(encode_pairs(own.into_iter().chain(params)));
    let (date, _) = format_basic(outgoing.time);
    let mut headers = outgoing.headers("x-amz-security-token")?;
    headers.insert("x-amz-date", HeaderValue::from_str(&date)?);

    let day = date.get(..8).ok_or(Unsignable::Header)?;
    let region = outgoing.region.unwrap_or(DEFAULT_REGION);
    let unsigned = format!(
        "AWS4-HMAC-SHA256 Credential={}/{day}/{region}/{SERVICE}/aws4_request, SignedHeaders={}, \
         Signature=",
        outgoing.credentials.id,
        header_names(&headers)
    );
    signed(post_root(), headers, body, &unsigned, |inbound| {
        let call = Call::parse(inbound);
        let claim = Claim::of_header(&call, &unsigned).map_err(|_| Unsignable::Header)?;
        Ok(claim.sign(&call, &outgoing.credentials.secret))
    })
}
