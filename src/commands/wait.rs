//! `kmsim wait`: polls a server's health until it serves.

use std::time::Duration;

use clap::Args;
use tokio::time::{sleep, timeout};

use super::Failure;
use super::client_options::{ServerOptions, duration};
use super::failure::REFUSED;
use super::healthcheck::health;
use super::io::block_on;
use crate::client::SendError;

/// How long one health check may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// The pause between two health checks.
const PAUSE: Duration = Duration::from_millis(50);

const EXAMPLES: &str = "Examples:
  kmsim wait && pytest
  kmsim wait --url http://kmsim:5690 --timeout 1m

Without --url, it waits for the server of the same options and variables: the one that uses
KMSIM_DATA or ./kmsim.db, or listens at KMSIM_LISTEN or 127.0.0.1:5690. No other server counts.
Exit code 0 as soon as the server serves and has applied its seeds, 1 if that takes too long.";

/// The options of `kmsim wait`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    server: ServerOptions,

    /// How long to wait.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    timeout: Duration,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    block_on(until_it_serves(&options.server, options.timeout))?
}

async fn until_it_serves(server: &ServerOptions, limit: Duration) -> Result<(), Failure> {
    let mut why = String::new();
    let polling = async {
        loop {
            // A server that starts in the meantime may publish another address.
            let endpoint = match server.own_server() {
                Ok(endpoint) => endpoint,
                Err(Failure { line: Some(line), code: REFUSED }) => {
                    why = line;
                    sleep(PAUSE).await;
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            if why.is_empty() {
                why = format!("{}: no answer", endpoint.url());
            }
            match health(&endpoint, ATTEMPT_TIMEOUT).await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => why = format!("{}: status {}", endpoint.url(), answer.status()),
                // Waiting would not change this.
                Err(error @ SendError::Untrusted(_)) => return Err(Failure::refused(error)),
                Err(error) => why = error.to_string(),
            }
            sleep(PAUSE).await;
        }
    };
    let outcome = timeout(limit, polling).await;
    outcome.unwrap_or_else(|_| {
        Err(Failure::refused(format_args!("not ready within {limit:?}: {why}")))
    })
}
