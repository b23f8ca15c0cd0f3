//! Drafts of changes.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Caller, View};
use crate::model::{
    Change, Fact, Grant, Grants, Key, KeyVersion, Material, Ordinal, Shelved, State,
};
use crate::world::{Entropy, Instant, World};

/// The next snapshot of a realm, and the facts that lead to it.
pub struct Draft<'a> {
    state: State,
    facts: Vec<Change>,
    weight: usize,
    now: Instant,
    caller: &'a Caller,
    world: &'a World,
}

impl<'a> Draft<'a> {
    pub(super) fn new(state: State, now: Instant, caller: &'a Caller, world: &'a World) -> Self {
        Self { state, facts: Vec::new(), weight: 0, now, caller, world }
    }

    /// The realm with the draft applied.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View::new(&self.state, self.now, self.caller)
    }

    /// The same at an earlier instant, for changes that were due then.
    #[must_use]
    pub fn view_at(&self, at: Instant) -> View<'_> {
        View::new(&self.state, at, self.caller)
    }

    /// The instant of the change.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The caller that requests the change.
    #[must_use]
    pub fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// The source of new ids and material.
    #[must_use]
    pub fn entropy(&self) -> &'a Entropy {
        &self.world.entropy
    }

    /// New material of this length, in bytes, for a symmetric key or a MAC key.
    #[must_use]
    pub(super) fn generate_material(&self, len: usize) -> Material {
        let mut bytes = Zeroizing::new(vec![0; len]);
        self.entropy().fill(&mut bytes);
        Material::new(bytes)
    }

    /// Adds a fact.
    pub fn add(&mut self, fact: Change) {
        self.state.apply(&fact);
        self.weight += fact.weight();
        self.facts.push(fact);
    }

    /// Adds a noun.
    pub(super) fn insert<N: Shelved>(&mut self, noun: &Arc<N>) {
        self.add(N::change(Fact::added(Arc::clone(noun))));
    }

    /// Changes the noun with this number, if it exists.
    pub(super) fn edit<N: Shelved>(&mut self, ordinal: Ordinal, edit: impl FnOnce(&mut N)) {
        if let Some(before) = N::shelf(&self.state).get(ordinal).cloned() {
            let mut after = N::clone(&before);
            edit(&mut after);
            self.add(N::change(Fact::changed(before, Arc::new(after))));
        }
    }

    /// Removes the noun with this number and all that belongs to it, if it exists.
    pub(super) fn remove<N: Shelved>(&mut self, ordinal: Ordinal) {
        if let Some(noun) = N::shelf(&self.state).get(ordinal).cloned() {
            self.add(N::change(Fact::removed(noun)));
        }
    }

    /// Removes a key and its grants.
    pub(super) fn remove_key(&mut self, key: &Key) {
        let grants = Grants::of(&key.id, &self.state.grants).iter();
        let grants: Vec<Ordinal> = grants.map(|grant| grant.ordinal).collect();
        for grant in grants {
            self.remove::<Grant>(grant);
        }
        self.remove::<Key>(key.ordinal);
    }

    /// Counts what the realm generated besides keys and secrets, so that a later seeded run does
    /// not generate it again.
    pub(super) fn count(&mut self, drawn: u64) {
        let last = self.state.next_ordinal() - 1 + drawn;
        self.add(Change::Counted(last));
    }

    /// Adds versions to a key.
    pub(super) fn add_versions(&mut self, key: Ordinal, versions: Vec<Arc<KeyVersion>>) {
        let drawn = versions.len() as u64;
        self.edit(key, |key: &mut Key| key.versions.extend(versions));
        self.count(drawn);
    }

    /// How many records the facts so far write.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    pub(super) fn finish(self) -> (State, Vec<Change>) {
        (self.state, self.facts)
    }
}
