//! The nouns of one kind that a realm holds, by number and by name.

use std::sync::Arc;

use super::Ordinal;
use super::noun::{Fact, Names, Noun};
use super::ranked::RankedMap;
use crate::world::Instant;

/// When something happens to nouns by itself, in order.
pub(super) type DueIndex = RankedMap<(Instant, Ordinal), ()>;

/// The nouns of one kind that a realm holds, by number and by name. A copy costs nothing.
#[derive(Clone, Debug)]
pub struct Shelf<N: Noun> {
    nouns: RankedMap<Ordinal, Arc<N>>,
    names: N::Names,
    parts: usize,
}

impl<N: Noun> Default for Shelf<N> {
    fn default() -> Self {
        Self { nouns: RankedMap::default(), names: N::Names::default(), parts: 0 }
    }
}

impl<N: Noun> Shelf<N> {
    /// Every noun of this kind that is stored, oldest first, those included whose end is due.
    pub fn all(&self) -> impl Iterator<Item = &Arc<N>> {
        self.nouns.iter().map(|(_, noun)| noun)
    }

    /// How many those are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.nouns.len()
    }

    /// The noun of this number.
    #[must_use]
    pub fn get(&self, ordinal: Ordinal) -> Option<&Arc<N>> {
        self.nouns.get(&ordinal)
    }

    /// The noun of this name.
    #[must_use]
    pub fn named(&self, name: &N::Name) -> Option<&Arc<N>> {
        self.names.ordinal(name).and_then(|ordinal| self.get(ordinal))
    }

    /// The nouns of this kind from this index on, oldest first.
    pub fn skip(&self, index: usize) -> impl Iterator<Item = &Arc<N>> {
        self.nouns.after(index).map(|(_, noun)| noun)
    }

    /// The index by name.
    pub(super) fn names(&self) -> &N::Names {
        &self.names
    }

    /// How many records keep them. It costs nothing to ask.
    pub(super) fn weight(&self) -> usize {
        self.nouns.len() + self.parts
    }

    /// Whether the noun that a fact changes is still the same, or the one that it adds is new.
    pub(super) fn fits(&self, fact: &Fact<N>) -> bool {
        let Some(noun) = fact.before().or(fact.after()) else { return true };
        match (self.get(noun.ordinal()), fact.before()) {
            (Some(there), Some(before)) => Arc::ptr_eq(there, before),
            (there, before) => there.is_none() && before.is_none(),
        }
    }

    /// Follows a fact; the index of what is due follows as well.
    pub(super) fn apply(&mut self, fact: &Fact<N>, due_index: &mut DueIndex) {
        let Some(ordinal) = fact.after().or(fact.before()).map(|it| it.ordinal()) else { return };
        let before = self.nouns.get(&ordinal).cloned();
        self.names.change(before.as_deref(), fact.after().map(|it| &**it));
        if let Some(before) = &before {
            self.parts -= before.parts().count();
            if let Some(due) = before.next_due() {
                due_index.remove(&(due, ordinal));
            }
        }
        if let Some(after) = fact.after() {
            self.parts += after.parts().count();
            if let Some(due) = after.next_due() {
                due_index.insert((due, ordinal), ());
            }
            self.nouns.insert(ordinal, Arc::clone(after));
        } else {
            self.nouns.remove(&ordinal);
        }
    }
}
