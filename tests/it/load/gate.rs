//! A store whose every write waits until the test lets it through, and may be told to fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kmsim::model::{Change, Realm, RealmChange};
use kmsim::store::{Sqlite, Staged, Staging, Store, StoreError, Stored, TakeFact};
use tokio::sync::{Semaphore, mpsc};

/// The store's side of the gate.
pub struct Gated {
    store: Sqlite,
    gate: Arc<Gate>,
}

/// The test's side.
pub struct Gate {
    arrived: mpsc::UnboundedSender<()>,
    turns: Semaphore,
    open: AtomicBool,
    /// How many more writes succeed.
    pub left: AtomicUsize,
    /// The most versions that one write had.
    pub most_versions: AtomicUsize,
    /// How many writes there were.
    pub writes: AtomicUsize,
}

impl Gate {
    /// Lets one write through.
    pub fn pass(&self) {
        self.turns.add_permits(1);
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
        self.turns.add_permits(1);
    }

    /// Stops every write again.
    pub fn shut(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    async fn wait(&self) -> Result<(), StoreError> {
        if !self.open.load(Ordering::SeqCst) {
            // The receiver is gone once the test is over.
            let _ = self.arrived.send(());
            self.turns.acquire().await.unwrap().forget();
        }
        self.writes.fetch_add(1, Ordering::SeqCst);
        let left =
            self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| StoreError::new("the disk is full"))
    }
}

/// A store in memory, its open gate, and a channel that reports the writes that wait at it.
pub fn gated() -> (Box<dyn Store>, Arc<Gate>, mpsc::UnboundedReceiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = runtime.block_on(Sqlite::in_memory()).unwrap();
    let (arrived, arrivals) = mpsc::unbounded_channel();
    let gate = Arc::new(Gate {
        arrived,
        turns: Semaphore::new(0),
        open: AtomicBool::new(true),
        left: AtomicUsize::new(usize::MAX),
        most_versions: AtomicUsize::new(0),
        writes: AtomicUsize::new(0),
    });
    (Box::new(Gated { store, gate: Arc::clone(&gate) }), gate, arrivals)
}

impl Store for Gated {
    fn load<'a>(&'a mut self, take: &'a mut TakeFact<'_>) -> Stored<'a, ()> {
        self.store.load(take)
    }

    fn commit<'a>(&'a mut self, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        let versions = facts.iter().map(|(_, fact)| match fact {
            Change::Key(fact) => fact.new_parts().count(),
            _ => 0,
        });
        self.gate.most_versions.fetch_max(versions.sum(), Ordering::SeqCst);
        Box::pin(async {
            self.gate.wait().await?;
            self.store.commit(facts).await
        })
    }

    fn staging(&mut self) -> Option<&mut dyn Staging> {
        Some(self)
    }

    fn close(self: Box<Self>) -> Stored<'static, ()> {
        Box::new(self.store).close()
    }
}

impl Staging for Gated {
    fn write<'a>(&'a mut self, staged: &'a mut Staged, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        Box::pin(async {
            self.gate.wait().await?;
            self.store.write(staged, facts).await
        })
    }

    fn swap<'a>(&'a mut self, realms: &'a [Realm], staged: &'a mut Staged) -> Stored<'a, ()> {
        Box::pin(async {
            self.gate.wait().await?;
            self.store.swap(realms, staged).await
        })
    }

    fn discard(&mut self, staged: Staged) {
        self.store.discard(staged);
    }

    fn sweep(&mut self) -> Stored<'_, bool> {
        self.store.sweep()
    }
}
