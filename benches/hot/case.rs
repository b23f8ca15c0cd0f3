//! What is measured.

use crate::openssl::Peer;
use crate::rate::{Failure, Pace};

/// An operation, ready to be done again and again.
pub(crate) type Operation = Box<dyn FnMut() -> Result<(), Failure>>;

/// Makes an operation ready.
pub(crate) type Make = Box<dyn Fn() -> Result<Operation, Failure>>;

/// Operations that are measured together, and beside the same run of OpenSSL.
pub(crate) struct Group {
    /// What OpenSSL has to set against them.
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
    /// Which of the figures of OpenSSL's run goes with it.
    pub(crate) figure: usize,
    /// Keys are drawn here, and only for those that are measured.
    pub(crate) make: Make,
}
