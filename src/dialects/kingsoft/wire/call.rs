//! Parsing a request: the parameters of query and body in one list, and the form of its signature.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::Value;

use crate::dialects::kingsoft::codes;
use crate::dialects::kingsoft::errors::{malformed, of_head};
use crate::dialects::wire::canonical::encode_pairs;
use crate::dialects::wire::form::{Form, is_form, is_json, raw_pairs};
use crate::dialects::wire::inbound::find_header;
use crate::dialects::wire::marks::Marks;
use crate::dialects::{BODY_LIMIT, BodyRefused, Inbound, Refusal};

/// The only version of the API.
pub(crate) const VERSION: &str = "2016-03-04";
/// The name of the service in signature scopes.
pub(crate) const SERVICE: &str = "kkms";
/// Used when a request names no region and the server has no `--region`.
pub(crate) const DEFAULT_REGION: &str = "cn-beijing-6";

/// A parsed request.
#[derive(Clone)]
pub(in crate::dialects) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The parameters of the query alone.
    pub(crate) query: Form,
    /// The parameters of query and body. If one is in both, the body wins; if it is repeated, the
    /// last one wins.
    pub(crate) params: Form,
    pub(crate) scheme: Scheme,
    /// The refusal, if the request cannot be parsed.
    pub(crate) parse_error: Option<Refusal>,
}

/// How a request is signed.
#[derive(Clone)]
pub(crate) enum Scheme {
    /// By the header `Authorization`, with this value.
    Header(String),
    /// By AWS4 parameters in the query.
    Presigned,
    /// By the parameter `Signature`.
    Simplified,
    /// Not at all.
    None,
}

const ALGORITHM_FAMILY: &str = "AWS4-";
/// The prefix of the parameters of a signature in the query.
const FAMILY: &str = "X-Amz-";

/// Whether a request has marks of this cloud: its version, its algorithm, or a parameter or header
/// that only it has.
pub(crate) fn is_marked(marks: &Marks<'_>) -> bool {
    let is_own = |name: &[u8], value: &[u8]| match name {
        b"Version" => value == VERSION.as_bytes(),
        b"Accesskey" => true,
        _ => name.starts_with(FAMILY.as_bytes()),
    };
    marks.is_signed_by(ALGORITHM_FAMILY)
        || marks.has_header("x-amz-date")
        || marks.has_param(is_own)
        || marks.has_in_json("\"Accesskey\"")
}

/// The parts of a signature that decide how the request is parsed.
struct Signing {
    /// Whether it is AWS4, in the header or in the query.
    is_aws4: bool,
    /// Whether it covers the header `Content-Type`, or covers the parameters themselves.
    signs_type: bool,
}

impl Signing {
    fn of(headers: &HeaderMap, query: &Form) -> Self {
        let authorization = headers.get(AUTHORIZATION).map(|it| it.to_str().unwrap_or_default());
        let is_aws4 =
            authorization.is_some() || query.iter().any(|(name, _)| name.starts_with(FAMILY));
        let signed = signed_headers(authorization, query).unwrap_or_default();
        let signs_type = !is_aws4 || signed.split(';').any(|name| name == "content-type");
        Self { is_aws4, signs_type }
    }
}

/// The list of signed headers, even if the rest of the signature cannot be parsed.
fn signed_headers<'a>(authorization: Option<&'a str>, query: &'a Form) -> Option<&'a str> {
    let Some(authorization) = authorization else { return query.get("X-Amz-SignedHeaders") };
    let (_, parts) = authorization.split_once(' ')?;
    parts.split(',').find_map(|part| part.trim().strip_prefix("SignedHeaders="))
}

/// How a body's parameters are encoded.
#[derive(Clone, Copy)]
enum Kind {
    Form,
    Json,
    /// Not at all.
    Other,
}

impl Kind {
    /// The encoding by the header.
    fn told(headers: &HeaderMap) -> Self {
        match () {
            () if is_json(headers) => Self::Json,
            () if is_form(headers) => Self::Form,
            () => Self::Other,
        }
    }

    /// The encoding by the body itself. The body is signed; an unsigned header must not decide how
    /// it is parsed.
    fn seen(body: &[u8]) -> Self {
        if body.trim_ascii_start().starts_with(b"{") { Self::Json } else { Self::Form }
    }
}

impl Call {
    /// Parses a request. After an error, parsing goes on as far as possible.
    pub(crate) fn parse(inbound: Inbound) -> Self {
        let Inbound { method, uri, headers, body, .. } = inbound;
        let mut parse_error = match method {
            Method::GET | Method::POST => None,
            _ => Some(codes::INVALID_METHOD.with(&[method.as_str()])),
        };
        let refused = body.as_ref().err().copied();
        let body = body.unwrap_or_else(|_| {
            parse_error = Some(malformed(BODY));
            Bytes::new()
        });
        let query = uri.query().unwrap_or_default().as_bytes();
        let (own, repeats) = read(&[query]).unwrap_or_default().in_order_of_values();
        let signing = Signing::of(&headers, &own);
        // AWS4 signs the values of one name in sorted order, so the order in the request must not
        // matter.
        let ordered = (repeats && signing.is_aws4).then(|| encode_pairs(own.iter()));
        let all = ordered.as_ref().map_or(query, |ordered| ordered.as_bytes());
        let kind = if signing.signs_type { Kind::told(&headers) } else { Kind::seen(&body) };
        let parsed = match kind {
            Kind::Json if !body.is_empty() => {
                flat(&body).ok_or(BODY.to_owned()).and_then(|body| read(&[all, body.as_bytes()]))
            }
            Kind::Form => read(&[all, &body]),
            Kind::Json | Kind::Other => read(&[all]),
        };
        let params = parsed.unwrap_or_else(|name| {
            parse_error = Some(malformed(&name));
            Form::default()
        });
        let misplaced = if method == Method::GET { in_body(kind, &body) } else { in_query(query) };
        if let (None, Some(name)) = (&parse_error, misplaced) {
            parse_error = Some(malformed(&name));
        }
        if let Some(BodyRefused::Head(why)) = refused {
            // This is the reason for every other error.
            parse_error = Some(of_head(why));
        }
        let path = uri.path().to_owned();
        let mut call = Self {
            path,
            method,
            headers,
            body,
            query: own,
            params,
            scheme: Scheme::None,
            parse_error,
        };
        call.scheme = call.read_scheme();
        call
    }

    /// A parameter's value; `None` if it is empty.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name).filter(|value| !value.is_empty())
    }

    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)?.to_str().ok()
    }

    /// Whether the client wants JSON: by the parameter `Format` or, without it, by the header
    /// `Accept`.
    pub(crate) fn wants_json(&self) -> bool {
        if let Some(format) = self.param("Format") {
            return format.eq_ignore_ascii_case("json");
        }
        let lines = self.headers.get_all("accept").iter().filter_map(|line| line.to_str().ok());
        let mut types =
            lines.flat_map(|line| line.split(',')).filter_map(|range| range.split(';').next());
        types.any(|it| it.trim().eq_ignore_ascii_case(JSON))
    }

    fn read_scheme(&self) -> Scheme {
        if let Some(authorization) = self.headers.get(AUTHORIZATION) {
            return Scheme::Header(String::from_utf8_lossy(authorization.as_bytes()).into_owned());
        }
        if self.query.iter().any(|(name, _)| name.starts_with(FAMILY)) {
            Scheme::Presigned
        } else if ["Signature", "SignatureVersion", "SignatureMethod"].iter().any(|it| self.has(it))
        {
            Scheme::Simplified
        } else {
            Scheme::None
        }
    }

    fn has(&self, name: &str) -> bool {
        self.params.get(name).is_some()
    }
}

/// The name of the whole body in refusals.
const BODY: &str = "Body";
const JSON: &str = "application/json";
/// How much of an undecodable name is answered, in characters.
const NAME_SHOWN: usize = 64;

/// Parses forms. The error is the name of the parameter that cannot be decoded.
fn read(forms: &[&[u8]]) -> Result<Form, String> {
    Form::read(forms).ok_or_else(|| {
        let pairs = forms.iter().flat_map(|form| raw_pairs(form));
        let bad = |pair: &(&[u8], &[u8])| Form::read(&[&[pair.0, b"=", pair.1].concat()]).is_none();
        shown(pairs.into_iter().find(bad).map_or(&b""[..], |(name, _)| name))
    })
}

fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().take(NAME_SHOWN).collect()
}

/// The first parameter in the body of a GET request. The document forbids parameters in both
/// places.
fn in_body(kind: Kind, body: &[u8]) -> Option<String> {
    match kind {
        Kind::Json => {
            let is_some = !body.is_empty() && flat(body).is_some_and(|pairs| !pairs.is_empty());
            is_some.then(|| BODY.to_owned())
        }
        Kind::Form => raw_pairs(body).next().map(|(name, _)| shown(name)),
        Kind::Other => None,
    }
}

/// The first parameter in the query of a POST request that is not allowed there. A signature may be
/// in the query, and some SDKs put the action and the service there as well.
fn in_query(query: &[u8]) -> Option<String> {
    let allowed = |name: &[u8]| {
        name.starts_with(b"X-Amz-") || matches!(name, b"Action" | b"Version" | b"Service")
    };
    raw_pairs(query).find(|(name, _)| !allowed(name)).map(|(name, _)| shown(name))
}

/// Converts a JSON body to a form, because one SDK sends all parameters as JSON. Lists and objects
/// become flat names, as that SDK writes them in its forms: members are numbered from 0. `None` if
/// the body is no object, or becomes far longer when it is flat.
fn flat(body: &[u8]) -> Option<String> {
    let mut flat = Flat { pairs: Vec::new(), room: 4 * BODY_LIMIT };
    for (name, value) in serde_json::from_slice::<serde_json::Map<String, Value>>(body).ok()? {
        flat.add(name, value)?;
    }
    Some(encode_pairs(flat.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
}

struct Flat {
    pairs: Vec<(String, String)>,
    /// How many bytes may still be added: each member repeats the name of its list.
    room: usize,
}

impl Flat {
    fn add(&mut self, name: String, value: Value) -> Option<()> {
        self.room = self.room.checked_sub(name.len())?;
        match value {
            Value::Null => {}
            Value::String(text) => self.pairs.push((name, text)),
            Value::Bool(_) | Value::Number(_) => self.pairs.push((name, value.to_string())),
            Value::Array(members) => {
                for (at, member) in members.into_iter().enumerate() {
                    self.add(format!("{name}.{at}"), member)?;
                }
            }
            Value::Object(members) => {
                for (member, value) in members {
                    self.add(format!("{name}.{member}"), value)?;
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbound(
        method: Method,
        target: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Inbound {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let body = Ok(Bytes::copy_from_slice(body.as_bytes()));
        Inbound {
            method,
            uri: target.parse().unwrap(),
            headers: map,
            is_encrypted: false,
            peer: None,
            body,
        }
    }

    fn post(target: &str, headers: &[(&'static str, &str)], body: &str) -> Call {
        Call::parse(inbound(Method::POST, target, headers, body))
    }

    #[test]
    fn requests_are_recognised_by_their_marks() {
        let marked = |target: &str, headers: &[(&'static str, &str)], body: &str| {
            let Inbound { uri, headers, .. } = inbound(Method::POST, target, headers, "");
            is_marked(&Marks::of_head(&uri, &headers))
                || is_marked(&Marks::of_body(&uri, &headers, body.as_bytes()))
        };
        let json = [("content-type", "application/json; charset=utf-8")];
        assert!(marked("/?Action=A&Version=2016-03-04", &[], ""));
        assert!(marked("/", &[], "Action=A&Version=2016-03-04"));
        assert!(marked("/?X-Amz-Algorithm=other", &[], ""));
        assert!(marked("/", &[("authorization", "AWS4-HMAC-SHA1 x")], ""));
        assert!(marked("/", &[("x-amz-date", "")], ""));
        assert!(marked("/", &[], "Accesskey=a&Signature=b"));
        assert!(marked("/", &json, r#"{"Accesskey":"a"}"#));
        assert!(!marked("/?Action=A&Version=2016-01-20&AccessKeyId=a&Signature=b", &[], ""));
        assert!(!marked("/", &[("authorization", "ACS3-HMAC-SHA256 x")], "Version=2016-01-20"));
        assert!(!marked("/", &json, "Version=2016-03-04"));
        assert!(!marked("/?Plaintext=Version=2016-03-04", &[], ""));
    }

    #[test]
    fn json_bodies_become_flat_parameters() {
        let json = [("content-type", "application/json")];
        let body = r#"{"KeyId":["a","b"],"N":64,"V":1.0,"T":true,"O":{"x":"y"},"E":"","Z":null}"#;
        let call = post("/?Action=A", &json, body);
        for (name, value) in
            [("Action", "A"), ("N", "64"), ("V", "1.0"), ("T", "true"), ("O.x", "y")]
        {
            assert_eq!(call.param(name), Some(value), "{name}");
        }
        assert_eq!(call.params.members("KeyId").collect::<Vec<_>>(), [("0", "a"), ("1", "b")]);
        assert_eq!((call.params.get("E"), call.params.get("Z")), (Some(""), None));
        for bad in ["[]", "{", "{\"a\":1}x", "\u{1}"] {
            let parse_error = post("/", &json, bad).parse_error;
            assert_eq!(parse_error, Some(malformed("Body")), "{bad}");
        }
    }

    #[test]
    fn the_undecodable_parameter_is_named() {
        let parse_error = post("/", &[], "a=1&b=%FF").parse_error;
        assert_eq!(parse_error, Some(malformed("b")));
    }

    #[test]
    fn parameters_are_in_the_query_of_get_and_in_the_body_of_post() {
        let json = [("content-type", "application/json")];
        let get = |headers: &[(&'static str, &str)], body: &str| {
            Call::parse(inbound(Method::GET, "/?Action=A&KeyId=k", headers, body)).parse_error
        };
        for (parse_error, misplaced) in [
            (get(&[], ""), None),
            (get(&json, "{}"), None),
            (get(&[("content-type", "text/plain")], "a=b"), None),
            (get(&[], "a=b"), Some("a")),
            (get(&json, r#"{"a":"b"}"#), Some("Body")),
            (post("/", &[], "a=b").parse_error, None),
            (post("/?Action=A&Version=2016-03-04", &json, r#"{"a":"b"}"#).parse_error, None),
            (post("/?X-Amz-Date=d&X-Amz-Signature=s", &[], "a=b").parse_error, None),
            (post("/?Action=A&KeyId=k", &[], "").parse_error, Some("KeyId")),
            (post("/?KeyId=k", &[], "KeyId=k").parse_error, Some("KeyId")),
            (post("/?DryRun=true", &json, r#"{"a":"b"}"#).parse_error, Some("DryRun")),
        ] {
            assert_eq!(parse_error, misplaced.map(malformed));
        }
    }

    #[test]
    fn the_client_chooses_the_format_of_the_answer() {
        let json =
            |target: &str, accept: &str| post(target, &[("accept", accept)], "").wants_json();
        assert!(json("/", "application/json"));
        assert!(json("/", "text/html, Application/JSON;q=0.9"));
        assert!(json("/?Format=JSON", "*/*"));
        assert!(!json("/", "*/*") && !json("/", "") && !json("/", "text/xml"));
        assert!(!json("/?Format=xml", "application/json"));
    }
}
