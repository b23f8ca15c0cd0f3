//! Whole realms: read, extended, replaced, emptied. Exports read secrets and key material here.
//! This is the only access to material besides `admit`, and only `seed/` uses it.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::ciphertext::{self, Parts};
use super::{Engine, Error, KeyError, Replacement, Rules, calendar, envelope};
use crate::model::{
    Envelope, Key, KeySpec, Material, Realm, RealmChange, Scope, SecretName, SecretVersion, State,
    SymmetricSpec, VersionId,
};
use crate::world::Entropy;

impl Engine {
    /// The rules of the realm's cloud.
    #[must_use]
    pub fn rules(&self, realm: &Realm) -> Option<&'static Rules> {
        self.clouds.get(&*realm.dialect).map(|rules| rules(&realm.region))
    }

    /// The realm's current state.
    #[must_use]
    pub fn state(&self, realm: &Realm) -> Arc<State> {
        self.realms.snapshot(realm)
    }

    /// Every non-empty realm of a scope with its state, after everything that is due there has
    /// happened.
    pub async fn contents(&self, scope: &Scope) -> Vec<(Realm, Arc<State>)> {
        calendar::log_failure(self.settle_scope(scope).await);
        let matching = self.realms.matching(|state| !state.is_empty());
        let matching = matching.into_iter().filter(|realm| scope.has(realm));
        matching.map(|realm| (realm.clone(), self.state(&realm))).collect()
    }

    /// Replaces the contents of a scope's realms, all of them or none, durably.
    ///
    /// # Errors
    /// [`Error::Store`] when it could not be written. Then nothing changed, and `then` did not run.
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

    /// Generates material for a new key.
    ///
    /// # Errors
    /// [`Error::Internal`] while the server shuts down.
    pub async fn generate_material(&self, spec: KeySpec) -> Result<Material, Error> {
        Ok(Material::new(match spec {
            KeySpec::Pair(spec) => self.generate_pair(spec).await?,
            KeySpec::Symmetric(spec) => self.random_bytes(spec.material_len()),
            KeySpec::Mac(spec) => self.random_bytes(spec.material_len()),
        }))
    }
}

/// The bytes of material, for an export.
#[must_use]
pub fn export_material(material: &Material) -> &[u8] {
    material.expose()
}

/// Seals a secret's value under a key's newest version, in any state of the key.
///
/// # Errors
/// The key is not symmetric, or has no material.
pub fn seal_value(
    key: &Key,
    entropy: &Entropy,
    of: (&SecretName, &str),
    value: &[u8],
) -> Result<Envelope, Error> {
    let (spec, version, material) = newest(key)?;
    envelope::seal(spec, (version, material), entropy, of, value)
}

/// Encrypts a data key with a key's newest version, in any state of the key.
///
/// # Errors
/// The key is not symmetric, or has no material.
pub fn seal_data_key(
    key: &Key,
    entropy: &Entropy,
    associated: &[u8],
    data_key: &[u8],
) -> Result<Vec<u8>, Error> {
    let (spec, version, material) = newest(key)?;
    ciphertext::seal(spec, (version, material), entropy.array(), associated, data_key)
}

/// The length of the text in a symmetric ciphertext; `None` if it is no such ciphertext.
#[must_use]
pub fn sealed_len(ciphertext: &[u8]) -> Option<usize> {
    Some(Parts::of(ciphertext)?.len())
}

/// The newest version of a symmetric key with its material, in any state of the key.
fn newest(key: &Key) -> Result<(SymmetricSpec, VersionId, &[u8]), Error> {
    let spec = match key.spec {
        KeySpec::Symmetric(spec) => spec,
        KeySpec::Pair(_) => return Err(KeyError::IsPair.into()),
        KeySpec::Mac(_) => return Err(KeyError::IsMac.into()),
    };
    let version = key.primary().ok_or(KeyError::VersionNotFound)?;
    let material = version.any_material().ok_or(KeyError::MaterialMissing)?;
    Ok((spec, version.id, material.expose()))
}

/// Opens a secret's value, in any state of its key. `None` when the key or its material is gone.
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
