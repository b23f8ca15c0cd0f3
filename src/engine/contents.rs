//! Realms as a whole: looked at, added to, replaced, emptied. What they hold is taken out here,
//! secrets and key material included, for those who write it down and bring it back: this is the
//! other door to material, and only `seed/` goes through it.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::ciphertext::Parts;
use super::{Engine, Error, KeyError, Replacement, Rules, calendar, envelope};
use crate::model::{
    Envelope, Key, KeySpec, Material, Realm, RealmChange, Scope, SecretName, SecretVersion, State,
};
use crate::world::Entropy;

impl Engine {
    /// The rules of the cloud that a realm is one of.
    #[must_use]
    pub fn rules(&self, realm: &Realm) -> Option<&'static Rules> {
        self.clouds.get(&*realm.dialect).map(|rules| rules(&realm.region))
    }

    /// What a realm holds now.
    #[must_use]
    pub fn state(&self, realm: &Realm) -> Arc<State> {
        self.realms.snapshot(realm)
    }

    /// Every realm of a scope that somebody used, with what it holds once all that is due has
    /// happened.
    pub async fn contents(&self, scope: &Scope) -> Vec<(Realm, Arc<State>)> {
        calendar::log_failure(self.settle_scope(scope).await);
        let those = self.realms.those(|state| !state.is_empty());
        let those = those.into_iter().filter(|realm| scope.has(realm));
        those.map(|realm| (realm.clone(), self.state(&realm))).collect()
    }

    /// Replaces what the realms of a scope hold: all at once, durably, or nothing.
    ///
    /// # Errors
    /// [`Error::Store`] when it could not be written: then nothing changed, and nothing else of it
    /// was done.
    pub async fn replace(&self, replacement: Replacement) -> Result<(), Error> {
        self.writer.replace(replacement).await
    }

    /// Adds facts to realms, all of them or none.
    ///
    /// # Errors
    /// [`Error::Store`] when nothing could be written.
    pub async fn add(&self, facts: Vec<RealmChange>) -> Result<(), Error> {
        self.writer.add(facts).await
    }

    /// Draws material for a new key.
    ///
    /// # Errors
    /// [`Error::Internal`], while the server ends.
    pub async fn generate_material(&self, spec: KeySpec) -> Result<Material, Error> {
        Ok(Material::new(match spec {
            KeySpec::Pair(spec) => self.generate_pair(spec).await?,
            KeySpec::Symmetric(spec) => {
                let mut bytes = Zeroizing::new(vec![0; spec.material_len()]);
                self.world.entropy.fill(&mut bytes);
                bytes
            }
        }))
    }
}

/// The bytes of material, to be written down.
#[must_use]
pub fn export_material(material: &Material) -> &[u8] {
    material.expose()
}

/// Puts a secret's value in an envelope under a key's newest version, whatever the key's state is.
///
/// # Errors
/// The key is a pair, or has no material.
pub fn seal_value(
    key: &Key,
    entropy: &Entropy,
    of: (&SecretName, &str),
    value: &[u8],
) -> Result<Envelope, Error> {
    let KeySpec::Symmetric(spec) = key.spec else { return Err(KeyError::IsPair.into()) };
    let version = key.primary().ok_or(KeyError::VersionNotFound)?;
    let material = version.any_material().ok_or(KeyError::MaterialMissing)?;
    envelope::seal(spec, (version.id, material.expose()), entropy, of, value)
}

/// Takes a secret's value out, whatever the key's state is. `None` where the key is gone, or its
/// material.
#[must_use]
pub fn open_value(
    state: &State,
    secret: &SecretName,
    version: &SecretVersion,
) -> Option<Zeroizing<Vec<u8>>> {
    let parts = Parts::of(&version.envelope.data_key)?;
    let key = state.keys.with_version(parts.version)?;
    let KeySpec::Symmetric(spec) = key.spec else { return None };
    let material = key.version(parts.version)?.any_material()?;
    envelope::unseal(&parts, spec, material.expose(), (secret, &version.id), &version.envelope).ok()
}
