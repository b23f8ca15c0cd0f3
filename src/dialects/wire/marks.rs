//! The parts of a request that show for which cloud it was made. They are parsed once for all
//! clouds: first those of the head, and then, if these show nothing, those of the body.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Uri};
use memchr::memmem;

use super::form::{is_form, is_json, raw_pairs};
use super::inbound::find_header;

/// The parts of a request by which clouds recognise their own.
pub(crate) struct Marks<'a> {
    /// `None` if it was looked at already.
    path: Option<&'a str>,
    /// `None` if they were looked at already.
    headers: Option<&'a HeaderMap>,
    /// The parameters of query and form body, not decoded.
    params: Vec<(&'a [u8], &'a [u8])>,
    /// The body, if it is JSON; otherwise empty.
    json: &'a [u8],
}

impl<'a> Marks<'a> {
    /// The marks of a request's head: of its path and headers, and of the parameters of its query.
    pub(crate) fn of_head(uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self {
            path: Some(uri.path()),
            headers: Some(headers),
            params: pairs(query(uri), b""),
            json: b"",
        }
    }

    /// The marks of a body, or of what was read of it, for a request whose head has none. A
    /// parameter may still be in the query.
    pub(crate) fn of_body(uri: &'a Uri, headers: &HeaderMap, body: &'a [u8]) -> Self {
        let form = if is_form(headers) { body } else { b"" };
        let json = if is_json(headers) { body } else { b"" };
        Self { path: None, headers: None, params: pairs(query(uri), form), json }
    }

    /// The path, as it was sent.
    pub(crate) fn path(&self) -> Option<&'a str> {
        self.path
    }

    /// The value of this header.
    pub(crate) fn header(&self, name: &str) -> Option<&'a [u8]> {
        find_header(self.headers?, name).map(HeaderValue::as_bytes)
    }

    /// Whether the request has this header.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.header(name).is_some()
    }

    /// Whether the request has parameters or a body.
    pub(crate) fn has_content(&self) -> bool {
        let is_empty = |length: &[u8]| length == b"0";
        !self.params.is_empty()
            || self.has_header("transfer-encoding")
            || self.header("content-length").is_some_and(|length| !is_empty(length))
    }

    /// Whether the `Authorization` header begins with `family`.
    pub(crate) fn is_signed_by(&self, family: &str) -> bool {
        let header = self.headers.and_then(|headers| headers.get(AUTHORIZATION));
        header.is_some_and(|it| it.as_bytes().starts_with(family.as_bytes()))
    }

    /// Whether any parameter matches. Name and value may be encoded.
    pub(crate) fn has_param(&self, is: impl Fn(&[u8], &[u8]) -> bool) -> bool {
        self.params.iter().any(|(name, value)| is(name, value))
    }

    /// Whether a JSON body contains the text.
    pub(crate) fn has_in_json(&self, text: &str) -> bool {
        memmem::find(self.json, text.as_bytes()).is_some()
    }
}

fn query(uri: &Uri) -> &[u8] {
    uri.query().unwrap_or_default().as_bytes()
}

/// The pairs of both forms.
fn pairs<'a>(query: &'a [u8], body: &'a [u8]) -> Vec<(&'a [u8], &'a [u8])> {
    if query.is_empty() && body.is_empty() {
        return Vec::new();
    }
    let mut pairs = Vec::with_capacity(32);
    pairs.extend(raw_pairs(query).chain(raw_pairs(body)));
    pairs
}
