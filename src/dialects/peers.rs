//! The client side of each cloud. It signs with the same canonical forms that the server checks,
//! and knows how the cloud's SDKs and tools are configured for a server.

use axum::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, InvalidHeaderValue, ToStrError,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use bytes::Bytes;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::dialects::Inbound;
use crate::world::Instant;

/// A cloud's client side.
pub struct Peer {
    /// Signs a call as the cloud's SDKs do.
    pub sign: fn(&OutgoingCall<'_>) -> Result<Request<Bytes>, Unsignable>,
    /// Whether an answer is a refusal.
    pub is_refusal: fn(&Response<Bytes>) -> bool,
    /// The SDKs and tools that can use a server.
    pub clients: &'static [Client],
}

/// An access key with its secret.
pub struct Credentials {
    /// The access key's id.
    pub id: String,
    /// Its secret.
    pub secret: Zeroizing<String>,
    /// The token, if the access key is temporary.
    pub token: Option<Zeroizing<String>>,
}

/// A call before it is signed.
pub struct OutgoingCall<'a> {
    /// The action.
    pub action: &'a str,
    /// Its parameters, each name once.
    pub params: &'a [(String, String)],
    /// The region, if one is named.
    pub region: Option<&'a str>,
    /// The server, `host:port`.
    pub host: &'a str,
    /// The time in the signature.
    pub time: Instant,
    /// A text that no other call uses.
    pub nonce: &'a str,
    /// An access key with its secret.
    pub credentials: &'a Credentials,
}

impl OutgoingCall<'_> {
    /// The headers of a signed call that clouds share: host, content type, and the token under its
    /// name.
    pub(super) fn headers(&self, token_name: &'static str) -> Result<HeaderMap, Unsignable> {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(self.host)?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(token) = &self.credentials.token {
            let mut token = HeaderValue::from_str(token)?;
            token.set_sensitive(true);
            headers.insert(token_name, token);
        }
        Ok(headers)
    }
}

/// The names of headers, sorted and separated by `;`.
pub(super) fn header_names(headers: &HeaderMap) -> String {
    let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    names.join(";")
}

/// The method and path of a call whose cloud has no other.
pub(super) fn post_root() -> (Method, Uri) {
    (Method::POST, Uri::from_static("/"))
}

/// Completes a call whose header `Authorization` is `unsigned` with the signature after it. `sign`
/// computes the signature with the same code that the server checks it with.
pub(super) fn signed(
    (method, uri): (Method, Uri),
    mut headers: HeaderMap,
    body: Bytes,
    unsigned: &str,
    sign: impl FnOnce(Inbound) -> Result<String, Unsignable>,
) -> Result<Request<Bytes>, Unsignable> {
    headers.insert(AUTHORIZATION, HeaderValue::from_str(unsigned)?);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let inbound = Inbound {
        method: method.clone(),
        uri: uri.clone(),
        headers: headers.clone(),
        is_encrypted: false,
        peer: None,
        body: Ok(body.clone()),
    };
    let authorization = [unsigned, &sign(inbound)?].concat();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&authorization)?);
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

/// Flat parameters as a JSON object: names with numbers become lists. Every value is a text, which
/// services accept for numbers too.
pub(super) fn json_body<'a>(params: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let mut body = Value::Object(Map::new());
    for (name, value) in params {
        let mut at = &mut body;
        for part in name.split('.') {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            at = &mut at[part];
        }
        *at = Value::from(value);
    }
    with_lists(body)
}

/// Converts objects whose names are all numbers to lists.
fn with_lists(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let is_list = !members.is_empty() && members.keys().all(|name| name.parse::<u32>().is_ok());
    if is_list {
        let mut members: Vec<_> = members.into_iter().collect();
        members.sort_by_key(|(name, _)| name.parse::<u32>().unwrap_or_default());
        return members.into_iter().map(|(_, member)| with_lists(member)).collect();
    }
    Value::Object(members.into_iter().map(|(name, member)| (name, with_lists(member))).collect())
}

/// Why a call cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Unsignable {
    /// Something in it cannot be an HTTP header's value.
    #[error("a header value (access key id, token) contains an invalid character")]
    Header,
    /// The cloud's paths have no such action.
    #[error("unknown action {name:?}{}", did_you_mean(*near))]
    Action {
        /// The name.
        name: String,
        /// The action that may be meant.
        near: Option<&'static str>,
    },
    /// A parameter of the action's path is missing.
    #[error("{action} needs the parameter {parameter}")]
    Parameter {
        /// The action.
        action: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

impl From<InvalidHeaderValue> for Unsignable {
    fn from(_: InvalidHeaderValue) -> Self {
        Self::Header
    }
}

impl From<ToStrError> for Unsignable {
    fn from(_: ToStrError) -> Self {
        Self::Header
    }
}

/// An SDK or a tool, and the text that configures it. In the text, a line that begins with `http|`
/// or `https|` is for that scheme only. These placeholders are replaced, each by a whole literal of
/// the language: `@URL@`, `@URL_V3@` (the same with `/v3` behind it), `@ENDPOINT@` (`host:port`),
/// `@REGION_ENDPOINT@` (the same, with a host name that begins with the region), `@ID@`,
/// `@SECRET@`, `@REGION@`, `@PROJECT@` (the id of a project), and the URLs of the certificate
/// authority, `@CA_PEM@` and `@CA_P12@`.
pub struct Client {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How its language writes string literals.
    pub quoting: Quoting,
    /// The text.
    pub text: &'static str,
}

/// Declares the list of a cloud's clients: name, quoting, file and description of each.
macro_rules! clients {
    ($($name:literal $quoting:ident $file:literal $about:literal;)*) => {
        pub(super) const CLIENTS: &[$crate::dialects::peers::Client] = &[$(
            $crate::dialects::peers::Client {
                name: $name,
                about: $about,
                quoting: $crate::dialects::peers::Quoting::$quoting,
                text: include_str!($file),
            }
        ),*];
    };
}
pub(super) use clients;

/// How a language writes string literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// In double quotes, as JSON does: Python, JavaScript, Go, Java.
    Double,
    /// In double quotes, where `${` and `%{` are escaped: HCL.
    Hcl,
    /// In single quotes, with a backslash before quotes and backslashes: PHP.
    Php,
    /// In single quotes without escapes: the shell.
    Shell,
}

impl Quoting {
    /// `text` as a literal.
    #[must_use]
    pub fn quote(self, text: &str) -> String {
        let json = || Value::from(text).to_string();
        match self {
            Self::Double => json(),
            Self::Hcl => json().replace("${", "$${").replace("%{", "%%{"),
            Self::Php => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
            Self::Shell => format!("'{}'", text.replace('\'', r"'\''")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_quoting() {
        let text = "a'b\"c\\d${e}%{f}";
        assert_eq!(Quoting::Double.quote(text), r#""a'b\"c\\d${e}%{f}""#);
        assert_eq!(Quoting::Hcl.quote(text), r#""a'b\"c\\d$${e}%%{f}""#);
        assert_eq!(Quoting::Php.quote(text), r#"'a\'b"c\\d${e}%{f}'"#);
        assert_eq!(Quoting::Shell.quote(text), r#"'a'\''b"c\d${e}%{f}'"#);
    }
}
