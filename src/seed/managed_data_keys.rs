//! Managed data keys of seeds.

use std::collections::BTreeSet;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::document::{ManagedDataKeyEntry, ManagedDataKeyVersionEntry};
use super::error::{Place, SeedError};
use super::material::{Materials, Owner, derived};
use super::realm_builder::RealmBuilder;
use crate::engine::{Engine, Rules};
use crate::model::{
    ManagedDataKey, ManagedDataKeyName, ManagedDataKeyVersion, ManagedDataKeyVersionId, Material,
    Realm,
};

/// The greatest length in bytes.
const LEN_MAX: usize = 1024;

impl ManagedDataKeyEntry {
    /// The versions with their ids and plaintexts. Without any, there is one.
    fn versions(&self) -> Vec<(ManagedDataKeyVersionId, Option<&ManagedDataKeyVersionEntry>)> {
        let name = &self.name.value.0;
        let versions = self.versions.iter().enumerate();
        let versions = versions.map(|(index, it)| (version_id(name, index, Some(it)), Some(it)));
        let only = self.versions.is_empty().then(|| (version_id(name, 0, None), None));
        versions.chain(only).collect()
    }
}

/// A version's id: given, or derived from the name and the index, so that it is equal in every run.
fn version_id(
    name: &ManagedDataKeyName,
    index: usize,
    entry: Option<&ManagedDataKeyVersionEntry>,
) -> ManagedDataKeyVersionId {
    let given = entry.and_then(|entry| entry.id.as_ref()).map(|id| id.value.0.clone());
    let derived = || derived(&format!("managed-data-key/{name}/{index}")).simple().to_string();
    given.unwrap_or_else(|| ManagedDataKeyVersionId::made(&derived()[..8]))
}

/// Adds the bytes of a managed data key's versions to the materials. Missing bytes are taken from
/// the server, or drawn.
pub(super) fn bytes(
    materials: &mut Materials,
    (engine, realm, rules): (&Engine, &Realm, &Rules),
    entry: &ManagedDataKeyEntry,
    place: Place<'_>,
) -> Result<(), SeedError> {
    let Some(rules) = &rules.managed_data_keys else {
        return Err(place.wrong("name", &entry.name, "this cloud has no managed data keys"));
    };
    if let (Some(at), false) = (&entry.plaintext, entry.versions.is_empty()) {
        return Err(place.wrong("plaintext", at, "cannot be given with versions"));
    }
    let name = &entry.name.value.0;
    let state = engine.state(realm);
    for (index, (id, version)) in entry.versions().into_iter().enumerate() {
        let field = match version {
            Some(_) => &format!("versions[{index}].plaintext"),
            None => "plaintext",
        };
        let given = version.map_or(&entry.plaintext, |version| &version.plaintext);
        let there = state.managed_data_keys.named(name).and_then(|there| there.version(&id));
        let bytes = match (given, there) {
            (Some(at), _) if !(1..=LEN_MAX).contains(&at.value.0.0.len()) => {
                return Err(place.wrong(field, at, "not 1 to 1024 bytes"));
            }
            (Some(text), _) => Material::new(Zeroizing::clone(&text.value.0.0)),
            (None, Some(there)) => there.bytes.clone(),
            (None, None) => Material::new(engine.random_bytes(rules.len)),
        };
        materials.insert((realm.clone(), Owner::ManagedDataKey(name.clone(), id)), bytes);
    }
    Ok(())
}

impl RealmBuilder<'_> {
    /// Adds a managed data key, unless one with its name exists.
    pub(super) fn add_managed_data_key(
        &mut self,
        entry: &ManagedDataKeyEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let name = &entry.name.value.0;
        let Some(rules) = &self.rules.managed_data_keys else {
            return Err(place.wrong("name", &entry.name, "this cloud has no managed data keys"));
        };
        let checked = rules.names.check(name.as_str());
        checked.map_err(|what| place.wrong("name", &entry.name, what))?;
        if self.base.managed_data_keys.named(name).is_some() {
            return Ok(());
        }
        if self.state.managed_data_keys.named(name).is_some() {
            return Err(place.wrong("name", &entry.name, "given twice"));
        }
        if entry.versions.len() > rules.versions {
            return Err(place.wrong("versions", &entry.name, "more than this cloud keeps"));
        }
        let mut ids = BTreeSet::new();
        let mut versions = Vec::new();
        for (id, version) in entry.versions() {
            if !ids.insert(id.clone()) {
                return Err(place.wrong("versions", &entry.name, "an id is given twice"));
            }
            let bytes = self.material(Owner::ManagedDataKey(name.clone(), id.clone()));
            let bytes = bytes.ok_or_else(|| place.wrong("plaintext", &entry.name, "is missing"))?;
            let created_at = version.and_then(|version| self.time(version.created_at.as_ref()));
            let created_at = created_at.unwrap_or(self.now);
            versions.push(Arc::new(ManagedDataKeyVersion { id, created_at, bytes }));
        }
        let ordinal = self.ordinal(entry.ordinal.as_ref(), place)?;
        self.insert(ManagedDataKey { ordinal, name: name.clone(), versions });
        Ok(())
    }
}
