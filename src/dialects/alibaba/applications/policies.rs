//! Policies of application access points.

use serde::{Deserialize, Serialize};

use super::parameters::{
    AccessControlRules, Description, PageRequest, Permissions, PolicyName, Resources, Scope,
    compact, scope_word,
};
use crate::dialects::alibaba::listing::{Listing, page};
use crate::dialects::alibaba::names;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{ApplicationPolicyUpdate, NewApplicationPolicy};
use crate::model::{AccessControl, ApplicationPolicy, Realm};

/// A policy in answers. `L` is how lists are written.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described<L> {
    arn: String,
    name: String,
    description: String,
    kms_instance: String,
    permissions: L,
    resources: L,
    access_control_rules: String,
}

impl<L> Described<L> {
    fn of(realm: &Realm, policy: &ApplicationPolicy, list: fn(&Vec<String>) -> L) -> Self {
        Self {
            arn: names::arn(realm, format_args!("policy/{}", policy.name)),
            name: policy.name.to_string(),
            description: policy.description.clone(),
            kms_instance: scope_word(policy).to_owned(),
            permissions: list(&policy.permissions),
            resources: list(&policy.resources),
            access_control_rules: access_control_text(&policy.access_control),
        }
    }
}

/// Access control rules as their owner wrote them.
fn access_control_text(rules: &AccessControl) -> String {
    let plain = || format!("{{\"NetworkRules\":{}}}", compact(&rules.network_rules));
    rules.text.clone().unwrap_or_else(plain)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreatePolicy {
    name: PolicyName,
    #[serde(default)]
    kms_instance: Scope,
    permissions: Permissions,
    resources: Resources,
    access_control_rules: Option<AccessControlRules>,
    #[serde(default)]
    description: Description,
}

/// Creates a policy. The answer has the lists as JSON texts.
pub(crate) async fn create(cx: Cx, request: CreatePolicy) -> Result<Described<String>, Error> {
    let realm = cx.caller.realm.clone();
    let new = NewApplicationPolicy {
        name: request.name.0,
        instance: request.kms_instance.0,
        permissions: request.permissions.0,
        resources: request.resources.0,
        access_control: request.access_control_rules.map(|it| it.0).unwrap_or_default(),
        description: request.description.0,
    };
    let created = cx.engine.create_application_policy(cx.caller, new).await?;
    Ok(Described::of(&realm, &created, compact))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OnePolicy {
    name: PolicyName,
}

/// Describes a policy. The answer has real lists.
pub(crate) fn describe(cx: &Cx, request: OnePolicy) -> Result<Described<Vec<String>>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let found = snapshot.view(&cx.caller).application_policy(&request.name.0)?;
    Ok(Described::of(&cx.caller.realm, found, Vec::clone))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdatePolicy {
    name: PolicyName,
    permissions: Option<Permissions>,
    resources: Option<Resources>,
    access_control_rules: Option<AccessControlRules>,
    description: Option<Description>,
}

pub(crate) async fn update(cx: Cx, request: UpdatePolicy) -> Result<Done, Error> {
    let update = ApplicationPolicyUpdate {
        permissions: request.permissions.map(|it| it.0),
        resources: request.resources.map(|it| it.0),
        access_control: request.access_control_rules.map(|it| it.0),
        description: request.description.map(|it| it.0),
    };
    done(cx.engine.update_application_policy(cx.caller, request.name.0, update).await)
}

pub(crate) async fn delete(cx: Cx, request: OnePolicy) -> Result<Done, Error> {
    done(cx.engine.delete_application_policy(cx.caller, request.name.0).await)
}

/// A policy in a list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    name: String,
}

pub(crate) fn list(cx: &Cx, request: PageRequest) -> Result<Listing<Listed>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).application_policies();
    let page = page(all, request.page_number, request.page_size);
    Ok(page.listing(("Policies", "Policy"), |it| Listed { name: it.name.to_string() }))
}
