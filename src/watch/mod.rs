//! What the server observes of requests, and what it does to them on demand: the journal, the metrics, the
//! faults. This room knows realms and names, but no cloud, no action and no rule of keys.
//!
//! The pipeline reports every request here, and asks before it runs one. A dialect says only what its
//! parameters mean (a key's name, a secret text, an open text), what its errors are called, how it
//! throttles, and why a signature is wrong. So faults and journal work for every cloud alike.
//!
//! - Writing a record copies it into the room that an older record left: no allocation, and one short lock
//!   of the realm's own ring. A record is made readable, filtered and compared only when it is asked for.
//! - What may be secret is measured (length and digest) before it is written.
//! - A request that a check refused is only a claim. It goes into a ring of its own, makes no realm and no
//!   metrics label, and does not count in expectations.
//! - When the journal's memory is used up, the account that holds the most gives way
//!   (`journal/limits.rs`). An account that holds at most an equal share loses nothing.
//! - A wrong signature is explained at once. To explain it later, the server would have to keep the
//!   request with its secrets. Each mistake that is tried costs as much as the check, so only up to
//!   16 KiB of signed text are explained.

pub mod classes;
pub mod faults;
mod fingerprint;
pub mod journal;
mod metrics;
mod request_scope;
mod subject;

pub use faults::Faults;
pub use fingerprint::Fingerprint;
pub use journal::Journal;
pub use metrics::{Labels, Metrics};
pub use request_scope::RequestScope;
pub use subject::{NamedKey, Subject, truncate, truncate_secret};

/// Everything that watches requests.
#[derive(Debug)]
pub struct Watch {
    /// What is done to requests.
    pub faults: Faults,
    /// What became of them.
    pub journal: Journal,
    /// How many there were, and how long they took.
    pub metrics: Metrics,
    /// Whether a request may ask for a fault by itself.
    pub header_faults: bool,
}

impl Watch {
    /// Nothing armed, nothing seen. The journal keeps `entries` for each realm.
    #[must_use]
    pub fn new(entries: usize, header_faults: bool) -> Self {
        Self {
            faults: Faults::default(),
            journal: Journal::keeping(entries),
            metrics: Metrics::default(),
            header_faults,
        }
    }
}
