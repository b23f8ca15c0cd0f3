//! Why a signature is wrong: the text that the server signs and, if it is a known one, the mistake
//! with which the client's signature is right.

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderValue, Method};
use bytes::Bytes;

use super::call::{Call, DATE};
use super::canonical::{self, PathForm};
use super::claim::Claim;
use super::verify::access_key;
use crate::dialects::Accounts;
use crate::dialects::gate::accounts::Secret;
use crate::dialects::huawei::projects::DEFAULT_REGION;
use crate::dialects::wire::canonical::signed_length;
use crate::watch::classes::Classes;
use crate::watch::journal::{EXPLAIN_LIMIT, Mismatch, Nearest};

/// A known mistake, applied to a request: the result is what the client signed.
type Mistake = (&'static str, fn(&mut Call));

/// A known mistake in the form of the path.
type PathMistake = (&'static str, PathForm);

const PATH_MISTAKES: &[PathMistake] = &[
    ("the canonical path has no slash at its end", |sent| match canonical::path(sent) {
        Cow::Borrowed(path) => path.trim_end_matches('/').into(),
        Cow::Owned(path) => path.trim_end_matches('/').to_owned().into(),
    }),
    ("the path was signed as it was sent, without decoding it first", |sent| {
        [sent, if sent.ends_with('/') { "" } else { "/" }].concat().into()
    }),
    ("the path was encoded twice: it was not decoded first", |sent| {
        canonical::path(&sent.replace('%', "%25")).into_owned().into()
    }),
];

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
        let host = format!("kms.{DEFAULT_REGION}.myhuaweicloud.com");
        if let Ok(host) = HeaderValue::try_from(host) {
            call.headers.insert(HOST, host);
        }
    }),
    ("the Content-Type was signed without its charset", |call| {
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }),
    ("the Content-Type was signed with a charset", |call| {
        let value = HeaderValue::from_static("application/json;charset=utf-8");
        call.headers.insert(CONTENT_TYPE, value);
    }),
    ("the query was not signed", |call| {
        if let Ok(uri) = call.uri.path().parse() {
            call.uri = uri;
        }
    }),
];

/// Looks for the mistake. `None` if the signature is right, or cannot be parsed.
pub(crate) fn explain(accounts: &Accounts, classes: &Classes, call: &Call) -> Option<Mismatch> {
    let key = accounts.get(access_key(call)?)?;
    let claim = Claim::parse(call.header("authorization")?, call.header(DATE)?).ok()?;
    if claim.is_genuine(call, &key.secret) {
        return None;
    }
    let content = call.uri.query().map_or(0, str::len) + call.body.len();
    let length = signed_length(&call.headers, call.uri.path(), content);
    if length > EXPLAIN_LIMIT {
        return Some(Mismatch::TooLong);
    }
    let nearest = |claim: Claim<'_>, call: &Call, secret: &Secret, why| {
        let text = || claim.redacted_text(call, classes);
        claim.is_genuine(call, secret).then(|| Nearest { text: text(), why })
    };
    let mistaken = MISTAKES.iter().find_map(|(why, mistake)| {
        let mut taken_for = call.clone();
        mistake(&mut taken_for);
        nearest(claim, &taken_for, &key.secret, *why)
    });
    let misspelt = || {
        let mut forms = PATH_MISTAKES.iter();
        forms.find_map(|(why, form)| nearest(claim.with_path(*form), call, &key.secret, *why))
    };
    let of_another = || {
        let others = accounts.access_keys().filter(|other| other.id != key.id);
        let why = "the secret is that of another access key here";
        let mut others = others.take(Mismatch::key_budget(length));
        others.find_map(|other| nearest(claim, call, &other.secret, why))
    };
    let found = mistaken.or_else(misspelt).or_else(of_another);
    Some(Mismatch::new(claim.redacted_text(call, classes), found))
}
