//! Automatic and immediate rotation of symmetric keys.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::lifecycle::OneKey;
use crate::dialects::tencent::values::{KeyName, MemberAccount, refuse_member};
use crate::dialects::tencent::{codes, rules};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, Operation};
use crate::model::Origin;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EnableKeyRotation {
    key_id: KeyName,
    rotate_days: Option<i64>,
    member_account: Option<MemberAccount>,
}

pub(crate) async fn enable(cx: Cx, request: EnableKeyRotation) -> Result<Done, Error> {
    refuse_member(request.member_account.as_ref())?;
    let (range, default) = rules::ROTATE_DAYS;
    let days = request.rotate_days.map_or(Ok(default), u64::try_from);
    let days = days.ok().filter(|days| range.contains(days));
    let days = days.ok_or_else(|| codes::INVALID_PARAMETER_VALUE.with(&["RotateDays"]))?;
    let id = request.key_id.id()?;
    {
        let snapshot = cx.engine.snapshot(&cx.caller);
        let admitted = snapshot.view(&cx.caller).admit(&id.clone().into(), Operation::Describe)?;
        if admitted.key().origin == Origin::External {
            return Err(codes::UNSUPPORTED_OPERATION_EXTERNAL_CMK_CAN_NOT_ROTATE.into());
        }
    }
    let interval = Some(Duration::from_hours(24 * days));
    done(cx.engine.set_rotation(cx.caller, id.into(), interval).await)
}

/// Does nothing if the key does not rotate, in any state.
pub(crate) async fn disable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    done(cx.engine.end_rotation(cx.caller, request.id()?.into()).await)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Status {
    key_rotation_enabled: bool,
}

pub(crate) fn status(cx: &Cx, request: OneKey) -> Result<Status, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(&request.id()?.into(), Operation::Describe)?.key();
    Ok(Status { key_rotation_enabled: key.settings.rotation.is_some() })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Rotated {
    task_id: String,
}

/// The rotation is done when it is answered; the task's id is good for nothing, as no action takes
/// it.
pub(crate) async fn rotate(cx: Cx, request: OneKey) -> Result<Rotated, Error> {
    let task_id = cx.engine.random_id();
    match cx.engine.rotate_now(cx.caller, request.id()?.into()).await {
        Ok(()) => Ok(Rotated { task_id }),
        Err(engine::Error::Key(KeyError::Unsupported | KeyError::IsPair)) => {
            Err(codes::UNSUPPORTED_OPERATION_ROTATE_NOT_SUPPORTED.into())
        }
        Err(error) => Err(error.into()),
    }
}
