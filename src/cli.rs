//! The command line: every option with its environment variable.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::dialects::AuthMode;

/// A local KMS: serves the wire protocols of cloud key-management services on one port.
#[derive(Parser)]
#[command(name = "kmsim", version, about, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without a word, to serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of a server, where no command is named.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// What the program does.
#[derive(Subcommand)]
pub enum Command {
    /// Serve. This is also what happens without any command.
    Serve(ServeOptions),
}

/// The options of a server.
#[derive(Args)]
pub struct ServeOptions {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, env = "KMSIM_LISTEN", value_name = "HOST:PORT", default_value = "127.0.0.1:5690")]
    pub listen: String,

    /// The SQLite file that keeps everything, or `:memory:` to keep nothing.
    #[arg(long, env = "KMSIM_DATA", value_name = "FILE", default_value = "./kmsim.db")]
    pub data: PathBuf,

    /// An access key, as ID:SECRET or ID:SECRET:ACCOUNT; give the option again for more. Without an account, the
    /// key has one of its own. Without any key or accounts file: testid:testsecret:1000000000000001.
    /// [env: `KMSIM_ACCESS_KEYS`, comma-separated]
    #[arg(long = "access-key", value_name = "ID:SECRET[:ACCOUNT]")]
    pub access_keys: Vec<String>,

    /// A YAML file of accounts, their access keys and tokens.
    #[arg(long, env = "KMSIM_ACCOUNTS", value_name = "FILE")]
    pub accounts: Option<PathBuf>,

    /// The region of a request that names none. Without it that is its cloud's own: cn-hangzhou of Alibaba Cloud,
    /// cn-beijing-6 of Kingsoft Cloud.
    #[arg(long, env = "KMSIM_REGION", value_name = "REGION")]
    pub region: Option<String>,

    /// How signatures are checked: refuse what fails, only tell it, or do not look.
    #[arg(long, env = "KMSIM_AUTH", value_enum, value_name = "MODE", default_value = "strict")]
    pub auth: AuthMode,

    /// Start with the clock frozen at this instant, as in 2030-01-01T00:00:00Z.
    #[arg(long, env = "KMSIM_CLOCK", value_name = "RFC3339")]
    pub clock: Option<String>,

    /// Draw ids, key material and vectors from this seed: two runs that start with nothing are alike. Keeps nothing
    /// secret.
    #[arg(long, env = "KMSIM_ENTROPY_SEED", value_name = "TEXT")]
    pub entropy_seed: Option<String>,

    /// What to log to stderr: error, warn, info, debug, trace, or finer directives.
    #[arg(long, env = "KMSIM_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
}
