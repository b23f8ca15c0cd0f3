//! What the program does, a file for each command. Whatever stops one is told in one line.

mod ca;
mod serve;

use crate::cli::{Cli, Command};

/// Why a command did not do what it should, in one line.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Does what the command line says.
///
/// # Errors
/// What stopped it.
pub fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(options) => serve::run(&options),
        Command::Ca(options) => ca::run(&options),
    }
}
