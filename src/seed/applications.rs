//! Applications, their policies and network rules in seeds.

use super::document::{ApplicationEntry, ApplicationPolicyEntry, NetworkRuleEntry};
use super::error::{Place, SeedError};
use super::realm_builder::RealmBuilder;
use super::words::{Located, Text, Word};
use crate::engine::{ApplicationRules, NameRule};
use crate::model::{AccessControl, Application, ApplicationPolicy, NetworkKind, NetworkRule};

/// Checks that a value has the form that the cloud demands.
fn check<T: Word>(
    rule: &NameRule,
    field: &str,
    value: &Located<T>,
    place: Place<'_>,
) -> Result<(), SeedError> {
    rule.check(&value.value.0.write()).map_err(|what| place.wrong(field, value, what))
}

/// The values of a list, after the same check.
fn checked<T: Word + Clone>(
    rule: &NameRule,
    field: &str,
    values: &[Located<T>],
    place: Place<'_>,
) -> Result<Vec<T>, SeedError> {
    let checked = values.iter().enumerate().map(|(index, value)| {
        check(rule, &format!("{field}[{index}]"), value, place)?;
        Ok(value.value.0.clone())
    });
    checked.collect()
}

impl RealmBuilder<'_> {
    /// The cloud's rules for applications, and the check of a name by them.
    pub(super) fn application_rules<T: Word>(
        &self,
        (field, name): (&str, &Located<T>),
        place: Place<'_>,
    ) -> Result<&'static ApplicationRules, SeedError> {
        let Some(rules) = &self.rules.applications else {
            return Err(place.wrong(field, name, "this cloud has no applications"));
        };
        check(&rules.names, field, name, place)?;
        Ok(rules)
    }

    /// Adds an application, unless one with its name exists.
    pub(super) fn add_application(
        &mut self,
        entry: &ApplicationEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let name = &entry.name.value.0;
        let rules = self.application_rules(("name", &entry.name), place)?;
        let policies = checked(&rules.names, "policies", &entry.policies.value, place)?;
        rules
            .check_policies(&policies)
            .map_err(|what| place.wrong("policies", &entry.policies, what))?;
        if self.base.applications.named(name).is_some() {
            return Ok(());
        }
        if self.state.applications.named(name).is_some() {
            return Err(place.wrong("name", &entry.name, "given twice"));
        }
        let application = Application {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            name: name.clone(),
            policies,
            description: entry.description.clone(),
            created_at: self.time(entry.created_at.as_ref()).unwrap_or(self.now),
        };
        self.insert(application);
        Ok(())
    }

    /// Adds a policy of applications, unless one with its name exists.
    pub(super) fn add_application_policy(
        &mut self,
        entry: &ApplicationPolicyEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let name = &entry.name.value.0;
        let rules = self.application_rules(("name", &entry.name), place)?;
        let texts = |texts: Vec<Text>| texts.into_iter().map(|text| text.0).collect();
        let permissions = checked(&rules.permissions, "permissions", &entry.permissions, place)?;
        let resources = checked(&rules.resources, "resources", &entry.resources, place)?;
        let access_control = entry.access_control(rules, place)?;
        if self.base.application_policies.named(name).is_some() {
            return Ok(());
        }
        if self.state.application_policies.named(name).is_some() {
            return Err(place.wrong("name", &entry.name, "given twice"));
        }
        let policy = ApplicationPolicy {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            name: name.clone(),
            instance: entry.instance.as_ref().map(|it| it.value.0.clone()),
            permissions: texts(permissions),
            resources: texts(resources),
            access_control,
            description: entry.description.clone(),
            created_at: self.time(entry.created_at.as_ref()).unwrap_or(self.now),
        };
        self.insert(policy);
        Ok(())
    }

    /// Adds a network rule, unless one with its name exists.
    pub(super) fn add_network_rule(
        &mut self,
        entry: &NetworkRuleEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let name = &entry.name.value.0;
        let rules = self.application_rules(("name", &entry.name), place)?;
        let sources: Vec<_> = entry.sources.iter().map(|it| it.value.0.clone()).collect();
        rules.check_sources(&sources).map_err(|what| place.wrong("sources", &entry.name, what))?;
        if self.base.network_rules.named(name).is_some() {
            return Ok(());
        }
        if self.state.network_rules.named(name).is_some() {
            return Err(place.wrong("name", &entry.name, "given twice"));
        }
        let rule = NetworkRule {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            name: name.clone(),
            kind: entry.kind.as_ref().map_or(NetworkKind::Private, |kind| kind.value.0),
            sources,
            description: entry.description.clone(),
            created_at: self.time(entry.created_at.as_ref()).unwrap_or(self.now),
        };
        self.insert(rule);
        Ok(())
    }
}

impl ApplicationPolicyEntry {
    /// Where requests must come from: the network rules, or the text that names them.
    fn access_control(
        &self,
        rules: &ApplicationRules,
        place: Place<'_>,
    ) -> Result<AccessControl, SeedError> {
        let Some(written) = &self.access_control else {
            let names = checked(&rules.names, "network_rules", &self.network_rules, place)?;
            return Ok(AccessControl { network_rules: names, text: None });
        };
        if !self.network_rules.is_empty() {
            let what = "cannot be given with network_rules";
            return Err(place.wrong("access_control", written, what));
        }
        let text = &written.value.0.0;
        let network_rules = (rules.network_rules)(text).ok_or_else(|| {
            place.wrong("access_control", written, "not a text that names network rules")
        })?;
        Ok(AccessControl { network_rules, text: Some(text.clone()) })
    }
}
