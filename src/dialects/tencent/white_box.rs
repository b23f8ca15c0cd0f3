//! White-box keys: the document's section on them. The service encrypts with them, and a native
//! library of the cloud decrypts on a device. For tests, kmsim's control plane can decrypt instead.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::keys::resource_id;
use super::listing::Page;
use super::tags::{Tag, TagFilter, tag_map};
use super::values::{Base64, KeyName, OpenText, Tagging, alias, base64, key_ids, seconds, uin};
use super::words::{CipherWord, cipher_word};
use super::{codes, rules, service};
use crate::algorithms::base64_text;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{self, AdmittedWhiteBoxKey, NewWhiteBoxKey};
use crate::model::{DeviceFingerprint, KeyId, Realm, WhiteBoxKeyId};

/// The refusal of a parameter's value. The document lists no `InvalidParameter` for these actions.
fn invalid(name: &str) -> Error {
    codes::INVALID_PARAMETER_VALUE.with(&[name]).into()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateWhiteBoxKey {
    alias: OpenText,
    algorithm: OpenText,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Created {
    encrypt_key: String,
    decrypt_key: Zeroizing<String>,
    key_id: String,
    #[serde(flatten)]
    tagging: Tagging,
}

pub(super) async fn create(cx: Cx, request: CreateWhiteBoxKey) -> Result<Created, Error> {
    service::require_white_box(&cx)?;
    let CipherWord(spec) =
        CipherWord::try_from(request.algorithm.0).map_err(|_| invalid("Algorithm"))?;
    let description = request.description.unwrap_or_default();
    if description.len() > rules::DESCRIPTION_MAX {
        return Err(invalid("Description"));
    }
    let alias = alias(&request.alias, codes::INVALID_PARAMETER_VALUE_INVALID_ALIAS)?;
    let tags = tag_map(request.tags)?;
    let new = NewWhiteBoxKey { alias, description, spec, tags };
    let created = cx.engine.create_white_box_key(cx.caller.clone(), new).await;
    let created = created.map_err(|error| match error {
        engine::Error::QuotaExceeded => codes::LIMIT_EXCEEDED_KEY_LIMIT_EXCEEDED.into(),
        error => Error::from(error),
    });
    let id = created?.id.clone();
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).white_box_key(&id)?;
    Ok(Created {
        encrypt_key: base64_text::encode(key.encrypt_blob()),
        decrypt_key: base64(&key.decrypt_blob()),
        key_id: id.to_string(),
        tagging: Tagging::DONE,
    })
}

/// The document's data structure `WhiteboxKeyInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyInfo {
    key_id: String,
    alias: String,
    creator_uin: u64,
    description: String,
    create_time: u64,
    status: &'static str,
    owner_uin: u64,
    algorithm: &'static str,
    encrypt_key: String,
    decrypt_key: Zeroizing<String>,
    resource_id: String,
    device_fingerprint_bind: bool,
}

impl KeyInfo {
    fn of(realm: &Realm, admitted: AdmittedWhiteBoxKey<'_>) -> Self {
        let key = admitted.key();
        Self {
            key_id: key.id.to_string(),
            alias: key.alias.to_string(),
            creator_uin: uin(&realm.account),
            description: key.description.clone(),
            create_time: seconds(key.created_at),
            status: if key.enabled { "Enabled" } else { "Disabled" },
            owner_uin: uin(&realm.account),
            algorithm: cipher_word(key.spec).unwrap_or_default(),
            encrypt_key: base64_text::encode(admitted.encrypt_blob()),
            decrypt_key: base64(&admitted.decrypt_blob()),
            resource_id: resource_id(realm, &key.id),
            device_fingerprint_bind: !key.fingerprints.is_empty(),
        }
    }
}

/// A request that names a white-box key and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneKey {
    key_id: KeyName,
}

impl OneKey {
    /// The key's id.
    ///
    /// # Errors
    /// `NotPurchased`, or `InvalidKeyId`.
    fn id(&self, cx: &Cx) -> Result<WhiteBoxKeyId, Error> {
        service::require_white_box(cx)?;
        Ok(self.key_id.id()?.into())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    key_info: KeyInfo,
}

pub(super) fn describe(cx: &Cx, request: OneKey) -> Result<Described, Error> {
    let id = request.id(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).white_box_key(&id)?;
    Ok(Described { key_info: KeyInfo::of(&cx.caller.realm, key) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeWhiteBoxKeyDetails {
    key_status: Option<i64>,
    offset: Option<i64>,
    limit: Option<i64>,
    #[serde(default)]
    tag_filters: Vec<TagFilter>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyInfos {
    key_infos: Vec<KeyInfo>,
    total_count: usize,
}

/// Newest first. A `Limit` of 0 lists all.
pub(super) fn list(cx: &Cx, request: DescribeWhiteBoxKeyDetails) -> Result<KeyInfos, Error> {
    service::require_white_box(cx)?;
    let enabled = match request.key_status {
        None => None,
        Some(0) => Some(false),
        Some(1) => Some(true),
        Some(_) => return Err(invalid("KeyStatus")),
    };
    let number = |number: Option<i64>, name| {
        u64::try_from(number.unwrap_or_default()).map_err(|_| invalid(name))
    };
    let (offset, limit) = (number(request.offset, "Offset")?, number(request.limit, "Limit")?);
    let page = Page::new(Some(offset), if limit == 0 { u64::MAX } else { limit });
    let snapshot = cx.engine.snapshot(&cx.caller);
    let is_listed = |it: &AdmittedWhiteBoxKey<'_>| {
        enabled.is_none_or(|enabled| enabled == it.key().enabled)
            && request.tag_filters.iter().all(|filter| filter.matches(&it.key().tags))
    };
    let keys = snapshot.view(&cx.caller).white_box_keys().filter(is_listed).collect();
    let (keys, total_count) = page.cut_ordered(keys, false);
    let key_infos = keys.into_iter().map(|key| KeyInfo::of(&cx.caller.realm, key)).collect();
    Ok(KeyInfos { key_infos, total_count })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DecryptKey {
    decrypt_key: Zeroizing<String>,
}

pub(super) fn decrypt_key(cx: &Cx, request: OneKey) -> Result<DecryptKey, Error> {
    let id = request.id(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).white_box_key(&id)?;
    Ok(DecryptKey { decrypt_key: base64(&key.decrypt_blob()) })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ServiceStatus {
    service_enabled: bool,
}

pub(super) fn service_status(cx: &Cx, _: service::Nothing) -> Result<ServiceStatus, Error> {
    Ok(ServiceStatus { service_enabled: service::has_white_box(cx) })
}

/// A request that names several white-box keys.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ManyKeys {
    key_ids: Vec<KeyName>,
}

async fn switch(cx: Cx, ids: Vec<KeyId>, enabled: bool) -> Result<Done, Error> {
    service::require_white_box(&cx)?;
    let ids = ids.into_iter().map(Into::into).collect();
    done(cx.engine.switch_white_box_keys(cx.caller, ids, enabled).await)
}

pub(super) async fn enable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let id = request.key_id.id()?;
    switch(cx, vec![id], true).await
}

pub(super) async fn enable_all(cx: Cx, request: ManyKeys) -> Result<Done, Error> {
    let ids = key_ids(&request.key_ids, rules::WHITE_BOX_BATCH_MAX)?;
    switch(cx, ids, true).await
}

pub(super) async fn disable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let id = request.key_id.id()?;
    switch(cx, vec![id], false).await
}

pub(super) async fn disable_all(cx: Cx, request: ManyKeys) -> Result<Done, Error> {
    let ids = key_ids(&request.key_ids, rules::WHITE_BOX_BATCH_MAX)?;
    switch(cx, ids, false).await
}

pub(super) async fn delete(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let id = request.id(&cx)?;
    done(cx.engine.delete_white_box_key(cx.caller, id).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EncryptByWhiteBox {
    key_id: KeyName,
    plain_text: Base64,
    initialization_vector: Option<Base64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Encrypted {
    initialization_vector: String,
    cipher_text: String,
}

/// The length of an initialization vector, in bytes.
const VECTOR_LEN: usize = 16;

pub(super) fn encrypt(cx: &Cx, request: EncryptByWhiteBox) -> Result<Encrypted, Error> {
    service::require_white_box(cx)?;
    let text = request.plain_text.bytes(rules::PLAINTEXT_MAX);
    let text = text.ok_or_else(|| invalid("PlainText"))?;
    let vector = request.initialization_vector.map(|vector| {
        let bytes = vector.bytes(VECTOR_LEN);
        let bytes = bytes.and_then(|bytes| bytes.as_slice().try_into().ok());
        bytes.ok_or_else(|| invalid("InitializationVector"))
    });
    let id = request.key_id.id()?.into();
    let sealed = cx.engine.white_box_encrypt(&cx.caller, &id, vector.transpose()?, &text)?;
    Ok(Encrypted {
        initialization_vector: base64_text::encode(sealed.iv),
        cipher_text: base64_text::encode(&sealed.ciphertext),
    })
}

/// The document's data structure `DeviceFingerprint`.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Fingerprint {
    identity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// The number of hexadecimal digits in each group of an identity.
const GROUPS: [usize; 5] = [8, 14, 14, 14, 16];

impl Fingerprint {
    fn is_legal(&self) -> bool {
        let digits = |group: &str| group.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let groups = || self.identity.split('-');
        groups().map(str::len).eq(GROUPS)
            && groups().all(digits)
            && self.description.as_ref().is_none_or(|it| it.len() <= rules::DESCRIPTION_MAX)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OverwriteFingerprints {
    key_id: KeyName,
    #[serde(default)]
    device_fingerprints: Vec<Fingerprint>,
}

/// An empty list removes all fingerprints.
pub(super) async fn overwrite_fingerprints(
    cx: Cx,
    request: OverwriteFingerprints,
) -> Result<Done, Error> {
    service::require_white_box(&cx)?;
    if !request.device_fingerprints.iter().all(Fingerprint::is_legal) {
        return Err(invalid("DeviceFingerprints"));
    }
    let all = request.device_fingerprints.into_iter();
    let all = all
        .map(|Fingerprint { identity, description }| DeviceFingerprint { identity, description });
    let id = request.key_id.id()?.into();
    done(cx.engine.replace_fingerprints(cx.caller, id, all.collect()).await)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Fingerprints {
    device_fingerprints: Vec<Fingerprint>,
}

pub(super) fn fingerprints(cx: &Cx, request: OneKey) -> Result<Fingerprints, Error> {
    let id = request.id(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).white_box_key(&id)?;
    let fingerprints = key.key().fingerprints.iter().cloned();
    let device_fingerprints = fingerprints
        .map(|DeviceFingerprint { identity, description }| Fingerprint { identity, description });
    Ok(Fingerprints { device_fingerprints: device_fingerprints.collect() })
}
