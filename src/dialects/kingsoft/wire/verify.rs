//! Authentication: the form of the signature, access key, time, signature, token, in this order.

use std::time::Duration;

use super::aws4::{self, Claim};
use super::call::{Call, Scheme};
use super::simplified;
use crate::dialects::gate::accounts::AccessKey;
use crate::dialects::gate::{Checked, Gate};
use crate::dialects::kingsoft::codes;
use crate::dialects::wire::redact::RedactedParams;
use crate::dialects::{Error, Verified};
use crate::engine::Engine;
use crate::watch::classes::Classes;
use crate::world::Instant;

/// How far the time of a simplified signature may be off. The SDK that makes it subtracts eight
/// hours from the local time in every time zone. Outside UTC+8, that is wrong by up to 22 hours.
const WIDE: Duration = Duration::from_hours(24);

/// Finds the caller.
pub(crate) fn verify(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
    if let Some(parse_error) = &call.parse_error {
        return Err(parse_error.clone().into());
    }
    let named = ClaimedIdentity::of(call);
    gate.admit(
        (named.access_key, call.param("Action")),
        || check(gate, engine, call, &named),
        |account| {
            let region = named.region.unwrap_or_default();
            gate.realm(account, named.region)
                .ok_or_else(|| codes::REGION_INVALID.with(&[region]).into())
        },
    )
}

/// The access key and the region in a request, even if the rest of its signature cannot be parsed.
pub(crate) struct ClaimedIdentity<'a> {
    pub(crate) access_key: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
}

impl<'a> ClaimedIdentity<'a> {
    pub(crate) fn of(call: &'a Call) -> Self {
        match aws4::credential(call) {
            Some(credential) => {
                let mut parts = credential.split('/');
                Self { access_key: parts.next().filter(|id| !id.is_empty()), region: parts.nth(1) }
            }
            None => Self { access_key: call.param("Accesskey"), region: call.param("Region") },
        }
    }
}

fn check(
    gate: &Gate,
    engine: &Engine,
    call: &Call,
    named: &ClaimedIdentity<'_>,
) -> Result<Checked, Error> {
    if !call.headers.contains_key("host") {
        return Err(codes::HOST_MISSING.into());
    }
    let claim = match &call.scheme {
        Scheme::None => return Err(codes::UNSIGNED.into()),
        Scheme::Header(authorization) => Some(Claim::of_header(call, authorization)?),
        Scheme::Presigned => Some(Claim::of_query(call)?),
        Scheme::Simplified => None,
    };
    let id = named.access_key.ok_or(Error::Missing("Accesskey".into()))?;
    let key =
        gate.accounts.get(id).filter(|key| !key.disabled).ok_or(codes::INVALID_CLIENT_TOKEN_ID)?;
    let times = gate.times(engine, &key.account, named.region);
    let logged = |outcome: Result<(), Error>| {
        if matches!(&outcome, Err(Error::Refused(it)) if it.code == codes::SIGNATURE_WRONG) {
            explain(&gate.classes, call, key, claim.as_ref());
        }
        outcome
    };
    let token = if let Some(claim) = &claim {
        claim.check_time(times)?;
        logged(claim.check(call, &key.secret).map_err(Error::from))?;
        claim.token
    } else {
        let text = call.param("Timestamp").ok_or(Error::Missing("Timestamp".into()))?;
        let at = Instant::parse(text).ok_or(Error::Invalid("Timestamp".into()))?;
        if !times.either(|now| at.distance(now) <= WIDE) {
            return Err(codes::SIGNATURE_EXPIRED.with(&[text]).into());
        }
        logged(simplified::check(call, &key.secret))?;
        call.param("SecurityToken")
    };
    gate.check_token(times, key, token).map_err(|_| codes::INVALID_CLIENT_TOKEN_ID)?;
    Ok(Checked::by_access_key(key, None))
}

/// Logs what the server signed, because the service's message does not contain it. Possible secrets
/// are redacted.
fn explain(classes: &Classes, call: &Call, key: &AccessKey, claim: Option<&Claim<'_>>) {
    let (access_key, params) = (&key.id, RedactedParams(&call.params, classes));
    if let Some(claim) = claim {
        let (string_to_sign, canonical_request) = claim.redacted_text(call, classes);
        tracing::warn!(access_key, string_to_sign, canonical_request, %params, "the signature does not match");
    } else {
        tracing::warn!(access_key, %params, "the signature over these parameters does not match");
    }
}
