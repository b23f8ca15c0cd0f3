//! The journal: what became of every request, bounded for each realm by itself, so that a noisy one drops nobody
//! else's entries. It keeps no value that may be a secret.

mod entry;
mod filter;
mod mismatch;
mod record;

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

pub use entry::{Auth, Entry, Fault, Outcome};
pub use filter::{Filter, Miss, Since, Want};
pub use mismatch::{Difference, Mismatch, Nearest};
pub use record::{Blank, Facts, Rare, Record};

use super::Whose;
use super::quick::Quick;
use crate::model::{Realm, Scope};

/// How many records each realm has, where nothing is said of that.
pub const USUAL: usize = 1000;
/// How many bytes a realm's records may take together, for each that there may be.
const BYTES_EACH: usize = 4096;
/// How many realms have records. Beyond that, those of the realm that was quiet for longest go.
const REALMS: usize = 256;

/// The records of some realms.
type Rings = HashMap<Realm, Arc<Ring>, BuildHasherDefault<Quick>>;

/// The records of every realm.
#[derive(Debug)]
pub struct Journal {
    rings: ArcSwap<Rings>,
    opening: Mutex<()>,
    last: AtomicU64,
    most: usize,
}

/// One realm's records, oldest first.
#[derive(Debug, Default)]
struct Ring {
    kept: Mutex<Kept>,
    newest: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Record>,
    bytes: usize,
    /// How many had to go to make room.
    dropped: u64,
}

thread_local! {
    /// The room of a record that was dropped, for the next one that this thread writes.
    static SPARE: Cell<Option<Blank>> = const { Cell::new(None) };
}

impl Journal {
    /// One that keeps so many records for each realm; with 0, none at all.
    #[must_use]
    pub fn keeping(most: usize) -> Self {
        Self { rings: ArcSwap::default(), opening: Mutex::default(), last: AtomicU64::new(0), most }
    }

    /// Whether it keeps any.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.most > 0
    }

    /// Room for a record.
    #[must_use]
    pub fn blank() -> Blank {
        SPARE.take().unwrap_or_default()
    }

    /// Writes a record of a realm. Its number is this journal's to give.
    pub fn write(&self, realm: &Realm, mut record: Record) {
        let rings = self.rings.load();
        let opened;
        let ring = if let Some(ring) = rings.get(realm) {
            ring
        } else {
            opened = self.open(realm);
            &opened
        };
        let mut kept = ring.lock();
        record.id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        ring.newest.store(record.id, Ordering::Relaxed);
        kept.bytes += record.weight;
        kept.records.push_back(record);
        let (most, mut dropped) = (self.most.saturating_mul(BYTES_EACH), None);
        while kept.records.len() > self.most || kept.bytes > most && kept.records.len() > 1 {
            let Some(oldest) = kept.records.pop_front() else { break };
            kept.bytes -= oldest.weight;
            kept.dropped += 1;
            dropped = Some(oldest);
        }
        drop(kept);
        SPARE.set(dropped.and_then(Record::emptied));
    }

    /// The entries that a filter lets through, oldest first.
    #[must_use]
    pub fn read(&self, filter: &Filter) -> Vec<Entry> {
        let rings = self.rings.load();
        let within = rings.iter().filter(|(realm, _)| filter.whose.scope.has(realm));
        let near = |(realm, ring): (&Realm, &Arc<Ring>)| {
            let kept = ring.lock();
            kept.records.iter().map(|record| record.entry(realm)).collect::<Vec<_>>()
        };
        let mut found: Vec<Entry> = within.flat_map(near).collect();
        found.retain(|entry| filter.is_near(entry) && filter.misses(entry).is_empty());
        found.sort_unstable_by_key(|entry| entry.id);
        found
    }

    /// How many records of these realms had to go to make room, since they were last cleared.
    #[must_use]
    pub fn dropped(&self, scope: &Scope) -> u64 {
        let rings = self.rings.load();
        rings.iter().filter(|(realm, _)| scope.has(realm)).map(|(_, ring)| ring.lock().dropped).sum()
    }

    /// Forgets `whose` records, and answers how many those were.
    pub fn clear(&self, whose: &Whose) -> usize {
        let rings = self.rings.load();
        let clear = |(realm, ring): (&Realm, &Arc<Ring>)| {
            let mut kept = ring.lock();
            let before = kept.records.len();
            kept.records.retain(|record| !whose.has(realm, record.access_key()));
            kept.bytes = kept.records.iter().map(|record| record.weight).sum();
            kept.dropped = 0;
            before - kept.records.len()
        };
        rings.iter().filter(|(realm, _)| whose.scope.has(realm)).map(clear).sum()
    }

    fn open(&self, realm: &Realm) -> Arc<Ring> {
        // What is guarded is whole even after a panic.
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rings = Rings::clone(&self.rings.load());
        if rings.len() >= REALMS && !rings.contains_key(realm) {
            let newest = |ring: &Ring| ring.newest.load(Ordering::Relaxed);
            let quiet = rings.iter().min_by_key(|(_, ring)| newest(ring)).map(|(realm, _)| realm.clone());
            quiet.and_then(|quiet| rings.remove(&quiet));
        }
        let ring = Arc::clone(rings.entry(realm.clone()).or_default());
        self.rings.store(Arc::new(rings));
        ring
    }
}

impl Ring {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::world::Instant;

    fn write(journal: &Journal, account: &str, request_id: &str) {
        let at = Instant::from_millis(0);
        let (took, auth, outcome) = (Duration::ZERO, Auth::Passed, Outcome::Ok);
        let facts = Facts { at, host: at, took, auth, status: 200, outcome, action: None };
        let mut blank = Journal::blank();
        blank.names(request_id, None);
        journal.write(&Realm::new("cloud", account, "x"), blank.filled(facts, None));
    }

    fn ids(journal: &Journal, account: Option<&str>) -> Vec<u64> {
        let mut filter = Filter::default();
        filter.whose.scope.account = account.map(Into::into);
        journal.read(&filter).iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn a_noisy_realm_drops_its_own_entries_alone() {
        let journal = Journal::keeping(3);
        write(&journal, "quiet", "r");
        for _ in 0..10 {
            write(&journal, "noisy", "r");
        }
        assert_eq!(ids(&journal, None), [1, 9, 10, 11]);
        assert_eq!(journal.dropped(&Scope::default()), 7);
        assert_eq!(ids(&journal, Some("quiet")), [1]);
        let mut whose = Whose::default();
        whose.scope.account = Some("noisy".into());
        assert_eq!((journal.clear(&whose), ids(&journal, None)), (3, vec![1]));
    }

    #[test]
    fn bytes_are_bounded_too_and_so_are_realms() {
        let journal = Journal::keeping(4);
        for _ in 0..4 {
            write(&journal, "a", &"x".repeat(BYTES_EACH * 3 / 2));
        }
        assert_eq!(ids(&journal, None), [3, 4]);
        for number in 0..REALMS {
            write(&journal, &format!("account-{number}"), "r");
        }
        assert_eq!(ids(&journal, Some("a")), [0; 0]);
        assert_eq!(ids(&journal, None).len(), REALMS);
    }
}
