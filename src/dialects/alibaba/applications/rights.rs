//! What an application may do: what its policies allow, and nothing else. An application signs with
//! a client key, and no policy of a user concerns it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::forms::{KEY_USER, SECRET_USER, SHARED_SECRET_USER};
use crate::dialects::alibaba::{codes, dedicated};
use crate::dialects::wire::wildcard::matches;
use crate::dialects::{Cx, Error};
use crate::engine::{Access, Authorize, View};
use crate::model::{
    ApplicationPolicy, Creator, Grantee, Grants, InstanceId, Key, NetworkKind, NetworkRuleName,
    Secret,
};

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
/// The actions that read values of secrets.
const ON_SECRETS: &[&str] = &["BatchGetSecretValue", "GetSecretValue"];

/// The gateway that a request was sent to. Policies are for one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gateway<'a> {
    /// The one that all instances share.
    Shared,
    /// That of the instance with this id.
    Dedicated(&'a str),
    /// That of some instance: the host does not say which.
    AnyDedicated,
    /// The host says nothing.
    Any,
}

impl Gateway<'_> {
    /// Whether a policy for this instance, or for the shared gateway, is for this gateway.
    fn is_for(&self, instance: Option<&str>) -> bool {
        match (self, instance) {
            (Self::Shared, instance) => instance.is_none(),
            (Self::Dedicated(own), instance) => instance == Some(own),
            (Self::AnyDedicated, instance) => instance.is_some(),
            (Self::Any, _) => true,
        }
    }

    /// Whether network rules of this kind count here: each gateway is reached over other networks.
    fn counts(&self, kind: NetworkKind) -> bool {
        match self {
            Self::Shared => kind != NetworkKind::Private,
            Self::Dedicated(_) | Self::AnyDedicated => kind == NetworkKind::Private,
            Self::Any => true,
        }
    }
}

/// A request of an application.
#[derive(Debug)]
struct Request {
    /// The policies that are for the gateway, and for where the request came from.
    policies: Vec<Arc<ApplicationPolicy>>,
    /// Whether the request reads values of secrets.
    is_on_secrets: bool,
}

impl Request {
    /// Whether some policy has one of these permissions.
    fn has(&self, permissions: &[&str]) -> bool {
        self.policies.iter().any(|policy| is_among(policy, permissions))
    }

    /// Whether some policy has one of these permissions for this resource. A policy for an instance
    /// is for what is in it.
    fn covers(&self, permissions: &[&str], resource: &str, instance: Option<&str>) -> bool {
        self.policies.iter().any(|policy| {
            is_among(policy, permissions)
                && policy.instance.as_ref().is_none_or(|own| instance == Some(own.as_str()))
                && policy.resources.iter().any(|pattern| matches(pattern, resource))
        })
    }
}

fn is_among(policy: &ApplicationPolicy, permissions: &[&str]) -> bool {
    policy.permissions.iter().any(|own| permissions.contains(&own.as_str()))
}

impl Authorize for Request {
    /// A secret without a key of its own is sealed with the service's: for that, the right to read
    /// the secret is enough.
    fn allows(&self, key: &Key, _: Grants<'_>) -> bool {
        self.is_on_secrets && matches!(key.creator, Creator::Service(_))
            || self.covers(USE_KEYS, &format!("key/{}", key.id), key.instance.as_deref())
    }

    fn may_grant(&self, _: &Key, _: Grants<'_>, _: &BTreeSet<String>) -> bool {
        false
    }

    fn is_forbidden(&self, _: &Key) -> bool {
        true
    }

    fn may_read(&self, secret: &Secret) -> bool {
        let resource = format!("secret/{}", secret.name);
        self.covers(READ_SECRETS, &resource, secret.instance.as_deref())
    }

    fn is_among(&self, _: &Grantee) -> bool {
        false
    }
}

/// Limits a request of an application to what its policies allow. Requests of others are not
/// concerned.
///
/// # Errors
/// No policy allows the action, whatever it is about.
pub(crate) fn permit(cx: &mut Cx, action: &str, gateway: &Gateway<'_>) -> Result<(), Error> {
    let Some(name) = &cx.application else { return Ok(()) };
    let api = action.strip_prefix(dedicated::request::PREFIX).unwrap_or(action);
    let is_on_secrets = ON_SECRETS.contains(&api);
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let names =
        view.application(name).map_or(Cow::Owned(Vec::new()), |it| Cow::Borrowed(&it.policies));
    let policies = names.iter().filter_map(|name| view.application_policy(name).ok());
    let policies = policies.filter(|policy| {
        gateway.is_for(policy.instance.as_ref().map(InstanceId::as_str))
            && is_from(view, policy, gateway, cx.peer)
    });
    let request = Request { policies: policies.cloned().collect(), is_on_secrets };
    let may = if is_on_secrets {
        request.has(READ_SECRETS)
    } else {
        ON_KEYS.contains(&api) && request.has(USE_KEYS)
    };
    if !may {
        return Err(codes::FORBIDDEN_NO_PERMISSION.into());
    }
    cx.caller.access = Access::Limited(Arc::new(request));
    Ok(())
}

/// Whether a request came from where a policy wants it to come from.
fn is_from(
    view: View<'_>,
    policy: &ApplicationPolicy,
    gateway: &Gateway<'_>,
    peer: Option<IpAddr>,
) -> bool {
    let rules = &policy.access_control.network_rules;
    let has_it = |name: &NetworkRuleName| {
        let (Ok(rule), Some(peer)) = (view.network_rule(name), peer) else { return false };
        gateway.counts(rule.kind) && rule.sources.iter().any(|source| source.contains(peer))
    };
    rules.is_empty() || rules.iter().any(has_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_for_gateways() {
        use Gateway::{Any, AnyDedicated, Dedicated, Shared};
        for (gateway, instance, is) in [
            (Shared, None, true),
            (Shared, Some("a"), false),
            (Dedicated("a"), Some("a"), true),
            (Dedicated("a"), Some("b"), false),
            (Dedicated("a"), None, false),
            (AnyDedicated, Some("a"), true),
            (AnyDedicated, None, false),
            (Any, Some("a"), true),
            (Any, None, true),
        ] {
            assert_eq!(gateway.is_for(instance), is, "{gateway:?} {instance:?}");
        }
        let kinds = [NetworkKind::Private, NetworkKind::Public, NetworkKind::Vpc];
        for (gateway, counting) in [
            (Shared, &kinds[1..]),
            (Dedicated("a"), &kinds[..1]),
            (AnyDedicated, &kinds[..1]),
            (Any, &kinds[..]),
        ] {
            let counts: Vec<_> = kinds.into_iter().filter(|kind| gateway.counts(*kind)).collect();
            assert_eq!(counts, counting, "{gateway:?}");
        }
    }
}
