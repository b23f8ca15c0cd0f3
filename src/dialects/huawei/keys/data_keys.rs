//! Data keys. The service does not store them. In requests and answers they are hexadecimal.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::sealing::{open, seal, symmetric};
use crate::dialects::huawei::ciphertext::{Content, DIGEST_LEN, digest_of};
use crate::dialects::huawei::context::{AdditionalData, ContextText, associated};
use crate::dialects::huawei::values::{
    DataCipherText, Decimal, KeyName, SecretText, bytes_of_hex, hex,
};
use crate::dialects::huawei::{codes, rules};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Code, Cx, Error};
use crate::engine::Operation;

/// The lengths of data keys by their words, in bits.
const SPECS: &[(&str, u64)] = &[
    ("AES_256", 256),
    ("AES_128", 128),
    ("SM4", 128),
    ("HMAC_256", 256),
    ("HMAC_384", 384),
    ("HMAC_512", 512),
    ("HMAC_SM3", 256),
];
/// The length if a request gives neither length nor word, in bits.
const DEFAULT_BITS: u64 = 256;

/// The length that a word stands for, in bits.
///
/// # Errors
/// `KMS.1902`.
fn bits_of(spec: &OpenText) -> Result<u64, Error> {
    let row = SPECS.iter().find(|(word, _)| **word == **spec);
    row.map(|(_, bits)| *bits).ok_or_else(|| codes::DATA_KEY_SPEC.with(&["key_spec"]).into())
}

/// A length in bits, in bytes.
///
/// # Errors
/// `range` if it is not a number in the range, `multiple` if it is no multiple of 8.
pub(super) fn bytes_of_bits(
    bits: u64,
    (range, multiple): (&'static Code, &'static Code),
    name: &str,
) -> Result<usize, Error> {
    if !rules::BITS.contains(&bits) {
        return Err(range.with(&[name]).into());
    }
    if !bits.is_multiple_of(8) {
        return Err(multiple.with(&[name]).into());
    }
    Ok(usize::try_from(bits / 8).unwrap_or_default())
}

/// Checks a PIN. It protects a data key for dedicated hardware, and there is none.
///
/// # Errors
/// `KMS.0340` for a PIN, `KMS.0308` for another word than that of a kind of PIN.
pub(super) fn refuse_pin(
    pin: Option<&SecretText>,
    pin_type: Option<&OpenText>,
) -> Result<(), Error> {
    if pin_type.is_some_and(|word| !matches!(&**word, "CipherText" | "PlainText")) {
        return Err(Error::Invalid("pin_type".into()));
    }
    pin.map_or(Ok(()), |_| Err(codes::KEY_STORE_UNSUPPORTED.with(&["pin"]).into()))
}

#[derive(Deserialize)]
pub(crate) struct CreateDatakey {
    key_id: KeyName,
    encryption_context: Option<ContextText>,
    additional_authenticated_data: Option<AdditionalData>,
    datakey_length: Option<Decimal>,
    key_spec: Option<OpenText>,
    pin: Option<SecretText>,
    pin_type: Option<OpenText>,
}

impl CreateDatakey {
    /// The length of the data key, in bytes. A length wins over a word.
    fn length(&self) -> Result<usize, Error> {
        let of_word = self.key_spec.as_ref().map(bits_of).transpose()?;
        let bits = match &self.datakey_length {
            Some(length) => length.number().unwrap_or_default(),
            None => of_word.unwrap_or(DEFAULT_BITS),
        };
        let refusals = (codes::DATA_KEY_LENGTH, codes::DATA_KEY_LENGTH_MULTIPLE);
        bytes_of_bits(bits, refusals, "datakey_length")
    }
}

#[derive(Serialize)]
pub(crate) struct Created {
    key_id: String,
    plain_text: Zeroizing<String>,
    cipher_text: Zeroizing<String>,
}

#[derive(Serialize)]
pub(crate) struct CreatedWithoutPlaintext {
    key_id: String,
    cipher_text: Zeroizing<String>,
}

pub(crate) fn create(cx: &Cx, request: CreateDatakey) -> Result<Created, Error> {
    let (data_key, CreatedWithoutPlaintext { key_id, cipher_text }) = make(cx, &request)?;
    Ok(Created { key_id, plain_text: hex(&data_key), cipher_text })
}

pub(crate) fn create_without_plaintext(
    cx: &Cx,
    request: CreateDatakey,
) -> Result<CreatedWithoutPlaintext, Error> {
    Ok(make(cx, &request)?.1)
}

fn make(
    cx: &Cx,
    request: &CreateDatakey,
) -> Result<(Zeroizing<Vec<u8>>, CreatedWithoutPlaintext), Error> {
    let key = request.key_id.key()?;
    let bound = associated(
        request.encryption_context.as_ref(),
        request.additional_authenticated_data.as_ref(),
    )?;
    let length = request.length()?;
    refuse_pin(request.pin.as_ref(), request.pin_type.as_ref())?;
    let spec = symmetric(cx, &key, Operation::GenerateDataKey)?;
    let data_key = cx.engine.random_bytes(length);
    let text = Content::DataKey.to_text(spec, &data_key);
    let (key_id, bytes) = seal(cx, &key, Operation::GenerateDataKey, &bound, &text)?;
    Ok((data_key, CreatedWithoutPlaintext { key_id, cipher_text: hex(&bytes) }))
}

#[derive(Deserialize)]
pub(crate) struct EncryptDatakey {
    key_id: KeyName,
    encryption_context: Option<ContextText>,
    additional_authenticated_data: Option<AdditionalData>,
    plain_text: SecretText,
    datakey_plain_length: Decimal,
    key_spec: Option<OpenText>,
    pin: Option<SecretText>,
    pin_type: Option<OpenText>,
}

#[derive(Serialize)]
pub(crate) struct EncryptedDatakey {
    key_id: String,
    cipher_text: Zeroizing<String>,
    datakey_length: String,
}

pub(crate) fn encrypt(cx: &Cx, request: EncryptDatakey) -> Result<EncryptedDatakey, Error> {
    let key = request.key_id.key()?;
    let bound = associated(
        request.encryption_context.as_ref(),
        request.additional_authenticated_data.as_ref(),
    )?;
    let length = length(&request.datakey_plain_length, codes::DATA_KEY_PLAIN_LENGTH)?;
    let text = bytes_of_hex(&request.plain_text.0);
    let text = text.ok_or_else(|| codes::INVALID_PLAIN_TEXT.with(&["plain_text"]))?;
    if text.len() != length + DIGEST_LEN {
        return Err(codes::PLAIN_TEXT_LENGTH.with(&["plain_text"]).into());
    }
    request.key_spec.as_ref().map(bits_of).transpose()?;
    refuse_pin(request.pin.as_ref(), request.pin_type.as_ref())?;
    let spec = symmetric(cx, &key, Operation::Encrypt)?;
    let data_key = Content::DataKey.in_text(spec, &text);
    data_key.ok_or_else(|| codes::PLAIN_TEXT_HASH.with(&["plain_text"]))?;
    let (key_id, bytes) = seal(cx, &key, Operation::Encrypt, &bound, &text)?;
    Ok(EncryptedDatakey { key_id, cipher_text: hex(&bytes), datakey_length: length.to_string() })
}

/// The length of a data key in a ciphertext, in bytes.
///
/// # Errors
/// `KMS.2202`.
pub(super) fn cipher_length(given: &Decimal) -> Result<usize, Error> {
    length(given, codes::DATA_KEY_CIPHER_LENGTH)
}

/// The length of a data key in a request, in bytes.
///
/// # Errors
/// `code`.
fn length(given: &Decimal, code: &'static Code) -> Result<usize, Error> {
    let length = given.number().and_then(|length| usize::try_from(length).ok());
    length.filter(|length| rules::DATA_KEY_BYTES.contains(length)).ok_or_else(|| code.into())
}

#[derive(Deserialize)]
pub(crate) struct DecryptDatakey {
    key_id: KeyName,
    encryption_context: Option<ContextText>,
    additional_authenticated_data: Option<AdditionalData>,
    cipher_text: DataCipherText,
    datakey_cipher_length: Decimal,
}

#[derive(Serialize)]
pub(crate) struct DecryptedDatakey {
    data_key: Zeroizing<String>,
    datakey_length: String,
    datakey_dgst: Zeroizing<String>,
    /// The name in the document's table. Its sample and the SDKs have the other one.
    datakey_digest: Zeroizing<String>,
}

pub(crate) fn decrypt(cx: &Cx, request: DecryptDatakey) -> Result<DecryptedDatakey, Error> {
    let key = request.key_id.key()?;
    let bound = associated(
        request.encryption_context.as_ref(),
        request.additional_authenticated_data.as_ref(),
    )?;
    let length = cipher_length(&request.datakey_cipher_length)?;
    let bytes = bytes_of_hex(request.cipher_text.as_str());
    let bytes = bytes.ok_or_else(|| codes::INVALID_CIPHER_TEXT.with(&["cipher_text"]))?;
    let spec = symmetric(cx, &key, Operation::Decrypt)?;
    let opened = open(cx, (&key, spec), &bound, &bytes)?;
    let data_key = opened.data(Content::DataKey).ok_or(codes::CIPHER_TEXT_HASH)?;
    if data_key.len() != length {
        return Err(codes::CIPHER_TEXT_LENGTH.with(&["datakey_cipher_length"]).into());
    }
    let digest = hex(&digest_of(spec, data_key));
    Ok(DecryptedDatakey {
        data_key: hex(data_key),
        datakey_length: length.to_string(),
        datakey_dgst: digest.clone(),
        datakey_digest: digest,
    })
}
