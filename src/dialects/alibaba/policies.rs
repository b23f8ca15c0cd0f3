//! Access policies of keys and secrets (newer SDKs). Only keys and secrets of an instance can have
//! them. Older data may hold policies of others: these are returned, and decide nothing.

use serde::{Deserialize, Serialize};

use super::names::{KeyName, SecretName};
use super::ram::document::{check_policy_of_resource, default_policy};
use super::values::OpenText;
use super::{codes, limits};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{self, InstanceError, Operation, View};
use crate::model::InstanceId;

/// A policy: a JSON object of limited length. It is stored as sent. [`check`] looks into it.
pub(super) struct Policy(String);

parsed!(Policy, |text: String| {
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text);
    let short = text.len() <= limits::POLICY_MAX;
    (short && object.is_ok()).then_some(Self(text))
});

/// Checks that a key or a secret of this instance, or of none, can have this policy. A lenient
/// server lets all of them have any.
fn check(cx: &Cx, view: &View<'_>, instance: Option<&str>, policy: &Policy) -> Result<(), Error> {
    if !cx.server.lenient_policies {
        if instance.is_none() {
            return Err(codes::FORBIDDEN_KEY_POLICY_UN_SUPPORTED.into());
        }
        if let Err(flaw) = check_policy_of_resource(&policy.0, &cx.caller.realm.account) {
            let refusal = codes::INVALID_PARAMETER.with(&["Policy"]);
            return Err(refusal.and(&format!("{flaw}.")).into());
        }
    }
    check_instance(view, instance)
}

/// Checks that the instance of a key or a secret is connected, if it is there. Older data may name
/// one that is not.
fn check_instance(view: &View<'_>, instance: Option<&str>) -> Result<(), Error> {
    let Some(id) = instance.and_then(InstanceId::parse) else { return Ok(()) };
    match view.connected_instance(&id) {
        Ok(_) | Err(engine::Error::Instance(InstanceError::NotFound)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The policy of a new key or secret of this instance, or of none.
pub(super) fn of_new(
    cx: &Cx,
    instance: Option<&str>,
    policy: Option<Policy>,
) -> Result<Option<String>, Error> {
    if let Some(policy) = &policy {
        let snapshot = cx.engine.snapshot(&cx.caller);
        check(cx, &snapshot.view(&cx.caller), instance, policy)?;
    }
    Ok(policy.map(|policy| policy.0))
}

/// Refuses every policy name except `default`, the only policy.
fn require_default(name: Option<&str>) -> Result<(), Error> {
    match name {
        None | Some("default") => Ok(()),
        Some(_) => Err(codes::POLICY_NOT_FOUND.into()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyText {
    policy: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetKeyPolicy {
    key_id: KeyName,
    policy: Policy,
    policy_name: Option<OpenText>,
}

pub(super) async fn set_key_policy(cx: Cx, request: SetKeyPolicy) -> Result<Done, Error> {
    require_default(request.policy_name.as_deref())?;
    let key = request.key_id.within(&cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let found = view.admit(&key, Operation::ChangePolicy)?.key();
    check(&cx, &view, found.instance.as_deref(), &request.policy)?;
    done(cx.engine.set_key_policy(cx.caller, key, request.policy.0).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetKeyPolicy {
    key_id: KeyName,
    policy_name: Option<OpenText>,
}

pub(super) fn get_key_policy(cx: &Cx, request: GetKeyPolicy) -> Result<PolicyText, Error> {
    require_default(request.policy_name.as_deref())?;
    let key = request.key_id.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(&key, Operation::ReadPolicy)?.key();
    let policy =
        key.policy.clone().unwrap_or_else(|| default_policy(&cx.caller.realm.account, "key"));
    Ok(PolicyText { policy })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetSecretPolicy {
    secret_name: SecretName,
    policy: Policy,
    policy_name: Option<OpenText>,
}

pub(super) async fn set_secret_policy(cx: Cx, request: SetSecretPolicy) -> Result<Done, Error> {
    require_default(request.policy_name.as_deref())?;
    let name = request.secret_name.within(&cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let found = view.usable_secret(&name)?;
    check(&cx, &view, found.instance.as_deref(), &request.policy)?;
    done(cx.engine.set_secret_policy(cx.caller, name, request.policy.0).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetSecretPolicy {
    secret_name: SecretName,
    policy_name: Option<OpenText>,
}

pub(super) fn get_secret_policy(cx: &Cx, request: GetSecretPolicy) -> Result<PolicyText, Error> {
    require_default(request.policy_name.as_deref())?;
    let name = request.secret_name.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let secret = view.usable_secret(&name)?;
    check_instance(&view, secret.instance.as_deref())?;
    let policy = secret.settings.policy.clone();
    Ok(PolicyText {
        policy: policy.unwrap_or_else(|| default_policy(&cx.caller.realm.account, "secret")),
    })
}
