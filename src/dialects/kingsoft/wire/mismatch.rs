//! Why a signature is wrong: the text that the server signs and, if it is a known one, the mistake
//! with which the client's signature is right.

use axum::http::{HeaderValue, Method};
use bytes::Bytes;

use super::call::{Call, Scheme};
use super::verify::ClaimedIdentity;
use super::{aws4, simplified};
use crate::dialects::Accounts;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::wire::canonical::{encode_pairs, signed_length};
use crate::dialects::wire::form::Form;
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
    ("the query was not signed", |call| call.query = Form::default()),
    ("the host was signed without its port", |call| {
        let host =
            call.header("host").and_then(|host| host.split(':').next()).map(HeaderValue::from_str);
        if let Some(Ok(host)) = host {
            call.headers.insert("host", host);
        }
    }),
    ("a plus sign was signed, but sent without percent-encoding: it arrives as a space", |call| {
        let pairs = call.params.iter().map(|(name, value)| (name, value.replace(' ', "+")));
        let pairs: Vec<_> = pairs.collect();
        let form = encode_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())));
        call.params = Form::read(&[form.as_bytes()]).unwrap_or_default();
    }),
];

/// Looks for the mistake. `None` if the signature is right, or cannot be parsed.
pub(crate) fn explain(accounts: &Accounts, classes: &Classes, call: &Call) -> Option<Mismatch> {
    let key = accounts.get(ClaimedIdentity::of(call).access_key?)?;
    let claim = match &call.scheme {
        Scheme::Header(authorization) => Some(aws4::Claim::of_header(call, authorization).ok()?),
        Scheme::Presigned => Some(aws4::Claim::of_query(call).ok()?),
        Scheme::Simplified => None,
        Scheme::None => return None,
    };
    let genuine = |call: &Call, secret: &Secret| match &claim {
        Some(claim) => claim.check(call, secret).is_ok(),
        None => simplified::check(call, secret).is_ok(),
    };
    let redacted_text = |call: &Call| match &claim {
        Some(claim) => claim.redacted_text(call, classes).1,
        None => simplified::redacted_text(call, classes),
    };
    if genuine(call, &key.secret) {
        return None;
    }
    let length = length(call);
    if length > EXPLAIN_LIMIT {
        return Some(Mismatch::TooLong);
    }
    let mistaken = MISTAKES.iter().find_map(|(why, mistake)| {
        let mut taken_for = call.clone();
        mistake(&mut taken_for);
        genuine(&taken_for, &key.secret).then(|| Nearest { text: redacted_text(&taken_for), why })
    });
    let of_another = || {
        let others = accounts.access_keys().filter(|other| other.id != key.id);
        let mut others = others.take(Mismatch::key_budget(length));
        let why = "the secret is that of another access key here";
        others
            .any(|other| genuine(call, &other.secret))
            .then(|| Nearest { text: redacted_text(call), why })
    };
    Some(Mismatch::new(redacted_text(call), mistaken.or_else(of_another)))
}

/// How many bytes of a request may be signed.
fn length(call: &Call) -> usize {
    // The parameters include those of a form body.
    let content = call.params.length().max(call.query.length() + call.body.len());
    signed_length(&call.headers, &call.path, content)
}
