//! Symmetric cryptography: document sections 8.17 to 8.19, 8.22 and 8.23.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::errors::Error;
use super::names::{Blob, Context, KeyName, Malformed, Plaintext, VersionName};
use super::rules;
use crate::dialects::Cx;
use crate::engine::{self, Operation, Sealed};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Encrypt {
    key_id: KeyName,
    plaintext: Plaintext,
    #[serde(default)]
    encryption_context: Context,
}

/// A ciphertext with the key and version that it names: of the sealing key or, in `ReEncrypt`, of the source.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Encrypted {
    ciphertext_blob: String,
    key_id: String,
    key_version_id: String,
}

impl From<Sealed> for Encrypted {
    fn from(sealed: Sealed) -> Self {
        Self {
            ciphertext_blob: STANDARD.encode(&sealed.blob),
            key_id: sealed.key.to_string(),
            key_version_id: sealed.version.to_string(),
        }
    }
}

pub(super) fn encrypt(cx: &Cx, request: Encrypt) -> Result<Encrypted, Error> {
    let key = request.key_id.within(cx)?;
    let text = request.plaintext.0.as_bytes();
    let context = request.encryption_context;
    Ok(cx.engine.seal(&cx.caller, &key, Operation::Encrypt, context.bytes(), text)?.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Decrypt {
    ciphertext_blob: Blob,
    #[serde(default)]
    encryption_context: Context,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Decrypted {
    key_id: String,
    key_version_id: String,
    plaintext: Zeroizing<String>,
}

pub(super) fn decrypt(cx: &Cx, request: Decrypt) -> Result<Decrypted, Error> {
    let context = request.encryption_context;
    let opened = cx.engine.open_sealed(&cx.caller, context.bytes(), &request.ciphertext_blob.0)?;
    let text = std::str::from_utf8(&opened.text).map_err(|_| engine::Error::CiphertextUnopenable)?;
    Ok(Decrypted {
        key_id: opened.key.to_string(),
        key_version_id: opened.version.to_string(),
        plaintext: Zeroizing::new(text.to_owned()),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GenerateDataKey {
    key_id: KeyName,
    key_spec: Option<String>,
    number_of_bytes: Option<DataKeyLen>,
    #[serde(default)]
    encryption_context: Context,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "u32")]
struct DataKeyLen(usize);

impl TryFrom<u32> for DataKeyLen {
    type Error = Malformed;

    fn try_from(len: u32) -> Result<Self, Malformed> {
        let len = len as usize;
        if rules::DATA_KEY_BYTES.contains(&len) { Ok(Self(len)) } else { Err(Malformed) }
    }
}

impl GenerateDataKey {
    /// `NumberOfBytes` wins; then `KeySpec` is not even looked at.
    fn len(&self) -> Result<usize, Error> {
        match (self.number_of_bytes, self.key_spec.as_deref()) {
            (Some(len), _) => Ok(len.0),
            (None, None | Some("AES_256")) => Ok(32),
            (None, Some("AES_128")) => Ok(16),
            (None, Some(_)) => Err(Error::Invalid("KeySpec".into())),
        }
    }

    /// Draws a data key and seals its base64 text.
    fn run(self, cx: &Cx, operation: Operation) -> Result<(Encrypted, Zeroizing<String>), Error> {
        let len = self.len()?;
        let key = self.key_id.within(cx)?;
        let text = Zeroizing::new(STANDARD.encode(&*cx.engine.draw(len)));
        let context = self.encryption_context;
        let sealed = cx.engine.seal(&cx.caller, &key, operation, context.bytes(), text.as_bytes())?;
        Ok((sealed.into(), text))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DataKey {
    ciphertext_blob: String,
    key_id: String,
    key_version_id: String,
    plaintext: Zeroizing<String>,
}

pub(super) fn generate_data_key(cx: &Cx, request: GenerateDataKey) -> Result<DataKey, Error> {
    let (Encrypted { ciphertext_blob, key_id, key_version_id }, plaintext) =
        request.run(cx, Operation::GenerateDataKey)?;
    Ok(DataKey { ciphertext_blob, key_id, key_version_id, plaintext })
}

pub(super) fn generate_data_key_without_plaintext(
    cx: &Cx,
    request: GenerateDataKey,
) -> Result<Encrypted, Error> {
    Ok(request.run(cx, Operation::GenerateDataKeyWithoutPlaintext)?.0)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReEncrypt {
    ciphertext_blob: Blob,
    destination_key_id: KeyName,
    #[serde(rename = "SourceKeyId")]
    _source_key_id: Option<KeyName>,
    #[serde(rename = "SourceKeyVersionId")]
    _source_key_version_id: Option<VersionName>,
    source_encryption_algorithm: Option<SourceAlgorithm>,
    #[serde(default)]
    source_encryption_context: Context,
    #[serde(default)]
    destination_encryption_context: Context,
}

/// The algorithms of asymmetric ciphertexts. Naming one says that this is such a ciphertext.
#[derive(Deserialize)]
#[expect(non_camel_case_types, reason = "these are the document's words")]
enum SourceAlgorithm {
    RSAES_OAEP_SHA_256,
    RSAES_OAEP_SHA_1,
    SM2PKE,
}

pub(super) fn re_encrypt(cx: &Cx, request: ReEncrypt) -> Result<Encrypted, Error> {
    if request.source_encryption_algorithm.is_some() {
        return Err(Error::Unsupported);
    }
    let to = request.destination_key_id.within(cx)?;
    let from = (request.source_encryption_context.bytes(), &request.ciphertext_blob.0[..]);
    let sealed = cx.engine.reseal(&cx.caller, from, (&to, request.destination_encryption_context.bytes()))?;
    Ok(sealed.into())
}
