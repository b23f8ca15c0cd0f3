//! The environment. Whatever the program takes from a variable, it takes through here, so that all variables follow one
//! rule: an empty one counts as not set, and what an env file leaves around a value is refused by the variable's name.
//! No message shows a value: it may be a secret.

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

/// The variable of the key that key material is sealed under. It has no option: a command line is no
/// place for a secret.
pub(crate) const ROOT_KEY: &str = "KMSIM_ROOT_KEY";

/// The variables that clap does not know.
pub const FURTHER_VARIABLES: [&str; 3] = [ACCESS_KEYS, SEED, ROOT_KEY];

/// Gives a command line the variables that count: of the command that `words` name, every option
/// that no word gives and whose variable holds something.
///
/// # Errors A variable is mistaken.
pub fn settle(mut command: Command, words: &[OsString]) -> Result<Command, StartError> {
    if let Some((first, rest)) = words.split_first()
        && let Some(inner) = command.find_subcommand_mut(first)
    {
        *inner = settle(std::mem::take(inner), rest)?;
        // Nobody asks for the outer command's options.
        return Ok(command.mut_args(|arg| arg.env(Resettable::Reset)));
    }
    let mut mistake = None;
    command = command.mut_args(|arg| match settled(&arg, words) {
        Ok(Reading::Unset) => arg.env(Resettable::Reset),
        Ok(Reading::Flag) => arg.value_parser(BoolishValueParser::new()),
        // Variables are written in capitals by some: TRUE, OFF.
        Ok(Reading::Text) => arg.ignore_case(true),
        Err(error) => {
            mistake.get_or_insert(error);
            arg
        }
    });
    mistake.map_or(Ok(command), Err)
}

/// The variable that a settled command line takes this option's value from. The option is named as
/// in clap's messages.
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

/// What an option has of its variable.
enum Reading {
    /// Nothing.
    Unset,
    /// That it is on.
    Flag,
    /// A text for clap to read.
    Text,
}

fn settled(arg: &Arg, words: &[OsString]) -> Result<Reading, StartError> {
    let Some(name) = arg.get_env().and_then(OsStr::to_str) else { return Ok(Reading::Text) };
    if arg.get_long().is_some_and(|long| words.iter().any(|word| gives(word, long))) {
        return Ok(Reading::Unset);
    }
    let form = if arg.get_value_delimiter().is_some() { Form::List } else { Form::One };
    let Some(value) = read(name, form)? else { return Ok(Reading::Unset) };
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        // A flag that is off is not given: else it would contradict what excludes it.
        return Ok(if is_on(name, &value)? { Reading::Flag } else { Reading::Unset });
    }
    if arg.get_value_parser().type_id() != TypeId::of::<PathBuf>() && value.to_str().is_none() {
        return Err(StartError::of(name, NOT_TEXT));
    }
    Ok(Reading::Text)
}

/// Whether a word is `--long` or `--long=VALUE`.
fn gives(word: &OsStr, long: &str) -> bool {
    let rest =
        word.as_encoded_bytes().strip_prefix(b"--").and_then(|it| it.strip_prefix(long.as_bytes()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
}

const NOT_TEXT: &str = "not text";

/// What a variable is to hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    One,
    /// One value; white space around it means nothing.
    Base64,
    /// Items between commas, with or without white space around each.
    List,
}

/// A variable's base64, if it holds any.
pub(crate) fn base64(name: &str) -> Result<Option<String>, StartError> {
    let value = read(name, Form::Base64)?.map(OsString::into_string).transpose();
    value.map_err(|_| StartError::of(name, NOT_TEXT))
}

/// What a variable lists; a comma parts one from the next.
pub(crate) fn list(name: &str) -> Result<Vec<String>, StartError> {
    let value = read(name, Form::List)?.map(OsString::into_string).transpose();
    let value = value.map_err(|_| StartError::of(name, NOT_TEXT))?.unwrap_or_default();
    Ok(items(&value).map(str::to_owned).collect())
}

/// The items of a list; blank ones are none.
pub(crate) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// A variable as it is: of another program, or one that is read elsewhere.
pub(crate) fn unread(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn read(name: &str, form: Form) -> Result<Option<OsString>, StartError> {
    let Some(value) = unread(name) else { return Ok(None) };
    let shown = value.to_string_lossy();
    match flaw(&shown, form) {
        Some(what) => Err(StartError::of(name, what)),
        None if form == Form::List && items(&shown).next().is_none() => Ok(None),
        None => Ok(Some(value)),
    }
}

/// What is wrong around a value. It is said without the value.
fn flaw(text: &str, form: Form) -> Option<&'static str> {
    let is_quoted = |it: &str| {
        let mut ends = it.chars();
        matches!((ends.next(), ends.next_back()), (Some('"'), Some('"')) | (Some('\''), Some('\'')))
    };
    if text.contains('\r') {
        Some("the value holds a carriage return: give its file the line ends of Unix")
    } else if form == Form::One && text.contains('\n') {
        Some("the value holds a line end")
    } else if is_quoted(text.trim()) || form == Form::List && items(text).any(is_quoted) {
        Some("the value stands in quotes, and they would be part of it: leave them out")
    } else if form == Form::One && text.trim() != text {
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
    fn what_env_files_leave_around_a_value_is_seen() {
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
            assert_eq!(flaw(text, Form::One).is_some(), one, "{text:?}");
            assert_eq!(flaw(text, Form::List).is_some(), list, "{text:?} in a list");
        }
        // As a secret that is mounted into a container ends.
        assert!(flaw("AAAA\n", Form::Base64).is_none() && flaw("AAAA\r\n", Form::Base64).is_some());
    }

    #[test]
    fn an_option_is_given_by_its_whole_name() {
        for (word, gives_it) in
            [("--data", true), ("--data=x", true), ("--database", false), ("data", false)]
        {
            assert_eq!(gives(OsStr::new(word), "data"), gives_it, "{word}");
        }
    }
}
