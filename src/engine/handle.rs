//! The engine itself: every realm of a server, and the writer through which they change.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore};

use super::clocks::Clocks;
use super::realms::Realms;
use super::snapshot::Snapshot;
use super::writer::Writer;
use super::{Caller, Draft, Error, Rules};
use crate::model::{Realm, State};
use crate::store::{Store, StoreError};
use crate::world::World;

/// The rules of clouds by their names in realms, each given the region.
pub type Clouds = HashMap<&'static str, fn(&str) -> &'static Rules>;

/// Every realm of a server, and the one writer through which they change.
pub struct Engine {
    pub(super) world: Arc<World>,
    pub(super) clocks: Arc<Clocks>,
    pub(super) realms: Arc<Realms>,
    pub(super) writer: Writer,
    /// The rules of each cloud, by its name in the realms.
    pub(super) clouds: Clouds,
    /// How many private keys may be drawn at once.
    pub(super) pairs_at_once: Arc<Semaphore>,
    /// Whoever rotates a secret slowly; others would do the same again.
    pub(super) slow: Mutex<()>,
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
        let realms = Arc::new(Realms::from_facts(store.load().await?));
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
        });
        engine.settle_all().await;
        engine.settle_periodically();
        Ok(engine)
    }

    /// Writes what waits and puts the store away. Nothing can be changed after that.
    pub async fn close(&self) {
        self.writer.close().await;
    }

    /// The world that this engine lives in.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What the caller's realm holds now.
    #[must_use]
    pub fn snapshot(&self, caller: &Caller) -> Snapshot {
        self.snapshot_of(&caller.realm)
    }

    /// Decides on a change in the caller's realm and answers once it is durable. `decide` sees
    /// every change that was decided before it; what it drafts is kept only when it answers `Ok`
    /// and the store took it.
    ///
    /// # Errors
    /// What `decide` answered, or [`Error::Store`] when nothing could be written: then nothing
    /// changed.
    pub async fn change<T, F>(&self, caller: Caller, decide: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.writer.change(caller, decide).await
    }

    /// Like [`Engine::change`], in the part of the account that belongs to no region.
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
