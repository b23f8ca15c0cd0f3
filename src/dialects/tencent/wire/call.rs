//! A request taken apart: the common parameters, the action's own, and what its signature covers
//! (document, "Making API Requests").

use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue, Method};
use bytes::Bytes;

use crate::dialects::tencent::codes;
use crate::dialects::wire::form::{Form, is_json, raw_pairs};
use crate::dialects::wire::marks::Marks;
use crate::dialects::{BodyRefused, HeadRefused, Inbound, Refusal};

/// The version of the API.
pub(crate) const VERSION: &str = "2019-01-18";
/// The name of the service in the scope of a signature. Several SDKs write another text there.
pub(crate) const SERVICE: &str = "kms";
/// Used when a request names no region and the server was given none.
pub(crate) const DEFAULT_REGION: &str = "ap-guangzhou";

/// The largest body, in bytes (document, "Request Structure").
pub(crate) const BODY_MAX: usize = 10 * 1024 * 1024;
/// The longest query, in bytes (the same section).
const QUERY_MAX: usize = 32 * 1024;
/// The largest body under a signature of version 1, in bytes (the same section).
const V1_BODY_MAX: usize = 1024 * 1024;

/// How requests with signature version 3 begin their `Authorization`.
pub(crate) const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The common parameters that signature version 1 puts among the action's own.
pub(crate) const COMMON: &[&str] = &[
    "Action",
    "Language",
    "Nonce",
    "Region",
    "RequestClient",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Timestamp",
    "Token",
    "Version",
];

/// A request.
#[derive(Clone)]
pub(in crate::dialects) struct Call {
    pub(crate) method: Method,
    /// The query as sent.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) scheme: Scheme,
    /// Every parameter, where the signature is of version 1.
    pub(crate) signed: Form,
    /// The action's own parameters.
    params: Form,
    /// The same without those that have no value, once it is known that these are not signed.
    signed_params: OnceLock<Form>,
    /// What is wrong with the request before anybody looks at its signature.
    pub(crate) flaw: Option<Refusal>,
    /// Why the action's parameters cannot be read. It is answered only once the signature is
    /// checked.
    pub(crate) unread: Option<Refusal>,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// By `Authorization`; the common parameters are headers.
    Tc3,
    /// By a parameter; the common parameters are parameters too.
    V1,
}

/// A common parameter: its header, and its name under signature version 1.
pub(crate) struct Common {
    header: &'static str,
    param: &'static str,
}

pub(crate) const ACTION: Common = Common { header: "x-tc-action", param: "Action" };
pub(crate) const VERSION_OF: Common = Common { header: "x-tc-version", param: "Version" };
pub(crate) const TIMESTAMP: Common = Common { header: "x-tc-timestamp", param: "Timestamp" };
pub(crate) const REGION: Common = Common { header: "x-tc-region", param: "Region" };
pub(crate) const TOKEN: Common = Common { header: "x-tc-token", param: "Token" };
const LANGUAGE: Common = Common { header: "x-tc-language", param: "Language" };

impl Common {
    /// Its name, as messages have it.
    pub(crate) const fn name(&self) -> &'static str {
        self.param
    }
}

/// The marks of this wire: one of its headers, its algorithm, or the parameter that names the
/// access key.
pub(crate) fn is_marked(marks: &Marks<'_>) -> bool {
    marks.is_signed_by("TC3-")
        || [&ACTION, &VERSION_OF, &TIMESTAMP].iter().any(|it| marks.has_header(it.header))
        || marks.has_param(|name, _| name == b"SecretId")
            && !marks.has_param(|name, _| name == b"AccessKeyId" || name == b"Accesskey")
}

impl Call {
    /// Takes a request apart. One with a flaw is taken apart as far as it goes.
    pub(crate) fn parse(inbound: Inbound) -> Self {
        let Inbound { method, uri, headers, body } = inbound;
        let is_tc3 = headers.keys().any(|name| name.as_str().starts_with("x-tc-"))
            && !has_secret_id(uri.query(), body.as_deref().ok())
            || headers.contains_key("authorization");
        let scheme = if is_tc3 { Scheme::Tc3 } else { Scheme::V1 };
        let mut flaw = match (&method, &body) {
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
        if flaw.is_none() && query.len() > QUERY_MAX {
            flaw = Some(too_large(QUERY_MAX));
        }
        let body = body.unwrap_or_default();
        let read = match (&method, scheme) {
            (&Method::GET, _) => form(query.as_bytes()),
            (_, Scheme::V1) => form(&body),
            (_, Scheme::Tc3) => json(&headers, &body),
        };
        let (all, unread) = read.map_or_else(|why| (Form::default(), Some(why)), |it| (it, None));
        let (signed, params) = match scheme {
            Scheme::Tc3 => (Form::default(), all),
            Scheme::V1 => (all.clone(), all.without(COMMON)),
        };
        let signed_params = OnceLock::new();
        Self { method, query, headers, body, scheme, signed, params, signed_params, flaw, unread }
    }

    /// The action's own parameters.
    pub(crate) fn params(&self) -> &Form {
        self.signed_params.get().unwrap_or(&self.params)
    }

    /// Leaves out the parameters without a value, because the signature does not cover them.
    pub(crate) fn leave_out_empty(&self) {
        self.signed_params.get_or_init(|| self.params.clone().without_empty());
    }

    /// A common parameter, if it has a value.
    pub(crate) fn common(&self, which: &Common) -> Option<&str> {
        let value = match self.scheme {
            Scheme::Tc3 => self.header(which.header),
            Scheme::V1 => self.signed.get(which.param),
        };
        value.filter(|value| !value.is_empty())
    }

    /// A parameter of a signature of version 1, if it has a value.
    pub(crate) fn signed(&self, name: &str) -> Option<&str> {
        self.signed.get(name).filter(|value| !value.is_empty())
    }

    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }

    /// Whether messages are to be in Chinese. No source says what a request gets that names no
    /// language; English is that of the document's samples.
    pub(crate) fn wants_chinese(&self) -> bool {
        self.common(&LANGUAGE).is_some_and(|it| it.eq_ignore_ascii_case("zh-CN"))
    }
}

fn has_secret_id(query: Option<&str>, body: Option<&[u8]>) -> bool {
    let starts = |form: &[u8]| form.split(|it| *it == b'&').any(|it| it.starts_with(b"SecretId="));
    query.is_some_and(|it| starts(it.as_bytes())) || body.is_some_and(starts)
}

/// A request that is larger than this.
fn too_large(most: usize) -> Refusal {
    codes::REQUEST_SIZE_LIMIT_EXCEEDED.with(&[&most.to_string()])
}

/// A request whose head is not read.
fn of_head(why: HeadRefused) -> Refusal {
    match why {
        HeadRefused::LineTooLong | HeadRefused::TooLarge => too_large(QUERY_MAX),
        HeadRefused::Malformed => codes::INVALID_REQUEST_BROKEN.into(),
    }
}

/// What a refusal calls the parameters as a whole.
const ALL: &str = "Body";
/// How many parameters a form may have. No source says; each takes far more memory than text.
const PARAMS_MAX: usize = 100_000;

/// Parameters of a query or a form. A name that comes twice is refused: no source says which of the
/// two is signed.
fn form(text: &[u8]) -> Result<Form, Refusal> {
    if raw_pairs(text).nth(PARAMS_MAX).is_some() {
        return Err(codes::INVALID_PARAMETER.with(&[ALL]));
    }
    let form = Form::read(&[text]).ok_or_else(|| codes::INVALID_PARAMETER.with(&[ALL]))?;
    match form.repeated() {
        Some(name) => Err(codes::INVALID_PARAMETER.with(&[name])),
        None => Ok(form),
    }
}

/// Parameters of a JSON body.
fn json(headers: &HeaderMap, body: &[u8]) -> Result<Form, Refusal> {
    let content = headers.get("content-type").map_or(&b""[..], HeaderValue::as_bytes);
    if content.starts_with(b"multipart/") {
        return Err(codes::INVALID_REQUEST.into());
    }
    if !is_json(headers) {
        return Err(codes::INVALID_PARAMETER.with(&["Content-Type"]));
    }
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    Form::of_json(body).ok_or_else(|| codes::INVALID_PARAMETER.with(&[ALL]))
}
