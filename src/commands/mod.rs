//! The commands, one file each. A command owns its options. A failure is reported in one line.

pub mod ca;
pub mod call;
pub mod client_options;
pub mod completions;
mod discovery;
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

use clap::{CommandFactory, Parser, Subcommand};

pub use failure::Failure;

const EXAMPLES: &str = "Examples:
  kmsim
  kmsim --data :memory: --access-key worker-1:secret
  kmsim --listen 0.0.0.0:5690 --data /data/kmsim.db --auth warn
  kmsim call CreateKey Description=demo
  kmsim env python

The server prints one line on stdout when it is ready. Most options can be set by a variable.
`kmsim help COMMAND` describes a command.
Exit codes: 0 success, 1 refused or unreachable, 2 usage error.";

/// A local KMS: serves the wire protocols of cloud key-management services on one port.
///
/// Without a command, it serves.
#[derive(Parser)]
#[command(name = "kmsim", version, about, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Cli {
    /// The command. Without one: serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of a server, for use without a command.
    #[command(flatten)]
    pub serve: serve::Options,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Start a server (default).
    #[command(after_help = EXAMPLES)]
    Serve(Box<serve::Options>),
    /// Check once whether a server serves.
    Healthcheck(healthcheck::Options),
    /// Wait until a server serves.
    Wait(wait::Options),
    /// Call an action as an SDK would, and print the answer.
    Call(call::Options),
    /// Explain a ciphertext.
    Inspect(inspect::Options),
    /// Show how to configure an SDK or a tool for a server.
    Env(env::Options),
    /// Print a shell's completion script.
    Completions(completions::Options),
    /// Print the CA certificate that HTTPS clients must trust: that of the running server, else
    /// that of the data file, which is created if there is none yet.
    Ca(ca::Options),
    /// Check seed files without a server.
    #[command(subcommand, after_help = seed::EXAMPLES)]
    Seed(seed::Seed),
    /// Save a running server's state as a seed file, including key material and secret values.
    Export(state::Export),
    /// Replace a running server's state by the content of a seed file.
    Import(state::Import),
}

/// Runs the command.
///
/// # Errors
/// Why it failed, or that the server refused.
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
