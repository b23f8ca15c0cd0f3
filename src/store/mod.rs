//! What lasts. Two verbs: load every fact, commit some. It decides nothing, but whether the data is whole.

mod aside;
pub mod files;
mod header;
mod lock;
mod mark;
mod opening;
mod place;
mod root_key;
mod rows;
mod sqlite;
mod survey;
mod wal;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use aside::{Aside, Spares};
pub use files::true_path;
pub use lock::DataLock;
pub use opening::open;
pub use root_key::RootKey;
pub use sqlite::Sqlite;

use crate::model::{Damaged, RealmChange};

/// The answer of a store, some time later.
pub type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Where the facts of all realms are kept.
pub trait Store: Send {
    /// Every fact, in an order in which they can be folded.
    fn load(&mut self) -> Stored<'_, Vec<RealmChange>>;

    /// Keeps these facts: all of them, durably, or none.
    fn commit<'a>(&'a mut self, facts: &'a [RealmChange]) -> Stored<'a, ()>;

    /// Does what can be done while nobody waits, and looks whether the data is still there.
    fn rest(&mut self) -> Stored<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// What writes whole realms aside, where this store can. Where it cannot, they are committed as they are.
    fn aside(&mut self) -> Option<&mut dyn Aside> {
        None
    }

    /// Puts everything away, so that the data file is whole by itself.
    fn close(self: Box<Self>) -> Stored<'static, ()>;
}

/// Why the store failed, for the log; never for the wire.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(Arc<str>);

impl StoreError {
    /// A failure, told in one line.
    pub fn new(what: impl std::fmt::Display) -> Self {
        Self(what.to_string().into())
    }
}

impl From<Damaged> for StoreError {
    fn from(damaged: Damaged) -> Self {
        Self::new(damaged)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::new(error)
    }
}
