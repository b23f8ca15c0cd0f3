//! Re-encryption: a data key or data gets another key, without being shown.

use serde::{Deserialize, Serialize};

use super::data_keys::cipher_length;
use super::scheme::{Names, Scheme};
use crate::algorithms::base64_text;
use crate::dialects::huawei::ciphertext::Content;
use crate::dialects::huawei::context::{AdditionalData, associated};
use crate::dialects::huawei::values::{DataCipherText, Decimal, KeyName, bytes_of_hex, hex};
use crate::dialects::huawei::{codes, rules, words};
use crate::dialects::wire::values::OpenText;
use crate::dialects::{Cx, Error};

const SOURCE: Names = Names {
    key: "source_key_id",
    algorithm: "source_encryption_algorithm",
    additional: "source_additional_authenticated_data",
};
const DESTINATION: Names = Names {
    key: "destination_key_id",
    algorithm: "destination_encryption_algorithm",
    additional: "destination_additional_authenticated_data",
};

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
    let from_bound = bound(request.source_additional_authenticated_data.as_ref(), SOURCE)?;
    let to_bound = bound(request.destination_additional_authenticated_data.as_ref(), DESTINATION)?;
    let from_scheme = Scheme::of(SOURCE, request.source_encryption_algorithm.as_ref(), from_bound)?;
    let to_scheme =
        Scheme::of(DESTINATION, request.destination_encryption_algorithm.as_ref(), to_bound)?;
    let length = request.datakey_cipher_length.as_ref().map(cipher_length).transpose()?;
    let content = if length.is_some() { Content::DataKey } else { Content::Data };
    let bytes = match content {
        Content::DataKey => bytes_of_hex(request.cipher_text.as_str()),
        Content::Data => request.cipher_text.bytes(rules::CIPHER_TEXT),
    };
    let bytes = bytes.ok_or_else(refused)?;

    let opened = from_scheme.open(cx, from.as_ref(), &bytes)?;
    let data = opened.data(content).ok_or_else(refused)?;
    if length.is_some_and(|length| data.len() != length) {
        return Err(codes::CIPHER_TEXT_LENGTH.with(&["datakey_cipher_length"]).into());
    }

    let (key_id, sealed) = to_scheme.seal(cx, &to, content, data)?;
    Ok(ReEncrypted {
        key_id,
        source_key_id: opened.key.to_string(),
        source_encryption_algorithm: words::encryption_word(from_scheme.algorithm()),
        destination_encryption_algorithm: words::encryption_word(to_scheme.algorithm()),
        cipher_text: match content {
            Content::DataKey => hex(&sealed).to_string(),
            Content::Data => base64_text::encode(sealed),
        },
    })
}

/// What a ciphertext is bound to.
fn bound(additional: Option<&AdditionalData>, names: Names) -> Result<Vec<u8>, Error> {
    associated(None, additional).map_err(|_| Error::Invalid(names.additional.into()))
}
