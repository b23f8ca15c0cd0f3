//! Encrypting and decrypting data with a symmetric key, and random data.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::data_keys::bytes_of_bits;
use crate::algorithms::base64_text;
use crate::dialects::huawei::context::{AdditionalData, ContextText, associated};
use crate::dialects::huawei::values::{DataCipherText, Decimal, KeyName, SecretText, hex};
use crate::dialects::huawei::{ciphertext, codes, rules};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, KeyRef, Operation};
use crate::model::{KeyId, KeySpec};

/// The algorithm of symmetric keys.
pub(super) const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

/// The kind of a symmetric key that may be used for this.
///
/// # Errors
/// It may not, or it is no symmetric key.
pub(super) fn symmetric(cx: &Cx, key: &KeyRef, operation: Operation) -> Result<KeySpec, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    match snapshot.view(&cx.caller).admit(key, operation)?.key().spec {
        spec @ KeySpec::Symmetric(_) => Ok(spec),
        KeySpec::Pair(_) => Err(KeyError::IsPair.into()),
        KeySpec::Mac(_) => Err(KeyError::IsMac.into()),
    }
}

/// Encrypts a text. Returns the key's id and the ciphertext.
///
/// # Errors
/// The key does not exist, or may not be used for this.
pub(super) fn seal(
    cx: &Cx,
    key: &KeyRef,
    operation: Operation,
    bound: &[u8],
    text: &[u8],
) -> Result<(String, Vec<u8>), Error> {
    let sealed = cx.engine.seal(&cx.caller, key, operation, bound, text)?;
    let bytes = ciphertext::encode(&sealed.key, &sealed.value);
    let bytes = bytes.ok_or(engine::Error::Internal("a ciphertext does not fit its layout"))?;
    Ok((sealed.key.to_string(), bytes))
}

/// A decrypted text, and the key that decrypted it.
pub(super) struct Opened {
    pub(super) key: KeyId,
    pub(super) spec: KeySpec,
    pub(super) text: Zeroizing<Vec<u8>>,
}

/// Decrypts a ciphertext with the key that is named in it, which must be `key` if that is given.
///
/// # Errors
/// `KMS.2201`: the ciphertext is malformed, was changed, was encrypted with another key, or is
/// bound to something else. Or the key may not be used.
pub(super) fn open(
    cx: &Cx,
    key: Option<&KeyRef>,
    bound: &[u8],
    bytes: &[u8],
) -> Result<Opened, Error> {
    let refused = || codes::INVALID_CIPHER_TEXT.with(&["cipher_text"]);
    let of = |key: &KeyRef| symmetric(cx, key, Operation::Decrypt);
    // A key that is named is reported before the ciphertext.
    let named = key.map(of).transpose()?;
    let parts = ciphertext::decode(bytes).ok_or_else(refused)?;
    let its_key = KeyRef::Id(parts.key.clone());
    let spec = match named {
        Some(spec) => spec,
        None => of(&its_key)?,
    };
    let key = key.unwrap_or(&its_key);
    let opened = cx.engine.open_under(&cx.caller, key, Operation::Decrypt, bound, &parts.blob);
    let opened = opened.map_err(|error| match error {
        engine::Error::Ciphertext(_) => refused().into(),
        error => Error::from(error),
    })?;
    if opened.key != parts.key {
        return Err(refused().into());
    }
    Ok(Opened { key: opened.key, spec, text: opened.value })
}

#[derive(Deserialize)]
pub(crate) struct EncryptData {
    key_id: KeyName,
    encryption_context: Option<ContextText>,
    additional_authenticated_data: Option<AdditionalData>,
    plain_text: SecretText,
    encryption_algorithm: Option<OpenText>,
}

#[derive(Serialize)]
pub(crate) struct EncryptedData {
    key_id: String,
    cipher_text: String,
}

/// Refuses an algorithm that symmetric keys do not have.
fn check_algorithm(algorithm: Option<&OpenText>) -> Result<(), Error> {
    if algorithm.is_none_or(|algorithm| **algorithm == *SYMMETRIC) {
        Ok(())
    } else {
        Err(codes::SYMMETRIC_ALGORITHM.with(&["encryption_algorithm"]).into())
    }
}

pub(crate) fn encrypt(cx: &Cx, request: EncryptData) -> Result<EncryptedData, Error> {
    let key = request.key_id.key()?;
    let bound = associated(
        request.encryption_context.as_ref(),
        request.additional_authenticated_data.as_ref(),
    )?;
    let data = request.plain_text.0.as_bytes();
    if !(1..=rules::DATA_MAX).contains(&data.len()) {
        return Err(codes::INVALID_PLAIN_TEXT.with(&["plain_text"]).into());
    }
    let spec = symmetric(cx, &key, Operation::Encrypt)?;
    check_algorithm(request.encryption_algorithm.as_ref())?;
    let text = ciphertext::padded(spec, data);
    let (key_id, bytes) = seal(cx, &key, Operation::Encrypt, &bound, &text)?;
    Ok(EncryptedData { key_id, cipher_text: base64_text::encode(bytes) })
}

#[derive(Deserialize)]
pub(crate) struct DecryptData {
    key_id: Option<KeyName>,
    encryption_context: Option<ContextText>,
    additional_authenticated_data: Option<AdditionalData>,
    cipher_text: DataCipherText,
    encryption_algorithm: Option<OpenText>,
}

#[derive(Serialize)]
pub(crate) struct DecryptedData {
    key_id: String,
    /// Empty if the data are no text.
    plain_text: Zeroizing<String>,
    plain_text_base64: Zeroizing<String>,
}

pub(crate) fn decrypt(cx: &Cx, request: DecryptData) -> Result<DecryptedData, Error> {
    let refused = || codes::INVALID_CIPHER_TEXT.with(&["cipher_text"]);
    let key = request.key_id.as_ref().map(KeyName::key).transpose()?;
    let bound = associated(
        request.encryption_context.as_ref(),
        request.additional_authenticated_data.as_ref(),
    )?;
    let bytes = request.cipher_text.bytes(rules::CIPHER_TEXT).ok_or_else(refused)?;
    let opened = open(cx, key.as_ref(), &bound, &bytes)?;
    check_algorithm(request.encryption_algorithm.as_ref())?;
    let data = ciphertext::unpadded(opened.spec, &opened.text).ok_or_else(refused)?;
    Ok(DecryptedData {
        key_id: opened.key.to_string(),
        plain_text: Zeroizing::new(std::str::from_utf8(data).unwrap_or_default().to_owned()),
        plain_text_base64: Zeroizing::new(base64_text::encode(data)),
    })
}

#[derive(Deserialize)]
pub(crate) struct CreateRandom {
    random_data_length: Decimal,
}

#[derive(Serialize)]
pub(crate) struct Random {
    random_data: Zeroizing<String>,
}

pub(crate) fn random(cx: &Cx, request: CreateRandom) -> Result<Random, Error> {
    let bits = request.random_data_length.number().unwrap_or_default();
    let refusals = (codes::RANDOM_LENGTH, codes::RANDOM_LENGTH_MULTIPLE);
    let length = bytes_of_bits(bits, refusals, "random_data_length")?;
    Ok(Random { random_data: hex(&cx.engine.random_bytes(length)) })
}
