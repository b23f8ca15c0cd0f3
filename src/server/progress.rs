//! How far a connection is with its requests. The connection's stream and requests write it. Its
//! timer and the registry read it. All fields are relaxed atomics, because a slightly stale value
//! does no harm.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::Waker;

use crate::world::Stopwatch;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// No byte of the next request has arrived.
    Waiting,
    /// Part of a request's head has arrived.
    Head,
    /// The head is complete, the body is not.
    Body,
    /// The request is complete and being handled.
    Work,
    /// The response is being written.
    Answer,
    /// The whole response was handed over. Some of it may still be buffered.
    Sent,
}

const PHASES: [Phase; 6] =
    [Phase::Waiting, Phase::Head, Phase::Body, Phase::Work, Phase::Answer, Phase::Sent];

/// What a connection's requests have achieved so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum History {
    /// No request was answered yet.
    New,
    /// Some were answered, but no cloud accepted a call.
    Answered,
    /// A cloud accepted a call, so the client can sign.
    Known,
}

const HISTORIES: [History; 3] = [History::New, History::Answered, History::Known];

/// The progress of one connection.
#[derive(Debug)]
pub(super) struct Progress {
    phase: AtomicU8,
    history: AtomicU8,
    /// Counts the events that restart the client's time limit.
    turn: AtomicU32,
    /// When the connection was accepted or last became idle, in milliseconds since the server's
    /// start.
    since: AtomicU64,
    /// Whether to end with a TCP reset. Nothing more is sent.
    pub(super) cut: Flag,
    /// Whether the body took too long to arrive.
    pub(super) late: Flag,
    /// Whether the connection is encrypted.
    pub(super) encrypted: Flag,
    /// Whether the rest of a request's body is left unread. The request is answered, and the
    /// connection closes.
    pub(super) unread: Flag,
    /// Whether the request line exceeds the limit.
    pub(super) overlong: Flag,
    /// The status with which the HTTP parser refused a request, or 0.
    refused: AtomicU32,
    /// Whether the server is stopping.
    pub(super) stopping: Flag,
    /// One more than the turn in which the connection was asked to close, or 0.
    close_request: AtomicU64,
    /// The waker of the connection's task.
    task: OnceLock<Waker>,
    started: Stopwatch,
}

/// A flag that can only be raised.
#[derive(Debug, Default)]
pub(super) struct Flag(AtomicBool);

impl Flag {
    pub(super) fn raise(&self) {
        self.0.store(true, Relaxed);
    }

    pub(super) fn is_raised(&self) -> bool {
        self.0.load(Relaxed)
    }
}

impl Progress {
    /// The progress of a connection that was just accepted.
    pub(super) fn new(started: Stopwatch) -> Self {
        let it = Self {
            phase: AtomicU8::new(Phase::Waiting as u8),
            history: AtomicU8::new(History::New as u8),
            turn: AtomicU32::new(0),
            since: AtomicU64::new(0),
            cut: Flag::default(),
            late: Flag::default(),
            encrypted: Flag::default(),
            unread: Flag::default(),
            overlong: Flag::default(),
            refused: AtomicU32::new(0),
            stopping: Flag::default(),
            close_request: AtomicU64::new(0),
            task: OnceLock::new(),
            started,
        };
        it.mark_time();
        it
    }

    fn mark_time(&self) {
        self.since
            .store(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX), Relaxed);
    }

    pub(super) fn phase(&self) -> Phase {
        PHASES.get(usize::from(self.phase.load(Relaxed))).copied().unwrap_or(Phase::Waiting)
    }

    pub(super) fn history(&self) -> History {
        HISTORIES.get(usize::from(self.history.load(Relaxed))).copied().unwrap_or(History::New)
    }

    pub(super) fn turn(&self) -> u32 {
        self.turn.load(Relaxed)
    }

    pub(super) fn since(&self) -> u64 {
        self.since.load(Relaxed)
    }

    /// The client did something that restarts its time limit.
    pub(super) fn step(&self) {
        // Only the connection's own task writes this.
        self.turn.store(self.turn().wrapping_add(1), Relaxed);
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        self.step();
    }

    /// The first byte of a head arrived. The first head's time limit counts from the accept.
    pub(super) fn begin_head(&self) {
        self.phase.store(Phase::Head as u8, Relaxed);
        if self.history() != History::New {
            self.step();
        }
    }

    /// The whole response was flushed, so the connection is idle.
    pub(super) fn become_idle(&self) {
        self.mark_time();
        self.enter(Phase::Waiting);
    }

    /// A request was answered. `granted`: a cloud accepted it.
    pub(super) fn record_answer(&self, granted: bool) {
        let now = if granted { History::Known } else { History::Answered };
        if now > self.history() {
            self.history.store(now as u8, Relaxed);
        }
    }

    pub(super) fn set_refused(&self, status: u16) {
        self.refused.store(u32::from(status), Relaxed);
    }

    /// The status with which the HTTP parser refused a request, if any.
    pub(super) fn refused(&self) -> Option<u32> {
        Some(self.refused.load(Relaxed)).filter(|status| *status != 0)
    }

    /// Stores the task's waker. A task keeps the same waker throughout its life.
    pub(super) fn set_waker(&self, task: &Waker) {
        self.task.get_or_init(|| task.clone());
    }

    /// Tells the connection that the server is stopping.
    pub(super) fn stop(&self) {
        self.stopping.raise();
        self.wake();
    }

    /// Asks the connection to close, to make room for others.
    pub(super) fn ask_to_close(&self) {
        self.close_request.store(u64::from(self.turn()) + 1, Relaxed);
        self.wake();
    }

    pub(super) fn is_asked_to_close(&self) -> bool {
        self.close_request.load(Relaxed) != 0
    }

    /// Whether nothing happened since the connection was asked to close.
    pub(super) fn is_unchanged_since_asked(&self) -> bool {
        self.close_request.load(Relaxed) == u64::from(self.turn()) + 1
    }

    fn wake(&self) {
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
    }
}
