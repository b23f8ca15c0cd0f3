//! Options that the client commands share: which server to call, and with which access key.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Method, Request, Response};
use bytes::Bytes;
use clap::Args;
use zeroize::Zeroizing;

use super::Failure;
use super::discovery::{self, Which};
use super::environment::{self, ACCESS_KEYS};
use super::io::block_on;
use crate::client::{Endpoint, Trust, send};
use crate::dialects::peers::Credentials;
use crate::settings::DEFAULT_ACCESS_KEY;
use crate::world::parse_duration;

/// Which server to call.
#[derive(Args)]
#[command(next_help_heading = "The server")]
pub struct ServerOptions {
    /// The server's address, for example `http://127.0.0.1:5690`. Without it: the address in
    /// `KMSIM_LISTEN` if a local server listens there, else the local server that uses `KMSIM_DATA`
    /// or `./kmsim.db`, else the only local server.
    #[arg(long, env = "KMSIM_URL", hide_env_values = true, value_name = "URL")]
    pub url: Option<String>,

    /// The certificate authority for an https:// address, in PEM. `kmsim ca` prints it.
    #[arg(long, env = "SSL_CERT_FILE", value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// The listen address of a local server.
    #[arg(long, env = "KMSIM_LISTEN", hide = true, value_delimiter = ',')]
    pub listen: Vec<String>,

    /// The data file of a local server.
    #[arg(long = "data", env = "KMSIM_DATA", hide = true, value_name = "FILE")]
    pub server_data: Option<PathBuf>,
}

impl ServerOptions {
    /// The server, with the authority to trust for HTTPS.
    pub(super) fn server(&self) -> Result<Endpoint, Failure> {
        self.trusting(self.endpoint()?)
    }

    /// As [`Self::server`], but without a URL only the server that these options start.
    pub(super) fn own_server(&self) -> Result<Endpoint, Failure> {
        self.trusting(self.found(Which::Own)?)
    }

    fn trusting(&self, endpoint: Endpoint) -> Result<Endpoint, Failure> {
        let file = match &self.ca {
            _ if !endpoint.secure => return Ok(endpoint),
            Some(file) => file,
            None => {
                return Err(Failure::usage("--ca", "required for an https:// address"));
            }
        };
        let wrong = |what: &dyn std::fmt::Display| {
            Failure::usage("--ca", format_args!("{}: {what}", file.display()))
        };
        let pem = std::fs::read(file).map_err(|error| wrong(&error))?;
        Ok(endpoint.trusting(Trust::in_pem(&pem).map_err(|error| wrong(&error))?))
    }

    /// The server's address.
    pub(super) fn endpoint(&self) -> Result<Endpoint, Failure> {
        self.found(Which::Any)
    }

    fn found(&self, which: Which) -> Result<Endpoint, Failure> {
        match self.url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) => Endpoint::parse(url).map_err(|what| Failure::usage("--url", what)),
            None => discovery::find(&self.listen, self.server_data.as_deref(), which),
        }
    }
}

/// How to call a server's control plane.
#[derive(Args)]
#[command(next_help_heading = "The server")]
pub struct ControlOptions {
    #[command(flatten)]
    server: ServerOptions,

    /// The control plane's token, if the server requires one.
    #[arg(long, env = "KMSIM_CONTROL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    control_token: Option<String>,

    /// How long to wait for the answer.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    timeout: Duration,
}

impl ControlOptions {
    /// Sends a request. Returns the server's answer, whatever its status.
    pub(super) fn call(
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
                token.map_err(|_| Failure::usage("--control-token", "a header cannot hold it"))?;
            token.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, token);
        }
        block_on(send(&endpoint, request, self.timeout))?.map_err(Failure::refused)
    }
}

/// The access key and the region of a call.
#[derive(Args)]
#[command(next_help_heading = "Caller")]
pub struct CallerOptions {
    /// The access key, as ID:SECRET. Default: the first of `KMSIM_ACCESS_KEYS`, which keeps the
    /// secret out of process lists, else testid:testsecret.
    #[arg(long, value_name = "ID:SECRET")]
    pub access_key: Option<String>,

    /// The security token of a temporary access key.
    #[arg(long, env = "KMSIM_SECURITY_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub security_token: Option<String>,

    /// The region.
    #[arg(long, env = "KMSIM_REGION", value_name = "REGION")]
    pub region: Option<String>,
}

impl CallerOptions {
    /// The region, if one is given.
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
            return Err(Failure::usage(option, "expected ID:SECRET"));
        }
        let token = self.security_token.as_deref().filter(|token| !token.is_empty());
        Ok(Credentials {
            id: id.to_owned(),
            secret: Zeroizing::new(secret.to_owned()),
            token: token.map(|token| Zeroizing::new(token.to_owned())),
        })
    }
}

/// Parses an option that is a duration.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text).ok_or("expected a duration such as 500ms, 30s or 2m")
}
