//! Parsing seed files. Errors name the file, line, column and field. They never quote the text,
//! which may contain a secret.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::document::Document;
use super::error::SeedError;

/// A parsed seed file. Its debug form omits the content, which is secret.
pub struct Seed {
    pub(super) name: String,
    pub(super) document: Document,
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seed({})", self.name)
    }
}

/// Reads a file, or all `.yaml` and `.yml` files of a folder in the order of their names.
///
/// # Errors
/// Something cannot be read or is invalid.
pub fn read_path(path: &Path) -> Result<Vec<Seed>, SeedError> {
    let shown = path.display().to_string();
    if !path.is_dir() {
        let text = std::fs::read_to_string(path)
            .map(Zeroizing::new)
            .map_err(|e| SeedError::of(&shown, e))?;
        return Ok(vec![read(&shown, &text)?]);
    }
    let entries = std::fs::read_dir(path).map_err(|e| SeedError::of(&shown, e))?;
    let files: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|it| it.path())).collect();
    let mut files = files.map_err(|e| SeedError::of(&shown, e))?;
    let is_yaml = |file: &PathBuf| {
        file.is_file() && file.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
    };
    files.retain(is_yaml);
    files.sort();
    let mut seeds = Vec::new();
    for file in files {
        seeds.append(&mut read_path(&file)?);
    }
    Ok(seeds)
}

/// Parses a text. Errors call it `name`.
///
/// # Errors
/// It is invalid.
pub fn read(name: &str, text: &str) -> Result<Seed, SeedError> {
    // A file with nothing but comments is valid.
    let document = if is_blank(text) { Ok(Document::default()) } else { parse(text) };
    Ok(Seed {
        name: name.to_owned(),
        document: document.map_err(|what| SeedError::of(name, what))?,
    })
}

/// Whether a text contains nothing but comments.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

/// Parses strictly. Errors name field, line and column.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut field = String::new();
    // Over the wire, the body limit bounds a document. A realm may have many thousand keys.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_events: usize::MAX, max_nodes: usize::MAX },
    };
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |yaml| {
        serde_path_to_error::deserialize(yaml).map_err(|error| {
            let path = error.path().to_string();
            // A value with a location has an inner field `value` in the path.
            let path = path.split(".value.?").next().unwrap_or_default();
            path.strip_suffix(".value").unwrap_or(path).clone_into(&mut field);
            error.into_inner()
        })
    });
    read.map_err(|error| {
        let error = error.without_snippet().to_string();
        let error = error.lines().next().unwrap_or_default();
        let (field, error) = match error.split_once("`, expected") {
            // Unknown fields are not quoted: when a space is missing, their name contains a secret.
            Some((unknown, expected)) if unknown.starts_with("unknown field `") => {
                let parent = field.rsplit_once('.').map_or("", |(parent, _)| parent);
                (parent.to_owned(), format!("unknown field, expected{expected}"))
            }
            _ => (field, error.to_owned()),
        };
        if field.is_empty() || field == "." { error } else { format!("{field}: {error}") }
    })
}
