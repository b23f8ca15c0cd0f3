//! Symmetric encryption: document sections 8.17 to 8.19, 8.22 and 8.23.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::algorithms::asymmetric::Encryption;
use crate::algorithms::base64_text;
use crate::dialects::alibaba::limits;
use crate::dialects::alibaba::listing::Wrapped;
use crate::dialects::alibaba::names::{KeyName, VersionName, pair};
use crate::dialects::alibaba::values::{Ciphertext, Context, OpenText, Plaintext, Recipient};
use crate::dialects::alibaba::words::EncryptionWord;
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{self, CiphertextError, KeyError, Operation, Sealed, Used};
use crate::model::KeyId;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypt {
    key_id: KeyName,
    plaintext: Plaintext,
    #[serde(default)]
    encryption_context: Context,
}

/// A ciphertext with a key and version: those that encrypted it or, for `ReEncrypt`, those of the
/// source.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypted {
    pub(crate) ciphertext_blob: String,
    pub(crate) key_id: String,
    pub(crate) key_version_id: String,
}

impl From<Sealed> for Encrypted {
    fn from(sealed: Sealed) -> Self {
        Self {
            ciphertext_blob: base64_text::encode(&sealed.value),
            key_id: sealed.key.to_string(),
            key_version_id: sealed.version.to_string(),
        }
    }
}

pub(crate) fn encrypt(cx: &Cx, request: Encrypt) -> Result<Encrypted, Error> {
    let key = request.key_id.within(cx)?;
    let text = request.plaintext.0.as_bytes();
    let context = request.encryption_context;
    Ok(cx.engine.seal(&cx.caller, &key, Operation::Encrypt, context.bytes(), text)?.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypt {
    ciphertext_blob: Ciphertext,
    #[serde(default)]
    recipient: Recipient,
    #[serde(default)]
    encryption_context: Context,
}

/// The key and version that were used, and the result under the name that the action gives it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Outcome<T> {
    key_id: String,
    key_version_id: String,
    #[serde(flatten)]
    value: Wrapped<T>,
}

impl<T> Outcome<T> {
    pub(crate) fn of<U>(used: &Used<U>, name: &'static str, value: T) -> Self {
        Self {
            key_id: used.key.to_string(),
            key_version_id: used.version.to_string(),
            value: Wrapped(name, value),
        }
    }
}

pub(crate) fn decrypt(cx: &Cx, request: Decrypt) -> Result<Outcome<Zeroizing<String>>, Error> {
    request.recipient.refuse()?;
    let context = request.encryption_context;
    let opened = cx.engine.open_sealed(
        &cx.caller,
        Operation::Decrypt,
        context.bytes(),
        &request.ciphertext_blob.0,
    )?;
    let text = std::str::from_utf8(&opened.value).map_err(|_| CiphertextError::DecryptionFailed)?;
    Ok(Outcome::of(&opened, "Plaintext", Zeroizing::new(text.to_owned())))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateDataKey {
    key_id: KeyName,
    key_spec: Option<OpenText>,
    number_of_bytes: Option<DataKeyLen>,
    #[serde(default)]
    encryption_context: Context,
    #[serde(default)]
    recipient: Recipient,
}

/// The length of a data key, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct DataKeyLen(pub(crate) usize);

parsed!(DataKeyLen, |len: u32| {
    let len = len as usize;
    limits::DATA_KEY_BYTES.contains(&len).then_some(Self(len))
});

/// Generates a data key: its bytes, and the base64 text that is encrypted. `NumberOfBytes` wins;
/// `KeySpec` is then ignored.
pub(crate) fn draw_data_key(
    cx: &Cx,
    number_of_bytes: Option<DataKeyLen>,
    key_spec: Option<&str>,
) -> Result<(Zeroizing<Vec<u8>>, Zeroizing<String>), Error> {
    let bytes = cx.engine.random_bytes(match (number_of_bytes, key_spec) {
        (Some(len), _) => len.0,
        (None, None | Some("AES_256")) => 32,
        (None, Some("AES_128")) => 16,
        (None, Some(_)) => return Err(Error::Invalid("KeySpec".into())),
    });
    let text = Zeroizing::new(base64_text::encode(&*bytes));
    Ok((bytes, text))
}

impl GenerateDataKey {
    /// Generates a data key and encrypts it.
    fn run(self, cx: &Cx) -> Result<(Encrypted, Zeroizing<String>), Error> {
        let (_, text) = draw_data_key(cx, self.number_of_bytes, self.key_spec.as_deref())?;
        let key = self.key_id.within(cx)?;
        let (operation, context) = (Operation::GenerateDataKey, self.encryption_context);
        let sealed =
            cx.engine.seal(&cx.caller, &key, operation, context.bytes(), text.as_bytes())?;
        Ok((sealed.into(), text))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataKey {
    ciphertext_blob: String,
    key_id: String,
    key_version_id: String,
    plaintext: Zeroizing<String>,
}

pub(crate) fn generate_data_key(cx: &Cx, request: GenerateDataKey) -> Result<DataKey, Error> {
    request.recipient.refuse()?;
    let (Encrypted { ciphertext_blob, key_id, key_version_id }, plaintext) = request.run(cx)?;
    Ok(DataKey { ciphertext_blob, key_id, key_version_id, plaintext })
}

pub(crate) fn generate_data_key_without_plaintext(
    cx: &Cx,
    request: GenerateDataKey,
) -> Result<Encrypted, Error> {
    Ok(request.run(cx)?.0)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReEncrypt {
    ciphertext_blob: Ciphertext,
    destination_key_id: KeyName,
    source_key_id: Option<KeyName>,
    source_key_version_id: Option<VersionName>,
    source_encryption_algorithm: Option<EncryptionWord>,
    #[serde(default)]
    source_encryption_context: Context,
    #[serde(default)]
    destination_encryption_context: Context,
}

/// The id of the key in `SourceKeyId`.
fn source_key(cx: &Cx, key: KeyName) -> Result<KeyId, Error> {
    let key = key.within(cx)?;
    let snapshot = cx.engine.snapshot(&cx.caller);
    Ok(snapshot.view(&cx.caller).admit(&key, Operation::Decrypt)?.key().id.clone())
}

/// With an algorithm, the ciphertext was made with a public key, and the key and its version are
/// required. Otherwise it is a symmetric ciphertext, which names both itself; if the request names
/// them too, they must be the same.
pub(crate) fn re_encrypt(cx: &Cx, request: ReEncrypt) -> Result<Encrypted, Error> {
    let to = request.destination_key_id.within(cx)?;
    let (blob, associated) = (request.ciphertext_blob.0, request.destination_encryption_context);
    let Some(EncryptionWord(algorithm)) = request.source_encryption_algorithm else {
        let source = request.source_key_id.map(|key| source_key(cx, key)).transpose()?;
        let from = (request.source_encryption_context.bytes(), &blob[..]);
        let it = cx.engine.reseal(&cx.caller, from, (Some(&to), associated.bytes()))?;
        if source.is_some_and(|id| id != it.source) {
            return Err(Error::Invalid("SourceKeyId".into()));
        }
        if request.source_key_version_id.is_some_and(|version| version.0 != Some(it.source_version))
        {
            return Err(Error::Invalid("SourceKeyVersionId".into()));
        }
        // The answer names the old ciphertext's key and version.
        let (value, key, version) = (it.sealed.value, it.source, it.source_version);
        return Ok(Sealed { value, key, version }.into());
    };
    let key = request.source_key_id.ok_or(Error::Missing("SourceKeyId".into()))?;
    let version =
        request.source_key_version_id.ok_or(Error::Missing("SourceKeyVersionId".into()))?;
    let (from, operation) = (pair(key, &version, cx)?, Operation::Decrypt);
    let opened = match cx.engine.decrypt_by_pair(&cx.caller, &from, operation, algorithm, &blob) {
        Err(engine::Error::Key(KeyError::AlgorithmMismatch)) => {
            return Err(Error::Invalid("SourceEncryptionAlgorithm".into()));
        }
        outcome => outcome?,
    };
    // A public key wraps a data key's bytes; a symmetric ciphertext contains their base64 text.
    let text = Zeroizing::new(base64_text::encode(within_limits(algorithm, &opened.value)?));
    let to = (&to, Operation::Encrypt);
    let sealed = cx.engine.seal(&cx.caller, to.0, to.1, associated.bytes(), text.as_bytes())?;
    Ok(opened.map(|_| sealed.value).into())
}

/// Checks that a plaintext could have been encrypted here. Other implementations may have encrypted
/// a longer one, or an empty one.
pub(crate) fn within_limits(algorithm: Encryption, text: &[u8]) -> Result<&[u8], Error> {
    let most = if matches!(algorithm, Encryption::Sm2(_)) {
        limits::SM2_PLAINTEXT_MAX
    } else {
        usize::MAX
    };
    if (1..=most).contains(&text.len()) {
        Ok(text)
    } else {
        Err(Error::Invalid("CiphertextBlob".into()))
    }
}

/// Checks that a plaintext is short enough for `SM2PKE`, which has no limit of its own.
pub(crate) fn encryptable(algorithm: Encryption, text: &[u8]) -> Result<&[u8], Error> {
    match algorithm {
        Encryption::Sm2(_) if text.len() > limits::SM2_PLAINTEXT_MAX => {
            Err(Error::Invalid("Plaintext".into()))
        }
        _ => Ok(text),
    }
}
