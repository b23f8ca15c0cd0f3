//! Signing as the SDKs do: SDK-HMAC-SHA256 over the path and a JSON body.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, Request, Response, Uri};
use bytes::Bytes;

use super::call::{Call, DATE};
use super::claim::Claim;
use crate::dialects::huawei::projects::{self, DEFAULT_REGION};
use crate::dialects::huawei::routes::{self, Route};
use crate::dialects::peers::{OutgoingCall, Unsignable, header_names, json_body, signed};
use crate::dialects::wire::canonical::{encode_into, encode_pairs};

/// Whether an answer is a refusal. Its status says so.
pub(crate) fn is_refusal(answer: &Response<Bytes>) -> bool {
    !answer.status().is_success()
}

/// A signed request. Parameters of the path are taken from the action's parameters; the project is
/// by default that of the region in an account that lists no projects.
pub(crate) fn sign(outgoing: &OutgoingCall<'_>) -> Result<Request<Bytes>, Unsignable> {
    let route = routes::of_action(outgoing.action).ok_or_else(|| Unsignable::Action {
        name: outgoing.action.to_owned(),
        near: routes::meant(outgoing.action),
    })?;
    let (path, mut params) = path(route, outgoing)?;
    let method = Method::from_bytes(route.method.as_bytes()).map_err(|_| Unsignable::Header)?;
    let mut headers = outgoing.headers("x-security-token")?;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let (target, body) = if method == Method::GET {
        params.sort_unstable();
        let query = encode_pairs(params.iter().map(|(name, value)| (*name, *value)));
        let mark = if query.is_empty() { "" } else { "?" };
        ([&path, mark, &query].concat(), Bytes::new())
    } else {
        (path, Bytes::from(json_body(params.iter().copied()).to_string()))
    };
    let uri: Uri = target.parse().map_err(|_| Unsignable::Header)?;
    let date = outgoing.time.to_string();
    let date: String = date.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    headers.insert(DATE, HeaderValue::from_str(&date)?);
    let unsigned = format!(
        "SDK-HMAC-SHA256 Access={}, SignedHeaders={}, Signature=",
        outgoing.credentials.id,
        header_names(&headers)
    );
    signed((method, uri), headers, body, &unsigned, |inbound| {
        let call = Call::parse(inbound);
        let claim = Claim::parse(&unsigned, &date).map_err(|_| Unsignable::Header)?;
        claim.sign(&call, &outgoing.credentials.secret).ok_or(Unsignable::Header)
    })
}

/// Parameters of a call: names and values.
type Params<'a> = Vec<(&'a str, &'a str)>;

/// The path of a call, and the parameters that are not in it.
fn path<'a>(
    route: &'static Route,
    outgoing: &OutgoingCall<'a>,
) -> Result<(String, Params<'a>), Unsignable> {
    let mut params: Vec<(&str, &str)> =
        outgoing.params.iter().map(|(name, value)| (&**name, &**value)).collect();
    let derived = projects::derived_id(outgoing.region.unwrap_or(DEFAULT_REGION));
    let mut path = String::new();
    for segment in route.path.split('/').skip(1) {
        path.push('/');
        match routes::param(segment) {
            Some(name) => {
                let at = params.iter().position(|(it, _)| *it == name);
                let given = at.map(|at| params.remove(at).1).filter(|value| !value.is_empty());
                let default = (name == "project_id").then_some(&*derived);
                let missing = Unsignable::Parameter { action: route.action, parameter: name };
                encode_into(&mut path, given.or(default).ok_or(missing)?);
            }
            None => path.push_str(segment),
        }
    }
    Ok((path, params))
}
