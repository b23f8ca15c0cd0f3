//! What falls due: deletions, the expiry of imported material, rotations. A key is gone at the instant of its
//! deletion, and its material at that of its expiry, whether or not anybody settles; settling takes the rows
//! away. A rotation is due at its instant too, and dated so, but its new version has to be written before it can
//! be used: so what is due is settled before anybody looks.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::{Caller, Draft, Engine, Error, Quota, import, rotation, secret_rotation};
use crate::model::{Key, Lifecycle, Realm, Scope, State};

/// How often what is due is looked for in realms that nobody asks about.
const SETTLE_EVERY: Duration = Duration::from_mins(1);

/// Drafts what has fallen due, in the order in which it did, until there is no more room for the versions and the
/// removals that it takes. Answers whether that was all.
pub(super) fn settle(draft: &mut Draft<'_>, room: &mut usize) -> bool {
    while let Some((due, ordinal)) =
        draft.sight().state().next_due().filter(|(due, _)| *due <= draft.now())
    {
        if *room == 0 {
            return false;
        }
        let before = draft.weight();
        let state = draft.sight().state();
        match (state.keys.get(ordinal).cloned(), state.secrets.get(ordinal).cloned()) {
            (Some(key), _) => fall_due(draft, &key),
            (None, Some(secret)) => secret_rotation::fall_due(draft, &secret),
            (None, None) => break,
        }
        // Whatever fell due has happened; if it has not, it must not be tried for ever.
        if draft.sight().state().next_due() == Some((due, ordinal)) {
            break;
        }
        *room = room.saturating_sub((draft.weight() - before).max(1));
    }
    true
}

/// Drafts what has fallen due for one key, all of it.
fn fall_due(draft: &mut Draft<'_>, key: &Arc<Key>) {
    match key.settings.lifecycle {
        Lifecycle::PendingDeletion(at) if at <= draft.now() => draft.remove::<Key>(key.ordinal),
        Lifecycle::PendingDeletion(_) | Lifecycle::Disabled => import::expire(draft, key),
        Lifecycle::Enabled => {
            import::expire(draft, key);
            rotation::catch_up(draft, key);
        }
    }
}

impl Engine {
    /// Settles what is due in a realm. When it answers, everything that fell due before has happened, as far as the
    /// store took it: a failure is in the log, and whoever looks then sees what could be derived without it.
    pub async fn settle(&self, realm: &Realm) {
        if self.is_due(realm, &self.realms.snapshot(realm)) {
            told(self.settle_these(std::slice::from_ref(realm)).await);
        }
    }

    /// The same in every realm.
    pub async fn settle_all(&self) {
        told(self.settle_those(&Scope::default()).await);
    }

    /// The same in every realm of a scope, many of them in one transaction.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) async fn settle_those(&self, scope: &Scope) -> Result<(), Error> {
        let mut due = self.realms.all();
        due.retain(|realm| scope.has(realm) && self.is_due(realm, &self.realms.snapshot(realm)));
        self.settle_these(&due).await
    }

    async fn settle_these(&self, realms: &[Realm]) -> Result<(), Error> {
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
        self.lane.settle(callers).await
    }

    fn is_due(&self, realm: &Realm, state: &State) -> bool {
        state.next_due().is_some_and(|(due, _)| due <= self.now(realm))
    }

    /// Settles now and then, for as long as somebody holds the engine.
    pub(super) fn keep_settled(self: &Arc<Self>) {
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
pub(super) fn told(settled: Result<(), Error>) {
    if let Err(error) = settled {
        tracing::warn!(%error, "what is due was not written");
    }
}
