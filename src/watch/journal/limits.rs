//! How much the journal may hold, and who gives way where that is not enough: whoever holds the
//! most, so that nobody loses anything who holds no more than an equal share.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashMap;

use super::ring::{Ring, RingLimits};
use crate::model::{Realm, Scope};

/// How many bytes a realm's records may take together, for each that there may be.
const BYTES_EACH: usize = 4096;
/// How many realms have records.
const REALMS: usize = 1024;
/// How many bytes the whole journal takes at the most.
const BYTES: usize = 64 * 1024 * 1024;
/// How many of those are for requests that were refused.
const REFUSED: usize = 4 * 1024 * 1024;
/// How many realms without a ring are remembered for what they lost, and accounts for what was
/// refused.
const REMEMBERED: usize = 4096;

/// The records of some realms. Their number is bounded, so whoever chooses the names gains nothing
/// by colliding ones.
pub(super) type Rings = FxHashMap<Realm, Arc<Ring>>;

/// How many records had to go to make room, since they were last cleared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Of requests that were let in.
    pub accepted: u64,
    /// Of requests that were refused. They count for the account that they claimed.
    pub refused: u64,
}

/// The bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Of one realm.
    pub(super) realm: RingLimits,
    /// Of what is refused.
    pub(super) refused: RingLimits,
    /// How many realms have records.
    pub(super) realms: usize,
    /// How many bytes all realms take together.
    pub(super) bytes: usize,
}

impl Limits {
    /// The bounds of a journal with so many records for each realm.
    pub(super) fn usual(records: usize) -> Self {
        Self {
            realm: RingLimits { records, bytes: records.saturating_mul(BYTES_EACH) },
            // Up to half of a queue's places may be empty.
            refused: RingLimits { records: usize::MAX, bytes: REFUSED * 3 / 4 },
            realms: REALMS,
            bytes: BYTES - REFUSED,
        }
    }
}

/// The realm that gives way to another one: of the account with the most realms, or the quietest of
/// those, the one that was quiet for longest.
pub(super) fn least(rings: &Rings) -> Option<Realm> {
    let mut realms: HashMap<&str, usize> = HashMap::new();
    for realm in rings.keys() {
        *realms.entry(&realm.account).or_default() += 1;
    }
    let most = realms.values().max()?;
    let of_most = rings.iter().filter(|(realm, _)| realms.get(&*realm.account) == Some(most));
    of_most.min_by_key(|(_, ring)| ring.newest()).map(|(realm, _)| realm.clone())
}

/// Drops records of these rings until `total` has room again within `most` bytes, and some to spare,
/// so that this is seldom done.
pub(super) fn shed(rings: &Rings, total: &AtomicUsize, most: usize) {
    let floor = most - most / 64;
    let mut accounts: HashMap<&str, (usize, Vec<&Arc<Ring>>)> = HashMap::new();
    for (realm, ring) in rings {
        let (bytes, of_account) = accounts.entry(&realm.account).or_default();
        *bytes += ring.bytes();
        of_account.push(ring);
    }
    let share = floor / accounts.len().max(1);
    while total.load(Ordering::Relaxed) > floor {
        let largest = accounts.values_mut().max_by_key(|(bytes, _)| *bytes);
        let Some((bytes, of_account)) = largest.filter(|(bytes, _)| *bytes > share) else { break };
        let Some(ring) = of_account.iter().max_by_key(|ring| ring.bytes()) else { break };
        let freed = ring.shed((*bytes - share).min(most / 512), total);
        *bytes = if freed == 0 { 0 } else { bytes.saturating_sub(freed) };
    }
}

/// What had to go, as far as no ring tells it.
#[derive(Debug, Default)]
pub(super) struct Evicted {
    /// With the rings of these realms.
    realms: HashMap<Realm, u64>,
    /// Requests that were refused, by the account that they claimed.
    refused: HashMap<Arc<str>, u64>,
    /// Of realms and accounts too many to remember. It counts for everybody.
    beyond: Dropped,
}

impl Evicted {
    /// A realm lost its ring, and so many records.
    pub(super) fn with_ring(&mut self, realm: Realm, records: u64) {
        if self.realms.len() < REMEMBERED || self.realms.contains_key(&realm) {
            *self.realms.entry(realm).or_default() += records;
        } else {
            self.beyond.accepted += records;
        }
    }

    /// The realm has a ring again, which tells what was lost.
    pub(super) fn back(&mut self, realm: &Realm) -> u64 {
        self.realms.remove(realm).unwrap_or_default()
    }

    /// A refused request that claimed this account had to go.
    pub(super) fn refused(&mut self, account: &Arc<str>) {
        if let Some(count) = self.refused.get_mut(account) {
            *count += 1;
        } else if self.refused.len() < REMEMBERED {
            self.refused.insert(Arc::clone(account), 1);
        } else {
            self.beyond.refused += 1;
        }
    }

    /// What these realms lost.
    pub(super) fn of(&self, scope: &Scope) -> Dropped {
        let realms =
            self.realms.iter().filter(|(realm, _)| scope.has(realm)).map(|(_, dropped)| dropped);
        let refused = self
            .refused
            .iter()
            .filter(|(account, _)| claims(scope, account))
            .map(|(_, dropped)| dropped);
        Dropped {
            accepted: self.beyond.accepted + realms.sum::<u64>(),
            refused: self.beyond.refused + refused.sum::<u64>(),
        }
    }

    /// Forgets what these realms lost.
    pub(super) fn clear(&mut self, scope: &Scope) {
        self.realms.retain(|realm, _| !scope.has(realm));
        self.refused.retain(|account, _| !claims(scope, account));
        if *scope == Scope::default() {
            self.beyond = Dropped::default();
        }
    }
}

/// Whether a request that claimed this account may have been about the scope.
fn claims(scope: &Scope, account: &Arc<str>) -> bool {
    scope.account.as_ref().is_none_or(|it| it == account)
}
