//! Reads environment variables. All variables follow one rule: an empty one counts as not set. A
//! value with remains of an env file around it, such as quotes, is refused by the variable's name.
//! No message shows a value, because it may be a secret.

use std::any::TypeId;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::{BoolishValueParser, Resettable};
use clap::{Arg, ArgAction, Command};

use crate::settings::StartError;

/// The variable of `--access-key`.
pub(crate) const ACCESS_KEYS: &str = "KMSIM_ACCESS_KEYS";

/// The variable of `--seed`.
pub(crate) const SEED: &str = "KMSIM_SEED";

/// The variable of the key that key material is encrypted under. It has no option: a secret on a
/// command line is visible to other users.
pub(crate) const ROOT_KEY: &str = "KMSIM_ROOT_KEY";

/// The variables that clap does not know.
pub const FURTHER_VARIABLES: [&str; 3] = [ACCESS_KEYS, SEED, ROOT_KEY];

/// Attaches to a command the variables that apply: those that have a value and whose option is not
/// among `words`. If `words` name a subcommand, its options are handled.
///
/// # Errors
/// A variable has an invalid value.
pub fn apply(mut command: Command, words: &[OsString]) -> Result<Command, StartError> {
    if let Some((first, rest)) = words.split_first()
        && let Some(inner) = command.find_subcommand_mut(first)
    {
        *inner = apply(std::mem::take(inner), rest)?;
        // The outer command's options do not apply.
        return Ok(command.mut_args(|arg| arg.env(Resettable::Reset)));
    }
    let mut failure = None;
    command = command.mut_args(|arg| match reading(&arg, words) {
        Ok(Reading::Unset) => arg.env(Resettable::Reset),
        Ok(Reading::Flag) => arg.value_parser(BoolishValueParser::new()),
        // Some users write values in capitals: TRUE, OFF.
        Ok(Reading::Text) => arg.ignore_case(true),
        Err(error) => {
            failure.get_or_insert(error);
            arg
        }
    });
    failure.map_or(Ok(command), Err)
}

/// The variable that this option's value comes from. The option is named as in clap's messages.
#[must_use]
pub fn source<'a>(command: &'a Command, words: &[OsString], option: &str) -> Option<&'a str> {
    match words
        .split_first()
        .and_then(|(first, rest)| Some((command.find_subcommand(first)?, rest)))
    {
        Some((inner, rest)) => source(inner, rest, option),
        None => command.get_arguments().find(|arg| arg.to_string() == option)?.get_env()?.to_str(),
    }
}

/// What an option takes from its variable.
enum Reading {
    /// Nothing.
    Unset,
    /// The flag is on.
    Flag,
    /// A text for clap to parse.
    Text,
}

fn reading(arg: &Arg, words: &[OsString]) -> Result<Reading, StartError> {
    let Some(name) = arg.get_env().and_then(OsStr::to_str) else { return Ok(Reading::Text) };
    if arg.get_long().is_some_and(|long| words.iter().any(|word| is_option(word, long))) {
        return Ok(Reading::Unset);
    }
    let format = if arg.get_value_delimiter().is_some() { Format::List } else { Format::One };
    let Some(value) = read(name, format)? else { return Ok(Reading::Unset) };
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        // A flag that is off counts as not given, or it would conflict with the options that
        // exclude it.
        return Ok(if is_on(name, &value)? { Reading::Flag } else { Reading::Unset });
    }
    if arg.get_value_parser().type_id() != TypeId::of::<PathBuf>() && value.to_str().is_none() {
        return Err(StartError::of(name, NOT_TEXT));
    }
    Ok(Reading::Text)
}

/// Whether a word is `--long` or `--long=VALUE`.
fn is_option(word: &OsStr, long: &str) -> bool {
    let rest =
        word.as_encoded_bytes().strip_prefix(b"--").and_then(|it| it.strip_prefix(long.as_bytes()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
}

const NOT_TEXT: &str = "not text";

/// The kind of value that a variable holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    One,
    /// One value. White space around it is ignored.
    Base64,
    /// Items between commas. White space around each is ignored.
    List,
}

/// A variable's base64 value.
pub(crate) fn base64(name: &str) -> Result<Option<String>, StartError> {
    let value = read(name, Format::Base64)?.map(OsString::into_string).transpose();
    value.map_err(|_| StartError::of(name, NOT_TEXT))
}

/// The items of a variable that holds a list.
pub(crate) fn list(name: &str) -> Result<Vec<String>, StartError> {
    let value = read(name, Format::List)?.map(OsString::into_string).transpose();
    let value = value.map_err(|_| StartError::of(name, NOT_TEXT))?.unwrap_or_default();
    Ok(items(&value).map(str::to_owned).collect())
}

/// The items of a comma-separated list, without blank ones.
pub(crate) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// A variable without any check: one of another program, or one that is parsed elsewhere.
pub(crate) fn unread(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn read(name: &str, format: Format) -> Result<Option<OsString>, StartError> {
    let Some(value) = unread(name) else { return Ok(None) };
    let shown = value.to_string_lossy();
    match flaw(&shown, format) {
        Some(what) => Err(StartError::of(name, what)),
        None if format == Format::List && items(&shown).next().is_none() => Ok(None),
        None => Ok(Some(value)),
    }
}

/// What is wrong around a value. The message does not contain the value.
fn flaw(text: &str, format: Format) -> Option<&'static str> {
    let is_quoted = |it: &str| {
        let mut ends = it.chars();
        matches!((ends.next(), ends.next_back()), (Some('"'), Some('"')) | (Some('\''), Some('\'')))
    };
    if text.contains('\r') {
        Some("the value contains a carriage return: use Unix line endings in its file")
    } else if format == Format::One && text.contains('\n') {
        Some("the value contains a line break")
    } else if is_quoted(text.trim()) || format == Format::List && items(text).any(is_quoted) {
        Some("the value is in quotes, and they would be part of it: remove them")
    } else if format == Format::One && text.trim() != text {
        Some("the value begins or ends with white space")
    } else {
        None
    }
}

fn is_on(name: &str, value: &OsStr) -> Result<bool, StartError> {
    let value = value.to_string_lossy().to_lowercase();
    match value.as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
        _ => Err(StartError::of(name, "expected 1, true, yes or on; or 0, false, no or off")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_white_space_from_env_files_are_found() {
        for (text, one, list) in [
            ("off", false, false),
            ("a\"b'c", false, false),
            ("\"", false, false),
            ("\"off\"", true, true),
            ("'off'", true, true),
            (" \"off\" ", true, true),
            ("off\r", true, true),
            ("off\n", true, false),
            (" off", true, false),
            ("off\t", true, false),
            ("off\u{a0}", true, false),
            ("a:b, c:d", false, false),
            ("a:b,\"c:d\"", false, true),
            ("a:b\r,c:d", true, true),
        ] {
            assert_eq!(flaw(text, Format::One).is_some(), one, "{text:?}");
            assert_eq!(flaw(text, Format::List).is_some(), list, "{text:?} in a list");
        }
        // A secret file that is mounted into a container ends with a newline.
        assert!(
            flaw("AAAA\n", Format::Base64).is_none() && flaw("AAAA\r\n", Format::Base64).is_some()
        );
    }

    #[test]
    fn an_option_matches_only_its_whole_name() {
        for (word, gives_it) in
            [("--data", true), ("--data=x", true), ("--database", false), ("data", false)]
        {
            assert_eq!(is_option(OsStr::new(word), "data"), gives_it, "{word}");
        }
    }
}
