//! The journal: what became of every request. Who was let in has its records with those of its
//! realm. What a check refused goes to one ring of its own, so that nobody pushes out the records of
//! others by claiming to be them. It keeps no value that may be a secret.

mod entry;
mod filter;
mod mismatch;
mod read;
mod record;
mod ring;
mod room;
mod seen;

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

pub use entry::{Auth, Entry, Fault, Outcome};
pub use filter::{Filter, Miss, Since, Want};
pub use mismatch::{Difference, EXPLAINED, Mismatch, Nearest};
pub use read::{Page, Tally};
pub use record::{Blank, Facts, Rare, Record};

use super::Whose;
use crate::model::{Realm, Scope};
use ring::{Pushed, Ring};
pub use room::Lost;
use room::{Gone, Rings, Room};

/// How many records each realm has, where nothing is said of that.
pub const USUAL: usize = 1000;

/// The records of every realm, and those of requests that were refused.
#[derive(Debug)]
pub struct Journal {
    rings: ArcSwap<Rings>,
    /// What a check refused, each with the realm that it claims.
    refused: Ring,
    last: AtomicU64,
    /// How many bytes the rings of realms take.
    total: AtomicUsize,
    /// How many the refused take.
    refused_total: AtomicUsize,
    room: Room,
    /// What had to go without a ring that could tell. Whoever opens or closes a ring holds it.
    gone: Mutex<Gone>,
    shedding: Mutex<()>,
}

thread_local! {
    /// The room of a record that was dropped, for the next one that this thread writes.
    static SPARE: Cell<Option<Blank>> = const { Cell::new(None) };
}

impl Journal {
    /// One that keeps so many records for each realm; with 0, none at all.
    #[must_use]
    pub fn keeping(most: usize) -> Self {
        Self::within(Room::usual(most))
    }

    fn within(room: Room) -> Self {
        Self {
            rings: ArcSwap::default(),
            refused: Ring::default(),
            last: AtomicU64::new(0),
            total: AtomicUsize::new(0),
            refused_total: AtomicUsize::new(0),
            room,
            gone: Mutex::default(),
            shedding: Mutex::default(),
        }
    }

    /// Whether it keeps any.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.room.realm.records > 0
    }

    /// Room for a record.
    #[must_use]
    pub fn blank() -> Blank {
        SPARE.take().unwrap_or_default()
    }

    /// Writes the record of a request that was let in, into its realm. Its number is this journal's to give.
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
            match ring.push(record, (&self.last, &self.total), self.room.realm, |_| {}) {
                Pushed::Written(dropped) => break dropped,
                // The ring had to go meanwhile.
                Pushed::Closed(back) => record = back,
            }
        };
        SPARE.set(dropped.and_then(Record::emptied));
        if self.total.load(Ordering::Relaxed) > self.room.bytes {
            self.shed();
        }
    }

    /// Writes the record of a request that was refused. It tells itself which realm it claims.
    pub fn refuse(&self, record: Record) {
        let lost = |record: &Record| {
            if let Some(realm) = record.claimed() {
                self.gone().refused(&realm.account);
            }
        };
        // This ring is never closed.
        let pushed =
            self.refused.push(record, (&self.last, &self.refused_total), self.room.refused, lost);
        if let Pushed::Written(dropped) = pushed {
            SPARE.set(dropped.and_then(Record::emptied));
        }
    }

    /// How many records of these realms had to go.
    #[must_use]
    pub fn lost(&self, scope: &Scope) -> Lost {
        let gone = self.gone();
        let rings = self.rings.load();
        let kept =
            rings.iter().filter(|(realm, _)| scope.has(realm)).map(|(_, ring)| ring.dropped());
        let mut lost = gone.of(scope);
        lost.let_in += kept.sum::<u64>();
        lost
    }

    /// Forgets `whose` records, and answers how many those were.
    pub fn clear(&self, whose: &Whose) -> usize {
        // Not held any longer: whoever drops a refused record takes it too.
        self.gone().clear(&whose.scope);
        let rings = self.rings.load();
        let clear = |(realm, ring): (&Realm, &Arc<Ring>)| {
            let goes = |record: &Record| whose.has(realm, record.seen(realm).access_key);
            ring.clear(goes, &self.total)
        };
        let let_in: usize =
            rings.iter().filter(|(realm, _)| whose.scope.has(realm)).map(clear).sum();
        let goes = |record: &Record| {
            record.claimed().is_none_or(|realm| whose.has(realm, record.seen(realm).access_key))
        };
        let_in + self.refused.clear(goes, &self.refused_total)
    }

    fn open(&self, realm: &Realm) -> Arc<Ring> {
        let mut gone = self.gone();
        let mut rings = Rings::clone(&self.rings.load());
        if rings.len() >= self.room.realms
            && !rings.contains_key(realm)
            && let Some(least) = room::least(&rings)
            && let Some(ring) = rings.remove(&least)
        {
            gone.with_ring(least, ring.close(&self.total));
        }
        let ring = rings
            .entry(realm.clone())
            .or_insert_with(|| Arc::new(Ring::having_lost(gone.back(realm))));
        let ring = Arc::clone(ring);
        self.rings.store(Arc::new(rings));
        ring
    }

    /// Makes room where all the rings together hold too much.
    fn shed(&self) {
        let _one = self.shedding.lock().unwrap_or_else(PoisonError::into_inner);
        if self.total.load(Ordering::Relaxed) > self.room.bytes {
            room::shed(&self.rings.load(), &self.total, self.room.bytes);
        }
    }

    fn gone(&self) -> MutexGuard<'_, Gone> {
        // What is guarded is whole even after a panic.
        self.gone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::record::COPIED;
    use super::ring::Most;
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
        let mut blank = Journal::blank();
        blank.names(request_id, Some(account));
        journal.write(&Realm::new("cloud", account, region), blank.filled(FACTS, None));
    }

    fn write(journal: &Journal, account: &str, request_id: &str) {
        write_in(journal, account, "x", request_id);
    }

    fn refuse(journal: &Journal, account: &str, access_key: &str) {
        let mut blank = Journal::blank();
        blank.names("r", Some(access_key));
        let mut subject = Subject::of(Realm::new("cloud", account, "x"), None);
        subject.access_key = Some(access_key.into());
        let rare = Rare { subject: Some(subject), ..Rare::default() };
        let facts = Facts { auth: Auth::Refused("no"), outcome: Outcome::Error("no"), ..FACTS };
        journal.refuse(blank.filled(facts, Some(Box::new(rare))));
    }

    fn whose(account: &str) -> Whose {
        let scope = Scope { account: Some(account.into()), region: None };
        Whose { scope, access_key: None }
    }

    fn of(account: Option<&str>) -> Filter {
        Filter { whose: account.map(whose).unwrap_or_default(), ..Filter::default() }
    }

    fn ids(journal: &Journal, account: Option<&str>) -> Vec<u64> {
        journal.page(&of(account), usize::MAX).entries.iter().map(|entry| entry.id).collect()
    }

    fn room(records: usize, bytes: usize) -> Room {
        let usual = Room::usual(records);
        Room { bytes, ..usual }
    }

    #[test]
    fn a_noisy_realm_drops_its_own_entries_alone() {
        let journal = Journal::keeping(3);
        write(&journal, "quiet", "r");
        for _ in 0..10 {
            write(&journal, "noisy", "r");
        }
        assert_eq!(ids(&journal, None), [1, 9, 10, 11]);
        assert_eq!(journal.lost(&Scope::default()), Lost { let_in: 7, refused: 0 });
        assert_eq!(ids(&journal, Some("quiet")), [1]);
        assert_eq!((journal.clear(&whose("noisy")), ids(&journal, None)), (3, vec![1]));
    }

    #[test]
    fn bytes_are_bounded_too() {
        let journal = Journal::keeping(4);
        for _ in 0..4 {
            write(&journal, "a", &"x".repeat(6 * 1024));
        }
        assert_eq!(ids(&journal, Some("a")), [3, 4]);
    }

    #[test]
    fn of_too_many_places_the_account_with_the_most_loses_its_quietest() {
        let journal = Journal::within(Room { realms: 4, ..Room::usual(4) });
        write(&journal, "quiet", "r");
        for region in 0..20 {
            write_in(&journal, "noisy", &region.to_string(), "r");
        }
        assert_eq!(ids(&journal, None), [1, 19, 20, 21], "not the quietest of all");
        assert_eq!(journal.lost(&whose("quiet").scope), Lost::default());
        assert_eq!(journal.lost(&whose("noisy").scope).let_in, 17);
        let first = Scope { account: Some("noisy".into()), region: Some("0".into()) };
        assert_eq!(journal.lost(&first).let_in, 1, "told although its place is gone");
        write_in(&journal, "noisy", "0", "r");
        assert_eq!(journal.lost(&first).let_in, 1, "and when it has a place again");
        assert_eq!(journal.lost(&whose("noisy").scope).let_in, 18);
        journal.clear(&whose("noisy"));
        assert_eq!(journal.lost(&Scope::default()), Lost::default());
    }

    #[test]
    fn the_whole_server_has_one_bound_and_whoever_is_below_its_share_loses_nothing() {
        let bytes = 1 << 20;
        let journal = Journal::within(room(1_000_000, bytes));
        for number in 0..20 {
            write(&journal, "quiet", &number.to_string());
        }
        for number in 0..20_000 {
            write_in(&journal, "noisy", &(number % 7).to_string(), &"x".repeat(number % 700));
            assert!(journal.total.load(Ordering::Relaxed) <= bytes);
        }
        assert_eq!(ids(&journal, Some("quiet")).len(), 20);
        assert_eq!(journal.lost(&whose("quiet").scope), Lost::default());
        let kept = ids(&journal, Some("noisy")).len() as u64;
        assert_eq!(
            journal.lost(&whose("noisy").scope).let_in + kept,
            20_000,
            "each is there or told lost"
        );
        let held: usize = journal.rings.load().values().map(|ring| ring.bytes()).sum();
        assert_eq!(journal.total.load(Ordering::Relaxed), held);
        assert!(held > bytes / 2, "no more goes than has to: {held}");
        journal.clear(&Whose::default());
        assert_eq!(journal.total.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn the_refused_push_out_one_another_alone() {
        let most = Most { records: usize::MAX, bytes: 64 * 1024 };
        let journal = Journal::within(Room { refused: most, ..Room::usual(10) });
        write(&journal, "victim", "r");
        refuse(&journal, "other", "key-of-other");
        for _ in 0..10_000 {
            refuse(&journal, "victim", "key");
        }
        let mut filter = of(Some("victim"));
        assert_eq!(ids(&journal, Some("victim"))[0], 1);
        let kept = ids(&journal, Some("victim")).len() as u64 - 1;
        assert!(kept > 50 && journal.refused_total.load(Ordering::Relaxed) < 2 * most.bytes);
        assert_eq!(journal.lost(&filter.whose.scope), Lost { let_in: 0, refused: 10_000 - kept });
        assert_eq!(journal.lost(&whose("other").scope), Lost { let_in: 0, refused: 1 });
        assert_eq!(journal.rings.load().len(), 1, "no realm comes of a claim");
        filter.whose.access_key = Some("key".into());
        let page = journal.page(&filter, 10);
        assert_eq!((page.entries.len(), page.next.is_some()), (10, true));
        assert!(
            page.entries.iter().all(|entry| entry.subject.access_key.as_deref() == Some("key"))
        );
        let tally = journal.tally(&of(Some("victim")), 100, 3);
        assert_eq!((tally.count, tally.claimed as u64, tally.last), (1, kept, vec![1]));
        assert_eq!(journal.clear(&filter.whose) as u64, kept);
        assert_eq!(
            (ids(&journal, None), journal.lost(&filter.whose.scope)),
            (vec![1], Lost::default())
        );
    }

    #[test]
    fn a_page_copies_its_entries_and_no_other() {
        let journal = Journal::keeping(1000);
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
        filter = Filter { wants: vec![Want::RequestId("none".into())], ..Filter::default() };
        assert_eq!((journal.page(&filter, 10).entries.len(), COPIED.get()), (0, 0));
        let tally = journal.tally(&filter, 100, 3);
        assert_eq!((tally.count, tally.nearest.len(), COPIED.get()), (0, 3, 3));
        assert_eq!(
            tally.nearest.iter().map(|entry| entry.id).collect::<Vec<_>>(),
            [5999, 5997, 5995]
        );
    }

    #[test]
    fn writers_and_readers_do_not_miss_one_another() {
        let journal = Journal::within(Room { realms: 3, ..Room::usual(10_000) });
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
        assert_eq!(kept + journal.lost(&Scope::default()).let_in, 8000);
    }
}
