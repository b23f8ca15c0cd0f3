//! New versions of secrets whose owners write the values, and moves of their stages.

use std::sync::Arc;
use std::time::Duration;

use super::secret_draft::{NewSecretVersion, add_version, secret_of, set_stage};
use super::secret_rotation::{done, rotate, rotate_if_overdue};
use super::{Caller, Engine, Error, SecretError};
use crate::model::{Secret, SecretName};

/// The period in which rotations on request are counted.
const HOUR: Duration = Duration::from_hours(1);

/// How to move a stage.
#[derive(Clone, Debug)]
pub struct StageMove {
    /// The stage.
    pub stage: Arc<str>,
    /// The version that it must be at.
    pub from: Option<Arc<str>>,
    /// The version to move it to.
    pub to: Option<Arc<str>>,
}

impl Engine {
    /// Writes a new version and returns the secret. Writing the same value under an existing id
    /// changes nothing; another value is refused.
    ///
    /// # Errors
    /// [`SecretError::Unsupported`] for a managed secret, and for a version that would be both
    /// current and previous; [`SecretError::VersionTaken`].
    pub async fn put_secret_value(
        &self,
        caller: Caller,
        name: SecretName,
        new: NewSecretVersion,
    ) -> Result<Arc<Secret>, Error> {
        self.change(caller, move |draft| {
            let view = draft.view();
            let secret = Arc::clone(view.usable_secret(&name)?);
            let rules = draft.caller().secret_rules()?;
            let takes = |stage: &str| new.stages.iter().any(|it| **it == *stage);
            if secret.settings.managed.is_some() || takes(rules.current) && takes(rules.previous) {
                return Err(SecretError::Unsupported.into());
            }
            if let Some(there) = secret.version(&new.id) {
                let same = *view.value(&secret, there)? == *new.value;
                return if same { Ok(secret) } else { Err(SecretError::VersionTaken.into()) };
            }
            let now = draft.now();
            add_version(draft, secret.ordinal, new, now)?;
            secret_of(draft, secret.ordinal)
        })
        .await
    }

    /// Moves a stage, or removes it.
    ///
    /// # Errors
    /// [`SecretError::Unsupported`] for a managed secret, and where the current version would
    /// become the previous one; [`SecretError::StageMismatch`] when the stage is not at the
    /// expected version; [`Error::QuotaExceeded`] when the version has too many stages.
    pub async fn move_stage(
        &self,
        caller: Caller,
        name: SecretName,
        step: StageMove,
    ) -> Result<(), Error> {
        let rules = caller.secret_rules()?;
        let asking = caller.clone();
        self.set_secret(caller, name, move |secret, settings| {
            if secret.settings.managed.is_some() {
                return Err(SecretError::Unsupported.into());
            }
            let number = |id: &Arc<str>| {
                secret.version(id).map(|version| version.number).ok_or(SecretError::NotFound)
            };
            let from = step.from.as_ref().map(number).transpose()?;
            let to = step.to.as_ref().map(number).transpose()?;
            if from.is_some() && settings.stages.get(&step.stage).copied() != from {
                return Err(SecretError::StageMismatch.into());
            }
            match to {
                None => drop(settings.stages.remove(&step.stage)),
                Some(to)
                    if *step.stage == *rules.previous
                        && settings.stages.get(rules.current) == Some(&to) =>
                {
                    return Err(SecretError::Unsupported.into());
                }
                Some(to) => set_stage(&asking, settings, Arc::clone(&step.stage), to)?,
            }
            Ok(())
        })
        .await
    }

    /// Rotates a secret now. If a version with this id exists, the rotation was done before.
    pub async fn rotate_secret(
        &self,
        caller: Caller,
        name: SecretName,
        version: Arc<str>,
    ) -> Result<Arc<Secret>, Error> {
        self.change_secret(caller, name.clone(), move |draft| {
            let secret = Arc::clone(draft.view().usable_secret(&name)?);
            let managed = secret.settings.managed.as_ref().ok_or(SecretError::Unsupported)?;
            if secret.version(&version).is_some() {
                return Ok(secret);
            }
            let now = draft.now();
            let mut asked = managed.asked.clone();
            asked.retain(|at| now < at.plus(HOUR));
            if asked.len() >= draft.caller().secret_rules()?.rotations_per_hour {
                return Err(Error::QuotaExceeded);
            }
            asked.push_back(now);
            rotate(draft, &secret, Arc::clone(&version), now)?;
            done(draft, secret.ordinal, now, Some(asked));
            secret_of(draft, secret.ordinal)
        })
        .await
    }

    /// Sets a secret's rotation interval, or ends rotation.
    pub async fn set_secret_rotation(
        &self,
        caller: Caller,
        name: SecretName,
        interval: Option<Duration>,
    ) -> Result<(), Error> {
        self.change_secret(caller, name.clone(), move |draft| {
            let secret = Arc::clone(draft.view().usable_secret(&name)?);
            let mut settings = secret.settings.clone();
            let managed = settings.managed.as_mut().ok_or(SecretError::Unsupported)?;
            (managed.rotation, managed.stuck) = (interval, false);
            settings.updated_at = draft.now();
            draft.edit(secret.ordinal, |it: &mut Secret| it.settings = settings);
            rotate_if_overdue(draft, secret.ordinal);
            Ok(())
        })
        .await
    }
}
