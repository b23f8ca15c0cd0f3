//! How often a second something is done.

/// What ends the benchmark, in one line.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How the time of an operation is taken.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// It is done for a while; the rate is the mean.
    Steady,
    /// It is done so many times, one by one, each as long as luck has it; the rate is that of the
    /// middle one.
    Chancy(usize),
}

/// How many times a second, from the seconds that each of them took.
pub(crate) fn middle_rate(seconds: &mut [f64]) -> f64 {
    range(seconds).1.recip()
}

/// The lowest, the middle and the highest of some numbers.
pub(crate) fn range(numbers: &mut [f64]) -> (f64, f64, f64) {
    numbers.sort_unstable_by(f64::total_cmp);
    let at = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
    (at(0), at(numbers.len() / 2), at(numbers.len().saturating_sub(1)))
}
