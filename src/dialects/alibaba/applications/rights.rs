//! What an application may do: what its policies allow, and nothing else. An application signs with
//! a client key, and no policy of a user concerns it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::forms::{KEY_USER, SECRET_USER, SHARED_SECRET_USER};
use super::gateway::Gateway;
use crate::dialects::alibaba::needs::{About, NeededAction, needed, of_action};
use crate::dialects::alibaba::{codes, dedicated};
use crate::dialects::wire::wildcard::matches;
use crate::dialects::{Cx, Decided, Error, Form};
use crate::engine::{Access, Authorize, View};
use crate::model::{
    ApplicationPolicy, ApplicationPolicyName, Creator, Grantee, Grants, InstanceId, Key,
    NetworkRuleName, Secret,
};
use crate::watch::{Asker, Check, DecidingStatement, Decision, PolicyRefusal, Ruling};

/// The permissions for using keys.
const USE_KEYS: &[&str] = &[KEY_USER];
/// The permissions for reading values of secrets.
const READ_SECRETS: &[&str] = &[SECRET_USER, SHARED_SECRET_USER];

/// The actions for which a permission to use keys is enough, without the names of wires.
const ON_KEYS: &[&str] = &[
    "AdvanceDecrypt",
    "AdvanceEncrypt",
    "AdvanceGenerateDataKey",
    "AdvanceGenerateDataKeyPair",
    "AdvanceGenerateDataKeyPairWithoutPlaintext",
    "AsymmetricDecrypt",
    "AsymmetricEncrypt",
    "AsymmetricSign",
    "AsymmetricVerify",
    "Decrypt",
    "Encrypt",
    "ExportDataKey",
    "GenerateAndExportDataKey",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "GetPublicKey",
    "Hash",
    "Hmac",
    "KmsDecrypt",
    "KmsEncrypt",
    "ReEncrypt",
    "Sign",
    "Verify",
    "VerifyMac",
];
/// The action that reads values of several secrets.
const BATCH: &str = "BatchGetSecretValue";
/// The actions that read values of secrets.
const ON_SECRETS: &[&str] = &[BATCH, "GetSecretValue"];

/// A request of an application, and the policies of its access point.
#[derive(Debug)]
struct Request {
    policies: Vec<Bound>,
    /// Whether the request reads values of secrets.
    is_on_secrets: bool,
}

/// A policy that an access point names.
#[derive(Debug)]
struct Bound {
    name: ApplicationPolicyName,
    /// The policy, or why it has no effect on the request.
    policy: Result<Arc<ApplicationPolicy>, String>,
}

/// Where a resource is. A policy for an instance is for what is in it.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// In this instance, or in none.
    In(Option<&'a str>),
    /// The resource does not exist.
    Nowhere,
}

impl Request {
    /// A request of this context's application. `None` if another sent it.
    fn of(cx: &Cx, api: &str, gateway: &Gateway<'_>) -> Option<Self> {
        let name = cx.application.as_ref()?;
        let snapshot = cx.engine.snapshot(&cx.caller);
        let view = snapshot.view(&cx.caller);
        let names = view.application(name).map_or(&[][..], |it| &it.policies);
        let policies = names.iter().map(|name| Bound {
            name: name.clone(),
            policy: effective(view, name, gateway, cx.peer),
        });
        let is_on_secrets = ON_SECRETS.contains(&api);
        Some(Self { policies: policies.collect(), is_on_secrets })
    }

    fn effective(&self) -> impl Iterator<Item = &ApplicationPolicy> {
        self.policies.iter().filter_map(|it| it.policy.as_deref().ok())
    }

    /// Whether the request may run an action of this name at all.
    fn may_run(&self, api: &str) -> bool {
        let permissions = if self.is_on_secrets { READ_SECRETS } else { USE_KEYS };
        let is_open = self.is_on_secrets || ON_KEYS.contains(&api);
        is_open && self.effective().any(|policy| has_permission(policy, permissions))
    }

    /// Whether some policy has one of these permissions for this resource.
    fn covers(&self, permissions: &[&str], resource: &str, place: Place<'_>) -> bool {
        self.effective().any(|it| obstacle(it, permissions, resource, place).is_none())
    }

    /// Decides about an action on a resource.
    fn ruling(&self, api: &str, needed: &NeededAction) -> Ruling {
        let mut ruling = Ruling {
            is_allowed: false,
            why: "client keys may only use keys and read the values of secrets",
            layer: "access point",
            statement: None,
            refusals: Vec::new(),
        };
        if !self.is_on_secrets && !ON_KEYS.contains(&api) {
            return ruling;
        }
        let resource = name_in_arn(&needed.resource);
        let permissions = if resource.starts_with("secret/") { READ_SECRETS } else { USE_KEYS };
        let place = match &needed.about {
            About::Key(key) => Place::In(key.instance.as_deref()),
            About::Secret(secret) => Place::In(secret.instance.as_deref()),
            About::Certificate(_) | About::Other => Place::Nowhere,
        };
        for Bound { name, policy } in &self.policies {
            let why = match policy {
                Err(why) => Some(why.clone()),
                Ok(policy) => obstacle(policy, permissions, resource, place)
                    .map(|it| it.text(policy, permissions, resource)),
            };
            let policy = name.to_string();
            let Some(why) = why else {
                let statement = Some(DecidingStatement { policy, at: None, name: None });
                return Ruling { is_allowed: true, why: "a policy allows it", statement, ..ruling };
            };
            ruling.refusals.push(PolicyRefusal { policy, why });
        }
        Ruling { why: "no policy of the access point allows it", ..ruling }
    }

    /// Decides about everything that an action with these parameters needs.
    ///
    /// # Errors
    /// There is no such action, or a parameter that names a resource is missing or wrong.
    fn judge(&self, cx: &Cx, action: &str, params: &Form) -> Result<Decision, Error> {
        let found = of_action(action).ok_or(codes::INVALID_ACTION_NOT_FOUND)?;
        let mut needed = needed(cx, found, params)?.actions;
        if needed.is_empty() {
            // It still needs a policy with the permission.
            let (resource, about) = (EVERYTHING.to_owned(), About::Other);
            needed.push(NeededAction { action: found.1, resource, about });
        }
        let checks = needed.into_iter().map(|it| Check {
            action: format!("kms:{}", it.action),
            ruling: Some(self.ruling(api_of(action), &it)),
            resource: it.resource,
        });
        let application = cx.application.as_ref().map(ToString::to_string).unwrap_or_default();
        let asker = Asker::Application(application);
        Ok(Decision { asker, is_enforced: true, checks: checks.collect() })
    }
}

/// The resource of what is about no key and no secret.
const EVERYTHING: &str = "*";

/// What a policy lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    Permission,
    Instance,
    Resource,
}

/// What keeps a policy from giving one of these permissions for a resource.
fn obstacle(
    policy: &ApplicationPolicy,
    permissions: &[&str],
    resource: &str,
    place: Place<'_>,
) -> Option<Obstacle> {
    let is_in_place = |own: &InstanceId| match place {
        Place::In(instance) => instance == Some(own.as_str()),
        Place::Nowhere => true,
    };
    if !has_permission(policy, permissions) {
        Some(Obstacle::Permission)
    } else if resource == EVERYTHING {
        None
    } else if !policy.instance.as_ref().is_none_or(is_in_place) {
        Some(Obstacle::Instance)
    } else {
        let is_covered = policy.resources.iter().any(|pattern| matches(pattern, resource));
        (!is_covered).then_some(Obstacle::Resource)
    }
}

impl Obstacle {
    fn text(self, policy: &ApplicationPolicy, permissions: &[&str], resource: &str) -> String {
        match self {
            Self::Permission => format!("it lacks the permission {}", permissions.join(" or ")),
            Self::Instance => {
                let own = policy.instance.as_ref().map_or("", InstanceId::as_str);
                format!("it is for what is in the instance {own}, and {resource} is not")
            }
            Self::Resource => {
                let patterns = listed(policy.resources.iter().map(String::as_str));
                format!("none of its resources covers {resource}: {patterns}")
            }
        }
    }
}

/// How many names a sentence lists.
const LISTED: usize = 10;

/// Names for a sentence.
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let mut list = names.take(LISTED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        list.extend([" and ", &more.to_string(), " more"]);
    }
    if list.is_empty() { "it has none".to_owned() } else { list }
}

fn has_permission(policy: &ApplicationPolicy, permissions: &[&str]) -> bool {
    policy.permissions.iter().any(|own| permissions.contains(&own.as_str()))
}

/// The end of an ARN, after region and account: `key/a` of `acs:kms:cn-hangzhou:1:key/a`.
fn name_in_arn(arn: &str) -> &str {
    arn.splitn(5, ':').nth(4).unwrap_or(arn)
}

fn api_of(action: &str) -> &str {
    action.strip_prefix(dedicated::request::PREFIX).unwrap_or(action)
}

impl Authorize for Request {
    /// A secret without a key of its own is sealed with the service's: for that, the right to read
    /// the secret is enough.
    fn allows(&self, key: &Key, _: Grants<'_>) -> bool {
        let place = Place::In(key.instance.as_deref());
        self.is_on_secrets && matches!(key.creator, Creator::Service(_))
            || self.covers(USE_KEYS, &format!("key/{}", key.id), place)
    }

    fn may_grant(&self, _: &Key, _: Grants<'_>, _: &BTreeSet<String>) -> bool {
        false
    }

    fn is_forbidden(&self, _: &Key) -> bool {
        true
    }

    fn may_read(&self, secret: &Secret) -> bool {
        let resource = format!("secret/{}", secret.name);
        self.covers(READ_SECRETS, &resource, Place::In(secret.instance.as_deref()))
    }

    fn is_among(&self, _: &Grantee) -> bool {
        false
    }
}

/// Limits a request of an application to what its policies allow, and notes the decision for the
/// journal. Requests of others are not concerned.
///
/// # Errors
/// No policy allows the action, or the action on the resource.
pub(crate) fn permit(
    cx: &mut Cx,
    action: &str,
    gateway: &Gateway<'_>,
    params: &Form,
) -> Result<(), Error> {
    let api = api_of(action);
    let Some(request) = Request::of(cx, api, gateway) else { return Ok(()) };
    let may_run = request.may_run(api);
    // If the parameters name no resource, the handler refuses them.
    let decision = request.judge(cx, action, params).ok();
    let denied = decision.as_ref().and_then(Decision::denied).map(|it| it.resource.clone());
    cx.decision = decision.map(Arc::new);
    cx.caller.access = Access::Limited(Arc::new(request));
    match denied {
        // Each secret of a batch has its own error.
        _ if may_run && api == BATCH => Ok(()),
        None if may_run => Ok(()),
        None => Err(codes::FORBIDDEN_NO_PERMISSION.into()),
        Some(resource) if resource == EVERYTHING => Err(codes::FORBIDDEN_NO_PERMISSION.into()),
        Some(resource) => {
            // The dedicated gateway's message has the bare name.
            let name = name_in_arn(&resource);
            let name = name.split_once('/').map_or(name, |(_, name)| name);
            let named = if api == action { resource.as_str() } else { name };
            Err(codes::FORBIDDEN_NO_PERMISSION_FOR.with(&[named]).into())
        }
    }
}

/// Decides whether an application may do what a request asks. `None` if another asks.
///
/// # Errors
/// There is no such action, or a parameter that names a resource is missing or wrong.
pub(crate) fn decide(
    cx: &Cx,
    action: &str,
    gateway: &Gateway<'_>,
    params: &Form,
) -> Option<Decided> {
    Some(Request::of(cx, api_of(action), gateway)?.judge(cx, action, params))
}

/// The policy of this name, if it is for the gateway, and for where the request came from.
/// Otherwise why it is not.
fn effective(
    view: View<'_>,
    name: &ApplicationPolicyName,
    gateway: &Gateway<'_>,
    peer: Option<IpAddr>,
) -> Result<Arc<ApplicationPolicy>, String> {
    let Ok(policy) = view.application_policy(name) else {
        return Err("there is no such policy".to_owned());
    };
    let instance = policy.instance.as_ref().map(InstanceId::as_str);
    if !gateway.is_for(instance) {
        return Err(match instance {
            Some(instance) => format!("it is for the dedicated gateway of the instance {instance}"),
            None => "it is for the shared gateway".to_owned(),
        });
    }
    let names = &policy.access_control.network_rules;
    let lets_in = |name: &NetworkRuleName| {
        let (Ok(rule), Some(peer)) = (view.network_rule(name), peer) else { return false };
        gateway.counts(rule.kind) && rule.sources.iter().any(|source| source.contains(peer))
    };
    if names.is_empty() || names.iter().any(lets_in) {
        return Ok(Arc::clone(policy));
    }
    let described = |name: &NetworkRuleName| match view.network_rule(name) {
        Err(_) => format!("{name} does not exist"),
        Ok(rule) if !gateway.counts(rule.kind) => {
            format!("{name} is for another network than this gateway's")
        }
        Ok(_) => format!("{name} has other addresses"),
    };
    let rules: Vec<_> = names.iter().take(LISTED).map(described).collect();
    let from = peer.map_or("an unknown address".to_owned(), |peer| peer.to_string());
    Err(format!("no network rule of it lets {from} in: {}", rules.join(", ")))
}
