//! Errors as a cloud's clients see them: a code with its status and message, and a refusal made of one.

use std::borrow::Cow;

use crate::dialects::wire::params::Flaw;
use crate::engine;

/// One row of a cloud's table of errors. Several rows may have the same name: then the first is the one that a fault
/// answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The name, as answers have it.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The message. `...` stands for what it says of its request.
    pub message: &'static str,
}

impl Code {
    /// The refusal whose message has these texts in place of the dots, in their order.
    pub(super) fn with(&'static self, parts: &[&str]) -> Refusal {
        let mut pieces = self.message.splitn(parts.len() + 1, "...");
        let mut message = pieces.next().unwrap_or_default().to_owned();
        for (part, piece) in parts.iter().zip(pieces) {
            message.extend([part, piece]);
        }
        Refusal { message: message.into(), ..self.into() }
    }
}

/// Declares a cloud's table of errors: a constant for each row, and the list of them all.
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
    /// The HTTP status: the code's, but where HTTP has one of its own for what is wrong.
    pub status: u16,
    /// The message.
    pub message: Cow<'static, str>,
}

impl Refusal {
    /// The same with another sentence behind its message.
    pub(super) fn and(self, sentence: &str) -> Self {
        Self { message: format!("{} {sentence}", self.message).into(), ..self }
    }
}

impl From<&'static Code> for Refusal {
    fn from(code: &'static Code) -> Self {
        Self { code, status: code.status, message: code.message.into() }
    }
}

/// Why a request fails, before its cloud puts it into words.
#[derive(Debug)]
pub enum Error {
    /// The engine refused.
    Engine(engine::Error),
    /// A required parameter is missing.
    Missing(Cow<'static, str>),
    /// A parameter's value is wrong.
    Invalid(Cow<'static, str>),
    /// The cloud's own refusal.
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
from_engine! { Error KeyError SecretError CiphertextError }

impl From<Flaw> for Error {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Missing(name) => Self::Missing(name.into()),
            Flaw::Invalid(name) => Self::Invalid(name.into()),
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
