//! The binary. It parses the command line and reports any failure in one line.

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser};

use kmsim::commands::{self, Cli, environment};

fn main() -> ExitCode {
    // Help works whatever the variables hold, because help explains them.
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

/// Parses the command line, with the environment as its defaults.
fn parse() -> Result<Cli, String> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let mut command =
        environment::apply(Cli::command(), &words).map_err(|error| error.to_string())?;
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
    // If stderr cannot be written to, only the exit code is left.
    let _ = writeln!(std::io::stderr(), "kmsim: {why}");
}

/// Clap's message about a wrong option, without the usage text that follows it.
fn one_line(message: &str) -> String {
    let message = message.trim_start_matches("error: ");
    if quotes_stray_argument(message) {
        return "unexpected argument (not shown: it may be part of an access key)".to_owned();
    }
    let lines = message
        .lines()
        .take_while(|line| !line.starts_with("Usage") && !line.starts_with("For more"));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Whether the message quotes an argument that belongs to no option. Only the first argument can be
/// meant as a command's name, so only that one is safe to show.
fn quotes_stray_argument(message: &str) -> bool {
    let word = |before| message.strip_prefix(before).and_then(|rest: &str| rest.split('\'').next());
    let argument =
        word("unexpected argument '").filter(|it| !it.starts_with('-') || it.contains(':'));
    let command = word("the subcommand '").or_else(|| word("unrecognized subcommand '"));
    argument.is_some() || command.is_some_and(|it| std::env::args().nth(1).as_deref() != Some(it))
}
