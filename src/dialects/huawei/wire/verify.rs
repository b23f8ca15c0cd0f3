//! Authentication: by a signature or, without one, by a token.

use super::call::{Call, DATE, SECURITY_TOKEN, TOKEN};
use super::claim::{self, Claim};
use crate::dialects::gate::times::Times;
use crate::dialects::gate::{Checked, Gate, LEEWAY};
use crate::dialects::huawei::iam::sealed::{self, Opened, Purpose};
use crate::dialects::huawei::iam::sign_in::{Auth, Method as SignInMethod};
use crate::dialects::huawei::iam::temporary_keys;
use crate::dialects::huawei::routes::{CREATE_TOKEN, CREATE_TOKEN_WITH_ID_TOKEN, Service};
use crate::dialects::huawei::{codes, projects};
use crate::dialects::wire::redact::RedactedParams;
use crate::dialects::{Account, Error, Verified};
use crate::engine::Engine;
use crate::model::Realm;
use crate::world::Instant;

/// Finds the caller.
pub(crate) fn verify(gate: &Gate, engine: &Engine, call: &Call) -> Result<Verified, Error> {
    gate.admit(
        (access_key(call), call.route.map(|route| route.action)),
        || check(gate, engine, call),
        |account| realm(gate, account, call),
    )
}

/// The realm of a request: its project gives the region.
fn realm(gate: &Gate, account: &Account, call: &Call) -> Result<Realm, Error> {
    let region = call.project.as_deref().map(|id| projects::region(gate, account, id));
    // A project that the account does not have.
    if region == Some(None) {
        return Err(codes::WRONG_PROJECT.into());
    }
    gate.realm(account, region.flatten()).ok_or_else(|| codes::WRONG_PROJECT.into())
}

/// The access key in a request, even if the rest of its signature cannot be parsed.
pub(crate) fn access_key(call: &Call) -> Option<&str> {
    call.header("authorization").and_then(claim::access_key)
}

/// The refusal of a request whose signature is wrong, for this reason.
fn refused(why: &str) -> Error {
    codes::BAD_AUTHENTICATION.with(&[why]).into()
}

fn check(gate: &Gate, engine: &Engine, call: &Call) -> Result<Checked, Error> {
    let token = call.header(TOKEN).filter(|token| !token.is_empty());
    match call.route.map(|route| route.action) {
        // The credential is in the body.
        Some(CREATE_TOKEN) => return check_sign_in(gate, engine, call),
        // Nobody else's token is accepted for one of this server's.
        Some(CREATE_TOKEN_WITH_ID_TOKEN) => return Ok(anybody(gate)),
        _ => {}
    }
    match call.header("authorization") {
        Some(signed) if signed.starts_with("SDK-") => check_signature(gate, engine, call, signed),
        Some(_) if token.is_none() => Err(refused("the algorithm is not supported")),
        // With a token, the SDKs send an Authorization of any text to stop themselves from signing.
        _ if token.is_none() && call.service() == Service::Versions => Ok(anybody(gate)),
        _ if call.service() == Service::Iam => {
            let auth = call.params().get("auth").and_then(|text| Auth::parse(text).ok());
            let earlier = auth.as_ref().and_then(Auth::earlier_token);
            let token = token.or(earlier).ok_or(codes::IAM_TOKEN)?;
            check_token(gate, engine, None, token).map_err(|_| codes::IAM_TOKEN.into())
        }
        _ => {
            let token = token.ok_or(codes::TOKEN_MISSING)?;
            check_token(gate, engine, call.project.as_deref(), token)
        }
    }
}

/// The sender of a request that needs no credentials.
fn anybody(gate: &Gate) -> Checked {
    Checked::by(gate.accounts.presumed(None), None)
}

/// Checks who signs in for a token.
fn check_sign_in(gate: &Gate, engine: &Engine, call: &Call) -> Result<Checked, Error> {
    if let Some(error) = &call.params_error {
        return Err(error.clone().into());
    }
    let missing = || codes::IAM_BAD_REQUEST.with(&["auth"]);
    let auth = Auth::parse(call.params().get("auth").ok_or_else(missing)?)?;
    if auth.method()? == SignInMethod::Password {
        return auth.by_password(&gate.accounts);
    }
    let token = auth.earlier_token().ok_or(codes::IAM_TOKEN)?;
    check_token(gate, engine, None, token).map_err(|_| codes::IAM_TOKEN.into())
}

/// Checks a token: whether it is genuine, its time, and, if the path names a project, that it is
/// for this project.
fn check_token(
    gate: &Gate,
    engine: &Engine,
    project: Option<&str>,
    token: &str,
) -> Result<Checked, Error> {
    let Opened { account, user, claims } =
        sealed::open(&gate.accounts, token).ok_or(codes::TOKEN_INVALID)?;
    let own = match &claims.purpose {
        Purpose::Project(id) => Some(id.as_str()),
        Purpose::Domain => None,
        Purpose::AccessKey(_) => return Err(codes::TOKEN_INVALID.into()),
    };
    let region = own.and_then(|id| projects::region(gate, &account, id));
    let realm = gate.realm(&account, region).ok_or(codes::TOKEN_INVALID)?;
    if engine.now(&realm) >= claims.expires {
        return Err(codes::TOKEN_EXPIRED.into());
    }
    if project.is_some() && project != own {
        return Err(codes::WRONG_PROJECT.into());
    }
    Ok(Checked::by(account, Some(user)))
}

/// Checks the signature: its form, time, access key, the signature itself, token, in this order.
fn check_signature(
    gate: &Gate,
    engine: &Engine,
    call: &Call,
    authorization: &str,
) -> Result<Checked, Error> {
    let date = call.header(DATE).ok_or_else(|| refused("X-Sdk-Date is missing"))?;
    let at = time(date).ok_or_else(|| refused("X-Sdk-Date is malformed"))?;
    let claim = Claim::parse(authorization, date).map_err(refused)?;
    let token = call.header(SECURITY_TOKEN);
    let listed = gate.accounts.get(claim.access_key).filter(|key| !key.disabled);
    let temporary = match (listed, token) {
        (None, Some(token)) => temporary_keys::find(&gate.accounts, claim.access_key, token),
        _ => None,
    };
    let key = listed.or(temporary.as_ref());
    // An unknown access key has no realm, so its time is the host's.
    let realm = key.and_then(|key| realm(gate, &key.account, call).ok());
    let times = Times::of(engine, realm.as_ref());
    if !times.either(|now| at.distance(now) <= LEEWAY) {
        return Err(refused("the request's time is more than 15 minutes off"));
    }
    let key = key.ok_or_else(|| refused("Get secretKey failed"))?;
    if !claim.is_genuine(call, &key.secret) {
        let params = RedactedParams(call.params(), &gate.classes);
        tracing::warn!(access_key = claim.access_key, %params, "the signature is wrong");
        return Err(refused("verify aksk signature fail"));
    }
    let wrong_token = || refused("the security token is wrong or has expired");
    // For a key that this server made, its realm's clock alone counts.
    let made = temporary.as_ref().and_then(|key| key.token.as_ref());
    if made.is_some_and(|token| times.realm() >= token.expires) {
        return Err(wrong_token());
    }
    gate.check_token(times, key, token).map_err(|_| wrong_token())?;
    Ok(Checked::by_access_key(key, None))
}

/// Parses a time in the basic form of ISO 8601: `20261128T201500Z`.
pub(crate) fn time(text: &str) -> Option<Instant> {
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (day, rest) = text.split_once('T')?;
    let clock = rest.strip_suffix('Z')?;
    if day.len() != 8 || clock.len() != 6 || !is_digits(day) || !is_digits(clock) {
        return None;
    }
    let (year, month, date) = (day.get(..4)?, day.get(4..6)?, day.get(6..)?);
    let (hour, minute, second) = (clock.get(..2)?, clock.get(2..4)?, clock.get(4..)?);
    Instant::parse(&format!("{year}-{month}-{date}T{hour}:{minute}:{second}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_basic_iso_8601() {
        assert_eq!(time("20261128T201500Z"), Instant::parse("2026-11-28T20:15:00Z"));
        for bad in ["", "20261128T201500", "2026-11-28T20:15:00Z", "20261328T201500Z", "T"] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }
}
