//! Why a command failed, and the exit code for it.

/// The exit code when the server refused, is unhealthy or cannot be reached.
pub(super) const REFUSED: u8 = 1;
/// The exit code of a usage error: a wrong option, or a file that cannot be used.
const USAGE: u8 = 2;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// One line for stderr, unless the answer on stdout already explains it.
    pub line: Option<String>,
    /// The exit code.
    pub code: u8,
}

impl Failure {
    /// Refused or unreachable, for this reason.
    pub(super) fn refused(why: impl std::fmt::Display) -> Self {
        Self { line: Some(why.to_string()), code: REFUSED }
    }

    /// Refused. The server's answer is already on stdout.
    pub(super) fn refused_with_answer() -> Self {
        Self { line: None, code: REFUSED }
    }

    /// An error in one option.
    pub(super) fn usage(option: &str, what: impl std::fmt::Display) -> Self {
        Self { line: Some(format!("{option}: {what}")), code: USAGE }
    }
}

/// Any other error is a usage error.
impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { line: Some(error.into().to_string()), code: USAGE }
    }
}
