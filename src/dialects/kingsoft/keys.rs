//! Keys: the document's sections `CreateKey` to `DescribeKeys`.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules;
use super::values::Id;
use crate::dialects::wire::values::Text;
use crate::dialects::{Cx, Error};
use crate::engine::{NewKey, Operation};
use crate::model::{Key, KeyUsage, Lifecycle, Origin};
use crate::world::Instant;

/// A key in answers: the document's data type Key.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyInfo {
    key_id: String,
    key_name: String,
    create_time: String,
    description: String,
    key_state: &'static str,
    key_usage: &'static str,
    origin: &'static str,
}

impl KeyInfo {
    fn of(key: &Key) -> Self {
        let settings = &key.settings;
        Self {
            key_id: key.id.to_string(),
            key_name: settings.name.clone().unwrap_or_default(),
            create_time: beijing_time(key.created_at),
            description: settings.description.clone(),
            key_state: match settings.lifecycle {
                Lifecycle::Enabled => "Enabled",
                Lifecycle::Disabled => "Disabled",
                Lifecycle::PendingDeletion(_) => "PendingDeletion",
                // No action archives a key.
                Lifecycle::Archived => "Archived",
            },
            key_usage: match key.usage {
                KeyUsage::EncryptDecrypt => "EncryptDecrypt",
                KeyUsage::SignVerify => "SignVerify",
                // No key of this cloud is for these.
                KeyUsage::GenerateVerifyMac | KeyUsage::KeyAgreement => "",
            },
            origin: match key.origin {
                Origin::Service => "kms",
                Origin::External => "external",
            },
        }
    }
}

/// A time in answers: Beijing time, without an offset.
fn beijing_time(at: Instant) -> String {
    let text = at.plus(Duration::from_hours(8)).to_string();
    text.replace('T', " ").replace('Z', "")
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneKey {
    key: KeyInfo,
}

impl OneKey {
    fn of(key: &Arc<Key>) -> Self {
        Self { key: KeyInfo::of(key) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "each of these has one value, which is checked by reading it")]
pub(super) struct CreateKey {
    key_name: Text<{ rules::NAME_MAX }>,
    #[serde(default)]
    description: Text<{ rules::DESCRIPTION_MAX }>,
    key_usage: Usage,
    origin: Source,
    charge_type: Charge,
}

#[derive(Deserialize)]
enum Usage {
    EncryptDecrypt,
}

#[derive(Deserialize)]
enum Source {
    #[serde(rename = "kms")]
    Kms,
}

#[derive(Deserialize)]
enum Charge {
    PostPaidByDay,
}

pub(super) async fn create(cx: Cx, request: CreateKey) -> Result<OneKey, Error> {
    let (name, description) = (Some(request.key_name.0), request.description.0);
    let key =
        cx.engine.create_key(cx.caller, NewKey { name, description, ..NewKey::plain() }).await?;
    Ok(OneKey::of(&key))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteKey {
    key_id: Id,
}

/// The document's table has `Return` where its sample has the key; kmsim answers both.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Deleted {
    r#return: bool,
    key: KeyInfo,
}

/// In the sample, the key's id follows its name.
pub(super) async fn delete(cx: Cx, request: DeleteKey) -> Result<Deleted, Error> {
    let key = cx.engine.delete_key(cx.caller, request.key_id.into()).await?;
    let mut info = KeyInfo::of(&key);
    info.key_name = format!("{}_{}", info.key_name, info.key_id);
    Ok(Deleted { r#return: true, key: info })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ModifyKey {
    key_id: Id,
    key_name: Option<Text<{ rules::NAME_MAX }>>,
    description: Option<Text<{ rules::DESCRIPTION_MAX }>>,
}

/// Parameters that are absent stay unchanged.
pub(super) async fn modify(cx: Cx, request: ModifyKey) -> Result<OneKey, Error> {
    let (name, description) = (request.key_name.map(|it| it.0), request.description.map(|it| it.0));
    let key = cx.engine.update_key(cx.caller, request.key_id.into(), name, description).await?;
    Ok(OneKey::of(&key))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ModifyKeyState {
    key_id: Id,
    key_state: StateWord,
}

#[derive(Deserialize)]
enum StateWord {
    Enabled,
    Disabled,
}

pub(super) async fn modify_state(cx: Cx, request: ModifyKeyState) -> Result<OneKey, Error> {
    let key = request.key_id.into();
    let key = match request.key_state {
        StateWord::Enabled => cx.engine.enable_key(cx.caller, key).await?,
        StateWord::Disabled => cx.engine.disable_key(cx.caller, key).await?,
    };
    Ok(OneKey::of(&key))
}

#[derive(Deserialize)]
pub(super) struct DescribeKeys {
    #[serde(default, rename = "KeyId")]
    key_ids: Vec<Id>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyList {
    key_set: Vec<KeyInfo>,
}

/// All keys, or the named ones: oldest first, each once. A named key that does not exist is
/// refused, as in every action.
pub(super) fn describe(cx: &Cx, request: DescribeKeys) -> Result<KeyList, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    if request.key_ids.is_empty() {
        return Ok(KeyList { key_set: view.keys().map(|(key, _)| KeyInfo::of(key)).collect() });
    }
    let mut named = Vec::with_capacity(request.key_ids.len());
    for id in request.key_ids {
        named.push(view.admit(&id.into(), Operation::Describe)?.key());
    }
    named.sort_unstable_by_key(|key| key.ordinal);
    named.dedup_by_key(|key| key.ordinal);
    Ok(KeyList { key_set: named.into_iter().map(|key| KeyInfo::of(key)).collect() })
}
