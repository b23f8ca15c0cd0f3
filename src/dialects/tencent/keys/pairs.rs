//! Key pairs: public keys, decryption and signatures with RSA, elliptic curves and SM2.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::lifecycle::OneKey;
use crate::algorithms::asymmetric::{Encryption, PairSpec, Signing};
use crate::algorithms::base64_text;
use crate::algorithms::specs::Form;
use crate::dialects::tencent::values::{Base64, KeyName, OpenText, base64};
use crate::dialects::tencent::{codes, rules, words};
use crate::dialects::{Cx, Error};
use crate::engine::{self, CiphertextError, KeyRef, Operation, PairRef};
use crate::model::{Key, KeySpec, KeyUsage};

/// The version of a key pair, which has only one; its type, and its usage. The type is `None` for a
/// symmetric key. The key's state is checked later, by the operation itself.
pub(super) fn find(cx: &Cx, key: KeyRef) -> Result<(PairRef, Option<PairSpec>, KeyUsage), Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let admitted = snapshot.view(&cx.caller).admit(&key, Operation::Describe)?;
    let Key { spec, usage, .. } = **admitted.key();
    let version = admitted.key().primary().map(|version| version.id);
    let spec = match spec {
        KeySpec::Pair(spec) => Some(spec),
        KeySpec::Symmetric(_) | KeySpec::Mac(_) => None,
    };
    Ok((PairRef { key, version }, spec, usage))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Public {
    key_id: String,
    public_key: String,
    public_key_pem: String,
}

pub(crate) fn public_key(cx: &Cx, request: OneKey) -> Result<Public, Error> {
    let (pair, ..) = find(cx, request.id()?.into())?;
    let used = cx.engine.public_key(&cx.caller, &pair)?;
    Ok(Public {
        key_id: used.key.to_string(),
        public_key: base64_text::encode(used.value.der().map_err(engine::Error::from)?),
        public_key_pem: used.value.pem().map_err(engine::Error::from)?,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RsaDecrypt {
    key_id: KeyName,
    ciphertext: Base64,
    algorithm: OpenText,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Sm2Decrypt {
    key_id: KeyName,
    ciphertext: Base64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypted {
    key_id: String,
    plaintext: Zeroizing<String>,
}

/// The longest RSA ciphertext that is parsed, in bytes. One of RSA-2048 has 256.
const RSA_CIPHERTEXT_MAX: usize = 512;

pub(crate) fn rsa_decrypt(cx: &Cx, request: RsaDecrypt) -> Result<Decrypted, Error> {
    let algorithm = words::rsa_encryption(&request.algorithm);
    let algorithm = algorithm.ok_or(Error::Invalid("Algorithm".into()))?;
    let ciphertext = request.ciphertext.checked(RSA_CIPHERTEXT_MAX, "Ciphertext")?;
    decrypt(cx, &request.key_id, PairSpec::Rsa2048, algorithm, &ciphertext)
}

pub(crate) fn sm2_decrypt(cx: &Cx, request: Sm2Decrypt) -> Result<Decrypted, Error> {
    let ciphertext = request.ciphertext.checked(rules::SM2_CIPHERTEXT_MAX, "Ciphertext")?;
    let algorithm = Encryption::Sm2(Form::Der);
    decrypt(cx, &request.key_id, PairSpec::EcSm2, algorithm, &ciphertext)
}

fn decrypt(
    cx: &Cx,
    key: &KeyName,
    expected: PairSpec,
    algorithm: Encryption,
    ciphertext: &[u8],
) -> Result<Decrypted, Error> {
    let (pair, spec, usage) = find(cx, key.key()?)?;
    if spec != Some(expected) || usage != KeyUsage::EncryptDecrypt {
        return Err(codes::INVALID_PARAMETER_VALUE_INVALID_KEY_USAGE.into());
    }
    let operation = Operation::DecryptByPair;
    match cx.engine.decrypt_by_pair(&cx.caller, &pair, operation, algorithm, ciphertext) {
        Ok(opened) => {
            Ok(Decrypted { key_id: opened.key.to_string(), plaintext: base64(&opened.value) })
        }
        Err(engine::Error::Ciphertext(CiphertextError::DecryptionFailed)) => {
            Err(codes::FAILED_OPERATION_DECRYPT_ERROR.into())
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Sign {
    algorithm: OpenText,
    message: Base64,
    key_id: KeyName,
    message_type: Option<OpenText>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Signed {
    pub(super) signature: String,
}

/// The message, and whether it is a digest already.
///
/// # Errors
/// `InvalidParameter` of `Message` or `MessageType`.
fn message(message: &Base64, kind: Option<&OpenText>) -> Result<(Zeroizing<Vec<u8>>, bool), Error> {
    let bytes = message.checked(rules::MESSAGE_MAX, "Message")?;
    match kind.map_or("", |it| &it.0) {
        kind if kind.is_empty() || kind.eq_ignore_ascii_case("RAW") => Ok((bytes, false)),
        kind if kind.eq_ignore_ascii_case("DIGEST") => Ok((bytes, true)),
        _ => Err(Error::Invalid("MessageType".into())),
    }
}

/// The key pair, the algorithm and the digest to sign or verify.
fn signing_input(
    cx: &Cx,
    key: &KeyName,
    word: &str,
    (message, is_digest): (Zeroizing<Vec<u8>>, bool),
) -> Result<(PairRef, Signing, Vec<u8>), Error> {
    let invalid = |name: &'static str| Error::Invalid(name.into());
    let (algorithm, expected) = words::signing(word).ok_or_else(|| invalid("Algorithm"))?;
    if is_digest && algorithm.digest_len() != Some(message.len()) {
        return Err(invalid("Message"));
    }
    let (pair, spec, usage) = find(cx, key.key()?)?;
    if usage != KeyUsage::SignVerify {
        return Err(invalid("KeyId"));
    }
    if spec != Some(expected) {
        return Err(invalid("Algorithm"));
    }
    let digest = if is_digest {
        message.to_vec()
    } else {
        cx.engine.public_key(&cx.caller, &pair)?.value.digest(algorithm, &message)
    };
    Ok((pair, algorithm, digest))
}

pub(crate) fn sign(cx: &Cx, request: Sign) -> Result<Signed, Error> {
    let message = message(&request.message, request.message_type.as_ref())?;
    let (pair, algorithm, digest) =
        signing_input(cx, &request.key_id, &request.algorithm, message)?;
    let used = cx.engine.sign(&cx.caller, &pair, algorithm, &digest)?;
    Ok(Signed { signature: base64_text::encode(&used.value) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Verify {
    key_id: KeyName,
    signature_value: Base64,
    message: Base64,
    algorithm: OpenText,
    message_type: Option<OpenText>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Verified {
    pub(super) signature_valid: bool,
}

/// The longest signature that is parsed, in bytes. Genuine ones are shorter.
pub(super) const SIGNATURE_MAX: usize = 8 * 1024;

/// A malformed signature is answered as a wrong one.
pub(crate) fn verify(cx: &Cx, request: Verify) -> Result<Verified, Error> {
    let message = message(&request.message, request.message_type.as_ref())?;
    let (pair, algorithm, digest) =
        signing_input(cx, &request.key_id, &request.algorithm, message)?;
    let signature = request.signature_value.bytes(SIGNATURE_MAX).unwrap_or_default();
    let used = cx.engine.verify(&cx.caller, &pair, algorithm, &digest, &signature)?;
    Ok(Verified { signature_valid: used.value })
}
