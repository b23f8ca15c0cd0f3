//! New versions of keys, created on request.

use std::sync::Arc;
use std::time::Duration;

use super::rotation::{rotate, rotating_spec};
use super::{Admitted, Caller, Engine, Error, KeyError, KeyRef, Operation};
use crate::algorithms::asymmetric::PairSpec;
use crate::model::{Holding, Key, KeySpec, KeyVersion, Material};

impl Engine {
    /// Creates a new version of a pair, with its own private key. The older versions stay usable.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for a symmetric key; [`KeyError::VersionTooSoon`] and
    /// [`Error::QuotaExceeded`] by the cloud's rules.
    pub async fn create_version(
        &self,
        caller: Caller,
        key: KeyRef,
    ) -> Result<(Arc<Key>, Arc<KeyVersion>), Error> {
        // Checked first, so that no private key is generated in vain. The key's id is fixed here,
        // because an alias may be moved in the meantime.
        let (key, spec) = {
            let snapshot = self.snapshot(&caller);
            let admitted = snapshot.view(&caller).admit(&key, Operation::CreateVersion)?;
            (KeyRef::Id(admitted.key().id.clone()), next_version(&admitted, &caller)?)
        };
        let material = Material::new(self.generate_pair(spec).await?);
        self.change(caller, move |draft| {
            let admitted = draft.view().admit(&key, Operation::CreateVersion)?;
            next_version(&admitted, draft.caller())?;
            let key = Arc::clone(admitted.key());
            let version = Arc::new(KeyVersion {
                id: draft.entropy().uuid().into(),
                created_at: draft.now(),
                holding: Holding::Material(material, None),
            });
            draft.add_versions(key.ordinal, vec![Arc::clone(&version)]);
            draft.caller().used.note(&key.id, Some(version.id));
            Ok((key, version))
        })
        .await
    }

    /// Creates a new version of a symmetric key at once, as its rotation does. The next rotation
    /// comes one interval later.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for a pair, for imported material and for a service's key;
    /// [`KeyError::VersionTooSoon`] by the cloud's rules.
    pub async fn rotate_now(&self, caller: Caller, key: KeyRef) -> Result<(), Error> {
        self.change(caller, move |draft| {
            let admitted = draft.view().admit(&key, Operation::RotateNow)?;
            let spec = rotating_spec(admitted.key()).ok_or(KeyError::Unsupported)?;
            if let Some(spacing) = draft.caller().rules.keys.rotation_spacing {
                check_spacing(&admitted, spacing)?;
            }
            let (ordinal, now) = (admitted.key().ordinal, draft.now());
            draft.caller().used.note(&admitted.key().id, None);
            rotate(draft, ordinal, spec, &[now]);
            Ok(())
        })
        .await
    }
}

/// Checks that the newest version is old enough for another. The first version was created with the
/// key and does not count.
fn check_spacing(admitted: &Admitted<'_>, spacing: Duration) -> Result<(), Error> {
    let newest = admitted.key().versions.iter().skip(1).next_back();
    if newest.is_some_and(|newest| admitted.now() < newest.created_at.plus(spacing)) {
        return Err(KeyError::VersionTooSoon.into());
    }
    Ok(())
}

/// The kind of the pair, if it may have another version now.
fn next_version(admitted: &Admitted<'_>, caller: &Caller) -> Result<PairSpec, Error> {
    let key = admitted.key();
    let (KeySpec::Pair(spec), Some(rules)) = (key.spec, &caller.rules.pairs) else {
        return Err(KeyError::Unsupported.into());
    };
    check_spacing(admitted, rules.spacing)?;
    if key.versions.len() >= rules.versions {
        return Err(Error::QuotaExceeded);
    }
    Ok(spec)
}
