//! The versions of the API.

use serde::{Deserialize, Serialize};

use super::codes;
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};

/// The versions with their statuses. No source lists the second, which three actions have.
const VERSIONS: &[(&str, &str)] = &[("v1.0", "CURRENT"), ("v2", "SUPPORTED")];
/// When the API changed last, in the samples of a later edition.
const UPDATED: &str = "2018-09-05T08:18:05Z";

#[derive(Serialize)]
struct Link {
    href: String,
    rel: &'static str,
}

#[derive(Serialize)]
struct Version {
    id: &'static str,
    links: [Link; 1],
    version: &'static str,
    status: &'static str,
    updated: &'static str,
    min_version: &'static str,
}

impl Version {
    fn of((id, status): (&'static str, &'static str), origin: &str) -> Self {
        let links = [Link { href: format!("{origin}/{id}/"), rel: "self" }];
        Self { id, links, version: "", status, updated: UPDATED, min_version: "" }
    }
}

#[derive(Deserialize)]
pub(crate) struct ListVersions {
    #[serde(rename = "kmsim-origin")]
    origin: OpenText,
}

#[derive(Serialize)]
pub(crate) struct Versions {
    versions: Vec<Version>,
}

pub(crate) fn list(_: &Cx, request: ListVersions) -> Result<Versions, Error> {
    let version = |row: &_| Version::of(*row, &request.origin);
    Ok(Versions { versions: VERSIONS.iter().map(version).collect() })
}

#[derive(Deserialize)]
pub(crate) struct OneVersion {
    version_id: OpenText,
    #[serde(rename = "kmsim-origin")]
    origin: OpenText,
}

#[derive(Serialize)]
pub(crate) struct Shown {
    version: Version,
}

/// # Errors
/// `APIGW.0101`: there is no such version.
pub(crate) fn show(_: &Cx, request: OneVersion) -> Result<Shown, Error> {
    let row = VERSIONS.iter().find(|(id, _)| **id == *request.version_id);
    let row = row.ok_or(codes::API_NOT_FOUND)?;
    Ok(Shown { version: Version::of(*row, &request.origin) })
}
