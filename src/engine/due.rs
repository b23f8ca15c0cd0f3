//! Drafts everything that is due in a realm: deletions, the expiry of imported material, rotations.

use std::sync::Arc;

use super::{Draft, expiry, rotation, secret_rotation};
use crate::model::{AnyNoun, DataKey, Key, Lifecycle};

/// Drafts what is due, in chronological order, while there is room for the versions and removals.
/// Returns whether that was everything.
pub(super) fn settle(draft: &mut Draft<'_>, room: &mut usize) -> bool {
    while let Some((due, ordinal)) =
        draft.view().state().next_due().filter(|(due, _)| *due <= draft.now())
    {
        if *room == 0 {
            return false;
        }
        let before = draft.weight();
        let noun = draft.view().state().noun(ordinal);
        match noun {
            Some(AnyNoun::Key(key)) => settle_key(draft, &key),
            Some(AnyNoun::Secret(secret)) => secret_rotation::settle_secret(draft, &secret),
            // Nothing but its deletion falls due.
            Some(AnyNoun::DataKey(_)) => draft.remove::<DataKey>(ordinal),
            // Nothing happens to these by itself: they leave `next_due` at its default.
            Some(
                AnyNoun::Certificate(_)
                | AnyNoun::WhiteBoxKey(_)
                | AnyNoun::Grant(_)
                | AnyNoun::KeyStore(_)
                | AnyNoun::AccessPoint(_)
                | AnyNoun::KeyspacePolicy(_)
                | AnyNoun::Application(_)
                | AnyNoun::ApplicationPolicy(_)
                | AnyNoun::NetworkRule(_)
                | AnyNoun::ClientKey(_)
                | AnyNoun::Instance(_)
                | AnyNoun::ManagedDataKey(_),
            )
            | None => break,
        }
        // If it is still due, repeating would loop forever.
        if draft.view().state().next_due() == Some((due, ordinal)) {
            break;
        }
        *room = room.saturating_sub((draft.weight() - before).max(1));
    }
    true
}

/// Drafts everything that is due for one key.
fn settle_key(draft: &mut Draft<'_>, key: &Arc<Key>) {
    match key.settings.lifecycle {
        Lifecycle::PendingDeletion(at) if at <= draft.now() => draft.remove_key(key),
        Lifecycle::PendingDeletion(_) | Lifecycle::Disabled | Lifecycle::Archived => {
            expiry::expire(draft, key);
        }
        Lifecycle::Enabled => {
            expiry::expire(draft, key);
            rotation::catch_up(draft, key);
        }
    }
}
