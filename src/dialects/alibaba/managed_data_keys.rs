//! Managed data keys. Seeds and the control plane make them; no action does.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::listing::{Listing, PageNumber, PageSize, page};
use super::names::{DataKeyName, DataKeyVersionId};
use crate::algorithms::base64_text;
use crate::dialects::{Cx, Error};
use crate::engine::ManagedDataKeyQuery;
use crate::model::{ManagedDataKey, ManagedDataKeyVersion};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetManagedDataKey {
    data_key_name: DataKeyName,
    data_key_version_id: Option<DataKeyVersionId>,
    #[serde(default)]
    use_latest: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Got {
    data_key_name: String,
    #[serde(flatten)]
    version: Version,
    plaintext: Zeroizing<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Version {
    data_key_version_id: String,
    data_key_version_name: String,
}

impl Version {
    fn of(data_key: &ManagedDataKey, version: &ManagedDataKeyVersion) -> Self {
        let (name, id) = (&data_key.name, version.id.to_string());
        let data_key_version_name = format!("kms-datakeyversion!{name}!{id}");
        Self { data_key_version_id: id, data_key_version_name }
    }
}

/// Without a version's id, `UseLatest` decides between the first and the newest.
pub(crate) fn get(cx: &Cx, request: GetManagedDataKey) -> Result<Got, Error> {
    let query = match (request.data_key_version_id, request.use_latest) {
        (Some(DataKeyVersionId(id)), _) => ManagedDataKeyQuery::Id(id),
        (None, true) => ManagedDataKeyQuery::Newest,
        (None, false) => ManagedDataKeyQuery::First,
    };
    let snapshot = cx.engine.snapshot(&cx.caller);
    let admitted = snapshot.view(&cx.caller).managed_data_key(&request.data_key_name.0)?;
    let version = admitted.version(&query)?;
    Ok(Got {
        data_key_name: admitted.data_key().name.to_string(),
        version: Version::of(admitted.data_key(), version),
        plaintext: Zeroizing::new(base64_text::encode(admitted.bytes(version))),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListManagedDataKeyVersions {
    data_key_name: DataKeyName,
    #[serde(default)]
    page_number: PageNumber,
    #[serde(default)]
    page_size: PageSize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Versions {
    data_key_name: String,
    #[serde(flatten)]
    versions: Listing<Version>,
}

pub(crate) fn list_versions(
    cx: &Cx,
    request: ListManagedDataKeyVersions,
) -> Result<Versions, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let admitted = snapshot.view(&cx.caller).managed_data_key(&request.data_key_name.0)?;
    let data_key = admitted.data_key();
    let page = page(data_key.versions.iter(), request.page_number, request.page_size);
    Ok(Versions {
        data_key_name: data_key.name.to_string(),
        versions: page.listing(("ManagedDataKeyVersions", "ManagedDataKeyVersion"), |version| {
            Version::of(data_key, version)
        }),
    })
}
