//! Asymmetric cryptography: document sections 8.24 to 8.28.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::cipher::{Decrypted, Encrypted, encryptable, within_limits};
use crate::dialects::alibaba::names::{KeyName, VersionName, pair};
use crate::dialects::alibaba::values::{Blob, Ciphertext, Digest, Recipient, SecretBlob};
use crate::dialects::alibaba::words::{EncryptionWord, SigningWord};
use crate::dialects::{Cx, Error};
use crate::engine::{self, Operation, Used};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AsymmetricSign {
    key_id: KeyName,
    key_version_id: VersionName,
    algorithm: SigningWord,
    digest: Digest,
}

/// What came of using a pair, with the key and version that were used.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Outcome<T> {
    key_id: String,
    key_version_id: String,
    value: T,
}

impl<T> From<Used<T>> for Outcome<T> {
    fn from(used: Used<T>) -> Self {
        Self {
            key_id: used.key.to_string(),
            key_version_id: used.version.to_string(),
            value: used.value,
        }
    }
}

pub(crate) fn sign(cx: &Cx, request: AsymmetricSign) -> Result<Outcome<String>, Error> {
    let pair = pair(request.key_id, &request.key_version_id, cx)?;
    let used = cx.engine.sign(&cx.caller, &pair, request.algorithm.into(), &request.digest.0)?;
    Ok(used.map(|signature| STANDARD.encode(signature)).into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AsymmetricVerify {
    key_id: KeyName,
    key_version_id: VersionName,
    algorithm: SigningWord,
    digest: Digest,
    value: Blob,
}

pub(crate) fn verify(cx: &Cx, request: AsymmetricVerify) -> Result<Outcome<bool>, Error> {
    let pair = pair(request.key_id, &request.key_version_id, cx)?;
    let (algorithm, digest) = (request.algorithm.into(), request.digest.0);
    Ok(cx.engine.verify(&cx.caller, &pair, algorithm, &digest, &request.value.0)?.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AsymmetricEncrypt {
    key_id: KeyName,
    key_version_id: VersionName,
    algorithm: EncryptionWord,
    plaintext: SecretBlob,
}

pub(crate) fn encrypt(cx: &Cx, request: AsymmetricEncrypt) -> Result<Encrypted, Error> {
    let pair = pair(request.key_id, &request.key_version_id, cx)?;
    let text = encryptable(request.algorithm, &request.plaintext.0)?;
    Ok(cx.engine.encrypt_to_pair(&cx.caller, &pair, request.algorithm.into(), text)?.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AsymmetricDecrypt {
    key_id: KeyName,
    key_version_id: VersionName,
    algorithm: EncryptionWord,
    ciphertext_blob: Ciphertext,
    #[serde(default)]
    recipient: Recipient,
}

pub(crate) fn decrypt(cx: &Cx, request: AsymmetricDecrypt) -> Result<Decrypted, Error> {
    request.recipient.refuse()?;
    let pair = pair(request.key_id, &request.key_version_id, cx)?;
    let (algorithm, blob) = (request.algorithm, request.ciphertext_blob.0);
    let opened = cx.engine.decrypt_by_pair(
        &cx.caller,
        &pair,
        Operation::DecryptByPair,
        algorithm.into(),
        &blob,
    )?;
    let text = Zeroizing::new(STANDARD.encode(within_limits(algorithm, &opened.value)?));
    Ok(Decrypted {
        key_id: opened.key.to_string(),
        key_version_id: opened.version.to_string(),
        plaintext: text,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetPublicKey {
    key_id: KeyName,
    key_version_id: VersionName,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PublicKey {
    key_id: String,
    key_version_id: String,
    public_key: String,
}

pub(crate) fn public_key(cx: &Cx, request: GetPublicKey) -> Result<PublicKey, Error> {
    let pair = pair(request.key_id, &request.key_version_id, cx)?;
    let used = cx.engine.public_key(&cx.caller, &pair)?;
    Ok(PublicKey {
        key_id: used.key.to_string(),
        key_version_id: used.version.to_string(),
        public_key: used.value.pem().map_err(engine::Error::from)?,
    })
}
