//! `kmsim ca`: prints the CA certificate of a running server, else the one that belongs to a data
//! file.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use clap::{Args, ValueEnum};

use super::Failure;
use super::client_options::ServerOptions;
use super::discovery::DEFAULT_DATA;
use super::failure::REFUSED;
use super::healthcheck::get;
use super::io::block_on;
use crate::settings::Data;
use crate::store::{self, files};
use crate::tls::{Authority, TRUSTSTORE_PASSWORD, truststore};

/// How long a running server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(3);

const EXAMPLES: &str = "Examples:
  kmsim ca > kmsim-ca.pem
  kmsim ca --data /data/kmsim.db --format pkcs12 > kmsim.p12

Prints the authority of the running server, as from its /_kmsim/ca.pem. If none is found, prints the
authority in FILE.ca-key beside the data file, creates that if it is missing, and says so on stderr.
With --data FILE (default: ./kmsim.db), only a server that uses this file counts.";

/// The options of `kmsim ca`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    server: ServerOptions,

    /// The format: PEM, or a PKCS #12 truststore for Java.
    #[arg(long, env = "KMSIM_CA_FORMAT", value_enum, value_name = "FORMAT", default_value = "pem")]
    format: Format,

    /// The truststore's password. It protects only a public certificate, so it need not be secret.
    #[arg(long, env = "KMSIM_CA_PASSWORD", value_name = "TEXT", default_value = TRUSTSTORE_PASSWORD)]
    password: String,

    /// The server's own certificate. A server that has one uses no authority.
    #[arg(long, env = "KMSIM_TLS_CERT", value_name = "FILE", hide = true)]
    tls_cert: Option<PathBuf>,
}

/// The output format.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// PEM text.
    Pem,
    /// A truststore for Java and others.
    Pkcs12,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    if options.tls_cert.is_some() {
        let why = "a server with its own certificate issues none";
        return Err(Failure::usage("--tls-cert", why));
    }
    let (pem, file) = pem(&options.server)?;
    let mut stdout = std::io::stdout().lock();
    match options.format {
        Format::Pem => stdout.write_all(&pem)?,
        Format::Pkcs12 => {
            if stdout.is_terminal() {
                let why = "pkcs12 is binary: redirect it to a file";
                return Err(Failure::usage("--format", why));
            }
            let truststore = truststore(&pem, &options.password);
            stdout.write_all(&truststore.map_err(|error| Failure::usage("--password", error))?)?;
        }
    }
    if let Some(file) = file {
        writeln!(std::io::stderr(), "kmsim: from {}", file.display())?;
    }
    Ok(stdout.flush()?)
}

/// The certificate of the running server's authority, else of the data file's, with the file of its
/// key.
fn pem(options: &ServerOptions) -> Result<(Bytes, Option<PathBuf>), Failure> {
    // A named data file has its own authority, whatever server runs besides.
    let found = if options.server_data.is_some() { options.own_server() } else { options.server() };
    let mut running = None;
    match found {
        Ok(endpoint) => match block_on(get(&endpoint, "/_kmsim/ca.pem", TIMEOUT))? {
            Ok(answer) if answer.status().is_success() => {
                return Ok((answer.into_body(), None));
            }
            Ok(answer) => {
                running = Some(format!("{}: status {}", endpoint.url(), answer.status()));
            }
            Err(error) if options.url.is_some() => return Err(Failure::refused(error)),
            Err(_) => {}
        },
        Err(failure) if failure.code == REFUSED => {}
        Err(failure) => return Err(failure),
    }
    let wrong = |error: &dyn std::fmt::Display| Failure::usage("--data", error);
    let data = options.server_data.as_deref().unwrap_or(Path::new(DEFAULT_DATA));
    let Data::File(data, _) = Data::named(data, None)? else {
        let why = "an in-memory server has an authority only while it runs: get its /_kmsim/ca.pem";
        return Err(wrong(&why));
    };
    let path = store::true_path(&data).map_err(|error| wrong(&error))?;
    let key = files::beside(&path, ".ca-key");
    // A new authority is not that of a server that runs already.
    if let Some(answer) = running.filter(|_| !key.exists()) {
        return Err(Failure::refused(answer));
    }
    let authority = Authority::beside(&path).map_err(|error| wrong(&error))?;
    Ok((authority.pem().to_owned().into(), Some(key)))
}
