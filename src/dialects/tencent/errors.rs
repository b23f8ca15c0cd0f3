//! Which code answers what goes wrong.

use super::{codes, rules};
use crate::dialects::{Code, Error, Refusal};
use crate::engine::{self, AliasError, CiphertextError, ImportError, KeyError};

/// An error's form on the wire.
pub(super) fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Engine(error) => of_engine(error),
        Error::Missing(name) => codes::MISSING_PARAMETER.with(&[name]),
        Error::Invalid(name) => invalid(name),
        Error::Unknown(name) => codes::UNKNOWN_PARAMETER.with(&[name]),
        Error::Refused(refusal) => refusal.clone(),
    }
}

/// A parameter with a value that it cannot have.
pub(super) fn invalid(name: &str) -> Refusal {
    codes::INVALID_PARAMETER.with(&[name])
}
