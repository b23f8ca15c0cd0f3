//! Slow rotations, such as generating an SSH key. They are drafted on a blocking thread, and the
//! writer accepts the draft if the secret has not changed since.

use std::sync::Arc;

use super::{Caller, Draft, Engine, Error, secret_rotation};
use crate::model::{Change, Secret, SecretName, State};

impl Engine {
    /// Changes a secret in a way that may rotate it. `decide` may run more than once.
    pub(super) async fn change_secret<T, F>(
        &self,
        caller: Caller,
        name: SecretName,
        decide: F,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Draft<'_>) -> Result<T, Error> + Clone + Send + 'static,
    {
        loop {
            let slow = |state: &State| {
                state.secrets.named(&name).filter(|it| is_slow(&caller, it)).cloned()
            };
            if slow(&self.state(&caller.realm)).is_none() {
                return self.change(caller, decide).await;
            }
            let _turn = self.slow.lock().await;
            let state = self.state(&caller.realm);
            let Some(secret) = slow(&state) else { continue };
            let (outcome, facts) = self.draft_on_thread(&caller, state, decide.clone()).await?;
            let outcome = outcome?;
            if caller.dry_run || self.take(caller.clone(), secret, facts).await? {
                return Ok(outcome);
            }
        }
    }

    /// Performs the slow rotations that are due in a realm.
    pub(super) async fn settle_slow(&self, caller: &Caller) {
        let due = |state: &State| {
            let mut due =
                state.due(self.now(&caller.realm)).filter_map(|ordinal| state.secrets.get(ordinal));
            due.find(|secret| is_slow(caller, secret)).cloned()
        };
        // Concurrent callers wait here, and find the work done.
        while due(&self.state(&caller.realm)).is_some() {
            let _turn = self.slow.lock().await;
            let state = self.state(&caller.realm);
            let Some(secret) = due(&state) else { continue };
            let rotated = Arc::clone(&secret);
            let drafted = self.draft_on_thread(caller, state, move |draft| {
                secret_rotation::settle_secret(draft, &rotated);
                Ok(())
            });
            let taken = match drafted.await {
                // Nothing to write: the writer settles the rest.
                Ok((_, facts)) if facts.is_empty() => return,
                Ok((_, facts)) => self.take(caller.clone(), secret, facts).await,
                Err(error) => Err(error),
            };
            if let Err(error) = taken {
                tracing::warn!(%error, "what is due was not written");
                return;
            }
        }
    }

    /// Drafts on a blocking thread, a few at once.
    async fn draft_on_thread<T, F>(
        &self,
        caller: &Caller,
        state: Arc<State>,
        decide: F,
    ) -> Result<(Result<T, Error>, Vec<Change>), Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        let ended = Error::Internal("a secret was to be rotated while the server ended");
        let Ok(turn) = Arc::clone(&self.pairs_at_once).acquire_owned().await else {
            return Err(ended);
        };
        let (caller, world, now) =
            (caller.clone(), Arc::clone(&self.world), self.now(&caller.realm));
        let drafted = tokio::task::spawn_blocking(move || {
            let mut draft = Draft::new(State::clone(&state), now, &caller, &world);
            let outcome = decide(&mut draft);
            drop(turn);
            (outcome, draft.finish().1)
        });
        drafted.await.map_err(|_| ended)
    }

    /// Accepts a draft for a secret unless the secret has changed. Returns whether it was accepted.
    async fn take(
        &self,
        caller: Caller,
        drafted: Arc<Secret>,
        facts: Vec<Change>,
    ) -> Result<bool, Error> {
        self.writer
            .change_at_once(caller, move |draft| {
                let there = draft.view().state().secrets.get(drafted.ordinal);
                let same = there.is_some_and(|it| Arc::ptr_eq(it, &drafted));
                for fact in facts.into_iter().filter(|_| same) {
                    match fact {
                        // The counter may have advanced since the draft.
                        Change::Counted(_) => draft.count(1),
                        fact => draft.add(fact),
                    }
                }
                Ok(same)
            })
            .await
    }
}

/// Whether rotating this secret is slow.
fn is_slow(caller: &Caller, secret: &Secret) -> bool {
    let (rules, managed) = (&caller.rules.secrets, &secret.settings.managed);
    rules
        .as_ref()
        .zip(managed.as_ref())
        .is_some_and(|(rules, managed)| (rules.renewal_is_slow)(&secret.kind, &managed.config))
}
