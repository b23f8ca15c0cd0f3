//! The memory of nonces. It holds for as long as a replay could be fresh, and is bounded in number too.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::world::Instant;

/// How long a nonce is remembered, by the host's time: a request is fresh for a quarter of an hour either way.
const MEMORY: Duration = Duration::from_mins(30);
/// How many are remembered for one access key; beyond that the oldest are forgotten first.
const MOST: usize = 200_000;

/// The nonces that one access key has spent.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    hasher: RandomState,
    spent: Mutex<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    known: HashSet<u64, BuildHasherDefault<AsIs>>,
    order: VecDeque<(Instant, u64)>,
}

/// Takes a mark, which is a keyed hash already, as its own hash.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, mark: u64) {
        self.0 = mark;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Nonces {
    /// Spends a nonce at the host's time `now`; `false` when it was spent before.
    pub(super) fn spend(&self, nonce: &str, now: Instant) -> bool {
        let mark = self.hasher.hash_one(nonce);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        while spent.order.front().is_some_and(|(at, _)| at.plus(MEMORY) < now) || spent.order.len() >= MOST {
            if let Some((_, oldest)) = spent.order.pop_front() {
                spent.known.remove(&oldest);
            }
        }
        let fresh = spent.known.insert(mark);
        if fresh {
            spent.order.push_back((now, mark));
        }
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_spent_once_and_forgotten_in_time() {
        let nonces = Nonces::default();
        let start = Instant::from_millis(1_000_000);
        assert!(nonces.spend("a", start));
        assert!(!nonces.spend("a", start));
        assert!(nonces.spend("b", start));
        assert!(!nonces.spend("a", start.plus(MEMORY)));
        assert!(nonces.spend("a", start.plus(MEMORY + Duration::from_millis(1))));
    }

    #[test]
    fn the_memory_is_bounded() {
        let nonces = Nonces::default();
        let now = Instant::from_millis(0);
        for n in 0..=MOST {
            assert!(nonces.spend(&n.to_string(), now));
        }
        assert!(nonces.spend("0", now), "the oldest was forgotten");
        assert!(!nonces.spend(&MOST.to_string(), now));
        assert!(nonces.spent.lock().unwrap().order.len() <= MOST);
    }
}
