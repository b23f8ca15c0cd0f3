//! Creating keys and changing their state and settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::aliases::refuse_reserved;
use super::{
    Admitted, AliasError, Caller, Draft, Engine, Error, KeyError, KeyRef, Operation, View, rotation,
};
use crate::model::{
    AliasName, Creator, Holding, Key, KeyFacets, KeyId, KeySpec, KeyStorage, KeyUsage, KeyVersion,
    Lifecycle, Material, Ordinal, Origin, ProtectionLevel, Settings, SymmetricSpec,
};

/// What a caller specifies for a new key.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the key itself")]
pub struct NewKey {
    pub spec: KeySpec,
    pub usage: KeyUsage,
    pub origin: Origin,
    pub protection: ProtectionLevel,
    pub name: Option<String>,
    pub description: String,
    pub instance: Option<String>,
    pub storage: Option<KeyStorage>,
    pub group: Option<String>,
    pub policy: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub rotation: Option<Duration>,
    /// An alias that the key has from the start.
    pub alias: Option<AliasName>,
}

impl NewKey {
    /// A 256-bit AES key with generated material and no settings, as services create for
    /// themselves.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            spec: KeySpec::Symmetric(SymmetricSpec::Aes256),
            usage: KeyUsage::EncryptDecrypt,
            origin: Origin::Service,
            protection: ProtectionLevel::Software,
            name: None,
            description: String::new(),
            instance: None,
            storage: None,
            group: None,
            policy: None,
            tags: BTreeMap::new(),
            rotation: None,
            alias: None,
        }
    }
}

impl Engine {
    /// Creates a key. A key of external origin waits for its material.
    ///
    /// # Errors
    /// [`AliasError::Taken`] and [`AliasError::Reserved`] for its alias;
    /// [`KeyStoreError::NotFound`](super::KeyStoreError::NotFound) and [`KeyError::StoreDisabled`]
    /// for its store; [`InstanceError`](super::InstanceError) for its instance;
    /// [`Error::QuotaExceeded`].
    pub async fn create_key(&self, caller: Caller, new: NewKey) -> Result<Arc<Key>, Error> {
        let pair = match new.spec {
            KeySpec::Pair(spec) => {
                // Checked first, so that no key pair is generated in vain.
                check_new(self.snapshot(&caller).view(&caller), &caller, &new)?;
                Some(Material::new(self.generate_pair(spec).await?))
            }
            KeySpec::Symmetric(_) | KeySpec::Mac(_) => None,
        };
        self.change(caller, |draft| {
            check_new(draft.view(), draft.caller(), &new)?;
            let creator = Creator::User(Arc::clone(&draft.caller().user));
            let material = match (new.origin, new.spec) {
                (Origin::External, _) => None,
                (Origin::Service, KeySpec::Pair(_)) => pair,
                (Origin::Service, KeySpec::Symmetric(spec)) => {
                    Some(draft.generate_material(spec.material_len()))
                }
                (Origin::Service, KeySpec::Mac(spec)) => {
                    Some(draft.generate_material(spec.material_len()))
                }
            };
            let key = add_key(draft, new, material, creator);
            draft.caller().used.note(&key.id, None);
            Ok(key)
        })
        .await
    }

    /// Creates the key of a service's alias, unless it exists.
    ///
    /// # Errors
    /// [`KeyError::NotPermitted`] if the caller may not use the key.
    pub async fn create_service_key(&self, caller: Caller, alias: AliasName) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let id = service_key(draft, &alias)?;
            let view = draft.view();
            view.check_access(view.find(&KeyRef::Id(id))?.0)
        })
        .await
    }

    /// Replaces the name and the description, where given.
    pub async fn update_key(
        &self,
        caller: Caller,
        key: KeyRef,
        name: Option<String>,
        description: Option<String>,
    ) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::ChangeDescription, |settings, _| {
            settings.name = name.or(settings.name.take());
            settings.description = description.unwrap_or(std::mem::take(&mut settings.description));
            Ok(())
        })
        .await
    }

    /// Enables a key.
    pub async fn enable_key(&self, caller: Caller, key: KeyRef) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::Enable, to_lifecycle(Lifecycle::Enabled)).await
    }

    /// Disables a key.
    ///
    /// # Errors
    /// [`KeyError::InUse`] while resources are bound to it.
    pub async fn disable_key(&self, caller: Caller, key: KeyRef) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::Disable, to_lifecycle(Lifecycle::Disabled)).await
    }

    /// Enables all of these keys, or none if one of them cannot be enabled.
    pub async fn enable_keys(&self, caller: Caller, keys: Vec<KeyId>) -> Result<(), Error> {
        self.set_each(caller, keys, Operation::Enable, Lifecycle::Enabled).await
    }

    /// Disables all of these keys, or none if one of them cannot be disabled.
    ///
    /// # Errors
    /// As [`Engine::disable_key`], for the first such key.
    pub async fn disable_keys(&self, caller: Caller, keys: Vec<KeyId>) -> Result<(), Error> {
        self.set_each(caller, keys, Operation::Disable, Lifecycle::Disabled).await
    }

    /// Archives a key.
    ///
    /// # Errors
    /// [`KeyError::NotUserMade`] for a service's own key; [`KeyError::InUse`] while resources are
    /// bound to it.
    pub async fn archive_key(&self, caller: Caller, key: KeyRef) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::Archive, to_lifecycle(Lifecycle::Archived)).await
    }

    /// Ends the archiving of a key. The key is enabled afterwards, whatever it was before.
    ///
    /// # Errors
    /// [`KeyError::NotUserMade`] for a service's own key.
    pub async fn unarchive_key(&self, caller: Caller, key: KeyRef) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::Unarchive, to_lifecycle(Lifecycle::Enabled)).await
    }

    /// Schedules the deletion of a key after `window`, unless it is protected.
    pub async fn schedule_deletion(
        &self,
        caller: Caller,
        key: KeyRef,
        window: Duration,
    ) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::ScheduleDeletion, move |settings, admitted| {
            if settings.deletion_protection.is_some() {
                return Err(KeyError::DeletionProtected.into());
            }
            settings.lifecycle = Lifecycle::PendingDeletion(admitted.now().plus(window));
            Ok(())
        })
        .await
    }

    /// Deletes a key at once and for good, for clouds without a deletion window. Returns the
    /// deleted key.
    pub async fn delete_key(&self, caller: Caller, key: KeyRef) -> Result<Arc<Key>, Error> {
        self.change(caller, move |draft| {
            let key = Arc::clone(draft.view().admit(&key, Operation::ScheduleDeletion)?.key());
            draft.remove_key(&key);
            Ok(key)
        })
        .await
    }

    /// Cancels a scheduled deletion. The cloud's rules say which state follows. A key without
    /// material waits for it.
    pub async fn cancel_deletion(&self, caller: Caller, key: KeyRef) -> Result<Arc<Key>, Error> {
        let restored = caller.rules.keys.restored;
        self.set(caller, key, Operation::CancelDeletion, to_lifecycle(restored)).await
    }

    /// Protects a key from deletion for this reason, or ends the protection.
    pub async fn protect_key(
        &self,
        caller: Caller,
        key: KeyRef,
        reason: Option<String>,
    ) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::ProtectDeletion, |settings, _| {
            settings.deletion_protection = reason;
            Ok(())
        })
        .await
    }

    /// Sets the policy of a key. Its cloud decides what that means.
    pub async fn set_key_policy(
        &self,
        caller: Caller,
        key: KeyRef,
        policy: String,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let ordinal = draft.view().admit(&key, Operation::ChangePolicy)?.key().ordinal;
            draft.edit(ordinal, |key: &mut Key| key.policy = Some(policy));
            Ok(())
        })
        .await
    }

    /// Sets a key's rotation interval, or ends rotation. If the interval since the last version has
    /// already passed, the key rotates at once.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for a pair, for imported material, for a key in a module of its
    /// instance, and for a service's own key.
    pub async fn set_rotation(
        &self,
        caller: Caller,
        key: KeyRef,
        interval: Option<Duration>,
    ) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::ChangeRotation, move |settings, admitted| {
            rotation::rotating_spec(admitted.key()).ok_or(KeyError::Unsupported)?;
            settings.rotation = interval;
            Ok(())
        })
        .await
    }

    /// Ends a key's rotation, if it is on.
    pub async fn end_rotation(&self, caller: Caller, key: KeyRef) -> Result<Arc<Key>, Error> {
        self.set(caller, key, Operation::EndRotation, |settings, _| {
            settings.rotation = None;
            Ok(())
        })
        .await
    }

    /// Changes the settings of a key, and returns the changed key. If that makes an overdue
    /// rotation possible, the key rotates at once.
    pub(super) async fn set<F>(
        &self,
        caller: Caller,
        key: KeyRef,
        operation: Operation,
        edit: F,
    ) -> Result<Arc<Key>, Error>
    where
        F: FnOnce(&mut Settings, &Admitted<'_>) -> Result<(), Error> + Send + 'static,
    {
        self.change(caller, move |draft| {
            let ordinal = set(draft, &key, operation, edit)?;
            draft.view().state().keys.get(ordinal).cloned().ok_or(KeyError::NotFound.into())
        })
        .await
    }

    /// Changes the lifecycle of all of these keys, or of none.
    async fn set_each(
        &self,
        caller: Caller,
        keys: Vec<KeyId>,
        operation: Operation,
        lifecycle: Lifecycle,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let keys: Vec<KeyRef> = keys.into_iter().map(KeyRef::Id).collect();
            // An unknown key is reported before one in the wrong state.
            for key in &keys {
                draft.view().find(key)?;
            }
            for key in &keys {
                set(draft, key, operation, to_lifecycle(lifecycle))?;
            }
            Ok(())
        })
        .await
    }
}

/// Drafts a change of a key's settings. Returns the key's number.
fn set<F>(
    draft: &mut Draft<'_>,
    key: &KeyRef,
    operation: Operation,
    edit: F,
) -> Result<Ordinal, Error>
where
    F: FnOnce(&mut Settings, &Admitted<'_>) -> Result<(), Error>,
{
    let admitted = draft.view().admit(key, operation)?;
    let (ordinal, mut settings) = (admitted.key().ordinal, admitted.key().settings.clone());
    edit(&mut settings, &admitted)?;
    draft.edit(ordinal, |key: &mut Key| key.settings = settings);
    rotation::rotate_if_overdue(draft, ordinal);
    Ok(ordinal)
}

/// The change of a key's settings that sets this lifecycle.
fn to_lifecycle(
    lifecycle: Lifecycle,
) -> impl FnOnce(&mut Settings, &Admitted<'_>) -> Result<(), Error> + Send + 'static {
    move |settings, _| {
        settings.lifecycle = lifecycle;
        Ok(())
    }
}

/// Checks that the caller can have this key: by its alias, its store, and the quota.
fn check_new(view: View<'_>, caller: &Caller, new: &NewKey) -> Result<(), Error> {
    if let Some(alias) = &new.alias {
        refuse_reserved(caller, alias)?;
        if view.state().keys.aliased(alias).is_some() {
            return Err(AliasError::Taken.into());
        }
    }
    view.check_store_of_new(new.instance.as_deref())?;
    view.check_instance_of_key(new.instance.as_deref())?;
    check_quota(view, caller)
}

/// Checks that the caller's quota allows its users another key.
pub(super) fn check_quota(view: View<'_>, caller: &Caller) -> Result<(), Error> {
    let of_users = |facets: &KeyFacets| matches!(facets.creator, Creator::User(_));
    match caller.quota.keys {
        Some(most) if view.list_keys(of_users).total() >= most => Err(Error::QuotaExceeded),
        _ => Ok(()),
    }
}

fn add_key(
    draft: &mut Draft<'_>,
    new: NewKey,
    material: Option<Material>,
    creator: Creator,
) -> Arc<Key> {
    let key = Arc::new(Key {
        ordinal: draft.view().state().next_ordinal(),
        id: (draft.caller().rules.keys.new_id)(draft.entropy(), draft.now()),
        versions: vec![Arc::new(KeyVersion {
            id: draft.entropy().uuid().into(),
            created_at: draft.now(),
            holding: match material {
                Some(material) => Holding::Material(material, None),
                None => Holding::Nothing { last: None },
            },
        })],
        spec: new.spec,
        usage: new.usage,
        origin: new.origin,
        protection: new.protection,
        creator,
        created_at: draft.now(),
        instance: new.instance,
        storage: new.storage,
        group: new.group,
        primary_region: None,
        policy: new.policy,
        settings: Settings {
            name: new.name,
            description: new.description,
            rotation: new.rotation,
            ..Settings::default()
        },
        aliases: new.alias.into_iter().collect(),
        tags: new.tags,
    });
    draft.insert(&key);
    key
}

/// The key of a service's alias. It is created on first use.
pub(super) fn service_key(draft: &mut Draft<'_>, alias: &AliasName) -> Result<KeyId, Error> {
    let service = draft.caller().rules.service(alias).ok_or(AliasError::NotFound)?;
    if let Some(key) = draft.view().state().keys.aliased(alias) {
        return Ok(key.id.clone());
    }
    let material = Some(draft.generate_material(SymmetricSpec::Aes256.material_len()));
    let rules = draft.caller().rules.aliases.as_ref();
    let name = rules.filter(|rules| rules.own_name).map(|_| alias.to_string());
    let new = NewKey { name, alias: Some(alias.clone()), ..NewKey::plain() };
    let key = add_key(draft, new, material, Creator::Service(service.into()));
    Ok(key.id.clone())
}
