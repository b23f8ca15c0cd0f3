//! Creating, describing, enabling and disabling keys.

use serde::{Deserialize, Serialize};

use super::metadata::{self, KeyDetails};
use crate::dialects::huawei::values::{KeyName, alias_name};
use crate::dialects::huawei::words::{Origin, state_word};
use crate::dialects::huawei::{codes, projects, rules};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{NewKey, Operation};
use crate::model::{Key, KeyState};

#[derive(Deserialize)]
pub(crate) struct CreateKey {
    key_alias: OpenText,
    key_description: Option<String>,
    origin: Option<Origin>,
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
    let alias = alias_name(&request.key_alias).ok_or(codes::INVALID_ALIAS)?;
    let description = request.key_description.unwrap_or_default();
    if description.chars().count() > rules::DESCRIPTION_MAX {
        return Err(codes::INVALID_DESCRIPTION.into());
    }
    let plain = NewKey::plain();
    let new = NewKey {
        name: Some(alias.to_string()),
        alias: Some(alias),
        description,
        origin: request.origin.map_or(plain.origin, |origin| origin.0),
        ..plain
    };
    let domain_id = projects::domain(&cx).to_owned();
    let region_id = cx.caller.realm.region.to_string();
    let key = cx.engine.create_key(cx.caller, new).await?;
    Ok(KeyInfo { key_info: Created { key_id: key.id.to_string(), domain_id, region_id } })
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
