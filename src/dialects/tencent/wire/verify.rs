//! Authentication: the form of the signature, time, access key, signature, token, in this order.
//! Method, size, version and action were checked before.

use std::time::Duration;

use super::call::{ACTION, Call, Common, REGION, Scheme, TIMESTAMP, TOKEN};
use super::v1::Coverage;
use super::{tc3, v1};
use crate::dialects::gate::accounts::{Account, Secret};
use crate::dialects::gate::times::Times;
use crate::dialects::gate::{Checked, Gate};
use crate::dialects::tencent::{codes, service};
use crate::dialects::wire::redact::RedactedParams;
use crate::dialects::{Error, Verified};
use crate::engine::Engine;
use crate::model::Realm;
use crate::watch::truncate;
use crate::world::Instant;

/// How far the time of a request may be off (document, "Common Params").
const LEEWAY: Duration = Duration::from_mins(5);

/// Finds the caller.
pub(crate) fn verify(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
    let region = call.common(&REGION);
    gate.admit(
        (access_key(call), call.common(&ACTION)),
        || check(gate, engine, call),
        |account| {
            let realm = gate.realm(account, region).filter(|it| has_region(gate, account, it));
            let named = truncate(region.unwrap_or_default());
            realm.ok_or_else(|| codes::UNSUPPORTED_REGION.with(&[named]).into())
        },
    )
}

/// Whether the service is in this region: its document lists it, or the server's options or the
/// accounts file name it.
fn has_region(gate: &Gate, account: &Account, realm: &Realm) -> bool {
    let region = &*realm.region;
    service::REGIONS.contains(&region)
        || gate.configured_region() == Some(region)
        || account.cryptography.contains_key(region)
}

/// The access key in a request, even if the rest of its signature cannot be parsed.
pub(crate) fn access_key(call: &Call) -> Option<&str> {
    match call.scheme {
        Scheme::V1 => call.v1_param("SecretId"),
        Scheme::Tc3 => {
            let (_, rest) = call.header("authorization")?.split_once("Credential=")?;
            rest.split(['/', ',']).next().filter(|id| !id.is_empty())
        }
    }
}

/// A common parameter that every request needs.
///
/// # Errors
/// `MissingParameter`.
pub(crate) fn required<'a>(call: &'a Call, which: &Common) -> Result<&'a str, Error> {
    call.common(which).ok_or_else(|| Error::Missing(which.name().into()))
}

/// The parsed signature of a request, not verified yet.
pub(crate) enum Claim<'a> {
    Tc3(tc3::Claim<'a>),
    V1,
}

impl<'a> Claim<'a> {
    /// Parses the signature.
    ///
    /// # Errors
    /// It is malformed, or a parameter is missing.
    pub(crate) fn parse(call: &'a Call) -> Result<Self, Error> {
        if call.scheme == Scheme::Tc3 {
            return Ok(Self::Tc3(tc3::Claim::parse(call, required(call, &TIMESTAMP)?)?));
        }
        for name in ["SecretId", "Signature", "Nonce"] {
            call.v1_param(name).ok_or(Error::Missing(name.into()))?;
        }
        if !call.v1_param("Nonce").is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Error::Invalid("Nonce".into()));
        }
        Ok(Self::V1)
    }

    /// Whether the signature is genuine: made with this secret.
    pub(crate) fn is_genuine(&self, call: &Call, secret: &Secret) -> bool {
        match self {
            Self::Tc3(claim) => claim.is_genuine(call, secret),
            Self::V1 => v1::coverage(call, secret).is_some(),
        }
    }
}

fn check(gate: &Gate, engine: &Engine, call: &Call) -> Result<Checked, Error> {
    let claim = Claim::parse(call)?;
    let at = required(call, &TIMESTAMP)?;
    let at = seconds(at).ok_or(Error::Invalid(TIMESTAMP.name().into()))?;
    let id = access_key(call).ok_or(Error::Missing("SecretId".into()))?;
    let key = gate.accounts.get(id).filter(|key| !key.disabled);
    // An unknown access key has no realm, so its time is the host's.
    let realm = key.map(|key| gate.realm(&key.account, call.common(&REGION)));
    let times = Times::of(engine, realm.flatten().as_ref());
    if !times.either(|now| at.distance(now) <= LEEWAY) {
        return Err(codes::AUTH_FAILURE_SIGNATURE_EXPIRE.into());
    }
    let key = key.ok_or(codes::AUTH_FAILURE_SECRET_ID_NOT_FOUND)?;
    if matches!(key.secret, Secret::Rsa(_)) {
        return Err(codes::AUTH_FAILURE_INVALID_SECRET_ID.into());
    }
    let is_genuine = match &claim {
        Claim::Tc3(_) => is_of_day(&claim, call) && claim.is_genuine(call, &key.secret),
        Claim::V1 => {
            let coverage = v1::coverage(call, &key.secret);
            if coverage == Some(Coverage::NonEmpty) {
                call.drop_empty_params();
            }
            coverage.is_some()
        }
    };
    if !is_genuine {
        let params = RedactedParams(call.params(), &gate.classes);
        tracing::warn!(access_key = id, %params, "the signature is wrong");
        return Err(codes::AUTH_FAILURE_SIGNATURE_FAILURE.into());
    }
    let token = gate.check_token(times, key, call.common(&TOKEN));
    token.map_err(|_| codes::AUTH_FAILURE_TOKEN_FAILURE)?;
    Ok(Checked::by_access_key(key, None))
}

/// Whether the scope of a claim has the day of the request's time. Signature version 1 has no
/// scope.
pub(crate) fn is_of_day(claim: &Claim<'_>, call: &Call) -> bool {
    match claim {
        Claim::Tc3(claim) => {
            call.common(&TIMESTAMP).and_then(seconds).is_some_and(|at| claim.is_of_day(at))
        }
        Claim::V1 => true,
    }
}

/// Parses a time: seconds of Unix time.
fn seconds(text: &str) -> Option<Instant> {
    let seconds: i64 = text.parse().ok()?;
    Some(Instant::from_millis(seconds.checked_mul(1000)?))
}
