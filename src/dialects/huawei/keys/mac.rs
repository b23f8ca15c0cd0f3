//! Message authentication codes.

use serde::{Deserialize, Serialize};

use crate::algorithms::base64_text;
use crate::algorithms::mac::Hash;
use crate::dialects::huawei::values::{KeyName, SecretText, base64_bytes};
use crate::dialects::huawei::{rules, words};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError};

/// No key has this algorithm, or the key has another one.
fn wrong_algorithm() -> Error {
    Error::Invalid("mac_algorithm".into())
}

fn hash(algorithm: &OpenText) -> Result<Hash, Error> {
    words::mac(algorithm).ok_or_else(wrong_algorithm)
}

fn refused(error: engine::Error) -> Error {
    match error {
        engine::Error::Key(KeyError::AlgorithmMismatch) => wrong_algorithm(),
        error => error.into(),
    }
}

#[derive(Deserialize)]
pub(crate) struct GenerateMac {
    key_id: KeyName,
    mac_algorithm: OpenText,
    message: SecretText,
}

#[derive(Serialize)]
pub(crate) struct Generated {
    key_id: String,
    mac_algorithm: String,
    mac: String,
}

pub(crate) fn generate(cx: &Cx, request: GenerateMac) -> Result<Generated, Error> {
    let GenerateMac { key_id, mac_algorithm, message } = request;
    let (key, hash) = (key_id.key()?, hash(&mac_algorithm)?);
    let message = base64_bytes(&message.0, rules::MESSAGE, "message")?;
    let used = cx.engine.generate_mac(&cx.caller, &key, hash, &message).map_err(refused)?;
    Ok(Generated {
        key_id: used.key.to_string(),
        mac_algorithm: mac_algorithm.0,
        mac: base64_text::encode(&used.value),
    })
}

#[derive(Deserialize)]
pub(crate) struct VerifyMac {
    key_id: KeyName,
    mac_algorithm: OpenText,
    message: SecretText,
    mac: SecretText,
}

#[derive(Serialize)]
pub(crate) struct Verified {
    key_id: String,
    mac_algorithm: String,
    mac_valid: bool,
}

pub(crate) fn verify(cx: &Cx, request: VerifyMac) -> Result<Verified, Error> {
    let VerifyMac { key_id, mac_algorithm, message, mac } = request;
    let (key, hash) = (key_id.key()?, hash(&mac_algorithm)?);
    let message = base64_bytes(&message.0, rules::MESSAGE, "message")?;
    let mac = base64_bytes(&mac.0, rules::PROOF, "mac")?;
    let used = cx.engine.verify_mac(&cx.caller, &key, hash, &message, &mac).map_err(refused)?;
    Ok(Verified {
        key_id: used.key.to_string(),
        mac_algorithm: mac_algorithm.0,
        mac_valid: used.value,
    })
}
