//! Symmetric encryption, data keys and random data.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::pairs::find;
use super::wrapping::Recipient;
use crate::dialects::tencent::blob::Blob;
use crate::dialects::tencent::data_keys::{self, Hosted};
use crate::dialects::tencent::tags::Tag;
use crate::dialects::tencent::values::{
    Base64, Cluster, Context, KeyName, OpenText, Tagging, base64,
};
use crate::dialects::tencent::{codes, rules};
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, KeyRef, Operation};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypt {
    key_id: KeyName,
    plaintext: Base64,
    #[serde(default)]
    encryption_context: Context,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypted {
    ciphertext_blob: String,
    key_id: String,
}

pub(crate) fn encrypt(cx: &Cx, request: Encrypt) -> Result<Encrypted, Error> {
    let text = request.plaintext.bytes(rules::PLAINTEXT_MAX);
    let text = text.ok_or(codes::INVALID_PARAMETER_VALUE_INVALID_PLAINTEXT)?;
    let context = request.encryption_context.bytes("EncryptionContext")?;
    let key = request.key_id.key()?;
    let sealed = cx.engine.seal(&cx.caller, &key, Operation::Encrypt, context, &text)?;
    let ciphertext_blob = Blob::encode(&sealed.value, context);
    Ok(Encrypted { ciphertext_blob, key_id: sealed.key.to_string() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypt {
    ciphertext_blob: Blob,
    #[serde(default)]
    encryption_context: Context,
    encryption_public_key: Option<OpenText>,
    encryption_algorithm: Option<OpenText>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypted {
    key_id: String,
    plaintext: Zeroizing<String>,
}

pub(crate) fn decrypt(cx: &Cx, request: Decrypt) -> Result<Decrypted, Error> {
    let recipient = Recipient::new(request.encryption_public_key, request.encryption_algorithm);
    let context = request.encryption_context.bytes("EncryptionContext")?;
    let blob = request.ciphertext_blob.decode(context)?;
    let opened = cx.engine.open_sealed(&cx.caller, Operation::Decrypt, context, &blob);
    let opened = opened.map_err(|error| of_source(error, None))?;
    let plaintext = recipient.answer(cx, &opened.value)?;
    Ok(Decrypted { key_id: opened.key.to_string(), plaintext })
}

/// Maps an error of opening a ciphertext, which may be that of a key pair. If there is a
/// destination, it may be the key pair instead.
fn of_source(error: engine::Error, destination: Option<(&Cx, KeyRef)>) -> Error {
    if !matches!(error, engine::Error::Key(KeyError::IsPair)) {
        return error.into();
    }
    let spec = destination.and_then(|(cx, key)| find(cx, key).ok()?.1);
    match spec {
        Some(_) => Error::Invalid("DestinationKeyId".into()),
        None => codes::INVALID_PARAMETER_VALUE_INVALID_CIPHERTEXT.into(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReEncrypt {
    ciphertext_blob: Blob,
    #[serde(default)]
    destination_key_id: KeyName,
    #[serde(default)]
    source_encryption_context: Context,
    #[serde(default)]
    destination_encryption_context: Context,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReEncrypted {
    ciphertext_blob: String,
    key_id: String,
    source_key_id: String,
    re_encrypted: bool,
}

/// If key, key version and context stay the same, the answer has the same ciphertext.
pub(crate) fn re_encrypt(cx: &Cx, request: ReEncrypt) -> Result<ReEncrypted, Error> {
    let from = request.source_encryption_context.bytes("SourceEncryptionContext")?;
    let to = request.destination_encryption_context.bytes("DestinationEncryptionContext")?;
    let destination = if request.destination_key_id.is_empty() {
        None
    } else {
        Some(request.destination_key_id.key()?)
    };
    let blob = request.ciphertext_blob.decode(from)?;
    let moved = cx.engine.reseal(&cx.caller, (from, &blob), (destination.as_ref(), to));
    let moved = moved.map_err(|error| of_source(error, destination.map(|key| (cx, key))))?;
    let ciphertext = if moved.was_current { &blob } else { &moved.sealed.value };
    Ok(ReEncrypted {
        ciphertext_blob: Blob::encode(ciphertext, to),
        key_id: moved.sealed.key.to_string(),
        source_key_id: moved.source.to_string(),
        re_encrypted: !moved.was_current,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateDataKey {
    key_id: KeyName,
    key_spec: Option<OpenText>,
    number_of_bytes: Option<i64>,
    #[serde(default)]
    encryption_context: Context,
    encryption_public_key: Option<OpenText>,
    encryption_algorithm: Option<OpenText>,
    is_hosted_by_kms: Option<u64>,
    data_key_name: Option<OpenText>,
    description: Option<String>,
    #[serde(default)]
    hsm_cluster_id: Cluster,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataKey {
    key_id: String,
    plaintext: Zeroizing<String>,
    ciphertext_blob: String,
    #[serde(flatten)]
    hosted: Option<HostedKey>,
}

/// The members of the answer for a hosted data key.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HostedKey {
    data_key_id: String,
    #[serde(flatten)]
    tagging: Tagging,
}

/// The number of random bytes in a request.
///
/// # Errors
/// `InvalidParameter` of `name`.
fn length(number: Option<i64>, name: &'static str) -> Result<Option<usize>, Error> {
    let len = |number: i64| {
        let number = u64::try_from(number).ok().filter(|it| rules::RANDOM_BYTES.contains(it));
        number.and_then(|it| usize::try_from(it).ok()).ok_or(Error::Invalid(name.into()))
    };
    number.map(len).transpose()
}

pub(crate) async fn generate_data_key(cx: Cx, request: GenerateDataKey) -> Result<DataKey, Error> {
    let recipient = Recipient::new(request.encryption_public_key, request.encryption_algorithm);
    let spec = request.key_spec.as_ref().map_or("", |it| &it.0);
    let len = match (length(request.number_of_bytes, "NumberOfBytes")?, spec) {
        (Some(len), _) => len,
        (None, "AES_256") => 32,
        (None, "AES_128") => 16,
        (None, _) => return Err(Error::Invalid("KeySpec".into())),
    };
    let context = request.encryption_context.bytes("EncryptionContext")?;
    request.hsm_cluster_id.check()?;
    let is_hosted = match request.is_hosted_by_kms.unwrap_or_default() {
        0 => false,
        1 => true,
        _ => return Err(Error::Invalid("IsHostedByKms".into())),
    };
    let hosted = Hosted::of(request.data_key_name, request.description, request.tags)?;
    let key = request.key_id.id()?;
    let bytes = cx.engine.random_bytes(len);
    let (sealed, plaintext, hosted) = if is_hosted {
        // Nothing is stored if the plaintext cannot be encrypted for the caller.
        let snapshot = cx.engine.snapshot(&cx.caller);
        let view = snapshot.view(&cx.caller);
        view.admit(&key.clone().into(), Operation::GenerateDataKey)?;
        let plaintext = recipient.answer(&cx, &bytes)?;
        let (sealed, id) = data_keys::host(&cx, &key, context, &bytes, hosted).await?;
        (sealed, plaintext, Some(HostedKey { data_key_id: id, tagging: Tagging::DONE }))
    } else {
        let operation = Operation::GenerateDataKey;
        let sealed = cx.engine.seal(&cx.caller, &key.into(), operation, context, &bytes)?;
        let plaintext = recipient.answer(&cx, &bytes)?;
        (sealed, plaintext, None)
    };
    Ok(DataKey {
        key_id: sealed.key.to_string(),
        plaintext,
        ciphertext_blob: Blob::encode(&sealed.value, context),
        hosted,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateRandom {
    number_of_bytes: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Random {
    plaintext: Zeroizing<String>,
}

pub(crate) fn generate_random(cx: &Cx, request: GenerateRandom) -> Result<Random, Error> {
    let len = length(Some(request.number_of_bytes), "NumberOfBytes")?.unwrap_or_default();
    Ok(Random { plaintext: base64(&cx.engine.random_bytes(len)) })
}
