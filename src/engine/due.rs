//! What has fallen due in a realm, as a draft: deletions, the end of imported material, rotations.

use std::sync::Arc;

use super::{Draft, expiry, rotation, secret_rotation};
use crate::model::{Key, Lifecycle};

/// Drafts what has fallen due, in the order in which it did, until there is no more room for the
/// versions and the removals that it takes. Answers whether that was all.
pub(super) fn settle(draft: &mut Draft<'_>, room: &mut usize) -> bool {
    while let Some((due, ordinal)) =
        draft.view().state().next_due().filter(|(due, _)| *due <= draft.now())
    {
        if *room == 0 {
            return false;
        }
        let before = draft.weight();
        let state = draft.view().state();
        match (state.keys.get(ordinal).cloned(), state.secrets.get(ordinal).cloned()) {
            (Some(key), _) => fall_due(draft, &key),
            (None, Some(secret)) => secret_rotation::fall_due(draft, &secret),
            (None, None) => break,
        }
        // Whatever fell due has happened; if it has not, it must not be tried for ever.
        if draft.view().state().next_due() == Some((due, ordinal)) {
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
        Lifecycle::PendingDeletion(_) | Lifecycle::Disabled => expiry::expire(draft, key),
        Lifecycle::Enabled => {
            expiry::expire(draft, key);
            rotation::catch_up(draft, key);
        }
    }
}
