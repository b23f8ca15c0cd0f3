//! Keys: document sections 8.1, 8.4 to 8.8 and 8.10 to 8.12.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::metadata::{Described, KeyMetadata};
use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::listing::{Filters, Listing, PageNumber, PageSize, page_of};
use crate::dialects::alibaba::names::{self, InstanceName, KeyName};
use crate::dialects::alibaba::policies::{self, Policy};
use crate::dialects::alibaba::tags::{TagList, tag_map};
use crate::dialects::alibaba::values::{RotationInterval, Text, Window};
use crate::dialects::alibaba::words::{
    self, OriginWord, ProtectionWord, SpecWord, StorageWord, UsageWord,
};
use crate::dialects::wire::answer::{Done, done};
use crate::dialects::{Cx, Error};
use crate::engine::{KeyRef, NewKey, Operation};
use crate::model::{
    InstanceKind, Key, KeyFacets, KeyId, KeySpec, KeyState, KeyStorage, KeyUsage, Origin,
    ProtectionLevel, SymmetricSpec,
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct CreateKey {
    description: Text<{ limits::DESCRIPTION_MAX }>,
    key_spec: Option<SpecWord>,
    key_usage: Option<UsageWord>,
    origin: Option<OriginWord>,
    protection_level: Option<ProtectionWord>,
    #[serde(default)]
    enable_automatic_rotation: bool,
    rotation_interval: Option<RotationInterval>,
    #[serde(rename = "DKMSInstanceId")]
    instance: Option<InstanceName>,
    #[serde(rename = "KeyStorageMechanism")]
    storage: Option<StorageWord>,
    policy: Option<Policy>,
    #[serde(default)]
    tags: TagList<{ limits::TAGS_MAX }>,
}

impl CreateKey {
    /// The key type. Only dedicated instances have the shorter AES keys and HMAC keys.
    fn spec(&self) -> Result<KeySpec, Error> {
        match self.key_spec.map_or(KeySpec::Symmetric(SymmetricSpec::Aes256), |it| it.0) {
            KeySpec::Symmetric(SymmetricSpec::Aes128 | SymmetricSpec::Aes192) | KeySpec::Mac(_)
                if self.instance.is_none() =>
            {
                Err(Error::Invalid("KeySpec".into()))
            }
            spec => Ok(spec),
        }
    }

    /// The key usage. The default is signing, if the key type can sign. RSA and SM2 pairs can have
    /// either usage.
    fn usage(&self, spec: KeySpec) -> Result<KeyUsage, Error> {
        let default = if spec.serves(KeyUsage::SignVerify) {
            KeyUsage::SignVerify
        } else {
            spec.default_usage()
        };
        let usage = self.key_usage.map_or(default, |it| it.0);
        if spec.serves(usage) { Ok(usage) } else { Err(Error::Invalid("KeyUsage".into())) }
    }

    /// The origin of key material. Key pairs cannot be imported.
    fn origin(&self, spec: KeySpec) -> Result<Origin, Error> {
        match (self.origin.map_or(Origin::Service, |it| it.0), spec) {
            (Origin::External, KeySpec::Pair(_) | KeySpec::Mac(_)) => {
                Err(Error::Invalid("Origin".into()))
            }
            (origin, _) => Ok(origin),
        }
    }

    /// The kind of the instance that the key will be in.
    fn kind_of_instance(&self, cx: &Cx) -> Result<Option<InstanceKind>, Error> {
        let Some(name) = &self.instance else { return Ok(None) };
        let snapshot = cx.engine.snapshot(&cx.caller);
        Ok(Some(snapshot.view(&cx.caller).connected_instance(&name.0)?.kind))
    }

    /// Where the instance keeps the key. Only instances with hardware security modules have a
    /// choice.
    fn storage(&self, kind: Option<InstanceKind>) -> Result<Option<KeyStorage>, Error> {
        let wanted = self.storage.map(|it| it.0);
        match kind {
            Some(InstanceKind::Hardware) => Ok(Some(wanted.unwrap_or(KeyStorage::Module))),
            _ if wanted.is_some() => Err(Error::Invalid("KeyStorageMechanism".into())),
            _ => Ok(None),
        }
    }

    /// The level of protection. An instance has only one, whatever the request says.
    fn protection(&self, kind: Option<InstanceKind>) -> ProtectionLevel {
        match kind {
            Some(InstanceKind::Hardware) => ProtectionLevel::Hsm,
            Some(InstanceKind::Software) => ProtectionLevel::Software,
            None => self.protection_level.map_or(ProtectionLevel::Software, |it| it.0),
        }
    }

    /// The rotation period. Key pairs, keys with imported material and keys in a module do not
    /// rotate.
    fn rotation(
        &self,
        spec: KeySpec,
        origin: Origin,
        storage: Option<KeyStorage>,
    ) -> Result<Option<Duration>, Error> {
        let is_in_module = storage == Some(KeyStorage::Module);
        match (self.enable_automatic_rotation, spec, origin) {
            (false, _, _) => Ok(None),
            (true, KeySpec::Symmetric(_), Origin::Service) if !is_in_module => {
                let interval =
                    self.rotation_interval.ok_or(Error::Missing("RotationInterval".into()))?;
                Ok(Some(interval.0))
            }
            (true, _, _) => Err(Error::Invalid("EnableAutomaticRotation".into())),
        }
    }
}

pub(crate) async fn create(cx: Cx, request: CreateKey) -> Result<Described, Error> {
    let spec = request.spec()?;
    let (usage, origin) = (request.usage(spec)?, request.origin(spec)?);
    let kind = request.kind_of_instance(&cx)?;
    let (storage, protection) = (request.storage(kind)?, request.protection(kind));
    let rotation = request.rotation(spec, origin, storage)?;
    let instance = request.instance.map(|name| name.0.to_string());
    let policy = policies::of_new(&cx, instance.as_deref(), request.policy)?;
    let new = NewKey {
        spec,
        usage,
        origin,
        rotation,
        protection,
        name: None,
        description: request.description.0,
        group: None,
        instance,
        storage,
        policy,
        tags: tag_map(request.tags)?,
        alias: None,
    };
    let key = cx.engine.create_key(cx.caller.clone(), new).await?;
    let state = match origin {
        Origin::Service => KeyState::Enabled,
        Origin::External => KeyState::PendingImport,
    };
    Ok(Described { key_metadata: KeyMetadata::of(&cx.caller.realm, &key, state) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneKey {
    pub(crate) key_id: KeyName,
}

pub(crate) fn describe(cx: &Cx, request: OneKey) -> Result<Described, Error> {
    let key = request.key_id.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    let found = snapshot.view(&cx.caller).admit(&key, Operation::Describe)?;
    let key_metadata = KeyMetadata::of(&cx.caller.realm, found.key(), found.state());
    Ok(Described { key_metadata: key_metadata.with_protection(found.key()) })
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ListKeys {
    page_number: PageNumber,
    page_size: PageSize,
    filters: Filters<Property>,
}

/// The properties in filters of keys: the document's five, then those of newer SDKs.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) enum Property {
    KeyState,
    KeySpec,
    KeyUsage,
    ProtectionLevel,
    CreatorType,
    Creator,
    #[serde(alias = "keyId")]
    KeyId,
    AliasName,
    TagKey,
    TagValue,
    #[serde(rename = "DKMSInstanceId")]
    Instance,
}

/// The properties that keys hardly share.
const OWN: &[Property] =
    &[Property::KeyId, Property::AliasName, Property::TagKey, Property::TagValue];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyEntry {
    key_id: String,
    key_arn: String,
}

pub(crate) fn list(cx: &Cx, request: ListKeys) -> Result<Listing<KeyEntry>, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let filters = &request.filters;
    let has_facet = |facets: &KeyFacets| {
        filters.pass(|property, value| match property {
            Property::KeyState => words::state_word(facets.state) == value,
            Property::KeySpec => words::spec_word(facets.spec) == Some(value),
            Property::KeyUsage => words::usage_word(facets.usage) == Some(value),
            Property::ProtectionLevel => words::protection_word(facets.protection) == value,
            Property::CreatorType => words::creator_words(&facets.creator).1 == value,
            Property::Creator => words::creator_words(&facets.creator).0 == value,
            Property::Instance => facets.instance.as_deref() == Some(value),
            Property::KeyId | Property::AliasName | Property::TagKey | Property::TagValue => true,
        })
    };
    let has_own = |key: &Key| {
        filters.pass(|property, value| match property {
            Property::KeyId => key.id.as_str() == value,
            Property::AliasName => key.aliases.iter().any(|alias| alias.as_str() == value),
            Property::TagKey => key.tags.contains_key(value),
            Property::TagValue => key.tags.values().any(|it| it == value),
            Property::KeyState
            | Property::KeySpec
            | Property::KeyUsage
            | Property::ProtectionLevel
            | Property::CreatorType
            | Property::Creator
            | Property::Instance => true,
        })
    };
    let list = if filters.are_about(&[Property::KeyId, Property::AliasName]) {
        // Few keys can pass, so that these are looked up.
        let ids = filters.values_of(&Property::KeyId).filter_map(KeyId::parse);
        let aliases = filters.values_of(&Property::AliasName).filter_map(names::alias);
        let named = ids.map(KeyRef::Id).chain(aliases.map(KeyRef::Alias));
        view.list_named(named).filtered(|(key, state)| has_facet(&key.facets(*state)))
    } else {
        view.list_keys(has_facet)
    };
    let list = if filters.are_about(OWN) { list.filtered(|(key, _)| has_own(key)) } else { list };
    let page = page_of(list, request.page_number, request.page_size);
    let entry = |key: &Key| KeyEntry {
        key_id: key.id.to_string(),
        key_arn: names::key_arn(&cx.caller.realm, &key.id),
    };
    Ok(page.listing(("Keys", "Key"), |(key, _)| entry(key)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateKeyDescription {
    key_id: KeyName,
    description: Text<{ limits::DESCRIPTION_MAX }>,
}

pub(crate) async fn update_description(
    cx: Cx,
    request: UpdateKeyDescription,
) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    done(cx.engine.update_key(cx.caller, key, None, Some(request.description.0)).await)
}

pub(crate) async fn enable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    done(cx.engine.enable_key(cx.caller, key).await)
}

pub(crate) async fn disable(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    done(cx.engine.disable_key(cx.caller, key).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ScheduleKeyDeletion {
    key_id: KeyName,
    #[serde(default)]
    pending_window_in_days: Window<{ limits::DELETION_WINDOW_MAX }>,
}

pub(crate) async fn schedule_deletion(cx: Cx, request: ScheduleKeyDeletion) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    done(cx.engine.schedule_deletion(cx.caller, key, request.pending_window_in_days.0).await)
}

pub(crate) async fn cancel_deletion(cx: Cx, request: OneKey) -> Result<Done, Error> {
    let key = request.key_id.without_alias(&cx)?;
    done(cx.engine.cancel_deletion(cx.caller, key).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetDeletionProtection {
    protected_resource_arn: Option<KeyName>,
    key_id: Option<KeyName>,
    kms_instance_id: Option<InstanceName>,
    enable_deletion_protection: bool,
    #[serde(default)]
    deletion_protection_description: Text<{ limits::DESCRIPTION_MAX }>,
}

/// The document names the key by its ARN, newer SDKs by its id. Newer SDKs name instances too. If
/// all are absent, the ARN is reported as missing.
pub(crate) async fn set_deletion_protection(
    cx: Cx,
    request: SetDeletionProtection,
) -> Result<Done, Error> {
    let reason =
        request.enable_deletion_protection.then_some(request.deletion_protection_description.0);
    let key = match (request.protected_resource_arn, request.key_id, request.kms_instance_id) {
        (Some(arn), _, _) if !arn.is_arn() => {
            return Err(Error::Invalid("ProtectedResourceArn".into()));
        }
        (Some(name), _, _) | (None, Some(name), _) => name.without_alias(&cx)?,
        (None, None, Some(name)) => {
            return done(cx.engine.protect_instance(cx.caller, name.0, reason).await);
        }
        (None, None, None) => return Err(Error::Missing("ProtectedResourceArn".into())),
    };
    done(cx.engine.protect_key(cx.caller, key, reason).await)
}
