//! The limits of the journal, and which records are dropped when they are reached: those of the
//! account that holds the most, so that no account with less than an equal share loses anything.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashMap;

use super::ring::{Ring, RingLimits};
use crate::model::{Realm, Scope};

/// The byte limit of a realm, for each record that it may have.
const BYTES_PER_RECORD: usize = 4096;
/// How many realms can have records.
const REALMS: usize = 1024;
/// The byte limit of the whole journal.
const BYTES: usize = 64 * 1024 * 1024;
/// The part of it for refused requests.
const REFUSED: usize = 4 * 1024 * 1024;
/// How many realms without a ring, and how many accounts with refused requests, have a dropped
/// count.
const REMEMBERED: usize = 4096;

/// The rings by realm. Their number is limited, so hash collisions gain an attacker nothing.
pub(super) type Rings = FxHashMap<Realm, Arc<Ring>>;

/// How many records were dropped to make room, since they were last cleared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Of accepted requests.
    pub accepted: u64,
    /// Of refused requests. They count for the account that they claimed.
    pub refused: u64,
}

/// The limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Of one realm.
    pub(super) realm: RingLimits,
    /// Of the refused requests.
    pub(super) refused: RingLimits,
    /// How many realms can have records.
    pub(super) realms: usize,
    /// The byte limit of all realms together.
    pub(super) bytes: usize,
}

impl Limits {
    /// The limits of a journal with this many records for each realm.
    pub(super) fn new(records: usize) -> Self {
        Self {
            realm: RingLimits { records, bytes: records.saturating_mul(BYTES_PER_RECORD) },
            // Up to half of a queue's slots may be empty.
            refused: RingLimits { records: usize::MAX, bytes: REFUSED * 3 / 4 },
            realms: REALMS,
            bytes: BYTES - REFUSED,
        }
    }
}

/// The realm to evict for a new one: the least recently used of the account with the most realms.
pub(super) fn least(rings: &Rings) -> Option<Realm> {
    let mut realms: HashMap<&str, usize> = HashMap::new();
    for realm in rings.keys() {
        *realms.entry(&realm.account).or_default() += 1;
    }
    let most = realms.values().max()?;
    let of_most = rings.iter().filter(|(realm, _)| realms.get(&*realm.account) == Some(most));
    of_most.min_by_key(|(_, ring)| ring.newest()).map(|(realm, _)| realm.clone())
}

/// Drops records until `total` is below `most` bytes, with some room to spare, so that this is
/// rarely needed.
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

/// Dropped counts that belong to no existing ring.
#[derive(Debug, Default)]
pub(super) struct Evicted {
    /// Of evicted rings, by realm.
    realms: HashMap<Realm, u64>,
    /// Of refused requests, by the account that they claimed.
    refused: HashMap<Arc<str>, u64>,
    /// Of realms and accounts beyond the limit. It counts for all of them.
    beyond: Dropped,
}

impl Evicted {
    /// A realm's ring was evicted, with this many records.
    pub(super) fn with_ring(&mut self, realm: Realm, records: u64) {
        if self.realms.len() < REMEMBERED || self.realms.contains_key(&realm) {
            *self.realms.entry(realm).or_default() += records;
        } else {
            self.beyond.accepted += records;
        }
    }

    /// The realm has a ring again. Its count moves there.
    pub(super) fn back(&mut self, realm: &Realm) -> u64 {
        self.realms.remove(realm).unwrap_or_default()
    }

    /// A refused request that claimed this account was dropped.
    pub(super) fn refused(&mut self, account: &Arc<str>) {
        if let Some(count) = self.refused.get_mut(account) {
            *count += 1;
        } else if self.refused.len() < REMEMBERED {
            self.refused.insert(Arc::clone(account), 1);
        } else {
            self.beyond.refused += 1;
        }
    }

    /// The dropped counts of these realms.
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

    /// Resets the dropped counts of these realms.
    pub(super) fn clear(&mut self, scope: &Scope) {
        self.realms.retain(|realm, _| !scope.has(realm));
        self.refused.retain(|account, _| !claims(scope, account));
        if *scope == Scope::default() {
            self.beyond = Dropped::default();
        }
    }
}

/// Whether a request that claimed this account may belong to the scope.
fn claims(scope: &Scope, account: &Arc<str>) -> bool {
    scope.account.as_ref().is_none_or(|it| it == account)
}
