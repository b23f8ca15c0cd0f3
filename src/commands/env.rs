//! `kmsim env`: prints how to configure a client for a server, ready to paste.

use std::collections::BTreeMap;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::Failure;
use super::call::clouds;
use super::client_options::{CallerOptions, ServerOptions};
use super::io::print;
use crate::client::Endpoint;
use crate::dialects::peers::{Client, Credentials};
use crate::dialects::users::Project;
use crate::dialects::{PROFILES, profile};

const EXAMPLES: &str = "Examples:
  kmsim env python
  kmsim env terraform --url http://kmsim:5690 > provider.tf
  eval \"$(kmsim env aliyun-cli)\" && kms ListKeys

The output contains the access key's secret.";

/// The options of `kmsim env`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The SDK or tool.
    #[arg(value_name = "CLIENT", value_parser = clients())]
    client: String,

    /// The cloud that the client is for.
    #[arg(long, value_name = "CLOUD", default_value = PROFILES[0].name, value_parser = clouds())]
    cloud: String,

    /// The id of the project, where a cloud has projects. Default: the project in the region, of an
    /// account that lists none.
    #[arg(long, value_name = "ID")]
    project: Option<String>,

    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    caller: CallerOptions,
}

/// Every client's name, with its description for each cloud.
fn clients() -> PossibleValuesParser {
    let mut all = BTreeMap::<_, Vec<_>>::new();
    for client in PROFILES.iter().flat_map(|profile| profile.peer.clients) {
        all.entry(client.name).or_default().push(client.about);
    }
    PossibleValuesParser::new(
        all.into_iter().map(|(name, about)| PossibleValue::new(name).help(about.join("; "))),
    )
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let cloud = profile(&options.cloud).unwrap_or(PROFILES[0]);
    let client = cloud.peer.clients.iter().find(|client| client.name == options.client);
    let client = client.ok_or_else(|| {
        let known: Vec<_> = cloud.peer.clients.iter().map(|client| client.name).collect();
        let known = known.join(", ");
        let what =
            format!("{} is not a client of {}; known are {known}", options.client, cloud.name);
        Failure::usage("CLIENT", what)
    })?;
    let region = options.caller.region().unwrap_or(cloud.default_region);
    let derived = || Project::derived(&"".into(), region).id.to_string();
    let project = options.project.clone().unwrap_or_else(derived);
    let (endpoint, credentials) = (options.server.endpoint()?, options.caller.credentials()?);
    print(fill(client, &endpoint, &credentials, (region, &project)).as_bytes())
}

/// Fills in the placeholders of a client's text.
fn fill(
    client: &Client,
    endpoint: &Endpoint,
    credentials: &Credentials,
    (region, project): (&str, &str),
) -> String {
    let scheme = if endpoint.secure { "https|" } else { "http|" };
    let url = endpoint.url();
    let url_v3 = format!("{url}/v3");
    // A client that still has to fetch the certificate authority does not trust it yet, so this is
    // plain HTTP.
    let [pem, p12] =
        ["pem", "p12"].map(|form| format!("http://{}/_kmsim/ca.{form}", endpoint.authority()));
    let regional = endpoint.in_region(region);
    let placeholders = [
        ("@URL@", url.as_str()),
        ("@URL_V3@", &url_v3),
        ("@CA_PEM@", &pem),
        ("@CA_P12@", &p12),
        ("@ENDPOINT@", endpoint.authority()),
        ("@REGION_ENDPOINT@", &regional),
        ("@ID@", &credentials.id),
        ("@SECRET@", &credentials.secret),
        ("@REGION@", region),
        ("@PROJECT@", project),
    ];
    let lines = client.text.lines().filter_map(|line| match line.split_once('|') {
        Some(("http" | "https", rest)) => line.starts_with(scheme).then_some(rest),
        _ => Some(line),
    });
    let mut text = String::new();
    for line in lines {
        // Values are not searched again: a secret may contain the text of a placeholder.
        let mut rest = line;
        while let Some((at, word, value)) = placeholders
            .iter()
            .filter_map(|(word, value)| Some((rest.find(word)?, word, value)))
            .min()
        {
            text.push_str(&rest[..at]);
            text.push_str(&client.quoting.quote(value));
            rest = &rest[at + word.len()..];
        }
        text.push_str(rest);
        text.push('\n');
    }
    text
}
