//! `kmsim healthcheck`: asks a server once whether it serves, for images that have no curl.

use std::time::Duration;

use axum::http::{Request, Response};
use bytes::Bytes;
use clap::Args;

use super::Failure;
use super::asking::{ServerOptions, duration};
use super::io::{block_on, say};
use crate::client::{Endpoint, Unanswered, send};

const EXAMPLES: &str = "Examples:
  kmsim healthcheck
  kmsim healthcheck --url http://kmsim:5690 --timeout 2s

It prints what the server says of itself, and ends with 0 when the server serves, with 1 when it does not.
In a Dockerfile: HEALTHCHECK CMD [\"/kmsim\", \"healthcheck\"]";

/// Its options.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    server: ServerOptions,

    /// How long the answer may take.
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = duration)]
    timeout: Duration,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let endpoint = options.server.server()?;
    let answer = block_on(ask(&endpoint, options.timeout))?.map_err(Failure::negative)?;
    say(answer.body())?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(Failure::negative(format_args!("{}: it answers {}", endpoint.url(), answer.status())))
    }
}

/// Asks for the server's health.
pub(super) async fn ask(
    endpoint: &Endpoint,
    patience: Duration,
) -> Result<Response<Bytes>, Unanswered> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = axum::http::Uri::from_static("/_kmsim/health");
    send(endpoint, request, patience).await
}
