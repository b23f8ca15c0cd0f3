//! New versions of key pairs, created on request.

use std::sync::Arc;

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
}

/// The kind of the pair, if it may have another version now.
fn next_version(admitted: &Admitted<'_>, caller: &Caller) -> Result<PairSpec, Error> {
    let key = admitted.key();
    let (KeySpec::Pair(spec), Some(rules)) = (key.spec, &caller.rules.pairs) else {
        return Err(KeyError::Unsupported.into());
    };
    // The first version was created with the key and does not count.
    let asked = key.versions.iter().skip(1).next_back();
    if asked.is_some_and(|newest| admitted.now() < newest.created_at.plus(rules.spacing)) {
        return Err(KeyError::VersionTooSoon.into());
    }
    if key.versions.len() >= rules.versions {
        return Err(Error::QuotaExceeded);
    }
    Ok(spec)
}
