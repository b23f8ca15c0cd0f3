//! What falls due: deletions, the expiry of imported material, rotations. A key's state is derived
//! from the time, so a key is gone at the exact instant of its deletion, and so is expired
//! material. Settling then removes the rows. A rotation has its exact instant too, but its new
//! version must be written before it can be used. So everything due is settled before a realm is
//! read.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::clocks::{ClockChange, SavedClocks};
use super::{Caller, Engine, Error, Quota};
use crate::model::{Realm, Scope, State};
use crate::world::{ClockMode, Instant};

/// How often realms without requests are settled.
const SETTLE_EVERY: Duration = Duration::from_mins(1);

impl Engine {
    /// Applies what is due in a realm. On return everything due has happened, unless the store
    /// failed. A failure is logged, and readers then see what can be derived without the write.
    pub async fn settle(&self, realm: &Realm) {
        if self.is_due(realm, &self.realms.snapshot(realm)) {
            log_failure(self.settle_realms(std::slice::from_ref(realm)).await);
        }
    }

    /// The same for every realm.
    pub async fn settle_all(&self) {
        log_failure(self.settle_scope(&Scope::default()).await);
    }

    /// The same for every realm of a scope, many in one transaction.
    ///
    /// # Errors
    /// The changes cannot be written.
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

    /// The realm's time, which due dates follow.
    #[must_use]
    pub fn now(&self, realm: &Realm) -> Instant {
        self.clocks.now(realm)
    }

    /// The same for a given time of the host's clock.
    #[must_use]
    pub fn now_at(&self, realm: &Realm, host: Instant) -> Instant {
        self.clocks.now_at(realm, host)
    }

    /// The mode of a scope's clock.
    #[must_use]
    pub fn clock_mode(&self, scope: &Scope) -> ClockMode {
        self.clocks.mode(|it| it.covers(scope))
    }

    /// What each of the scope's realms will show once [`Replacement::clocks`](super::Replacement)
    /// restores these clocks.
    pub fn restored_clocks(
        &self,
        scope: &Scope,
        saved: &SavedClocks,
    ) -> impl Fn(&Realm) -> Instant + use<> {
        self.clocks.shown_by(scope, saved)
    }

    /// The clocks of a scope, to restore later.
    #[must_use]
    pub fn saved_clocks(&self, scope: &Scope) -> SavedClocks {
        self.clocks.saved(scope)
    }

    /// The clocks at the server's start, when no scope had its own.
    #[must_use]
    pub fn initial_clocks(&self) -> SavedClocks {
        self.clocks.initial_clocks()
    }

    /// Changes the clock of a scope, and every narrower one within it. On return, everything due by
    /// the new time has happened.
    ///
    /// Clocks are not stored: a server starts with the clock it was given.
    ///
    /// # Errors
    /// What fell due cannot be written. Then the clocks are unchanged.
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

    /// Settles all realms periodically, as long as the engine exists.
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

/// For callers that do not report failures. What is due stays due.
pub(super) fn log_failure(settled: Result<(), Error>) {
    if let Err(error) = settled {
        tracing::warn!(%error, "what is due was not written");
    }
}
