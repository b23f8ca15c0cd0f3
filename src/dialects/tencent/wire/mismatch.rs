//! Why a signature is wrong: the text that the server signs and, if it is a known one, the mistake
//! with which the client's signature is right.

use axum::http::header::HOST;
use axum::http::{HeaderValue, Method};
use bytes::Bytes;

use super::call::{Call, REGION, Scheme};
use super::v1;
use super::verify::{Claim, access_key, is_of_day};
use crate::dialects::Accounts;
use crate::dialects::wire::canonical::signed_length;
use crate::watch::classes::Classes;
use crate::watch::journal::{EXPLAIN_LIMIT, Mismatch, Nearest};

/// A known mistake, applied to a request: the result is what the client signed.
type Mistake = (&'static str, fn(&mut Call));

const MISTAKES: &[Mistake] = &[
    ("another HTTP method was signed than was used", |call| {
        call.method = if call.method == Method::GET { Method::POST } else { Method::GET };
    }),
    ("the body was not signed: the digest is that of an empty one", |call| {
        call.body = Bytes::new();
    }),
    ("the digest of the body is that of an empty JSON object", |call| {
        call.body = Bytes::from_static(b"{}");
    }),
    ("the service's own host was signed, and the request was sent to another", |call| {
        call.headers.insert(HOST, HeaderValue::from_static("kms.tencentcloudapi.com"));
    }),
    ("the service's host of the region was signed, and the request was sent to another", |call| {
        let region = call.common(&REGION).unwrap_or_default();
        let host = HeaderValue::try_from(format!("kms.{region}.tencentcloudapi.com"));
        if let Ok(host) = host {
            call.headers.insert(HOST, host);
        }
    }),
    ("the query was not signed", |call| call.query = String::new()),
    ("the query was signed with %20 for a space, and sent with a plus sign", |call| {
        call.query = call.query.replace('+', "%20");
    }),
    ("the query was signed with a plus sign for a space, and sent with %20", |call| {
        call.query = call.query.replace("%20", "+");
    }),
];

/// Looks for the mistake. `None` if the signature is right, or cannot be parsed.
pub(crate) fn explain(accounts: &Accounts, classes: &Classes, call: &Call) -> Option<Mismatch> {
    let key = accounts.get(access_key(call)?)?;
    let claim = Claim::parse(call).ok()?;
    let is_genuine = claim.is_genuine(call, &key.secret);
    if is_genuine && is_of_day(&claim, call) {
        return None;
    }
    let length = length(call);
    if length > EXPLAIN_LIMIT {
        return Some(Mismatch::TooLong);
    }
    let redacted_text = |call: &Call| match &claim {
        Claim::Tc3(claim) => claim.redacted_text(call, classes),
        Claim::V1 => v1::redacted_text(call, classes),
    };
    if is_genuine {
        let why = "the date of the scope is not the day of the timestamp in UTC";
        let text = redacted_text(call);
        return Some(Mismatch::new(text.clone(), Some(Nearest { text, why })));
    }
    let mistaken = MISTAKES.iter().find_map(|(why, mistake)| {
        let mut taken_for = call.clone();
        mistake(&mut taken_for);
        claim
            .is_genuine(&taken_for, &key.secret)
            .then(|| Nearest { text: redacted_text(&taken_for), why })
    });
    let of_another = || {
        let others = accounts.access_keys().filter(|other| other.id != key.id);
        let mut others = others.take(Mismatch::key_budget(length));
        let why = "the secret is that of another access key here";
        others
            .any(|other| claim.is_genuine(call, &other.secret))
            .then(|| Nearest { text: redacted_text(call), why })
    };
    Some(Mismatch::new(redacted_text(call), mistaken.or_else(of_another)))
}

/// How many bytes of a request may be signed.
fn length(call: &Call) -> usize {
    let content = match call.scheme {
        Scheme::Tc3 => call.query.len() + call.body.len(),
        Scheme::V1 => call.v1_params.length(),
    };
    signed_length(&call.headers, "/", content)
}
