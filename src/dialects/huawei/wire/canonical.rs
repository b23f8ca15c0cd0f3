//! The canonical request: what every signature of this cloud covers (signing guide of the API
//! gateway).

use std::borrow::Cow;

use axum::http::HeaderValue;
use base16ct::lower::encode_string as hex;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::call::Call;
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

/// The canonical request. `signed_headers` are the names that the signature covers, separated by
/// `;`. With `classes`, what may be secret is redacted. `None` if a signed header is missing or
/// repeated, or if the payload's digest in the header is not that of the body.
pub(crate) fn request(
    call: &Call,
    hash: Hash,
    signed_headers: &str,
    classes: Option<&Classes>,
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(call.method.as_str().as_bytes());
    out.push(b'\n');
    out.extend_from_slice(path(call.uri.path()).as_bytes());
    out.push(b'\n');
    if let Some(query) = call.uri.query() {
        let query = query_of(query)?;
        let shown = classes.map(|classes| redacted_query(classes, &query));
        out.extend_from_slice(shown.as_deref().unwrap_or(&query).as_bytes());
    }
    out.push(b'\n');
    for name in signed_headers.split(';') {
        let value = only_value(call, name)?;
        out.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
        out.push(b':');
        let value = value.as_bytes().trim_ascii();
        if classes.is_some() && !OPEN.contains(&name) {
            out.extend_from_slice(Fingerprint::of(value).plain().as_bytes());
        } else {
            out.extend_from_slice(value);
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(signed_headers.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload_digest(call, hash)?.as_bytes());
    Some(out)
}

/// A header's value, if it has exactly one.
fn only_value<'a>(call: &'a Call, name: &str) -> Option<&'a HeaderValue> {
    let mut values = call.headers.iter().filter(|(it, _)| it.as_str().eq_ignore_ascii_case(name));
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}

/// The path: decoded completely, encoded again, and with a slash at its end. So an encoded slash is
/// a slash here.
fn path(sent: &str) -> Cow<'_, str> {
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

/// The query: sorted by name and value, and encoded again.
fn query_of(sent: &str) -> Option<String> {
    let (form, _) = Form::read(&[sent.as_bytes()])?.in_order_of_values();
    Some(encode_pairs(form.iter()))
}

/// The header that has the payload's digest, by the hash of the signature.
fn payload_header(hash: Hash) -> &'static str {
    match hash {
        Hash::Sm3 => "x-sdk-content-sm3",
        _ => "x-sdk-content-sha256",
    }
}

/// The digest of the body in hexadecimal, or the word that the client sends instead of it. `None`
/// if the client sends another digest.
fn payload_digest(call: &Call, hash: Hash) -> Option<Cow<'_, str>> {
    let real = || hex(&digest(hash, &call.body));
    match call.header(payload_header(hash)).filter(|_| !call.body.is_empty()) {
        None => Some(real().into()),
        Some(UNSIGNED_PAYLOAD) => Some(UNSIGNED_PAYLOAD.into()),
        Some(given) => {
            equal(given.to_ascii_lowercase().as_bytes(), real().as_bytes()).then(|| given.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_queries_are_encoded_in_one_way() {
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
        for (sent, canonical) in
            [("b=1&a=2&b=0&c", "a=2&b=0&b=1&c="), ("m=a+b&k=%2a%7e", "k=%2A~&m=a%20b")]
        {
            assert_eq!(query_of(sent).unwrap(), canonical, "{sent}");
        }
        assert!(query_of("a=%ff").is_none());
    }
}
