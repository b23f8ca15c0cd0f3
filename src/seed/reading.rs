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
        let mut track = serde_path_to_error::Track::new();
        // Through a trait object. Otherwise the compiler would repeat all code that reads YAML for
        // each type in a document, and the program would be 2 MB larger.
        let read = {
            let tracked = serde_path_to_error::Deserializer::new(yaml, &mut track);
            erased_serde::deserialize(&mut <dyn erased_serde::Deserializer>::erase(tracked))
        };
        read.map_err(|error| {
            let path = track.path().to_string();
            // A value with a location has an inner field `value` in the path.
            let path = path.split(".value.?").next().unwrap_or_default();
            path.strip_suffix(".value").unwrap_or(path).clone_into(&mut field);
            serde::de::Error::custom(error)
        })
    });
    read.map_err(|error| {
        let error = error.without_snippet().to_string();
        let error = &with_one_place(error.lines().next().unwrap_or_default());
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

/// The error with the innermost of its places. Each list and map around the place adds its own, and
/// an alias adds where it is used, because a trait object passes errors on as texts.
fn with_one_place(error: &str) -> String {
    let (mut what, mut innermost) = (error, "");
    while let Some((before, place)) = what.rsplit_once(" at line ") {
        let place = place.trim_end_matches(')');
        let numbers = place.split_once(", column ");
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !numbers.is_some_and(|(line, column)| is_number(line) && is_number(column)) {
            break;
        }
        innermost = place;
        what = ["(defined", "(used"].iter().fold(before, |it, word| it.trim_end_matches(word));
        what = what.trim_end();
    }
    if innermost.is_empty() { error.to_owned() } else { format!("{what} at line {innermost}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_one_place() {
        for (error, expected) in [
            ("no such file", "no such file"),
            ("wrong at line 2, column 3", "wrong at line 2, column 3"),
            ("wrong at line 2, column 3 at line 1, column 1", "wrong at line 2, column 3"),
            (
                "wrong (defined at line 2, column 3) (used at line 5, column 7) at line 1, column 1",
                "wrong at line 2, column 3",
            ),
            (
                "`a at line 1, column b` at line 2, column 3",
                "`a at line 1, column b` at line 2, column 3",
            ),
        ] {
            assert_eq!(with_one_place(error), expected);
        }
    }

    #[test]
    fn errors_of_aliases_name_the_place_of_the_value() {
        let text = "realms:\n  - account: &it '1'\n    keys: *it\n";
        let error = read("f", text).unwrap_err().to_string();
        assert!(error.starts_with("f: realms[0].keys: "), "{error}");
        assert!(error.ends_with(" at line 2, column 18"), "{error}");
    }
}
