//! The records of one realm, or those of requests that were refused: oldest first, behind a lock
//! that is held for a few records at a time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::record::Record;

/// How many records a reader looks at before it lets writers in.
const AT_ONCE: usize = 128;

/// Records, oldest first.
#[derive(Debug, Default)]
pub(super) struct Ring {
    kept: Mutex<Kept>,
    bytes: AtomicUsize,
    newest: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Record>,
    /// What the records weigh, without their places in the queue.
    weight: usize,
    /// How many had to go to make room.
    dropped: u64,
    /// Whether the ring was taken out of the journal. Nothing is written to it any more.
    closed: bool,
}

/// What became of a record that was to be written.
pub(super) enum PushResult {
    /// It stands there, and this one had to go last to make room.
    Written(Option<Record>),
    /// The ring is closed: here it is again.
    Closed(Record),
}

/// How much a ring may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct RingLimits {
    pub(super) records: usize,
    pub(super) bytes: usize,
}

impl Kept {
    /// The bytes that the records take, each with its place.
    fn used(&self) -> usize {
        self.weight + self.records.len() * size_of::<Record>()
    }

    fn pop(&mut self) -> Option<Record> {
        let oldest = self.records.pop_front()?;
        self.weight -= oldest.weight;
        self.dropped += 1;
        Some(oldest)
    }
}

impl Ring {
    /// An empty one, of whose records so many were lost before.
    pub(super) fn with_dropped(dropped: u64) -> Self {
        Self { kept: Mutex::new(Kept { dropped, ..Kept::default() }), ..Self::default() }
    }

    /// Writes a record, numbered by `last`, and makes room for it. `gone` hears of each record that
    /// has to go.
    pub(super) fn push(
        &self,
        mut record: Record,
        (last, total): (&AtomicU64, &AtomicUsize),
        most: RingLimits,
        mut evicted: impl FnMut(&Record),
    ) -> PushResult {
        let mut kept = self.lock();
        if kept.closed {
            return PushResult::Closed(record);
        }
        // Under the lock: whoever reads this number finds the record once the lock is free.
        record.id = last.fetch_add(1, Ordering::AcqRel) + 1;
        self.newest.store(record.id, Ordering::Relaxed);
        kept.weight += record.weight;
        kept.records.push_back(record);
        let mut dropped = None;
        while kept.records.len() > most.records
            || kept.used() > most.bytes && kept.records.len() > 1
        {
            let Some(oldest) = kept.pop() else { break };
            evicted(&oldest);
            dropped = Some(oldest);
        }
        self.account(&kept, total);
        PushResult::Written(dropped)
    }

    /// Drops the oldest records, until they took `bytes` at least. Answers how many bytes that made
    /// free.
    pub(super) fn shed(&self, bytes: usize, total: &AtomicUsize) -> usize {
        let mut kept = self.lock();
        let (before, mut shed) = (self.bytes(), Vec::new());
        let used = kept.used();
        while used - kept.used() < bytes {
            let Some(oldest) = kept.pop() else { break };
            shed.push(oldest);
        }
        let places = 2 * kept.records.len();
        kept.records.shrink_to(places);
        self.account(&kept, total);
        drop(kept);
        before.saturating_sub(self.bytes())
    }

    /// Closes it. Answers how many records are lost by that, with those that were before.
    pub(super) fn close(&self, total: &AtomicUsize) -> u64 {
        let mut kept = self.lock();
        kept.closed = true;
        let records = std::mem::take(&mut kept.records);
        kept.weight = 0;
        self.account(&kept, total);
        kept.dropped + records.len() as u64
    }

    /// Forgets the records that `goes` picks, and how many were dropped. Answers how many went.
    pub(super) fn clear(&self, goes: impl Fn(&Record) -> bool, total: &AtomicUsize) -> usize {
        let mut kept = self.lock();
        let before = kept.records.len();
        kept.records.retain(|record| !goes(record));
        kept.records.shrink_to_fit();
        kept.weight = kept.records.iter().map(|record| record.weight).sum();
        kept.dropped = 0;
        self.account(&kept, total);
        before - kept.records.len()
    }

    /// Shows the records with numbers behind `after`, up to `last`, in order, until `look` answers
    /// that it has seen enough.
    pub(super) fn scan(&self, after: u64, last: u64, mut look: impl FnMut(&Record) -> bool) {
        let mut cursor = after;
        loop {
            let kept = self.lock();
            let from = kept.records.partition_point(|record| record.id <= cursor);
            let mut seen = 0;
            for record in kept.records.range(from..).take(AT_ONCE) {
                if record.id > last || !look(record) {
                    return;
                }
                cursor = record.id;
                seen += 1;
            }
            if seen < AT_ONCE {
                return;
            }
        }
    }

    /// Shows the records of these numbers, which are in order, as far as they are still there.
    pub(super) fn each(&self, ids: &[u64], mut look: impl FnMut(&Record)) {
        for some in ids.chunks(AT_ONCE) {
            let kept = self.lock();
            for id in some {
                if let Ok(at) = kept.records.binary_search_by_key(id, |record| record.id)
                    && let Some(record) = kept.records.get(at)
                {
                    look(record);
                }
            }
        }
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The number of its newest record.
    pub(super) fn newest(&self) -> u64 {
        self.newest.load(Ordering::Relaxed)
    }

    /// How many records had to go to make room.
    pub(super) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// Says what it holds now, while it is locked: so the total is the sum of all rings at any
    /// time.
    fn account(&self, kept: &Kept, total: &AtomicUsize) {
        let (before, now) =
            (self.bytes(), kept.weight + kept.records.capacity() * size_of::<Record>());
        if now > before {
            total.fetch_add(now - before, Ordering::Relaxed);
        } else if now < before {
            total.fetch_sub(before - now, Ordering::Relaxed);
        }
        self.bytes.store(now, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // What is guarded is whole even after a panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
