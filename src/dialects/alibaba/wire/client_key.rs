//! Requests that applications sign with client keys, on either gateway.

use std::sync::Arc;

use super::call::{Call, Scheme, region_of_shared_host};
use super::verify::{access_key_id, check_time, region};
use super::{mismatch, rpc};
use crate::dialects::accounts::Secret;
use crate::dialects::alibaba::applications::Gateway;
use crate::dialects::alibaba::codes;
use crate::dialects::gate::replay::SpentNonce;
use crate::dialects::gate::times::Times;
use crate::dialects::gate::{Checked, Gate, LEEWAY};
use crate::dialects::{Error, Refusal, Verified};
use crate::engine::{Engine, IndexedClientKey};
use crate::world::Instant;

/// The type of such a signature at the shared gateway.
const PRIVATE_KEY: &str = "PRIVATEKEY";

/// The client key that a request names.
pub(crate) fn named(engine: &Engine, call: &Call) -> Option<Arc<IndexedClientKey>> {
    engine.client_keys().find(access_key_id(call)?)
}

/// Finds the application that sent a request. Its realm is that of the client key.
pub(crate) fn verify(
    gate: &Gate,
    engine: &Engine,
    call: &Call,
    found: &IndexedClientKey,
) -> Result<Verified, Error> {
    let account = gate.account_of(&found.realm);
    let application = &found.client_key.application;
    let sender = |nonce| Checked::by_client_key(Arc::clone(&account), application.clone(), nonce);
    gate.admit_as(
        (access_key_id(call), call.action()),
        || sender(None),
        || check(gate, engine, call, found).map(sender),
        |_| {
            // Another region does not know the client key.
            let is_there = |region: &str| region.eq_ignore_ascii_case(&found.realm.region);
            let is_known = region(gate, call).is_none_or(is_there);
            let unknown = codes::INVALID_ACCESS_KEY_ID_NOT_FOUND;
            if is_known { Ok(found.realm.clone()) } else { Err(unknown.into()) }
        },
    )
}

/// Checks a request, and spends its nonce if it has one.
fn check(
    gate: &Gate,
    engine: &Engine,
    call: &Call,
    found: &IndexedClientKey,
) -> Result<Option<SpentNonce>, Error> {
    let times = Times::of(engine, Some(&found.realm));
    let is_valid = found.client_key.is_valid_at(times.realm());
    let key = found.signature_key().filter(|_| is_valid);
    match call.scheme {
        Scheme::Dedicated(_) => {
            let checked = call.signed_with_client_key().check(times, key);
            checked.inspect_err(|error| explain(call, error)).map(|()| None)
        }
        Scheme::Rpc => {
            let key = key.ok_or(codes::FORBIDDEN_ACCESS_KEY)?;
            let made = check_time(times, call.param("Timestamp").ok_or(codes::ILLEGAL_TIMESTAMP)?)?;
            match call.param("SignatureType") {
                Some(PRIVATE_KEY) => {}
                None => return Err(Error::Missing("SignatureType".into())),
                Some(_) => return Err(Error::Invalid("SignatureType".into())),
            }
            rpc::check(call, &Secret::Rsa(key.clone()))?;
            if call.param("SecurityToken").is_some_and(|token| !token.is_empty()) {
                return Err(codes::INVALID_SECURITY_TOKEN_MISMATCH_WITH_ACCESS_KEY.into());
            }
            let is_over = |made: Instant| !times.either(|now| now <= made.plus(LEEWAY));
            let nonce = call.param("SignatureNonce").filter(|nonce| !nonce.is_empty());
            let spend = |nonce: &str| {
                let nonce = format!("{}\n{nonce}", found.client_key.id);
                let spent = gate.client_key_nonces.spend(&nonce, made, is_over);
                spent.ok_or(codes::SIGNATURE_NONCE_USED)
            };
            Ok(nonce.map(spend).transpose()?)
        }
        // A client key makes no other signature.
        Scheme::Acs(_) | Scheme::Malformed => Err(Error::Invalid("Authorization".into())),
        Scheme::Bearer | Scheme::None => Err(codes::INCOMPLETE_SIGNATURE_BARE.into()),
    }
}

/// Logs what the server signed, because this gateway's message does not contain it.
fn explain(call: &Call, error: &Error) {
    let is_mismatch = |refusal: &Refusal| *refusal.code == *codes::SIGNATURE_NOT_MATCH;
    if matches!(error, Error::Refused(refusal) if is_mismatch(refusal)) {
        let (client_key, action) = (access_key_id(call), call.action());
        let string_to_sign = mismatch::of_dedicated(call);
        tracing::warn!(client_key, action, string_to_sign, "the signature does not match");
    }
}

/// The gateway that a request was sent to.
pub(crate) fn gateway(call: &Call) -> Gateway<'_> {
    gateway_of(call.host(), matches!(call.scheme, Scheme::Dedicated(_)))
}

/// The gateway of a host. The dedicated one's own wire says that it is one.
pub(crate) fn gateway_of(host: &str, is_dedicated: bool) -> Gateway<'_> {
    match (instance_of_host(host), region_of_shared_host(host)) {
        (Some(instance), _) => Gateway::Dedicated(instance),
        (None, _) if is_dedicated => Gateway::AnyDedicated,
        (None, Some(_)) => Gateway::Shared,
        (None, None) => Gateway::Any,
    }
}

/// The instance of a host with or without a port: `kst-a` of
/// `kst-a.cryptoservice.kms.aliyuncs.com`.
fn instance_of_host(host: &str) -> Option<&str> {
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let (instance, rest) = host.split_once('.')?;
    let is_own = rest.eq_ignore_ascii_case("cryptoservice.kms.aliyuncs.com");
    (is_own && !instance.is_empty()).then_some(instance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_name_instances() {
        for (host, instance) in [
            ("kst-a.cryptoservice.kms.aliyuncs.com", Some("kst-a")),
            ("kst-a.CryptoService.KMS.aliyuncs.com:443", Some("kst-a")),
            (".cryptoservice.kms.aliyuncs.com", None),
            ("a.b.cryptoservice.kms.aliyuncs.com", None),
            ("kms.cn-hangzhou.aliyuncs.com", None),
            ("127.0.0.1:5690", None),
            ("", None),
        ] {
            assert_eq!(instance_of_host(host), instance, "{host}");
        }
    }
}
