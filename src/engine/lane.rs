//! The writer lane: the one task through which every realm changes. It takes the decisions that wait, lets each
//! draft the next snapshot on top of the one before, writes all their facts in one transaction, and only
//! then publishes the snapshots and answers. So nobody reads what is not durable, and callers who
//! come together share one write to the disk.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::clocks::Clocks;
use super::realms::Realms;
use super::{Caller, Draft, Error, calendar};
use crate::model::{Change, Realm, RealmChange, Scope, State};
use crate::store::{Store, StoreError};

/// How many decisions one transaction takes at the most. More would let the first wait for the last.
const BATCH: usize = 256;

/// How long nothing changes before the store rests, and how often it does so after that.
const REST_AFTER: Duration = Duration::from_millis(500);
const REST_EVERY: Duration = Duration::from_secs(5);

/// A decision that waits: given the realm so far, it answers the next snapshot, if it goes ahead, and whom to tell.
type Job = Box<dyn FnOnce(&mut Batch<'_>) -> Answer + Send>;

/// Tells a caller how it went, once the batch's fate is known.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What the lane is told.
enum Message {
    /// To decide.
    Change(Job),
    /// To put the store away and end.
    Close(oneshot::Sender<()>),
}

/// The sending end of the lane.
pub(super) struct Lane {
    sender: mpsc::UnboundedSender<Message>,
    commits: Arc<AtomicU64>,
}

impl Lane {
    pub(super) fn start(store: Box<dyn Store>, realms: Arc<Realms>, clocks: Arc<Clocks>) -> Self {
        let (sender, jobs) = mpsc::unbounded_channel();
        let commits = Arc::<AtomicU64>::default();
        tokio::spawn(run(jobs, store, realms, clocks, Arc::clone(&commits)));
        Self { sender, commits }
    }

    /// How many transactions the store took.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub(super) async fn change<T, F>(&self, caller: Caller, decide: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.send(move |batch| batch.decide(&caller, decide)).await
    }

    /// Makes realms hold this and nothing else, and empties the others of the scope.
    pub(super) async fn replace(&self, scope: Scope, estates: Vec<(Realm, Arc<State>)>) -> Result<(), Error> {
        self.send(move |batch| {
            batch.replace(&scope, estates);
            Ok(())
        })
        .await
    }

    /// Adds facts to realms.
    pub(super) async fn add(&self, facts: Vec<RealmChange>) -> Result<(), Error> {
        self.send(move |batch| {
            for (realm, fact) in facts {
                batch.add(&realm, fact);
            }
            Ok(())
        })
        .await
    }

    async fn send<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job = move |batch: &mut Batch<'_>| -> Answer {
            let outcome = job(batch);
            Box::new(move |written| {
                // A caller who hung up meanwhile needs no answer; its change stands.
                let _ = tell.send(written.map_err(Error::Store).and(outcome));
            })
        };
        self.sender
            .send(Message::Change(Box::new(job)))
            .map_err(|_| Error::Internal("the writer has stopped"))?;
        told.await.map_err(|_| Error::Internal("the writer has stopped"))?
    }

    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.sender.send(Message::Close(done)).is_ok() {
            // A lane that has ended already has nothing to put away.
            let _ = closed.await;
        }
    }
}

async fn run(
    mut messages: mpsc::UnboundedReceiver<Message>,
    mut store: Box<dyn Store>,
    realms: Arc<Realms>,
    clocks: Arc<Clocks>,
    commits: Arc<AtomicU64>,
) {
    let mut waiting = Vec::with_capacity(BATCH);
    let mut rest = Rest::default();
    while next(&mut messages, &mut waiting, &mut *store, &mut rest).await {
        let mut closing = None;
        let mut batch = Batch { realms: &realms, clocks: &clocks, ahead: HashMap::new(), facts: Vec::new() };
        let mut answers = Vec::with_capacity(waiting.len());
        for message in waiting.drain(..) {
            match message {
                Message::Change(job) => answers.push(job(&mut batch)),
                Message::Close(done) => closing = Some(done),
            }
        }
        let Batch { ahead, facts, .. } = batch;
        let written = if facts.is_empty() { Ok(()) } else { store.commit(&facts).await };
        commits.fetch_add(u64::from(written.is_ok() && !facts.is_empty()), Ordering::Relaxed);
        match &written {
            Ok(()) => ahead.into_iter().for_each(|(realm, state)| realms.publish(&realm, state)),
            Err(error) => tracing::error!(%error, changes = facts.len(), "nothing was written"),
        }
        for answer in answers {
            answer(written.clone());
        }
        if let Some(done) = closing {
            if let Err(error) = store.close().await {
                tracing::warn!(%error, "the store did not close");
            }
            // Whoever asked may have gone.
            let _ = done.send(());
            return;
        }
    }
}

/// Waits for messages, and lets the store rest whenever none come. `false` when there will be no more.
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
}

impl Batch<'_> {
    fn decide<T>(
        &mut self,
        caller: &Caller,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (now, world) = (self.clocks.now(&caller.realm), self.clocks.world());
        // What has fallen due comes first, and stays whatever the decision is.
        let mut due = Draft::new(self.latest(&caller.realm), now, caller, world);
        calendar::settle(&mut due);
        self.take(&caller.realm, due);
        let mut draft = Draft::new(self.latest(&caller.realm), now, caller, world);
        let outcome = decide(&mut draft)?;
        if !caller.rehearses {
            self.take(&caller.realm, draft);
        }
        Ok(outcome)
    }

    fn replace(&mut self, scope: &Scope, estates: Vec<(Realm, Arc<State>)>) {
        let known = self.realms.all().into_iter().chain(self.ahead.keys().cloned());
        let mut next: BTreeMap<_, _> =
            known.filter(|realm| scope.has(realm)).map(|realm| (realm, Arc::default())).collect();
        next.extend(estates);
        for (realm, state) in next {
            if !self.latest(&realm).is_blank() {
                self.facts.push((realm.clone(), Change::RealmCleared));
            }
            self.facts.extend(state.facts().into_iter().map(|fact| (realm.clone(), fact)));
            self.ahead.insert(realm, State::clone(&state));
        }
    }

    fn add(&mut self, realm: &Realm, fact: Change) {
        let mut state = self.ahead.remove(realm).unwrap_or_else(|| self.latest(realm));
        state.apply(&fact);
        self.ahead.insert(realm.clone(), state);
        self.facts.push((realm.clone(), fact));
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
