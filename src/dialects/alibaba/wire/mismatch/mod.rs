//! Why a signature is wrong. The client's text is not on the wire; but most mistakes are known ones, and the text that
//! comes of the right one has the signature that was sent.

mod acs;
mod deviation;
mod rpc;

use super::call::{Call, Scheme};
use super::verify::access_key_id;
use crate::dialects::Accounts;
use crate::watch::classes::Classes;
use crate::watch::journal::Mismatch;

/// Looks for the mistake. `None` where the signature is right, or there is none to look at.
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

    /// What it is, and how many bytes were decoded and encoded to read the request and to find that out.
    fn explained(body: String, authorization: Option<&str>) -> (Option<Mismatch>, usize) {
        WORK.set(0);
        let call = call(body, authorization);
        (explain(&accounts(), &Classes::default(), &call), WORK.get())
    }

    #[test]
    fn explaining_costs_so_much_for_each_byte_and_no_more() {
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
            // Each twice the one before, less what every request costs.
            assert!(costs.windows(2).all(|pair| pair[1] <= 2 * pair[0]), "{costs:?}");
            assert!(costs[3] < 100 * 9 * 800, "{costs:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_not_explained() {
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
