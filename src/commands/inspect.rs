//! `kmsim inspect`: explains a ciphertext. It calls the server that made it.

use axum::http::Method;
use bytes::Bytes;
use clap::Args;
use serde_json::{Value, json};

use super::Failure;
use super::client_options::ControlOptions;
use super::io::{print, read};

const EXAMPLES: &str = r#"Examples:
  kmsim inspect "$blob"
  kmsim inspect "$blob" --encryption-context '{"order":"42"}'
  kmsim call Encrypt KeyId=alias/acs/oss Plaintext=hello | jq -r .CiphertextBlob | kmsim inspect -

Prints the key, its version, the algorithm, and whether the ciphertext would decrypt. If it would
not, prints why; the exit code is then 1."#;

/// The options of `kmsim inspect`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The ciphertext, as Encrypt returns it. `-` reads it from standard input.
    #[arg(value_name = "BLOB")]
    blob: String,

    /// The encryption context to decrypt with, as a JSON object.
    #[arg(long, value_name = "JSON", value_parser = object)]
    encryption_context: Option<Value>,

    #[command(flatten)]
    control: ControlOptions,
}

fn object(text: &str) -> Result<Value, &'static str> {
    let value = serde_json::from_str(text).ok().filter(Value::is_object);
    value.ok_or("expected a JSON object such as {\"order\":\"42\"}")
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let blob = match options.blob.as_str() {
        "-" => read("-").map_err(|error| Failure::usage("BLOB", error))?,
        blob => blob.to_owned(),
    };
    let mut body = json!({ "ciphertext_blob": blob.trim() });
    if let Some(context) = &options.encryption_context {
        body["encryption_context"] = context.clone();
    }
    let answer =
        options.control.call(Method::POST, "/_kmsim/inspect", Bytes::from(body.to_string()))?;
    print(answer.body())?;
    let shown: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let no = !answer.status().is_success() || shown["would_decrypt"] == false;
    if no { Err(Failure::refused_with_answer()) } else { Ok(()) }
}
