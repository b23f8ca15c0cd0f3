//! What versions of keys with imported material hold, and its expiry.

use std::sync::Arc;

use super::Draft;
use crate::model::{Holding, Key, KeyVersion};

/// Drafts the removal of expired material.
pub(super) fn expire(draft: &mut Draft<'_>, key: &Arc<Key>) {
    for version in &key.versions {
        if version.expires().is_some_and(|at| at <= draft.now()) {
            forget(draft, key, version);
        }
    }
}

/// Drafts the removal of a version's material. Its fingerprint stays.
pub(super) fn forget(draft: &mut Draft<'_>, key: &Key, version: &KeyVersion) {
    if matches!(version.holding, Holding::Material(..)) {
        hold(draft, key, version, Holding::Nothing { last: version.fingerprint() });
    }
}

/// Drafts what a version holds now.
pub(super) fn hold(draft: &mut Draft<'_>, key: &Key, version: &KeyVersion, holding: Holding) {
    let version = KeyVersion { id: version.id, created_at: version.created_at, holding };
    draft.edit(key.ordinal, |key: &mut Key| {
        if let Some(there) = key.versions.iter_mut().find(|it| it.id == version.id) {
            *there = Arc::new(version);
        }
    });
}
