//! Parsing a request: its path names the action; its query or its JSON body has the parameters.

use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;
use memchr::memmem;

use crate::dialects::huawei::codes;
use crate::dialects::huawei::routes::{self, Asked, Route, Service};
use crate::dialects::wire::form::Form;
use crate::dialects::wire::inbound::find_header;
use crate::dialects::wire::marks::Marks;
use crate::dialects::{BodyRefused, HeadRefused, Inbound, Refusal};
use crate::watch::classes::Class;

/// The largest body, in bytes (signing guide of the API gateway).
pub(crate) const BODY_MAX: usize = 12 * 1024 * 1024;

/// The beginning of every signature's algorithm.
const SCHEMES: &str = "SDK-";
/// The header with the time of a signed request.
pub(crate) const DATE: &str = "x-sdk-date";
/// The header with a token.
pub(crate) const TOKEN: &str = "x-auth-token";
/// The header with the token of a temporary access key.
pub(crate) const SECURITY_TOKEN: &str = "x-security-token";

/// A parameter that the server adds to requests whose answers have URLs: its own URL, as the client
/// calls it.
const ORIGIN: &str = "kmsim-origin";

/// Parameters that any request may have.
pub(crate) const COMMON: &[(&str, Class)] = &[("sequence", Class::Common)];

/// Members of JSON bodies that stay JSON text. Their own members have any names.
const RAW: &[&str] = &["auth", "encryption_context", "recipient"];

/// A parsed request.
#[derive(Clone)]
pub(in crate::dialects) struct Call {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What the path asks for.
    pub(crate) route: Option<&'static Route>,
    /// The project in the path.
    pub(crate) project: Option<String>,
    /// The parameters of path, query and body.
    params: Form,
    /// The refusal, if the request cannot be parsed. It is answered before the signature is
    /// checked.
    pub(crate) parse_error: Option<Refusal>,
    /// The refusal, if the parameters cannot be parsed, or if there is no such path in a signed
    /// request. It is answered after the signature is checked.
    pub(crate) params_error: Option<Refusal>,
}

/// Whether a request has marks of this cloud: its signature, one of its paths, or a version's path
/// with one of its headers. Other clouds have their requests at the versions' paths. These headers
/// may come with those too, but they have parameters, a body or a signature that does not cover
/// this cloud's date.
pub(crate) fn is_marked(marks: &Marks<'_>) -> bool {
    let Some(path) = marks.path() else { return false };
    let is_signed_elsewhere = || {
        let given = marks.header("authorization").unwrap_or_default();
        let has = |text: &str| memmem::find(given, text.as_bytes()).is_some();
        has("Signature=") && !has(DATE)
    };
    let has_header = || marks.has_header(DATE) || marks.has_header(TOKEN);
    let is_of_versions = || has_header() && !marks.has_content() && !is_signed_elsewhere();
    routes::is_own(path)
        || marks.is_signed_by(SCHEMES)
        || routes::is_of_versions(path) && is_of_versions()
}

impl Call {
    /// Parses a request. After an error, parsing goes on as far as possible.
    pub(crate) fn parse(inbound: Inbound) -> Self {
        let Inbound { method, uri, headers, is_encrypted, body, .. } = inbound;
        let mut parse_error = body.as_ref().err().map(|why| match why {
            BodyRefused::TooLarge => codes::BODY_TOO_LARGE.into(),
            BodyRefused::Broken | BodyRefused::OverBudget => {
                codes::BAD_REQUEST_FORMAT.with(&["the body ended early"])
            }
            BodyRefused::Head(why) => of_head(*why),
        });
        let body = body.unwrap_or_default();
        let mut params_error = None;
        let (route, path_params) = match Asked::of(&method, uri.path()) {
            Asked::Action(route, params) => (Some(route), params),
            unserved => {
                let code = match unserved {
                    Asked::WrongMethod => codes::METHOD_NOT_SUPPORTED,
                    Asked::Malformed => codes::INVALID_URL,
                    _ => codes::API_NOT_FOUND,
                };
                let is_signed = find_header(&headers, "authorization")
                    .is_some_and(|it| it.as_bytes().starts_with(SCHEMES.as_bytes()));
                let error = if is_signed { &mut params_error } else { &mut parse_error };
                error.get_or_insert(code.into());
                (None, Vec::new())
            }
        };
        let parsed = match method {
            Method::GET => query(uri.query().unwrap_or_default()),
            _ => json(&body),
        };
        let mut params = parsed.unwrap_or_else(|refusal| {
            params_error.get_or_insert(refusal);
            Form::default()
        });
        if route.is_some_and(|route| route.service != Service::Kms) {
            let host = find_header(&headers, "host").and_then(|host| host.to_str().ok());
            let scheme = if is_encrypted { "https" } else { "http" };
            let origin = format!("{scheme}://{}", host.unwrap_or("localhost"));
            params = params.without(|name| name == ORIGIN).with([(ORIGIN, &*origin)]);
        }
        let mut project = None;
        let mut others = Vec::new();
        for (name, value) in path_params {
            match (name, params.get(name)) {
                ("project_id", _) => project = Some(value),
                (_, None) => others.push((name, value)),
                (_, Some(given)) if given == value => {}
                // The same name in the body means the same thing.
                (_, Some(_)) => {
                    params_error.get_or_insert_with(|| codes::INVALID_PARAMETER.with(&[name]));
                }
            }
        }
        let params = if others.is_empty() {
            params
        } else {
            params.with(others.iter().map(|(name, value)| (*name, &**value)))
        };
        Self { method, uri, headers, body, route, project, params, parse_error, params_error }
    }

    /// The parameters of path, query and body.
    pub(crate) fn params(&self) -> &Form {
        &self.params
    }

    /// The service of the requested action.
    pub(crate) fn service(&self) -> Service {
        self.route.map_or(Service::Kms, |route| route.service)
    }

    /// A header's value, if it is text. The name is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(find_header(&self.headers, name)?.as_bytes()).ok()
    }
}

/// The refusal of a request whose head was refused.
fn of_head(why: HeadRefused) -> Refusal {
    codes::BAD_REQUEST_FORMAT.with(&[&why.to_string()])
}

/// Parses the parameters of a query. A name may not repeat: signatures do not cover the order of
/// its values.
fn query(text: &str) -> Result<Form, Refusal> {
    let form = Form::read(&[text.as_bytes()]).ok_or(codes::INVALID_URL)?;
    match form.repeated() {
        Some(name) => Err(codes::INVALID_PARAMETER.with(&[name])),
        None => Ok(form),
    }
}

/// Parses a JSON body. An empty one has no parameters. The content type does not matter: SDKs send
/// several.
fn json(body: &[u8]) -> Result<Form, Refusal> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    Form::of_json(body, RAW).ok_or_else(|| codes::INVALID_JSON.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_are_shared_with_other_clouds() {
        let marked = |target: &str, headers: &[(&'static str, &'static str)]| {
            let uri: Uri = target.parse().unwrap();
            let headers = headers.iter().map(|(name, value)| {
                (name.parse().unwrap(), axum::http::HeaderValue::from_static(value))
            });
            is_marked(&Marks::of_head(&uri, &headers.collect()))
        };
        let token = ("x-auth-token", "t");
        let date = ("x-sdk-date", "20261128T201500Z");
        for path in ["/", "/v1.0", "/v2/"] {
            assert!(marked(path, &[token]) && marked(path, &[date]), "{path}");
            assert!(marked(path, &[token, ("authorization", "")]));
            assert!(marked(
                path,
                &[token, ("authorization", "of a token"), ("content-length", "0")]
            ));
            assert!(marked(path, &[("authorization", "SDK-HMAC-SHA256 Access=a, Signature=b")]));
            // What other clouds' requests have.
            assert!(!marked(path, &[]));
            for other in [
                ("authorization", "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=b"),
                ("content-length", "2"),
                ("transfer-encoding", "chunked"),
            ] {
                assert!(!marked(path, &[token, other]), "{other:?}");
            }
            assert!(!marked(&format!("{path}?Action=ListKeys&Signature=b"), &[token]));
        }
        assert!(marked("/v1.0/p/kms/tags?a=1", &[]) && !marked("/v1.0/p/tags", &[token]));
    }
}
