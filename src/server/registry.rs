//! All open connections. Their number is bounded. Beyond the bound, the connection that has waited
//! longest for its client is closed. Connections that never had a request answered go first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use tokio::sync::Notify;

use super::progress::{History, Phase, Progress};
use crate::world::Stopwatch;

/// The most connections at a time, even if the system allows more.
const MAX_CONNECTIONS: usize = 4096;
/// How many of the process's files are reserved for other uses than connections.
const OTHER_FILES: u64 = 64;
/// How long to wait for a connection to close before choosing others.
const RECHECK: Duration = Duration::from_millis(200);

/// Every open connection.
pub(super) struct Registry {
    most: usize,
    open: Mutex<Open>,
    /// Notified when a connection closes.
    closed: Notify,
    started: Stopwatch,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: BTreeMap<u64, Arc<Progress>>,
}

/// A connection's entry in the registry. Dropping it removes the entry.
pub(super) struct Slot {
    number: u64,
    registry: Arc<Registry>,
    progress: Arc<Progress>,
}

impl Registry {
    /// A registry for as many connections as the limit of open files allows.
    pub(super) fn new() -> Self {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let room = files - OTHER_FILES.min(files / 2);
        Self::holding(usize::try_from(room).unwrap_or(MAX_CONNECTIONS).clamp(1, MAX_CONNECTIONS))
    }

    fn holding(most: usize) -> Self {
        let (open, closed) = (Mutex::default(), Notify::new());
        Self { most, open, closed, started: Stopwatch::start() }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a connection.
    pub(super) fn add(self: &Arc<Self>) -> Slot {
        let progress = Arc::new(Progress::new(self.started));
        let mut open = self.open();
        let number = open.next;
        open.next += 1;
        open.connections.insert(number, Arc::clone(&progress));
        Slot { number, registry: Arc::clone(self), progress }
    }

    /// Closes connections until the bound holds.
    pub(super) async fn keep_bound(&self) {
        while self.open().connections.len() > self.most {
            self.make_room();
            // Connections that cannot be closed now may be later.
            let _ = tokio::time::timeout(RECHECK, self.closed.notified()).await;
        }
    }

    /// Asks some connections to close. It takes several at a time, so that a flood does not cause a
    /// scan for each new connection.
    pub(super) fn make_room(&self) {
        let open = self.open();
        let mut may: Vec<_> =
            open.connections.values().filter_map(|it| Some((rank(it)?, it))).collect();
        let few = (self.most / 16).max(1).min(may.len());
        if let Some(last) = few.checked_sub(1) {
            may.select_nth_unstable_by_key(last, |(rank, _)| *rank);
            may.truncate(few);
            tracing::debug!(
                asked = few,
                open = open.connections.len(),
                "connections are closed to make room"
            );
            for (_, progress) in may {
                progress.ask_to_close();
            }
        }
    }

    /// Tells all connections that the server is stopping, and waits until they are closed.
    pub(super) async fn drain(&self) {
        self.open().connections.values().for_each(|progress| progress.stop());
        while !self.open().connections.is_empty() {
            self.closed.notified().await;
        }
    }
}

/// The order in which connections are closed, lowest first. `None`: its request is complete and
/// being handled, so it stays.
fn rank(progress: &Progress) -> Option<(bool, History, u64)> {
    let is_sending = match progress.phase() {
        Phase::Waiting | Phase::Head | Phase::Body => false,
        Phase::Work => return None,
        // A client that does not read its answer also occupies a connection.
        Phase::Answer | Phase::Sent => true,
    };
    Some((is_sending, progress.history(), progress.since()))
}

impl Slot {
    pub(super) fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.registry.open().connections.remove(&self.number);
        self.registry.closed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection in this state.
    fn one(registry: &Arc<Registry>, history: History, phase: Phase) -> Slot {
        let slot = registry.add();
        if history != History::New {
            slot.progress.record_answer(history == History::Known);
        }
        slot.progress.enter(phase);
        slot
    }

    fn asked_to_close(slots: &[&Slot]) -> Vec<bool> {
        slots.iter().map(|slot| slot.progress.is_asked_to_close()).collect()
    }

    #[test]
    fn unused_connections_close_first_and_requests_in_progress_stay() {
        let registry = Arc::new(Registry::holding(1));
        let served = one(&registry, History::New, Phase::Work);
        let known = one(&registry, History::Known, Phase::Waiting);
        let sending = one(&registry, History::New, Phase::Answer);
        let answered = one(&registry, History::Answered, Phase::Waiting);
        let half = one(&registry, History::New, Phase::Body);
        let all = [&half, &answered, &known, &sending, &served];
        registry.make_room();
        assert_eq!(asked_to_close(&all), [true, false, false, false, false]);
        drop(half);
        registry.make_room();
        assert_eq!(
            asked_to_close(&[&answered, &known, &sending, &served]),
            [true, false, false, false]
        );
        drop(answered);
        registry.make_room();
        assert_eq!(asked_to_close(&[&known, &sending, &served]), [true, false, false]);
        drop(known);
        registry.make_room();
        registry.make_room();
        assert_eq!(asked_to_close(&[&sending, &served]), [true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_bound_waits_until_a_connection_has_closed() {
        let registry = Arc::new(Registry::holding(2));
        let slots: Vec<_> = (0..2).map(|_| one(&registry, History::New, Phase::Head)).collect();
        registry.keep_bound().await;
        assert!(
            !asked_to_close(&slots.iter().collect::<Vec<_>>()).contains(&true),
            "there is room"
        );
        let last = one(&registry, History::New, Phase::Waiting);
        let mut waiting = std::pin::pin!(registry.keep_bound());
        let pending = tokio::time::timeout(Duration::from_secs(5), waiting.as_mut()).await;
        assert!(pending.is_err(), "no connection has closed yet");
        drop(slots);
        waiting.await;
        assert_eq!(registry.open().connections.len(), 1);
        drop(last);
        registry.drain().await;
    }
}
