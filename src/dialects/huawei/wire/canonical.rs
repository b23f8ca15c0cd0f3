//! The canonical request: what every signature of this cloud covers (signing guide of the API
//! gateway).

use std::borrow::Cow;

use axum::http::HeaderValue;
use base16ct::lower::encode_string as hex;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::call::Call;
use super::scoped;
use crate::algorithms::mac::{Hash, digest, equal};
use crate::dialects::wire::canonical::encode_pairs;
use crate::dialects::wire::form::Form;
use crate::dialects::wire::redact::redacted_query;
use crate::watch::Fingerprint;
use crate::watch::classes::Classes;

/// What is percent-encoded in a path: everything but unreserved characters and slashes.
const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// The value of the payload header if the signature does not cover the body.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The headers whose values may be logged.
const OPEN: &[&str] = &[
    "accept",
    "content-type",
    "host",
    "user-agent",
    "x-project-id",
    "x-sdk-content-sha256",
    "x-sdk-content-sm3",
    "x-sdk-date",
];

/// How the path is written in a canonical request.
pub(crate) type PathForm = fn(&str) -> Cow<'_, str>;

/// What a signature covers.
#[derive(Clone, Copy)]
pub(crate) struct Canonical<'a> {
    /// The hash of the body and of the canonical request.
    pub(crate) hash: Hash,
    /// The names of the signed headers, separated by `;`.
    pub(crate) signed_headers: &'a str,
    /// Whether it is the older form, whose signatures have a scope. `scoped.rs` has its rules.
    pub(crate) is_scoped: bool,
    /// The form of the path: [`path`], unless a client's mistake is looked for.
    pub(crate) path: PathForm,
}

impl Canonical<'_> {
    /// The canonical request. With `classes`, what may be secret is redacted. `None` if a signed
    /// header is missing or repeated, or if the payload's digest in the header is not that of the
    /// body.
    pub(crate) fn request(&self, call: &Call, classes: Option<&Classes>) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(1024);
        out.extend_from_slice(call.method.as_str().as_bytes());
        out.push(b'\n');
        out.extend_from_slice((self.path)(call.uri.path()).as_bytes());
        out.push(b'\n');
        let query = self.query(call)?;
        let shown = classes.map(|classes| redacted_query(classes, &query));
        out.extend_from_slice(shown.as_deref().unwrap_or(&query).as_bytes());
        out.push(b'\n');
        for name in self.signed_headers.split(';') {
            let value = only_value(call, name)?;
            out.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
            out.push(b':');
            let mut value: Cow<'_, [u8]> = value.as_bytes().trim_ascii().into();
            if self.is_scoped {
                value = scoped::header_value(&value).into();
            }
            if classes.is_some() && !OPEN.contains(&name) {
                out.extend_from_slice(Fingerprint::of(&value).plain().as_bytes());
            } else {
                out.extend_from_slice(&value);
            }
            out.push(b'\n');
        }
        out.push(b'\n');
        out.extend_from_slice(self.signed_headers.as_bytes());
        out.push(b'\n');
        out.extend_from_slice(self.payload_digest(call)?.as_bytes());
        Some(out)
    }

    /// The query: sorted by name and value, and encoded again.
    fn query(&self, call: &Call) -> Option<String> {
        let Some(query) = call.uri.query().filter(|query| !query.is_empty()) else {
            return Some(String::new());
        };
        let form = Form::read(&[query.as_bytes()])?;
        if !self.is_scoped {
            return Some(encode_pairs(form.in_order_of_values().0.iter()));
        }
        Some(if scoped::query_is_payload(call) { String::new() } else { scoped::query(&form) })
    }

    /// The digest of the body in hexadecimal, or the word that the client sends instead of it.
    /// `None` if the client sends another digest.
    fn payload_digest<'a>(&self, call: &'a Call) -> Option<Cow<'a, str>> {
        let has_header = !call.body.is_empty() || self.is_scoped;
        let given = call.header(payload_header(self.hash)).filter(|_| has_header);
        if given == Some(UNSIGNED_PAYLOAD) {
            return Some(UNSIGNED_PAYLOAD.into());
        }
        let real = if self.is_scoped && scoped::query_is_payload(call) {
            hex(&digest(self.hash, &scoped::payload(call)))
        } else {
            hex(&digest(self.hash, &call.body))
        };
        match given {
            None => Some(real.into()),
            Some(given) => equal(given.to_ascii_lowercase().as_bytes(), real.as_bytes())
                .then_some(given.into()),
        }
    }
}

/// A header's value, if it has exactly one.
fn only_value<'a>(call: &'a Call, name: &str) -> Option<&'a HeaderValue> {
    let mut values = call.headers.iter().filter(|(it, _)| it.as_str().eq_ignore_ascii_case(name));
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}

/// The path: decoded completely, encoded again, and with a slash at its end. So an encoded slash is
/// a slash here.
pub(crate) fn path(sent: &str) -> Cow<'_, str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~/".contains(&b);
    let mut path: Cow<'_, str> = if sent.bytes().all(is_plain) {
        sent.into()
    } else {
        let decoded: Cow<'_, [u8]> = percent_decode_str(sent).into();
        percent_encode(&decoded, IN_PATH).to_string().into()
    };
    if !path.ends_with('/') {
        path.to_mut().push('/');
    }
    path
}

/// The header that has the payload's digest, by the hash of the signature.
fn payload_header(hash: Hash) -> &'static str {
    match hash {
        Hash::Sm3 => "x-sdk-content-sm3",
        _ => "x-sdk-content-sha256",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method};
    use bytes::Bytes;

    use super::*;
    use crate::dialects::Inbound;

    #[test]
    fn paths_are_encoded_in_one_way() {
        for (sent, canonical) in [
            ("/", "/"),
            ("/a", "/a/"),
            ("/a/b%2Fc", "/a/b/c/"),
            ("/a//b/../%2e", "/a//b/.././"),
            ("/%E4%B8%AD+%2b~", "/%E4%B8%AD%2B%2B~/"),
            ("/%ff%", "/%FF%25/"),
        ] {
            assert_eq!(path(sent), canonical, "{sent}");
        }
    }

    #[test]
    fn queries_are_sorted_and_encoded_in_one_way() {
        let query = |sent: &str, is_scoped: bool| {
            let (hash, signed_headers) = (Hash::Sha256, "host");
            let inbound = Inbound {
                method: Method::GET,
                uri: sent.parse().unwrap(),
                headers: HeaderMap::new(),
                is_encrypted: false,
                peer: None,
                body: Ok(Bytes::new()),
            };
            Canonical { hash, signed_headers, is_scoped, path }.query(&Call::parse(inbound))
        };
        for (sent, canonical, scoped) in [
            ("/", "", ""),
            ("/?b=1&a=2&b=0&c", "a=2&b=0&b=1&c=", "a=2&b=1&c="),
            ("/?m=a+b&k=%2a%7e", "k=%2A~&m=a%20b", "k=%2A~&m=a%20b"),
            ("/?b&A=1&%c3%a9=x&a", "A=1&a=&b=&%C3%A9=x", "%C3%A9=x&A=1&a=&b="),
        ] {
            assert_eq!(query(sent, false).unwrap(), canonical, "{sent}");
            assert_eq!(query(sent, true).unwrap(), scoped, "{sent}");
        }
        assert!(query("/?a=%ff", false).is_none());
    }
}
