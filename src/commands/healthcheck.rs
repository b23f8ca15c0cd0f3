//! `kmsim healthcheck`: checks once whether a server serves, for images without curl.

use std::time::Duration;

use axum::http::{Request, Response};
use bytes::Bytes;
use clap::Args;

use super::Failure;
use super::client_options::{ServerOptions, duration};
use super::io::{block_on, print};
use crate::client::{Endpoint, SendError, send};

const EXAMPLES: &str = "Examples:
  kmsim healthcheck
  kmsim healthcheck --url http://kmsim:5690 --timeout 2s

Prints the server's health. Exit code 0 if the server serves, 1 if it does not.
In a Dockerfile: HEALTHCHECK CMD [\"/kmsim\", \"healthcheck\"]";

/// The options of `kmsim healthcheck`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    server: ServerOptions,

    /// How long to wait for the answer.
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = duration)]
    timeout: Duration,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let endpoint = options.server.server()?;
    let answer = block_on(health(&endpoint, options.timeout))?.map_err(Failure::refused)?;
    print(answer.body())?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(Failure::refused(format_args!("{}: status {}", endpoint.url(), answer.status())))
    }
}

/// Requests the server's health.
pub(super) async fn health(
    endpoint: &Endpoint,
    limit: Duration,
) -> Result<Response<Bytes>, SendError> {
    get(endpoint, "/_kmsim/health", limit).await
}

/// Requests a page of the control plane that needs no token.
pub(super) async fn get(
    endpoint: &Endpoint,
    path: &'static str,
    limit: Duration,
) -> Result<Response<Bytes>, SendError> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = axum::http::Uri::from_static(path);
    send(endpoint, request, limit).await
}
