//! Building a realm from seeds.

use std::sync::Arc;
use std::time::Duration;

use serde_saphyr::Spanned;

use super::document::RealmEntry;
use super::error::{Place, SeedError};
use super::material::{Materials, Owner, derived, version_id};
use super::when::Time;
use crate::engine::Rules;
use crate::model::{
    Change, Fact, KeyId, KeySpec, Material, Ordinal, Realm, Shelved, State, SymmetricSpec,
    VersionId,
};
use crate::world::Instant;

/// The largest ordinal. No realm comes close to it.
pub(super) const COUNT_MAX: u64 = 1 << 53;

/// The service key for secrets without a key of their own. Its ids are derived, so they are equal
/// in every run.
pub(super) fn service_key(realm: &Realm, alias: &str) -> (KeyId, VersionId, KeySpec) {
    let key = KeyId::from(derived(&format!(
        "{}/{}/{}/{alias}",
        realm.dialect, realm.account, realm.region
    )));
    let version = version_id(&key, 0, None);
    (key, version, KeySpec::Symmetric(SymmetricSpec::Aes256))
}

/// A realm that is being built from seeds.
pub(super) struct RealmBuilder<'a> {
    pub(super) realm: Realm,
    pub(super) rules: &'static Rules,
    pub(super) now: Instant,
    pub(super) materials: &'a Materials,
    /// The state before.
    pub(super) base: Arc<State>,
    /// The state so far.
    pub(super) state: State,
    pub(super) facts: Vec<Change>,
}

impl RealmBuilder<'_> {
    pub(super) fn add(&mut self, fact: Change) {
        self.state.apply(&fact);
        self.facts.push(fact);
    }

    pub(super) fn insert<N: Shelved>(&mut self, noun: N) {
        self.add(N::change(Fact::added(Arc::new(noun))));
    }

    pub(super) fn material(&self, owner: Owner) -> Option<Material> {
        self.materials.get(&(self.realm.clone(), owner)).cloned()
    }

    /// The time in this field, if any.
    pub(super) fn time(&self, at: Option<&Spanned<Time>>) -> Option<Instant> {
        at.map(|at| at.value.0.from(self.now))
    }

    /// The last rotation, which is given or follows from the next one.
    pub(super) fn rotated_at(
        &self,
        (last, next): (Option<&Spanned<Time>>, Option<&Spanned<Time>>),
        interval: Option<Duration>,
        place: Place<'_>,
    ) -> Result<Option<Instant>, SeedError> {
        match (last, next, interval) {
            (Some(_), Some(next), _) => {
                Err(place.wrong("rotation.next", next, "follows from last"))
            }
            (None, Some(next), None) => {
                Err(place.wrong("rotation.next", next, "needs an interval"))
            }
            (None, Some(next), Some(interval)) => {
                Ok(self.time(Some(next)).map(|next| next.minus(interval)))
            }
            (last, None, _) => Ok(self.time(last)),
        }
    }

    /// The ordinal of something new: the given one, unless it is in use or a later one was used
    /// before.
    pub(super) fn ordinal(
        &self,
        given: Option<&Spanned<u64>>,
        place: Place<'_>,
    ) -> Result<Ordinal, SeedError> {
        let next = self.state.next_ordinal();
        let Some(given) = given else { return Ok(next) };
        match given.value {
            0 => Err(place.wrong("ordinal", given, "the first is 1")),
            COUNT_MAX.. => Err(place.wrong("ordinal", given, "too large")),
            // Existing realms continue their own sequence.
            number if number <= self.base.counted() => Ok(next),
            number if self.state.noun(number).is_some() => {
                Err(place.wrong("ordinal", given, "given twice"))
            }
            number => Ok(number),
        }
    }

    pub(super) fn add_realm(
        &mut self,
        entry: &RealmEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let account_wide = self.realm.region.is_empty();
        if account_wide && entry.count() > 0 {
            return Err(place.wrong(
                "account",
                &entry.account,
                "keys, secrets and certificates need a region",
            ));
        }
        if let Some(at) = &entry.subscribed_at {
            if !account_wide {
                return Err(place.wrong(
                    "subscribed_at",
                    at,
                    "set subscribed_at in the realm with region ''",
                ));
            }
            if self.state.subscribed().is_none() {
                self.add(Change::Subscribed(at.value.0.from(self.now)));
            }
        }
        if let Some(seal) = &entry.import_seal {
            let bytes = &seal.value.0.0;
            if bytes.len() != 32 {
                return Err(place.wrong("import_seal", seal, "not 32 bytes"));
            }
            if self.state.import_seal().is_none() {
                self.add(Change::ImportSealDrawn(Material::new(bytes.clone())));
            }
        }
        Ok(())
    }
}
