//! Instants, and the two clocks: the one that due dates follow (it can be frozen and moved) and the host's.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z. It displays as RFC 3339 in UTC with whole
/// seconds (`2016-03-25T10:42:40Z`), the form in which the supported APIs write times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The instant that lies `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339, with or without a fraction of a second. `None` when the text is not a time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Self(at.as_millisecond()))
    }

    /// This instant moved forward.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This instant moved back.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How far apart two instants are, whichever comes first.
    #[must_use]
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{}", at.strftime("%Y-%m-%dT%H:%M:%SZ")),
            Err(_) => {
                f.write_str(if self.0 < 0 { "-009999-01-01T00:00:00Z" } else { "9999-12-31T23:59:59Z" })
            }
        }
    }
}

/// A stopped clock's sign in the `frozen` field: time runs.
const RUNNING: i64 = i64::MIN;

/// The clock of a server. Unless frozen it is the host's time.
#[derive(Debug)]
pub struct Clock {
    frozen: AtomicI64,
    host: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { frozen: AtomicI64::new(RUNNING), host: AtomicI64::new(RUNNING) }
    }
}

impl Clock {
    /// A clock that stands still at `at` until it is moved.
    #[must_use]
    pub fn frozen(at: Instant) -> Self {
        let clock = Self::default();
        clock.freeze(at);
        clock
    }

    /// A clock whose host time stands still too: for tests, which move both by hand.
    #[must_use]
    pub fn manual(at: Instant) -> Self {
        let clock = Self::frozen(at);
        clock.set_host(at);
        clock
    }

    /// Stops the clock at `at`.
    pub fn freeze(&self, at: Instant) {
        self.frozen.store(at.0, Ordering::Release);
    }

    /// Moves a stopped clock forward; a running one is stopped at the moved time.
    pub fn advance(&self, by: Duration) {
        self.freeze(self.now().plus(by));
    }

    /// Pins what [`Clock::host`] answers: for tests of rules that follow the host's time.
    pub fn set_host(&self, at: Instant) {
        self.host.store(at.0, Ordering::Release);
    }

    /// The time that due dates follow.
    #[must_use]
    pub fn now(&self) -> Instant {
        match self.frozen.load(Ordering::Acquire) {
            RUNNING => self.host(),
            at => Instant(at),
        }
    }

    /// The host's time, wherever the clock was moved to: clients sign their requests with it.
    #[must_use]
    pub fn host(&self) -> Instant {
        match self.host.load(Ordering::Acquire) {
            RUNNING => os_time(),
            at => Instant(at),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn os_time() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_and_write_rfc_3339() {
        let at = Instant::parse("2016-03-25T10:42:40Z").unwrap();
        assert_eq!(at.to_string(), "2016-03-25T10:42:40Z");
        assert_eq!(
            Instant::parse("2026-01-02T03:04:05.342879773Z").unwrap().to_string(),
            "2026-01-02T03:04:05Z"
        );
        assert_eq!(Instant::parse("2026-01-02T11:04:05+08:00").unwrap().to_string(), "2026-01-02T03:04:05Z");
        assert_eq!(Instant::parse("2026-01-02 noon"), None);
        assert_eq!(Instant::parse(""), None);
    }

    #[test]
    fn a_frozen_clock_stands_and_moves_by_hand_only() {
        let start = Instant::parse("2030-01-01T00:00:00Z").unwrap();
        let clock = Clock::frozen(start);
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_mins(1));
        assert_eq!(clock.now().to_string(), "2030-01-01T00:01:00Z");
        assert_ne!(clock.host(), clock.now());
    }
}
