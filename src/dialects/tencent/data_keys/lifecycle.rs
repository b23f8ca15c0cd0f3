//! Importing, using, enabling, changing and deleting data keys.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::listing::deletion_date;
use super::names::{DATA_KEY_MAX, DataKeyName, ManyDataKeys, OneDataKey, invalid};
use crate::dialects::tencent::blob::Blob;
use crate::dialects::tencent::keys::{window, wrapping::Recipient};
use crate::dialects::tencent::tags::{Tag, tag_map};
use crate::dialects::tencent::values::{
    Base64, Cluster, KeyName, MemberAccount, OpenText, Tagging, alias, limited, refuse_member,
};
use crate::dialects::tencent::{codes, rules};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{self, DataKeyOperation, KeyError, NewDataKey, Sealed};
use crate::model::{AliasName, KeyId, Origin, Tags};

/// Parses the name of a data key.
fn name(text: &str) -> Result<AliasName, Error> {
    alias(text, codes::INVALID_PARAMETER_VALUE_INVALID_DATA_KEY_NAME)
}

/// The parameters of a new hosted data key.
pub(crate) struct Hosted {
    name: Option<AliasName>,
    description: String,
    tags: Tags,
}

impl Hosted {
    /// Checks the parameters. `GenerateDataKey` has them checked even if it does not host the data
    /// key.
    ///
    /// # Errors
    /// A value is malformed.
    pub(crate) fn of(
        text: Option<OpenText>,
        description: Option<String>,
        tags: Vec<Tag>,
    ) -> Result<Self, Error> {
        let name = text.map(|text| name(&text)).transpose()?;
        let description = description.unwrap_or_default();
        let description = limited(description, rules::DATA_KEY_DESCRIPTION_MAX, "Description")?;
        Ok(Self { name, description, tags: tag_map(tags)? })
    }

    fn into_new(self, origin: Origin) -> Result<NewDataKey, Error> {
        let Self { name, description, tags } = self;
        let name = name.ok_or(Error::Missing("DataKeyName".into()))?;
        Ok(NewDataKey { name, description, origin, tags })
    }
}

/// Encrypts a data key and stores it. Returns the ciphertext and the data key's id.
pub(crate) async fn host(
    cx: &Cx,
    key: &KeyId,
    context: &[u8],
    bytes: &[u8],
    hosted: Hosted,
) -> Result<(Sealed, String), Error> {
    let (context, bytes) = (context.to_vec(), Zeroizing::new(bytes.to_vec()));
    let new = hosted.into_new(Origin::Service)?;
    let caller = cx.caller.clone();
    let kept = cx.engine.keep_data_key(caller, key.clone().into(), context, bytes, new).await;
    let (sealed, kept) = kept.map_err(storing_error)?;
    Ok((sealed, kept.id.to_string()))
}

/// Maps an error of storing a data key. A full quota has a code of its own.
fn storing_error(error: engine::Error) -> Error {
    match error {
        engine::Error::QuotaExceeded => codes::LIMIT_EXCEEDED_DATA_KEY_LIMIT_EXCEEDED.into(),
        error => error.into(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ImportDataKey {
    data_key_name: OpenText,
    import_key_material: Zeroizing<String>,
    import_type: i64,
    description: Option<String>,
    key_id: Option<KeyName>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Imported {
    key_id: String,
    data_key_id: String,
    #[serde(flatten)]
    tagging: Tagging,
}

/// Type 1 is a ciphertext of `GenerateDataKey`, which contains its key's id. Type 2 is a plaintext.
pub(crate) async fn import(cx: Cx, request: ImportDataKey) -> Result<Imported, Error> {
    request.hsm_cluster_id.check()?;
    let hosted = Hosted::of(Some(request.data_key_name), request.description, request.tags)?;
    let new = hosted.into_new(Origin::External)?;
    let key = request.key_id.filter(|key| !key.is_empty()).map(|key| key.id()).transpose()?;
    let material = codes::INVALID_PARAMETER_VALUE_INVALID_IMPORT_KEY_MATERIAL;
    let kept = match request.import_type {
        1 => {
            let blob = Blob::from(request.import_key_material.to_string()).decode(b"");
            let blob = blob.map_err(|_| material)?;
            let key = key.map(Into::into);
            let kept = cx.engine.keep_sealed_data_key(cx.caller, key, blob, new).await;
            if let Err(engine::Error::Ciphertext(_) | engine::Error::Key(KeyError::IsPair)) = kept {
                return Err(material.into());
            }
            kept
        }
        2 => {
            let bytes = Base64::from(request.import_key_material).bytes(DATA_KEY_MAX);
            let bytes = bytes.ok_or(material)?;
            let key = key.ok_or(Error::Missing("KeyId".into()))?.into();
            cx.engine.keep_data_key(cx.caller, key, Vec::new(), bytes, new).await.map(|it| it.1)
        }
        _ => return Err(codes::INVALID_PARAMETER_VALUE_INVALID_TYPE.into()),
    };
    let kept = kept.map_err(storing_error)?;
    Ok(Imported {
        key_id: kept.key.to_string(),
        data_key_id: kept.id.to_string(),
        tagging: Tagging::DONE,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetDataKeyPlaintext {
    data_key_id: DataKeyName,
    encryption_public_key: Option<OpenText>,
    encryption_algorithm: Option<OpenText>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Plaintext {
    plaintext: Zeroizing<String>,
}

pub(crate) fn plaintext(cx: &Cx, request: GetDataKeyPlaintext) -> Result<Plaintext, Error> {
    let recipient = Recipient::new(request.encryption_public_key, request.encryption_algorithm);
    let opened = cx.engine.open_data_key(&cx.caller, &request.data_key_id.id()?)?;
    Ok(Plaintext { plaintext: recipient.answer(cx, &opened.value)? })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Ciphertext {
    ciphertext_blob: String,
}

pub(crate) fn ciphertext(cx: &Cx, request: OneDataKey) -> Result<Ciphertext, Error> {
    let id = request.id()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let (data_key, _) = view.admit_data_key(&id, DataKeyOperation::ReadCiphertext)?;
    Ok(Ciphertext { ciphertext_blob: Blob::encode(&data_key.ciphertext, &data_key.associated) })
}

pub(crate) async fn enable(cx: Cx, request: OneDataKey) -> Result<Done, Error> {
    done(cx.engine.enable_data_keys(cx.caller, vec![request.id()?]).await)
}

pub(crate) async fn enable_all(cx: Cx, request: ManyDataKeys) -> Result<Done, Error> {
    done(cx.engine.enable_data_keys(cx.caller, request.ids()?).await)
}

pub(crate) async fn disable(cx: Cx, request: OneDataKey) -> Result<Done, Error> {
    done(cx.engine.disable_data_keys(cx.caller, vec![request.id()?]).await)
}

pub(crate) async fn disable_all(cx: Cx, request: ManyDataKeys) -> Result<Done, Error> {
    done(cx.engine.disable_data_keys(cx.caller, request.ids()?).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ScheduleDataKeyDeletion {
    data_key_id: DataKeyName,
    pending_window_in_days: i64,
    member_account: Option<MemberAccount>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Scheduled {
    deletion_date: u64,
    data_key_id: String,
}

pub(crate) async fn schedule_deletion(
    cx: Cx,
    request: ScheduleDataKeyDeletion,
) -> Result<Scheduled, Error> {
    refuse_member(request.member_account.as_ref())?;
    let (window, id) = (window(request.pending_window_in_days)?, request.data_key_id.id()?);
    let data_key = cx.engine.schedule_data_key_deletion(cx.caller, id, window).await?;
    Ok(Scheduled { deletion_date: deletion_date(&data_key), data_key_id: data_key.id.to_string() })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Cancelled {
    data_key_id: String,
}

pub(crate) async fn cancel_deletion(cx: Cx, request: OneDataKey) -> Result<Cancelled, Error> {
    let data_key = cx.engine.cancel_data_key_deletion(cx.caller, request.id()?).await;
    let data_key = data_key.map_err(storing_error)?;
    Ok(Cancelled { data_key_id: data_key.id.to_string() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateDataKeyName {
    data_key_id: DataKeyName,
    data_key_name: OpenText,
    member_account: Option<MemberAccount>,
}

pub(crate) async fn rename(cx: Cx, request: UpdateDataKeyName) -> Result<Done, Error> {
    refuse_member(request.member_account.as_ref())?;
    let (id, name) = (request.data_key_id.id()?, name(&request.data_key_name)?);
    done(cx.engine.rename_data_key(cx.caller, id, name).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateDataKeyDescription {
    data_key_id: DataKeyName,
    description: String,
    member_account: Option<MemberAccount>,
}

pub(crate) async fn update_description(
    cx: Cx,
    request: UpdateDataKeyDescription,
) -> Result<Done, Error> {
    refuse_member(request.member_account.as_ref())?;
    let description = request.description;
    if description.len() > rules::DATA_KEY_DESCRIPTION_MAX {
        return Err(invalid("Description"));
    }
    done(cx.engine.describe_data_key(cx.caller, request.data_key_id.id()?, description).await)
}
