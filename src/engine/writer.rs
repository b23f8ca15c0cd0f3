//! The writer: the one task through which every realm changes. It takes the decisions that wait,
//! lets each draft the next state on top of the one before, writes all their facts in one
//! transaction, and only then publishes the states and answers. So nobody reads what is not
//! durable, and concurrent callers share one write to the disk.
//!
//! No transaction is long. Where much is due in a realm, decisions about that realm wait for
//! several transactions, and decisions about other realms go ahead. Large replacements are staged
//! between them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::clocks::Clocks;
use super::realms::Realms;
use super::replacement::{self, PendingReplacement, Replacement};
use super::{Caller, Draft, Error, due};
use crate::model::{Change, Realm, RealmChange, State};
use crate::store::{Store, StoreError};

/// The maximum number of decisions in one transaction. More would delay the first of them.
const BATCH: usize = 256;

/// How long the store must be idle before maintenance, and how often maintenance repeats then.
const IDLE_AFTER: Duration = Duration::from_millis(500);
const MAINTAIN_EVERY: Duration = Duration::from_secs(5);

/// About how many due versions of keys and secrets one transaction makes. More would delay the
/// decisions of other realms.
const DUE_AT_ONCE: usize = 128;

/// A waiting decision. It drafts on top of the batch so far. It gets an error instead when a batch
/// that it waited for could not be written.
type Job = Box<dyn FnOnce(Result<&mut Batch<'_>, StoreError>) -> Step + Send>;

/// The result of running a [`Job`].
enum Step {
    /// The decision was made.
    Made(Answer),
    /// Too much is due in its realm, so it waits for another transaction.
    Later(Job),
}

/// Answers a caller, once it is known whether the batch was written.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A message to the writer.
enum Message {
    /// Make a decision.
    Change(Job),
    /// Replace whole realms.
    Replace(Box<PendingReplacement>),
    /// Close the store and stop.
    Close(oneshot::Sender<()>),
}

/// A handle that sends to the writer.
pub(super) struct Writer {
    sender: mpsc::UnboundedSender<Message>,
    commits: Arc<AtomicU64>,
}

const STOPPED: Error = Error::Internal("the writer has stopped");

impl Writer {
    pub(super) fn start(store: Box<dyn Store>, realms: Arc<Realms>, clocks: Arc<Clocks>) -> Self {
        let (sender, messages) = mpsc::unbounded_channel();
        let commits = Arc::<AtomicU64>::default();
        let task = Task {
            store,
            realms,
            clocks,
            commits: Arc::clone(&commits),
            later: Vec::new(),
            replacements: VecDeque::new(),
            // An earlier run may have left rows.
            sweeps: true,
            idle: Idle::default(),
        };
        tokio::spawn(task.run(messages));
        Self { sender, commits }
    }

    /// How many transactions the store has committed.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Decides after everything due in the realm has happened.
    pub(super) async fn change<T, F>(&self, caller: Caller, decide: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.ask(|tell| Message::Change(decision(caller, true, decide, tell))).await
    }

    /// Decides before what is due in the realm has happened.
    pub(super) async fn change_at_once<T, F>(&self, caller: Caller, decide: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.ask(|tell| Message::Change(decision(caller, false, decide, tell))).await
    }

    /// Applies everything that is due in these realms.
    pub(super) async fn settle(&self, callers: Vec<Caller>) -> Result<(), Error> {
        self.ask(|tell| Message::Change(settlement(callers, tell))).await
    }

    /// Replaces the contents of a scope's realms.
    pub(super) async fn replace(&self, replacement: Replacement) -> Result<(), Error> {
        let (tell, told) = oneshot::channel();
        let pending = if replacement::rows(&replacement.contents) > replacement::DIRECT_MAX {
            // Listing the facts of a large realm is slow.
            let prepared =
                tokio::task::spawn_blocking(|| PendingReplacement::new(replacement, tell));
            prepared.await.map_err(|_| STOPPED)?
        } else {
            PendingReplacement::new(replacement, tell)
        };
        self.sender.send(Message::Replace(Box::new(pending))).map_err(|_| STOPPED)?;
        told.await.map_err(|_| STOPPED)?
    }

    /// Adds facts to realms.
    pub(super) async fn add(&self, facts: Vec<RealmChange>) -> Result<(), Error> {
        let job = |tell| -> Job {
            Box::new(move |batch| {
                let added = batch.map_err(Error::Store).and_then(|batch| {
                    // All of them or none.
                    let (ahead, written) = (batch.ahead.clone(), batch.facts.len());
                    let added =
                        facts.into_iter().try_for_each(|(realm, fact)| batch.add(&realm, fact));
                    if added.is_err() {
                        batch.ahead = ahead;
                        batch.facts.truncate(written);
                    }
                    added
                });
                Step::Made(answer(tell, added))
            })
        };
        self.ask(|tell| Message::Change(job(tell))).await
    }

    /// Sends a message and waits for the answer.
    async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Message,
    ) -> Result<T, Error> {
        let (tell, told) = oneshot::channel();
        self.sender.send(message(tell)).map_err(|_| STOPPED)?;
        told.await.map_err(|_| STOPPED)?
    }

    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.sender.send(Message::Close(done)).is_ok() {
            // A stopped writer has nothing to close.
            let _ = closed.await;
        }
    }
}

/// A decision about a realm. If it `settles`, it is made after everything due there has happened.
fn decision<T, F>(
    caller: Caller,
    settles: bool,
    decide: F,
    tell: oneshot::Sender<Result<T, Error>>,
) -> Job
where
    T: Send + 'static,
    F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
{
    Box::new(move |batch| {
        let outcome = match batch {
            Ok(batch) => {
                if settles && !batch.settle(&caller) {
                    return Step::Later(decision(caller, settles, decide, tell));
                }
                batch.decide(&caller, decide)
            }
            Err(error) => Err(Error::Store(error)),
        };
        Step::Made(answer(tell, outcome))
    })
}

/// Settles these realms, last first.
fn settlement(mut callers: Vec<Caller>, tell: oneshot::Sender<Result<(), Error>>) -> Job {
    Box::new(move |batch| {
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return Step::Made(answer(tell, Err(Error::Store(error)))),
        };
        while let Some(caller) = callers.last() {
            if !batch.settle(caller) {
                return Step::Later(settlement(callers, tell));
            }
            callers.pop();
        }
        Step::Made(answer(tell, Ok(())))
    })
}

fn answer<T: Send + 'static>(
    tell: oneshot::Sender<Result<T, Error>>,
    outcome: Result<T, Error>,
) -> Answer {
    Box::new(move |written| {
        // The caller may have gone. Its change stands.
        let _ = tell.send(written.map_err(Error::Store).and(outcome));
    })
}

/// The writer's task.
struct Task {
    store: Box<dyn Store>,
    realms: Arc<Realms>,
    clocks: Arc<Clocks>,
    commits: Arc<AtomicU64>,
    /// Decisions that wait until what is due in their realms has happened.
    later: Vec<Job>,
    /// Replacements that are being staged, in turns.
    replacements: VecDeque<Box<PendingReplacement>>,
    /// Whether rows of replaced or discarded realms may be left.
    sweeps: bool,
    idle: Idle,
}

impl Task {
    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let mut waiting = Vec::with_capacity(BATCH);
        loop {
            if self.later.is_empty() && self.replacements.is_empty() && !self.sweeps {
                if !next(&mut messages, &mut waiting, &mut *self.store, &mut self.idle).await {
                    return;
                }
            } else {
                while waiting.len() < BATCH {
                    match messages.try_recv() {
                        Ok(message) => waiting.push(message),
                        Err(mpsc::error::TryRecvError::Disconnected) if waiting.is_empty() => {
                            return;
                        }
                        Err(_) => break,
                    }
                }
            }
            let mut closing = None;
            let mut jobs = std::mem::take(&mut self.later);
            for message in waiting.drain(..) {
                match message {
                    Message::Change(job) => jobs.push(job),
                    Message::Replace(pending) => {
                        self.decide(std::mem::take(&mut jobs)).await;
                        self.begin(pending).await;
                    }
                    Message::Close(done) => closing = Some(done),
                }
            }
            self.decide(jobs).await;
            if let Some(done) = closing {
                self.close(done).await;
                return;
            }
            self.stage().await;
            self.sweep().await;
        }
    }

    /// Makes these decisions in one transaction.
    async fn decide(&mut self, jobs: Vec<Job>) {
        let mut batch = Batch {
            realms: &self.realms,
            clocks: &self.clocks,
            ahead: HashMap::new(),
            facts: Vec::new(),
            room: DUE_AT_ONCE,
        };
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            match job(Ok(&mut batch)) {
                Step::Made(answer) => answers.push(answer),
                Step::Later(job) => self.later.push(job),
            }
        }
        let Batch { ahead, facts, .. } = batch;
        let written = if facts.is_empty() { Ok(()) } else { self.store.commit(&facts).await };
        self.commits.fetch_add(u64::from(written.is_ok() && !facts.is_empty()), Ordering::Relaxed);
        match &written {
            Ok(()) => {
                for (realm, state) in ahead {
                    self.realms.publish(&realm, state);
                }
                self.realms.client_keys.follow(facts.iter().map(|(realm, fact)| (realm, fact)));
            }
            Err(error) => {
                tracing::error!(%error, changes = facts.len(), "changes were not written");
                // Waiting decisions fail too. Otherwise what is due would be retried forever.
                for job in self.later.drain(..) {
                    match job(Err(error.clone())) {
                        Step::Made(answer) => answers.push(answer),
                        Step::Later(_) => {}
                    }
                }
            }
        }
        for answer in answers {
            answer(written.clone());
        }
    }

    /// Begins a replacement. Small ones finish at once.
    async fn begin(&mut self, mut pending: Box<PendingReplacement>) {
        if pending.needs_staging(&mut *self.store, &self.realms) {
            self.replacements.push_back(pending);
        } else {
            self.finish(pending).await;
        }
    }

    /// Stages the next part of one large replacement.
    async fn stage(&mut self) {
        let Some(mut pending) = self.replacements.pop_front() else { return };
        let written = match self.store.staging() {
            Some(staging) => pending.stage(staging).await,
            None => Ok(true),
        };
        match written {
            Ok(true) => self.finish(pending).await,
            Ok(false) => self.replacements.push_back(pending),
            Err(error) => {
                pending.fail(&mut *self.store, error);
                self.sweeps = true;
            }
        }
    }

    async fn finish(&mut self, pending: Box<PendingReplacement>) {
        let done = pending.finish(&mut *self.store, &self.realms, &self.clocks).await;
        self.commits.fetch_add(u64::from(done), Ordering::Relaxed);
        self.sweeps = true;
    }

    /// Deletes some rows of replaced or discarded realms.
    async fn sweep(&mut self) {
        if !self.sweeps {
            return;
        }
        let Some(staging) = self.store.staging() else {
            self.sweeps = false;
            return;
        };
        self.sweeps = staging.sweep().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "rows of replaced realms were not deleted yet");
            false
        });
    }

    /// Makes the waiting decisions and closes the store. Unfinished replacements are discarded.
    async fn close(mut self, done: oneshot::Sender<()>) {
        while !self.later.is_empty() {
            let jobs = std::mem::take(&mut self.later);
            self.decide(jobs).await;
        }
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "the store was not closed properly");
        }
        // The caller may have gone.
        let _ = done.send(());
    }
}

/// Waits for messages, and runs the store's maintenance while there are none. `false` when there
/// will be no more.
async fn next(
    messages: &mut mpsc::UnboundedReceiver<Message>,
    waiting: &mut Vec<Message>,
    store: &mut dyn Store,
    idle: &mut Idle,
) -> bool {
    let mut patience = IDLE_AFTER;
    loop {
        match timeout(patience, messages.recv_many(waiting, BATCH)).await {
            Ok(received) => return received > 0,
            Err(_) => idle.maintain(store).await,
        }
        patience = MAINTAIN_EVERY;
    }
}

/// The outcome of the store's last maintenance.
#[derive(Default)]
struct Idle {
    failure: Option<String>,
}

impl Idle {
    /// Runs maintenance. A lasting failure is logged once.
    async fn maintain(&mut self, store: &mut dyn Store) {
        let failure = store.maintain().await.err().map(|error| error.to_string());
        if let Some(error) = failure.as_ref().filter(|_| failure != self.failure) {
            tracing::error!(%error, "the store's data is at risk");
        }
        self.failure = failure;
    }
}

/// The decisions of one transaction.
struct Batch<'a> {
    realms: &'a Realms,
    clocks: &'a Clocks,
    ahead: HashMap<Realm, State>,
    facts: Vec<RealmChange>,
    /// How many more due versions this transaction may make.
    room: usize,
}

impl Batch<'_> {
    /// Drafts what is due in the caller's realm, as far as there is room. The draft is kept
    /// whatever is decided afterwards. Returns whether that was everything.
    fn settle(&mut self, caller: &Caller) -> bool {
        let now = self.clocks.now(&caller.realm);
        let caller = &*caller.unlimited();
        let mut draft = Draft::new(self.latest(&caller.realm), now, caller, self.clocks.world());
        let all = due::settle(&mut draft, &mut self.room);
        self.take(&caller.realm, draft);
        all
    }

    fn decide<T>(
        &mut self,
        caller: &Caller,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let now = self.clocks.now(&caller.realm);
        let mut draft = Draft::new(self.latest(&caller.realm), now, caller, self.clocks.world());
        let outcome = decide(&mut draft)?;
        if !caller.dry_run {
            self.take(&caller.realm, draft);
        }
        Ok(outcome)
    }

    fn add(&mut self, realm: &Realm, fact: Change) -> Result<(), Error> {
        let mut state = self.ahead.remove(realm).unwrap_or_else(|| self.latest(realm));
        if !state.fits(&fact) {
            return Err(Error::Internal("a realm changed while facts were added to it"));
        }
        state.apply(&fact);
        self.ahead.insert(realm.clone(), state);
        self.facts.push((realm.clone(), fact));
        Ok(())
    }

    fn latest(&self, realm: &Realm) -> State {
        self.ahead.get(realm).cloned().unwrap_or_else(|| State::clone(&self.realms.snapshot(realm)))
    }

    fn take(&mut self, realm: &Realm, draft: Draft<'_>) {
        let (state, facts) = draft.finish();
        if !facts.is_empty() {
            self.facts.extend(facts.into_iter().map(|fact| (realm.clone(), fact)));
            self.ahead.insert(realm.clone(), state);
        }
    }
}
