//! The limit of open files. Every connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many as a server can make use of.
const ENOUGH: u64 = 16_384;

/// Raises the limit as far as the process may, and no further than is of use.
pub(super) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}
