//! What every request and every endpoint of the control plane works with.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::dialects::{Accounts, AuthMode, Clouds};
use crate::engine::Engine;
use crate::model::IpRange;
use crate::seed::Seeds;
use crate::settings::ControlAccess;
use crate::tls::{ServedName, Tls};
use crate::watch::Watch;
use crate::world::Instant;

/// The parts of a running server.
pub struct App {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The accounts and access keys that may call.
    pub accounts: Arc<Accounts>,
    /// The clouds that this server serves.
    pub clouds: Clouds,
    /// How signatures are checked.
    pub auth: AuthMode,
    /// The certificates for HTTPS.
    pub tls: Arc<Tls>,
    /// The seeds that were applied at the start. A reset applies them again.
    pub seeds: Seeds,
    /// Limits the memory for incomplete request bodies.
    pub(crate) body_budget: Arc<BodyBudget>,
    /// Limits how many long operations of the control plane run at once.
    pub(crate) long_work: Arc<Semaphore>,
    /// Faults, journal and metrics.
    pub watch: Watch,
    /// Who may use the control plane.
    pub control: ControlAccess,
    /// The hostnames that the control plane answers to, besides loopback names and IP addresses.
    pub(crate) control_names: Vec<ServedName>,
    /// The proxies whose `X-Forwarded-For` says where a request came from.
    pub(crate) trusted_proxies: Vec<IpRange>,
    /// When the server started, by the host's clock.
    pub started: Instant,
}

/// How many bytes the bodies of incomplete requests may take, on all connections together. A body
/// that arrives whole at once does not count.
pub(crate) struct BodyBudget {
    total: usize,
    free: Arc<Semaphore>,
}

/// A part of the budget. Dropping it gives it back.
pub(crate) type BodyShare = OwnedSemaphorePermit;

impl BodyBudget {
    /// A budget of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let total = bytes.min(Semaphore::MAX_PERMITS);
        Self { total, free: Arc::new(Semaphore::new(total)) }
    }

    /// Takes so many bytes. `None` if fewer are free.
    pub(crate) fn take(&self, bytes: usize) -> Option<BodyShare> {
        Arc::clone(&self.free).try_acquire_many_owned(u32::try_from(bytes).ok()?).ok()
    }

    /// How many bytes are taken.
    pub(crate) fn taken(&self) -> usize {
        self.total - self.free.available_permits()
    }
}
