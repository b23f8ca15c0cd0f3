//! Automatic and immediate rotation of symmetric keys.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::lifecycle::{OneKey, of_user};
use crate::dialects::huawei::values::{Decimal, KeyName, date};
use crate::dialects::huawei::{codes, rules};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Code, Cx, Error};
use crate::engine::{KeyRef, Operation};
use crate::model::{Key, KeySpec, Origin};

/// A key that can rotate. That is checked before the key's state.
///
/// # Errors
/// The key does not exist, is a default master key, is not symmetric, or has imported material.
fn rotating(cx: &Cx, name: &KeyName) -> Result<Arc<Key>, Error> {
    let key = of_user(cx, name)?;
    let code: &'static Code = match (key.spec, key.origin) {
        (KeySpec::Symmetric(_), Origin::Service) => return Ok(key),
        (KeySpec::Symmetric(_), Origin::External) => codes::EXTERNAL_CANNOT_ROTATE,
        (KeySpec::Pair(pair), _) if pair.is_rsa() => codes::RSA_CANNOT_ROTATE,
        (KeySpec::Pair(_), _) => codes::NOT_FOR_ASYMMETRIC,
        (KeySpec::Mac(_), _) => codes::NOT_FOR_HMAC,
    };
    Err(code.into())
}

/// Checks that an operation is allowed in the key's state, and that the key rotates, or does not.
///
/// # Errors
/// The state does not allow it, or `otherwise`.
fn check(
    cx: &Cx,
    key: &KeyRef,
    operation: Operation,
    rotates: bool,
    otherwise: &'static Code,
) -> Result<(), Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(key, operation)?.key();
    if key.settings.rotation.is_some() == rotates { Ok(()) } else { Err(otherwise.into()) }
}

/// A whole number of days.
fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

pub(crate) async fn enable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let key = KeyRef::Id(rotating(&cx, &request.key_id)?.id.clone());
    check(&cx, &key, Operation::ChangeRotation, false, codes::ROTATION_NOT_DISABLED)?;
    let interval = Some(days(rules::ROTATION_DEFAULT));
    done(cx.engine.set_rotation(cx.caller, key, interval).await)
}

pub(crate) async fn disable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let key = KeyRef::Id(rotating(&cx, &request.key_id)?.id.clone());
    check(&cx, &key, Operation::EndRotation, true, codes::ROTATION_NOT_ENABLED)?;
    done(cx.engine.end_rotation(cx.caller, key).await)
}

#[derive(Deserialize)]
pub(crate) struct UpdateKeyRotationInterval {
    key_id: KeyName,
    rotation_interval: Decimal,
}

pub(crate) async fn update_interval(
    cx: Cx,
    request: UpdateKeyRotationInterval,
) -> Result<Done, Error> {
    request.key_id.key()?;
    let asked = request.rotation_interval.number().filter(|it| rules::ROTATION_DAYS.contains(it));
    let refused = || codes::INVALID_ROTATION_INTERVAL.with(&["rotation_interval"]);
    let interval = days(asked.ok_or_else(refused)?);
    let key = KeyRef::Id(rotating(&cx, &request.key_id)?.id.clone());
    check(&cx, &key, Operation::ChangeRotation, true, codes::ROTATION_NOT_ENABLED)?;
    done(cx.engine.set_rotation(cx.caller, key, Some(interval)).await)
}

#[derive(Serialize)]
pub(crate) struct RotationStatus {
    key_rotation_enabled: bool,
    /// In days.
    rotation_interval: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_rotation_time: Option<String>,
    number_of_rotations: usize,
}

/// The status of a key: one that does not rotate has the default interval.
///
/// # Errors
/// The key does not exist, or has imported material: `KMS.0312`.
pub(crate) fn status(cx: &Cx, request: OneKey) -> Result<RotationStatus, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = request.key_id.key()?;
    let key = snapshot.view(&cx.caller).admit(&key, Operation::Describe)?.key();
    if key.origin == Origin::External {
        return Err(codes::EXTERNAL_CANNOT_ROTATE.into());
    }
    let rotation = key.settings.rotation;
    // The first version was created with the key.
    let rotated = || key.versions.iter().skip(1);
    Ok(RotationStatus {
        key_rotation_enabled: rotation.is_some(),
        rotation_interval: rotation
            .map_or(rules::ROTATION_DEFAULT, |interval| interval.as_secs() / days(1).as_secs()),
        last_rotation_time: rotated().next_back().map(|version| date(version.created_at)),
        number_of_rotations: rotated().count(),
    })
}

#[derive(Serialize)]
pub(crate) struct Rotated {
    key_id: String,
}

pub(crate) async fn rotate(cx: Cx, request: OneKey) -> Result<Rotated, Error> {
    let key = rotating(&cx, &request.key_id)?;
    cx.engine.rotate_now(cx.caller, KeyRef::Id(key.id.clone())).await?;
    Ok(Rotated { key_id: key.id.to_string() })
}
