//! `kmsim wait`: asks a server for its health until it serves.

use std::time::Duration;

use clap::Args;
use tokio::time::{sleep, timeout};

use super::Failure;
use super::asking::{ServerOptions, duration};
use super::healthcheck::ask;
use super::io::block_on;
use crate::client::Unanswered;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long it rests between two.
const REST: Duration = Duration::from_millis(50);

const EXAMPLES: &str = "Examples:
  kmsim wait && pytest
  kmsim wait --url http://kmsim:5690 --timeout 1m

It ends with 0 as soon as the server serves, with its seeds applied, and with 1 when that takes too long.";

/// Its options.
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

async fn until_it_serves(server: &ServerOptions, patience: Duration) -> Result<(), Failure> {
    let mut why = format!("{}: nobody answers", server.server()?.url());
    let trying = async {
        loop {
            // One that starts meanwhile may tell another address.
            let endpoint = &server.server()?;
            match ask(endpoint, PATIENCE).await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => why = format!("{}: it answers {}", endpoint.url(), answer.status()),
                // No time will change this.
                Err(error @ Unanswered::Untrusted(_)) => return Err(Failure::negative(error)),
                Err(error) => why = error.to_string(),
            }
            sleep(REST).await;
        }
    };
    let outcome = timeout(patience, trying).await;
    outcome.unwrap_or_else(|_| {
        Err(Failure::negative(format_args!("not ready within {patience:?}: {why}")))
    })
}
