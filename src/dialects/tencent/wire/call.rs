//! Parsing a request: the common parameters, the action's own, and the parts that the signature
//! covers (document, "Making API Requests").

use std::sync::OnceLock;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method};
use bytes::Bytes;

use crate::dialects::tencent::codes;
use crate::dialects::wire::form::{Form, is_json, raw_pairs};
use crate::dialects::wire::inbound::find_header;
use crate::dialects::wire::marks::Marks;
use crate::dialects::{BodyRefused, HeadRefused, Inbound, Refusal};
use crate::watch::classes::Class;
use crate::watch::truncate;

/// The only version of the API.
pub(crate) const VERSION: &str = "2019-01-18";
/// The name of the service in signature scopes. Some SDKs write another name.
pub(crate) const SERVICE: &str = "kms";
/// Used when a request names no region and the server has no `--region`.
pub(crate) const DEFAULT_REGION: &str = "ap-guangzhou";

/// The largest body, in bytes (document, "Request Structure").
pub(crate) const BODY_MAX: usize = 10 * 1024 * 1024;
/// The longest query, in bytes (the same section).
const QUERY_MAX: usize = 32 * 1024;
/// The largest body of a request with signature version 1, in bytes (the same section).
const V1_BODY_MAX: usize = 1024 * 1024;

/// The algorithm of signature version 3, with which `Authorization` begins.
pub(crate) const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The common parameters, which signature version 1 mixes with the action's own.
pub(crate) const COMMON: &[(&str, Class)] = &[
    ("Action", Class::Common),
    ("Language", Class::Common),
    ("Nonce", Class::Common),
    ("Region", Class::Common),
    ("RequestClient", Class::Common),
    ("SecretId", Class::Common),
    ("Signature", Class::Credential),
    ("SignatureMethod", Class::Common),
    ("Timestamp", Class::Common),
    ("Token", Class::Credential),
    ("Version", Class::Common),
];

fn is_common(name: &str) -> bool {
    COMMON.iter().any(|(it, _)| *it == name)
}

/// A parsed request.
#[derive(Clone)]
pub(in crate::dialects) struct Call {
    pub(crate) method: Method,
    /// The query, as sent.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) scheme: Scheme,
    /// All parameters, if the signature is of version 1; otherwise none.
    pub(crate) v1_params: Form,
    /// The action's own parameters.
    params: Form,
    /// Those of them that have a value, if the signature turns out not to cover the others.
    nonempty_params: OnceLock<Form>,
    /// The refusal, if the request cannot be parsed. It is answered before the signature is
    /// checked.
    pub(crate) parse_error: Option<Refusal>,
    /// The refusal, if the action's parameters cannot be parsed. It is answered after the signature
    /// is checked.
    pub(crate) params_error: Option<Refusal>,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// By the header `Authorization`, with version 3. The common parameters are headers.
    Tc3,
    /// By the parameter `Signature`, with version 1. The common parameters are parameters too.
    V1,
}

/// A common parameter: its header, and its name among the parameters of signature version 1.
pub(crate) struct Common {
    header: &'static str,
    param: &'static str,
}

pub(crate) const ACTION: Common = Common { header: "x-tc-action", param: "Action" };
pub(crate) const VERSION_PARAM: Common = Common { header: "x-tc-version", param: "Version" };
pub(crate) const TIMESTAMP: Common = Common { header: "x-tc-timestamp", param: "Timestamp" };
pub(crate) const REGION: Common = Common { header: "x-tc-region", param: "Region" };
pub(crate) const TOKEN: Common = Common { header: "x-tc-token", param: "Token" };
const LANGUAGE: Common = Common { header: "x-tc-language", param: "Language" };

impl Common {
    /// Its name in messages.
    pub(crate) const fn name(&self) -> &'static str {
        self.param
    }
}

/// Whether a request has marks of this cloud: its algorithm, one of its headers, or its parameter
/// for the access key.
pub(crate) fn is_marked(marks: &Marks<'_>) -> bool {
    marks.is_signed_by("TC3-")
        || [&ACTION, &VERSION_PARAM, &TIMESTAMP].iter().any(|it| marks.has_header(it.header))
        || marks.has_param(|name, _| name == b"SecretId")
            && !marks.has_param(|name, _| name == b"AccessKeyId" || name == b"Accesskey")
}

impl Call {
    /// Parses a request. After an error, parsing goes on as far as possible.
    pub(crate) fn parse(inbound: Inbound) -> Self {
        let Inbound { method, uri, headers, body, .. } = inbound;
        let is_tc3 = headers.contains_key(AUTHORIZATION)
            || headers.keys().any(|name| name.as_str().starts_with("x-tc-"))
                && !has_secret_id(uri.query(), body.as_deref().ok());
        let scheme = if is_tc3 { Scheme::Tc3 } else { Scheme::V1 };
        let mut parse_error = match (&method, &body) {
            (_, Err(BodyRefused::Head(why))) => Some(of_head(*why)),
            (_, Err(BodyRefused::TooLarge)) if scheme == Scheme::Tc3 => Some(too_large(BODY_MAX)),
            (_, Err(BodyRefused::TooLarge)) => {
                Some(codes::AUTH_FAILURE_SIGNATURE_FAILURE_SIZE.into())
            }
            (_, Err(BodyRefused::Broken | BodyRefused::OverBudget)) => {
                Some(codes::INVALID_REQUEST_BROKEN.into())
            }
            (&Method::GET | &Method::POST, Ok(body)) => {
                let is_too_large = scheme == Scheme::V1 && body.len() > V1_BODY_MAX;
                is_too_large.then(|| codes::AUTH_FAILURE_SIGNATURE_FAILURE_SIZE.into())
            }
            (_, Ok(_)) => Some(codes::UNSUPPORTED_PROTOCOL.into()),
        };
        let query = uri.query().unwrap_or_default().to_owned();
        if parse_error.is_none() && query.len() > QUERY_MAX {
            parse_error = Some(too_large(QUERY_MAX));
        }
        let body = body.unwrap_or_default();
        let parsed = match (&method, scheme) {
            (&Method::GET, _) => form(query.as_bytes()),
            (_, Scheme::V1) => form(&body),
            (_, Scheme::Tc3) => json(&headers, &body),
        };
        let (all, params_error) = match parsed {
            Ok(form) => (form, None),
            Err(refusal) => (Form::default(), Some(refusal)),
        };
        let (v1_params, params) = match scheme {
            Scheme::Tc3 => (Form::default(), all),
            Scheme::V1 => (all.clone(), all.without(is_common)),
        };
        Self {
            method,
            query,
            headers,
            body,
            scheme,
            v1_params,
            params,
            nonempty_params: OnceLock::new(),
            parse_error,
            params_error,
        }
    }

    /// The action's own parameters.
    pub(crate) fn params(&self) -> &Form {
        self.nonempty_params.get().unwrap_or(&self.params)
    }

    /// Drops the action's parameters without a value, because the signature does not cover them.
    pub(crate) fn drop_empty_params(&self) {
        self.nonempty_params.get_or_init(|| self.params.clone().without_empty());
    }

    /// A common parameter, if it has a value.
    pub(crate) fn common(&self, which: &Common) -> Option<&str> {
        let value = match self.scheme {
            Scheme::Tc3 => self.header(which.header),
            Scheme::V1 => self.v1_params.get(which.param),
        };
        value.filter(|value| !value.is_empty())
    }

    /// A parameter of a request with signature version 1, if it has a value.
    pub(crate) fn v1_param(&self, name: &str) -> Option<&str> {
        self.v1_params.get(name).filter(|value| !value.is_empty())
    }

    /// A header's value, if it is text. The name is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(find_header(&self.headers, name)?.as_bytes()).ok()
    }

    /// Whether messages are in Chinese. No source gives the default language; the document's
    /// samples are in English.
    pub(crate) fn wants_chinese(&self) -> bool {
        self.common(&LANGUAGE).is_some_and(|it| it.eq_ignore_ascii_case("zh-CN"))
    }
}

/// Whether query or body has the parameter for the access key of signature version 1.
fn has_secret_id(query: Option<&str>, body: Option<&[u8]>) -> bool {
    let has = |form: &[u8]| form.split(|it| *it == b'&').any(|it| it.starts_with(b"SecretId="));
    query.is_some_and(|it| has(it.as_bytes())) || body.is_some_and(has)
}

/// The refusal of a request with more than `max` bytes.
fn too_large(max: usize) -> Refusal {
    codes::REQUEST_SIZE_LIMIT_EXCEEDED.with(&[&max.to_string()])
}

/// The refusal of a request whose head was refused.
fn of_head(why: HeadRefused) -> Refusal {
    match why {
        HeadRefused::LineTooLong | HeadRefused::TooLarge => too_large(QUERY_MAX),
        HeadRefused::Malformed => codes::INVALID_REQUEST_BROKEN.into(),
    }
}

/// The name of the parameters as a whole in refusals.
const ALL: &str = "Body";
/// The most parameters of a query or form. No source gives a limit; kmsim needs one, because a
/// parsed parameter takes far more memory than its text.
const PARAMS_MAX: usize = 100_000;

/// Parses a query or a form. A name that occurs twice is refused, because no source says which of
/// its values is signed.
fn form(text: &[u8]) -> Result<Form, Refusal> {
    if raw_pairs(text).nth(PARAMS_MAX).is_some() {
        return Err(codes::INVALID_PARAMETER.with(&[ALL]));
    }
    let form = Form::read(&[text]).ok_or_else(|| codes::INVALID_PARAMETER.with(&[ALL]))?;
    match form.repeated() {
        Some(name) => Err(codes::INVALID_PARAMETER.with(&[truncate(name)])),
        None => Ok(form),
    }
}

/// Parses a JSON body.
fn json(headers: &HeaderMap, body: &[u8]) -> Result<Form, Refusal> {
    let content = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if content.starts_with(b"multipart/") {
        return Err(codes::INVALID_REQUEST.into());
    }
    if !is_json(headers) {
        return Err(codes::INVALID_PARAMETER.with(&["Content-Type"]));
    }
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    Form::of_json(body, &[]).ok_or_else(|| codes::INVALID_PARAMETER.with(&[ALL]))
}
