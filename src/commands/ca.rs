//! `kmsim ca`: prints the CA certificate that belongs to a data file. The server need not run.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Failure;
use crate::settings::{Data, StartError};
use crate::store;
use crate::tls::{Authority, TRUSTSTORE_PASSWORD};

const EXAMPLES: &str = "Examples:
  kmsim ca > kmsim-ca.pem
  kmsim ca --data /data/kmsim.db --format pkcs12 > kmsim.p12

A running server also serves it at /_kmsim/ca.pem and /_kmsim/ca.p12.";

/// The options of `kmsim ca`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The server's SQLite file. Its certificate authority is in files beside it.
    #[arg(long, env = "KMSIM_DATA", value_name = "FILE", default_value = "./kmsim.db")]
    data: PathBuf,

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
    let authority = authority(options)?;
    let mut stdout = std::io::stdout().lock();
    match options.format {
        Format::Pem => stdout.write_all(authority.pem().as_bytes())?,
        Format::Pkcs12 => {
            if stdout.is_terminal() {
                return Err(
                    StartError::of("--format", "pkcs12 is binary: redirect it to a file").into()
                );
            }
            let truststore = authority.truststore(&options.password);
            stdout.write_all(&truststore.map_err(|error| StartError::of("--password", error))?)?;
        }
    }
    Ok(stdout.flush()?)
}

fn authority(options: &Options) -> Result<Authority, StartError> {
    if options.tls_cert.is_some() {
        return Err(StartError::of("--tls-cert", "a server with its own certificate issues none"));
    }
    let Data::File(data, _) = Data::named(&options.data, None)? else {
        let why = "an in-memory server has an authority only while it runs: get its /_kmsim/ca.pem";
        return Err(StartError::of("--data", why));
    };
    let wrong = |error: &dyn std::fmt::Display| StartError::of("--data", error);
    let path = store::true_path(&data).map_err(|error| wrong(&error))?;
    Authority::beside(&path).map_err(|error| wrong(&error))
}
