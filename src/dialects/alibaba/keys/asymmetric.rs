//! Asymmetric encryption and signing: document sections 8.24 to 8.28.

use serde::Deserialize;
use zeroize::Zeroizing;

use super::cipher::{Encrypted, Outcome, encryptable, within_limits};
use crate::algorithms::base64_text;
use crate::dialects::alibaba::names::{KeyName, VersionName, pair};
use crate::dialects::alibaba::values::{Blob, Ciphertext, Digest, Recipient, SecretBlob};
use crate::dialects::alibaba::words::{EncryptionWord, SigningWord};
use crate::dialects::{Cx, Error};
use crate::engine::{self, Operation};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AsymmetricSign {
    key_id: KeyName,
    key_version_id: VersionName,
    algorithm: SigningWord,
    digest: Digest,
}

pub(crate) fn sign(cx: &Cx, request: AsymmetricSign) -> Result<Outcome<String>, Error> {
    let pair = pair(request.key_id, &request.key_version_id, cx)?;
    let used = cx.engine.sign(&cx.caller, &pair, request.algorithm.0, &request.digest.0)?;
    Ok(Outcome::of(&used, "Value", base64_text::encode(&used.value)))
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
    let (algorithm, digest) = (request.algorithm.0, request.digest.0);
    let used = cx.engine.verify(&cx.caller, &pair, algorithm, &digest, &request.value.0)?;
    Ok(Outcome::of(&used, "Value", used.value))
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
    let text = encryptable(request.algorithm.0, &request.plaintext.0)?;
    Ok(cx.engine.encrypt_to_pair(&cx.caller, &pair, request.algorithm.0, text)?.into())
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

pub(crate) fn decrypt(
    cx: &Cx,
    request: AsymmetricDecrypt,
) -> Result<Outcome<Zeroizing<String>>, Error> {
    request.recipient.refuse()?;
    let pair = pair(request.key_id, &request.key_version_id, cx)?;
    let (algorithm, blob) = (request.algorithm.0, request.ciphertext_blob.0);
    let opened =
        cx.engine.decrypt_by_pair(&cx.caller, &pair, Operation::DecryptByPair, algorithm, &blob)?;
    let text = Zeroizing::new(base64_text::encode(within_limits(algorithm, &opened.value)?));
    Ok(Outcome::of(&opened, "Plaintext", text))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetPublicKey {
    key_id: KeyName,
    key_version_id: VersionName,
}

pub(crate) fn public_key(cx: &Cx, request: GetPublicKey) -> Result<Outcome<String>, Error> {
    let pair = pair(request.key_id, &request.key_version_id, cx)?;
    let used = cx.engine.public_key(&cx.caller, &pair)?;
    Ok(Outcome::of(&used, "PublicKey", used.value.pem().map_err(engine::Error::from)?))
}
