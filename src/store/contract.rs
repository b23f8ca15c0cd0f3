//! What a store is: the verbs that the engine knows, and how they fail.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::model::{Damaged, Realm, RealmChange};

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

    /// What writes whole realms aside, where this store can. Where it cannot, they are committed as
    /// they are.
    fn staging(&mut self) -> Option<&mut dyn Staging> {
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

/// Realms that are written aside, and the numbers of their rows.
#[derive(Debug, Default)]
pub struct StagedRealms(pub(super) HashMap<Realm, i64>);

/// Writes whole realms aside and exchanges them.
pub trait Staging: Send {
    /// Writes facts of realms that nobody sees yet.
    fn write<'a>(
        &'a mut self,
        staged: &'a mut StagedRealms,
        facts: &'a [RealmChange],
    ) -> Stored<'a, ()>;

    /// Puts the staged in the place of their realms, and takes away all that these realms held: all
    /// of it, durably, or nothing. A realm without a spare holds nothing afterwards.
    fn swap<'a>(&'a mut self, realms: &'a [Realm], staged: &'a mut StagedRealms) -> Stored<'a, ()>;

    /// Gives up what was written aside.
    fn discard(&mut self, staged: StagedRealms);

    /// Takes away some of the rows that belong to nobody. Answers whether there are more.
    fn sweep(&mut self) -> Stored<'_, bool>;
}
