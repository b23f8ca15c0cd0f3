//! Errors as a cloud's clients see them: codes, and refusals made from them.

use std::borrow::Cow;

use crate::dialects::wire::param_error::ParamError;
use crate::engine;

/// One row of a cloud's table of errors. Several rows may share a name; a fault answers the first
/// of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code's name in answers.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The message. `...` is a placeholder for text from the request.
    pub message: &'static str,
}

impl Code {
    /// The refusal with these texts in the placeholders, in order.
    pub(super) fn with(&'static self, parts: &[&str]) -> Refusal {
        let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
        Refusal { message: filled(self.message, &parts).into(), parts, ..self.into() }
    }
}

/// A message with these texts in its placeholders, in order.
fn filled(message: &str, parts: &[String]) -> String {
    let mut pieces = message.splitn(parts.len() + 1, "...");
    let mut message = pieces.next().unwrap_or_default().to_owned();
    for (part, piece) in parts.iter().zip(pieces) {
        message.extend([part, piece]);
    }
    message
}

/// Declares a cloud's table of errors: a constant for each row, and the list of all rows.
macro_rules! codes {
    ($(#[$doc:meta])* $all:ident: $($row:ident = $status:literal $name:literal $message:literal;)*) => {
        $(
            pub(super) const $row: &$crate::dialects::Code =
                &$crate::dialects::Code { name: $name, status: $status, message: $message };
        )*

        $(#[$doc])*
        pub(super) const $all: &[&$crate::dialects::Code] = &[$($row),*];
    };
}
pub(super) use codes;

/// A refusal on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: &'static Code,
    /// The HTTP status: the code's, unless HTTP itself has a status for what is wrong.
    pub status: u16,
    /// The message.
    pub message: Cow<'static, str>,
    /// The texts in the placeholders of the code's message.
    pub parts: Vec<String>,
}

impl Refusal {
    /// The message in another language, made from that language's message of the code.
    pub(super) fn translated(&self, message: &str) -> String {
        filled(message, &self.parts)
    }

    /// Appends a sentence to the message.
    pub(super) fn and(self, sentence: &str) -> Self {
        Self { message: format!("{} {sentence}", self.message).into(), ..self }
    }
}

impl From<&'static Code> for Refusal {
    fn from(code: &'static Code) -> Self {
        Self { code, status: code.status, message: code.message.into(), parts: Vec::new() }
    }
}

/// Why a request fails, before its cloud gives it a code.
#[derive(Debug)]
pub enum Error {
    /// The engine refused.
    Engine(engine::Error),
    /// A required parameter is missing.
    Missing(Cow<'static, str>),
    /// A parameter's value is wrong.
    Invalid(Cow<'static, str>),
    /// There is no such parameter.
    Unknown(Cow<'static, str>),
    /// A refusal by the dialect itself.
    Refused(Refusal),
}

macro_rules! from_engine {
    ($($error:ident)*) => {
        $(
            impl From<engine::$error> for Error {
                fn from(error: engine::$error) -> Self {
                    Self::Engine(error.into())
                }
            }
        )*
    };
}
from_engine! { Error KeyError SecretError CiphertextError InstanceError }

impl From<ParamError> for Error {
    fn from(error: ParamError) -> Self {
        match error {
            ParamError::Missing(name) => Self::Missing(name.into()),
            ParamError::Invalid(name) => Self::Invalid(name.into()),
            ParamError::Unknown(name) => Self::Unknown(name.into()),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<&'static Code> for Error {
    fn from(code: &'static Code) -> Self {
        Self::Refused(code.into())
    }
}
