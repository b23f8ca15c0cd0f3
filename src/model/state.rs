//! What a realm holds: a persistent value. A copy costs nothing, so a reader keeps the one it took
//! while a writer builds the next.

use std::sync::Arc;

use rpds::{HashTrieMapSync, RedBlackTreeMapSync, RedBlackTreeSetSync};

use super::{AliasName, Change, Key, KeyId, Lifecycle, Ordinal, VersionId};
use crate::world::Instant;

/// The contents of a realm.
#[derive(Clone, Debug, Default)]
pub struct State {
    subscribed: Option<Instant>,
    last: Ordinal,
    keys: RedBlackTreeMapSync<Ordinal, Arc<Key>>,
    by_id: HashTrieMapSync<KeyId, Ordinal>,
    by_version: HashTrieMapSync<VersionId, Ordinal>,
    aliases: RedBlackTreeMapSync<AliasName, Ordinal>,
    departures: RedBlackTreeSetSync<(Instant, Ordinal)>,
}

impl State {
    /// When the account subscribed to the service, where it had to.
    #[must_use]
    pub fn subscribed(&self) -> Option<Instant> {
        self.subscribed
    }

    /// The number that the next key gets.
    #[must_use]
    pub fn next_ordinal(&self) -> Ordinal {
        self.last + 1
    }

    /// Every key whose rows are here, oldest first, those included whose deletion is due.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.values()
    }

    /// A key by its number.
    #[must_use]
    pub fn key(&self, ordinal: Ordinal) -> Option<&Arc<Key>> {
        self.keys.get(&ordinal)
    }

    /// A key by its id.
    #[must_use]
    pub fn key_by_id(&self, id: &KeyId) -> Option<&Arc<Key>> {
        self.by_id.get(id).and_then(|ordinal| self.key(*ordinal))
    }

    /// The key that has a version of this id.
    #[must_use]
    pub fn key_by_version(&self, id: VersionId) -> Option<&Arc<Key>> {
        self.by_version.get(&id).and_then(|ordinal| self.key(*ordinal))
    }

    /// The key that an alias points to.
    #[must_use]
    pub fn key_by_alias(&self, name: &AliasName) -> Option<&Arc<Key>> {
        self.aliases.get(name).and_then(|ordinal| self.key(*ordinal))
    }

    /// Every alias with its key, by name.
    pub fn aliases(&self) -> impl Iterator<Item = (&AliasName, &Arc<Key>)> {
        self.aliases.iter().filter_map(|(name, ordinal)| Some((name, self.key(*ordinal)?)))
    }

    /// The key whose deletion comes first, with its instant.
    #[must_use]
    pub fn next_departure(&self) -> Option<(Instant, Ordinal)> {
        self.departures.first().copied()
    }

    /// Takes one fact in. A fact about a key that is not here changes nothing.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Subscribed(at) => self.subscribed = Some(*at),
            Change::Counted(last) => self.last = self.last.max(*last),
            Change::KeyAdded(key) => self.add_key(key),
            Change::KeySet(ordinal, settings) => self.revise(*ordinal, |key| key.settings = settings.clone()),
            Change::KeyRemoved(ordinal) => self.remove_key(*ordinal),
            Change::AliasBound(name, ordinal) => self.aliases.insert_mut(name.clone(), *ordinal),
            Change::AliasRemoved(name) => {
                self.aliases.remove_mut(name);
            }
            Change::TagSet(ordinal, name, value) => self.revise(*ordinal, |key| {
                key.tags.insert(name.clone(), value.clone());
            }),
            Change::TagRemoved(ordinal, name) => self.revise(*ordinal, |key| {
                key.tags.remove(name);
            }),
        }
    }

    fn add_key(&mut self, key: &Arc<Key>) {
        self.last = self.last.max(key.ordinal);
        self.by_id.insert_mut(key.id.clone(), key.ordinal);
        for version in &key.versions {
            self.by_version.insert_mut(version.id, key.ordinal);
        }
        self.put(Arc::clone(key));
    }

    fn revise(&mut self, ordinal: Ordinal, edit: impl FnOnce(&mut Key)) {
        if let Some(old) = self.keys.get(&ordinal).cloned() {
            if let Lifecycle::PendingDeletion(due) = old.settings.lifecycle {
                self.departures.remove_mut(&(due, ordinal));
            }
            let mut key = Key::clone(&old);
            edit(&mut key);
            self.put(Arc::new(key));
        }
    }

    fn put(&mut self, key: Arc<Key>) {
        if let Lifecycle::PendingDeletion(due) = key.settings.lifecycle {
            self.departures.insert_mut((due, key.ordinal));
        }
        self.keys.insert_mut(key.ordinal, key);
    }

    fn remove_key(&mut self, ordinal: Ordinal) {
        let Some(key) = self.keys.get(&ordinal).cloned() else { return };
        if let Lifecycle::PendingDeletion(due) = key.settings.lifecycle {
            self.departures.remove_mut(&(due, ordinal));
        }
        self.keys.remove_mut(&ordinal);
        self.by_id.remove_mut(&key.id);
        for version in &key.versions {
            self.by_version.remove_mut(&version.id);
        }
        let bound: Vec<_> =
            self.aliases.iter().filter(|(_, to)| **to == ordinal).map(|(name, _)| name.clone()).collect();
        for name in bound {
            self.aliases.remove_mut(&name);
        }
    }
}
