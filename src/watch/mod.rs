//! What the server notices of requests, and what it does to them because somebody asked for it: the journal, the
//! metrics, the faults. It knows realms and names, but no cloud, no wire and no rule of keys.

pub mod classes;
pub mod faults;
pub mod journal;
mod measured;
mod metrics;
mod subject;
mod whose;

pub use faults::Faults;
pub use journal::Journal;
pub use measured::Measured;
pub use metrics::{Labels, Metrics};
pub use subject::{NamedKey, Subject, cut, cut_secret};
pub use whose::Whose;

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
    pub headers_strike: bool,
}

impl Watch {
    /// Nothing armed, nothing seen. The journal keeps `entries` for each realm.
    #[must_use]
    pub fn new(entries: usize, headers_strike: bool) -> Self {
        Self {
            faults: Faults::default(),
            journal: Journal::keeping(entries),
            metrics: Metrics::default(),
            headers_strike,
        }
    }
}
