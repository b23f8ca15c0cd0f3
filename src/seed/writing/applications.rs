//! Applications, their policies, network rules and client keys in exports.

use zeroize::Zeroizing;

use crate::model::{AccessControl, Application, ApplicationPolicy, ClientKey, NetworkRule};
use crate::seed::document::{
    ApplicationEntry, ApplicationPolicyEntry, ClientKeyEntry, NetworkRuleEntry,
};
use crate::seed::when::time;
use crate::seed::words::{Text, hidden, located, placed};

pub(super) fn application_entry(it: &Application) -> ApplicationEntry {
    ApplicationEntry {
        name: located(it.name.clone()),
        policies: placed(it.policies.iter().cloned().map(located).collect()),
        ordinal: Some(placed(it.ordinal)),
        description: it.description.clone(),
        created_at: Some(time(it.created_at)),
    }
}

pub(super) fn application_policy_entry(it: &ApplicationPolicy) -> ApplicationPolicyEntry {
    let texts = |texts: &[String]| texts.iter().cloned().map(Text).map(located).collect();
    let AccessControl { network_rules, text } = &it.access_control;
    // The text names the same rules.
    let network_rules = if text.is_none() { network_rules.clone() } else { Vec::new() };
    ApplicationPolicyEntry {
        name: located(it.name.clone()),
        ordinal: Some(placed(it.ordinal)),
        instance: it.instance.clone().map(located),
        permissions: texts(&it.permissions),
        resources: texts(&it.resources),
        network_rules: network_rules.into_iter().map(located).collect(),
        access_control: text.clone().map(Text).map(located),
        description: it.description.clone(),
        created_at: Some(time(it.created_at)),
    }
}

pub(super) fn network_rule_entry(it: &NetworkRule) -> NetworkRuleEntry {
    NetworkRuleEntry {
        name: located(it.name.clone()),
        ordinal: Some(placed(it.ordinal)),
        kind: Some(located(it.kind)),
        sources: it.sources.iter().cloned().map(located).collect(),
        description: it.description.clone(),
        created_at: Some(time(it.created_at)),
    }
}

pub(super) fn client_key_entry(it: &ClientKey) -> ClientKeyEntry {
    ClientKeyEntry {
        id: located(it.id.clone()),
        application: located(it.application.clone()),
        public_key: hidden(Zeroizing::new(it.public_key.clone())),
        ordinal: Some(placed(it.ordinal)),
        not_before: Some(time(it.not_before)),
        not_after: Some(time(it.not_after)),
        created_at: Some(time(it.created_at)),
    }
}
