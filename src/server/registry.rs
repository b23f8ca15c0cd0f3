//! All open connections. There is a bound on them: whoever comes beyond it makes the one leave that has waited longest
//! for its client, before all others one that has never had a request answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use tokio::sync::Notify;

use super::progress::{Phase, Progress, Standing};
use crate::world::Stopwatch;

/// The most connections at a time, whatever the system allows.
const MOST: usize = 4096;
/// How many of the files that a process may open are not for connections.
const OTHER_FILES: u64 = 64;
/// How long is waited for somebody to leave before it is looked again who may.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Every open connection.
pub(super) struct Registry {
    most: usize,
    open: Mutex<Open>,
    /// Somebody left.
    left: Notify,
    started: Stopwatch,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: BTreeMap<u64, Arc<Progress>>,
}

/// A connection's place among the others. It is free again when this is dropped.
pub(super) struct Place {
    number: u64,
    registry: Arc<Registry>,
    progress: Arc<Progress>,
}

impl Registry {
    /// One for as many as the limit of open files leaves room for.
    pub(super) fn new() -> Self {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let room = files - OTHER_FILES.min(files / 2);
        Self::holding(usize::try_from(room).unwrap_or(MOST).clamp(1, MOST))
    }

    fn holding(most: usize) -> Self {
        let (open, left) = (Mutex::default(), Notify::new());
        Self { most, open, left, started: Stopwatch::start() }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a new connection in.
    pub(super) fn enter(self: &Arc<Self>) -> Place {
        let progress = Arc::new(Progress::new(self.started));
        let mut open = self.open();
        let number = open.next;
        open.next += 1;
        open.connections.insert(number, Arc::clone(&progress));
        Place { number, registry: Arc::clone(self), progress }
    }

    /// Waits until there are no more than there may be, and sees to that.
    pub(super) async fn keep_bound(&self) {
        while self.open().connections.len() > self.most {
            self.make_room();
            // Those who may not be asked to leave now may be later.
            let _ = tokio::time::timeout(LOOK_AGAIN, self.left.notified()).await;
        }
    }

    /// Asks some to leave: a few at once, so that a flood does not look through all of them for each.
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
                progress.ask_to_leave();
            }
        }
    }

    /// Tells everybody that the server comes to its end, and waits until they have left.
    pub(super) async fn see_off(&self) {
        self.open().connections.values().for_each(|progress| progress.stop());
        while !self.open().connections.is_empty() {
            self.left.notified().await;
        }
    }
}

/// Who is to leave before whom; `None` for one that has a request which is whole.
fn rank(progress: &Progress) -> Option<(bool, Standing, u64)> {
    let is_sending = match progress.phase() {
        Phase::Waiting | Phase::Head | Phase::Body => false,
        Phase::Work => return None,
        // A client that does not read its answer holds its place too.
        Phase::Answer | Phase::Sent => true,
    };
    Some((is_sending, progress.standing(), progress.since()))
}

impl Place {
    pub(super) fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.registry.open().connections.remove(&self.number);
        self.registry.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection that is this far.
    fn one(registry: &Arc<Registry>, standing: Standing, phase: Phase) -> Place {
        let place = registry.enter();
        if standing != Standing::New {
            place.progress.note(standing == Standing::Known);
        }
        place.progress.enter(phase);
        place
    }

    fn leaving(places: &[&Place]) -> Vec<bool> {
        places.iter().map(|place| place.progress.is_asked_to_leave()).collect()
    }

    #[test]
    fn who_never_asked_anything_leaves_first_and_who_is_served_stays() {
        let registry = Arc::new(Registry::holding(1));
        let served = one(&registry, Standing::New, Phase::Work);
        let known = one(&registry, Standing::Known, Phase::Waiting);
        let sending = one(&registry, Standing::New, Phase::Answer);
        let answered = one(&registry, Standing::Answered, Phase::Waiting);
        let half = one(&registry, Standing::New, Phase::Body);
        let all = [&half, &answered, &known, &sending, &served];
        registry.make_room();
        assert_eq!(leaving(&all), [true, false, false, false, false]);
        drop(half);
        registry.make_room();
        assert_eq!(leaving(&[&answered, &known, &sending, &served]), [true, false, false, false]);
        drop(answered);
        registry.make_room();
        assert_eq!(leaving(&[&known, &sending, &served]), [true, false, false]);
        drop(known);
        registry.make_room();
        registry.make_room();
        assert_eq!(leaving(&[&sending, &served]), [true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_bound_waits_until_somebody_has_left() {
        let registry = Arc::new(Registry::holding(2));
        let places: Vec<_> = (0..2).map(|_| one(&registry, Standing::New, Phase::Head)).collect();
        registry.keep_bound().await;
        assert!(!leaving(&places.iter().collect::<Vec<_>>()).contains(&true), "there is room");
        let last = one(&registry, Standing::New, Phase::Waiting);
        let mut waiting = std::pin::pin!(registry.keep_bound());
        let pending = tokio::time::timeout(Duration::from_secs(5), waiting.as_mut()).await;
        assert!(pending.is_err(), "nobody has left yet");
        drop(places);
        waiting.await;
        assert_eq!(registry.open().connections.len(), 1);
        drop(last);
        registry.see_off().await;
    }
}
