//! Access policies of keys and secrets (newer SDKs, wire reference section 4.2). They are stored
//! and returned, but not enforced.

use serde::{Deserialize, Serialize};

use super::codes;
use super::keys::lifecycle::Policy;
use super::names::{KeyName, SecretName};
use super::values::OpenText;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::Operation;

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

/// The default policy, which allows the account everything.
fn allow_everything(account: &str, kind: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Sid":"kms default {kind} policy","Effect":"Allow","Principal":{{"RAM":["acs:ram::{account}:*"]}},"Action":["kms:*"],"Resource":["*"]}}]}}"#
    )
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
        key.policy.clone().unwrap_or_else(|| allow_everything(&cx.caller.realm.account, "key"));
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
    let secret = snapshot.view(&cx.caller).usable_secret(&name)?;
    let policy = secret.settings.policy.clone();
    Ok(PolicyText {
        policy: policy.unwrap_or_else(|| allow_everything(&cx.caller.realm.account, "secret")),
    })
}
