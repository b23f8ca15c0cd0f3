//! What every request and every endpoint of the control plane works with.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::dialects::{Accounts, AuthMode, Clouds};
use crate::engine::Engine;
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
    /// Limits how many long operations of the control plane run at once.
    pub(crate) long_work: Arc<Semaphore>,
    /// Faults, journal and metrics.
    pub watch: Watch,
    /// Who may use the control plane.
    pub control: ControlAccess,
    /// The hostnames that the control plane answers to, besides loopback names and IP addresses.
    pub(crate) control_names: Vec<ServedName>,
    /// When the server started, by the host's clock.
    pub started: Instant,
}
