//! Counters and durations of requests. All labels come from tables, never from what a client made
//! up.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use rustc_hash::FxHashMap;

/// The upper bounds of the histogram's buckets, in microseconds.
const BOUNDS: [u64; 14] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000,
    5_000_000,
];

/// The labels of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Labels {
    /// The cloud.
    pub dialect: &'static str,
    /// The action, if it is served.
    pub action: Option<&'static str>,
    /// The outcome.
    pub code: &'static str,
}

/// All series.
#[derive(Debug, Default)]
pub struct Metrics {
    series: ArcSwap<AllSeries>,
    adding: Mutex<()>,
}

type AllSeries = FxHashMap<Labels, Arc<Series>>;

#[derive(Debug, Default)]
struct Series {
    /// The number of requests in each bucket, and above the last bound.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Metrics {
    /// Counts a request.
    pub fn count(&self, labels: Labels, took: Duration) {
        match self.series.load().get(&labels) {
            Some(series) => series.count(took),
            None => self.add(labels).count(took),
        }
    }

    fn add(&self, labels: Labels) -> Arc<Series> {
        // The data is consistent even after a panic.
        let _adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = AllSeries::clone(&self.series.load());
        let series = Arc::clone(all.entry(labels).or_default());
        self.series.store(Arc::new(all));
        series
    }

    /// The series in the text format of Prometheus, version 0.0.4: `kmsim_requests_total` by
    /// dialect, action and code, and `kmsim_request_duration_seconds` by dialect and action. An
    /// action that is not served is `unknown`.
    #[must_use]
    pub fn text(&self) -> String {
        let series = self.series.load();
        let mut all: Vec<_> = series.iter().collect();
        all.sort_by_key(|(labels, _)| **labels);
        let mut text = String::from(
            "# HELP kmsim_requests_total Requests answered.\n# TYPE kmsim_requests_total counter\n",
        );
        // Writing to a string cannot fail.
        for (labels, series) in &all {
            let Labels { dialect, code, .. } = labels;
            let (action, count) = (labels.action(), series.total());
            let _ = writeln!(
                text,
                "kmsim_requests_total{{dialect=\"{dialect}\",action=\"{action}\",code=\"{code}\"}} {count}"
            );
        }
        text.push_str(
            "# HELP kmsim_request_duration_seconds How long requests took.\n\
             # TYPE kmsim_request_duration_seconds histogram\n",
        );
        for actions in all.chunk_by(|(a, _), (b, _)| (a.dialect, a.action) == (b.dialect, b.action))
        {
            let Some((labels, _)) = actions.first() else { continue };
            let of = format!("dialect=\"{}\",action=\"{}\"", labels.dialect, labels.action());
            histogram(&mut text, &of, actions.iter().map(|(_, series)| &***series));
        }
        text
    }
}

fn histogram<'a>(text: &mut String, of: &str, series: impl Iterator<Item = &'a Series>) {
    const NAME: &str = "kmsim_request_duration_seconds";
    let (mut counts, mut micros) = ([0; BOUNDS.len() + 1], 0);
    for series in series {
        for (count, bucket) in counts.iter_mut().zip(&series.buckets) {
            *count += bucket.load(Ordering::Relaxed);
        }
        micros += series.micros.load(Ordering::Relaxed);
    }
    let mut sum = 0;
    for (count, bound) in counts.iter().zip(BOUNDS) {
        sum += count;
        let _ = writeln!(text, "{NAME}_bucket{{{of},le=\"{}\"}} {sum}", seconds(bound));
    }
    let total: u64 = counts.iter().sum();
    let _ = writeln!(text, "{NAME}_bucket{{{of},le=\"+Inf\"}} {total}");
    let _ = writeln!(text, "{NAME}_sum{{{of}}} {}", seconds(micros));
    let _ = writeln!(text, "{NAME}_count{{{of}}} {total}");
}

fn seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

impl Labels {
    fn action(&self) -> &'static str {
        self.action.unwrap_or("unknown")
    }
}

impl Series {
    fn count(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_add_up() {
        let metrics = Metrics::default();
        let labels = Labels { dialect: "cloud", action: Some("Encrypt"), code: "ok" };
        metrics.count(labels, Duration::from_micros(50));
        metrics.count(labels, Duration::from_micros(51));
        metrics.count(Labels { code: "Throttling", ..labels }, Duration::from_mins(1));
        metrics.count(Labels { action: None, ..labels }, Duration::ZERO);
        let text = metrics.text();
        let has = |line: &str| assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        has(r#"kmsim_requests_total{dialect="cloud",action="Encrypt",code="ok"} 2"#);
        has(r#"kmsim_requests_total{dialect="cloud",action="Encrypt",code="Throttling"} 1"#);
        has(r#"kmsim_requests_total{dialect="cloud",action="unknown",code="ok"} 1"#);
        let of = r#"dialect="cloud",action="Encrypt""#;
        has(&format!("kmsim_request_duration_seconds_bucket{{{of},le=\"0.00005\"}} 1"));
        has(&format!("kmsim_request_duration_seconds_bucket{{{of},le=\"0.0001\"}} 2"));
        has(&format!("kmsim_request_duration_seconds_bucket{{{of},le=\"5\"}} 2"));
        has(&format!("kmsim_request_duration_seconds_bucket{{{of},le=\"+Inf\"}} 3"));
        has(&format!("kmsim_request_duration_seconds_count{{{of}}} 3"));
        has(&format!("kmsim_request_duration_seconds_sum{{{of}}} 60.000101"));
    }
}
