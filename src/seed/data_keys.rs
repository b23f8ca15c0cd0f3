//! Data keys of seeds. A missing ciphertext is made when the seed is applied, of the given
//! plaintext or of random bytes.

use zeroize::Zeroizing;

use super::document::DataKeyEntry;
use super::error::{Place, SeedError};
use super::material::{Materials, Owner};
use super::realm_builder::RealmBuilder;
use super::words::KeyStatus;
use crate::engine::Engine;
use crate::engine::contents::{export_material, seal_data_key, sealed_len};
use crate::model::{DataKey, DataKeyLifecycle, Material, Origin, Realm};
use crate::world::Entropy;

/// The default length in bytes, and the greatest.
const LEN: usize = 32;
const LEN_MAX: usize = 1024;

/// Adds a data key's bytes to the materials, unless its ciphertext is given.
pub(super) fn bytes(
    materials: &mut Materials,
    engine: &Engine,
    realm: &Realm,
    entry: &DataKeyEntry,
    place: Place<'_>,
) -> Result<(), SeedError> {
    let bytes = match (&entry.plaintext, &entry.ciphertext) {
        (Some(at), Some(_)) => {
            return Err(place.wrong("plaintext", at, "cannot be given with a ciphertext"));
        }
        (None, Some(_)) => return Ok(()),
        (Some(at), None) if !(1..=LEN_MAX).contains(&at.value.0.0.len()) => {
            return Err(place.wrong("plaintext", at, "not 1 to 1024 bytes"));
        }
        (Some(text), None) => Zeroizing::clone(&text.value.0.0),
        (None, None) => engine.random_bytes(LEN),
    };
    let owner = Owner::DataKey(entry.id.value.0.clone());
    materials.insert((realm.clone(), owner), Material::new(bytes));
    Ok(())
}

impl DataKeyEntry {
    fn lifecycle(
        &self,
        builder: &RealmBuilder<'_>,
        place: Place<'_>,
    ) -> Result<DataKeyLifecycle, SeedError> {
        let state = self.state.as_ref().map_or(KeyStatus::Enabled, |state| state.value.0);
        match (state, builder.time(self.delete_at.as_ref())) {
            (KeyStatus::Enabled, None) => Ok(DataKeyLifecycle::Enabled),
            (KeyStatus::Disabled, None) => Ok(DataKeyLifecycle::Disabled),
            (KeyStatus::PendingDeletion, Some(at)) => Ok(DataKeyLifecycle::PendingDeletion(at)),
            (KeyStatus::PendingDeletion, None) => {
                Err(place.wrong("state", &self.id, "needs a delete_at"))
            }
            (KeyStatus::Enabled | KeyStatus::Disabled, Some(_)) => {
                Err(place.wrong("delete_at", &self.id, "goes with state: PendingDeletion"))
            }
            (KeyStatus::PendingImport | KeyStatus::Archived, _) => {
                Err(place.wrong("state", &self.id, "is no state of a data key"))
            }
        }
    }
}

impl RealmBuilder<'_> {
    /// Adds a data key, unless one with its id exists.
    pub(super) fn add_data_key(
        &mut self,
        entry: &DataKeyEntry,
        entropy: &Entropy,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let id = &entry.id.value.0;
        let Some(rules) = &self.rules.data_keys else {
            return Err(place.wrong("id", &entry.id, "this cloud stores no data keys"));
        };
        let name = &entry.name.value.0;
        let wrong = |what: &str| place.wrong("name", &entry.name, what);
        rules.names.check(name.as_str()).map_err(|what| wrong(&what))?;
        let lifecycle = entry.lifecycle(self, place)?;
        if self.base.data_keys.named(id).is_some() {
            return Ok(());
        }
        if self.state.data_keys.named(id).is_some() {
            return Err(place.wrong("id", &entry.id, "given twice"));
        }
        if self.state.data_keys.by_alias(name).is_some() {
            return Err(wrong("another data key has it"));
        }
        let associated = entry.associated_data.as_ref().map(|it| it.value.0.0.to_vec());
        let associated = associated.unwrap_or_default();
        let ciphertext = self.ciphertext(entry, &associated, entropy, place)?;
        let data_key = DataKey {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            name: name.clone(),
            description: entry.description.clone(),
            key: entry.key.value.0.clone(),
            len: sealed_len(&ciphertext).ok_or_else(|| {
                place.wrong("ciphertext", &entry.id, "not a ciphertext of a key here")
            })?,
            ciphertext,
            associated,
            origin: entry.origin.as_ref().map_or(Origin::Service, |origin| origin.value.0),
            lifecycle,
            creator: entry.creator.as_deref().unwrap_or(&self.realm.account).into(),
            created_at: self.time(entry.created_at.as_ref()).unwrap_or(self.now),
            tags: entry.tags.clone(),
        };
        self.insert(data_key);
        Ok(())
    }

    /// The given ciphertext, or that of the bytes.
    fn ciphertext(
        &self,
        entry: &DataKeyEntry,
        associated: &[u8],
        entropy: &Entropy,
        place: Place<'_>,
    ) -> Result<Vec<u8>, SeedError> {
        if let Some(ciphertext) = &entry.ciphertext {
            return Ok(ciphertext.value.0.0.to_vec());
        }
        let wrong = |what: &str| place.wrong("key", &entry.key, what);
        let key = self.state.keys.named(&entry.key.value.0);
        let key = key.ok_or_else(|| wrong("there is no such key"))?;
        let bytes = self.material(Owner::DataKey(entry.id.value.0.clone()));
        let bytes = bytes.ok_or_else(|| place.wrong("plaintext", &entry.id, "is missing"))?;
        seal_data_key(key, entropy, associated, export_material(&bytes))
            .map_err(|_| wrong("that key is a pair, or has no material"))
    }
}
