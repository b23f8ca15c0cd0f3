//! The one door to a key: it finds the key, asks the caller's table whether the operation goes with the
//! key's state, and answers a proof. Key material is reachable through that proof only.

use std::sync::Arc;

use super::{Caller, Error, Operation, Verdict};
use crate::model::{AliasName, Key, KeyId, KeyState, KeyVersion, State, VersionId};
use crate::world::Instant;

/// How a caller names a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyRef {
    /// By its id.
    Id(KeyId),
    /// By an alias.
    Alias(AliasName),
}

/// A realm seen by a caller at an instant.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    state: &'a State,
    now: Instant,
    caller: &'a Caller,
}

impl<'a> Sight<'a> {
    pub(super) fn new(state: &'a State, now: Instant, caller: &'a Caller) -> Self {
        Self { state, now, caller }
    }

    /// What the realm holds; what is due may still be in it.
    pub(super) fn state(&self) -> &'a State {
        self.state
    }

    /// Every key there is, oldest first, with its state.
    pub fn keys(&self) -> impl Iterator<Item = (&'a Arc<Key>, KeyState)> + use<'a> {
        let now = self.now;
        self.state.keys().filter_map(move |key| Some((key, key.state(now)?)))
    }

    /// Every alias of a key there is, by name.
    pub fn aliases(&self) -> impl Iterator<Item = (&'a AliasName, &'a Arc<Key>)> + use<'a> {
        let now = self.now;
        self.state.aliases().filter(move |(_, key)| key.state(now).is_some())
    }

    /// Lets `operation` at the key, if the caller's rules do.
    ///
    /// # Errors
    /// The key or alias is unknown, or the key's state refuses. A service's alias without a key is
    /// [`Error::ServiceKeyAbsent`].
    pub fn admit(&self, key: &KeyRef, operation: Operation) -> Result<Admitted<'a>, Error> {
        let key = match key {
            KeyRef::Id(id) => self.live(self.state.key_by_id(id)).ok_or(Error::KeyNotFound),
            KeyRef::Alias(name) => self.live(self.state.key_by_alias(name)).ok_or_else(|| {
                match (self.caller.rules.service)(name) {
                    Some(_) => Error::ServiceKeyAbsent(name.clone()),
                    None => Error::AliasNotFound,
                }
            }),
        }?;
        self.judge(key, operation)
    }

    /// Lets `operation` at the key that has this version.
    ///
    /// # Errors
    /// No key has it, or the key's state refuses.
    pub fn admit_version(&self, id: VersionId, operation: Operation) -> Result<Admitted<'a>, Error> {
        let key = self.live(self.state.key_by_version(id)).ok_or(Error::KeyNotFound)?;
        self.judge(key, operation)
    }

    fn live(&self, key: Option<&'a Arc<Key>>) -> Option<(&'a Arc<Key>, KeyState)> {
        key.and_then(|key| Some((key, key.state(self.now)?)))
    }

    fn judge(
        &self,
        (key, state): (&'a Arc<Key>, KeyState),
        operation: Operation,
    ) -> Result<Admitted<'a>, Error> {
        match ((self.caller.rules.verdict)(operation, state), state) {
            (Verdict::Admit, _) => Ok(Admitted { key, state }),
            (Verdict::RefuseMove, _) | (Verdict::RefuseState, KeyState::Enabled) => Err(Error::MoveRefused),
            (Verdict::RefuseState, KeyState::Disabled) => Err(Error::KeyDisabled),
            (Verdict::RefuseState, KeyState::PendingDeletion) => Err(Error::KeyPendingDeletion),
            (Verdict::RefuseState, KeyState::PendingImport) => Err(Error::KeyPendingImport),
        }
    }
}

/// The proof that an operation was let at a key.
#[derive(Clone, Copy, Debug)]
pub struct Admitted<'a> {
    key: &'a Arc<Key>,
    state: KeyState,
}

impl<'a> Admitted<'a> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &'a Arc<Key> {
        self.key
    }

    /// Its state when the operation was admitted.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.state
    }

    /// The version that encrypts, with its material.
    ///
    /// # Errors
    /// [`Error::KeyPendingImport`] where there is no material.
    pub(super) fn primary(&self) -> Result<(VersionId, &'a [u8]), Error> {
        material(self.key.primary())
    }

    /// A version by its id, with its material.
    ///
    /// # Errors
    /// The version is unknown, or has no material.
    pub(super) fn version(&self, id: VersionId) -> Result<(VersionId, &'a [u8]), Error> {
        match self.key.version(id) {
            Some(version) => material(Some(version)),
            None => Err(Error::KeyVersionNotFound),
        }
    }
}

fn material(version: Option<&Arc<KeyVersion>>) -> Result<(VersionId, &[u8]), Error> {
    version
        .and_then(|version| Some((version.id, version.material.as_ref()?.expose())))
        .ok_or(Error::KeyPendingImport)
}
