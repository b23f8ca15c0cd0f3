//! What is wrong in a seed, and where: the file, the field, the line. Never the text around it,
//! which may be a secret.

use serde_saphyr::Spanned;

/// What is wrong in a seed, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SeedError(String);

impl SeedError {
    /// Something about a file as a whole, or about no file.
    pub(super) fn of(file: &str, what: impl std::fmt::Display) -> Self {
        Self(format!("{file}: {what}"))
    }
}

/// A place in a file.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) path: &'a str,
}

impl Place<'_> {
    /// Does something with each entry of a list in this place, which knows the entry's own place.
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

    /// A mistake in a field of what is here.
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
