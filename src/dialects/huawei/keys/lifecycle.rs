//! Creating, describing, enabling, disabling, renaming and deleting keys.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::metadata::{self, KeyDetails, alias_of};
use crate::dialects::huawei::values::{Decimal, KeyName, group, key_description, own_alias, uuid};
use crate::dialects::huawei::words::{Origin, Spec, Usage, state_word};
use crate::dialects::huawei::{codes, projects, rules};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{NewKey, Operation};
use crate::model::{self, Creator, Key, KeySpec, KeyState, KeyStoreId, KeyUsage};

#[derive(Deserialize)]
pub(crate) struct CreateKey {
    key_alias: OpenText,
    key_description: Option<String>,
    origin: Option<Origin>,
    key_spec: Option<Spec>,
    key_usage: Option<Usage>,
    enterprise_project_id: Option<OpenText>,
    keystore_id: Option<OpenText>,
    vm_id: Option<OpenText>,
}

/// An answer about a key.
#[derive(Serialize)]
pub(crate) struct KeyInfo<T> {
    key_info: T,
}

#[derive(Serialize)]
pub(crate) struct Created {
    key_id: String,
    domain_id: String,
    region_id: String,
}

pub(crate) async fn create(cx: Cx, request: CreateKey) -> Result<KeyInfo<Created>, Error> {
    let alias = own_alias(&request.key_alias)?;
    let description = key_description(request.key_description.unwrap_or_default())?;
    let plain = NewKey::plain();
    let spec = request.key_spec.map_or(plain.spec, |spec| spec.0);
    let new = NewKey {
        name: Some(alias.to_string()),
        alias: Some(alias),
        description,
        spec,
        usage: usage(spec, request.key_usage)?,
        origin: origin(spec, request.origin)?,
        group: request.enterprise_project_id.map(group).transpose()?.flatten(),
        instance: store(request.keystore_id)?,
        storage: None,
        ..plain
    };
    if request.vm_id.is_some() {
        return Err(Error::Invalid("vm_id".into()));
    }
    let domain_id = projects::domain(&cx).to_owned();
    let region_id = cx.caller.realm.region.to_string();
    let key = cx.engine.create_key(cx.caller, new).await?;
    Ok(KeyInfo { key_info: Created { key_id: key.id.to_string(), domain_id, region_id } })
}

/// What a key of this kind is for. Pairs that can sign do so by default, as the SDKs say.
fn usage(spec: KeySpec, asked: Option<Usage>) -> Result<KeyUsage, Error> {
    match asked {
        Some(Usage(usage)) if spec.serves(usage) => Ok(usage),
        Some(Usage(usage)) => {
            let code = match (spec, usage) {
                (KeySpec::Pair(_), KeyUsage::EncryptDecrypt) => codes::EC_CANNOT_ENCRYPT,
                (KeySpec::Symmetric(_), KeyUsage::SignVerify) => codes::SYMMETRIC_CANNOT_SIGN,
                _ => codes::INVALID_PARAMETER,
            };
            Err(code.with(&["key_usage"]).into())
        }
        None if spec.serves(KeyUsage::SignVerify) => Ok(KeyUsage::SignVerify),
        None => Ok(spec.default_usage()),
    }
}

/// Where the material of a key of this kind comes from. Only symmetric keys are imported.
fn origin(spec: KeySpec, asked: Option<Origin>) -> Result<model::Origin, Error> {
    match (asked.map_or(model::Origin::Service, |origin| origin.0), spec) {
        (model::Origin::External, KeySpec::Pair(_) | KeySpec::Mac(_)) => {
            Err(Error::Invalid("origin".into()))
        }
        (origin, _) => Ok(origin),
    }
}

/// The key store of a new key; `None` for the shared one.
fn store(id: Option<OpenText>) -> Result<Option<String>, Error> {
    match id {
        Some(id) if &*id != rules::SHARED_STORE => {
            let id = uuid(&id, "keystore_id", KeyStoreId::parse)?;
            Ok(Some(id.to_string()))
        }
        _ => Ok(None),
    }
}

/// A request that names a key and nothing else.
#[derive(Deserialize)]
pub(crate) struct OneKey {
    pub(super) key_id: KeyName,
}

pub(crate) fn describe(cx: &Cx, request: OneKey) -> Result<KeyInfo<KeyDetails>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let admitted = snapshot.view(&cx.caller).admit(&request.key_id.key()?, Operation::Describe)?;
    let key_info = metadata::details(cx, admitted.key(), admitted.state());
    Ok(KeyInfo { key_info })
}

/// A key that may be used for something only users' keys can do, for checks that come before that
/// of its state.
///
/// # Errors
/// The key does not exist, or is a default master key: `KMS.0211`.
pub(super) fn of_user(cx: &Cx, name: &KeyName) -> Result<Arc<Key>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let key = snapshot.view(&cx.caller).admit(&name.key()?, Operation::Describe)?.key();
    match key.creator {
        Creator::User(_) => Ok(Arc::clone(key)),
        Creator::Service(_) => Err(codes::DEFAULT_MASTER_KEY.into()),
    }
}

#[derive(Serialize)]
pub(crate) struct NewState {
    key_id: String,
    key_state: &'static str,
}

impl NewState {
    fn of(key: &Key, state: KeyState) -> Self {
        Self { key_id: key.id.to_string(), key_state: state_word(state) }
    }
}

pub(crate) async fn enable(cx: Cx, request: OneKey) -> Result<KeyInfo<NewState>, Error> {
    let key = cx.engine.enable_key(cx.caller, request.key_id.key()?).await?;
    Ok(KeyInfo { key_info: NewState::of(&key, KeyState::Enabled) })
}

pub(crate) async fn disable(cx: Cx, request: OneKey) -> Result<KeyInfo<NewState>, Error> {
    let key = cx.engine.disable_key(cx.caller, request.key_id.key()?).await?;
    Ok(KeyInfo { key_info: NewState::of(&key, KeyState::Disabled) })
}

#[derive(Deserialize)]
pub(crate) struct ScheduleKeyDeletion {
    key_id: KeyName,
    pending_days: Decimal,
}

/// The document's answers about deletions have no `key_info`.
pub(crate) async fn schedule_deletion(
    cx: Cx,
    request: ScheduleKeyDeletion,
) -> Result<NewState, Error> {
    let key = request.key_id.key()?;
    let days = request.pending_days.number().filter(|days| rules::PENDING_DAYS.contains(days));
    let days = days.ok_or_else(|| codes::PENDING_DAYS.with(&["pending_days"]))?;
    let window = Duration::from_hours(24 * days);
    let key = cx.engine.schedule_deletion(cx.caller, key, window).await?;
    Ok(NewState::of(&key, KeyState::PendingDeletion))
}

/// The key is disabled afterwards; without material, it waits for that.
pub(crate) async fn cancel_deletion(cx: Cx, request: OneKey) -> Result<NewState, Error> {
    let realm = cx.caller.realm.clone();
    let key = cx.engine.cancel_deletion(cx.caller, request.key_id.key()?).await?;
    let state = key.state(cx.engine.now(&realm)).unwrap_or(KeyState::Disabled);
    Ok(NewState::of(&key, state))
}

#[derive(Deserialize)]
pub(crate) struct UpdateKeyAlias {
    key_id: KeyName,
    key_alias: OpenText,
}

#[derive(Serialize)]
pub(crate) struct NewAlias {
    key_id: String,
    key_alias: String,
}

pub(crate) async fn update_alias(
    cx: Cx,
    request: UpdateKeyAlias,
) -> Result<KeyInfo<NewAlias>, Error> {
    let (key, alias) = (request.key_id.key()?, own_alias(&request.key_alias)?);
    let key = cx.engine.rename_own(cx.caller, key, alias).await?;
    Ok(KeyInfo { key_info: NewAlias { key_id: key.id.to_string(), key_alias: alias_of(&key) } })
}

#[derive(Deserialize)]
pub(crate) struct UpdateKeyDescription {
    key_id: KeyName,
    key_description: String,
}

#[derive(Serialize)]
pub(crate) struct NewDescription {
    key_id: String,
    key_description: String,
}

/// An empty text removes the description.
pub(crate) async fn update_description(
    cx: Cx,
    request: UpdateKeyDescription,
) -> Result<KeyInfo<NewDescription>, Error> {
    let (key, text) = (request.key_id.key()?, key_description(request.key_description)?);
    let key = cx.engine.update_key(cx.caller, key, None, Some(text)).await?;
    let key_description = key.settings.description.clone();
    Ok(KeyInfo { key_info: NewDescription { key_id: key.id.to_string(), key_description } })
}
