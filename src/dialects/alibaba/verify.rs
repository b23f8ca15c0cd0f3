//! Whose request it is: access key, time, signature, token, nonce, in this order.

use std::sync::Arc;
use std::time::Duration;

use super::acs::Authorization;
use super::call::{Call, Scheme};
use super::errors::Error;
use super::{Alibaba, rpc};
use crate::algorithms::mac::equal;
use crate::dialects::accounts::AccessKey;
use crate::dialects::times::Times;
use crate::dialects::{Account, Accounts, AuthMode, Verified};
use crate::engine::{Caller, Engine};
use crate::model::Realm;
use crate::world::Instant;

/// How far a request's time may be off.
const LEEWAY: Duration = Duration::from_mins(15);

/// Finds the caller. In [`AuthMode::Warn`] a failed check is told instead of refused.
pub(super) fn verify(dialect: &Alibaba, engine: &Engine, call: &Call) -> Result<Verified, Error> {
    if let Some(flaw) = call.flaw {
        return Err(flaw.into());
    }
    let realm_of = |account: &Account| realm(dialect, call, account);
    let presumed = || dialect.accounts.presumed(access_key_id(call));
    let check = || check(&dialect.accounts, engine, call, realm_of);
    let (account, failed) = match dialect.auth {
        AuthMode::Off => (presumed(), None),
        AuthMode::Strict => (check()?, None),
        AuthMode::Warn => match check() {
            Ok(account) => (account, None),
            Err(error) => {
                let code = error.refusal().code;
                tracing::warn!(
                    code,
                    access_key = access_key_id(call),
                    action = call.action(),
                    "check failed"
                );
                (presumed(), Some(code))
            }
        },
    };
    let realm = realm_of(&account)?;
    let caller = Caller { realm, rules: &super::RULES, user: Arc::clone(&account.id), quota: account.quota };
    Ok(Verified { caller, account, failed })
}

fn realm(dialect: &Alibaba, call: &Call, account: &Account) -> Result<Realm, Error> {
    let region = match call.region() {
        Some(region) if *region != *dialect.default_region => {
            let known = Realm::is_region_id(region).then_some(region);
            known.ok_or(Error::Invalid("RegionId".into()))?.into()
        }
        _ => Arc::clone(&dialect.default_region),
    };
    Ok(Realm { dialect: Arc::clone(&dialect.name), account: Arc::clone(&account.id), region })
}

fn access_key_id(call: &Call) -> Option<&str> {
    let id = match &call.scheme {
        Scheme::Acs(authorization) => Some(authorization.access_key.as_str()),
        _ => call.param("AccessKeyId"),
    };
    id.filter(|id| !id.is_empty())
}

fn check(
    accounts: &Accounts,
    engine: &Engine,
    call: &Call,
    realm_of: impl Fn(&Account) -> Result<Realm, Error>,
) -> Result<Arc<Account>, Error> {
    match call.scheme {
        Scheme::Bearer => return Err(Error::RpcSignature(None)),
        Scheme::Malformed => return Err(Error::Invalid("Authorization".into())),
        Scheme::Rpc | Scheme::Acs(_) | Scheme::None => {}
    }
    let id = access_key_id(call).ok_or(Error::Missing("AccessKeyId".into()))?;
    let key = accounts.get(id).ok_or(Error::AccessKeyUnknown)?;
    if key.disabled {
        return Err(Error::AccessKeyDisabled);
    }
    let times = Times::of(engine, realm_of(&key.account).ok().as_ref());
    let nonce = if let Scheme::Acs(authorization) = &call.scheme {
        let date = call.header("x-acs-date").ok_or(Error::Timestamp)?;
        check_time(times, date)?;
        check_day(times, authorization)?;
        authorization.check(call, &key.secret)?;
        check_token(accounts, times, key, call.header("x-acs-security-token"))?;
        call.header("x-acs-signature-nonce")
    } else {
        check_time(times, call.param("Timestamp").ok_or(Error::Timestamp)?)?;
        rpc::check(call, &key.secret)?;
        check_token(accounts, times, key, call.param("SecurityToken"))?;
        call.param("SignatureNonce")
    };
    match nonce.filter(|nonce| !nonce.is_empty()) {
        Some(nonce) if !key.nonces.spend(nonce, times.host()) => Err(Error::NonceUsed),
        _ => Ok(Arc::clone(&key.account)),
    }
}

fn check_time(times: Times, text: &str) -> Result<(), Error> {
    let at = Instant::parse(text).ok_or(Error::Timestamp)?;
    let fresh = |now: Instant| at.distance(now) <= LEEWAY;
    if times.either(fresh) { Ok(()) } else { Err(Error::Timestamp) }
}

/// The day that an ACS4 key is made for is fresh by the same rule. It need not be that of the request's own time:
/// around midnight, a client that sets the one and not the other has two.
fn check_day(times: Times, authorization: &Authorization) -> Result<(), Error> {
    let is_of = |at: Instant| authorization.is_of_day(&at.to_string());
    let fresh = |now: Instant| is_of(now.minus(LEEWAY)) || is_of(now.plus(LEEWAY));
    if times.either(fresh) { Ok(()) } else { Err(Error::Timestamp) }
}

fn check_token(accounts: &Accounts, times: Times, key: &AccessKey, given: Option<&str>) -> Result<(), Error> {
    let stranger = |given: &str| {
        if accounts.has_token(given) { Error::TokenMismatched } else { Error::TokenMalformed }
    };
    match (&key.token, given.filter(|given| !given.is_empty())) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(Error::TokenMissing),
        (None, Some(given)) => Err(stranger(given)),
        (Some(token), Some(given)) if !equal(token.text.as_bytes(), given.as_bytes()) => Err(stranger(given)),
        (Some(token), Some(_)) => {
            if times.either(|now| now < token.expires) {
                Ok(())
            } else {
                Err(Error::TokenExpired)
            }
        }
    }
}
