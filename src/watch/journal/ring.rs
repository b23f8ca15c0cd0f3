//! A ring of records: those of one realm, or those of refused requests, oldest first. Its lock is
//! held for a few records at a time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::record::Record;

/// How many records a reader looks at before it releases the lock.
const BATCH: usize = 128;

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
    /// The bytes of the records, without their slots in the queue.
    weight: usize,
    /// How many records were dropped to make room.
    dropped: u64,
    /// Whether the ring was removed from the journal. Nothing is written to it any more.
    closed: bool,
}

/// The result of a write.
pub(super) enum PushResult {
    /// It was written. The record is the last one dropped to make room.
    Written(Option<Record>),
    /// The ring is closed. The record is returned.
    Closed(Record),
}

/// The limits of a ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct RingLimits {
    pub(super) records: usize,
    pub(super) bytes: usize,
}

impl Kept {
    /// The bytes of the records with their slots.
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
    /// An empty ring that already dropped this many records.
    pub(super) fn with_dropped(dropped: u64) -> Self {
        Self { kept: Mutex::new(Kept { dropped, ..Kept::default() }), ..Self::default() }
    }

    /// Writes a record with the next number from `last`, and drops old ones to make room. `gone` is
    /// called for each dropped record.
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
        // Under the lock: a reader that sees this number finds the record once it has the lock.
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

    /// Drops the oldest records until at least `bytes` are freed. Returns the freed bytes.
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

    /// Closes the ring. Returns the total number of its dropped records.
    pub(super) fn close(&self, total: &AtomicUsize) -> u64 {
        let mut kept = self.lock();
        kept.closed = true;
        let records = std::mem::take(&mut kept.records);
        kept.weight = 0;
        self.account(&kept, total);
        kept.dropped + records.len() as u64
    }

    /// Removes the records that `goes` selects, and resets the dropped count. Returns how many were
    /// removed.
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

    /// Passes the records with numbers above `after`, up to `last`, to `look` in order, until it
    /// returns false.
    pub(super) fn scan(&self, after: u64, last: u64, mut look: impl FnMut(&Record) -> bool) {
        let mut cursor = after;
        loop {
            let kept = self.lock();
            let from = kept.records.partition_point(|record| record.id <= cursor);
            let mut seen = 0;
            for record in kept.records.range(from..).take(BATCH) {
                if record.id > last || !look(record) {
                    return;
                }
                cursor = record.id;
                seen += 1;
            }
            if seen < BATCH {
                return;
            }
        }
    }

    /// Passes the records with these sorted numbers to `look`, if they are still there.
    pub(super) fn each(&self, ids: &[u64], mut look: impl FnMut(&Record)) {
        for some in ids.chunks(BATCH) {
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

    /// The bytes that it uses.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The number of its newest record.
    pub(super) fn newest(&self) -> u64 {
        self.newest.load(Ordering::Relaxed)
    }

    /// How many records were dropped to make room.
    pub(super) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// Updates the used bytes under the lock, so that the total is always the sum of all rings.
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
        // The data is consistent even after a panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
