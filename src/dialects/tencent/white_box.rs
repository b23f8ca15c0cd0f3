//! White-box keys. The service encrypts with them; a native library of the cloud decrypts on a
//! device. Here the control plane can decrypt instead, for tests.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::keys::resource_id;
use super::tags::{Tag, TagFilter, attached};
use super::values::{Base64, KeyName, OpenText, Page, Tagging, alias, base64, batch, seconds, uin};
use super::{codes, rules, service};
use crate::algorithms::base64_text;
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{self, AdmittedWhiteBoxKey, NewWhiteBoxKey};
use crate::model::{DeviceFingerprint, KeyId, Realm, SymmetricSpec, WhiteBoxKeyId};

/// The ciphers, with the document's words.
const ALGORITHMS: [(&str, SymmetricSpec); 2] =
    [("AES_256", SymmetricSpec::Aes256), ("SM4", SymmetricSpec::Sm4)];

/// A value that the document does not allow. These actions have no code for a parameter in general.
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
    service::white_box(&cx)?;
    let spec = ALGORITHMS.iter().find(|(word, _)| **word == *request.algorithm);
    let (_, spec) = spec.ok_or_else(|| invalid("Algorithm"))?;
    let description = request.description.unwrap_or_default();
    if description.len() > rules::DESCRIPTION_MAX {
        return Err(invalid("Description"));
    }
    let (alias, tags) = (alias(&request.alias)?, attached(request.tags)?);
    let new = NewWhiteBoxKey { alias, description, spec: *spec, tags };
    let made = cx.engine.create_white_box_key(cx.caller.clone(), new).await;
    let made = made.map_err(|error| match error {
        engine::Error::QuotaExceeded => codes::LIMIT_EXCEEDED_KEY_LIMIT_EXCEEDED.into(),
        error => Error::from(error),
    });
    let id = made?.id.clone();
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
    fn of(realm: &Realm, it: AdmittedWhiteBoxKey<'_>) -> Self {
        let key = it.key();
        let algorithm = ALGORITHMS.iter().find(|(_, spec)| *spec == key.spec);
        Self {
            key_id: key.id.to_string(),
            alias: key.alias.to_string(),
            creator_uin: uin(&realm.account),
            description: key.description.clone(),
            create_time: seconds(key.created_at),
            status: if key.enabled { "Enabled" } else { "Disabled" },
            owner_uin: uin(&realm.account),
            algorithm: algorithm.map_or("", |(word, _)| word),
            encrypt_key: base64_text::encode(it.encrypt_blob()),
            decrypt_key: base64(&it.decrypt_blob()),
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
    /// The key, where the account has white-box keys.
    fn id(&self, cx: &Cx) -> Result<WhiteBoxKeyId, Error> {
        service::white_box(cx)?;
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

/// Newest first. A limit of 0 stands for all.
pub(super) fn list(cx: &Cx, request: DescribeWhiteBoxKeyDetails) -> Result<KeyInfos, Error> {
    service::white_box(cx)?;
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
    let page = Page::from(Some(offset), if limit == 0 { u64::MAX } else { limit });
    let snapshot = cx.engine.snapshot(&cx.caller);
    let is_shown = |it: &AdmittedWhiteBoxKey<'_>| {
        enabled.is_none_or(|enabled| enabled == it.key().enabled)
            && request.tag_filters.iter().all(|filter| filter.fits(&it.key().tags))
    };
    let mut keys: Vec<_> = snapshot.view(&cx.caller).white_box_keys().filter(is_shown).collect();
    keys.reverse();
    let (keys, total_count) = page.of_rows(keys);
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
    service::white_box(&cx)?;
    let ids = ids.into_iter().map(Into::into).collect();
    done(cx.engine.switch_white_box_keys(cx.caller, ids, enabled).await)
}

pub(super) async fn enable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let id = request.key_id.id()?;
    switch(cx, vec![id], true).await
}

pub(super) async fn enable_all(cx: Cx, request: ManyKeys) -> Result<Done, Error> {
    let ids = batch(&request.key_ids, rules::WHITE_BOX_BATCH_MAX)?;
    switch(cx, ids, true).await
}

pub(super) async fn disable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let id = request.key_id.id()?;
    switch(cx, vec![id], false).await
}

pub(super) async fn disable_all(cx: Cx, request: ManyKeys) -> Result<Done, Error> {
    let ids = batch(&request.key_ids, rules::WHITE_BOX_BATCH_MAX)?;
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

/// Length of an initialization vector, in bytes.
const VECTOR: usize = 16;

pub(super) fn encrypt(cx: &Cx, request: EncryptByWhiteBox) -> Result<Encrypted, Error> {
    service::white_box(cx)?;
    let text = request.plain_text.of(rules::PLAINTEXT_MAX, "PlainText");
    let text = text.map_err(|_| invalid("PlainText"))?;
    let vector = request.initialization_vector.map(|vector| {
        let bytes = vector.of(VECTOR, "InitializationVector").ok();
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

/// The identity of a device, which the document gives a form.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Fingerprint {
    identity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// How many hexadecimal digits each group of a device's identity has.
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

/// An empty list takes every device away.
pub(super) async fn overwrite_fingerprints(
    cx: Cx,
    request: OverwriteFingerprints,
) -> Result<Done, Error> {
    service::white_box(&cx)?;
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
    let told = |it: &DeviceFingerprint| Fingerprint {
        identity: it.identity.clone(),
        description: it.description.clone(),
    };
    Ok(Fingerprints { device_fingerprints: key.key().fingerprints.iter().map(told).collect() })
}
