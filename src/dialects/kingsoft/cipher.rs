//! Encryption: the document's sections Encrypt, Decrypt and `GenerateDataKey`.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::values::{DataKeyLen, Id, Plaintext, base64};
use crate::dialects::wire::values::Ciphertext;
use crate::dialects::{Cx, Error};
use crate::engine::{Operation, Sealed};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Encrypt {
    key_id: Id,
    plaintext: Plaintext,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Encrypted {
    ciphertext_blob: Zeroizing<String>,
    key_id: String,
}

impl From<Sealed> for Encrypted {
    fn from(sealed: Sealed) -> Self {
        Self { ciphertext_blob: base64(&sealed.value), key_id: sealed.key.to_string() }
    }
}

pub(super) fn encrypt(cx: &Cx, request: Encrypt) -> Result<Encrypted, Error> {
    let (key, text) = (request.key_id.into(), request.plaintext.0);
    Ok(cx.engine.seal(&cx.caller, &key, Operation::Encrypt, b"", &text)?.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Decrypt {
    key_id: Id,
    ciphertext_blob: Ciphertext,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Decrypted {
    plaintext: Zeroizing<String>,
    key_id: String,
}

pub(super) fn decrypt(cx: &Cx, request: Decrypt) -> Result<Decrypted, Error> {
    let (key, blob) = (request.key_id.into(), request.ciphertext_blob.0);
    let opened = cx.engine.open_under(&cx.caller, &key, Operation::Decrypt, b"", &blob)?;
    Ok(Decrypted { plaintext: base64(&opened.value), key_id: opened.key.to_string() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GenerateDataKey {
    key_id: Id,
    key_spec: Option<SpecWord>,
    number_of_bytes: Option<DataKeyLen>,
}

#[derive(Deserialize)]
enum SpecWord {
    AES256,
    AES128,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DataKey {
    key_id: String,
    plaintext: Zeroizing<String>,
    ciphertext_blob: Zeroizing<String>,
}

/// The document requires both sizes. Its sample sends both and gets 16 bytes, so `KeySpec` wins.
pub(super) fn generate_data_key(cx: &Cx, request: GenerateDataKey) -> Result<DataKey, Error> {
    let len = match (request.key_spec, request.number_of_bytes) {
        (Some(SpecWord::AES256), _) => 32,
        (Some(SpecWord::AES128), _) => 16,
        (None, Some(len)) => len.0,
        (None, None) => return Err(Error::Missing("KeySpec".into())),
    };
    let bytes = cx.engine.random_bytes(len);
    let key = request.key_id.into();
    let sealed = cx.engine.seal(&cx.caller, &key, Operation::GenerateDataKey, b"", &bytes)?;
    let Encrypted { ciphertext_blob, key_id } = sealed.into();
    Ok(DataKey { key_id, plaintext: base64(&bytes), ciphertext_blob })
}
