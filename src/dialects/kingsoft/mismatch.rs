//! Why a signature is wrong: the text that the server signs, and the mistake that makes the client's signature right,
//! where it is a known one.

use axum::http::{HeaderValue, Method};
use bytes::Bytes;

use super::aws4;
use super::call::{Call, Scheme};
use super::simplified;
use super::verify::Named;
use crate::dialects::Accounts;
use crate::dialects::accounts::Secret;
use crate::dialects::canonical::encode_pairs;
use crate::dialects::form::Form;
use crate::watch::journal::{Mismatch, Nearest};

/// A known mistake, applied to a request: what the client took it to be when it signed.
type Mistake = (&'static str, fn(&mut Call));

const MISTAKES: &[Mistake] = &[
    ("another HTTP method was signed than was used", |call| {
        call.method = if call.method == Method::GET { Method::POST } else { Method::GET };
    }),
    ("the body was not signed: the digest is that of an empty one", |call| call.body = Bytes::new()),
    ("the query was not signed", |call| call.query = Form::default()),
    ("the host was signed without its port", |call| {
        let host = call.header("host").and_then(|host| host.split(':').next()).map(HeaderValue::from_str);
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

/// Looks for the mistake. `None` where the signature is right, or there is none that can be read.
pub(super) fn explain(accounts: &Accounts, call: &Call) -> Option<Mismatch> {
    let key = accounts.get(Named::by(call).access_key?)?;
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
    let told = |call: &Call| match &claim {
        Some(claim) => claim.told(call).1,
        None => simplified::told(call),
    };
    if genuine(call, &key.secret) {
        return None;
    }
    let mistaken = MISTAKES.iter().find_map(|(why, mistake)| {
        let mut taken_for = call.clone();
        mistake(&mut taken_for);
        genuine(&taken_for, &key.secret).then(|| Nearest { text: told(&taken_for), why })
    });
    let of_another = || {
        let mut others = accounts.access_keys().filter(|other| other.id != key.id);
        let why = "the secret is that of another access key here";
        others.any(|other| genuine(call, &other.secret)).then(|| Nearest { text: told(call), why })
    };
    Some(Mismatch::new(told(call), mistaken.or_else(of_another)))
}
