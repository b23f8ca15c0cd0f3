//! Encrypting and decrypting data, and random data.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::data_keys::bytes_of_bits;
use super::scheme::{Names, Scheme};
use crate::algorithms::base64_text;
use crate::dialects::huawei::ciphertext::Content;
use crate::dialects::huawei::context::{AdditionalData, ContextText, associated};
use crate::dialects::huawei::values::{DataCipherText, Decimal, KeyName, SecretText, hex};
use crate::dialects::huawei::{codes, rules};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};

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

const NAMES: Names = Names {
    key: "key_id",
    algorithm: "encryption_algorithm",
    additional: "additional_authenticated_data",
};

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
    let scheme = Scheme::of(NAMES, request.encryption_algorithm.as_ref(), bound)?;
    let (key_id, bytes) = scheme.seal(cx, &key, Content::Data, data)?;
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
    let scheme = Scheme::of(NAMES, request.encryption_algorithm.as_ref(), bound)?;
    let opened = scheme.open(cx, key.as_ref(), &bytes)?;
    let data = opened.data(Content::Data).ok_or_else(refused)?;
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
