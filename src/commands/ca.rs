//! `kmsim ca`: the certificate that clients of a data file's server have to trust, without that server.

use std::io::{IsTerminal, Write};

use super::Failure;
use crate::cli::{CaFormat, CaOptions};
use crate::config::{ConfigError, Data};
use crate::store;
use crate::tls::Authority;

pub(super) fn run(options: &CaOptions) -> Result<(), Failure> {
    let authority = authority(options)?;
    let mut stdout = std::io::stdout().lock();
    match options.format {
        CaFormat::Pem => stdout.write_all(authority.pem().as_bytes())?,
        CaFormat::Pkcs12 => {
            if stdout.is_terminal() {
                return Err(
                    ConfigError::of("--format", "pkcs12 is no text: send it to a file").into()
                );
            }
            let truststore = authority.truststore(&options.password);
            stdout.write_all(&truststore.map_err(|error| ConfigError::of("--password", error))?)?;
        }
    }
    Ok(stdout.flush()?)
}

fn authority(options: &CaOptions) -> Result<Authority, ConfigError> {
    if options.tls_cert.is_some() {
        return Err(ConfigError::of(
            "--tls-cert",
            "a server with a certificate of its own issues none",
        ));
    }
    let Data::File(data, _) = Data::named(&options.data, None)? else {
        let why =
            "a server in memory has an authority for as long as it runs: ask it for /_kmsim/ca.pem";
        return Err(ConfigError::of("--data", why));
    };
    let wrong = |error: &dyn std::fmt::Display| ConfigError::of("--data", error);
    let path = store::true_path(&data).map_err(|error| wrong(&error))?;
    Authority::beside(&path).map_err(|error| wrong(&error))
}
