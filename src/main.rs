//! The binary: options in, one line out for whatever goes wrong.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use kmsim::cli::Cli;
use kmsim::commands;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            error.exit()
        }
        Err(error) => return refuse(&one_line(&error.to_string())),
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.line.iter().for_each(|line| tell(line));
            ExitCode::from(failure.code)
        }
    }
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
    let lines =
        message.lines().take_while(|line| !line.starts_with("Usage") && !line.starts_with("For more"));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Whether the message shows a word that belongs to nothing. The first of the line can only be a command's name, and
/// is worth showing.
fn is_stray(message: &str) -> bool {
    let word = |before| message.strip_prefix(before).and_then(|rest: &str| rest.split('\'').next());
    let argument = word("unexpected argument '").filter(|it| !it.starts_with('-') || it.contains(':'));
    let command = word("the subcommand '").or_else(|| word("unrecognized subcommand '"));
    argument.is_some() || command.is_some_and(|it| std::env::args().nth(1).as_deref() != Some(it))
}
