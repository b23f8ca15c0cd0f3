//! Challenges for enclaves. No source says what accepts them: `Recipient` is not served.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::algorithms::base64_text;
use crate::dialects::{Cx, Error};

/// How long a challenge is valid. No source says.
const LIFE: Duration = Duration::from_mins(5);

#[derive(Deserialize)]
pub(crate) struct GetChallenge {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Challenge {
    nonce: String,
    challenge_token: String,
}

/// The header of the token, a JSON web token (RFC 7519).
const HEADER: &str = r#"{"alg":"RS384","typ":"JWT"}"#;

/// The claims of the token.
#[derive(Serialize)]
struct Claims<'a> {
    nonce: &'a str,
    /// When it expires, in seconds since 1970.
    exp: i64,
}

pub(crate) async fn get(cx: Cx, _: GetChallenge) -> Result<Challenge, Error> {
    let nonce = base64_text::encode(&*cx.engine.random_bytes(32));
    let exp = cx.engine.now(&cx.caller.realm).plus(LIFE).millis() / 1000;
    let claims = serde_json::to_string(&Claims { nonce: &nonce, exp }).unwrap_or_default();
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
    let signature = cx.engine.sign_challenge(&cx.caller, signed.as_bytes()).await?;
    let challenge_token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    Ok(Challenge { nonce, challenge_token })
}
