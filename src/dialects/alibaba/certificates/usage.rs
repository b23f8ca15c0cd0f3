//! Operations with certificates: document sections 10.7 to 10.10.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::algorithms::base64_text;
use crate::dialects::alibaba::keys::cipher::{encryptable, within_limits};
use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::listing::Wrapped;
use crate::dialects::alibaba::names::CertificateName;
use crate::dialects::alibaba::values::{Blob, Ciphertext, SecretBlob};
use crate::dialects::alibaba::words::{EncryptionWord, SigningWord};
use crate::dialects::{Cx, Error};
use crate::engine::Message;
use crate::model::CertificateId;

/// The type of a message: the message itself, or its digest. The document requires the parameter
/// and gives a default; clients leave it out.
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

/// The certificate that was used, and the result under the name that the action gives it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Outcome<T> {
    certificate_id: String,
    #[serde(flatten)]
    value: Wrapped<T>,
}

fn outcome<T>(id: &CertificateId, name: &'static str, value: T) -> Outcome<T> {
    Outcome { certificate_id: id.to_string(), value: Wrapped(name, value) }
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

pub(crate) fn sign(cx: &Cx, request: CertificatePrivateKeySign) -> Result<Outcome<String>, Error> {
    let CertificateName(id) = request.certificate_id;
    let message = message(request.message, request.message_type)?;
    let signature = cx.engine.certificate_sign(&cx.caller, &id, request.algorithm.0, &message)?;
    Ok(outcome(&id, "SignatureValue", base64_text::encode(signature)))
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

pub(crate) fn verify(cx: &Cx, request: CertificatePublicKeyVerify) -> Result<Outcome<bool>, Error> {
    let CertificateName(id) = request.certificate_id;
    let message = message(request.message, request.message_type)?;
    let (algorithm, signature) = (request.algorithm.0, request.signature_value.0);
    let is_valid =
        cx.engine.certificate_verify(&cx.caller, &id, algorithm, &message, &signature)?;
    Ok(outcome(&id, "SignatureValid", is_valid))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CertificatePublicKeyEncrypt {
    certificate_id: CertificateName,
    algorithm: EncryptionWord,
    plaintext: SecretBlob,
}

pub(crate) fn encrypt(
    cx: &Cx,
    request: CertificatePublicKeyEncrypt,
) -> Result<Outcome<String>, Error> {
    let CertificateName(id) = request.certificate_id;
    let text = encryptable(request.algorithm.0, &request.plaintext.0)?;
    let sealed = cx.engine.certificate_encrypt(&cx.caller, &id, request.algorithm.0, text)?;
    Ok(outcome(&id, "CiphertextBlob", base64_text::encode(sealed)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CertificatePrivateKeyDecrypt {
    certificate_id: CertificateName,
    algorithm: EncryptionWord,
    ciphertext_blob: Ciphertext,
}

pub(crate) fn decrypt(
    cx: &Cx,
    request: CertificatePrivateKeyDecrypt,
) -> Result<Outcome<Zeroizing<String>>, Error> {
    let CertificateName(id) = request.certificate_id;
    let (algorithm, blob) = (request.algorithm.0, request.ciphertext_blob.0);
    let opened = cx.engine.certificate_decrypt(&cx.caller, &id, algorithm, &blob)?;
    let plaintext = Zeroizing::new(base64_text::encode(within_limits(algorithm, &opened)?));
    Ok(outcome(&id, "Plaintext", plaintext))
}
