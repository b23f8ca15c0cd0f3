//! Key versions and rotation: document sections 8.13 to 8.16.

use serde::{Deserialize, Serialize};

use super::lifecycle::OneKey;
use crate::dialects::alibaba::listing::{Listing, PageNumber, PageSize, page};
use crate::dialects::alibaba::names::{KeyName, VersionName};
use crate::dialects::alibaba::values::{OpenText, RotationInterval, interval};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, Operation};
use crate::model::{self, Key};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeKeyVersion {
    key_id: KeyName,
    key_version_id: VersionName,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    key_version: KeyVersion,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyVersion {
    key_id: String,
    key_version_id: String,
    creation_date: String,
}

impl KeyVersion {
    fn of(key: &Key, version: &model::KeyVersion) -> Self {
        Self {
            key_id: key.id.to_string(),
            key_version_id: version.id.to_string(),
            creation_date: version.created_at.to_string(),
        }
    }
}

pub(crate) fn describe(cx: &Cx, request: DescribeKeyVersion) -> Result<Described, Error> {
    let key = request.key_id.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(&key, Operation::DescribeVersion)?.key();
    let version = request.key_version_id.0.and_then(|id| key.version(id));
    let version = version.ok_or(KeyError::VersionNotFound)?;
    Ok(Described { key_version: KeyVersion::of(key, version) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeyVersions {
    key_id: KeyName,
    #[serde(default)]
    page_number: PageNumber,
    #[serde(default)]
    page_size: PageSize,
}

/// Newest first, as in the document's sample.
pub(crate) fn list(cx: &Cx, request: ListKeyVersions) -> Result<Listing<KeyVersion>, Error> {
    let key = request.key_id.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(&key, Operation::ListVersions)?.key();
    let all = key.versions.iter().rev().map(|version| KeyVersion::of(key, version));
    let page = page(all, request.page_number, request.page_size);
    Ok(page.listing(("KeyVersions", "KeyVersion"), |version| version))
}

/// A key of a dedicated instance ("private key store" in the document) has one version.
fn refuse_instance(cx: &Cx, key: &engine::KeyRef) -> Result<(), Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(key, Operation::CreateVersion)?.key();
    if key.instance.is_some() { Err(KeyError::Unsupported.into()) } else { Ok(()) }
}

pub(crate) async fn create(cx: Cx, request: OneKey) -> Result<Described, Error> {
    let key = request.key_id.within(&cx)?;
    refuse_instance(&cx, &key)?;
    let (key, version) = cx.engine.create_version(cx.caller, key).await?;
    Ok(Described { key_version: KeyVersion::of(&key, &version) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateRotationPolicy {
    key_id: KeyName,
    enable_automatic_rotation: bool,
    rotation_interval: Option<OpenText>,
}

pub(crate) async fn update_rotation(cx: Cx, request: UpdateRotationPolicy) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    let interval: Option<RotationInterval> =
        interval(request.enable_automatic_rotation, request.rotation_interval)?;
    done(cx.engine.set_rotation(cx.caller, key, interval.map(|it| it.0)).await)
}
