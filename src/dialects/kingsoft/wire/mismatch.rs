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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::HeaderMap;
    use zeroize::Zeroizing;

    use super::*;
    use crate::dialects::gate::accounts::AccessKey;
    use crate::dialects::wire::form::WORK;
    use crate::dialects::{Account, Inbound};

    const CREDENTIALS: &str =
        "Accesskey=one&SignatureVersion=1.0&SignatureMethod=HMAC-SHA256&Signature=x";

    /// The explanation, and how many bytes were decoded and encoded to parse and explain the
    /// request.
    fn explained(body: String) -> (Option<Mismatch>, usize) {
        let mut accounts = Accounts::default();
        let secret = Secret::Shared(Zeroizing::new("s".into()));
        accounts.add(AccessKey::new("one".into(), secret, Arc::new(Account::plain("1"))));
        let uri = "/".parse().unwrap();
        let inbound =
            Inbound { method: Method::POST, uri, headers: HeaderMap::new(), body: Ok(body.into()) };
        WORK.set(0);
        let call = Call::parse(inbound);
        (explain(&accounts, &Classes::default(), &call), WORK.get())
    }

    #[test]
    fn the_cost_of_explaining_is_linear() {
        let cost = |count: usize| {
            let params: Vec<_> = (0..count).map(|n| format!("&{n:04}=v*v")).collect();
            let (mismatch, work) = explained([CREDENTIALS, &params.concat()].concat());
            assert!(
                matches!(mismatch, Some(Mismatch::Explained { client: None, .. })),
                "{mismatch:?}"
            );
            work
        };
        let costs = [100, 200, 400, 800].map(cost);
        // Twice the parameters cost at most twice as much.
        assert!(costs.windows(2).all(|pair| pair[1] <= 2 * pair[0]), "{costs:?}");
    }

    #[test]
    fn long_requests_are_not_explained() {
        for count in [3_000, 100_000] {
            let params: Vec<_> = (0..count).map(|n| format!("&{n:06}")).collect();
            let (mismatch, work) = explained([CREDENTIALS, &params.concat()].concat());
            assert_eq!(mismatch, Some(Mismatch::TooLong));
            assert!(work <= 16 * count, "no more than reading and the check itself: {work}");
        }
    }
}
