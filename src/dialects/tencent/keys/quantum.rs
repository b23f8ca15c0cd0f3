//! Post-quantum cryptography. The document names no algorithms, and the service uses drafts of the
//! standards; kmsim uses ML-KEM (FIPS 203) and ML-DSA (FIPS 204).

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::pairs::{SIGNATURE_MAX, Signed, Verified, find};
use super::wrapping::Recipient;
use crate::algorithms::asymmetric::{Encryption, PairSpec, Signing};
use crate::algorithms::base64_text;
use crate::dialects::tencent::blob::Blob;
use crate::dialects::tencent::values::{Base64, KeyName, OpenText};
use crate::dialects::tencent::{codes, rules};
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, Operation, PairRef};

/// A key pair of this type.
///
/// # Errors
/// `InvalidParameter` of `KeyId` if it has another type.
fn of_type(cx: &Cx, key: &KeyName, expected: PairSpec) -> Result<PairRef, Error> {
    let (pair, spec, _) = find(cx, key.key()?)?;
    if spec == Some(expected) { Ok(pair) } else { Err(Error::Invalid("KeyId".into())) }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypt {
    key_id: KeyName,
    plain_text: Base64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypted {
    ciphertext_blob: String,
    key_id: String,
}

pub(crate) fn encrypt(cx: &Cx, request: Encrypt) -> Result<Encrypted, Error> {
    let text = request.plain_text.bytes(rules::PLAINTEXT_MAX);
    let text = text.ok_or(codes::INVALID_PARAMETER_VALUE_INVALID_PLAINTEXT)?;
    let pair = of_type(cx, &request.key_id, PairSpec::MlKem1024)?;
    let sealed =
        cx.engine.seal_to_pair(&cx.caller, &pair, Operation::Encrypt, Encryption::MlKem, &text)?;
    let ciphertext_blob = Blob::encode(&sealed.value, b"");
    Ok(Encrypted { ciphertext_blob, key_id: sealed.key.to_string() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypt {
    ciphertext_blob: Blob,
    encryption_public_key: Option<OpenText>,
    encryption_algorithm: Option<OpenText>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypted {
    key_id: String,
    plain_text: Zeroizing<String>,
}

pub(crate) fn decrypt(cx: &Cx, request: Decrypt) -> Result<Decrypted, Error> {
    let recipient = Recipient::new(request.encryption_public_key, request.encryption_algorithm);
    let blob = request.ciphertext_blob.decode(b"")?;
    let opened = cx.engine.open_by_pair(&cx.caller, Operation::Decrypt, Encryption::MlKem, &blob);
    let opened = opened.map_err(|error| match error {
        // The ciphertext belongs to a key of another type.
        engine::Error::Key(
            KeyError::IsSymmetric | KeyError::Usage(_) | KeyError::AlgorithmMismatch,
        ) => codes::INVALID_PARAMETER_VALUE_INVALID_CIPHERTEXT.into(),
        error => Error::from(error),
    })?;
    let plain_text = recipient.answer(cx, &opened.value)?;
    Ok(Decrypted { key_id: opened.key.to_string(), plain_text })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Sign {
    message: Base64,
    key_id: KeyName,
}

pub(crate) fn sign(cx: &Cx, request: Sign) -> Result<Signed, Error> {
    let message = request.message.checked(rules::MESSAGE_MAX, "Message")?;
    let pair = of_type(cx, &request.key_id, PairSpec::MlDsa87)?;
    let used = cx.engine.sign(&cx.caller, &pair, Signing::MlDsa, &message)?;
    Ok(Signed { signature: base64_text::encode(&used.value) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Verify {
    key_id: KeyName,
    signature_value: Base64,
    message: Base64,
}

pub(crate) fn verify(cx: &Cx, request: Verify) -> Result<Verified, Error> {
    let message = request.message.checked(rules::MESSAGE_MAX, "Message")?;
    let signature = request.signature_value.bytes(SIGNATURE_MAX).unwrap_or_default();
    let pair = of_type(cx, &request.key_id, PairSpec::MlDsa87)?;
    let used = cx.engine.verify(&cx.caller, &pair, Signing::MlDsa, &message, &signature)?;
    Ok(Verified { signature_valid: used.value })
}
