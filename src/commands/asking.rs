//! What the commands that ask a running server have in common: where it is, and who asks.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Method, Request, Response};
use bytes::Bytes;
use clap::Args;
use zeroize::Zeroizing;

use super::environment::{self, ACCESS_KEYS};
use super::io::block_on;
use super::{Failure, whereabouts};
use crate::client::{Endpoint, Trust, send};
use crate::dialects::peers::Credentials;
use crate::settings::DEFAULT_ACCESS_KEY;
use crate::world::parse_duration;

/// Where the server is.
#[derive(Args)]
pub struct ServerOptions {
    /// The server's address, as in `http://127.0.0.1:5690`. Without it, where `KMSIM_LISTEN` says that a server of this
    /// machine listens, or else where the one over `KMSIM_DATA` or `./kmsim.db` does, or the only one.
    #[arg(
        long,
        env = "KMSIM_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "The server"
    )]
    pub url: Option<String>,

    /// The certificate authority of an https:// address, in PEM: `kmsim ca` prints a server's.
    #[arg(long, env = "SSL_CERT_FILE", value_name = "FILE", help_heading = "The server")]
    pub ca: Option<PathBuf>,

    /// Where a server of this machine listens.
    #[arg(long, env = "KMSIM_LISTEN", hide = true, value_delimiter = ',')]
    pub listen: Vec<String>,

    /// The data file of a server of this machine.
    #[arg(long = "data", env = "KMSIM_DATA", hide = true, value_name = "FILE")]
    pub server_data: Option<PathBuf>,
}

impl ServerOptions {
    /// The server, to be asked.
    pub(super) fn server(&self) -> Result<Endpoint, Failure> {
        let endpoint = self.endpoint()?;
        let file = match &self.ca {
            _ if !endpoint.secure => return Ok(endpoint),
            Some(file) => file,
            None => {
                return Err(Failure::mistake("--ca", "an https:// address needs its authority"));
            }
        };
        let wrong = |what: &dyn std::fmt::Display| {
            Failure::mistake("--ca", format_args!("{}: {what}", file.display()))
        };
        let pem = std::fs::read(file).map_err(|error| wrong(&error))?;
        Ok(endpoint.trusting(Trust::in_pem(&pem).map_err(|error| wrong(&error))?))
    }

    /// The server's address.
    pub(super) fn endpoint(&self) -> Result<Endpoint, Failure> {
        match self.url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) => Endpoint::parse(url).map_err(|what| Failure::mistake("--url", what)),
            None => whereabouts::find(&self.listen, self.server_data.as_deref()),
        }
    }
}

/// How a server's control plane is asked.
#[derive(Args)]
pub struct ControlOptions {
    #[command(flatten)]
    server: ServerOptions,

    /// The token of the server's control plane, where it has one.
    #[arg(
        long,
        env = "KMSIM_CONTROL_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        help_heading = "The server"
    )]
    control_token: Option<String>,

    /// How long the answer may take.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "30s",
        value_parser = duration,
        help_heading = "The server"
    )]
    timeout: Duration,
}

impl ControlOptions {
    /// Asks, and answers what the server answered, whatever that is.
    pub(super) fn ask(
        &self,
        method: Method,
        target: &str,
        body: Bytes,
    ) -> Result<Response<Bytes>, Failure> {
        let endpoint = self.server.server()?;
        let mut request = Request::builder().method(method).uri(target).body(body)?;
        if let Some(token) = self.control_token.as_deref().filter(|token| !token.is_empty()) {
            let token = HeaderValue::from_str(&format!("Bearer {token}"));
            let mut token =
                token.map_err(|_| Failure::mistake("--control-token", "no header can carry it"))?;
            token.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, token);
        }
        block_on(send(&endpoint, request, self.timeout))?.map_err(Failure::negative)
    }
}

/// Who asks.
#[derive(Args)]
pub struct CallerOptions {
    /// The access key, as ID:SECRET. Without it, the first of `KMSIM_ACCESS_KEYS`, where no list of processes shows it; or
    /// else testid:testsecret.
    #[arg(long, value_name = "ID:SECRET", help_heading = "Who asks")]
    pub access_key: Option<String>,

    /// The token of a temporary access key.
    #[arg(
        long,
        env = "KMSIM_SECURITY_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        help_heading = "Who asks"
    )]
    pub security_token: Option<String>,

    /// The region.
    #[arg(long, env = "KMSIM_REGION", value_name = "REGION", help_heading = "Who asks")]
    pub region: Option<String>,
}

impl CallerOptions {
    /// The region, where one is named.
    pub(super) fn region(&self) -> Option<&str> {
        self.region.as_deref().filter(|region| !region.is_empty())
    }

    /// The access key to sign with.
    pub(super) fn credentials(&self) -> Result<Credentials, Failure> {
        let listed =
            if self.access_key.is_none() { environment::list(ACCESS_KEYS)? } else { Vec::new() };
        let (option, text) = match &self.access_key {
            Some(text) => ("--access-key", Some(text)),
            None => (ACCESS_KEYS, listed.first()),
        };
        let (id, secret) = match text.map(|text| text.splitn(3, ':')) {
            Some(mut parts) => (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()),
            None => (DEFAULT_ACCESS_KEY.0, DEFAULT_ACCESS_KEY.1),
        };
        if id.is_empty() || secret.is_empty() {
            return Err(Failure::mistake(option, "expected ID:SECRET"));
        }
        let token = self.security_token.as_deref().filter(|token| !token.is_empty());
        Ok(Credentials {
            id: id.to_owned(),
            secret: Zeroizing::new(secret.to_owned()),
            token: token.map(|token| Zeroizing::new(token.to_owned())),
        })
    }
}

/// Reads a length of time, for an option.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text).ok_or("expected a length of time such as 500ms, 30s or 2m")
}
