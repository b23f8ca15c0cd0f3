//! Network rules of policies.

use serde::{Deserialize, Serialize};

use super::parameters::{Description, PageRequest, RuleName, RuleType, Sources, compact};
use crate::dialects::alibaba::listing::{Listing, page};
use crate::dialects::alibaba::names;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::NewNetworkRule;
use crate::model::{NetworkRule, Realm};

/// A network rule in answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    arn: String,
    r#type: RuleType,
    description: String,
    /// A JSON list of addresses.
    source_private_ip: String,
}

impl Described {
    fn of(realm: &Realm, rule: &NetworkRule) -> Self {
        Self {
            arn: names::arn(realm, format_args!("network/{}", rule.name)),
            r#type: rule.kind.into(),
            description: rule.description.clone(),
            source_private_ip: compact(&rule.sources),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateNetworkRule {
    name: RuleName,
    r#type: RuleType,
    #[serde(default)]
    source_private_ip: Sources,
    #[serde(default)]
    description: Description,
}

/// A new network rule. Only this answer has the name.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created {
    name: String,
    #[serde(flatten)]
    described: Described,
}

pub(crate) async fn create(cx: Cx, request: CreateNetworkRule) -> Result<Created, Error> {
    let realm = cx.caller.realm.clone();
    let new = NewNetworkRule {
        name: request.name.0,
        kind: request.r#type.into(),
        sources: request.source_private_ip.0,
        description: request.description.0,
    };
    let created = cx.engine.create_network_rule(cx.caller, new).await?;
    Ok(Created { name: created.name.to_string(), described: Described::of(&realm, &created) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneNetworkRule {
    name: RuleName,
}

pub(crate) fn describe(cx: &Cx, request: OneNetworkRule) -> Result<Described, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let found = snapshot.view(&cx.caller).network_rule(&request.name.0)?;
    Ok(Described::of(&cx.caller.realm, found))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateNetworkRule {
    name: RuleName,
    source_private_ip: Option<Sources>,
    description: Option<Description>,
}

pub(crate) async fn update(cx: Cx, request: UpdateNetworkRule) -> Result<Done, Error> {
    let sources = request.source_private_ip.map(|it| it.0);
    let description = request.description.map(|it| it.0);
    done(cx.engine.update_network_rule(cx.caller, request.name.0, sources, description).await)
}

pub(crate) async fn delete(cx: Cx, request: OneNetworkRule) -> Result<Done, Error> {
    done(cx.engine.delete_network_rule(cx.caller, request.name.0).await)
}

/// A network rule in a list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    name: String,
    r#type: RuleType,
}

pub(crate) fn list(cx: &Cx, request: PageRequest) -> Result<Listing<Listed>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).network_rules();
    let page = page(all, request.page_number, request.page_size);
    Ok(page.listing(("NetworkRules", "NetworkRule"), |it| Listed {
        name: it.name.to_string(),
        r#type: it.kind.into(),
    }))
}
