//! Randomness: the operating system's, or a stream that a seed repeats.

use std::sync::{Mutex, PoisonError};

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// Where random bytes come from.
#[derive(Default)]
pub enum Entropy {
    /// The operating system's generator.
    #[default]
    Os,
    /// A `ChaCha20` stream: two runs with the same seed and the same requests draw the same bytes.
    /// For tests and demonstrations; it keeps nothing secret.
    Seeded(Box<Mutex<ChaCha20Rng>>),
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Os => "Entropy::Os",
            Self::Seeded(_) => "Entropy::Seeded",
        })
    }
}

impl Entropy {
    /// The stream that `seed` stands for.
    #[must_use]
    pub fn seeded(seed: &str) -> Self {
        let stream = ChaCha20Rng::from_seed(Sha256::digest(seed.as_bytes()).into());
        Self::Seeded(Box::new(Mutex::new(stream)))
    }

    /// Fills `bytes`.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that draws from the operating system"
    )]
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::Os => {
                if getrandom::fill(bytes).is_err() {
                    // Going on without randomness would mean guessable keys: there is nothing sound to answer.
                    std::process::abort();
                }
            }
            Self::Seeded(stream) => stream.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes),
        }
    }

    /// `N` random bytes.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random (version 4) UUID.
    #[must_use]
    pub fn uuid(&self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.array()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let draw = |seed: &str| Entropy::seeded(seed).array::<32>();
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
        assert_ne!(Entropy::Os.array::<32>(), Entropy::Os.array::<32>());
    }
}
