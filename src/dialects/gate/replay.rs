//! The memory of spent nonces. It is bounded in number. Nonces are not forgotten by age: a clock
//! that is set back makes an old request fresh again.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use crate::world::Instant;

/// How many nonces are remembered for one access key. Beyond that, the oldest are forgotten first.
const MAX_NONCES: usize = 200_000;

/// The nonces that one access key has spent.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    hasher: RandomState,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// By a keyed hash of the nonce.
    known: FxHashMap<u64, Entry>,
    /// Hash and serial number of every spent nonce, the oldest first. An entry whose nonce was
    /// released or spent again since has a serial number that no longer matches.
    order: VecDeque<(u64, u64)>,
    serial: u64,
}

#[derive(Debug)]
struct Entry {
    /// The time in the request.
    signed_at: Instant,
    serial: u64,
}

/// A nonce that a request has spent. It can be released.
#[derive(Debug)]
pub(crate) struct SpentNonce {
    nonces: Arc<Nonces>,
    hash: u64,
    signed_at: Instant,
    serial: u64,
}

impl Nonces {
    /// Spends the nonce of a request with the time `signed_at`. `None` if the nonce was spent by
    /// the same request, or by one that has not expired. `is_expired` tells that from a request's
    /// time.
    pub(crate) fn spend(
        self: &Arc<Self>,
        nonce: &str,
        signed_at: Instant,
        is_expired: impl Fn(Instant) -> bool,
    ) -> Option<SpentNonce> {
        let hash = self.hasher.hash_one(nonce);
        let mut memory = self.memory();
        if memory
            .known
            .get(&hash)
            .is_some_and(|other| other.signed_at == signed_at || !is_expired(other.signed_at))
        {
            return None;
        }
        let serial = memory.note(hash, signed_at);
        Some(SpentNonce { nonces: Arc::clone(self), hash, signed_at, serial })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn note(&mut self, hash: u64, signed_at: Instant) -> u64 {
        while self.order.len() >= MAX_NONCES {
            if let Some((oldest, serial)) = self.order.pop_front() {
                self.forget(oldest, serial);
            }
        }
        self.serial += 1;
        self.known.insert(hash, Entry { signed_at, serial: self.serial });
        self.order.push_back((hash, self.serial));
        self.serial
    }

    fn forget(&mut self, hash: u64, serial: u64) {
        if self.known.get(&hash).is_some_and(|it| it.serial == serial) {
            self.known.remove(&hash);
        }
    }
}

impl SpentNonce {
    /// Releases the nonce, because the request has had no effect yet.
    pub(crate) fn release(&self) {
        self.nonces.memory().forget(self.hash, self.serial);
    }

    /// Spends a released nonce again; `false` if another request has it now.
    pub(crate) fn retake(&mut self) -> bool {
        let mut memory = self.nonces.memory();
        let free = !memory.known.contains_key(&self.hash);
        if free {
            self.serial = memory.note(self.hash, self.signed_at);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: fn(Instant) -> bool = |_| false;
    const ALWAYS: fn(Instant) -> bool = |_| true;

    fn at(millis: i64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_nonce_is_spent_until_its_request_expires_and_for_good_by_the_same_request() {
        let nonces = Arc::new(Nonces::default());
        assert!(nonces.spend("a", at(1), NEVER).is_some());
        assert!(nonces.spend("a", at(2), NEVER).is_none());
        assert!(nonces.spend("b", at(1), NEVER).is_some());
        assert!(nonces.spend("a", at(1), ALWAYS).is_none());
        assert!(nonces.spend("a", at(2), |signed_at| signed_at == at(1)).is_some());
        assert!(nonces.spend("a", at(1), |signed_at| signed_at == at(1)).is_none());
    }

    #[test]
    fn any_request_can_spend_a_released_nonce() {
        let nonces = Arc::new(Nonces::default());
        let mut first = nonces.spend("a", at(1), NEVER).unwrap();
        first.release();
        assert!(first.retake());
        assert!(nonces.spend("a", at(1), NEVER).is_none());
        first.release();
        let second = nonces.spend("a", at(1), NEVER).unwrap();
        assert!(!first.retake());
        first.release();
        assert!(
            nonces.spend("a", at(1), NEVER).is_none(),
            "only the request that has it can release it"
        );
        second.release();
        assert!(nonces.spend("a", at(1), NEVER).is_some());
    }

    #[test]
    fn the_memory_is_bounded() {
        let nonces = Arc::new(Nonces::default());
        for n in 0..=MAX_NONCES {
            assert!(nonces.spend(&n.to_string(), at(0), NEVER).is_some());
        }
        assert!(nonces.spend("0", at(0), NEVER).is_some(), "the oldest was forgotten");
        assert!(nonces.spend(&MAX_NONCES.to_string(), at(0), NEVER).is_none());
        for _ in 0..=MAX_NONCES {
            nonces.spend("again", at(0), NEVER).unwrap().release();
        }
        let memory = nonces.memory();
        assert!(memory.order.len() <= MAX_NONCES && memory.known.len() <= MAX_NONCES);
    }
}
