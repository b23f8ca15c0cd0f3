//! What the program does, a file for each command. Whatever stops one is told in one line.

pub mod asking;
mod ca;
pub mod call;
pub mod completions;
pub mod env;
mod failure;
pub mod healthcheck;
pub mod inspect;
mod open_files;
pub mod seed;
mod serve;
pub mod state;
pub mod wait;
mod whereabouts;

pub use failure::Failure;

use crate::cli::{Cli, Command};

/// Does what the command line says.
///
/// # Errors
/// What stopped it, or that the answer is no.
pub fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command.unwrap_or(Command::Serve(Box::new(cli.serve))) {
        Command::Serve(options) => serve::run(&options),
        Command::Healthcheck(options) => healthcheck::run(&options),
        Command::Wait(options) => wait::run(&options),
        Command::Call(options) => call::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Env(options) => env::run(&options),
        Command::Completions(options) => completions::run(&options),
        Command::Ca(options) => ca::run(&options),
        Command::Seed(what) => seed::run(&what),
        Command::Export(options) => state::export(&options),
        Command::Import(options) => state::import(&options),
    }
}

/// Waits for something from outside the runtime, as a command does that is no server.
fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future))
}

/// Writes an answer to stdout, ended by one line end.
fn say(answer: &[u8]) -> Result<(), Failure> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(answer)?;
    if !answer.ends_with(b"\n") {
        stdout.write_all(b"\n")?;
    }
    Ok(stdout.flush()?)
}
