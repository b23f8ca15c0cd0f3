//! The binary: options in, one line out for whatever goes wrong.

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser};

use kmsim::commands::{self, Cli, environment};

fn main() -> ExitCode {
    // Help is shown whatever the variables hold: it tells what they are.
    if let Err(error) = Cli::try_parse()
        && matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
    {
        error.exit()
    }
    let cli = match parse() {
        Ok(cli) => cli,
        Err(why) => return refuse(&why),
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.line.iter().for_each(|line| tell(line));
            ExitCode::from(failure.code)
        }
    }
}

/// What the command line and the environment say.
fn parse() -> Result<Cli, String> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let mut command =
        environment::settle(Cli::command(), &words).map_err(|error| error.to_string())?;
    let parsed = command.try_get_matches_from_mut(std::env::args_os());
    parsed.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| {
        let option =
            error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
        let line = one_line(&error.to_string());
        match environment::source(&command, &words, &option) {
            Some(variable) => format!("{variable}: {line}"),
            None => line,
        }
    })
}

fn refuse(why: &str) -> ExitCode {
    tell(why);
    ExitCode::from(2)
}

fn tell(why: &str) {
    // Where not even stderr can be written to, the exit code has to do.
    let _ = writeln!(std::io::stderr(), "kmsim: {why}");
}

/// The message of a mistaken option, without the usage that follows it.
fn one_line(message: &str) -> String {
    let message = message.trim_start_matches("error: ");
    if is_stray(message) {
        return "unexpected argument (not shown: it may be half of an access key)".to_owned();
    }
    let lines = message
        .lines()
        .take_while(|line| !line.starts_with("Usage") && !line.starts_with("For more"));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Whether the message shows a word that belongs to nothing. The first of the line can only be a command's name, and
/// is worth showing.
fn is_stray(message: &str) -> bool {
    let word = |before| message.strip_prefix(before).and_then(|rest: &str| rest.split('\'').next());
    let argument =
        word("unexpected argument '").filter(|it| !it.starts_with('-') || it.contains(':'));
    let command = word("the subcommand '").or_else(|| word("unrecognized subcommand '"));
    argument.is_some() || command.is_some_and(|it| std::env::args().nth(1).as_deref() != Some(it))
}
