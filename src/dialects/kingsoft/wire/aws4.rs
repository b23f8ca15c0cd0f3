//! The signature AWS4-HMAC-SHA256, in the header or in the query: AWS's Signature Version 4 for the
//! service `kkms`.

use std::time::Duration;

use base16ct::lower::encode_string as hex;

use super::call::{Call, SERVICE, Scheme};
use crate::algorithms::mac::{Hash, digest, equal, hmac};
use crate::dialects::Refusal;
use crate::dialects::gate::LEEWAY;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::gate::times::Times;
use crate::dialects::kingsoft::codes;
use crate::dialects::kingsoft::errors::malformed;
use crate::dialects::wire::canonical::encode_into;
use crate::dialects::wire::redact::redacted_query;
use crate::model::Realm;
use crate::watch::Fingerprint;
use crate::watch::classes::Classes;
use crate::world::Instant;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
/// The header with a temporary access key's token.
const TOKEN: &str = "x-amz-security-token";
/// The headers whose values may be logged.
const OPEN: &[&str] = &[
    "accept",
    "content-type",
    "date",
    "host",
    "user-agent",
    "x-action",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-version",
];
/// The headers that kmsim reads if they are signed, or whose meaning is signed elsewhere.
const READ: &[&str] = &[TOKEN, "content-type", "date", "x-amz-date"];
/// The longest validity of a signature in a query, in seconds: a week, as in AWS.
const LASTS_MAX: u64 = 7 * 86_400;

/// What a request claims: who signed what, when, and for which region.
pub(crate) struct Claim<'a> {
    scope: Scope<'a>,
    /// Names in lower case, separated by `;`.
    signed_headers: &'a str,
    signature: &'a str,
    /// The time of the request in the basic form of ISO 8601, as it is signed.
    date: String,
    at: Instant,
    /// How long it is valid after that time, if the request says so.
    lasts: Option<Duration>,
    /// The request's token.
    pub(crate) token: Option<&'a str>,
}

/// The scope of a signing key.
struct Scope<'a> {
    day: &'a str,
    region: &'a str,
}

/// The credential in a request, complete or not.
pub(crate) fn credential(call: &Call) -> Option<&str> {
    match &call.scheme {
        Scheme::Header(authorization) => {
            let (_, parts) = authorization.split_once(' ')?;
            parts.split(',').find_map(|part| part.trim().strip_prefix("Credential="))
        }
        Scheme::Presigned => call.query.get("X-Amz-Credential"),
        Scheme::Simplified | Scheme::None => None,
    }
}

impl<'a> Claim<'a> {
    /// Parses the header `Authorization`. Its parts may have any order.
    pub(crate) fn of_header(call: &'a Call, authorization: &'a str) -> Result<Self, Refusal> {
        let (algorithm, parts) = authorization.split_once(' ').unwrap_or((authorization, ""));
        if algorithm != ALGORITHM {
            return Err(codes::ALGORITHM_UNKNOWN.with(&[algorithm]));
        }
        if !parts.split(',').all(|part| part.contains('=')) {
            return Err(codes::AUTHORIZATION_MALFORMED.into());
        }
        let part = |name: &str| {
            parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let credential =
            part("Credential").ok_or_else(|| codes::CREDENTIAL_MISSING.with(&[authorization]))?;
        let signature =
            part("Signature").ok_or_else(|| codes::SIGNATURE_MISSING.with(&[authorization]))?;
        let signed_headers = part("SignedHeaders")
            .ok_or_else(|| codes::SIGNED_HEADERS_MISSING.with(&[authorization]))?;
        if !is_bounded(signed_headers) {
            return Err(codes::AUTHORIZATION_MALFORMED.into());
        }
        let (date, at) = match (call.header("x-amz-date"), call.header("date")) {
            (Some(text), _) => parse_basic(text)?,
            (None, Some(text)) => Instant::parse_rfc2822(text)
                .map_or_else(|| parse_basic(text), |at| Ok(format_basic(at)))?,
            (None, None) => return Err(codes::DATE_MISSING.with(&[authorization])),
        };
        let scope = Scope::of(credential, &date, at)?;
        let token = call.header(TOKEN);
        Self { scope, signed_headers, signature, date, at, lasts: None, token }.complete(call)
    }

    /// Parses the parameters of the query.
    pub(crate) fn of_query(call: &'a Call) -> Result<Self, Refusal> {
        let required =
            |name: &str| call.query.get(name).ok_or_else(|| codes::QUERY_INCOMPLETE.with(&[name]));
        let algorithm = required("X-Amz-Algorithm")?;
        if algorithm != ALGORITHM {
            return Err(codes::ALGORITHM_UNKNOWN.with(&[algorithm]));
        }
        let credential = required("X-Amz-Credential")?;
        let signed_headers = required("X-Amz-SignedHeaders")?;
        if !is_bounded(signed_headers) {
            return Err(malformed("X-Amz-SignedHeaders"));
        }
        let (date, at) = parse_basic(required("X-Amz-Date")?)?;
        let signature = required("X-Amz-Signature")?;
        if call.query.all("X-Amz-Signature").nth(1).is_some() {
            return Err(malformed("X-Amz-Signature"));
        }
        let scope = Scope::of(credential, &date, at)?;
        let lasts = call.query.get("X-Amz-Expires").map(|text| {
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            let seconds =
                text.parse().ok().filter(|seconds| digits && (1..=LASTS_MAX).contains(seconds));
            seconds.map(Duration::from_secs).ok_or_else(|| malformed("X-Amz-Expires"))
        });
        let token = call.query.get("X-Amz-Security-Token");
        let claim =
            Self { scope, signed_headers, signature, date, at, lasts: lasts.transpose()?, token };
        claim.complete(call)
    }

    /// Checks that the signed headers are present, and that `host` is one of them.
    fn complete(self, call: &Call) -> Result<Self, Refusal> {
        let mut names = self.signed_headers.split(';');
        if !names.clone().any(|name| name == "host") {
            return Err(codes::HOST_UNSIGNED.into());
        }
        match names.find(|name| !call.headers.contains_key(*name)) {
            Some(name) => Err(codes::HEADER_MISSING.with(&[name])),
            None => Ok(self),
        }
    }

    /// Checks that the request is fresh: near to now or, if it has a validity, neither expired nor
    /// in the future.
    pub(crate) fn check_time(&self, times: Times) -> Result<(), Refusal> {
        let fresh = |now: Instant| match self.lasts {
            None => self.at.distance(now) <= LEEWAY,
            Some(lasts) => self.at <= now.plus(LEEWAY) && now <= self.at.plus(lasts),
        };
        if times.either(fresh) { Ok(()) } else { Err(codes::SIGNATURE_EXPIRED.with(&[&self.date])) }
    }

    /// The signature of `call`, as a client makes it.
    pub(crate) fn sign(&self, call: &Call, secret: &str) -> String {
        hex(&hmac(Hash::Sha256, &[&self.scope.key(secret)], self.string_to_sign(call).as_bytes()))
    }

    /// Checks the signature.
    pub(crate) fn check(&self, call: &Call, secret: &Secret) -> Result<(), Refusal> {
        let Secret::Shared(secret) = secret else { return Err(codes::SIGNATURE_WRONG.into()) };
        let mac =
            hmac(Hash::Sha256, &[&self.scope.key(secret)], self.string_to_sign(call).as_bytes());
        let signs = |name: &str| self.signed_headers.split(';').any(|it| it == name);
        let is_one =
            |name: &str| !signs(name) || call.headers.get_all(name).iter().nth(1).is_none();
        // A token must be signed; in a query it always is. The order of a header's values is not
        // signed, so headers that are read must have one value.
        let covered =
            (!call.headers.contains_key(TOKEN) || signs(TOKEN)) && READ.iter().all(|it| is_one(it));
        if covered && equal(hex(&mac).as_bytes(), self.signature.as_bytes()) {
            Ok(())
        } else {
            Err(codes::SIGNATURE_WRONG.into())
        }
    }

    /// What the server signs, for logs: the string to sign, and the canonical request with possible
    /// secrets redacted.
    pub(crate) fn redacted_text(&self, call: &Call, classes: &Classes) -> (String, String) {
        (
            self.string_to_sign(call),
            self.canonical_request(
                call,
                &redacted_query(classes, &canonical_query(call)),
                |name| OPEN.contains(&name),
            ),
        )
    }

    fn string_to_sign(&self, call: &Call) -> String {
        let request = self.canonical_request(call, &canonical_query(call), |_| true);
        let digest = hex(&digest(Hash::Sha256, request.as_bytes()));
        let Scope { day, region } = self.scope;
        format!("{ALGORITHM}\n{}\n{day}/{region}/{SERVICE}/{TERMINATOR}\n{digest}", self.date)
    }

    fn canonical_request(&self, call: &Call, query: &str, shown: impl Fn(&str) -> bool) -> String {
        let mut text = [call.method.as_str(), "\n", &call.path, "\n", query, "\n"].concat();
        for name in self.signed_headers.split(';') {
            let mut values: Vec<_> = call
                .headers
                .get_all(name)
                .iter()
                .map(|value| collapse_spaces(value.as_bytes()))
                .collect();
            values.sort_unstable();
            let value = values.join(&b","[..]);
            let value = if shown(name) {
                String::from_utf8_lossy(&value)
            } else {
                Fingerprint::of(&value).plain().into()
            };
            text.extend([name, ":", &value, "\n"]);
        }
        text.extend(["\n", self.signed_headers, "\n", &hex(&digest(Hash::Sha256, &call.body))]);
        text
    }
}

impl<'a> Scope<'a> {
    /// Parses `<access key>/<yyyymmdd>/<region>/kkms/aws4_request`, for a request with the time
    /// `date`. If that time has an offset, the day may be the local one or the one in UTC.
    fn of(credential: &'a str, date: &str, at: Instant) -> Result<Self, Refusal> {
        let parts: Vec<_> = credential.split('/').collect();
        let [access_key, day, region, service, terminator] = parts[..] else {
            return Err(codes::CREDENTIAL_MALFORMED.with(&[credential]));
        };
        match () {
            () if access_key.is_empty() => Err(codes::CREDENTIAL_MALFORMED.with(&[credential])),
            () if terminator != TERMINATOR => Err(codes::TERMINATOR_WRONG.with(&[terminator])),
            () if !Realm::is_region_id(region) => Err(codes::REGION_INVALID.with(&[region])),
            () if service != SERVICE => Err(codes::SERVICE_WRONG.with(&[SERVICE])),
            () if date.get(..8) != Some(day) && format_basic(at).0.get(..8) != Some(day) => {
                Err(codes::DAY_MISMATCHED.into())
            }
            () => Ok(Self { day, region }),
        }
    }

    fn key(&self, secret: &str) -> zeroize::Zeroizing<Vec<u8>> {
        let next = |key: &[u8], text: &str| {
            zeroize::Zeroizing::new(hmac(Hash::Sha256, &[key], text.as_bytes()))
        };
        let day = zeroize::Zeroizing::new(hmac(
            Hash::Sha256,
            &[b"AWS4", secret.as_bytes()],
            self.day.as_bytes(),
        ));
        [self.region, SERVICE, TERMINATOR].into_iter().fold(day, |key, text| next(&key, text))
    }
}

/// How often a header's name may be signed. The Go SDK names `host` twice, and signs a line for
/// each.
const MENTIONS_MAX: usize = 4;

/// Whether names are in lower case, and none is repeated too often. Each mention makes the signed
/// text longer by the header's value.
fn is_bounded(names: &str) -> bool {
    let mut all: Vec<_> = names.split(';').collect();
    all.sort_unstable();
    all.chunk_by(|a, b| a == b).all(|same| same.len() <= MENTIONS_MAX)
        && !names.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// A header's value as it is signed: trimmed, and with each run of white space as one space.
fn collapse_spaces(value: &[u8]) -> Vec<u8> {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}

/// Parses a time in the basic form of ISO 8601: in UTC, or with an offset, which the Node SDK
/// writes as `+00:00`. The text is what is signed; the instant is its meaning.
fn parse_basic(text: &str) -> Result<(String, Instant), Refusal> {
    let instant = || {
        let (local, offset) = text.split_at_checked(15)?;
        let formed = local
            .bytes()
            .enumerate()
            .all(|(at, b)| if at == 8 { b == b'T' } else { b.is_ascii_digit() });
        let local = Instant::parse(&format!("{local}Z")).filter(|_| formed)?;
        match (offset.as_bytes(), offset_of(offset)) {
            (b"Z", _) => Some(local),
            ([b'+', ..], Some(by)) => Some(local.minus(by)),
            ([b'-', ..], Some(by)) => Some(local.plus(by)),
            _ => None,
        }
    };
    instant().map(|at| (text.to_owned(), at)).ok_or_else(|| codes::DATE_MALFORMED.with(&[text]))
}

/// The size of an offset from UTC: `+hh`, `+hhmm` or `+hh:mm`.
fn offset_of(text: &str) -> Option<Duration> {
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let part = |digits: &str, most: u64| {
        let formed = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<u64>().ok().filter(|value| formed && *value <= most)
    };
    Some(Duration::from_mins(part(hours, 23)? * 60 + part(minutes, 59)?))
}

/// Formats a time in the basic form of ISO 8601.
pub(crate) fn format_basic(at: Instant) -> (String, Instant) {
    (at.to_string().replace(['-', ':'], ""), at)
}

/// The query's parameters, encoded again and sorted in that form, without a signature in the query.
fn canonical_query(call: &Call) -> String {
    let encoded = |text: &str| {
        let mut out = String::with_capacity(text.len());
        encode_into(&mut out, text);
        out
    };
    let is_here = matches!(call.scheme, Scheme::Presigned);
    let signed = call.query.iter().filter(|(name, _)| !is_here || *name != "X-Amz-Signature");
    let mut pairs: Vec<_> = signed.map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| [name, "=", value].concat()).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_basic_form_of_times_is_accepted() {
        let (text, at) = parse_basic("20261120T201500Z").unwrap();
        assert_eq!(
            (text.as_str(), at.to_string().as_str()),
            ("20261120T201500Z", "2026-11-20T20:15:00Z")
        );
        assert_eq!(format_basic(at).0, text);
        for bad in
            ["", "2026-11-20T20:15:00Z", "20261120T201500", "20261320T201500Z", "20261120T201500z"]
        {
            assert_eq!(parse_basic(bad), Err(codes::DATE_MALFORMED.with(&[bad])), "{bad}");
        }
    }

    #[test]
    fn a_time_may_have_an_offset() {
        for (offset, meant) in [
            ("+00:00", "2026-11-20T20:15:00Z"),
            ("+0000", "2026-11-20T20:15:00Z"),
            ("-00:00", "2026-11-20T20:15:00Z"),
            ("+00", "2026-11-20T20:15:00Z"),
            ("+08:00", "2026-11-20T12:15:00Z"),
            ("+0530", "2026-11-20T14:45:00Z"),
            ("-11", "2026-11-21T07:15:00Z"),
        ] {
            let text = format!("20261120T201500{offset}");
            let (signed, at) = parse_basic(&text).unwrap();
            assert_eq!((signed, at.to_string().as_str()), (text, meant));
        }
        for bad in [
            "+", "+0", "+000", "+00:0", "+00:000", "+24:00", "+00:60", "+0:000", "00:00", "+00 00",
            "+\u{e9}",
        ] {
            assert!(parse_basic(&format!("20261120T201500{bad}")).is_err(), "{bad}");
        }
        // The day may be the local one, or the one in UTC.
        let (date, at) = parse_basic("20261121T001500+08:00").unwrap();
        let scope = |day: &str| {
            Scope::of(&format!("ak/{day}/cn-beijing-6/kkms/aws4_request"), &date, at).is_ok()
        };
        assert_eq!([scope("20261120"), scope("20261121"), scope("20261119")], [true, true, false]);
    }

    #[test]
    fn header_names_are_in_lower_case_and_rarely_repeated() {
        assert!(
            is_bounded("host")
                && is_bounded("b;a")
                && is_bounded("a;b;a")
                && is_bounded("host;host")
        );
        assert!(is_bounded("a;a;a;a") && !is_bounded("a;b;a;a;a;a") && !is_bounded("a;Host"));
    }

    #[test]
    fn white_space_in_headers_is_collapsed() {
        for (value, signed) in [("a", "a"), (" a  b\t c ", "a b c"), ("", ""), ("  ", "")] {
            assert_eq!(collapse_spaces(value.as_bytes()), signed.as_bytes(), "{value:?}");
        }
    }
}
