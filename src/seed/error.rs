//! Errors in seeds, with file, field and line. They never quote the text, which may be secret.

use serde_saphyr::Spanned;

/// An error in a seed, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SeedError(String);

impl SeedError {
    /// An error about a whole file.
    pub(super) fn of(file: &str, what: impl std::fmt::Display) -> Self {
        Self(format!("{file}: {what}"))
    }
}

/// A path in a file.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) path: &'a str,
}

impl Place<'_> {
    /// Calls `act` for each entry of a list at this path, with the entry's own path.
    pub(super) fn each<T>(
        self,
        list: &str,
        entries: &[T],
        mut act: impl FnMut(&T, Place<'_>) -> Result<(), SeedError>,
    ) -> Result<(), SeedError> {
        for (index, entry) in entries.iter().enumerate() {
            let path = format!("{}.{list}[{index}]", self.path);
            act(entry, Place { path: &path, ..self })?;
        }
        Ok(())
    }

    /// An error about a field at this path.
    pub(super) fn wrong<T>(
        self,
        field: &str,
        at: &Spanned<T>,
        what: impl std::fmt::Display,
    ) -> SeedError {
        let Self { file, path } = self;
        let dot = if field.is_empty() { "" } else { "." };
        let (line, column) = (at.referenced.line(), at.referenced.column());
        SeedError(format!("{file}: {path}{dot}{field}: {what} at line {line}, column {column}"))
    }
}
