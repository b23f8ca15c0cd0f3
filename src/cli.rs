//! The command line: every option with its environment variable.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{call, completions, env, healthcheck, inspect, seed, state, wait};
use crate::dialects::AuthMode;
use crate::tls::TRUSTSTORE_PASSWORD;
use crate::watch::journal::USUAL;

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
    pub serve: ServeOptions,
}

/// What the program does.
#[derive(Subcommand)]
pub enum Command {
    /// Serve. This is also what happens without any command.
    Serve(Box<ServeOptions>),
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
    /// Print the certificate that clients have to trust for HTTPS, of a server that runs or not: it is made where there is
    /// none yet.
    Ca(CaOptions),
    /// Look at seed files without a server.
    #[command(subcommand, after_help = seed::EXAMPLES)]
    Seed(seed::Seed),
    /// Write down what a running server holds, key material and values included, as a seed file.
    Export(state::Export),
    /// Make a running server hold what a seed file says, and nothing else.
    Import(state::Import),
}

/// The options of a server.
#[derive(Args)]
pub struct ServeOptions {
    /// Where to listen, for HTTP and HTTPS alike; port 0 picks a free one. `localhost` is 127.0.0.1 and, where there is
    /// IPv6, `::1`. Give the option again for more.
    /// [env: comma-separated]
    #[arg(
        long,
        env = "KMSIM_LISTEN",
        value_name = "HOST:PORT",
        value_delimiter = ',',
        default_value = "localhost:5690",
        help_heading = "Serving"
    )]
    pub listen: Vec<String>,

    /// The SQLite file that keeps everything, or `:memory:` to keep nothing.
    #[arg(
        long,
        env = "KMSIM_DATA",
        value_name = "FILE",
        default_value = "./kmsim.db",
        help_heading = "State"
    )]
    pub data: PathBuf,

    /// An access key, as ID:SECRET or ID:SECRET:ACCOUNT; give the option again for more. Without an account, the
    /// key has one of its own. Without any key or accounts file: testid:testsecret:1000000000000001.
    /// [env: `KMSIM_ACCESS_KEYS`, comma-separated]
    #[arg(long = "access-key", value_name = "ID:SECRET[:ACCOUNT]", help_heading = "Who may call")]
    pub access_keys: Vec<String>,

    /// A YAML file of accounts, their access keys and tokens.
    #[arg(long, env = "KMSIM_ACCOUNTS", value_name = "FILE", help_heading = "Who may call")]
    pub accounts: Option<PathBuf>,

    /// A YAML file of what there is from the start: accounts, keys, secrets. Give the option again for more; a folder
    /// stands for its .yaml and .yml files in the order of their names. [env: `KMSIM_SEED`, comma-separated]
    #[arg(long = "seed", value_name = "FILE", help_heading = "Data")]
    pub seeds: Vec<PathBuf>,

    /// The one region that plain hosts stand for: Alibaba Cloud's `RegionId` then chooses no other. Without it, `RegionId`
    /// chooses, and the default is the cloud's own: cn-hangzhou of Alibaba Cloud, cn-beijing-6 of Kingsoft Cloud.
    #[arg(long, env = "KMSIM_REGION", value_name = "REGION", help_heading = "Serving")]
    pub region: Option<String>,

    /// How signatures are checked: refuse what fails, only tell it, or do not look.
    #[arg(
        long,
        env = "KMSIM_AUTH",
        value_enum,
        value_name = "MODE",
        default_value = "strict",
        help_heading = "Who may call"
    )]
    pub auth: AuthMode,

    /// Start with the clock frozen at this instant, as in 2030-01-01T00:00:00Z.
    #[arg(long, env = "KMSIM_CLOCK", value_name = "RFC3339", help_heading = "Time and chance")]
    pub clock: Option<String>,

    /// Draw ids, key material and vectors from this seed: two runs that start with nothing are alike. Keeps nothing
    /// secret.
    #[arg(long, env = "KMSIM_ENTROPY_SEED", value_name = "TEXT", help_heading = "Time and chance")]
    pub entropy_seed: Option<String>,

    /// A further DNS name or IP address for the certificates of HTTPS; give the option again for more. It takes this for
    /// clients that call another address than the server sees, and for a name without a dot.
    /// [env: comma-separated]
    #[arg(
        long = "tls-name",
        env = "KMSIM_TLS_NAMES",
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "HTTPS"
    )]
    pub tls_names: Vec<String>,

    /// A certificate of your own for HTTPS, in PEM, with its chain; else the server issues its own.
    #[arg(
        long,
        env = "KMSIM_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with = "tls_names",
        help_heading = "HTTPS"
    )]
    pub tls_cert: Option<PathBuf>,

    /// Its private key, in PEM: PKCS #8, PKCS #1 or SEC1.
    #[arg(
        long,
        env = "KMSIM_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert",
        help_heading = "HTTPS"
    )]
    pub tls_key: Option<PathBuf>,

    /// How many requests the journal keeps for each account, region and cloud; 0 keeps none.
    #[arg(
        long,
        env = "KMSIM_JOURNAL",
        value_name = "COUNT",
        default_value_t = USUAL,
        help_heading = "Control plane"
    )]
    pub journal: usize,

    /// The token that the control plane under /_kmsim/ asks for, as `Authorization: Bearer TOKEN`.
    #[arg(
        long,
        env = "KMSIM_CONTROL_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        help_heading = "Control plane"
    )]
    pub control_token: Option<String>,

    /// Serve no control plane: only health and ca.pem stay under /_kmsim/, and no header asks for faults.
    #[arg(
        long,
        env = "KMSIM_NO_CONTROL",
        conflicts_with = "control_token",
        help_heading = "Control plane"
    )]
    pub no_control: bool,

    /// A further name that clients call the control plane by, in their requests' Host; give the option again for more.
    /// Loopback names, IP addresses, this machine's name, `kmsim`, `host.docker.internal` and every --tls-name need none.
    /// [env: comma-separated]
    #[arg(
        long = "control-host",
        env = "KMSIM_CONTROL_HOSTS",
        value_name = "NAME",
        value_delimiter = ',',
        help_heading = "Control plane"
    )]
    pub control_hosts: Vec<String>,

    /// What to log to stderr: error, warn, info, debug, trace, or finer directives.
    #[arg(
        long,
        env = "KMSIM_LOG",
        value_name = "FILTER",
        default_value = "info",
        help_heading = "Serving"
    )]
    pub log: String,
}

const CA_EXAMPLES: &str = "Examples:
  kmsim ca > kmsim-ca.pem
  kmsim ca --data /data/kmsim.db --format pkcs12 > kmsim.p12

A server that runs tells it too, at /_kmsim/ca.pem and /_kmsim/ca.p12.";

/// The options of `kmsim ca`.
#[derive(Args)]
#[command(after_help = CA_EXAMPLES)]
pub struct CaOptions {
    /// The SQLite file of the server; its certificate authority lies beside it.
    #[arg(long, env = "KMSIM_DATA", value_name = "FILE", default_value = "./kmsim.db")]
    pub data: PathBuf,

    /// The form: PEM, or a PKCS #12 truststore for Java.
    #[arg(long, env = "KMSIM_CA_FORMAT", value_enum, value_name = "FORMAT", default_value = "pem")]
    pub format: CaFormat,

    /// The password of the truststore. It guards a public certificate, and need not be secret.
    #[arg(long, env = "KMSIM_CA_PASSWORD", value_name = "TEXT", default_value = TRUSTSTORE_PASSWORD)]
    pub password: String,

    /// The server's own certificate, if it has one: then there is no authority to print.
    #[arg(long, env = "KMSIM_TLS_CERT", value_name = "FILE", hide = true)]
    pub tls_cert: Option<PathBuf>,
}

/// What a certificate is printed as.
#[derive(Clone, Copy, ValueEnum)]
pub enum CaFormat {
    /// Text between two lines of dashes.
    Pem,
    /// A file that Java, and others, take as a truststore.
    Pkcs12,
}
