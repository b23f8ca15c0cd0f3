//! Instances of the service. The material of their keys is kept as that of every other key. What
//! differs is where a key or a secret can be created, and how many of them.

use std::sync::Arc;

use super::{Caller, Engine, Error, InstanceError, KeyRow, List, View};
use crate::model::{
    BoundNetwork, Instance, InstanceId, InstanceKind, InstanceNetwork, InstanceStatus, Secret,
};

/// How much of an instance's capacity is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceUse {
    /// Keys.
    pub keys: usize,
    /// Secrets.
    pub secrets: usize,
    /// Networks, its own included.
    pub networks: usize,
}

impl<'a> View<'a> {
    /// Every instance, oldest first.
    pub fn instances(&self) -> impl Iterator<Item = &'a Arc<Instance>> + use<'a> {
        self.state().instances.all()
    }

    /// The instance with this id, whatever its status.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`].
    pub fn instance(&self, id: &InstanceId) -> Result<&'a Arc<Instance>, Error> {
        Ok(self.state().instances.named(id).ok_or(InstanceError::NotFound)?)
    }

    /// The instance with this id, connected.
    ///
    /// # Errors
    /// [`InstanceError::NotFound`]; [`InstanceError::StatusInvalid`].
    pub fn connected_instance(&self, id: &InstanceId) -> Result<&'a Arc<Instance>, Error> {
        let instance = self.instance(id)?;
        match instance.status {
            InstanceStatus::Connected => Ok(instance),
            _ => Err(InstanceError::StatusInvalid.into()),
        }
    }

    /// How much of an instance's capacity is used.
    #[must_use]
    pub fn instance_use(&self, instance: &Instance) -> InstanceUse {
        InstanceUse {
            keys: self.keys_in(&instance.id).total(),
            secrets: self.secrets_in(&instance.id).total(),
            networks: usize::from(instance.network.is_some()) + instance.bound_networks.len(),
        }
    }

    /// The keys in an instance, oldest first.
    fn keys_in(&self, instance: &InstanceId) -> List<'a, KeyRow<'a>> {
        self.list_keys(|it| it.instance.as_deref() == Some(instance.as_str()))
    }

    /// The secrets in an instance, oldest first.
    fn secrets_in(&self, instance: &InstanceId) -> List<'a, &'a Arc<Secret>> {
        self.list_secrets(|it| it.instance.as_deref() == Some(instance.as_str()))
    }

    /// Checks that a new key can be put into an instance, if its cloud has instances.
    pub(super) fn check_instance_of_key(&self, named: Option<&str>) -> Result<(), Error> {
        let Some(instance) = self.instance_of_new(named)? else { return Ok(()) };
        let most = instance.capacity.keys as usize;
        let is_full = self.state().keys.count() >= most && self.instance_use(instance).keys >= most;
        if is_full { Err(InstanceError::Full.into()) } else { Ok(()) }
    }

    /// Checks that a new secret can be put into an instance, if its cloud has instances.
    pub(super) fn check_instance_of_secret(&self, named: Option<&str>) -> Result<(), Error> {
        let Some(instance) = self.instance_of_new(named)? else { return Ok(()) };
        let most = instance.capacity.secrets as usize;
        let is_full =
            self.state().secrets.count() >= most && self.instance_use(instance).secrets >= most;
        if is_full { Err(InstanceError::Full.into()) } else { Ok(()) }
    }

    /// The instance that a new noun names, if its cloud has instances.
    fn instance_of_new(&self, named: Option<&str>) -> Result<Option<&'a Arc<Instance>>, Error> {
        let (Some(named), Some(_)) = (named, &self.caller().rules.instances) else {
            return Ok(None);
        };
        let id = InstanceId::parse(named).ok_or(InstanceError::NotFound)?;
        self.connected_instance(&id).map(Some)
    }
}

impl Engine {
    /// Adds an instance. Its number is assigned here.
    ///
    /// # Errors
    /// [`InstanceError::Exists`].
    pub async fn add_instance(&self, caller: Caller, mut instance: Instance) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let state = draft.view().state();
            if state.instances.named(&instance.id).is_some() {
                return Err(InstanceError::Exists.into());
            }
            instance.ordinal = state.next_ordinal();
            draft.insert(&Arc::new(instance));
            Ok(())
        })
        .await
    }

    /// Connects an instance to its network.
    ///
    /// # Errors
    /// [`InstanceError::StatusInvalid`] unless it has no network yet;
    /// [`InstanceError::Unsupported`] for an instance with hardware security modules.
    pub async fn connect_instance(
        &self,
        caller: Caller,
        id: InstanceId,
        network: InstanceNetwork,
    ) -> Result<(), Error> {
        self.change_instance(caller, id, |instance| {
            match (instance.kind, instance.status) {
                (InstanceKind::Hardware, _) => return Err(InstanceError::Unsupported),
                (InstanceKind::Software, InstanceStatus::Uninitialized) => {}
                (InstanceKind::Software, _) => return Err(InstanceError::StatusInvalid),
            }
            instance.network = Some(network);
            instance.status = InstanceStatus::Connected;
            Ok(())
        })
        .await
    }

    /// Replaces the further networks from which an instance can be reached.
    ///
    /// # Errors
    /// [`InstanceError::StatusInvalid`] unless it is connected; [`InstanceError::Full`] for more
    /// networks than it was bought for.
    pub async fn bind_instance(
        &self,
        caller: Caller,
        id: InstanceId,
        networks: Vec<BoundNetwork>,
    ) -> Result<(), Error> {
        self.change_instance(caller, id, |instance| {
            if instance.status != InstanceStatus::Connected {
                return Err(InstanceError::StatusInvalid);
            }
            if networks.len() >= (instance.capacity.networks as usize).max(1) {
                return Err(InstanceError::Full);
            }
            instance.bound_networks = networks;
            Ok(())
        })
        .await
    }

    /// Renames an instance.
    pub async fn rename_instance(
        &self,
        caller: Caller,
        id: InstanceId,
        name: String,
    ) -> Result<(), Error> {
        self.change_instance(caller, id, |instance| {
            instance.name = name;
            Ok(())
        })
        .await
    }

    /// Protects an instance from release for this reason, or ends the protection.
    pub async fn protect_instance(
        &self,
        caller: Caller,
        id: InstanceId,
        reason: Option<String>,
    ) -> Result<(), Error> {
        self.change_instance(caller, id, |instance| {
            instance.deletion_protection = reason;
            Ok(())
        })
        .await
    }

    /// Releases an instance, and deletes the keys and secrets in it for good.
    ///
    /// # Errors
    /// [`InstanceError::Unsupported`] if it is paid in advance; [`InstanceError::Protected`];
    /// [`InstanceError::NoBackup`] unless `without_backup` allows it.
    pub async fn release_instance(
        &self,
        caller: Caller,
        id: InstanceId,
        without_backup: bool,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let instance = draft.view().instance(&id)?;
            if instance.prepaid {
                return Err(InstanceError::Unsupported.into());
            }
            if instance.deletion_protection.is_some() {
                return Err(InstanceError::Protected.into());
            }
            if !instance.backed_up && !without_backup {
                return Err(InstanceError::NoBackup.into());
            }
            let ordinal = instance.ordinal;
            let keys = draft.view().keys_in(&id).all();
            let keys: Vec<_> = keys.into_iter().map(|(key, _)| Arc::clone(key)).collect();
            let secrets = draft.view().secrets_in(&id).all();
            let secrets: Vec<_> = secrets.into_iter().map(|it| it.ordinal).collect();
            for key in keys {
                draft.remove_key(&key);
            }
            for secret in secrets {
                draft.remove::<Secret>(secret);
            }
            draft.remove::<Instance>(ordinal);
            Ok(())
        })
        .await
    }

    /// Changes an instance.
    async fn change_instance(
        &self,
        caller: Caller,
        id: InstanceId,
        change: impl FnOnce(&mut Instance) -> Result<(), InstanceError> + Send + 'static,
    ) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let mut changed = Instance::clone(draft.view().instance(&id)?);
            change(&mut changed)?;
            draft.edit(changed.ordinal, |it: &mut Instance| *it = changed);
            Ok(())
        })
        .await
    }
}
