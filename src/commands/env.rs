//! `kmsim env`: how a client is pointed at a server, ready to paste.

use std::collections::BTreeMap;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::Failure;
use super::asking::{CallerOptions, ServerOptions};
use super::call::clouds;
use super::io::say;
use crate::client::Endpoint;
use crate::dialects::peers::{Client, Credentials};
use crate::dialects::{PROFILES, profile};

const EXAMPLES: &str = "Examples:
  kmsim env python
  kmsim env terraform --url http://kmsim:5690 > provider.tf
  eval \"$(kmsim env aliyun-cli)\" && kms ListKeys

What it prints carries the access key's secret.";

/// Its options.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The SDK or tool.
    #[arg(value_name = "CLIENT", value_parser = clients())]
    client: String,

    /// Whose client it is.
    #[arg(long, value_name = "CLOUD", default_value = PROFILES[0].name, value_parser = clouds())]
    cloud: String,

    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    caller: CallerOptions,
}

/// Every client's name, and what it is on each cloud.
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
            format!("{} is no client of {}'s; those are: {known}", options.client, cloud.name);
        Failure::mistake("CLIENT", what)
    })?;
    let region = options.caller.region().unwrap_or(cloud.default_region);
    say(fill(client, &options.server.endpoint()?, &options.caller.credentials()?, region)
        .as_bytes())
}

/// The client's text with everything in its place.
fn fill(client: &Client, endpoint: &Endpoint, credentials: &Credentials, region: &str) -> String {
    let scheme = if endpoint.secure { "https|" } else { "http|" };
    let url = endpoint.url();
    // Who fetches the certificate authority does not trust it yet.
    let [pem, p12] =
        ["pem", "p12"].map(|form| format!("http://{}/_kmsim/ca.{form}", endpoint.authority()));
    let regional = endpoint.in_region(region);
    let words = [
        ("@URL@", url.as_str()),
        ("@CA_PEM@", &pem),
        ("@CA_P12@", &p12),
        ("@ENDPOINT@", endpoint.authority()),
        ("@REGION_ENDPOINT@", &regional),
        ("@ID@", &credentials.id),
        ("@SECRET@", &credentials.secret),
        ("@REGION@", region),
    ];
    let lines = client.text.lines().filter_map(|line| match line.split_once('|') {
        Some(("http" | "https", rest)) => line.starts_with(scheme).then_some(rest),
        _ => Some(line),
    });
    let mut text = String::new();
    for line in lines {
        // One word after the other: what is put in for one is not looked through for the next.
        let mut rest = line;
        while let Some((at, word, value)) =
            words.iter().filter_map(|(word, value)| Some((rest.find(word)?, word, value))).min()
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
