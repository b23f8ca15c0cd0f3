//! The engine: every realm of a server, and the writer through which they change.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore};

use super::challenge_pairs::ChallengePairs;
use super::clocks::Clocks;
use super::realms::Realms;
use super::snapshot::Snapshot;
use super::writer::Writer;
use super::{Caller, ClientKeyIndex, Draft, Error, Rules};
use crate::model::{Realm, State};
use crate::store::{Store, StoreError};
use crate::world::World;

/// Each cloud's rules by region, by the cloud's name in realms.
pub type Clouds = HashMap<&'static str, fn(&str) -> &'static Rules>;

/// Every realm of a server, and the one writer through which they change.
pub struct Engine {
    pub(super) world: Arc<World>,
    pub(super) clocks: Arc<Clocks>,
    pub(super) realms: Arc<Realms>,
    pub(super) writer: Writer,
    /// The rules of each cloud, by its name in the realms.
    pub(super) clouds: Clouds,
    /// How many private keys may be generated at once.
    pub(super) pairs_at_once: Arc<Semaphore>,
    /// Held during a slow rotation, so that concurrent callers do not repeat it.
    pub(super) slow: Mutex<()>,
    /// The pairs that sign challenges.
    pub(super) challenge_pairs: ChallengePairs,
}

impl Engine {
    /// Loads what the store holds and starts the writer. Needs a running tokio runtime.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(
        mut store: Box<dyn Store>,
        world: Arc<World>,
        clouds: Clouds,
    ) -> Result<Arc<Self>, StoreError> {
        let realms = Arc::new(Realms::load(&mut *store).await?);
        world.entropy.advance_stream(realms.ever_made());
        let clocks = Arc::new(Clocks::new(Arc::clone(&world)));
        let writer = Writer::start(store, Arc::clone(&realms), Arc::clone(&clocks));
        let half = std::thread::available_parallelism().map_or(1, |all| all.get().div_ceil(2));
        let pairs_at_once = Arc::new(Semaphore::new(half));
        let engine = Arc::new(Self {
            world,
            clocks,
            realms,
            writer,
            clouds,
            pairs_at_once,
            slow: Mutex::default(),
            challenge_pairs: ChallengePairs::default(),
        });
        engine.settle_all().await;
        engine.settle_periodically();
        Ok(engine)
    }

    /// Writes the waiting changes and closes the store. Nothing can be changed after that.
    pub async fn close(&self) {
        self.writer.close().await;
    }

    /// The clock and the randomness that this engine uses.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The client keys of all realms.
    #[must_use]
    pub fn client_keys(&self) -> &ClientKeyIndex {
        &self.realms.client_keys
    }

    /// The current state of the caller's realm.
    #[must_use]
    pub fn snapshot(&self, caller: &Caller) -> Snapshot {
        self.snapshot_of(&caller.realm)
    }

    /// Decides on a change in the caller's realm, and returns once it is durable. `decide` sees
    /// every earlier change. Its draft is kept only when it returns `Ok` and the store commits.
    ///
    /// # Errors
    /// The error of `decide`, or [`Error::Store`] when nothing could be written. Then nothing
    /// changed.
    pub async fn change<T, F>(&self, caller: Caller, decide: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.writer.change(caller, decide).await
    }

    /// Like [`Engine::change`], in the account's realm without a region.
    pub async fn change_account<T, F>(&self, caller: &Caller, decide: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.change(Caller { realm: caller.realm.account_wide(), ..caller.clone() }, decide).await
    }

    pub(super) fn account_state(&self, realm: &Realm) -> Arc<State> {
        self.realms.snapshot(&realm.account_wide())
    }
}
