//! Message authentication codes.

use serde::{Deserialize, Serialize};

use crate::algorithms::base64_text;
use crate::dialects::alibaba::listing::Wrapped;
use crate::dialects::alibaba::names::KeyName;
use crate::dialects::alibaba::values::{Blob, SecretBlob};
use crate::dialects::alibaba::words::{self, MacWord};
use crate::dialects::alibaba::{codes, limits};
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, Used};

/// The message. No source gives a limit.
fn text(message: &SecretBlob) -> Result<&[u8], Error> {
    if message.0.len() <= limits::MESSAGE_MAX {
        Ok(&message.0)
    } else {
        Err(Error::Invalid("Message".into()))
    }
}

/// A key of another kind answers as a key pair does to symmetric encryption.
fn refused(error: engine::Error) -> Error {
    match error {
        engine::Error::Key(KeyError::IsSymmetric) => codes::UNSUPPORTED_OPERATION.into(),
        error => error.into(),
    }
}

/// The algorithm, the key, and the result under the name that the action gives it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer<T> {
    algorithm: &'static str,
    key_id: String,
    #[serde(flatten)]
    value: Wrapped<T>,
}

impl<T> Answer<T> {
    fn of<U>(MacWord(hash): MacWord, used: &Used<U>, name: &'static str, value: T) -> Self {
        Self {
            algorithm: words::mac_word(hash).unwrap_or_default(),
            key_id: used.key.to_string(),
            value: Wrapped(name, value),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateMac {
    key_id: KeyName,
    algorithm: MacWord,
    message: SecretBlob,
}

pub(crate) fn generate(cx: &Cx, request: GenerateMac) -> Result<Answer<String>, Error> {
    let GenerateMac { key_id, algorithm, message } = request;
    let (key, message) = (key_id.within(cx)?, text(&message)?);
    let used = cx.engine.generate_mac(&cx.caller, &key, algorithm.0, message).map_err(refused)?;
    Ok(Answer::of(algorithm, &used, "Mac", base64_text::encode(&used.value)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VerifyMac {
    key_id: KeyName,
    algorithm: MacWord,
    message: SecretBlob,
    mac: Blob,
}

pub(crate) fn verify(cx: &Cx, request: VerifyMac) -> Result<Answer<bool>, Error> {
    let VerifyMac { key_id, algorithm, message, mac } = request;
    let (key, message) = (key_id.within(cx)?, text(&message)?);
    let used = cx.engine.verify_mac(&cx.caller, &key, algorithm.0, message, &mac.0);
    let used = used.map_err(refused)?;
    Ok(Answer::of(algorithm, &used, "Value", used.value))
}
