//! Helpers for all parts of the benchmark.

/// An error that ends the benchmark.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The median of some numbers.
pub(crate) fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
