//! Time and random numbers. This is the only room that reads the clock or the operating system's
//! entropy. All others get what they need as arguments.

mod clock;
mod entropy;

pub use clock::{Clock, ClockMode, Instant, Stopwatch, parse_duration};
pub use entropy::Entropy;

/// The clock and the randomness of a server.
#[derive(Debug, Default)]
pub struct World {
    /// The clock that due dates follow, and the host's.
    pub clock: Clock,
    /// The source of ids, key material and initialisation vectors.
    pub entropy: Entropy,
}
