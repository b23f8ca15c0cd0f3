//! Signature version 3, TC3-HMAC-SHA256 (document, "Signature v3"), with what the official SDKs do
//! otherwise than it says.

use std::borrow::Cow;

use axum::http::Method;
use base16ct::lower::encode_string as hex;
use zeroize::Zeroizing;

use super::call::{ALGORITHM, Call};
use crate::algorithms::mac::{Hash, digest, equal, hmac};
use crate::dialects::Refusal;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::tencent::codes;
use crate::dialects::wire::redact::redacted_query;
use crate::watch::Fingerprint;
use crate::watch::classes::Classes;
use crate::world::Instant;

const TERMINATOR: &str = "tc3_request";
/// The headers that every signature must cover.
const REQUIRED: [&str; 2] = ["content-type", "host"];
/// The value of the header `X-TC-Content-SHA256` by which a body is left out of the signature.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// What an SDK adds to the content type that it signs, whether or not it sends it.
const CHARSET: &str = "; charset=utf-8";
/// The content type of a query, which HTTP libraries leave out of requests without a body.
const FORM: &str = "application/x-www-form-urlencoded";
/// The most headers that a signature may cover.
const HEADERS_MAX: usize = 32;
/// The headers whose values may stand in a log.
const OPEN: &[&str] =
    &["content-type", "host", "x-tc-action", "x-tc-region", "x-tc-timestamp", "x-tc-version"];

/// What a request claims: who signed what, and when.
pub(crate) struct Claim<'a> {
    day: &'a str,
    service: &'a str,
    /// Names, as the client wrote them.
    signed_headers: &'a str,
    signature: &'a str,
    timestamp: &'a str,
}

/// A way to read the headers that are signed.
struct Reading<'a> {
    host: &'a str,
    content_type: Cow<'a, str>,
    is_lower: bool,
}

impl<'a> Claim<'a> {
    /// Reads the header `Authorization`.
    ///
    /// # Errors
    /// It is not of this form; the message says why.
    pub(crate) fn of(call: &'a Call, timestamp: &'a str) -> Result<Self, Refusal> {
        let malformed = |why: &str| codes::AUTH_FAILURE_INVALID_AUTHORIZATION.with(&[why]);
        let text = call.header("authorization").ok_or_else(|| malformed("it is missing"))?;
        if text.trim() == "SKIP" {
            return Err(malformed("unsigned requests are not accepted"));
        }
        let parts = text.strip_prefix(ALGORITHM).and_then(|it| it.strip_prefix(' '));
        let parts = parts.ok_or_else(|| malformed("the algorithm is not TC3-HMAC-SHA256"))?;
        let part = |name: &str| {
            let mut parts = parts.split(',').map(str::trim);
            let value = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            value.ok_or_else(|| malformed(&format!("{name} is missing")))
        };
        let credential = part("Credential")?;
        let (signed_headers, signature) = (part("SignedHeaders")?, part("Signature")?);
        let scope = credential.split_once('/').and_then(|(access_key, rest)| {
            let (day, rest) = rest.split_once('/')?;
            Some((access_key, day, rest.strip_suffix(TERMINATOR)?.strip_suffix('/')?))
        });
        let (_, day, service) = scope
            .filter(|(access_key, day, service)| {
                !access_key.is_empty() && !day.is_empty() && !service.is_empty()
            })
            .ok_or_else(|| malformed("Credential is not SecretId/date/service/tc3_request"))?;
        let names = || signed_headers.split(';');
        if names().count() > HEADERS_MAX {
            return Err(malformed("SignedHeaders has too many names"));
        }
        if let Some(missing) = REQUIRED.iter().find(|it| !names().any(|name| is(name, it))) {
            return Err(malformed(&format!("SignedHeaders lacks {missing}")));
        }
        Ok(Self { day, service, signed_headers, signature, timestamp })
    }

    /// Whether the date of the scope is the day, in UTC, of the request's time.
    pub(crate) fn is_of_day(&self, at: Instant) -> bool {
        at.to_string().get(..10) == Some(self.day)
    }

    /// Whether the secret made the signature.
    pub(crate) fn is_by(&self, call: &Call, secret: &Secret) -> bool {
        let Secret::Shared(secret) = secret else { return false };
        let key = self.key(secret);
        let payload = payload(call);
        let is_one = |name: &str| call.headers.get_all(name).iter().nth(1).is_none();
        self.signed_headers.split(';').all(is_one)
            && readings(call).any(|reading| {
                self.canonical_request(call, &reading, &payload).is_some_and(|request| {
                    let signature =
                        hex(&hmac(Hash::Sha256, &[&key], self.to_sign(&request).as_bytes()));
                    equal(signature.as_bytes(), self.signature.as_bytes())
                })
            })
    }

    /// The signature as a client makes it that follows the document.
    pub(crate) fn sign(&self, call: &Call, secret: &str) -> Option<String> {
        let request = self.canonical_request(call, &readings(call).next()?, &payload(call))?;
        Some(hex(&hmac(Hash::Sha256, &[&self.key(secret)], self.to_sign(&request).as_bytes())))
    }

    /// What is signed here, for a log and the journal, without what may be secret: the string to
    /// sign, and the canonical request.
    pub(crate) fn redacted_text(&self, call: &Call, classes: &Classes) -> (String, String) {
        let reading = readings(call).next();
        let payload = payload(call);
        let request = reading.as_ref().and_then(|it| self.canonical_request(call, it, &payload));
        let to_sign = request.map(|request| self.to_sign(&request)).unwrap_or_default();
        let shown = reading.as_ref().and_then(|it| {
            let query = if call.method == Method::GET {
                redacted_query(classes, &call.query)
            } else {
                String::new()
            };
            self.written(call, it, &query, &payload, |name, value| {
                if OPEN.contains(&name) {
                    value.to_owned()
                } else {
                    Fingerprint::of(value.as_bytes()).plain()
                }
            })
        });
        (to_sign, shown.unwrap_or_default())
    }

    fn key(&self, secret: &str) -> Zeroizing<Vec<u8>> {
        let day = hmac(Hash::Sha256, &[b"TC3", secret.as_bytes()], self.day.as_bytes());
        let service = hmac(Hash::Sha256, &[&day], self.service.as_bytes());
        hmac(Hash::Sha256, &[&service], TERMINATOR.as_bytes()).into()
    }

    fn to_sign(&self, request: &str) -> String {
        let Self { timestamp, day, service, .. } = self;
        let request = hex(&digest(Hash::Sha256, request.as_bytes()));
        format!("{ALGORITHM}\n{timestamp}\n{day}/{service}/{TERMINATOR}\n{request}")
    }

    fn canonical_request(
        &self,
        call: &Call,
        reading: &Reading<'_>,
        payload: &str,
    ) -> Option<String> {
        let query = if call.method == Method::GET { &*call.query } else { "" };
        self.written(call, reading, query, payload, |_, value| value.to_owned())
    }

    /// `None` where a signed header is not there.
    fn written(
        &self,
        call: &Call,
        reading: &Reading<'_>,
        query: &str,
        payload: &str,
        show: impl Fn(&str, &str) -> String,
    ) -> Option<String> {
        let mut out = format!("{}\n/\n{query}\n", call.method);
        for name in self.signed_headers.split(';') {
            let value = match name {
                _ if is(name, "host") => reading.host,
                _ if is(name, "content-type") => &reading.content_type,
                _ => call.header(name)?,
            };
            let value = value.trim();
            let value =
                if reading.is_lower { value.to_lowercase().into() } else { Cow::Borrowed(value) };
            out.extend([name, ":", &show(name, &value), "\n"]);
        }
        out.extend(["\n", self.signed_headers, "\n", payload]);
        Some(out)
    }
}

fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// The digest of what is signed of the body.
fn payload(call: &Call) -> String {
    let is_unsigned = call.header("x-tc-content-sha256") == Some(UNSIGNED);
    let payload = match call.method {
        _ if is_unsigned => UNSIGNED.as_bytes(),
        Method::GET => b"",
        _ => &call.body,
    };
    hex(&digest(Hash::Sha256, payload))
}

/// Every way in which a client may have read its own headers, the document's first. No more is made
/// than is asked for.
fn readings(call: &Call) -> impl Iterator<Item = Reading<'_>> {
    let host = call.header("host").unwrap_or_default();
    // Node.js signs the host without its port.
    let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
    let hosts = [Some(host), (bare != host).then_some(bare)];
    // .NET signs a charset that it does not always send, and a content type that a request without
    // a body may lack.
    let content_type = call.header("content-type").unwrap_or(FORM);
    [false, true].into_iter().flat_map(move |is_lower| {
        hosts.into_iter().flatten().flat_map(move |host| {
            ["", CHARSET].into_iter().map(move |charset| {
                let content_type = match charset {
                    "" => Cow::Borrowed(content_type),
                    charset => Cow::Owned([content_type, charset].concat()),
                };
                Reading { host, content_type, is_lower }
            })
        })
    })
}
