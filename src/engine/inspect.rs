//! Read-only inspection: which key sealed a ciphertext and whether it would decrypt, what a name
//! refers to, how much the realms hold. It returns no plaintext and no material.

use super::ciphertext::Parts;
use super::{Caller, CiphertextError, Engine, Error, Operation, Quota, Snapshot};
use crate::model::{Counts, KeyId, KeyState, Realm, VersionId};

/// What is known of a ciphertext in one realm that has its key.
#[derive(Debug)]
pub struct Inspection {
    /// The realm.
    pub realm: Realm,
    /// The key.
    pub key: KeyId,
    /// The version that sealed it.
    pub version: VersionId,
    /// The kind of key.
    pub spec: crate::model::KeySpec,
    /// The key's state.
    pub state: KeyState,
    /// Whether it would decrypt there, or why not.
    pub opens: Result<(), Error>,
}

impl Engine {
    /// Inspects a ciphertext in every realm that has its key: would it decrypt with this context?
    /// Empty when no realm has the key.
    ///
    /// # Errors
    /// [`CiphertextError::Malformed`] when it is not in this engine's format.
    pub fn inspect(
        &self,
        associated: impl Fn(&Realm) -> Vec<u8>,
        blob: &[u8],
    ) -> Result<Vec<Inspection>, Error> {
        let parts = Parts::of(blob).ok_or(CiphertextError::Malformed)?;
        let realms = self.realms.matching(|state| state.keys.with_version(parts.version).is_some());
        Ok(realms
            .into_iter()
            .filter_map(|realm| self.inspect_in(realm, &associated, &parts, blob))
            .collect())
    }

    fn inspect_in(
        &self,
        realm: Realm,
        associated: &impl Fn(&Realm) -> Vec<u8>,
        parts: &Parts<'_>,
        blob: &[u8],
    ) -> Option<Inspection> {
        let rules = self.rules(&realm)?;
        let account = realm.account.clone();
        let caller = Caller::new(realm, rules, account, Quota::default());
        let snapshot = self.snapshot(&caller);
        let key = snapshot.state.keys.with_version(parts.version)?;
        let state = key.state(snapshot.now)?;
        let opened =
            self.open_sealed(&caller, Operation::Decrypt, &associated(&caller.realm), blob);
        Some(Inspection {
            key: key.id.clone(),
            version: parts.version,
            spec: key.spec,
            state,
            // The plaintext is dropped here.
            opens: opened.map(drop),
            realm: caller.realm,
        })
    }

    /// The realm's state and time, consistent with each other.
    #[must_use]
    pub fn snapshot_of(&self, realm: &Realm) -> Snapshot {
        self.realms.read_atomically(|| Snapshot {
            state: self.realms.snapshot(realm),
            now: self.now(realm),
        })
    }

    /// Counts the realms of a cloud and what they hold.
    #[must_use]
    pub fn counts(&self, dialect: &str) -> Counts {
        let mut realms = self.realms.all();
        realms.retain(|realm| *realm.dialect == *dialect);
        let state = |realm: Realm| (realm.clone(), self.realms.snapshot(&realm));
        Counts::of(&realms.into_iter().map(state).collect::<Vec<_>>())
    }

    /// How many transactions the store has committed since the start.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }
}
