//! The published snapshot of every realm. Readers load a pointer; only the writer publishes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use rpds::HashTrieMapSync;

use super::client_key_index::ClientKeyIndex;
use crate::model::{Realm, State};
use crate::store::{Store, StoreError};

/// The snapshots. A realm that never changed is missing here and reads as empty.
#[derive(Debug, Default)]
pub(super) struct Realms {
    cells: ArcSwap<HashTrieMapSync<Realm, Arc<ArcSwap<State>>>>,
    /// The client keys of all realms.
    pub(super) client_keys: ClientKeyIndex,
    /// Odd while clocks and realms change together.
    step: AtomicU64,
}

impl Realms {
    /// The states that a store's facts lead to.
    pub(super) async fn load(store: &mut dyn Store) -> Result<Self, StoreError> {
        let mut states = HashMap::<Realm, State>::new();
        let mut take = |realm: &Realm, fact| match states.get_mut(realm) {
            Some(state) => state.apply(&fact),
            None => states.entry(realm.clone()).or_default().apply(&fact),
        };
        store.load(&mut take).await?;
        let client_keys = ClientKeyIndex::of(states.iter());
        let cells = states
            .into_iter()
            .map(|(realm, state)| (realm, Arc::new(ArcSwap::from_pointee(state))));
        let cells = ArcSwap::from_pointee(cells.collect());
        Ok(Self { cells, client_keys, step: AtomicU64::new(0) })
    }

    /// The realm's current state.
    pub(super) fn snapshot(&self, realm: &Realm) -> Arc<State> {
        static EMPTY: OnceLock<Arc<State>> = OnceLock::new();
        match self.cells.load().get(realm) {
            Some(cell) => cell.load_full(),
            None => Arc::clone(EMPTY.get_or_init(Arc::default)),
        }
    }

    /// Publishes a realm's new state. Only the writer calls this.
    pub(super) fn publish(&self, realm: &Realm, state: State) {
        let cells = self.cells.load();
        if let Some(cell) = cells.get(realm) {
            cell.store(Arc::new(state));
        } else {
            let cell = Arc::new(ArcSwap::from_pointee(state));
            self.cells.store(Arc::new(cells.insert(realm.clone(), cell)));
        }
    }

    /// Changes clocks and realms together: readers through [`Self::read_atomically`] see all of it
    /// or nothing. Only the writer calls this, and `change` must be quick because readers wait for
    /// it.
    pub(super) fn change_atomically(&self, change: impl FnOnce()) {
        self.step.fetch_add(1, Ordering::SeqCst);
        change();
        self.step.fetch_add(1, Ordering::SeqCst);
    }

    /// Reads a consistent state. Repeats `look` when an atomic change came in between.
    pub(super) fn read_atomically<T>(&self, look: impl Fn() -> T) -> T {
        loop {
            let before = self.step.load(Ordering::SeqCst);
            let seen = look();
            if before.is_multiple_of(2) && self.step.load(Ordering::SeqCst) == before {
                return seen;
            }
            std::thread::yield_now();
        }
    }

    /// How many keys, secrets and their versions all realms have ever made.
    pub(super) fn ever_made(&self) -> u64 {
        self.cells.load().values().map(|cell| cell.load().next_ordinal() - 1).sum()
    }

    /// Every realm, sorted.
    pub(super) fn all(&self) -> Vec<Realm> {
        self.matching(|_| true)
    }

    /// The realms whose state matches, sorted.
    pub(super) fn matching(&self, matches: impl Fn(&State) -> bool) -> Vec<Realm> {
        let cells = self.cells.load();
        let matching = cells.iter().filter(|(_, cell)| matches(&cell.load()));
        let mut matching: Vec<_> = matching.map(|(realm, _)| realm.clone()).collect();
        matching.sort();
        matching
    }
}
