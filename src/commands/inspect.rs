//! `kmsim inspect`: what a ciphertext is, asked of the server that made it.

use std::time::Duration;

use axum::http::{HeaderValue, Method, Request, Uri};
use bytes::Bytes;
use clap::Args;
use serde_json::{Value, json};

use super::asking::{ServerOptions, duration};
use super::call::read;
use super::{Failure, block_on, say};
use crate::client::send;

const EXAMPLES: &str = r#"Examples:
  kmsim inspect "$blob"
  kmsim inspect "$blob" --encryption-context '{"order":"42"}'
  kmsim call Encrypt KeyId=alias/acs/demo Plaintext=hello | jq -r .CiphertextBlob | kmsim inspect -

It tells the key, its version and the algorithm, and whether it would decrypt, and if not, why:
then it ends with 1."#;

/// Its options.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The ciphertext as an answer of Encrypt carries it; `-` reads it from standard input.
    #[arg(value_name = "BLOB")]
    blob: String,

    /// The encryption context that it would be decrypted with, as a JSON object.
    #[arg(long, value_name = "JSON", value_parser = object)]
    encryption_context: Option<Value>,

    /// The token of the control plane, where it has one.
    #[arg(long, env = "KMSIM_CONTROL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    control_token: Option<String>,

    #[command(flatten)]
    server: ServerOptions,

    /// How long the answer may take.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    timeout: Duration,
}

fn object(text: &str) -> Result<Value, &'static str> {
    let value = serde_json::from_str(text).ok().filter(Value::is_object);
    value.ok_or("expected a JSON object such as {\"order\":\"42\"}")
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let endpoint = options.server.server()?;
    let blob = match options.blob.as_str() {
        "-" => read("-").map_err(|error| Failure::mistake("BLOB", error))?,
        blob => blob.to_owned(),
    };
    let mut body = json!({ "ciphertext_blob": blob.trim() });
    if let Some(context) = &options.encryption_context {
        body["encryption_context"] = context.clone();
    }
    let mut request = Request::new(Bytes::from(body.to_string()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from_static("/_kmsim/inspect");
    request.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    if let Some(token) = options.control_token.as_deref().filter(|token| !token.is_empty()) {
        let token = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut token = token.map_err(|_| Failure::mistake("--control-token", "no header can carry it"))?;
        token.set_sensitive(true);
        request.headers_mut().insert("authorization", token);
    }
    let answer = block_on(send(&endpoint, request, options.timeout))?.map_err(Failure::negative)?;
    say(answer.body())?;
    let shown: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let no = !answer.status().is_success() || shown["would_decrypt"] == false;
    if no { Err(Failure::answered()) } else { Ok(()) }
}
