//! Lists of projects, domains and services.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::sign_in::fits;
use crate::dialects::huawei::projects;
use crate::dialects::users::Project;
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};

#[derive(Serialize)]
struct Link {
    #[serde(rename = "self")]
    own: String,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    own: String,
    next: Option<String>,
    previous: Option<String>,
}

impl Links {
    /// The links of a list that has one page.
    fn of(origin: &str, path: &str) -> Self {
        Self { own: format!("{origin}{path}"), next: None, previous: None }
    }
}

/// A request with filters.
#[derive(Deserialize)]
pub(crate) struct ListProjects {
    name: Option<OpenText>,
    domain_id: Option<OpenText>,
    #[serde(rename = "kmsim-origin")]
    origin: OpenText,
}

#[derive(Serialize)]
pub(crate) struct Projects {
    projects: Vec<ProjectEntry>,
    links: Links,
}

#[derive(Serialize)]
struct ProjectEntry {
    id: String,
    name: String,
    domain_id: String,
    parent_id: String,
    is_domain: bool,
    enabled: bool,
    description: &'static str,
    links: Link,
}

impl ProjectEntry {
    fn of(project: Project, origin: &str) -> Self {
        Self {
            id: project.id.to_string(),
            name: project.name,
            domain_id: project.domain.to_string(),
            parent_id: project.domain.to_string(),
            is_domain: false,
            enabled: true,
            description: "",
            links: Link { own: format!("{origin}/v3/projects/{}", project.id) },
        }
    }
}

/// The account's projects. A user sees all of them.
pub(crate) fn projects(cx: &Cx, request: ListProjects) -> Result<Projects, Error> {
    let ListProjects { name, domain_id, origin } = request;
    let all = projects::all(&cx.account, &cx.caller.realm.region).into_iter();
    let projects = all
        .filter(|it| fits(name.as_deref(), &it.name) && fits(domain_id.as_deref(), &it.domain))
        .map(|project| ProjectEntry::of(project, &origin))
        .collect();
    Ok(Projects { projects, links: Links::of(&origin, "/v3/projects") })
}

/// A request without parameters.
#[derive(Deserialize)]
pub(crate) struct List {
    #[serde(rename = "kmsim-origin")]
    origin: OpenText,
}

pub(crate) fn own_projects(cx: &Cx, request: List) -> Result<Projects, Error> {
    let all = projects::all(&cx.account, &cx.caller.realm.region).into_iter();
    let projects = all.map(|project| ProjectEntry::of(project, &request.origin)).collect();
    Ok(Projects { projects, links: Links::of(&request.origin, "/v3/auth/projects") })
}

#[derive(Serialize)]
pub(crate) struct Domains {
    domains: Vec<Domain>,
    links: Links,
}

#[derive(Serialize)]
struct Domain {
    id: String,
    name: String,
    enabled: bool,
    description: &'static str,
    links: Link,
}

pub(crate) fn domains(cx: &Cx, request: List) -> Result<Domains, Error> {
    let origin = &*request.origin;
    let domain = |id: &str| Domain {
        id: id.to_owned(),
        name: projects::domain_name(&cx.account).to_owned(),
        enabled: true,
        description: "",
        links: Link { own: format!("{origin}/v3/domains/{id}") },
    };
    let domains = projects::domains(&cx.account).map(domain).collect();
    Ok(Domains { domains, links: Links::of(origin, "/v3/auth/domains") })
}

#[derive(Serialize)]
pub(crate) struct Catalog {
    catalog: Vec<Service>,
    links: Links,
}

#[derive(Serialize)]
pub(super) struct Service {
    id: &'static str,
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    endpoints: Vec<Endpoint>,
}

#[derive(Serialize)]
struct Endpoint {
    id: String,
    interface: &'static str,
    region: String,
    region_id: String,
    url: String,
}

impl Endpoint {
    fn of(service: &str, region: &str, url: String) -> Self {
        let (region, id) = (region.to_owned(), format!("{service}-{region}"));
        Self { id, interface: "public", region: region.clone(), region_id: region, url }
    }
}

pub(crate) fn catalog(cx: &Cx, request: List) -> Result<Catalog, Error> {
    let catalog = services(cx, &request.origin, None);
    Ok(Catalog { catalog, links: Links::of(&request.origin, "/v3/auth/catalog") })
}

/// The services of this server, with its own URL: in one region, or in each region where the
/// account has a project. Clients append the project's id to the URL of the key-management service.
pub(super) fn services(cx: &Cx, origin: &str, region: Option<&str>) -> Vec<Service> {
    let all = projects::all(&cx.account, &cx.caller.realm.region);
    let regions: BTreeSet<&str> = match region {
        Some(region) => [region].into(),
        None => all.iter().map(|project| &*project.region).collect(),
    };
    let of_region = |region: &str| Endpoint::of("kms", region, format!("{origin}/v1.0"));
    vec![
        Service {
            id: "kms",
            name: "kms",
            kind: "kms",
            endpoints: regions.into_iter().map(of_region).collect(),
        },
        Service {
            id: "iam",
            name: "iam",
            kind: "identity",
            endpoints: vec![Endpoint::of("iam", "*", format!("{origin}/v3"))],
        },
    ]
}
