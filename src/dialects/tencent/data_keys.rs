//! Data keys that the service keeps. Only the official SDKs have these actions, not the document.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::blob::{Blob, written};
use super::keys::{by_user, resource_id, window, wrapping::Recipient};
use super::tags::{Tag, TagFilter, attached};
use super::values::{
    Base64, Cluster, KeyName, MemberAccount, OpenText, Page, Tagging, is_repeated, is_uuid, own,
    seconds, uin, within,
};
use super::{codes, rules, words};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::wire::classes::classed;
use crate::dialects::{Cx, Error};
use crate::engine::{DataKeyOperation, NewDataKey, Operation, Sealed};
use crate::model::{
    AliasName, DataKey, DataKeyId, DataKeyLifecycle, DataKeyState, KeyId, Origin, Realm, Tags,
};

/// The name of a data key in a request: its id.
#[derive(Clone, Debug)]
pub(super) struct DataKeyName(String);

classed!(DataKeyName: Open);

impl From<String> for DataKeyName {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl DataKeyName {
    fn id(&self) -> Result<DataKeyId, Error> {
        let id = KeyId::parse(&self.0).filter(|_| is_uuid(&self.0));
        let invalid = codes::INVALID_PARAMETER_VALUE_INVALID_DATA_KEY_ID;
        id.map(Into::into).ok_or_else(|| invalid.into())
    }
}

/// A value that is not allowed, where the SDKs name no other code.
fn invalid(name: &str) -> Error {
    codes::INVALID_PARAMETER_VALUE.with(&[name]).into()
}

/// The name of a data key that is made or renamed.
fn name(text: &str) -> Result<AliasName, Error> {
    let name = AliasName::parse(text).filter(|_| rules::is_alias(text));
    name.ok_or_else(|| codes::INVALID_PARAMETER_VALUE_INVALID_DATA_KEY_NAME.into())
}

/// What is said of a data key that is to be kept.
pub(super) struct Hosted {
    name: Option<AliasName>,
    description: String,
    tags: Tags,
}

impl Hosted {
    /// What a request says of it. A request that keeps no data key is checked too.
    ///
    /// # Errors
    /// A value is wrong.
    pub(super) fn of(
        text: Option<OpenText>,
        description: Option<OpenText>,
        tags: Vec<Tag>,
    ) -> Result<Self, Error> {
        let name = text.map(|text| name(&text)).transpose()?;
        let description = description.map(|it| it.0).unwrap_or_default();
        let description = within(description, rules::DATA_KEY_DESCRIPTION_MAX, "Description")?;
        Ok(Self { name, description, tags: attached(tags)? })
    }

    fn new(self, origin: Origin) -> Result<NewDataKey, Error> {
        let Self { name, description, tags } = self;
        let name = name.ok_or(Error::Missing("DataKeyName".into()))?;
        Ok(NewDataKey { name, description, origin, tags })
    }
}

/// Seals a data key and keeps it. Answers the ciphertext, and the data key's id.
pub(super) async fn host(
    cx: &Cx,
    key: &KeyId,
    context: &[u8],
    bytes: &[u8],
    hosted: Hosted,
) -> Result<(Sealed, String), Error> {
    let (context, bytes) = (context.to_vec(), Zeroizing::new(bytes.to_vec()));
    let new = hosted.new(Origin::Service)?;
    let caller = cx.caller.clone();
    let (sealed, kept) =
        cx.engine.keep_data_key(caller, key.clone().into(), context, bytes, new).await?;
    Ok((sealed, kept.id.to_string()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ImportDataKey {
    data_key_name: OpenText,
    import_key_material: Zeroizing<String>,
    import_type: i64,
    description: Option<OpenText>,
    key_id: Option<KeyName>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Imported {
    key_id: String,
    data_key_id: String,
    #[serde(flatten)]
    tagging: Tagging,
}

/// Type 1 is a ciphertext of `GenerateDataKey`, which names its key itself; type 2 is a key in the clear.
pub(super) async fn import(cx: Cx, request: ImportDataKey) -> Result<Imported, Error> {
    request.hsm_cluster_id.shared()?;
    let hosted = Hosted::of(Some(request.data_key_name), request.description, request.tags)?;
    let new = hosted.new(Origin::External)?;
    let key = request.key_id.filter(|key| !key.is_empty()).map(|key| key.id()).transpose()?;
    let material = codes::INVALID_PARAMETER_VALUE_INVALID_IMPORT_KEY_MATERIAL;
    let kept = match request.import_type {
        1 => {
            let blob = Blob::from(request.import_key_material.to_string()).under(b"");
            let blob = blob.map_err(|_| material)?;
            let key = key.map(Into::into);
            cx.engine.keep_sealed_data_key(cx.caller, key, blob, new).await?
        }
        2 => {
            let bytes = Base64::from(request.import_key_material).bytes(DATA_KEY_MAX, material)?;
            let key = key.ok_or(Error::Missing("KeyId".into()))?.into();
            cx.engine.keep_data_key(cx.caller, key, Vec::new(), bytes, new).await?.1
        }
        _ => return Err(invalid("ImportType")),
    };
    Ok(Imported {
        key_id: kept.key.to_string(),
        data_key_id: kept.id.to_string(),
        tagging: Tagging::DONE,
    })
}

/// How long a data key may be, in bytes: as `GenerateDataKey` makes them.
const DATA_KEY_MAX: usize = 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetDataKeyPlaintext {
    data_key_id: DataKeyName,
    encryption_public_key: Option<OpenText>,
    encryption_algorithm: Option<OpenText>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Plaintext {
    plaintext: Zeroizing<String>,
}

pub(super) fn plaintext(cx: &Cx, request: GetDataKeyPlaintext) -> Result<Plaintext, Error> {
    let recipient = Recipient::new(request.encryption_public_key, request.encryption_algorithm);
    let opened = cx.engine.open_data_key(&cx.caller, &request.data_key_id.id()?)?;
    Ok(Plaintext { plaintext: recipient.answer(cx, &opened.value)? })
}

/// A request that names a data key and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneDataKey {
    data_key_id: DataKeyName,
    member_account: Option<MemberAccount>,
}

impl OneDataKey {
    fn id(&self) -> Result<DataKeyId, Error> {
        own(self.member_account.as_ref())?;
        self.data_key_id.id()
    }
}

/// A request that names several data keys.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ManyDataKeys {
    data_key_ids: Vec<DataKeyName>,
    member_account: Option<MemberAccount>,
}

impl ManyDataKeys {
    fn ids(&self) -> Result<Vec<DataKeyId>, Error> {
        own(self.member_account.as_ref())?;
        if !(1..=rules::BATCH_MAX).contains(&self.data_key_ids.len()) {
            return Err(invalid("DataKeyIds"));
        }
        let ids = self.data_key_ids.iter().map(DataKeyName::id).collect::<Result<Vec<_>, _>>()?;
        if is_repeated(&ids) {
            return Err(codes::INVALID_PARAMETER_VALUE_DUPLICATED_DATA_KEY_ID.into());
        }
        Ok(ids)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Ciphertext {
    ciphertext_blob: String,
}

pub(super) fn ciphertext(cx: &Cx, request: OneDataKey) -> Result<Ciphertext, Error> {
    let id = request.id()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let (data_key, _) = view.admit_data_key(&id, DataKeyOperation::ReadCiphertext)?;
    Ok(Ciphertext { ciphertext_blob: written(&data_key.ciphertext, &data_key.associated) })
}

/// The SDKs' data structure `DataKeyMetadata`, with the members that say something of this data key.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    data_key_id: String,
    key_id: String,
    key_name: String,
    data_key_name: String,
    number_of_bytes: usize,
    create_time: u64,
    description: String,
    key_state: &'static str,
    creator_uin: u64,
    owner: &'static str,
    deletion_date: u64,
    origin: &'static str,
    hsm_cluster_id: &'static str,
    resource_id: String,
    is_sync_replica: u8,
    creator_uin_string: String,
}

/// The states, with their words and their numbers in lists.
const STATES: [(DataKeyState, &str); 3] = [
    (DataKeyState::Enabled, "Enabled"),
    (DataKeyState::Disabled, "Disabled"),
    (DataKeyState::PendingDeletion, "PendingDelete"),
];

impl Metadata {
    fn of(cx: &Cx, realm: &Realm, data_key: &DataKey, state: DataKeyState) -> Self {
        let snapshot = cx.engine.snapshot(&cx.caller);
        let key =
            snapshot.view(&cx.caller).admit(&data_key.key.clone().into(), Operation::Describe);
        let alias = key.ok().and_then(|key| key.key().aliases.first().map(ToString::to_string));
        Self {
            data_key_id: data_key.id.to_string(),
            key_id: data_key.key.to_string(),
            key_name: alias.unwrap_or_default(),
            data_key_name: data_key.name.to_string(),
            number_of_bytes: data_key.len,
            create_time: seconds(data_key.created_at),
            description: data_key.description.clone(),
            key_state: STATES.iter().find(|(it, _)| *it == state).map_or("", |(_, word)| word),
            creator_uin: uin(&realm.account),
            owner: "user",
            deletion_date: deletion_date(data_key),
            origin: words::origin(data_key.origin),
            hsm_cluster_id: "",
            resource_id: resource_id(realm, &data_key.id),
            is_sync_replica: 0,
            creator_uin_string: realm.account.to_string(),
        }
    }
}

fn deletion_date(data_key: &DataKey) -> u64 {
    match data_key.lifecycle {
        DataKeyLifecycle::PendingDeletion(at) => seconds(at),
        DataKeyLifecycle::Enabled | DataKeyLifecycle::Disabled => 0,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    data_key_metadata: Metadata,
}

pub(super) fn describe(cx: &Cx, request: OneDataKey) -> Result<Described, Error> {
    let id = request.id()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let (it, state) = snapshot.view(&cx.caller).admit_data_key(&id, DataKeyOperation::Describe)?;
    Ok(Described { data_key_metadata: Metadata::of(cx, &cx.caller.realm, it, state) })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AllDescribed {
    data_key_metadatas: Vec<Metadata>,
}

pub(super) fn describe_all(cx: &Cx, request: ManyDataKeys) -> Result<AllDescribed, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let described = request.ids()?.into_iter().map(|id| {
        let (it, state) = view.admit_data_key(&id, DataKeyOperation::Describe)?;
        Ok(Metadata::of(cx, &cx.caller.realm, it, state))
    });
    Ok(AllDescribed { data_key_metadatas: described.collect::<Result<_, Error>>()? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListDataKeys {
    offset: Option<i64>,
    limit: Option<i64>,
    role: Option<i64>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
}

/// A page, and whether a list has what users made. These actions have another code for a number out of range.
fn page(
    offset: Option<i64>,
    limit: Option<i64>,
    role: Option<i64>,
) -> Result<(Page, bool), &'static str> {
    let number =
        |number: Option<i64>, name| number.map(u64::try_from).transpose().map_err(|_| name);
    let page = Page::of(number(offset, "Offset")?, number(limit, "Limit")?).map_err(|_| "Limit")?;
    Ok((page, by_user(number(role, "Role")?).map_err(|_| "Role")?))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DataKeyIds {
    data_keys: Vec<OneId>,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OneId {
    data_key_id: String,
}

/// Newest first, without those that wait for their deletion, as `ListKeys`. No product keeps data keys here.
pub(super) fn list(cx: &Cx, request: ListDataKeys) -> Result<DataKeyIds, Error> {
    let (page, by_user) = page(request.offset, request.limit, request.role).map_err(invalid)?;
    request.hsm_cluster_id.shared()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let all = snapshot.view(&cx.caller).data_keys();
    let mut all: Vec<_> =
        all.filter(|(_, state)| by_user && *state != DataKeyState::PendingDeletion).collect();
    all.reverse();
    let (rows, total_count) = page.of_rows(all);
    let data_keys = rows.into_iter().map(|(it, _)| OneId { data_key_id: it.id.to_string() });
    Ok(DataKeyIds { data_keys: data_keys.collect(), total_count })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListDataKeyDetail {
    offset: Option<i64>,
    limit: Option<i64>,
    role: Option<i64>,
    order_type: Option<i64>,
    key_state: Option<i64>,
    search_key_alias: Option<OpenText>,
    origin: Option<OpenText>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
    key_id: Option<KeyName>,
    data_key_len: Option<i64>,
    #[serde(default)]
    tag_filters: Vec<TagFilter>,
    #[serde(default)]
    member_accounts: Vec<MemberAccount>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DataKeyDetails {
    data_key_metadatas: Vec<Metadata>,
    total_count: usize,
}

pub(super) fn list_detail(cx: &Cx, request: ListDataKeyDetail) -> Result<DataKeyDetails, Error> {
    own(request.member_accounts.first())?;
    let wrong = |name: &'static str| Error::Invalid(name.into());
    let (page, by_user) = page(request.offset, request.limit, request.role).map_err(wrong)?;
    let is_ascending = match request.order_type.unwrap_or_default() {
        0 => false,
        1 => true,
        _ => return Err(wrong("OrderType")),
    };
    let state = match request.key_state.unwrap_or_default() {
        0 => None,
        number => {
            let state = usize::try_from(number - 1).ok().and_then(|at| STATES.get(at));
            Some(state.ok_or_else(|| wrong("KeyState"))?.0)
        }
    };
    let len = match request.data_key_len {
        None => None,
        Some(len) => {
            let len = usize::try_from(len).ok().filter(|len| (1..=DATA_KEY_MAX).contains(len));
            Some(len.ok_or_else(|| wrong("DataKeyLen"))?)
        }
    };
    let text = |text: Option<OpenText>| text.map(|it| it.0).unwrap_or_default();
    let (search, origin) = (text(request.search_key_alias), text(request.origin));
    if !matches!(&*origin, "" | "ALL" | "TENCENT_KMS" | "EXTERNAL") {
        return Err(wrong("Origin"));
    }
    request.hsm_cluster_id.shared()?;
    let key = request.key_id.filter(|key| !key.is_empty()).map(|key| key.id()).transpose()?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    if let Some(key) = &key {
        view.admit(&key.clone().into(), Operation::Describe)?;
    }
    let is_shown = |(it, its): &(&Arc<DataKey>, DataKeyState)| {
        by_user
            && state.is_none_or(|state| state == *its)
            && len.is_none_or(|len| len == it.len)
            && key.as_ref().is_none_or(|key| *key == it.key)
            && (matches!(&*origin, "" | "ALL") || words::origin(it.origin) == origin)
            && (it.name.as_str().contains(&search) || it.id.as_str().contains(&search))
            && request.tag_filters.iter().all(|filter| filter.fits(&it.tags))
    };
    let mut all: Vec<_> = view.data_keys().filter(is_shown).collect();
    if !is_ascending {
        all.reverse();
    }
    let (rows, total_count) = page.of_rows(all);
    let told =
        |(it, state): (&Arc<DataKey>, DataKeyState)| Metadata::of(cx, &cx.caller.realm, it, state);
    Ok(DataKeyDetails { data_key_metadatas: rows.into_iter().map(told).collect(), total_count })
}

pub(super) async fn enable(cx: Cx, request: OneDataKey) -> Result<Done, Error> {
    done(cx.engine.enable_data_keys(cx.caller, vec![request.id()?]).await)
}

pub(super) async fn enable_all(cx: Cx, request: ManyDataKeys) -> Result<Done, Error> {
    done(cx.engine.enable_data_keys(cx.caller, request.ids()?).await)
}

pub(super) async fn disable(cx: Cx, request: OneDataKey) -> Result<Done, Error> {
    done(cx.engine.disable_data_keys(cx.caller, vec![request.id()?]).await)
}

pub(super) async fn disable_all(cx: Cx, request: ManyDataKeys) -> Result<Done, Error> {
    done(cx.engine.disable_data_keys(cx.caller, request.ids()?).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ScheduleDataKeyDeletion {
    data_key_id: DataKeyName,
    pending_window_in_days: i64,
    member_account: Option<MemberAccount>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Scheduled {
    deletion_date: u64,
    data_key_id: String,
}

pub(super) async fn schedule_deletion(
    cx: Cx,
    request: ScheduleDataKeyDeletion,
) -> Result<Scheduled, Error> {
    own(request.member_account.as_ref())?;
    let (window, id) = (window(request.pending_window_in_days)?, request.data_key_id.id()?);
    let data_key = cx.engine.schedule_data_key_deletion(cx.caller, id, window).await?;
    Ok(Scheduled { deletion_date: deletion_date(&data_key), data_key_id: data_key.id.to_string() })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Cancelled {
    data_key_id: String,
}

pub(super) async fn cancel_deletion(cx: Cx, request: OneDataKey) -> Result<Cancelled, Error> {
    let data_key = cx.engine.cancel_data_key_deletion(cx.caller, request.id()?).await?;
    Ok(Cancelled { data_key_id: data_key.id.to_string() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateDataKeyName {
    data_key_id: DataKeyName,
    data_key_name: OpenText,
    member_account: Option<MemberAccount>,
}

pub(super) async fn rename(cx: Cx, request: UpdateDataKeyName) -> Result<Done, Error> {
    own(request.member_account.as_ref())?;
    let (id, name) = (request.data_key_id.id()?, name(&request.data_key_name)?);
    done(cx.engine.rename_data_key(cx.caller, id, name).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateDataKeyDescription {
    data_key_id: DataKeyName,
    description: OpenText,
    member_account: Option<MemberAccount>,
}

pub(super) async fn describe_anew(
    cx: Cx,
    request: UpdateDataKeyDescription,
) -> Result<Done, Error> {
    own(request.member_account.as_ref())?;
    let description = request.description.0;
    if description.len() > rules::DATA_KEY_DESCRIPTION_MAX {
        return Err(invalid("Description"));
    }
    done(cx.engine.describe_data_key(cx.caller, request.data_key_id.id()?, description).await)
}
