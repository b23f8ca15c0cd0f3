//! The published snapshot of every realm. Readers load a pointer; only the writer publishes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use rpds::HashTrieMapSync;

use crate::model::{Realm, RealmChange, State};

/// The snapshots. A realm that nobody changed is not here, and reads as empty.
#[derive(Debug, Default)]
pub(super) struct Realms {
    cells: ArcSwap<HashTrieMapSync<Realm, Arc<ArcSwap<State>>>>,
    /// Odd while clocks and realms change together.
    step: AtomicU64,
}

impl Realms {
    /// The fold of a store's facts.
    pub(super) fn from_facts(facts: Vec<RealmChange>) -> Self {
        let mut states = HashMap::<Realm, State>::new();
        for (realm, fact) in facts {
            states.entry(realm).or_default().apply(&fact);
        }
        let cells = states
            .into_iter()
            .map(|(realm, state)| (realm, Arc::new(ArcSwap::from_pointee(state))));
        Self { cells: ArcSwap::from_pointee(cells.collect()), step: AtomicU64::new(0) }
    }

    /// What the realm holds now.
    pub(super) fn snapshot(&self, realm: &Realm) -> Arc<State> {
        static EMPTY: OnceLock<Arc<State>> = OnceLock::new();
        match self.cells.load().get(realm) {
            Some(cell) => cell.load_full(),
            None => Arc::clone(EMPTY.get_or_init(Arc::default)),
        }
    }

    /// Makes `state` what the realm holds. The writer's alone: it is the only writer.
    pub(super) fn publish(&self, realm: &Realm, state: State) {
        let cells = self.cells.load();
        if let Some(cell) = cells.get(realm) {
            cell.store(Arc::new(state));
        } else {
            let cell = Arc::new(ArcSwap::from_pointee(state));
            self.cells.store(Arc::new(cells.insert(realm.clone(), cell)));
        }
    }

    /// Changes clocks and realms together: whoever looks [in step](Self::read_atomically) sees all of it or
    /// nothing. The writer's alone, and brief, because readers wait for it.
    pub(super) fn change_atomically(&self, change: impl FnOnce()) {
        self.step.fetch_add(1, Ordering::SeqCst);
        change();
        self.step.fetch_add(1, Ordering::SeqCst);
    }

    /// What `look` sees at one step. It looks again where a change came in between.
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

    /// How many keys and secrets, and versions of either, were ever made, in all realms together.
    pub(super) fn ever_made(&self) -> u64 {
        self.cells.load().values().map(|cell| cell.load().next_ordinal() - 1).sum()
    }

    /// Every realm, in an order that is always the same.
    pub(super) fn all(&self) -> Vec<Realm> {
        self.those(|_| true)
    }

    /// Those of this kind, in the same order.
    pub(super) fn those(&self, are: impl Fn(&State) -> bool) -> Vec<Realm> {
        let cells = self.cells.load();
        let those = cells.iter().filter(|(_, cell)| are(&cell.load()));
        let mut those: Vec<_> = those.map(|(realm, _)| realm.clone()).collect();
        those.sort();
        those
    }
}
