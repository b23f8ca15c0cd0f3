//! Authentication by access keys: access key, time, signature, token, nonce, in this order.

use super::acs::Authorization;
use super::call::{Call, Scheme};
use super::rpc;
use crate::dialects::alibaba::errors::of_token;
use crate::dialects::alibaba::{codes, dedicated};
use crate::dialects::gate::regions::fold;
use crate::dialects::gate::times::Times;
use crate::dialects::gate::{Checked, Gate, LEEWAY};
use crate::dialects::{Error, Verified};
use crate::engine::Engine;
use crate::world::Instant;

/// Finds the caller.
pub(crate) fn verify(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
    let verified = gate.admit(
        (access_key_id(call), call.action()),
        || check(gate, engine, call),
        |account| gate.realm(account, region(gate, call)).ok_or(Error::Invalid("RegionId".into())),
    )?;
    if let Some((named, given)) = ignored_region(gate, call) {
        let named: String = named.chars().take(NAMED_SHOWN).collect();
        tracing::warn!(
            region_id = named,
            region = given,
            "RegionId is ignored: --region names another one"
        );
    }
    Ok(verified)
}

/// How much of a `RegionId` is logged, in characters.
const NAMED_SHOWN: usize = 64;

/// The region of a request, if it is not the default. Some clients send `RegionId` in some calls
/// only. So the parameter is ignored if the server has a `--region`.
pub(crate) fn region<'a>(gate: &Gate, call: &'a Call) -> Option<&'a str> {
    let named = || call.named_region().filter(|_| gate.configured_region().is_none());
    call.placed_region().or_else(named)
}

/// The ignored `RegionId`, and the server's `--region`.
fn ignored_region<'a>(gate: &'a Gate, call: &'a Call) -> Option<(&'a str, &'a str)> {
    let (given, named) = (gate.configured_region()?, call.named_region()?);
    let ignored = call.placed_region().is_none() && fold(named).as_deref() != Some(given);
    ignored.then_some((named, given))
}

/// The access key id in a request.
pub(crate) fn access_key_id(call: &Call) -> Option<&str> {
    let id = match &call.scheme {
        Scheme::Acs(authorization) => Some(authorization.access_key.as_str()),
        Scheme::Dedicated(_) => dedicated::request::access_key_id(&call.headers),
        _ => call.param("AccessKeyId"),
    };
    id.filter(|id| !id.is_empty())
}

fn check(gate: &Gate, engine: &Engine, call: &Call) -> Result<Checked, Error> {
    match call.scheme {
        Scheme::Bearer => return Err(codes::INCOMPLETE_SIGNATURE_BARE.into()),
        Scheme::Malformed => return Err(Error::Invalid("Authorization".into())),
        Scheme::Rpc | Scheme::Acs(_) | Scheme::Dedicated(_) | Scheme::None => {}
    }
    if let Scheme::Dedicated(_) = call.scheme {
        // Only client keys sign there, and this is none.
        let times = Times::of(engine, None);
        call.signed_with_client_key().check(times, None)?;
    }
    let id = access_key_id(call).ok_or(Error::Missing("AccessKeyId".into()))?;
    let key = gate.accounts.get(id).ok_or(codes::INVALID_ACCESS_KEY_ID_NOT_FOUND)?;
    if key.disabled {
        return Err(codes::FORBIDDEN_ACCESS_KEY.into());
    }
    let times = gate.times(engine, &key.account, region(gate, call));
    let (made, nonce) = if let Scheme::Acs(authorization) = &call.scheme {
        let date = call.header("x-acs-date").ok_or(codes::ILLEGAL_TIMESTAMP)?;
        let made = check_time(times, date)?;
        check_day(times, authorization)?;
        authorization.check(&call.signed(), &key.secret)?;
        gate.check_token(times, key, call.header("x-acs-security-token")).map_err(of_token)?;
        (made, call.header("x-acs-signature-nonce"))
    } else {
        let made = check_time(times, call.param("Timestamp").ok_or(codes::ILLEGAL_TIMESTAMP)?)?;
        rpc::check(call, &key.secret)?;
        gate.check_token(times, key, call.param("SecurityToken")).map_err(of_token)?;
        (made, call.param("SignatureNonce"))
    };
    let is_over = |made: Instant| !times.either(|now| now <= made.plus(LEEWAY));
    let spend =
        |nonce: &str| key.nonces.spend(nonce, made, is_over).ok_or(codes::SIGNATURE_NONCE_USED);
    let nonce = nonce.filter(|nonce| !nonce.is_empty()).map(spend).transpose()?;
    Ok(Checked::by_access_key(key, nonce))
}

/// The time of a request, if it is fresh.
pub(super) fn check_time(times: Times, text: &str) -> Result<Instant, Error> {
    let at = Instant::parse(text).ok_or(codes::ILLEGAL_TIMESTAMP)?;
    let fresh = |now: Instant| at.distance(now) <= LEEWAY;
    if times.either(fresh) { Ok(at) } else { Err(codes::ILLEGAL_TIMESTAMP.into()) }
}

/// An ACS4 key's day must be fresh by the same rule. It may differ from the day of the request's
/// time: around midnight, clients that set only one of them have two.
fn check_day(times: Times, authorization: &Authorization) -> Result<(), Error> {
    let is_of = |at: Instant| authorization.is_of_day(&at.to_string());
    let fresh = |now: Instant| is_of(now.minus(LEEWAY)) || is_of(now.plus(LEEWAY));
    if times.either(fresh) { Ok(()) } else { Err(codes::ILLEGAL_TIMESTAMP.into()) }
}
