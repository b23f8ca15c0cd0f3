//! Signature version 3, TC3-HMAC-SHA256 (document, "Signature v3"), and the variants of it that
//! official SDKs make.

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
/// The value of the header `X-TC-Content-SHA256` if the signature does not cover the body.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
/// The suffix of the content type that an SDK signs, whether or not it sends it.
const CHARSET: &str = "; charset=utf-8";
/// The content type that is signed for a request without a body, even if it is not sent.
const FORM: &str = "application/x-www-form-urlencoded";
/// The most headers that a signature may cover.
const HEADERS_MAX: usize = 32;
/// The headers whose values may be logged.
const OPEN: &[&str] =
    &["content-type", "host", "x-tc-action", "x-tc-region", "x-tc-timestamp", "x-tc-version"];

/// The parsed signature of a request: who signed what, and when.
pub(crate) struct Claim<'a> {
    day: &'a str,
    service: &'a str,
    /// Names, separated by `;`, as the client wrote them.
    signed_headers: &'a str,
    signature: &'a str,
    timestamp: &'a str,
}

/// The signed headers as one SDK signs them.
struct Variant<'a> {
    host: &'a str,
    content_type: Cow<'a, str>,
    /// Whether the values are in lower case.
    is_lowercase: bool,
}

impl<'a> Variant<'a> {
    /// The variant of the document.
    fn documented(call: &'a Call) -> Self {
        let host = call.header("host").unwrap_or_default();
        let content_type = call.header("content-type").unwrap_or(FORM).into();
        Self { host, content_type, is_lowercase: false }
    }

    /// All variants, that of the document first. Each is made only when it is needed.
    fn all(call: &'a Call) -> impl Iterator<Item = Self> {
        let Self { host, content_type, .. } = Self::documented(call);
        // The Node.js SDK signs the host without its port.
        let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
        let hosts = [Some(host), (bare != host).then_some(bare)];
        [false, true].into_iter().flat_map(move |is_lowercase| {
            let content_type = content_type.clone();
            hosts.into_iter().flatten().flat_map(move |host| {
                let content_type = content_type.clone();
                // The .NET SDK signs a charset that it does not always send.
                ["", CHARSET].into_iter().map(move |charset| {
                    let content_type = match charset {
                        "" => content_type.clone(),
                        charset => Cow::Owned([&*content_type, charset].concat()),
                    };
                    Self { host, content_type, is_lowercase }
                })
            })
        })
    }
}

impl<'a> Claim<'a> {
    /// Parses the header `Authorization`.
    ///
    /// # Errors
    /// `InvalidAuthorization`, whose message says what is wrong.
    pub(crate) fn parse(call: &'a Call, timestamp: &'a str) -> Result<Self, Refusal> {
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
        // Otherwise a long header could be hashed many times.
        let mut sorted: Vec<_> = names().map(str::to_ascii_lowercase).collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(malformed("SignedHeaders names a header twice"));
        }
        if let Some(missing) =
            REQUIRED.iter().find(|it| !names().any(|name| is_same_name(name, it)))
        {
            return Err(malformed(&format!("SignedHeaders lacks {missing}")));
        }
        Ok(Self { day, service, signed_headers, signature, timestamp })
    }

    /// Whether the scope has the day of this time, in UTC.
    pub(crate) fn is_of_day(&self, at: Instant) -> bool {
        at.to_string().get(..10) == Some(self.day)
    }

    /// Whether the signature is genuine: made with this secret. Each signed header must have one
    /// value.
    pub(crate) fn is_genuine(&self, call: &Call, secret: &Secret) -> bool {
        let Secret::Shared(secret) = secret else { return false };
        let (key, payload) = (self.key(secret), payload_digest(call));
        let is_single = |name: &str| {
            let mut values = call.headers.iter().filter(|(it, _)| is_same_name(it.as_str(), name));
            values.nth(1).is_none()
        };
        let matches = |variant: Variant<'_>| {
            let request = self.canonical_request(call, &variant, &payload, None);
            let signature = request.map(|request| self.signature(&key, &request));
            signature.is_some_and(|it| equal(it.as_bytes(), self.signature.as_bytes()))
        };
        self.signed_headers.split(';').all(is_single) && Variant::all(call).any(matches)
    }

    /// The signature of `call`, as a client makes it that follows the document. `None` if a signed
    /// header is missing.
    pub(crate) fn sign(&self, call: &Call, secret: &str) -> Option<String> {
        let variant = Variant::documented(call);
        let request = self.canonical_request(call, &variant, &payload_digest(call), None)?;
        Some(self.signature(&self.key(secret), &request))
    }

    /// What the server signs, for logs: the canonical request with possible secrets redacted.
    pub(crate) fn redacted_text(&self, call: &Call, classes: &Classes) -> String {
        let (variant, payload) = (Variant::documented(call), payload_digest(call));
        self.canonical_request(call, &variant, &payload, Some(classes)).unwrap_or_default()
    }

    fn key(&self, secret: &str) -> Zeroizing<Vec<u8>> {
        let day = hmac(Hash::Sha256, &[b"TC3", secret.as_bytes()], self.day.as_bytes());
        let service = hmac(Hash::Sha256, &[&day], self.service.as_bytes());
        hmac(Hash::Sha256, &[&service], TERMINATOR.as_bytes()).into()
    }

    fn signature(&self, key: &[u8], canonical_request: &str) -> String {
        let Self { timestamp, day, service, .. } = self;
        let digest = hex(&digest(Hash::Sha256, canonical_request.as_bytes()));
        let text = format!("{ALGORITHM}\n{timestamp}\n{day}/{service}/{TERMINATOR}\n{digest}");
        hex(&hmac(Hash::Sha256, &[key], text.as_bytes()))
    }

    /// The canonical request; with `classes`, redacted. `None` if a signed header is missing.
    fn canonical_request(
        &self,
        call: &Call,
        variant: &Variant<'_>,
        payload_digest: &str,
        classes: Option<&Classes>,
    ) -> Option<String> {
        let query = match (&call.method, classes) {
            (&Method::GET, None) => Cow::Borrowed(&*call.query),
            (&Method::GET, Some(classes)) => redacted_query(classes, &call.query).into(),
            _ => "".into(),
        };
        let mut out = format!("{}\n/\n{query}\n", call.method);
        for name in self.signed_headers.split(';') {
            let value = match name {
                _ if is_same_name(name, "host") => variant.host,
                _ if is_same_name(name, "content-type") => &variant.content_type,
                _ => call.header(&name.to_ascii_lowercase())?,
            };
            let mut value = Cow::Borrowed(value.trim());
            if variant.is_lowercase {
                value = value.to_lowercase().into();
            }
            if classes.is_some() && !OPEN.contains(&name) {
                value = Fingerprint::of(value.as_bytes()).plain().into();
            }
            out.extend([name, ":", &value, "\n"]);
        }
        out.extend(["\n", self.signed_headers, "\n", payload_digest]);
        Some(out)
    }
}

fn is_same_name(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// The digest of the signed part of the body.
fn payload_digest(call: &Call) -> String {
    let is_unsigned = call.header("x-tc-content-sha256") == Some(UNSIGNED_PAYLOAD);
    let payload = match call.method {
        _ if is_unsigned => UNSIGNED_PAYLOAD.as_bytes(),
        Method::GET => b"",
        _ => &call.body,
    };
    hex(&digest(Hash::Sha256, payload))
}
