//! Creating secrets, reading their values, and changing their settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::keys::service_key;
use super::secret_draft::{NewSecretVersion, add_version, secret_of};
use super::{
    AliasError, Caller, Draft, Engine, Error, KeyRef, Operation, SecretError, Snapshot, View,
    envelope,
};
use crate::model::{KeyId, Managed, Secret, SecretName, SecretSettings, SecretVersion};
use crate::world::Instant;

/// What a caller specifies for a new secret.
#[derive(Clone)]
#[expect(missing_docs, reason = "as in the secret itself")]
pub struct NewSecret {
    pub name: SecretName,
    pub kind: Arc<str>,
    pub key: Option<KeyRef>,
    pub description: String,
    pub instance: Option<String>,
    pub policy: Option<String>,
    pub tags: BTreeMap<String, String>,
    /// What a managed secret belongs to, in the cloud's format.
    pub config: Option<String>,
    pub rotation: Option<Duration>,
    /// Its first versions, oldest first.
    pub versions: Vec<NewSecretVersion>,
}

/// Which version a caller asks for.
#[derive(Clone, Copy, Debug)]
pub enum VersionQuery<'a> {
    /// The version with this id.
    Version(&'a str),
    /// The version with this stage.
    Stage(&'a str),
}

/// A value with its secret and version.
pub struct SecretValue {
    /// The secret.
    pub secret: Arc<Secret>,
    /// The version.
    pub version: Arc<SecretVersion>,
    /// The value.
    pub value: Zeroizing<Vec<u8>>,
}

impl<'a> View<'a> {
    /// Every existing secret, oldest first.
    pub fn secrets(&self) -> impl Iterator<Item = &'a Arc<Secret>> + use<'a> {
        let now = self.now();
        self.state().secrets.all().filter(move |secret| secret.is_there(now))
    }

    /// A secret by its name. It may be deleted, as long as it can be restored.
    ///
    /// # Errors
    /// [`SecretError::NotFound`].
    pub fn secret(&self, name: &SecretName) -> Result<&'a Arc<Secret>, Error> {
        let secret = self.state().secrets.named(name).filter(|secret| secret.is_there(self.now()));
        secret.ok_or(SecretError::NotFound.into())
    }

    /// A secret by its name that is not deleted.
    ///
    /// # Errors
    /// [`SecretError::NotFound`], or [`SecretError::Deleted`] while it can be restored.
    pub fn usable_secret(&self, name: &SecretName) -> Result<&'a Arc<Secret>, Error> {
        let secret = self.secret(name)?;
        if secret.settings.delete_at.is_some() {
            Err(SecretError::Deleted.into())
        } else {
            Ok(secret)
        }
    }

    /// A secret by its name that is not deleted, and whose values the caller may read.
    ///
    /// # Errors
    /// As [`View::usable_secret`]; and [`SecretError::NotPermitted`].
    pub fn readable_secret(&self, name: &SecretName) -> Result<&'a Arc<Secret>, Error> {
        let secret = self.usable_secret(name)?;
        self.caller().access.check_secret(secret)?;
        Ok(secret)
    }

    pub(super) fn value(
        &self,
        secret: &Secret,
        version: &SecretVersion,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        envelope::open(*self, (&secret.name, &version.id), &version.envelope)
    }
}

impl Snapshot {
    /// The value of a secret.
    ///
    /// # Errors
    /// The secret, version or stage is unknown, the secret is deleted, or its key does not allow
    /// it.
    pub fn secret_value(
        &self,
        caller: &Caller,
        name: &SecretName,
        wanted: VersionQuery<'_>,
    ) -> Result<SecretValue, Error> {
        let view = self.view(caller);
        let secret = view.readable_secret(name)?;
        let version = match wanted {
            VersionQuery::Version(id) => secret.version(id),
            VersionQuery::Stage(stage) => secret.staged(stage),
        };
        let version = version.ok_or(SecretError::NotFound)?;
        let value = view.value(secret, version)?;
        Ok(SecretValue { secret: Arc::clone(secret), version: Arc::clone(version), value })
    }
}

impl Engine {
    /// Creates a secret.
    pub async fn create_secret(
        &self,
        caller: Caller,
        new: NewSecret,
    ) -> Result<Arc<Secret>, Error> {
        self.change(caller, move |draft| {
            if let Ok(there) = draft.view().secret(&new.name) {
                let deleted = there.settings.delete_at.is_some();
                return Err(if deleted { SecretError::Deleted } else { SecretError::Taken }.into());
            }
            let full = |most| draft.view().list_secrets(|_| true).total() >= most;
            if draft.caller().quota.secrets.is_some_and(full) {
                return Err(Error::QuotaExceeded);
            }
            draft.view().check_instance_of_secret(new.instance.as_deref())?;
            let (key, key_is_named) = sealing_key(draft, new.key.as_ref())?;
            let now = draft.now();
            let managed = new.config.map(|config| Managed {
                config,
                rotation: new.rotation,
                stuck: false,
                rotated_at: None,
                asked: std::collections::VecDeque::new(),
            });
            let secret = Arc::new(Secret {
                ordinal: draft.view().state().next_ordinal(),
                name: new.name,
                kind: new.kind,
                created_at: now,
                key,
                key_is_named,
                instance: new.instance,
                settings: SecretSettings {
                    description: new.description,
                    updated_at: now,
                    delete_at: None,
                    policy: new.policy,
                    managed,
                    stages: BTreeMap::new(),
                },
                versions: Vec::new(),
                tags: new.tags,
            });
            let ordinal = secret.ordinal;
            draft.insert(&secret);
            for version in new.versions {
                add_version(draft, ordinal, version, now)?;
            }
            secret_of(draft, ordinal)
        })
        .await
    }

    /// Changes the description, and the configuration of a managed secret: `config` maps the old
    /// text to the new one.
    pub async fn update_secret<F>(
        &self,
        caller: Caller,
        name: SecretName,
        description: Option<String>,
        config: Option<F>,
    ) -> Result<(), Error>
    where
        F: FnOnce(&str) -> Result<String, Error> + Send + 'static,
    {
        self.set_secret(caller, name, move |_, settings| {
            match (config, &mut settings.managed) {
                (None, _) => {}
                (Some(_), None) => return Err(SecretError::Unsupported.into()),
                (Some(make), Some(managed)) => managed.config = make(&managed.config)?,
            }
            if let Some(description) = description {
                settings.description = description;
            }
            Ok(())
        })
        .await
    }

    /// Sets the policy of a secret. Its cloud decides what that means.
    pub async fn set_secret_policy(
        &self,
        caller: Caller,
        name: SecretName,
        policy: String,
    ) -> Result<(), Error> {
        self.set_secret(caller, name, move |_, settings| {
            settings.policy = Some(policy);
            Ok(())
        })
        .await
    }

    /// Deletes a secret after the window, or with `None` at once and for good. Returns when.
    pub async fn delete_secret(
        &self,
        caller: Caller,
        name: SecretName,
        window: Option<Duration>,
    ) -> Result<Instant, Error> {
        self.change(caller, move |draft| {
            let secret = Arc::clone(draft.view().secret(&name)?);
            let Some(window) = window else {
                draft.remove::<Secret>(secret.ordinal);
                return Ok(draft.now());
            };
            if secret.settings.delete_at.is_some() {
                return Err(SecretError::Deleted.into());
            }
            let at = draft.now().plus(window);
            draft.edit(secret.ordinal, |it: &mut Secret| it.settings.delete_at = Some(at));
            Ok(at)
        })
        .await
    }

    /// Restores a deleted secret. A rotation that fell due in the meantime happens now.
    pub async fn restore_secret(&self, caller: Caller, name: SecretName) -> Result<(), Error> {
        self.change_secret(caller, name.clone(), move |draft| {
            let secret = Arc::clone(draft.view().secret(&name)?);
            if secret.settings.delete_at.is_none() {
                return Err(SecretError::NotDeleted.into());
            }
            draft.edit(secret.ordinal, |it: &mut Secret| it.settings.delete_at = None);
            super::secret_rotation::rotate_if_overdue(draft, secret.ordinal);
            Ok(())
        })
        .await
    }

    pub(super) async fn set_secret<F>(
        &self,
        caller: Caller,
        name: SecretName,
        edit: F,
    ) -> Result<(), Error>
    where
        F: FnOnce(&Secret, &mut SecretSettings) -> Result<(), Error> + Send + 'static,
    {
        self.change(caller, move |draft| {
            let secret = Arc::clone(draft.view().usable_secret(&name)?);
            let mut settings = secret.settings.clone();
            edit(&secret, &mut settings)?;
            settings.updated_at = draft.now();
            draft.edit(secret.ordinal, |it: &mut Secret| it.settings = settings);
            Ok(())
        })
        .await
    }
}

/// The key that seals a new secret's values, and whether the caller named it.
fn sealing_key(draft: &mut Draft<'_>, named: Option<&KeyRef>) -> Result<(KeyId, bool), Error> {
    let Some(key) = named else {
        let alias = draft.caller().rules.secrets_alias().ok_or(AliasError::NotFound)?;
        return Ok((service_key(draft, &alias)?, false));
    };
    let admitted = draft.view().admit(key, Operation::GenerateDataKey)?;
    admitted.symmetric()?;
    Ok((admitted.key().id.clone(), true))
}
