//! The pairs that sign challenges, once they were derived.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::algorithms::asymmetric::PrivateKey;
use crate::algorithms::mac::{Hash, digest};

/// How many pairs are remembered. Deriving one takes as long as generating one.
const REMEMBERED: usize = 64;

/// The pairs that were derived, by the digest of what they were derived from.
#[derive(Default)]
pub(super) struct ChallengePairs(Mutex<HashMap<Vec<u8>, Arc<PrivateKey>>>);

impl ChallengePairs {
    pub(super) fn get(&self, seed: &[u8]) -> Option<Arc<PrivateKey>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&digest(Hash::Sha256, seed))
            .cloned()
    }

    pub(super) fn remember(&self, seed: &[u8], pair: &Arc<PrivateKey>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(digest(Hash::Sha256, seed), Arc::clone(pair));
    }
}
