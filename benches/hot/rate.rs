//! Rates per second.

/// An error that ends the benchmark.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How an operation is timed.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// It is repeated for a fixed time, and the rate is the mean.
    Steady,
    /// Its duration is random. It runs this many times, and the rate is that of the median.
    Chancy(usize),
}

/// The rate per second for the median of these durations in seconds.
pub(crate) fn middle_rate(seconds: &mut [f64]) -> f64 {
    range(seconds).1.recip()
}

/// The minimum, the median and the maximum of some numbers.
pub(crate) fn range(numbers: &mut [f64]) -> (f64, f64, f64) {
    numbers.sort_unstable_by(f64::total_cmp);
    let at = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
    (at(0), at(numbers.len() / 2), at(numbers.len().saturating_sub(1)))
}
