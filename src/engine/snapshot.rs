//! The state of a realm at one instant.

use std::sync::Arc;

use super::{Caller, KeyRef, View};
use crate::model::{Certificate, CertificateId, Key, KeyId, State, VersionId};
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
    /// The key that this id or alias names, in any state, whoever may use it.
    #[must_use]
    pub fn key(&self, name: &KeyRef) -> Option<&Arc<Key>> {
        match name {
            KeyRef::Id(id) => self.state.keys.named(id),
            KeyRef::Alias(alias) => self.state.keys.aliased(alias),
        }
    }

    /// The id of the key that this id or alias names, in any state.
    #[must_use]
    pub fn key_named(&self, name: &KeyRef) -> Option<&KeyId> {
        self.key(name).map(id_of)
    }

    /// The key that has this version.
    #[must_use]
    pub fn key_of_version(&self, version: VersionId) -> Option<&KeyId> {
        self.key_with_version(version).map(id_of)
    }

    /// The key that has this version, whoever may use it.
    #[must_use]
    pub fn key_with_version(&self, version: VersionId) -> Option<&Arc<Key>> {
        self.state.keys.with_version(version)
    }

    /// The certificate of this id, in any status.
    #[must_use]
    pub fn certificate(&self, id: &CertificateId) -> Option<&Arc<Certificate>> {
        self.state.certificates.named(id)
    }
}

fn id_of(key: &Arc<Key>) -> &KeyId {
    &key.id
}
