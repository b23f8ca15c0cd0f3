//! The world outside: time and randomness. The only room that reads the clock or the operating
//! system's entropy; everything else is handed what it needs. It knows no key and no wire.

mod clock;
mod entropy;

pub use clock::{Clock, ClockMode, Instant, Stopwatch, parse_duration};
pub use entropy::Entropy;

/// What a running server takes from outside.
#[derive(Debug, Default)]
pub struct World {
    /// The clock that due dates follow, and the host's.
    pub clock: Clock,
    /// Where ids, key material and initialisation vectors come from.
    pub entropy: Entropy,
}
