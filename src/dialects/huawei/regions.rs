//! Keys in several regions: replicas, their primary, and the regions.

use serde::{Deserialize, Serialize};

use super::page::Page;
use super::projects;
use super::tags::{self, NewTag};
use super::values::{Decimal, KeyName, group, key_description, own_alias};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::NewReplica;

#[derive(Deserialize)]
pub(crate) struct ReplicateKey {
    key_id: KeyName,
    replica_region: OpenText,
    key_alias: OpenText,
    key_description: Option<String>,
    enterprise_project_id: Option<OpenText>,
    replica_project_id: OpenText,
    tags: Option<Vec<NewTag>>,
}

#[derive(Serialize)]
pub(crate) struct Replicated {
    key_id: String,
    domain_id: String,
    region: String,
}

/// Checks that a text is a region of this account.
fn check_region(cx: &Cx, region: &str, name: &'static str) -> Result<(), Error> {
    let own = &*cx.caller.realm.region;
    let is_listed = |id: &str| cx.account.projects.iter().any(|it| *it.region == *id);
    let is_known = if cx.account.projects.is_empty() {
        *region == *own || projects::REGIONS.contains(&region)
    } else {
        is_listed(region)
    };
    if is_known { Ok(()) } else { Err(Error::Invalid(name.into())) }
}

/// Checks that a project is the account's, and in this region.
fn check_project(cx: &Cx, project: &str, region: &str) -> Result<(), Error> {
    let is_it = if cx.account.projects.is_empty() {
        *projects::derived_id(region) == *project
    } else {
        cx.account.projects.iter().any(|it| *it.id == *project && *it.region == *region)
    };
    if is_it { Ok(()) } else { Err(Error::Invalid("replica_project_id".into())) }
}

pub(crate) async fn replicate(cx: Cx, request: ReplicateKey) -> Result<Replicated, Error> {
    let key = request.key_id.key()?;
    let alias = own_alias(&request.key_alias)?;
    let description = key_description(request.key_description.unwrap_or_default())?;
    let new = NewReplica {
        name: Some(alias.to_string()),
        alias,
        description,
        group: request.enterprise_project_id.map(group).transpose()?.flatten(),
        tags: tags::of_new_key(request.tags.unwrap_or_default())?,
    };
    check_region(&cx, &request.replica_region, "replica_region")?;
    check_project(&cx, &request.replica_project_id, &request.replica_region)?;
    let domain_id = projects::domain(&cx).to_owned();
    let region = request.replica_region.0;
    let replica = cx.engine.replicate_key(cx.caller, key, &region, new).await?;
    Ok(Replicated { key_id: replica.id.to_string(), domain_id, region })
}

#[derive(Deserialize)]
pub(crate) struct UpdatePrimaryRegion {
    key_id: KeyName,
    primary_region: OpenText,
}

#[derive(Serialize)]
pub(crate) struct Moved {
    key_id: String,
    primary_region: String,
}

pub(crate) async fn update_primary(cx: Cx, request: UpdatePrimaryRegion) -> Result<Moved, Error> {
    let key = request.key_id.key()?;
    check_region(&cx, &request.primary_region, "primary_region")?;
    let key_id = cx.engine.move_primary(&cx.caller, &key, &request.primary_region).await?;
    Ok(Moved { key_id: key_id.to_string(), primary_region: request.primary_region.0 })
}

#[derive(Deserialize)]
pub(crate) struct ListRegions {
    limit: Option<Decimal>,
    offset: Option<Decimal>,
}

#[derive(Serialize)]
pub(crate) struct Regions {
    regions: Vec<String>,
}

/// The regions in which the account has a project.
pub(crate) fn list(cx: &Cx, request: ListRegions) -> Result<Regions, Error> {
    let page = Page::at_offset(request.limit.as_ref(), request.offset.as_ref())?;
    let all = projects::all(&cx.account, &cx.caller.realm.region);
    Ok(Regions { regions: page.cut(all.into_iter(), |it| it.region.to_string()).rows })
}
