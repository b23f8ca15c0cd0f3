//! Encrypting and decrypting data, and random data.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::data_keys::bytes_of_bits;
use super::pair_cipher;
use super::sealing::{open, seal};
use crate::algorithms::asymmetric::{Encryption, PairSpec};
use crate::algorithms::base64_text;
use crate::dialects::huawei::context::{AdditionalData, ContextText, associated};
use crate::dialects::huawei::values::{DataCipherText, Decimal, KeyName, SecretText, hex};
use crate::dialects::huawei::{ciphertext, codes, rules};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::{KeyRef, Operation};
use crate::model::KeySpec;

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

/// The parameter that has the algorithm.
const ALGORITHM: &str = "encryption_algorithm";

/// Refuses an algorithm that symmetric keys do not have. `name` is the parameter that has it.
pub(super) fn check_symmetric(
    algorithm: Option<Encryption>,
    name: &'static str,
) -> Result<(), Error> {
    match algorithm {
        None => Ok(()),
        Some(_) => Err(codes::SYMMETRIC_ALGORITHM.with(&[name]).into()),
    }
}

/// Refuses data that a ciphertext of a key pair would have to be bound to.
pub(super) fn check_unbound(bound: &[u8], name: &'static str) -> Result<(), Error> {
    if bound.is_empty() { Ok(()) } else { Err(Error::Invalid(name.into())) }
}

/// The parameter with data to which a ciphertext is bound.
const ADDITIONAL: &str = "additional_authenticated_data";

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
    let algorithm = pair_cipher::algorithm(request.encryption_algorithm.as_ref(), ALGORITHM)?;
    let (key_id, bytes) = match pair_cipher::cipher(cx, &key, Operation::Encrypt)? {
        KeySpec::Pair(pair) => {
            check_unbound(&bound, ADDITIONAL)?;
            pair_cipher::seal(cx, (&key, pair), (algorithm, ALGORITHM), data)?
        }
        spec => {
            check_symmetric(algorithm, ALGORITHM)?;
            seal(cx, &key, Operation::Encrypt, &bound, &ciphertext::padded(spec, data))?
        }
    };
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
    let algorithm = pair_cipher::algorithm(request.encryption_algorithm.as_ref(), ALGORITHM)?;
    let pair = pair_of(cx, key.as_ref(), algorithm, "key_id")?;
    let opened = if let Some(pair) = pair {
        check_unbound(&bound, ADDITIONAL)?;
        pair_cipher::open(cx, pair, (algorithm, ALGORITHM), &bytes)?
    } else {
        let opened = open(cx, key.as_ref(), &bound, &bytes)?;
        check_symmetric(algorithm, ALGORITHM)?;
        opened
    };
    let data = match pair {
        Some(_) => opened.text.as_slice(),
        None => ciphertext::unpadded(opened.spec, &opened.text).ok_or_else(refused)?,
    };
    Ok(DecryptedData {
        key_id: opened.key.to_string(),
        plain_text: Zeroizing::new(std::str::from_utf8(data).unwrap_or_default().to_owned()),
        plain_text_base64: Zeroizing::new(base64_text::encode(data)),
    })
}

/// The key pair that decrypts, if the request names one. `name` is the parameter that has the key.
///
/// # Errors
/// `KMS.0204`: the algorithm is that of a key pair, and no key is named. Or the key may not be
/// used.
pub(super) fn pair_of<'a>(
    cx: &Cx,
    key: Option<&'a KeyRef>,
    algorithm: Option<Encryption>,
    name: &'static str,
) -> Result<Option<(&'a KeyRef, PairSpec)>, Error> {
    match (key, algorithm) {
        (Some(key), _) => Ok(match pair_cipher::cipher(cx, key, Operation::Decrypt)? {
            KeySpec::Pair(spec) => Some((key, spec)),
            KeySpec::Symmetric(_) | KeySpec::Mac(_) => None,
        }),
        (None, Some(_)) => Err(Error::Missing(name.into())),
        (None, None) => Ok(None),
    }
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
