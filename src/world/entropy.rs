//! Random numbers: the operating system's, or a stream that a seed makes repeatable.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use chacha20::ChaCha20Rng;
use rand_core::{Rng, SeedableRng, TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// Where random bytes come from.
#[derive(Default)]
pub enum Entropy {
    /// The operating system's generator.
    #[default]
    Os,
    /// A `ChaCha20` stream: two runs with the same seed and the same requests get the same bytes.
    /// For tests and demonstrations only, because nothing derived from it is secret.
    Seeded(Box<Stream>),
}

/// A stream of bytes, and its seed.
pub struct Stream {
    seed: String,
    bytes: Mutex<ChaCha20Rng>,
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
    /// The stream of this seed.
    #[must_use]
    pub fn seeded(seed: &str) -> Self {
        Self::Seeded(Box::new(Stream {
            seed: seed.to_owned(),
            bytes: Mutex::new(stream_of(&[seed.as_bytes()])),
        }))
    }

    /// Continues with another stream of the same seed, chosen by `made`, the number of keys and
    /// versions in the data. So a second run on the same data does not repeat the ids of the first.
    pub fn advance_stream(&self, made: u64) {
        if let (Self::Seeded(stream), 1..) = (self, made) {
            let next = stream_of(&[stream.seed.as_bytes(), b"/", &made.to_be_bytes()]);
            *stream.bytes.lock().unwrap_or_else(PoisonError::into_inner) = next;
        }
    }

    /// Fills `bytes` with random bytes.
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::Os => BUFFER.with_borrow_mut(|buffer| buffer.fill(bytes)),
            Self::Seeded(stream) => {
                stream.bytes.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
            }
        }
    }

    /// `N` random bytes.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Whether a seed makes it repeatable. Then no other source may be used.
    #[must_use]
    pub fn is_seeded(&self) -> bool {
        matches!(self, Self::Seeded(_))
    }

    /// The same as a `rand_core` generator.
    #[must_use]
    pub fn rng(&self) -> EntropyRng<'_> {
        EntropyRng(self)
    }

    /// A random (version 4) UUID.
    #[must_use]
    pub fn uuid(&self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.array()).into_uuid()
    }
}

/// An [`Entropy`] as a generator for cryptographic libraries.
#[derive(Debug)]
pub struct EntropyRng<'a>(&'a Entropy);

impl TryRng for EntropyRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.0.array()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.0.array()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for EntropyRng<'_> {}

fn stream_of(seed: &[&[u8]]) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(Sha256::digest(seed.concat()).into())
}

thread_local! {
    static BUFFER: RefCell<Buffer> = const { RefCell::new(Buffer { bytes: [0; Buffer::SIZE], left: 0 }) };
}

/// A thread's buffer of the operating system's random bytes. Ids and initialisation vectors are
/// short, and a system call for each would cost more than the cipher. Each byte is used once and
/// wiped.
struct Buffer {
    bytes: [u8; Buffer::SIZE],
    left: usize,
}

impl Buffer {
    const SIZE: usize = 1024;

    fn fill(&mut self, bytes: &mut [u8]) {
        if bytes.len() > Self::SIZE / 8 {
            return draw(bytes);
        }
        if self.left < bytes.len() {
            draw(&mut self.bytes);
            self.left = Self::SIZE;
        }
        let given = &mut self.bytes[self.left - bytes.len()..self.left];
        bytes.copy_from_slice(given);
        given.zeroize();
        self.left -= bytes.len();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that draws from the operating system"
)]
fn draw(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        // Without random numbers, keys would be guessable. No answer is safe.
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_repeat_and_different_seeds_differ() {
        let draw = |seed: &str| Entropy::seeded(seed).array::<32>();
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
        let second_run = Entropy::seeded("a");
        second_run.advance_stream(0);
        assert_eq!(second_run.array::<32>(), draw("a"));
        second_run.advance_stream(2);
        assert_ne!(second_run.array::<32>(), draw("a"));
    }

    #[test]
    fn the_buffer_returns_no_byte_twice() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            assert!(seen.insert(Entropy::Os.array::<16>()));
        }
        assert_ne!(Entropy::Os.array::<500>(), [0; 500]);
    }
}
