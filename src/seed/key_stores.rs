//! Key stores of seeds.

use super::document::KeyStoreEntry;
use super::error::{Place, SeedError};
use super::realm_builder::RealmBuilder;
use crate::model::KeyStore;

impl RealmBuilder<'_> {
    /// Adds a key store, unless one with its id exists.
    pub(super) fn add_key_store(
        &mut self,
        entry: &KeyStoreEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let (id, alias) = (&entry.id.value.0, &entry.alias.value.0);
        let Some(rules) = &self.rules.key_stores else {
            return Err(place.wrong("id", &entry.id, "this cloud has no key stores"));
        };
        let wrong = |what: &str| place.wrong("alias", &entry.alias, what);
        rules.names.check(alias.as_str()).map_err(|what| wrong(&what))?;
        let kind = &entry.kind.value.0.0;
        let Some(known) = rules.kinds.iter().find(|known| *known.word == **kind) else {
            return Err(place.wrong("kind", &entry.kind, "no key store of this cloud has it"));
        };
        if self.base.key_stores.named(id).is_some() {
            return Ok(());
        }
        if self.state.key_stores.named(id).is_some() {
            return Err(place.wrong("id", &entry.id, "given twice"));
        }
        if self.state.key_stores.by_alias(alias).is_some() {
            return Err(wrong("another key store has it"));
        }
        if known.is_taken(entry.cluster.as_deref(), self.state.key_stores.all()) {
            return Err(place.wrong("cluster", &entry.id, "another key store has it"));
        }
        let key_store = KeyStore {
            ordinal: self.ordinal(entry.ordinal.as_ref(), place)?,
            id: id.clone(),
            alias: alias.clone(),
            kind: kind.clone(),
            cluster: entry.cluster.clone(),
            authority: entry.authority.clone(),
            enabled: entry.enabled,
            creator: entry.creator.as_deref().unwrap_or(&self.realm.account).into(),
            created_at: self.time(entry.created_at.as_ref()).unwrap_or(self.now),
        };
        self.insert(key_store);
        Ok(())
    }
}
