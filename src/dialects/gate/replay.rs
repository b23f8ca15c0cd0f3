//! The memory of nonces. It is bounded in number, and time alone makes it forget nothing: a clock that is set back makes an
//! old request fresh again.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use crate::world::Instant;

/// How many are remembered for one access key; beyond that the oldest are forgotten first.
const MOST: usize = 200_000;

/// The nonces that one access key has spent.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    hasher: RandomState,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// By keyed hash.
    known: FxHashMap<u64, Use>,
    /// What was spent, the oldest first. What was released or spent anew meanwhile has another serial number.
    order: VecDeque<(u64, u64)>,
    serial: u64,
}

#[derive(Debug)]
struct Use {
    /// The time that the request says it was made at.
    made: Instant,
    serial: u64,
}

/// A nonce that a request has spent, and may give back.
#[derive(Debug)]
pub(crate) struct Spent {
    nonces: Arc<Nonces>,
    mark: u64,
    made: Instant,
    serial: u64,
}

impl Nonces {
    /// Spends the nonce of a request that was made at `made`. `None` when a request has it already that is the same, or
    /// is not over: `is_over` says so of the time that a request was made at.
    pub(crate) fn spend(
        self: &Arc<Self>,
        nonce: &str,
        made: Instant,
        is_over: impl Fn(Instant) -> bool,
    ) -> Option<Spent> {
        let mark = self.hasher.hash_one(nonce);
        let mut memory = self.memory();
        if memory.known.get(&mark).is_some_and(|other| other.made == made || !is_over(other.made)) {
            return None;
        }
        let serial = memory.note(mark, made);
        Some(Spent { nonces: Arc::clone(self), mark, made, serial })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn note(&mut self, mark: u64, made: Instant) -> u64 {
        while self.order.len() >= MOST {
            if let Some((oldest, serial)) = self.order.pop_front() {
                self.forget(oldest, serial);
            }
        }
        self.serial += 1;
        self.known.insert(mark, Use { made, serial: self.serial });
        self.order.push_back((mark, self.serial));
        self.serial
    }

    fn forget(&mut self, mark: u64, serial: u64) {
        if self.known.get(&mark).is_some_and(|it| it.serial == serial) {
            self.known.remove(&mark);
        }
    }
}

impl Spent {
    /// Gives the nonce back: nothing came of the request so far.
    pub(crate) fn release(&self) {
        self.nonces.memory().forget(self.mark, self.serial);
    }

    /// Takes a released nonce again; `false` when another request has it now.
    pub(crate) fn retake(&mut self) -> bool {
        let mut memory = self.nonces.memory();
        let free = !memory.known.contains_key(&self.mark);
        if free {
            self.serial = memory.note(self.mark, self.made);
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
    fn a_nonce_is_spent_until_its_request_is_over_and_by_the_same_request_for_good() {
        let nonces = Arc::new(Nonces::default());
        assert!(nonces.spend("a", at(1), NEVER).is_some());
        assert!(nonces.spend("a", at(2), NEVER).is_none());
        assert!(nonces.spend("b", at(1), NEVER).is_some());
        assert!(nonces.spend("a", at(1), ALWAYS).is_none());
        assert!(nonces.spend("a", at(2), |made| made == at(1)).is_some());
        assert!(nonces.spend("a", at(1), |made| made == at(1)).is_none());
    }

    #[test]
    fn a_released_nonce_is_anybodys() {
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
            "only the one who has it can release it"
        );
        second.release();
        assert!(nonces.spend("a", at(1), NEVER).is_some());
    }

    #[test]
    fn the_memory_is_bounded() {
        let nonces = Arc::new(Nonces::default());
        for n in 0..=MOST {
            assert!(nonces.spend(&n.to_string(), at(0), NEVER).is_some());
        }
        assert!(nonces.spend("0", at(0), NEVER).is_some(), "the oldest was forgotten");
        assert!(nonces.spend(&MOST.to_string(), at(0), NEVER).is_none());
        for _ in 0..=MOST {
            nonces.spend("again", at(0), NEVER).unwrap().release();
        }
        let memory = nonces.memory();
        assert!(memory.order.len() <= MOST && memory.known.len() <= MOST);
    }
}
