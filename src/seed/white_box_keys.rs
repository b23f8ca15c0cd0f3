//! White-box keys of seeds.

use super::document::WhiteBoxKeyEntry;
use super::error::{Place, SeedError};
use super::material::{Materials, Owner, or_new, read};
use super::realm_builder::RealmBuilder;
use crate::engine::Engine;
use crate::model::{KeySpec, Realm, SymmetricSpec, WhiteBoxKey};

/// Adds a white-box key's material to the materials.
pub(super) async fn material(
    materials: &mut Materials,
    engine: &Engine,
    realm: &Realm,
    entry: &WhiteBoxKeyEntry,
    place: Place<'_>,
) -> Result<(), SeedError> {
    let (id, spec) = (&entry.id.value.0, entry.spec(place)?);
    let material = if let Some(text) = &entry.material {
        read(KeySpec::Symmetric(spec), text, "material", place)?
    } else {
        let state = engine.state(realm);
        let there = state.white_box_keys.named(id).filter(|it| it.spec == spec);
        let there = there.map(|it| it.material.clone());
        or_new(there, engine, KeySpec::Symmetric(spec), place.file).await?
    };
    materials.insert((realm.clone(), Owner::WhiteBoxKey(id.clone())), material);
    Ok(())
}

impl WhiteBoxKeyEntry {
    fn spec(&self, place: Place<'_>) -> Result<SymmetricSpec, SeedError> {
        match self.spec.as_ref().map(|spec| (spec, spec.value.0)) {
            None => Ok(SymmetricSpec::Aes256),
            Some((_, KeySpec::Symmetric(spec))) => Ok(spec),
            Some((at, KeySpec::Pair(_) | KeySpec::Mac(_))) => {
                Err(place.wrong("spec", at, "a white-box key is symmetric"))
            }
        }
    }
}

impl RealmBuilder<'_> {
    /// Adds a white-box key, unless one with its id exists.
    pub(super) fn add_white_box_key(
        &mut self,
        entry: &WhiteBoxKeyEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let (id, spec) = (&entry.id.value.0, entry.spec(place)?);
        let Some(rules) = &self.rules.white_box_keys else {
            return Err(place.wrong("id", &entry.id, "this cloud has no white-box keys"));
        };
        if let Some(at) = entry.spec.as_ref().filter(|_| !rules.ciphers.contains(&spec)) {
            return Err(place.wrong("spec", at, "no white-box key of this cloud has this cipher"));
        }
        let alias = &entry.alias.value.0;
        let wrong = |what: &str| place.wrong("alias", &entry.alias, what);
        rules.names.check(alias.as_str()).map_err(|what| wrong(&what))?;
        if entry.fingerprints.len() > rules.fingerprints {
            return Err(place.wrong("fingerprints", &entry.id, "more than this cloud keeps"));
        }
        if self.base.white_box_keys.named(id).is_some() {
            return Ok(());
        }
        if self.state.white_box_keys.named(id).is_some() {
            return Err(place.wrong("id", &entry.id, "given twice"));
        }
        if self.state.white_box_keys.by_alias(alias).is_some() {
            return Err(wrong("another white-box key has it"));
        }
        let material = self.material(Owner::WhiteBoxKey(id.clone()));
        let key = WhiteBoxKey {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            alias: alias.clone(),
            description: entry.description.clone(),
            spec,
            enabled: entry.enabled,
            creator: entry.creator.as_deref().unwrap_or(&self.realm.account).into(),
            created_at: self.time(entry.created_at.as_ref()).unwrap_or(self.now),
            fingerprints: entry.fingerprints.clone(),
            material: material.ok_or_else(|| place.wrong("material", &entry.id, "is missing"))?,
            tags: entry.tags.clone(),
        };
        self.insert(key);
        Ok(())
    }
}
