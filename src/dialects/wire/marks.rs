//! The parts of a request that show for which cloud it was made. They are parsed once for all
//! clouds.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use memchr::memmem;

use super::form::{is_form, is_json, raw_pairs};
use super::inbound::find_header;
use crate::dialects::Inbound;

/// The parts of a request by which clouds recognise their own.
pub(crate) struct Marks<'a> {
    headers: &'a HeaderMap,
    /// The parameters of query and form body, not decoded.
    params: Vec<(&'a [u8], &'a [u8])>,
    /// The body, if it is JSON; otherwise empty.
    json: &'a [u8],
}

impl<'a> Marks<'a> {
    /// Parses a request.
    pub(crate) fn of(inbound: &'a Inbound) -> Self {
        let headers = &inbound.headers;
        let body = inbound.body.as_deref().unwrap_or_default();
        let mut params = Vec::with_capacity(32);
        params.extend(raw_pairs(inbound.uri.query().unwrap_or_default().as_bytes()));
        if is_form(headers) {
            params.extend(raw_pairs(body));
        }
        Self { headers, params, json: if is_json(headers) { body } else { b"" } }
    }

    /// Whether the request has this header.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        find_header(self.headers, name).is_some()
    }

    /// Whether the `Authorization` header begins with `family`.
    pub(crate) fn is_signed_by(&self, family: &str) -> bool {
        let header = self.headers.get(AUTHORIZATION);
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
