//! What the server observes about requests, and what it does to them on demand: the journal, the
//! metrics, the faults. This room knows realms and names, but no cloud, no action and no rule of
//! keys.
//!
//! The pipeline reports every request here, and asks for faults before it runs one. A dialect only
//! says what its parameters mean (a key's name, a secret text, an open text), what its errors are
//! called, how it throttles, and why a signature is wrong. So faults and journal work for every
//! cloud alike.
//!
//! - Writing a record reuses the buffers of an older record: no allocation, and one short lock of
//!   the realm's own ring. A record becomes readable, is filtered and compared only on demand.
//! - A value that may be secret is replaced by its length and digest before it is written.
//! - A refused request is only a claim. It goes into a separate ring, creates no realm and no
//!   metrics label, and does not count in expectations.
//! - When the journal's memory is used up, the account that holds the most gives way
//!   (`journal/limits.rs`). An account that holds at most an equal share loses nothing.
//! - A wrong signature is explained at once. To explain it later, the server would have to keep the
//!   request with its secrets. Each mistake that is tried costs as much as the check, so only up to
//!   16 KiB of signed text are explained.

pub mod classes;
mod decision;
pub mod faults;
mod fingerprint;
pub mod journal;
mod metrics;
mod request_scope;
mod subject;

pub use decision::{Asker, Check, DecidingStatement, Decision, PolicyRefusal, Ruling};
pub use faults::Faults;
pub use fingerprint::Fingerprint;
pub use journal::Journal;
pub use metrics::{Labels, Metrics};
pub use request_scope::RequestScope;
pub use subject::{NamedKey, Subject, truncate, truncate_secret};

/// Everything that observes requests.
#[derive(Debug)]
pub struct Watch {
    /// The faults.
    pub faults: Faults,
    /// The journal.
    pub journal: Journal,
    /// The metrics.
    pub metrics: Metrics,
    /// Whether a request's header may ask for a fault.
    pub header_faults: bool,
}

impl Watch {
    /// Without rules and records. The journal keeps `entries` for each realm.
    #[must_use]
    pub fn new(entries: usize, header_faults: bool) -> Self {
        Self {
            faults: Faults::default(),
            journal: Journal::with_records(entries),
            metrics: Metrics::default(),
            header_faults,
        }
    }
}
