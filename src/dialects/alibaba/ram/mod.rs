//! Access control for the users of an account (Resource Access Management). An account's own access
//! keys may do everything; its users may do what policies allow, if the account enforces that.
//!
//! `needs/` says which actions on which resources a request needs. `layers.rs` decides about each
//! of them with the policies, which `document.rs` and `conditions.rs` have read. The engine then
//! lets the request reach only the keys that were checked.

mod conditions;
#[cfg(test)]
mod decisions;
pub(super) mod document;
mod layers;
mod pattern;
mod properties;
mod reading;
mod rights;
mod system;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) use rights::{POLICIES, Rights};
use serde_json::{Value, json};

use super::codes;
use super::needs::{About, Needed, NeededAction, needed, of_action};
use crate::dialects::accounts::UserAccess;
use crate::dialects::{Cx, Decided, Error, Form};
use crate::engine::{Access, Authorize};
use crate::model::{Creator, Grantee, Grants, Key, KeyId, Secret};
use crate::watch::{Asker, Check, Decision};
use document::{Document, default_policy, read_policy_of_resource};
use layers::{Layer, Layers, Question, ResourcePolicy, User};
use properties::Request;

/// The keys that a request may reach.
#[derive(Debug)]
struct Reachable {
    keys: Vec<KeyId>,
    service_keys: bool,
}

impl Authorize for Reachable {
    fn allows(&self, key: &Key, _: Grants<'_>) -> bool {
        let is_service_key = matches!(key.creator, Creator::Service(_));
        self.keys.contains(&key.id) || self.service_keys && is_service_key
    }

    fn may_grant(&self, _: &Key, _: Grants<'_>, _: &BTreeSet<String>) -> bool {
        false
    }

    fn is_forbidden(&self, key: &Key) -> bool {
        !self.keys.contains(&key.id)
    }

    /// The right to a secret is checked before.
    fn may_read(&self, _: &Secret) -> bool {
        true
    }

    fn is_among(&self, _: &Grantee) -> bool {
        false
    }
}

/// Checks that a user may do what its request asks, and limits the request to the keys that were
/// checked. The decision is noted for the journal.
///
/// # Errors
/// A user may not, or a parameter that names a resource is missing or wrong.
pub(super) fn permit(
    cx: &mut Cx,
    rights: &Rights,
    access_key: Option<&str>,
    action: &str,
    params: &Form,
) -> Result<(), Error> {
    let is_enforced = cx.account.user_access == UserAccess::Enforced;
    let (decision, needed) = match judge(cx, rights, access_key, action, params) {
        Some(Ok(decided)) => decided,
        Some(Err(error)) if is_enforced => return Err(error),
        // The account itself asks, or the handler refuses the parameter.
        None | Some(Err(_)) => return Ok(()),
    };
    let refused = decision.denied().map(|check| check.resource.clone());
    cx.decision = Some(Arc::new(decision));
    if let Some(resource) = refused {
        return Err(codes::FORBIDDEN_NO_PERMISSION_FOR.with(&[&resource]).into());
    }
    if is_enforced {
        let Needed { keys, reaches_service_keys: service_keys, .. } = needed;
        cx.caller.access = Access::Limited(Arc::new(Reachable { keys, service_keys }));
    }
    Ok(())
}

/// Decides whether a user may do what a request asks. `None` for the account itself.
///
/// # Errors
/// There is no such action, or a parameter that names a resource is missing or wrong.
pub(super) fn decide(
    cx: &Cx,
    rights: &Rights,
    access_key: &str,
    action: &str,
    params: &Form,
) -> Option<Decided> {
    let judged = judge(cx, rights, Some(access_key), action, params)?;
    Some(judged.map(|(decision, _)| decision))
}

fn judge(
    cx: &Cx,
    rights: &Rights,
    access_key: Option<&str>,
    action: &str,
    params: &Form,
) -> Option<Result<(Decision, Needed), Error>> {
    let user = cx.user.as_ref()?;
    let found = of_action(action).ok_or_else(|| codes::INVALID_ACTION_NOT_FOUND.into());
    let needed = match found.and_then(|found| needed(cx, found, params)) {
        Ok(needed) => needed,
        Err(error) => return Some(Err(error)),
    };
    let is_enforced = cx.account.user_access == UserAccess::Enforced;
    let check = |it: &NeededAction| {
        let action = format!("kms:{}", it.action);
        let ruling = is_enforced.then(|| {
            let of_resource = resource_policy(&cx.account.id, &it.about);
            let layers = Layers {
                user: User {
                    account: &cx.account.id,
                    name: &user.name,
                    is_role: user.is_role,
                    account_principal: cx.account.account_principal,
                },
                control: rights.of_directory(&cx.account.id),
                identity: rights.of_user(&cx.account.id, &user.id),
                session: access_key.and_then(|id| rights.of_session(id)),
                of_resource: of_resource
                    .as_ref()
                    .map(|(layer, document)| ResourcePolicy { layer: *layer, document }),
            };
            let properties = &Request::new(cx, params, it);
            let action = &action.to_ascii_lowercase();
            Question { action, resource: &it.resource, properties }.ruling(&layers)
        });
        Check { action, resource: it.resource.clone(), ruling }
    };
    let checks = needed.actions.iter().map(check).collect();
    let name = user.name.clone();
    let asker = if user.is_role { Asker::Role(name) } else { Asker::User(name) };
    Some(Ok((Decision { asker, is_enforced, checks }, needed)))
}

/// The policy of a key or secret of an instance. Elsewhere, policies have no effect. One that is
/// not understood, which older data may have, allows and denies nothing.
fn resource_policy(account: &str, about: &About) -> Option<(Layer, Document)> {
    let (layer, kind, own) = match about {
        About::Key(key) if key.instance.is_some() => (Layer::Key, "key", key.policy.as_ref()),
        About::Secret(secret) if secret.instance.is_some() => {
            (Layer::Secret, "secret", secret.settings.policy.as_ref())
        }
        _ => return None,
    };
    let text = own.map_or_else(|| default_policy(account, kind).into(), Cow::from);
    Some((layer, read_policy_of_resource(&text).ok()?))
}

/// The smallest policy that allows these actions on these resources. Resources that need the same
/// actions share a statement.
pub(super) fn smallest_policy(needed: &[(String, String)]) -> Value {
    let mut by_resource: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (action, resource) in needed {
        by_resource.entry(resource).or_default().insert(action);
    }
    let mut by_actions: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (resource, actions) in by_resource {
        by_actions.entry(actions).or_default().push(resource);
    }
    let statement = |(actions, resources): (BTreeSet<&str>, Vec<&str>)| json!({ "Effect": "Allow", "Action": actions, "Resource": resources });
    let statements: Vec<Value> = by_actions.into_iter().map(statement).collect();
    json!({ "Version": document::VERSION, "Statement": statements })
}
