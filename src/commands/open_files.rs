//! Raises the limit of open files. Every connection needs one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than this is of no use to a server.
const ENOUGH: u64 = 16_384;

/// Raises the soft limit up to [`ENOUGH`], as far as the hard limit allows.
pub(super) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "cannot raise the limit of open files");
    }
}
