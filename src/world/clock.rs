//! Instants, and two clocks: the one that due dates follow, which can be frozen and moved, and the
//! host's.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z. It displays as RFC 3339 in UTC with
/// whole seconds (`2016-03-25T10:42:40Z`), as the supported APIs write times.
///
/// The store writes the number of milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// The instant `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Parses RFC 3339, with or without a fraction of a second. `None` when the text is not a time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Self(at.as_millisecond()))
    }

    /// Parses the time format of mail and HTTP headers (RFC 2822, RFC 1123): `Fri, 25 Mar 2016
    /// 10:42:40 GMT`.
    #[must_use]
    pub fn parse_rfc2822(text: &str) -> Option<Self> {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        parser.parse_timestamp(text).ok().map(|at| Self(at.as_millisecond()))
    }

    /// The instant in RFC 3339, with milliseconds if there are any. Values out of range become the
    /// nearest one that RFC 3339 can express.
    #[must_use]
    pub fn precise(self) -> String {
        let (first, last) = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
        let clamped = self.0.clamp(first.as_millisecond(), last.as_millisecond());
        jiff::Timestamp::from_millisecond(clamped).unwrap_or(last).to_string()
    }

    /// A later instant.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// An earlier instant.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The same day and time, this many calendar years later. In years without a 29 February, the
    /// 28th takes its place. Times out of range stay as they are.
    #[must_use]
    pub fn plus_years(self, years: i16) -> Self {
        let later = jiff::Timestamp::from_millisecond(self.0)
            .and_then(|at| at.to_zoned(jiff::tz::TimeZone::UTC).checked_add(years.years()));
        later.map_or(self, |later| Self(later.timestamp().as_millisecond()))
    }

    /// The instant without its fraction of a second.
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        Self(self.0.div_euclid(1000).saturating_mul(1000))
    }

    /// Whole seconds since the epoch; 0 before it.
    #[must_use]
    pub fn unix_seconds(self) -> u64 {
        u64::try_from(self.0.div_euclid(1000)).unwrap_or(0)
    }

    /// The absolute difference of two instants.
    #[must_use]
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{}", at.strftime("%Y-%m-%dT%H:%M:%SZ")),
            Err(_) => f.write_str(if self.0 < 0 {
                "-009999-01-01T00:00:00Z"
            } else {
                "9999-12-31T23:59:59Z"
            }),
        }
    }
}

/// Parses a duration such as `90s`, `1h 30m`, `30d` or `P30D`. A day has 24 hours. Months and years
/// are refused, because their length varies. `None` when the text is malformed or negative.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    length.try_into().ok()
}

/// How a clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// It runs, this many milliseconds ahead of the host's clock.
    Running(i64),
    /// It is stopped at this instant.
    Frozen(Instant),
}

impl ClockMode {
    /// The host's time.
    pub const REAL: Self = Self::Running(0);

    /// The clock's time when the host's time is `host`.
    #[must_use]
    pub fn at(self, host: Instant) -> Instant {
        match self {
            Self::Running(ahead) => Instant(host.0.saturating_add(ahead)),
            Self::Frozen(at) => at,
        }
    }

    /// The same mode, set to the time `to` when the host's time is `host`.
    #[must_use]
    pub fn set(self, to: Instant, host: Instant) -> Self {
        match self {
            Self::Running(_) => Self::Running(to.0.saturating_sub(host.0)),
            Self::Frozen(_) => Self::Frozen(to),
        }
    }

    /// The same mode, moved forward.
    #[must_use]
    pub fn advanced(self, by: Duration) -> Self {
        match self {
            Self::Running(ahead) => Self::Running(Instant(ahead).plus(by).0),
            Self::Frozen(at) => Self::Frozen(at.plus(by)),
        }
    }
}

/// The value of [`Clock::host`] that means the real host time.
const RUNNING: i64 = i64::MIN;

/// The clock of a server. It shows the host's time until its mode is changed.
#[derive(Debug)]
pub struct Clock {
    mode: ArcSwap<ClockMode>,
    host: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { mode: ArcSwap::from_pointee(ClockMode::REAL), host: AtomicI64::new(RUNNING) }
    }
}

impl Clock {
    /// A clock stopped at `at`.
    #[must_use]
    pub fn frozen(at: Instant) -> Self {
        let clock = Self::default();
        clock.freeze(at);
        clock
    }

    /// A clock whose host time is stopped too: for tests, which move both.
    #[must_use]
    pub fn manual(at: Instant) -> Self {
        let clock = Self::frozen(at);
        clock.set_host(at);
        clock
    }

    /// The mode.
    #[must_use]
    pub fn mode(&self) -> ClockMode {
        **self.mode.load()
    }

    /// Changes the mode.
    pub fn set_mode(&self, mode: ClockMode) {
        self.mode.store(Arc::new(mode));
    }

    /// Stops it at `at`.
    pub fn freeze(&self, at: Instant) {
        self.set_mode(ClockMode::Frozen(at));
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.set_mode(self.mode().advanced(by));
    }

    /// Pins the host's time, for tests of rules that follow it.
    pub fn set_host(&self, at: Instant) {
        self.host.store(at.0, Ordering::Release);
    }

    /// The time that due dates follow, unless a narrower clock was changed.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.mode().at(self.host())
    }

    /// The host's time, which clients use to sign requests.
    #[must_use]
    pub fn host(&self) -> Instant {
        match self.host.load(Ordering::Acquire) {
            RUNNING => os_time(),
            at => Instant(at),
        }
    }
}

/// Measures elapsed time, independently of the clocks.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts measuring.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The elapsed time.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
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
        for text in ["2026-01-02T03:04:05.342879773Z", "2026-01-02T11:04:05+08:00"] {
            assert_eq!(Instant::parse(text).unwrap().to_string(), "2026-01-02T03:04:05Z", "{text}");
        }
        assert_eq!(Instant::parse_rfc2822("Fri, 25 Mar 2016 10:42:40 GMT"), Some(at));
        assert_eq!(Instant::parse_rfc2822("2016-03-25T10:42:40Z"), None);
        assert_eq!(Instant::parse("2026-01-02 noon"), None);
        assert_eq!(Instant::parse(""), None);
    }

    #[test]
    fn durations_are_read_in_both_forms() {
        for (text, seconds) in [
            ("90s", 90),
            ("1h 30m", 5400),
            ("30d", 2_592_000),
            ("P1DT1S", 86_401),
            ("2w", 1_209_600),
        ] {
            assert_eq!(parse_duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "3", "d", "-1d", "1 month", "P1M", "1y", "tomorrow", "9999999999999999d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
    }

    #[test]
    fn a_frozen_clock_moves_only_on_request() {
        let start = Instant::parse("2030-01-01T00:00:00Z").unwrap();
        let clock = Clock::frozen(start);
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_mins(1));
        assert_eq!(clock.now().to_string(), "2030-01-01T00:01:00Z");
        assert_ne!(clock.host(), clock.now());
    }

    #[test]
    fn a_running_clock_keeps_its_offset_from_the_host() {
        let host = Instant::parse("2030-01-01T00:00:00Z").unwrap();
        let later = host.plus(Duration::from_hours(1));
        let there = Instant::parse("2031-05-05T00:00:00Z").unwrap();
        let mode = ClockMode::REAL.set(there, host);
        assert_eq!(mode.at(later), there.plus(Duration::from_hours(1)));
        assert_eq!(
            mode.advanced(Duration::from_mins(1)).at(host),
            there.plus(Duration::from_mins(1))
        );
        assert_eq!(ClockMode::Frozen(host).set(there, later), ClockMode::Frozen(there));
        assert_eq!(
            ClockMode::Running(i64::MAX).advanced(Duration::MAX).at(later),
            Instant(i64::MAX)
        );
    }
}
