//! Why a command did not do what it should, and the exit code that says so.

/// The exit code of an answer that is no: unhealthy, refused, not there.
const NEGATIVE: u8 = 1;
/// The exit code of a mistake, in an option or in what it names.
const MISTAKE: u8 = 2;

/// What stopped a command.
#[derive(Debug)]
pub struct Failure {
    /// One line for stderr, unless the answer on stdout says all.
    pub line: Option<String>,
    /// The exit code.
    pub code: u8,
}

impl Failure {
    /// The answer is no, for this reason.
    pub(super) fn negative(why: impl std::fmt::Display) -> Self {
        Self { line: Some(why.to_string()), code: NEGATIVE }
    }

    /// The answer is no, and stands on stdout.
    pub(super) fn answered() -> Self {
        Self { line: None, code: NEGATIVE }
    }

    /// A mistake in an option.
    pub(super) fn mistake(option: &str, what: impl std::fmt::Display) -> Self {
        Self { line: Some(format!("{option}: {what}")), code: MISTAKE }
    }
}

/// Whatever else goes wrong.
impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { line: Some(error.into().to_string()), code: MISTAKE }
    }
}
