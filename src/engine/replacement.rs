//! Replacing whole realms. Large contents are staged in small transactions, between which other
//! changes are committed. One small transaction then swaps them in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Error;
use super::clocks::{Clocks, SavedClocks};
use super::realms::Realms;
use crate::model::{Change, Realm, RealmChange, Scope, State};
use crate::store::{Staged, Staging, Store, StoreError};

/// How many rows one transaction replaces without staging. Larger ones would delay other changes.
pub(super) const DIRECT_MAX: usize = 300;

/// How many facts one transaction stages.
const FACTS_PER_STEP: usize = 128;

/// How long requests may still read the replaced states.
const DROP_AFTER: Duration = Duration::from_secs(1);

/// The new contents of a scope's realms.
pub struct Replacement {
    /// The scope.
    pub scope: Scope,
    /// The new state of each realm. Realms of the scope that are missing here become empty.
    pub contents: Vec<(Realm, Arc<State>)>,
    /// The new clocks of the scope, if they change.
    pub clocks: Option<SavedClocks>,
    /// Runs in the same step, after everything is written. It must be quick.
    pub then: Box<dyn FnOnce() + Send>,
}

/// A replacement in progress.
pub(super) struct PendingReplacement {
    replacement: Replacement,
    facts: Vec<RealmChange>,
    /// How many of the facts are staged so far.
    written: usize,
    staged: Staged,
    is_staged: bool,
    tell: oneshot::Sender<Result<(), Error>>,
}

/// About how many rows these states take.
pub(super) fn rows(contents: &[(Realm, Arc<State>)]) -> usize {
    contents.iter().map(|(_, state)| state.weight()).sum()
}

impl PendingReplacement {
    /// Prepares a replacement, in time proportional to its new contents.
    pub(super) fn new(replacement: Replacement, tell: oneshot::Sender<Result<(), Error>>) -> Self {
        let facts = |(realm, state): &(Realm, Arc<State>)| {
            state.facts().into_iter().map(|fact| (realm.clone(), fact)).collect::<Vec<_>>()
        };
        let facts = replacement.contents.iter().flat_map(facts).collect();
        Self { replacement, facts, written: 0, staged: Staged::default(), is_staged: false, tell }
    }

    /// Decides whether the replacement is large enough to be staged.
    pub(super) fn needs_staging(&mut self, store: &mut dyn Store, realms: &Realms) -> bool {
        let new = rows(&self.replacement.contents);
        let old = self.affected(realms).into_keys().map(|realm| realms.snapshot(&realm).weight());
        self.is_staged = new + old.sum::<usize>() > DIRECT_MAX && store.staging().is_some();
        self.is_staged
    }

    /// Stages the next facts. Returns whether that was all.
    pub(super) async fn stage(&mut self, store: &mut dyn Staging) -> Result<bool, StoreError> {
        let end = self.facts.len().min(self.written + FACTS_PER_STEP);
        let some = self.facts.get(self.written..end).unwrap_or_default();
        if !some.is_empty() {
            store.write(&mut self.staged, some).await?;
        }
        self.written = end;
        Ok(end == self.facts.len())
    }

    /// Swaps the staged contents in, or writes everything now. Returns whether that succeeded.
    pub(super) async fn finish(
        mut self,
        store: &mut dyn Store,
        realms: &Realms,
        clocks: &Clocks,
    ) -> bool {
        let next = self.affected(realms);
        let written = if let Some(staging) = store.staging().filter(|_| self.is_staged) {
            let affected: Vec<_> = next.keys().cloned().collect();
            staging.swap(&affected, &mut self.staged).await
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
            for ((realm, state), before) in next.into_iter().zip(&before) {
                realms.client_keys.follow_replacement(&realm, before, &state);
                realms.publish(&realm, State::clone(&state));
            }
        });
        then();
        // Dropping many thousand keys wipes their material. That happens off the request path, when
        // no request reads the old states any more.
        let facts = self.facts;
        tokio::spawn(async move {
            tokio::time::sleep(DROP_AFTER).await;
            tokio::task::spawn_blocking(move || drop((before, facts, contents)));
        });
        // The caller may have gone.
        let _ = self.tell.send(Ok(()));
        true
    }

    /// Discards the replacement. Nothing of it became visible.
    pub(super) fn fail(self, store: &mut dyn Store, error: StoreError) {
        tracing::error!(%error, "realms were not replaced");
        if let Some(staging) = store.staging() {
            staging.discard(self.staged);
        }
        let _ = self.tell.send(Err(Error::Store(error)));
    }

    /// The new state of each realm that the replacement affects.
    fn affected(&self, realms: &Realms) -> BTreeMap<Realm, Arc<State>> {
        let Replacement { scope, contents, .. } = &self.replacement;
        let known = realms.all().into_iter().filter(|realm| scope.has(realm));
        let mut next: BTreeMap<_, _> = known.map(|realm| (realm, Arc::default())).collect();
        next.extend(contents.iter().cloned());
        next
    }
}
