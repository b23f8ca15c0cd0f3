//! What is measured.

use crate::openssl::Peer;
use crate::rate::{Failure, Pace};

/// An operation that can be repeated.
pub(crate) type Operation = Box<dyn FnMut() -> Result<(), Failure>>;

/// Prepares an operation.
pub(crate) type Make = Box<dyn Fn() -> Result<Operation, Failure>>;

/// Operations that are compared with the same run of OpenSSL.
pub(crate) struct Group {
    /// OpenSSL's counterpart.
    pub(crate) peer: Peer,
    /// How the time is taken.
    pub(crate) pace: Pace,
    /// The operations.
    pub(crate) cases: Vec<Case>,
}

/// An operation that is measured.
pub(crate) struct Case {
    /// Its name.
    pub(crate) name: String,
    /// The index of the corresponding figure in OpenSSL's output.
    pub(crate) figure: usize,
    /// Generates keys, so it runs only for operations that are measured.
    pub(crate) make: Make,
}
