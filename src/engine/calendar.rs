//! What falls due. A key is gone at the instant of its deletion whether or not anybody tidies; tidying takes the
//! rows away, with the material in them.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::{Caller, Draft, Engine, Quota, Rules, Verdict};
use crate::model::Change;

/// How often the rows of what is gone are looked for, while nothing else changes their realm.
const TIDY_EVERY: Duration = Duration::from_mins(1);

/// Drafts everything that has fallen due, in the order in which it did.
pub(super) fn settle(draft: &mut Draft<'_>) {
    while let Some((due, ordinal)) = draft.sight().state().next_departure() {
        if due > draft.now() {
            break;
        }
        draft.add(Change::KeyRemoved(ordinal));
    }
}

/// Tidying asks nothing of a cloud's rules.
static NO_RULES: Rules =
    Rules { verdict: |_, _| Verdict::RefuseMove, reserved: |_| true, service: |_| None, tags_per_key: 0 };

impl Engine {
    /// Takes away the rows of everything that is gone.
    pub async fn tidy_all(&self) {
        for realm in self.realms.all() {
            let due = self.realms.snapshot(&realm).next_departure().is_some_and(|(due, _)| due <= self.now());
            if due {
                let caller = Caller { realm, rules: &NO_RULES, user: "".into(), quota: Quota::default() };
                if let Err(error) = self.change(caller, |_| Ok(())).await {
                    tracing::warn!(%error, "rows of deleted keys stay for now");
                }
            }
        }
    }

    /// Tidies now and then, for as long as somebody holds the engine.
    pub(super) fn keep_tidy(self: &Arc<Self>) {
        let engine: Weak<Self> = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TIDY_EVERY).await;
                match engine.upgrade() {
                    Some(engine) => engine.tidy_all().await,
                    None => break,
                }
            }
        });
    }
}
