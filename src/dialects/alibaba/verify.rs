//! Whose request it is: access key, time, signature, token, nonce, in this order.

use std::sync::Arc;

use super::acs::Authorization;
use super::call::{Call, Scheme};
use super::errors::Error;
use super::{Alibaba, rpc};
use crate::dialects::gate::{Gate, LEEWAY, TokenFlaw};
use crate::dialects::times::Times;
use crate::dialects::{Account, Verified};
use crate::engine::Engine;
use crate::world::Instant;

/// Finds the caller.
pub(super) fn verify(dialect: &Alibaba, engine: &Engine, call: &Call) -> Result<Verified, Error> {
    if let Some(flaw) = call.flaw {
        return Err(flaw.into());
    }
    let tell = |error: &Error| {
        let code = error.refusal().code;
        tracing::warn!(code, access_key = access_key_id(call), action = call.action(), "check failed");
        code
    };
    let check = || check(&dialect.gate, engine, call);
    dialect.gate.admit(access_key_id(call), check, tell, |account| {
        dialect.gate.realm(account, call.region()).ok_or(Error::Invalid("RegionId".into()))
    })
}

/// The access key that a request names.
pub(super) fn access_key_id(call: &Call) -> Option<&str> {
    let id = match &call.scheme {
        Scheme::Acs(authorization) => Some(authorization.access_key.as_str()),
        _ => call.param("AccessKeyId"),
    };
    id.filter(|id| !id.is_empty())
}

fn check(gate: &Gate, engine: &Engine, call: &Call) -> Result<Arc<Account>, Error> {
    match call.scheme {
        Scheme::Bearer => return Err(Error::RpcSignature(None)),
        Scheme::Malformed => return Err(Error::Invalid("Authorization".into())),
        Scheme::Rpc | Scheme::Acs(_) | Scheme::None => {}
    }
    let id = access_key_id(call).ok_or(Error::Missing("AccessKeyId".into()))?;
    let key = gate.accounts.get(id).ok_or(Error::AccessKeyUnknown)?;
    if key.disabled {
        return Err(Error::AccessKeyDisabled);
    }
    let times = gate.times(engine, &key.account, call.region());
    let nonce = if let Scheme::Acs(authorization) = &call.scheme {
        let date = call.header("x-acs-date").ok_or(Error::Timestamp)?;
        check_time(times, date)?;
        check_day(times, authorization)?;
        authorization.check(call, &key.secret)?;
        gate.check_token(times, key, call.header("x-acs-security-token"))?;
        call.header("x-acs-signature-nonce")
    } else {
        check_time(times, call.param("Timestamp").ok_or(Error::Timestamp)?)?;
        rpc::check(call, &key.secret)?;
        gate.check_token(times, key, call.param("SecurityToken"))?;
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

impl From<TokenFlaw> for Error {
    fn from(flaw: TokenFlaw) -> Self {
        match flaw {
            TokenFlaw::Missing => Self::TokenMissing,
            TokenFlaw::Expired => Self::TokenExpired,
            TokenFlaw::Malformed => Self::TokenMalformed,
            TokenFlaw::Mismatched => Self::TokenMismatched,
        }
    }
}
