//! How far a connection is with its requests. Its stream and its requests write it; its timer and the list of all
//! connections read it. Everything here is a relaxed atomic: a reader that is a moment behind does no harm.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::Waker;

use crate::world::Stopwatch;

/// What a connection is waiting for, or working on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// No byte of a next request has come.
    Waiting,
    /// A part of a request's head has come.
    Head,
    /// The head is whole, and the body is not.
    Body,
    /// The request is whole, and is being answered.
    Work,
    /// The answer is being written.
    Answer,
    /// All of the answer was handed over, and some of it may wait to be sent.
    Sent,
}

const PHASES: [Phase; 6] =
    [Phase::Waiting, Phase::Head, Phase::Body, Phase::Work, Phase::Answer, Phase::Sent];

/// What became of a connection's requests so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// No request was answered yet.
    New,
    /// Some were answered, and none of them was a call that a cloud granted.
    Answered,
    /// A cloud granted a call: whoever is there can sign.
    Known,
}

const STANDINGS: [Standing; 3] = [Standing::New, Standing::Answered, Standing::Known];

/// How far one connection is.
#[derive(Debug)]
pub(super) struct Progress {
    phase: AtomicU8,
    standing: AtomicU8,
    /// Grows whenever something happens that gives the client new time.
    turn: AtomicU32,
    /// When the connection was accepted or last became idle, in milliseconds of the server's stopwatch.
    since: AtomicU64,
    /// Whether its end is to be a reset: whatever is written next is not sent.
    pub(super) cut: Flag,
    /// Whether the body took too long.
    pub(super) late: Flag,
    /// Whether the request line is longer than any that is served.
    pub(super) overlong: Flag,
    /// The status with which the HTTP parser refused what it could not read; 0 where it did not.
    refused: AtomicU32,
    /// Whether the server is coming to its end.
    pub(super) stopping: Flag,
    /// One more than the turn in which it was asked to make room; 0 where it was not.
    leaving: AtomicU64,
    /// The connection's task.
    task: OnceLock<Waker>,
    started: Stopwatch,
}

/// What becomes true once and stays so.
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
    /// That of a connection that was just accepted.
    pub(super) fn new(started: Stopwatch) -> Self {
        let it = Self {
            phase: AtomicU8::new(Phase::Waiting as u8),
            standing: AtomicU8::new(Standing::New as u8),
            turn: AtomicU32::new(0),
            since: AtomicU64::new(0),
            cut: Flag::default(),
            late: Flag::default(),
            overlong: Flag::default(),
            refused: AtomicU32::new(0),
            stopping: Flag::default(),
            leaving: AtomicU64::new(0),
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

    pub(super) fn standing(&self) -> Standing {
        STANDINGS.get(usize::from(self.standing.load(Relaxed))).copied().unwrap_or(Standing::New)
    }

    pub(super) fn turn(&self) -> u32 {
        self.turn.load(Relaxed)
    }

    pub(super) fn since(&self) -> u64 {
        self.since.load(Relaxed)
    }

    /// The client did something for which it gets new time.
    pub(super) fn step(&self) {
        // Only the connection's own task writes this.
        self.turn.store(self.turn().wrapping_add(1), Relaxed);
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        self.step();
    }

    /// The first byte of a head came. The first head's time runs from the moment when the connection was accepted.
    pub(super) fn begin_head(&self) {
        self.phase.store(Phase::Head as u8, Relaxed);
        if self.standing() != Standing::New {
            self.step();
        }
    }

    /// The whole answer is with the client's system.
    pub(super) fn rest(&self) {
        self.mark_time();
        self.enter(Phase::Waiting);
    }

    /// A request was answered; `granted` where it was a cloud's and succeeded.
    pub(super) fn note(&self, granted: bool) {
        let now = if granted { Standing::Known } else { Standing::Answered };
        if now > self.standing() {
            self.standing.store(now as u8, Relaxed);
        }
    }

    pub(super) fn refuse(&self, status: u16) {
        self.refused.store(u32::from(status), Relaxed);
    }

    /// The status with which the HTTP parser refused a request, if it did.
    pub(super) fn refused(&self) -> Option<u32> {
        Some(self.refused.load(Relaxed)).filter(|status| *status != 0)
    }

    /// Tells whom to wake. A task is woken by the same waker throughout its life.
    pub(super) fn met(&self, task: &Waker) {
        self.task.get_or_init(|| task.clone());
    }

    /// Tells the connection that the server comes to its end.
    pub(super) fn stop(&self) {
        self.stopping.raise();
        self.wake();
    }

    /// Asks the connection to make room.
    pub(super) fn ask_to_leave(&self) {
        self.leaving.store(u64::from(self.turn()) + 1, Relaxed);
        self.wake();
    }

    pub(super) fn is_asked_to_leave(&self) -> bool {
        self.leaving.load(Relaxed) != 0
    }

    /// Whether it is as it was when it was asked to make room.
    pub(super) fn is_as_when_asked(&self) -> bool {
        self.leaving.load(Relaxed) == u64::from(self.turn()) + 1
    }

    fn wake(&self) {
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
    }
}
