//! What falls due: deletions, the expiry of imported material, rotations. A key is gone at the
//! instant of its deletion, and its material at that of its expiry, whether or not anybody settles;
//! settling takes the rows away. A rotation is due at its instant too, and dated so, but its new
//! version has to be written before it can be used: so what is due is settled before anybody looks.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::clocks::{ClockChange, SavedClocks};
use super::{Caller, Engine, Error, Quota};
use crate::model::{Realm, Scope, State};
use crate::world::{ClockMode, Instant};

/// How often what is due is looked for in realms that nobody asks about.
const SETTLE_EVERY: Duration = Duration::from_mins(1);

impl Engine {
    /// Settles what is due in a realm. When it answers, everything that fell due before has
    /// happened, as far as the store took it: a failure is in the log, and whoever looks then sees
    /// what could be derived without it.
    pub async fn settle(&self, realm: &Realm) {
        if self.is_due(realm, &self.realms.snapshot(realm)) {
            log_failure(self.settle_realms(std::slice::from_ref(realm)).await);
        }
    }

    /// The same in every realm.
    pub async fn settle_all(&self) {
        log_failure(self.settle_scope(&Scope::default()).await);
    }

    /// The same in every realm of a scope, many of them in one transaction.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) async fn settle_scope(&self, scope: &Scope) -> Result<(), Error> {
        let mut due = self.realms.all();
        due.retain(|realm| scope.has(realm) && self.is_due(realm, &self.realms.snapshot(realm)));
        self.settle_realms(&due).await
    }

    async fn settle_realms(&self, realms: &[Realm]) -> Result<(), Error> {
        let caller = |realm: &Realm| {
            let rules = self.rules(realm)?;
            Some(Caller::new(realm.clone(), rules, "".into(), Quota::default()))
        };
        let callers: Vec<_> = realms.iter().rev().filter_map(caller).collect();
        if callers.is_empty() {
            return Ok(());
        }
        for caller in &callers {
            self.settle_slow(caller).await;
        }
        self.writer.settle(callers).await
    }

    /// The time that due dates follow in a realm.
    #[must_use]
    pub fn now(&self, realm: &Realm) -> Instant {
        self.clocks.now(realm)
    }

    /// The same when the host's clock shows `host`.
    #[must_use]
    pub fn now_at(&self, realm: &Realm, host: Instant) -> Instant {
        self.clocks.now_at(realm, host)
    }

    /// How the clock of a scope goes.
    #[must_use]
    pub fn clock_mode(&self, scope: &Scope) -> ClockMode {
        self.clocks.mode(|it| it.covers(scope))
    }

    /// What the clocks of the realms of a scope will show, once
    /// [`Replacement::clocks`](super::Replacement) restores them.
    pub fn restored_clocks(
        &self,
        scope: &Scope,
        saved: &SavedClocks,
    ) -> impl Fn(&Realm) -> Instant + use<> {
        self.clocks.shown_by(scope, saved)
    }

    /// How the clocks of a scope go now, to go back to.
    #[must_use]
    pub fn saved_clocks(&self, scope: &Scope) -> SavedClocks {
        self.clocks.saved(scope)
    }

    /// How the clocks of any scope went when the server started: none had its own.
    #[must_use]
    pub fn initial_clocks(&self) -> SavedClocks {
        self.clocks.initial_clocks()
    }

    /// Moves the clock of a scope, and every narrower one within it. When it answers, what fell due
    /// there by that has happened.
    ///
    /// Clocks are not kept: a server starts with the one that it was given.
    ///
    /// # Errors
    /// What fell due cannot be written. Then the clocks go as before.
    pub async fn change_clock(&self, scope: &Scope, changes: &[ClockChange]) -> Result<(), Error> {
        let before = self.saved_clocks(scope);
        self.clocks.change(scope, changes);
        let settled = self.settle_scope(scope).await;
        if let Err(error) = &settled {
            tracing::error!(%error, "a clock was not moved: what fell due was not written");
            self.clocks.restore(scope, &before);
        }
        settled
    }

    fn is_due(&self, realm: &Realm, state: &State) -> bool {
        state.next_due().is_some_and(|(due, _)| due <= self.now(realm))
    }

    /// Settles now and then, for as long as somebody holds the engine.
    pub(super) fn settle_periodically(self: &Arc<Self>) {
        let engine: Weak<Self> = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SETTLE_EVERY).await;
                match engine.upgrade() {
                    Some(engine) => engine.settle_all().await,
                    None => break,
                }
            }
        });
    }
}

/// Where nobody waits for it, a failure goes to the log, and what is due stays due.
pub(super) fn log_failure(settled: Result<(), Error>) {
    if let Err(error) = settled {
        tracing::warn!(%error, "what is due was not written");
    }
}
