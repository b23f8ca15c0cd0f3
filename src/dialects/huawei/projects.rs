//! Projects: an account's parts, each in one region. Paths name the project.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::dialects::gate::Gate;
use crate::dialects::users::Project;
use crate::dialects::{Account, Cx};

/// The regions of the SDK's list.
#[rustfmt::skip]
pub(super) const REGIONS: &[&str] = &[
    "ae-ad-1", "af-north-1", "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "cn-east-2", "cn-east-3", "cn-east-4", "cn-east-5",
    "cn-north-1", "cn-north-2", "cn-north-4", "cn-north-9", "cn-north-11", "cn-north-12",
    "cn-south-1", "cn-south-2", "cn-south-4", "cn-southwest-2", "cn-southwest-3", "eu-west-101",
    "la-north-2", "la-south-2", "me-east-1", "my-kualalumpur-1", "na-mexico-1", "ru-moscow-1",
    "sa-brazil-1", "tr-west-1",
];
/// Used when a request names no project and the server has no `--region`.
pub(super) const DEFAULT_REGION: &str = "cn-north-4";

/// The regions by the ids of the projects that an account has if it lists none.
static DERIVED: LazyLock<HashMap<Arc<str>, &'static str>> =
    LazyLock::new(|| REGIONS.iter().map(|region| (derived_id(region), *region)).collect());

/// The id of the project in this region of an account that lists none.
pub(super) fn derived_id(region: &str) -> Arc<str> {
    Project::derived(&"".into(), region).id
}

/// The region of a project in a path. `None` if the account has no such project.
///
/// An account that lists no projects has one in each region. Any other id stands for its project in
/// the default region then, unless another account lists it.
pub(super) fn region<'a>(gate: &'a Gate, account: &'a Account, id: &str) -> Option<&'a str> {
    if !account.projects.is_empty() {
        return account.projects.iter().find(|it| *it.id == *id).map(|it| &*it.region);
    }
    if gate.accounts.of_project(id).is_some() || !is_id(id) {
        return None;
    }
    Some(DERIVED.get(id).copied().unwrap_or_else(|| gate.default_region()))
}

/// Whether a text has the form of a project's id.
fn is_id(text: &str) -> bool {
    let is_legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(is_legal)
}

/// Every project of an account.
pub(super) fn all(account: &Account, default_region: &str) -> Vec<Project> {
    if !account.projects.is_empty() {
        return account.projects.clone();
    }
    let own = (!REGIONS.contains(&default_region)).then_some(default_region);
    let regions = REGIONS.iter().copied().chain(own);
    regions.map(|region| Project::derived(&account.id, region)).collect()
}

/// The project of this id of an account that lists none, if it is not one of [`all`].
pub(super) fn unlisted(account: &Account, id: &str, default_region: &str) -> Option<Project> {
    let is_any = account.projects.is_empty() && is_id(id);
    is_any.then(|| Project { id: id.into(), ..Project::derived(&account.id, default_region) })
}

/// The ids that an account has in this cloud. Most have one.
pub(super) fn domains(account: &Account) -> impl Iterator<Item = &str> {
    let mut ids: Vec<&str> = account.projects.iter().map(|project| &*project.domain).collect();
    if ids.is_empty() {
        ids.push(&account.id);
    }
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
}

/// The account's name. An account without a name has its id in its place.
pub(super) fn domain_name(account: &Account) -> &str {
    account.name.as_deref().unwrap_or(&account.id)
}

/// The account's id in this cloud, where the caller's project is.
pub(super) fn domain(cx: &Cx) -> &str {
    let region = &cx.caller.realm.region;
    let project = cx.account.projects.iter().find(|project| project.region == *region);
    project.map_or(&cx.account.id, |project| &project.domain)
}
