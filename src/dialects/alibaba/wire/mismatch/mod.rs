//! Why a signature is wrong. The client's text is not in the request, but most mistakes are known.
//! We rebuild the signed text under each known mistake, and compare the signatures.

mod acs;
mod deviation;
mod rpc;

use super::call::{Call, Scheme};
use super::verify::access_key_id;
use crate::dialects::Accounts;
use crate::watch::classes::Classes;
use crate::watch::journal::Mismatch;

/// Looks for the mistake. `None` if the signature is right, or there is none.
pub(crate) fn explain(accounts: &Accounts, classes: &Classes, call: &Call) -> Option<Mismatch> {
    let key = accounts.get(access_key_id(call)?)?;
    let others =
        || accounts.access_keys().filter(|other| other.id != key.id).map(|other| &other.secret);
    match &call.scheme {
        Scheme::Rpc => rpc::explain(call, classes, &key.secret, others()),
        Scheme::Acs(authorization) => {
            acs::explain(authorization, (call, classes), &key.secret, others())
        }
        Scheme::Malformed | Scheme::Bearer | Scheme::None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::http::{HeaderMap, Method};
    use zeroize::Zeroizing;

    use super::*;
    use crate::dialects::gate::accounts::{AccessKey, Secret};
    use crate::dialects::wire::form::WORK;
    use crate::dialects::{Account, Inbound};
    use crate::watch::journal::EXPLAIN_LIMIT;

    const CREDENTIALS: &str = "AccessKeyId=one&SignatureMethod=HMAC-SHA1&Signature=x";

    fn accounts() -> Accounts {
        let mut accounts = Accounts::default();
        let secret = Secret::Shared(Zeroizing::new("s".into()));
        accounts.add(AccessKey::new("one".into(), secret, Arc::new(Account::plain("1"))));
        accounts
    }

    fn call(body: String, authorization: Option<&str>) -> Call {
        let mut headers = HeaderMap::new();
        headers.extend(
            authorization.map(|it| (axum::http::header::AUTHORIZATION, it.parse().unwrap())),
        );
        let uri = "/".parse().unwrap();
        Call::parse(Inbound { method: Method::POST, uri, headers, body: Ok(body.into()) })
    }

    /// The explanation, and how many bytes were decoded and encoded to parse and explain the
    /// request.
    fn explained(body: String, authorization: Option<&str>) -> (Option<Mismatch>, usize) {
        WORK.set(0);
        let call = call(body, authorization);
        (explain(&accounts(), &Classes::default(), &call), WORK.get())
    }

    #[test]
    fn the_cost_of_explaining_is_linear() {
        let acs = "ACS3-HMAC-SHA256 Credential=one,SignedHeaders=host,Signature=x";
        for authorization in [None, Some(acs)] {
            let cost = |count: usize| {
                let params: Vec<_> = (0..count).map(|n| format!("&{n:04}=v*v")).collect();
                let (mismatch, work) =
                    explained([CREDENTIALS, &params.concat()].concat(), authorization);
                assert!(
                    matches!(mismatch, Some(Mismatch::Explained { client: None, .. })),
                    "{mismatch:?}"
                );
                work
            };
            let costs = [100, 200, 400, 800].map(cost);
            // Twice the parameters cost at most twice as much.
            assert!(costs.windows(2).all(|pair| pair[1] <= 2 * pair[0]), "{costs:?}");
            assert!(costs[3] < 100 * 9 * 800, "{costs:?}");
        }
    }

    #[test]
    fn long_requests_are_not_explained() {
        for count in [3_000, 100_000] {
            let params: Vec<_> = (0..count).map(|n| format!("&{n:06}")).collect();
            let (mismatch, work) = explained([CREDENTIALS, &params.concat()].concat(), None);
            assert_eq!(mismatch, Some(Mismatch::TooLong));
            assert!(work <= 16 * count, "no more than reading and the check itself: {work}");
        }
        let acs = "ACS3-HMAC-SHA256 Credential=one,SignedHeaders=host,Signature=x";
        assert_eq!(explained("b".repeat(EXPLAIN_LIMIT), Some(acs)).0, Some(Mismatch::TooLong));
    }
}
