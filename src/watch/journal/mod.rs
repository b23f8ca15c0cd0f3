//! The journal records the outcome of every request. Accepted requests are stored per realm.
//! Refused requests go to one separate ring, so that false claims cannot push out the records of
//! others. The journal stores no value that may be secret.

mod entry;
mod filter;
mod limits;
mod mismatch;
mod read;
mod record;
mod ring;
mod view;

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

pub use entry::{Auth, Entry, Fault, Outcome};
pub use filter::{Condition, Filter, Miss, Since};
pub use mismatch::{Difference, EXPLAIN_LIMIT, Mismatch, Nearest};
pub use read::{Page, Tally};
pub use record::{Details, Facts, Record, RecordBuilder};

use super::RequestScope;
use crate::model::{Realm, Scope};
pub use limits::Dropped;
use limits::{Evicted, Limits, Rings};
use ring::{PushResult, Ring};

/// The default number of records for each realm.
pub const DEFAULT_RECORDS: usize = 1000;

/// The records of all realms, and those of refused requests.
#[derive(Debug)]
pub struct Journal {
    rings: ArcSwap<Rings>,
    /// Refused requests, each with the realm that it claims.
    refused: Ring,
    last: AtomicU64,
    /// The bytes of all realms' rings.
    total: AtomicUsize,
    /// The bytes of the refused requests.
    refused_total: AtomicUsize,
    limits: Limits,
    /// Dropped counts of rings that no longer exist. Locked while a ring is opened or closed.
    evicted: Mutex<Evicted>,
    shedding: Mutex<()>,
}

thread_local! {
    /// The buffers of a dropped record, for the next one that this thread writes.
    static SPARE: Cell<Option<RecordBuilder>> = const { Cell::new(None) };
}

impl Journal {
    /// A journal with this many records for each realm; 0 turns it off.
    #[must_use]
    pub fn with_records(most: usize) -> Self {
        Self::within(Limits::new(most))
    }

    fn within(limits: Limits) -> Self {
        Self {
            rings: ArcSwap::default(),
            refused: Ring::default(),
            last: AtomicU64::new(0),
            total: AtomicUsize::new(0),
            refused_total: AtomicUsize::new(0),
            limits,
            evicted: Mutex::default(),
            shedding: Mutex::default(),
        }
    }

    /// Whether it keeps records.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.limits.realm.records > 0
    }

    /// A builder for a record.
    #[must_use]
    pub fn builder() -> RecordBuilder {
        SPARE.take().unwrap_or_default()
    }

    /// Writes the record of an accepted request into its realm's ring, and gives it a number.
    pub fn write(&self, realm: &Realm, mut record: Record) {
        let dropped = loop {
            let rings = self.rings.load();
            let opened;
            let ring = if let Some(ring) = rings.get(realm) {
                ring
            } else {
                opened = self.open(realm);
                &opened
            };
            match ring.push(record, (&self.last, &self.total), self.limits.realm, |_| {}) {
                PushResult::Written(dropped) => break dropped,
                // The ring was closed in the meantime.
                PushResult::Closed(back) => record = back,
            }
        };
        SPARE.set(dropped.and_then(Record::emptied));
        if self.total.load(Ordering::Relaxed) > self.limits.bytes {
            self.shed();
        }
    }

    /// Writes the record of a refused request. The record contains the realm that it claims.
    pub fn write_refused(&self, record: Record) {
        let dropped = |record: &Record| {
            if let Some(realm) = record.claimed() {
                self.evicted().refused(&realm.account);
            }
        };
        // This ring is never closed.
        let pushed = self.refused.push(
            record,
            (&self.last, &self.refused_total),
            self.limits.refused,
            dropped,
        );
        if let PushResult::Written(dropped) = pushed {
            SPARE.set(dropped.and_then(Record::emptied));
        }
    }

    /// How many records of these realms were dropped.
    #[must_use]
    pub fn dropped(&self, scope: &Scope) -> Dropped {
        let evicted = self.evicted();
        let rings = self.rings.load();
        let kept =
            rings.iter().filter(|(realm, _)| scope.has(realm)).map(|(_, ring)| ring.dropped());
        let mut dropped = evicted.of(scope);
        dropped.accepted += kept.sum::<u64>();
        dropped
    }

    /// Deletes the records of these requests, and returns how many.
    pub fn clear(&self, requests: &RequestScope) -> usize {
        // The lock is released here, because dropping a refused record takes it too.
        self.evicted().clear(&requests.scope);
        let rings = self.rings.load();
        let clear = |(realm, ring): (&Realm, &Arc<Ring>)| {
            let goes = |record: &Record| requests.has(realm, record.seen(realm).access_key);
            ring.clear(goes, &self.total)
        };
        let accepted: usize =
            rings.iter().filter(|(realm, _)| requests.scope.has(realm)).map(clear).sum();
        let goes = |record: &Record| {
            record.claimed().is_none_or(|realm| requests.has(realm, record.seen(realm).access_key))
        };
        accepted + self.refused.clear(goes, &self.refused_total)
    }

    fn open(&self, realm: &Realm) -> Arc<Ring> {
        let mut evicted = self.evicted();
        let mut rings = Rings::clone(&self.rings.load());
        if rings.len() >= self.limits.realms
            && !rings.contains_key(realm)
            && let Some(least) = limits::least(&rings)
            && let Some(ring) = rings.remove(&least)
        {
            evicted.with_ring(least, ring.close(&self.total));
        }
        let ring = rings
            .entry(realm.clone())
            .or_insert_with(|| Arc::new(Ring::with_dropped(evicted.back(realm))));
        let ring = Arc::clone(ring);
        self.rings.store(Arc::new(rings));
        ring
    }

    /// Drops records if all rings together exceed the limit.
    fn shed(&self) {
        let _one = self.shedding.lock().unwrap_or_else(PoisonError::into_inner);
        if self.total.load(Ordering::Relaxed) > self.limits.bytes {
            limits::shed(&self.rings.load(), &self.total, self.limits.bytes);
        }
    }

    fn evicted(&self) -> MutexGuard<'_, Evicted> {
        // The data is consistent even after a panic.
        self.evicted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::record::COPIED;
    use super::ring::RingLimits;
    use super::*;
    use crate::watch::Subject;
    use crate::world::Instant;

    const FACTS: Facts = Facts {
        at: Instant::from_millis(0),
        host: Instant::from_millis(0),
        took: Duration::ZERO,
        auth: Auth::Passed,
        status: 200,
        outcome: Outcome::Ok,
        action: None,
    };

    fn write_in(journal: &Journal, account: &str, region: &str, request_id: &str) {
        let mut builder = Journal::builder();
        builder.names(request_id, Some(account));
        journal.write(&Realm::new("cloud", account, region), builder.build(FACTS, None));
    }

    fn write(journal: &Journal, account: &str, request_id: &str) {
        write_in(journal, account, "x", request_id);
    }

    fn refuse(journal: &Journal, account: &str, access_key: &str) {
        let mut builder = Journal::builder();
        builder.names("r", Some(access_key));
        let mut subject = Subject::of(Realm::new("cloud", account, "x"), None);
        subject.access_key = Some(access_key.into());
        let details = Details { subject: Some(subject), ..Details::default() };
        let facts = Facts { auth: Auth::Refused("no"), outcome: Outcome::Error("no"), ..FACTS };
        journal.write_refused(builder.build(facts, Some(Box::new(details))));
    }

    fn requests(account: &str) -> RequestScope {
        let scope = Scope { account: Some(account.into()), region: None };
        RequestScope { scope, access_key: None }
    }

    fn of(account: Option<&str>) -> Filter {
        Filter { requests: account.map(requests).unwrap_or_default(), ..Filter::default() }
    }

    fn ids(journal: &Journal, account: Option<&str>) -> Vec<u64> {
        journal.page(&of(account), usize::MAX).entries.iter().map(|entry| entry.id).collect()
    }

    fn limits(records: usize, bytes: usize) -> Limits {
        let limits = Limits::new(records);
        Limits { bytes, ..limits }
    }

    #[test]
    fn a_busy_realm_drops_only_its_own_entries() {
        let journal = Journal::with_records(3);
        write(&journal, "quiet", "r");
        for _ in 0..10 {
            write(&journal, "noisy", "r");
        }
        assert_eq!(ids(&journal, None), [1, 9, 10, 11]);
        assert_eq!(journal.dropped(&Scope::default()), Dropped { accepted: 7, refused: 0 });
        assert_eq!(ids(&journal, Some("quiet")), [1]);
        assert_eq!((journal.clear(&requests("noisy")), ids(&journal, None)), (3, vec![1]));
    }

    #[test]
    fn bytes_are_limited_too() {
        let journal = Journal::with_records(4);
        for _ in 0..4 {
            write(&journal, "a", &"x".repeat(6 * 1024));
        }
        assert_eq!(ids(&journal, Some("a")), [3, 4]);
    }

    #[test]
    fn with_too_many_realms_the_largest_account_loses_its_least_recent() {
        let journal = Journal::within(Limits { realms: 4, ..Limits::new(4) });
        write(&journal, "quiet", "r");
        for region in 0..20 {
            write_in(&journal, "noisy", &region.to_string(), "r");
        }
        assert_eq!(ids(&journal, None), [1, 19, 20, 21], "not the quietest of all");
        assert_eq!(journal.dropped(&requests("quiet").scope), Dropped::default());
        assert_eq!(journal.dropped(&requests("noisy").scope).accepted, 17);
        let first = Scope { account: Some("noisy".into()), region: Some("0".into()) };
        assert_eq!(journal.dropped(&first).accepted, 1, "counted although its ring was evicted");
        write_in(&journal, "noisy", "0", "r");
        assert_eq!(journal.dropped(&first).accepted, 1, "and when it has a ring again");
        assert_eq!(journal.dropped(&requests("noisy").scope).accepted, 18);
        journal.clear(&requests("noisy"));
        assert_eq!(journal.dropped(&Scope::default()), Dropped::default());
    }

    #[test]
    fn the_total_is_limited_and_accounts_below_their_share_lose_nothing() {
        let bytes = 1 << 20;
        let journal = Journal::within(limits(1_000_000, bytes));
        for number in 0..20 {
            write(&journal, "quiet", &number.to_string());
        }
        for number in 0..20_000 {
            write_in(&journal, "noisy", &(number % 7).to_string(), &"x".repeat(number % 700));
            assert!(journal.total.load(Ordering::Relaxed) <= bytes);
        }
        assert_eq!(ids(&journal, Some("quiet")).len(), 20);
        assert_eq!(journal.dropped(&requests("quiet").scope), Dropped::default());
        let kept = ids(&journal, Some("noisy")).len() as u64;
        assert_eq!(
            journal.dropped(&requests("noisy").scope).accepted + kept,
            20_000,
            "each is kept or counted as dropped"
        );
        let held: usize = journal.rings.load().values().map(|ring| ring.bytes()).sum();
        assert_eq!(journal.total.load(Ordering::Relaxed), held);
        assert!(held > bytes / 2, "no more is dropped than necessary: {held}");
        journal.clear(&RequestScope::default());
        assert_eq!(journal.total.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn refused_requests_displace_only_one_another() {
        let most = RingLimits { records: usize::MAX, bytes: 64 * 1024 };
        let journal = Journal::within(Limits { refused: most, ..Limits::new(10) });
        write(&journal, "victim", "r");
        refuse(&journal, "other", "key-of-other");
        for _ in 0..10_000 {
            refuse(&journal, "victim", "key");
        }
        let mut filter = of(Some("victim"));
        assert_eq!(ids(&journal, Some("victim"))[0], 1);
        let kept = ids(&journal, Some("victim")).len() as u64 - 1;
        assert!(kept > 50 && journal.refused_total.load(Ordering::Relaxed) < 2 * most.bytes);
        assert_eq!(
            journal.dropped(&filter.requests.scope),
            Dropped { accepted: 0, refused: 10_000 - kept }
        );
        assert_eq!(journal.dropped(&requests("other").scope), Dropped { accepted: 0, refused: 1 });
        assert_eq!(journal.rings.load().len(), 1, "a claim creates no realm");
        filter.requests.access_key = Some("key".into());
        let page = journal.page(&filter, 10);
        assert_eq!((page.entries.len(), page.next.is_some()), (10, true));
        assert!(
            page.entries.iter().all(|entry| entry.subject.access_key.as_deref() == Some("key"))
        );
        let tally = journal.tally(&of(Some("victim")), 100, 3);
        assert_eq!((tally.count, tally.claimed as u64, tally.last), (1, kept, vec![1]));
        assert_eq!(journal.clear(&filter.requests) as u64, kept);
        assert_eq!(
            (ids(&journal, None), journal.dropped(&filter.requests.scope)),
            (vec![1], Dropped::default())
        );
    }

    #[test]
    fn a_page_copies_only_its_entries() {
        let journal = Journal::with_records(1000);
        for number in 0..3000 {
            write(&journal, ["a", "b", "c"][number % 3], "r");
            refuse(&journal, "d", "key");
        }
        COPIED.set(0);
        let mut filter = Filter::default();
        let mut found = Vec::new();
        loop {
            let page = journal.page(&filter, 700);
            found.extend(page.entries.iter().map(|entry| entry.id));
            assert_eq!(COPIED.get(), found.len());
            let Some(next) = page.next else { break };
            filter.since = Some(Since::Entry(next));
        }
        assert_eq!(found, (1..=6000).collect::<Vec<_>>());
        COPIED.set(0);
        filter =
            Filter { conditions: vec![Condition::RequestId("none".into())], ..Filter::default() };
        assert_eq!((journal.page(&filter, 10).entries.len(), COPIED.get()), (0, 0));
        let tally = journal.tally(&filter, 100, 3);
        assert_eq!((tally.count, tally.nearest.len(), COPIED.get()), (0, 3, 3));
        assert_eq!(
            tally.nearest.iter().map(|entry| entry.id).collect::<Vec<_>>(),
            [5999, 5997, 5995]
        );
    }

    #[test]
    fn concurrent_readers_see_all_records_in_order() {
        let journal = Journal::within(Limits { realms: 3, ..Limits::new(10_000) });
        std::thread::scope(|threads| {
            for account in ["a", "b", "c", "d"] {
                let journal = &journal;
                threads.spawn(move || (0..2000).for_each(|_| write(journal, account, "r")));
            }
            let (mut filter, mut before) = (Filter::default(), 0);
            for _ in 0..50 {
                for entry in journal.page(&filter, 100).entries {
                    assert!(entry.id > before, "in order");
                    before = entry.id;
                }
                filter.since = Some(Since::Entry(before));
            }
        });
        let kept = ids(&journal, None).len() as u64;
        assert_eq!(kept + journal.dropped(&Scope::default()).accepted, 8000);
    }
}
