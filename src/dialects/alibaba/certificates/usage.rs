//! Using certificates: document sections 10.7 to 10.10.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::dialects::alibaba::keys::cipher::{encryptable, within_limits};
use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::names::CertificateName;
use crate::dialects::alibaba::values::{Blob, Ciphertext, SecretBlob};
use crate::dialects::alibaba::words::{EncryptionWord, SigningWord};
use crate::dialects::{Cx, Error};
use crate::engine::Message;

/// What a message is: the text itself, or its digest. The document requires it and names a default; clients leave it out.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum MessageType {
    #[default]
    Raw,
    Digest,
}

fn message(Blob(bytes): Blob, kind: MessageType) -> Result<Message, Error> {
    let message = match kind {
        MessageType::Raw if bytes.len() <= limits::MESSAGE_MAX => Some(Message::Raw(bytes)),
        MessageType::Raw => None,
        MessageType::Digest => (bytes.len() == 32).then_some(Message::Digest(bytes)),
    };
    message.ok_or(Error::Invalid("Message".into()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CertificatePrivateKeySign {
    certificate_id: CertificateName,
    algorithm: SigningWord,
    message: Blob,
    #[serde(default)]
    message_type: MessageType,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Signed {
    certificate_id: String,
    signature_value: String,
}

pub(crate) fn sign(cx: &Cx, request: CertificatePrivateKeySign) -> Result<Signed, Error> {
    let CertificateName(id) = request.certificate_id;
    let message = message(request.message, request.message_type)?;
    let signature =
        cx.engine.certificate_sign(&cx.caller, &id, request.algorithm.into(), &message)?;
    Ok(Signed { certificate_id: id.to_string(), signature_value: STANDARD.encode(signature) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CertificatePublicKeyVerify {
    certificate_id: CertificateName,
    algorithm: SigningWord,
    message: Blob,
    #[serde(default)]
    message_type: MessageType,
    signature_value: Blob,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Verified {
    certificate_id: String,
    signature_valid: bool,
}

pub(crate) fn verify(cx: &Cx, request: CertificatePublicKeyVerify) -> Result<Verified, Error> {
    let CertificateName(id) = request.certificate_id;
    let message = message(request.message, request.message_type)?;
    let (algorithm, signature) = (request.algorithm.into(), request.signature_value.0);
    let signature_valid =
        cx.engine.certificate_verify(&cx.caller, &id, algorithm, &message, &signature)?;
    Ok(Verified { certificate_id: id.to_string(), signature_valid })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CertificatePublicKeyEncrypt {
    certificate_id: CertificateName,
    algorithm: EncryptionWord,
    plaintext: SecretBlob,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypted {
    certificate_id: String,
    ciphertext_blob: String,
}

pub(crate) fn encrypt(cx: &Cx, request: CertificatePublicKeyEncrypt) -> Result<Encrypted, Error> {
    let CertificateName(id) = request.certificate_id;
    let text = encryptable(request.algorithm, &request.plaintext.0)?;
    let sealed = cx.engine.certificate_encrypt(&cx.caller, &id, request.algorithm.into(), text)?;
    Ok(Encrypted { certificate_id: id.to_string(), ciphertext_blob: STANDARD.encode(sealed) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CertificatePrivateKeyDecrypt {
    certificate_id: CertificateName,
    algorithm: EncryptionWord,
    ciphertext_blob: Ciphertext,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypted {
    certificate_id: String,
    plaintext: Zeroizing<String>,
}

pub(crate) fn decrypt(cx: &Cx, request: CertificatePrivateKeyDecrypt) -> Result<Decrypted, Error> {
    let CertificateName(id) = request.certificate_id;
    let (algorithm, blob) = (request.algorithm, request.ciphertext_blob.0);
    let opened = cx.engine.certificate_decrypt(&cx.caller, &id, algorithm.into(), &blob)?;
    let plaintext = Zeroizing::new(STANDARD.encode(within_limits(algorithm, &opened)?));
    Ok(Decrypted { certificate_id: id.to_string(), plaintext })
}
