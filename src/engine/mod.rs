//! The rules of keys, secrets, certificates, aliases and tags. Knows no cloud, no wire and no SQL: a cloud's own rules come in
//! with the caller, errors go out as facts.
//!
//! Reading operations are plain functions over a snapshot of a realm: they take no lock and cannot reach
//! the database. Changing ones decide on the next snapshot, which is published once it is durable.

mod admit;
mod aliases;
mod calendar;
mod caller;
mod certificate_use;
mod certificates;
mod cipher;
mod ciphertext;
mod clocks;
mod draft;
mod envelope;
mod error;
pub mod estate;
mod exchange;
mod import;
mod inspect;
mod keys;
mod lane;
mod pairs;
mod realms;
mod rotation;
mod rules;
mod secret_apart;
mod secret_rotation;
mod secret_versions;
mod secrets;
mod service;
mod tags;
mod versions;

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore};

pub use admit::{Admitted, AdmittedCertificate, KeyRef, Sight};
pub use caller::{Caller, Quota, UsedKey};
pub use certificate_use::Message;
pub use certificates::NewCertificate;
pub use cipher::{Opened, Sealed, Used};
pub use clocks::{Marks, Turn};
pub use draft::Draft;
pub use error::{
    AliasError, CertificateError, CiphertextError, Error, ImportError, KeyError, SecretError,
};
pub use estate::Replacement;
pub use import::{ImportParameters, Wrapped, Wrapping};
pub use inspect::{Census, Inspected};
pub use keys::NewKey;
pub use pairs::PairRef;
pub use rules::{
    AliasRules, CertificateOperation, CertificateRules, ImportRules, KeyRules, Operation,
    PairRules, Renewal, Rules, SecretRules,
};
pub use secret_versions::StageMove;
pub use secrets::{NewSecret, NewSecretVersion, SecretValue, Wanted};
pub use tags::{Tagged, Untag};

use crate::model::{Realm, State};
use crate::store::{Store, StoreError};
use crate::world::{Instant, World};
use clocks::Clocks;
use lane::Lane;
use realms::Realms;

/// The rules of clouds by their names in realms, each given the region.
pub type Clouds = HashMap<&'static str, fn(&str) -> &'static Rules>;

/// Every realm of a server, and the one lane through which they change.
pub struct Engine {
    world: Arc<World>,
    clocks: Arc<Clocks>,
    realms: Arc<Realms>,
    lane: Lane,
    /// The rules of each cloud, by its name in the realms.
    clouds: Clouds,
    /// How many private keys may be drawn at once.
    pairs_at_once: Arc<Semaphore>,
    /// Whoever rotates a secret slowly; others would do the same again.
    slow: Mutex<()>,
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
        let realms = Arc::new(Realms::folded(store.load().await?));
        world.entropy.go_on_after(realms.ever_made());
        let clocks = Arc::new(Clocks::new(Arc::clone(&world)));
        let lane = Lane::start(store, Arc::clone(&realms), Arc::clone(&clocks));
        let half = std::thread::available_parallelism().map_or(1, |all| all.get().div_ceil(2));
        let pairs_at_once = Arc::new(Semaphore::new(half));
        let engine = Arc::new(Self {
            world,
            clocks,
            realms,
            lane,
            clouds,
            pairs_at_once,
            slow: Mutex::default(),
        });
        engine.settle_all().await;
        engine.keep_settled();
        Ok(engine)
    }

    /// Writes what waits and puts the store away. Nothing can be changed after that.
    pub async fn close(&self) {
        self.lane.close().await;
    }

    /// The world that this engine lives in.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What the caller's realm holds now.
    #[must_use]
    pub fn view(&self, caller: &Caller) -> View {
        self.view_of(&caller.realm)
    }

    /// Decides on a change in the caller's realm and answers once it is durable. `decide` sees every change
    /// that was decided before it; what it drafts is kept only when it answers `Ok` and the store took it.
    ///
    /// # Errors
    /// What `decide` answered, or [`Error::Store`] when nothing could be written: then nothing changed.
    pub async fn change<T, F>(&self, caller: Caller, decide: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.lane.change(caller, decide).await
    }

    /// Like [`Engine::change`], in the part of the account that belongs to no region.
    pub async fn change_account<T, F>(&self, caller: &Caller, decide: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Draft<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.change(Caller { realm: caller.realm.account_wide(), ..caller.clone() }, decide).await
    }

    fn account_state(&self, realm: &Realm) -> Arc<State> {
        self.realms.snapshot(&realm.account_wide())
    }
}

/// A realm as it stood at one instant.
pub struct View {
    state: Arc<State>,
    now: Instant,
}

impl View {
    /// Looks at it as `caller`.
    #[must_use]
    pub fn sight<'a>(&'a self, caller: &'a Caller) -> Sight<'a> {
        Sight::new(&self.state, self.now, caller)
    }
}
