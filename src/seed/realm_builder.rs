//! A realm while seeds are planted in it.

use std::sync::Arc;
use std::time::Duration;

use serde_saphyr::Spanned;

use super::document::RealmEntry;
use super::error::{Place, SeedError};
use super::material::{Materials, derived, version_id};
use super::when::Time;
use crate::engine::Rules;
use crate::model::{
    Change, Fact, Held, KeyId, KeySpec, Material, Ordinal, Realm, State, SymmetricSpec, VersionId,
};
use crate::world::Instant;

/// The largest number that anything gets. Nobody counts so far.
pub(super) const COUNT_MAX: u64 = 1 << 53;

/// The key that seals a realm's secrets whose owners named none, where seeds make it: the same in
/// every run.
pub(super) fn service_key(realm: &Realm, alias: &str) -> (KeyId, VersionId, KeySpec) {
    let key = KeyId::from(derived(&format!(
        "{}/{}/{}/{alias}",
        realm.dialect, realm.account, realm.region
    )));
    let version = version_id(&key, 0, None);
    (key, version, KeySpec::Symmetric(SymmetricSpec::Aes256))
}

/// A realm while seeds are planted in it.
pub(super) struct RealmBuilder<'a> {
    pub(super) realm: Realm,
    pub(super) rules: &'static Rules,
    pub(super) now: Instant,
    pub(super) materials: &'a Materials,
    /// What was there before.
    pub(super) base: Arc<State>,
    /// What is there now.
    pub(super) state: State,
    pub(super) facts: Vec<Change>,
}

impl RealmBuilder<'_> {
    pub(super) fn add(&mut self, fact: Change) {
        self.state.apply(&fact);
        self.facts.push(fact);
    }

    pub(super) fn insert<N: Held>(&mut self, noun: N) {
        self.add(N::change(Fact::added(Arc::new(noun))));
    }

    /// A time that is told, if it is.
    pub(super) fn time(&self, at: Option<&Spanned<Time>>) -> Option<Instant> {
        at.map(|at| at.value.0.from(self.now))
    }

    /// When something was rotated last: that is told, or the next time is.
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

    /// The number of something new: the one that it says, as long as nothing here has it or a later
    /// one came first.
    pub(super) fn ordinal(
        &self,
        told: Option<&Spanned<u64>>,
        place: Place<'_>,
    ) -> Result<Ordinal, SeedError> {
        let next = self.state.next_ordinal();
        let Some(told) = told else { return Ok(next) };
        match told.value {
            0 => Err(place.wrong("ordinal", told, "the first is 1")),
            COUNT_MAX.. => Err(place.wrong("ordinal", told, "too large")),
            // Where something was before, it goes behind that.
            number if number <= self.base.counted() => Ok(next),
            number if self.state.has(number) => Err(place.wrong("ordinal", told, "given twice")),
            number => Ok(number),
        }
    }

    pub(super) fn add_realm(
        &mut self,
        entry: &RealmEntry,
        place: Place<'_>,
    ) -> Result<(), SeedError> {
        let account_wide = self.realm.region.is_empty();
        let empty =
            entry.keys.is_empty() && entry.secrets.is_empty() && entry.certificates.is_empty();
        if account_wide && !empty {
            return Err(place.wrong(
                "account",
                &entry.account,
                "keys, secrets and certificates are in a region",
            ));
        }
        if let Some(at) = &entry.subscribed_at {
            if !account_wide {
                return Err(place.wrong(
                    "subscribed_at",
                    at,
                    "an account subscribes in no region: region: ''",
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
