//! Measures alternating rounds of requests to kmsim and to the baseline, and formats the results.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::client::Connection;
use crate::common::{Failure, median};
use crate::disk::Disk;
use crate::process::Process;

/// The numbers of connections that are measured.
pub(crate) const CONCURRENCIES: [usize; 3] = [1, 16, 64];
/// The number of rounds of each server. It is odd, so that there is a median round.
const ROUNDS: usize = 5;

/// The results of one action at one number of connections.
pub(crate) struct Line {
    connections: usize,
    /// kmsim's requests/s in its median round.
    pub(crate) rate: f64,
    /// The baseline's.
    baseline: f64,
    p50: Duration,
    p99: Duration,
}

impl Line {
    /// The header of the table.
    pub(crate) const HEAD: &str =
        "action            connections  requests/s   p50 ms   p99 ms      base/s   ratio";

    /// The line as text.
    pub(crate) fn text(&self, action: &str) -> String {
        let Self { connections, rate, baseline, .. } = self;
        let [p50, p99] = [self.p50, self.p99].map(|it| it.as_secs_f64() * 1_000.0);
        let ratio = rate / baseline;
        format!(
            "{action:<17} {connections:>11} {rate:>11.0} {p50:>8.3} {p99:>8.3} {baseline:>11.0} {ratio:>7.2}"
        )
    }
}

/// Measures kmsim and the baseline, with `requests` in each round.
pub(crate) async fn run(
    (server, baseline): (&Process, &Process),
    connections: usize,
    requests: u32,
    mut sign: impl FnMut() -> Vec<u8>,
    mut disk: Option<&mut Disk>,
) -> Result<Line, Failure> {
    let mut server = Side::open(server, connections).await?;
    let mut baseline = Side::open(baseline, connections).await?;
    let mut sign = |count: u32| Arc::new((0..count).map(|_| sign()).collect::<Vec<_>>());
    let warm_up = sign(requests / 4);
    server.pass(&warm_up).await?;
    baseline.pass(&warm_up).await?;
    server.forget();
    baseline.forget();
    for round in 0..ROUNDS {
        let signed = sign(requests);
        // The order of the two servers alternates too.
        let turns = if round % 2 == 0 {
            [&mut server, &mut baseline]
        } else {
            [&mut baseline, &mut server]
        };
        for side in turns {
            side.pass(&signed).await?;
        }
        if let Some(disk) = disk.as_deref_mut() {
            disk.measure()?;
        }
    }
    server.latencies.sort_unstable();
    let percentile = |percent: usize| {
        let at = server.latencies.len() * percent / 100;
        server.latencies.get(at).copied().unwrap_or_default()
    };
    let (p50, p99) = (percentile(50), percentile(99));
    Ok(Line {
        connections,
        p50,
        p99,
        rate: median(&mut server.rates),
        baseline: median(&mut baseline.rates),
    })
}

/// Sends every request once, over this many connections.
pub(crate) async fn send_all(
    server: &Process,
    connections: usize,
    requests: Vec<Vec<u8>>,
) -> Result<(), Failure> {
    Side::open(server, connections).await?.pass(&Arc::new(requests)).await.map(drop)
}

/// A server with its connections and measurements.
pub(crate) struct Side {
    connections: Vec<Connection>,
    rates: Vec<f64>,
    latencies: Vec<Duration>,
}

impl Side {
    pub(crate) async fn open(server: &Process, count: usize) -> Result<Self, Failure> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Connection::open(server.address).await?);
        }
        Ok(Self { connections, rates: Vec::new(), latencies: Vec::new() })
    }

    fn forget(&mut self) {
        self.rates.clear();
        self.latencies.clear();
    }

    /// Sends every request once. Returns the rate in requests/s, and how much processor time of the
    /// server a request took, in microseconds.
    pub(crate) async fn costed_pass(
        &mut self,
        server: &Process,
        requests: &Arc<Vec<Vec<u8>>>,
    ) -> Result<(f64, f64), Failure> {
        let before = server.processor_time();
        let rate = self.pass(requests).await?;
        let spent = server.processor_time().saturating_sub(before);
        Ok((rate, spent.as_secs_f64() * 1e6 / f64::from(u32::try_from(requests.len())?)))
    }

    /// Sends every request once, each connection its next one as soon as the last was answered.
    /// Returns the rate in requests/s.
    pub(crate) async fn pass(&mut self, requests: &Arc<Vec<Vec<u8>>>) -> Result<f64, Failure> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        let start = Instant::now();
        for mut connection in self.connections.drain(..) {
            let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
            tasks.spawn(async move {
                let mut latencies = Vec::with_capacity(requests.len());
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    connection.call(request).await?;
                    latencies.push(start.elapsed());
                }
                Ok::<_, Failure>((connection, latencies))
            });
        }
        let mut ended = Vec::new();
        while let Some(task) = tasks.join_next().await {
            ended.push(task??);
        }
        let elapsed = start.elapsed();
        let rate = f64::from(u32::try_from(requests.len())?) / elapsed.as_secs_f64();
        self.rates.push(rate);
        for (connection, latencies) in ended {
            self.connections.push(connection);
            self.latencies.extend(latencies);
        }
        Ok(rate)
    }
}
