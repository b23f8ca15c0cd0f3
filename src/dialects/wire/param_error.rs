//! What is wrong with a parameter.

use std::cell::RefCell;

use serde::de;

/// What is wrong, with the parameter's name. The name is empty until it is known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ParamError {
    /// A required parameter is absent.
    Missing(String),
    /// A parameter has a wrong value.
    Invalid(String),
    /// There is no such parameter.
    Unknown(String),
}

impl ParamError {
    /// Adds the name of the parameter around the one that is wrong.
    pub(super) fn of(self, name: &str) -> Self {
        match self {
            // A list's member already has its full name.
            Self::Missing(member) if member.starts_with(name) => Self::Missing(member),
            Self::Missing(member) => Self::Missing(format!("{name}.{member}")),
            Self::Invalid(member) if member.is_empty() => Self::Invalid(name.into()),
            Self::Invalid(_) | Self::Unknown(_) => self,
        }
    }
}

impl std::fmt::Display for ParamError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for ParamError {}

impl de::Error for ParamError {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self::Invalid(String::new())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field.into())
    }
}

/// The first parameter that has a wrong type, where a cloud checks types. It is reported only if no
/// parameter is missing, so reading goes on with an empty value.
#[derive(Default)]
pub(super) struct WrongType(RefCell<Option<ParamError>>);

impl WrongType {
    /// Notes an error. Only the first one counts.
    pub(super) fn note(&self, error: ParamError) {
        self.0.borrow_mut().get_or_insert(error);
    }

    /// The outcome of reading all parameters.
    ///
    /// # Errors
    /// An unknown or a missing parameter, or else the error that was noted first.
    pub(super) fn or<T>(self, read: Result<T, ParamError>) -> Result<T, ParamError> {
        match (read, self.0.into_inner()) {
            (Err(error @ (ParamError::Missing(_) | ParamError::Unknown(_))), _)
            | (_, Some(error)) => Err(error),
            (read, None) => read,
        }
    }
}
