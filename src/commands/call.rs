//! `kmsim call`: calls an action as an SDK would, and prints the answer unchanged.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::Failure;
use super::client_options::{CallerOptions, ServerOptions, duration};
use super::io::{block_on, print, read};
use crate::client::{Call, CallError, call};
use crate::dialects::{PROFILES, profile};

const EXAMPLES: &str = r#"Examples:
  kmsim call CreateKey KeySpec=EC_SM2 KeyUsage=SIGN/VERIFY
  kmsim call Encrypt KeyId=alias/acs/oss Plaintext=hello 'EncryptionContext={"order":"42"}'
  kmsim call CreateSecret SecretName=db VersionId=v1 SecretData@password.txt
  kmsim call ListKeys --region cn-beijing --access-key worker-1:secret

A parameter is NAME=VALUE, or NAME@FILE for the exact content of a file. NAME@- reads standard
input. For clouds that take JSON, NAME.0=VALUE is the first item of a list, and NAME.PART=VALUE a
member of an object. The answer is printed unchanged. If the service refuses the call, its error is
printed and the exit code is 1."#;

/// The options of `kmsim call`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The action's name in the cloud's API document or, where that has only paths, in its SDKs.
    #[arg(value_name = "ACTION")]
    action: String,

    /// Its parameters.
    #[arg(value_name = "NAME=VALUE")]
    params: Vec<String>,

    /// The cloud whose protocol to use.
    #[arg(long, value_name = "CLOUD", default_value = PROFILES[0].name, value_parser = clouds())]
    cloud: String,

    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    caller: CallerOptions,

    /// How long to wait for the answer.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    timeout: Duration,
}

/// The names of the clouds.
pub(super) fn clouds() -> PossibleValuesParser {
    PossibleValuesParser::new(PROFILES.iter().map(|profile| profile.name))
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let params = options.params.iter().map(|text| param(text)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = BTreeSet::new();
    if let Some((name, _)) = params.iter().find(|(name, _)| !seen.insert(name)) {
        return Err(Failure::usage(name, "given twice"));
    }
    let cloud = profile(&options.cloud).unwrap_or(PROFILES[0]);
    let request = Call {
        cloud,
        endpoint: &options.server.server()?,
        credentials: &options.caller.credentials()?,
        region: options.caller.region(),
        action: &options.action,
        params: &params,
    };
    let answer = match block_on(call(request, options.timeout))? {
        Ok(answer) => answer,
        Err(CallError::Unsignable(error)) => return Err(Failure::usage("ACTION", error)),
        Err(CallError::Send(error)) => return Err(Failure::refused(error)),
    };
    print(answer.body())?;
    if !(cloud.peer.is_refusal)(&answer) {
        return Ok(());
    }
    // The errors of some clouds do not name the parameter that is wrong.
    let parameter = answer.headers().get("x-kmsim-parameter").and_then(|it| it.to_str().ok());
    Err(parameter.map_or_else(Failure::refused_with_answer, |name| {
        Failure::refused(format_args!("the parameter {name}"))
    }))
}

/// Parses `NAME=VALUE` or `NAME@FILE`. An error does not show the value, which may be a secret.
fn param(text: &str) -> Result<(String, String), Failure> {
    let form = || Failure::usage("ACTION NAME=VALUE", "a parameter is NAME=VALUE or NAME@FILE");
    let at = text.find(['=', '@']).filter(|at| *at > 0).ok_or_else(form)?;
    let (name, rest) = text.split_at(at);
    let value = match rest.strip_prefix('@') {
        None => rest[1..].to_owned(),
        Some(file) => read(file).map_err(|error| Failure::usage(name, error))?,
    };
    Ok((name.to_owned(), value))
}
