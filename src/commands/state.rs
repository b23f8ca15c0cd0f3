//! `kmsim export` and `kmsim import`: save a running server's state to a file, and load it.

use std::io::Read;
use std::path::PathBuf;

use axum::http::{Method, StatusCode};
use bytes::Bytes;
use clap::Args;
use zeroize::Zeroizing;

use super::Failure;
use super::client_options::ControlOptions;
use super::io::print;
use crate::store::files;

/// Which server's state, and which part of it.
#[derive(Args)]
pub struct ScopeOptions {
    #[command(flatten)]
    control: ControlOptions,

    /// Only the state of this account.
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "access_key")]
    pub account: Option<String>,

    /// Only the state of the account that this access key belongs to.
    #[arg(long, value_name = "ID")]
    pub access_key: Option<String>,

    /// Only the state in this region.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

const EXPORT_EXAMPLES: &str = "Examples:
  kmsim export > state.yaml
  kmsim export --access-key worker-1 --output worker-1.yaml

The file is a seed file. It contains key material and secrets in plain text.";

const IMPORT_EXAMPLES: &str = "Examples:
  kmsim import state.yaml
  kmsim export --url http://one:5690 | kmsim import --url http://two:5690 -

The file replaces everything that the server holds in the scope that the options select.";

/// The options of `export`.
#[derive(Args)]
#[command(after_help = EXPORT_EXAMPLES)]
pub struct Export {
    #[command(flatten)]
    scope: ScopeOptions,

    /// The file to write. Only its owner can read it. Default: stdout.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The options of `import`.
#[derive(Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub struct Import {
    #[command(flatten)]
    scope: ScopeOptions,

    /// The file to read, or `-` for stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl ScopeOptions {
    fn call(&self, method: Method, body: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let parts = [
            ("account", &self.account),
            ("access_key", &self.access_key),
            ("region", &self.region),
        ];
        let parts = parts
            .iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_ref()?))));
        let target = format!("/_kmsim/state?{}", parts.collect::<Vec<_>>().join("&"));
        let answer = self.control.call(method, &target, Bytes::copy_from_slice(body))?;
        let body = Zeroizing::new(answer.body().to_vec());
        if answer.status().is_success() {
            Ok(body)
        } else {
            Err(Failure::refused(refusal(answer.status(), &body)))
        }
    }
}

/// The reason that the server gave.
fn refusal(status: StatusCode, body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    match json.as_ref().and_then(|json| json["error"].as_str()) {
        Some(error) => error.to_owned(),
        None => format!("the server answered {status}"),
    }
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

pub(super) fn export(options: &Export) -> Result<(), Failure> {
    let state = options.scope.call(Method::GET, b"")?;
    match &options.output {
        None => print(&state),
        Some(path) => {
            let written = files::replace(path, &state, files::OWNER_ONLY);
            written.map_err(|error| format!("{}: {error}", path.display()).into())
        }
    }
}

pub(super) fn import(options: &Import) -> Result<(), Failure> {
    let mut state = Zeroizing::new(Vec::new());
    let read = if options.file.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut state)
    } else {
        std::fs::File::open(&options.file).and_then(|mut file| file.read_to_end(&mut state))
    };
    read.map_err(|error| Failure::from(format!("{}: {error}", options.file.display())))?;
    print(&options.scope.call(Method::PUT, &state)?)
}
