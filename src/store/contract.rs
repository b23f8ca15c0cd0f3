//! The interface between the engine and a store, and its errors.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::model::{Change, Damaged, Realm, RealmChange};

/// The future result of a store operation.
pub type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Takes a fact of a realm.
pub type TakeFact<'a> = dyn FnMut(&Realm, Change) + Send + 'a;

/// Stores the facts of all realms.
pub trait Store: Send {
    /// Gives every stored fact to `take`, in an order in which they can be applied. The facts of a
    /// realm follow one another, so that a program never holds them all.
    fn load<'a>(&'a mut self, take: &'a mut TakeFact<'_>) -> Stored<'a, ()>;

    /// Writes these facts durably, all of them or none.
    fn commit<'a>(&'a mut self, facts: &'a [RealmChange]) -> Stored<'a, ()>;

    /// Performs idle-time maintenance, and checks that the data still exists.
    fn maintain(&mut self) -> Stored<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Staging, if this store supports it. Otherwise replacements are committed in one transaction.
    fn staging(&mut self) -> Option<&mut dyn Staging> {
        None
    }

    /// Closes the store, so that the data file is complete by itself.
    fn close(self: Box<Self>) -> Stored<'static, ()>;
}

/// Why the store failed. For the log and the command line, never for the wire.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(Arc<str>);

impl StoreError {
    /// An error with this one-line message.
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

/// Staged realms, and their row ids.
#[derive(Debug, Default)]
pub struct Staged(pub(super) HashMap<Realm, i64>);

/// Writes the contents of whole realms in advance and swaps them in.
pub trait Staging: Send {
    /// Writes facts to staged realms, which are not visible.
    fn write<'a>(&'a mut self, staged: &'a mut Staged, facts: &'a [RealmChange]) -> Stored<'a, ()>;

    /// Replaces the contents of these realms with the staged ones, durably, all of them or none.
    /// Realms that are not staged become empty.
    fn swap<'a>(&'a mut self, realms: &'a [Realm], staged: &'a mut Staged) -> Stored<'a, ()>;

    /// Discards staged realms.
    fn discard(&mut self, staged: Staged);

    /// Deletes some rows of replaced or discarded realms. Returns whether there are more.
    fn sweep(&mut self) -> Stored<'_, bool>;
}
