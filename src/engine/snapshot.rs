//! The state of a realm at one instant.

use std::sync::Arc;

use super::{Caller, KeyRef, View};
use crate::model::{Key, KeyId, State, VersionId};
use crate::world::Instant;

/// The state of a realm at one instant.
pub struct Snapshot {
    pub(super) state: Arc<State>,
    pub(super) now: Instant,
}

impl Snapshot {
    /// The state as `caller` may use it.
    #[must_use]
    pub fn view<'a>(&'a self, caller: &'a Caller) -> View<'a> {
        View::new(&self.state, self.now, caller)
    }
}

impl Snapshot {
    /// The key that this id or alias names, in any state.
    #[must_use]
    pub fn key_named(&self, name: &KeyRef) -> Option<&KeyId> {
        let key = match name {
            KeyRef::Id(id) => self.state.keys.named(id),
            KeyRef::Alias(alias) => self.state.keys.aliased(alias),
        };
        key.map(id_of)
    }

    /// The key that has this version.
    #[must_use]
    pub fn key_of_version(&self, version: VersionId) -> Option<&KeyId> {
        self.state.keys.with_version(version).map(id_of)
    }
}

fn id_of(key: &Arc<Key>) -> &KeyId {
    &key.id
}
