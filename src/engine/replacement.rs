//! Replacing what whole realms hold. Much is written aside in small transactions, between which
//! others' changes are taken; then one small transaction puts it in its place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Error;
use super::clocks::{Clocks, SavedClocks};
use super::realms::Realms;
use crate::model::{Change, Realm, RealmChange, Scope, State};
use crate::store::{StagedRealms, Staging, Store, StoreError};

/// How many rows are replaced in one transaction, without being written aside before. More would
/// let others wait.
pub(super) const AT_ONCE: usize = 300;

/// How many facts are written aside in one transaction.
const FACTS_AT_ONCE: usize = 128;

/// How long a request may still look at what was replaced.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// What the realms of a scope are to hold.
pub struct Replacement {
    /// The scope.
    pub scope: Scope,
    /// What each of its realms holds then; those that are not here hold nothing.
    pub contents: Vec<(Realm, Arc<State>)>,
    /// How the clocks of the scope go then, where they change.
    pub clocks: Option<SavedClocks>,
    /// What else is done in the same step, once everything is written. It must be quick.
    pub then: Box<dyn FnOnce() + Send>,
}

/// A replacement on its way.
pub(super) struct PendingReplacement {
    replacement: Replacement,
    facts: Vec<RealmChange>,
    /// How many of the facts are written aside, where they are.
    written: usize,
    staged: StagedRealms,
    is_staged: bool,
    tell: oneshot::Sender<Result<(), Error>>,
}

/// About how many rows it takes to keep all of these.
pub(super) fn weight(contents: &[(Realm, Arc<State>)]) -> usize {
    contents.iter().map(|(_, state)| state.weight()).sum()
}

impl PendingReplacement {
    /// Prepares a replacement. It takes time in proportion to what it replaces by.
    pub(super) fn new(replacement: Replacement, tell: oneshot::Sender<Result<(), Error>>) -> Self {
        let facts = |(realm, state): &(Realm, Arc<State>)| {
            state.facts().into_iter().map(|fact| (realm.clone(), fact)).collect::<Vec<_>>()
        };
        let facts = replacement.contents.iter().flat_map(facts).collect();
        Self {
            replacement,
            facts,
            written: 0,
            staged: StagedRealms::default(),
            is_staged: false,
            tell,
        }
    }

    /// Decides whether this is so much that it is better written aside.
    pub(super) fn weigh(&mut self, store: &mut dyn Store, realms: &Realms) -> bool {
        let new = weight(&self.replacement.contents);
        let old = self.concerned(realms).into_keys().map(|realm| realms.snapshot(&realm).weight());
        self.is_staged = new + old.sum::<usize>() > AT_ONCE && store.staging().is_some();
        self.is_staged
    }

    /// Writes some more aside. Answers whether that was all.
    pub(super) async fn stage(&mut self, store: &mut dyn Staging) -> Result<bool, StoreError> {
        let end = self.facts.len().min(self.written + FACTS_AT_ONCE);
        let some = self.facts.get(self.written..end).unwrap_or_default();
        if !some.is_empty() {
            store.write(&mut self.staged, some).await?;
        }
        self.written = end;
        Ok(end == self.facts.len())
    }

    /// Puts what was written aside in its place, or writes everything now. Answers whether it is
    /// done.
    pub(super) async fn finish(
        mut self,
        store: &mut dyn Store,
        realms: &Realms,
        clocks: &Clocks,
    ) -> bool {
        let next = self.concerned(realms);
        let written = if let Some(staging) = store.staging().filter(|_| self.is_staged) {
            let concerned: Vec<_> = next.keys().cloned().collect();
            staging.swap(&concerned, &mut self.staged).await
        } else {
            let held = next.keys().filter(|realm| !realms.snapshot(realm).is_empty());
            let cleared = held.map(|realm| (realm.clone(), Change::RealmCleared));
            let facts: Vec<_> = cleared.chain(std::mem::take(&mut self.facts)).collect();
            if facts.is_empty() { Ok(()) } else { store.commit(&facts).await }
        };
        if let Err(error) = written {
            self.fail(store, error);
            return false;
        }
        let Replacement { scope, contents, clocks: saved, then } = self.replacement;
        let before: Vec<_> = next.keys().map(|realm| realms.snapshot(realm)).collect();
        realms.change_atomically(|| {
            if let Some(saved) = &saved {
                clocks.restore(&scope, saved);
            }
            for (realm, state) in next {
                realms.publish(&realm, State::clone(&state));
            }
        });
        then();
        // Many thousand keys are wiped where nobody waits for it, and once no request looks at them
        // any more.
        let facts = self.facts;
        tokio::spawn(async move {
            tokio::time::sleep(LAST_LOOK).await;
            tokio::task::spawn_blocking(move || drop((before, facts, contents)));
        });
        // Whoever hung up needs no answer.
        let _ = self.tell.send(Ok(()));
        true
    }

    /// Gives it up. Nothing of it was seen.
    pub(super) fn fail(self, store: &mut dyn Store, error: StoreError) {
        tracing::error!(%error, "what realms hold was not replaced");
        if let Some(staging) = store.staging() {
            staging.discard(self.staged);
        }
        let _ = self.tell.send(Err(Error::Store(error)));
    }

    /// What each realm holds afterwards, of those that are concerned.
    fn concerned(&self, realms: &Realms) -> BTreeMap<Realm, Arc<State>> {
        let Replacement { scope, contents, .. } = &self.replacement;
        let known = realms.all().into_iter().filter(|realm| scope.has(realm));
        let mut next: BTreeMap<_, _> = known.map(|realm| (realm, Arc::default())).collect();
        next.extend(contents.iter().cloned());
        next
    }
}
