//! The table of commands, a file for each. A command owns its options; whatever stops it is one line.

pub mod asking;
pub mod ca;
pub mod call;
pub mod completions;
pub mod env;
pub mod environment;
mod failure;
pub mod healthcheck;
pub mod inspect;
mod io;
mod open_files;
pub mod seed;
pub mod serve;
pub mod state;
pub mod wait;
mod whereabouts;

use clap::{CommandFactory, Parser, Subcommand};

pub use failure::Failure;

const EXAMPLES: &str = "Examples:
  kmsim
  kmsim --data :memory: --access-key worker-1:secret
  kmsim --listen 0.0.0.0:5690 --data /data/kmsim.db --auth warn
  kmsim call CreateKey Description=demo
  kmsim env python

The server prints one line on stdout when it is ready. Every option has its variable, and
`kmsim help COMMAND` tells more of a command.
Exit codes: 0 done, 1 the answer is no, 2 something was mistaken.";

/// A local KMS: serves the wire protocols of cloud key-management services on one port.
///
/// Without a command it serves.
#[derive(Parser)]
#[command(name = "kmsim", version, about, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; without a word, to serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of a server, where no command is named.
    #[command(flatten)]
    pub serve: serve::Options,
}

/// What the program does.
#[derive(Subcommand)]
pub enum Command {
    /// Serve. This is also what happens without any command.
    Serve(Box<serve::Options>),
    /// Ask a server once whether it serves.
    Healthcheck(healthcheck::Options),
    /// Wait until a server serves.
    Wait(wait::Options),
    /// Call an action as an SDK does, and print the answer.
    Call(call::Options),
    /// Tell what a ciphertext is.
    Inspect(inspect::Options),
    /// Show how to point an SDK or a tool at a server.
    Env(env::Options),
    /// Write a shell's completions.
    Completions(completions::Options),
    /// Print the certificate that clients have to trust for HTTPS, of a server that runs or not: it
    /// is made where there is none yet.
    Ca(ca::Options),
    /// Look at seed files without a server.
    #[command(subcommand, after_help = seed::EXAMPLES)]
    Seed(seed::Seed),
    /// Write down what a running server holds, key material and values included, as a seed file.
    Export(state::Export),
    /// Make a running server hold what a seed file says, and nothing else.
    Import(state::Import),
}

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
        Command::Completions(options) => completions::run(&options, &mut Cli::command()),
        Command::Ca(options) => ca::run(&options),
        Command::Seed(what) => seed::run(&what),
        Command::Export(options) => state::export(&options),
        Command::Import(options) => state::import(&options),
    }
}
