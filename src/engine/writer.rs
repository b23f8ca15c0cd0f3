//! The writer: the one task through which every realm changes. It takes the decisions that wait,
//! lets each draft the next snapshot on top of the one before, writes all their facts in one
//! transaction, and only then publishes the snapshots and answers. So nobody reads what is not
//! durable, and callers who come together share one write to the disk.
//!
//! No transaction is long. Where much is due in a realm, a decision about that realm waits for some
//! transactions, and those of others go ahead. What replaces a large realm is written aside between
//! them.

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

/// How many decisions one transaction takes at the most. More would let the first wait for the
/// last.
const BATCH: usize = 256;

/// How long nothing changes before the store rests, and how often it does so after that.
const REST_AFTER: Duration = Duration::from_millis(500);
const REST_EVERY: Duration = Duration::from_secs(5);

/// How many versions of keys and secrets that have fallen due one transaction makes, about. More
/// would let the decisions of other realms wait.
const DUE_AT_ONCE: usize = 128;

/// A decision that waits. It drafts on top of the batch so far, or is told why the batch before
/// could not be written.
type Job = Box<dyn FnOnce(Result<&mut Batch<'_>, StoreError>) -> Step + Send>;

/// What became of a decision.
enum Step {
    /// It was made.
    Made(Answer),
    /// So much is due in its realm that it waits for another transaction.
    Later(Job),
}

/// Tells a caller how it went, once the batch's fate is known.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What the writer is told.
enum Message {
    /// To decide.
    Change(Job),
    /// To replace what realms hold.
    PendingReplacement(Box<PendingReplacement>),
    /// To put the store away and end.
    Close(oneshot::Sender<()>),
}

/// The sending end of the writer.
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
            exchanges: VecDeque::new(),
            // What an earlier run left.
            sweeps: true,
            rest: Rest::default(),
        };
        tokio::spawn(task.run(messages));
        Self { sender, commits }
    }

    /// How many transactions the store took.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Decides once all that is due in the realm has happened.
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

    /// Lets everything that is due in these realms happen.
    pub(super) async fn settle(&self, callers: Vec<Caller>) -> Result<(), Error> {
        self.ask(|tell| Message::Change(settlement(callers, tell))).await
    }

    /// Replaces what the realms of a scope hold.
    pub(super) async fn replace(&self, replacement: Replacement) -> Result<(), Error> {
        let (tell, told) = oneshot::channel();
        let exchange = if replacement::weight(&replacement.contents) > replacement::AT_ONCE {
            // Nobody waits while the facts of a large realm are listed.
            let prepared =
                tokio::task::spawn_blocking(|| PendingReplacement::new(replacement, tell));
            prepared.await.map_err(|_| STOPPED)?
        } else {
            PendingReplacement::new(replacement, tell)
        };
        self.sender.send(Message::PendingReplacement(Box::new(exchange))).map_err(|_| STOPPED)?;
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

    /// Tells the writer something, and waits for the answer.
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
            // A writer that has ended already has nothing to put away.
            let _ = closed.await;
        }
    }
}

/// A decision about a realm. One that `settles` is made when everything that was due there has
/// happened.
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

/// Settles these realms, the last first.
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
        // A caller who hung up meanwhile needs no answer; its change stands.
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
    /// Replacements that are written aside, by turns.
    exchanges: VecDeque<Box<PendingReplacement>>,
    /// Whether there may be rows that belong to nobody.
    sweeps: bool,
    rest: Rest,
}

impl Task {
    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let mut waiting = Vec::with_capacity(BATCH);
        loop {
            if self.later.is_empty() && self.exchanges.is_empty() && !self.sweeps {
                if !next(&mut messages, &mut waiting, &mut *self.store, &mut self.rest).await {
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
                    Message::PendingReplacement(exchange) => {
                        self.decide(std::mem::take(&mut jobs)).await;
                        self.begin(exchange).await;
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

    /// Takes these decisions in one transaction.
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
            }
            Err(error) => {
                tracing::error!(%error, changes = facts.len(), "nothing was written");
                // What is due is not tried for ever: those who wait for it are told, as the others
                // are.
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

    /// Begins to replace what realms hold. A little is replaced at once.
    async fn begin(&mut self, mut exchange: Box<PendingReplacement>) {
        if exchange.weigh(&mut *self.store, &self.realms) {
            self.exchanges.push_back(exchange);
        } else {
            self.finish(exchange).await;
        }
    }

    /// Goes on with one of the large replacements.
    async fn stage(&mut self) {
        let Some(mut exchange) = self.exchanges.pop_front() else { return };
        let written = match self.store.staging() {
            Some(staging) => exchange.stage(staging).await,
            None => Ok(true),
        };
        match written {
            Ok(true) => self.finish(exchange).await,
            Ok(false) => self.exchanges.push_back(exchange),
            Err(error) => {
                exchange.fail(&mut *self.store, error);
                self.sweeps = true;
            }
        }
    }

    async fn finish(&mut self, exchange: Box<PendingReplacement>) {
        let done = exchange.finish(&mut *self.store, &self.realms, &self.clocks).await;
        self.commits.fetch_add(u64::from(done), Ordering::Relaxed);
        self.sweeps = true;
    }

    /// Takes some rows away that belong to nobody.
    async fn sweep(&mut self) {
        if !self.sweeps {
            return;
        }
        let Some(staging) = self.store.staging() else {
            self.sweeps = false;
            return;
        };
        self.sweeps = staging.sweep().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "rows that belong to nobody stay for now");
            false
        });
    }

    /// Makes the decisions that were put off, and puts the store away. What is written aside is
    /// given up.
    async fn close(mut self, done: oneshot::Sender<()>) {
        while !self.later.is_empty() {
            let jobs = std::mem::take(&mut self.later);
            self.decide(jobs).await;
        }
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "the store did not close");
        }
        // Whoever asked may have gone.
        let _ = done.send(());
    }
}

/// Waits for messages, and lets the store rest whenever none come. `false` when there will be no
/// more.
async fn next(
    messages: &mut mpsc::UnboundedReceiver<Message>,
    waiting: &mut Vec<Message>,
    store: &mut dyn Store,
    rest: &mut Rest,
) -> bool {
    let mut patience = REST_AFTER;
    loop {
        match timeout(patience, messages.recv_many(waiting, BATCH)).await {
            Ok(received) => return received > 0,
            Err(_) => rest.take(store).await,
        }
        patience = REST_EVERY;
    }
}

/// How the store's last rest went.
#[derive(Default)]
struct Rest {
    trouble: Option<String>,
}

impl Rest {
    /// Lets the store rest. A trouble that lasts is told once.
    async fn take(&mut self, store: &mut dyn Store) {
        let trouble = store.rest().await.err().map(|error| error.to_string());
        if let Some(error) = trouble.as_ref().filter(|_| trouble != self.trouble) {
            tracing::error!(%error, "the store is in trouble");
        }
        self.trouble = trouble;
    }
}

/// The decisions that one transaction takes.
struct Batch<'a> {
    realms: &'a Realms,
    clocks: &'a Clocks,
    ahead: HashMap<Realm, State>,
    facts: Vec<RealmChange>,
    /// How many more versions that are due this transaction may make.
    room: usize,
}

impl Batch<'_> {
    /// Drafts what has fallen due in the caller's realm, as far as there is room for it. It stays,
    /// whatever is decided afterwards. Answers whether that was all.
    fn settle(&mut self, caller: &Caller) -> bool {
        let now = self.clocks.now(&caller.realm);
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
        if !caller.rehearses {
            self.take(&caller.realm, draft);
        }
        Ok(outcome)
    }

    fn add(&mut self, realm: &Realm, fact: Change) -> Result<(), Error> {
        let mut state = self.ahead.remove(realm).unwrap_or_else(|| self.latest(realm));
        if !state.fits(&fact) {
            return Err(Error::Internal("a realm changed while something was added to it"));
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
