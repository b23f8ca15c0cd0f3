//! Re-encryption: a data key or data gets another key, without being shown.

use serde::{Deserialize, Serialize};

use super::cipher::{check_symmetric, check_unbound, pair_of};
use super::data_keys::cipher_length;
use super::pair_cipher;
use super::sealing;
use crate::algorithms::base64_text;
use crate::dialects::huawei::context::{AdditionalData, associated};
use crate::dialects::huawei::values::{DataCipherText, Decimal, KeyName, bytes_of_hex, hex};
use crate::dialects::huawei::{ciphertext, codes, rules, words};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};
use crate::engine::Operation;
use crate::model::KeySpec;

const SOURCE: &str = "source_encryption_algorithm";
const DESTINATION: &str = "destination_encryption_algorithm";

#[derive(Deserialize)]
pub(crate) struct ReEncrypt {
    source_key_id: Option<KeyName>,
    source_additional_authenticated_data: Option<AdditionalData>,
    source_encryption_algorithm: Option<OpenText>,
    destination_key_id: KeyName,
    destination_additional_authenticated_data: Option<AdditionalData>,
    destination_encryption_algorithm: Option<OpenText>,
    /// The length of a data key, in bytes. Without it the ciphertext is that of other data.
    datakey_cipher_length: Option<Decimal>,
    cipher_text: DataCipherText,
}

#[derive(Serialize)]
pub(crate) struct ReEncrypted {
    key_id: String,
    source_key_id: String,
    source_encryption_algorithm: &'static str,
    destination_encryption_algorithm: &'static str,
    cipher_text: String,
}

pub(crate) fn re_encrypt(cx: &Cx, request: ReEncrypt) -> Result<ReEncrypted, Error> {
    let refused = || codes::INVALID_CIPHER_TEXT.with(&["cipher_text"]);
    let from = request.source_key_id.as_ref().map(KeyName::key).transpose()?;
    let to = request.destination_key_id.key()?;
    let from_bound = bound(
        request.source_additional_authenticated_data.as_ref(),
        "source_additional_authenticated_data",
    )?;
    let to_bound = bound(
        request.destination_additional_authenticated_data.as_ref(),
        "destination_additional_authenticated_data",
    )?;
    let from_algorithm =
        pair_cipher::algorithm(request.source_encryption_algorithm.as_ref(), SOURCE)?;
    let to_algorithm =
        pair_cipher::algorithm(request.destination_encryption_algorithm.as_ref(), DESTINATION)?;
    let length = request.datakey_cipher_length.as_ref().map(cipher_length).transpose()?;
    let bytes = match length {
        Some(_) => bytes_of_hex(request.cipher_text.as_str()),
        None => request.cipher_text.bytes(rules::CIPHER_TEXT),
    };
    let bytes = bytes.ok_or_else(refused)?;

    let pair = pair_of(cx, from.as_ref(), from_algorithm, "source_key_id")?;
    let opened = if let Some(pair) = pair {
        check_unbound(&from_bound, "source_additional_authenticated_data")?;
        pair_cipher::open(cx, pair, (from_algorithm, SOURCE), &bytes)?
    } else {
        let opened = sealing::open(cx, from.as_ref(), &from_bound, &bytes)?;
        check_symmetric(from_algorithm, SOURCE)?;
        opened
    };
    let data = match (pair, length) {
        (Some(_), _) => Some(opened.text.as_slice()),
        (None, Some(_)) => ciphertext::without_digest(opened.spec, &opened.text),
        (None, None) => ciphertext::unpadded(opened.spec, &opened.text),
    };
    let data = data.ok_or_else(refused)?;
    if length.is_some_and(|length| u64::try_from(data.len()).ok() != Some(length)) {
        return Err(codes::CIPHER_TEXT_LENGTH.with(&["datakey_cipher_length"]).into());
    }

    let (key_id, sealed) = match pair_cipher::cipher(cx, &to, Operation::Encrypt)? {
        KeySpec::Pair(pair) => {
            check_unbound(&to_bound, "destination_additional_authenticated_data")?;
            pair_cipher::seal(cx, (&to, pair), (to_algorithm, DESTINATION), data)?
        }
        spec => {
            check_symmetric(to_algorithm, DESTINATION)?;
            let text = match length {
                Some(_) => ciphertext::with_digest(spec, data),
                None => ciphertext::padded(spec, data),
            };
            sealing::seal(cx, &to, Operation::Encrypt, &to_bound, &text)?
        }
    };
    Ok(ReEncrypted {
        key_id,
        source_key_id: opened.key.to_string(),
        source_encryption_algorithm: words::encryption_word(from_algorithm),
        destination_encryption_algorithm: words::encryption_word(to_algorithm),
        cipher_text: match length {
            Some(_) => hex(&sealed).to_string(),
            None => base64_text::encode(sealed),
        },
    })
}

/// What a ciphertext is bound to. `name` is the parameter that says it.
fn bound(additional: Option<&AdditionalData>, name: &'static str) -> Result<Vec<u8>, Error> {
    associated(None, additional).map_err(|_| Error::Invalid(name.into()))
}
