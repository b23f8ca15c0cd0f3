//! What the parts of the benchmark share.

/// What ends the benchmark, in one line.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The middle one of some numbers.
pub(crate) fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
