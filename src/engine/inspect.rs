//! Looking without touching: whose a ciphertext is and whether it would open, what a name stands
//! for, how much there is. No plaintext and no material leaves.

use super::ciphertext::Parts;
use super::{Caller, CiphertextError, Engine, Error, Operation, Quota, Snapshot};
use crate::model::{KeyId, KeyState, Realm, VersionId};

/// What became known of a ciphertext in one realm that has its key.
#[derive(Debug)]
pub struct Inspection {
    /// The realm.
    pub realm: Realm,
    /// The key.
    pub key: KeyId,
    /// The version that sealed it.
    pub version: VersionId,
    /// What the key is.
    pub spec: crate::model::KeySpec,
    /// The key's state.
    pub state: KeyState,
    /// Whether it would open there, or why not.
    pub opens: Result<(), Error>,
}

/// How much a cloud's realms hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Realms that hold anything.
    pub realms: usize,
    /// Keys, those of services included.
    pub keys: usize,
    /// Secrets.
    pub secrets: usize,
}

impl Engine {
    /// Looks at a ciphertext in every realm that has its key: would it open with this context?
    /// Answers nothing where no realm has the key.
    ///
    /// # Errors
    /// [`CiphertextError::Malformed`] when it is no ciphertext of this engine's.
    pub fn inspect(
        &self,
        associated: impl Fn(&Realm) -> Vec<u8>,
        blob: &[u8],
    ) -> Result<Vec<Inspection>, Error> {
        let parts = Parts::of(blob).ok_or(CiphertextError::Malformed)?;
        let realms = self.realms.those(|state| state.keys.with_version(parts.version).is_some());
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
            // The plaintext ends here.
            opens: opened.map(drop),
            realm: caller.realm,
        })
    }

    /// What a realm holds now.
    #[must_use]
    pub fn snapshot_of(&self, realm: &Realm) -> Snapshot {
        self.realms.read_atomically(|| Snapshot {
            state: self.realms.snapshot(realm),
            now: self.now(realm),
        })
    }

    /// How much the realms of a cloud hold.
    #[must_use]
    pub fn totals(&self, dialect: &str) -> Totals {
        let realms = self.realms.all();
        realms.iter().filter(|realm| *realm.dialect == *dialect).fold(
            Totals::default(),
            |sum, realm| {
                let state = self.realms.snapshot(realm);
                Totals {
                    realms: sum.realms + 1,
                    keys: sum.keys + state.keys.count(),
                    secrets: sum.secrets + state.secrets.count(),
                }
            },
        )
    }

    /// How many transactions the store took since the start.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }
}
