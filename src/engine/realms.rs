//! The published snapshot of every realm. Readers load a pointer; only the lane publishes.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use rpds::HashTrieMapSync;

use crate::model::{Realm, RealmChange, State};

/// The snapshots. A realm that nobody changed is not here, and reads as empty.
#[derive(Debug, Default)]
pub(super) struct Realms(ArcSwap<HashTrieMapSync<Realm, Arc<ArcSwap<State>>>>);

impl Realms {
    /// The fold of a store's facts.
    pub(super) fn folded(facts: Vec<RealmChange>) -> Self {
        let mut states = HashMap::<Realm, State>::new();
        for (realm, fact) in facts {
            states.entry(realm).or_default().apply(&fact);
        }
        let cells = states.into_iter().map(|(realm, state)| (realm, Arc::new(ArcSwap::from_pointee(state))));
        Self(ArcSwap::from_pointee(cells.collect()))
    }

    /// What the realm holds now.
    pub(super) fn snapshot(&self, realm: &Realm) -> Arc<State> {
        static EMPTY: OnceLock<Arc<State>> = OnceLock::new();
        match self.0.load().get(realm) {
            Some(cell) => cell.load_full(),
            None => Arc::clone(EMPTY.get_or_init(Arc::default)),
        }
    }

    /// Makes `state` what the realm holds. The lane's alone: it is the only writer.
    pub(super) fn publish(&self, realm: &Realm, state: State) {
        let cells = self.0.load();
        if let Some(cell) = cells.get(realm) {
            cell.store(Arc::new(state));
        } else {
            let cell = Arc::new(ArcSwap::from_pointee(state));
            self.0.store(Arc::new(cells.insert(realm.clone(), cell)));
        }
    }

    /// How many keys and secrets, and versions of either, were ever made, in all realms together.
    pub(super) fn ever_made(&self) -> u64 {
        self.0.load().values().map(|cell| cell.load().next_ordinal() - 1).sum()
    }

    /// Every realm, in an order that is always the same.
    pub(super) fn all(&self) -> Vec<Realm> {
        let mut all: Vec<_> = self.0.load().keys().cloned().collect();
        all.sort();
        all
    }
}
