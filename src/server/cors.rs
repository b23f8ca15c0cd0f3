//! CORS: a page of any site may call the clouds, as it may call the vendors. It may not call the
//! control plane.

use axum::http::header::{self, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use bytes::Bytes;

use crate::dialects::Outbound;

const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, DELETE, OPTIONS");
/// In seconds: two days.
const MAX_AGE: HeaderValue = HeaderValue::from_static("172800");
/// The request headers to allow if a browser does not list them. `*` would not cover
/// `authorization`.
const HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, accept, x-requested-with, x-acs-action, x-acs-version, x-acs-date, \
     x-acs-content-sha256, x-acs-signature-nonce, x-acs-signature-method, x-acs-signature-type, \
     x-acs-security-token, x-acs-bearer-token, x-amz-date, x-amz-content-sha256, x-amz-security-token, \
     x-sdk-date, x-sdk-content-sha256, x-sdk-content-sm3, x-security-token, x-project-id, x-domain-id, x-auth-token, x-tc-action, \
     x-tc-version, x-tc-region, x-tc-timestamp, x-tc-token, x-tc-language, x-kmsim-fault",
);

/// Lets every page read an answer. The vendors send the first header in every answer; only pages
/// need the second.
pub(super) fn allow(headers: &mut HeaderMap, to_page: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    if to_page {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, ANY_ORIGIN);
    }
}

/// Whether a page sent the request.
pub(super) fn is_from_page(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN)
}

/// The answer to a CORS preflight request; `None` for any other request.
pub(super) fn preflight(method: &Method, headers: &HeaderMap) -> Option<Outbound> {
    if method != Method::OPTIONS
        || !is_from_page(headers)
        || !headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    {
        return None;
    }
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let allowed =
        headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(|names| !names.is_empty());
    let allowed = allowed.cloned().unwrap_or(HEADERS);
    let headers = answer.headers_mut();
    allow(headers, true);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    Some(answer)
}
