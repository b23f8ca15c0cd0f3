//! Encrypting and decrypting. The caller keeps the initialisation vector beside the ciphertext. In
//! the actions whose names begin with `Advance` or `Kms`, the ciphertext holds everything.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::blocks;
use super::used::{InUse, Usual, refuse};
use super::words::{Method, MethodWord, PaddingWord, method_word, padding_word};
use crate::algorithms::base64_text;
use crate::algorithms::symmetric::{Cipher, IV_LEN};
use crate::dialects::alibaba::codes;
use crate::dialects::alibaba::keys::cipher::{encryptable, within_limits};
use crate::dialects::alibaba::names::{KeyName, VersionName};
use crate::dialects::alibaba::values::{Blob, Ciphertext, SecretBlob};
use crate::dialects::{Cx, Error};
use crate::engine::{CiphertextError, KeyError, Operation};
use crate::model::VersionId;

/// What a ciphertext of the `Advance` actions begins with: a mark, the versions of cipher and
/// padding, and the algorithm `AES_GCM`.
const CONTAINER: [u8; 3] = [b'$', 0, 2];
/// The same in base64.
pub(crate) const CONTAINER_IN_BASE64: &str = "JAAC";

/// What the tag of a ciphertext covers besides: nothing, if it is absent.
pub(super) fn bytes(aad: Option<&Blob>) -> &[u8] {
    aad.map_or(&[], |aad| &aad.0)
}

/// Refuses a padding: neither GCM nor a public key uses one that can be chosen.
fn refuse_padding(padding: Option<PaddingWord>) -> Result<(), Error> {
    if padding.is_some() { Err(Error::Invalid("PaddingMode".into())) } else { Ok(()) }
}

/// The initialisation vector of GCM.
fn gcm_iv(iv: &Blob) -> Result<[u8; IV_LEN], Error> {
    iv.0.as_slice().try_into().map_err(|_| Error::Invalid("Iv".into()))
}

/// A text that was sealed in GCM.
pub(super) struct SealedHere {
    pub(super) iv: [u8; IV_LEN],
    /// The encrypted text and the tag.
    pub(super) value: Vec<u8>,
}

impl SealedHere {
    /// Seals a text with the version of the key in use.
    pub(super) fn of(
        cx: &Cx,
        used: &InUse,
        operation: Operation,
        (iv, associated): (Option<&Blob>, &[u8]),
        text: &[u8],
    ) -> Result<Self, Error> {
        let iv = match iv {
            Some(given) => gcm_iv(given)?,
            None => cx.engine.world().entropy.array(),
        };
        let parts = (iv, associated);
        let sealed =
            cx.engine.seal_with_version(&cx.caller, &used.pair(), operation, parts, text)?;
        Ok(Self { iv, value: sealed.value })
    }

    /// Everything in one, as the shared gateway has it.
    pub(super) fn with_version(&self, version: VersionId) -> Vec<u8> {
        [&version.text()[..], &self.iv, &self.value].concat()
    }

    /// The same in the container of the `Advance` actions.
    pub(super) fn contained(&self, version: VersionId) -> Vec<u8> {
        [&CONTAINER[..], &self.with_version(version)].concat()
    }
}

/// A ciphertext, and how it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypted {
    key_id: String,
    key_version_id: String,
    ciphertext_blob: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    iv: Option<String>,
    algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    padding_mode: Option<&'static str>,
}

impl Encrypted {
    fn of(used: &InUse, method: Method, iv: Option<&[u8]>, ciphertext: &[u8]) -> Self {
        Self {
            key_id: used.key.id.to_string(),
            key_version_id: used.version.to_string(),
            ciphertext_blob: base64_text::encode(ciphertext),
            iv: iv.map(base64_text::encode),
            algorithm: method_word(method),
            padding_mode: None,
        }
    }
}

/// A plaintext, and how its ciphertext was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypted {
    key_id: String,
    key_version_id: String,
    plaintext: Zeroizing<String>,
    algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    padding_mode: Option<&'static str>,
}

impl Decrypted {
    fn of(used: &InUse, method: Method, text: &[u8]) -> Self {
        Self {
            key_id: used.key.id.to_string(),
            key_version_id: used.version.to_string(),
            plaintext: Zeroizing::new(base64_text::encode(text)),
            algorithm: method_word(method),
            padding_mode: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypt {
    key_id: KeyName,
    plaintext: SecretBlob,
    algorithm: Option<MethodWord>,
    aad: Option<Blob>,
    iv: Option<Blob>,
    padding_mode: Option<PaddingWord>,
    #[serde(rename = "x-kms-migrationkeyversionid")]
    version: Option<VersionName>,
}

pub(crate) fn encrypt(cx: &Cx, request: Encrypt) -> Result<Encrypted, Error> {
    let named = (Some(request.key_id), request.version);
    let used = InUse::of(cx, named, Usual::Initial, Operation::Encrypt)?;
    let method = used.method(cx, request.algorithm)?;
    let (iv, aad) = (request.iv.as_ref(), request.aad.as_ref());
    let text = &request.plaintext.0;
    match method {
        Method::Gcm(_) => {
            refuse_padding(request.padding_mode)?;
            let parts = (iv, bytes(aad));
            let sealed = SealedHere::of(cx, &used, Operation::Encrypt, parts, text)?;
            Ok(Encrypted::of(&used, method, Some(&sealed.iv), &sealed.value))
        }
        Method::Pair(encryption) => {
            refuse_padding(request.padding_mode)?;
            refuse(iv, "Iv")?;
            refuse(aad, "Aad")?;
            let text = encryptable(encryption, text)?;
            let sealed = cx.engine.encrypt_to_pair(&cx.caller, &used.pair(), encryption, text)?;
            Ok(Encrypted::of(&used, method, None, &sealed.value))
        }
        Method::Cbc(_) | Method::Ecb(_) => {
            let padding = request.padding_mode.map(|it| it.0).unwrap_or_default();
            let how = (&used, method, Operation::Encrypt);
            let (mode, sealed) = blocks::encrypt(cx, how, (iv, aad), padding, text)?;
            let encrypted = Encrypted::of(&used, method, blocks::iv_of(&mode), &sealed.value);
            Ok(Encrypted { padding_mode: Some(padding_word(padding)), ..encrypted })
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypt {
    ciphertext_blob: Ciphertext,
    key_id: Option<KeyName>,
    algorithm: Option<MethodWord>,
    aad: Option<Blob>,
    iv: Option<Blob>,
    padding_mode: Option<PaddingWord>,
    #[serde(rename = "x-kms-migrationkeyversionid")]
    version: Option<VersionName>,
}

/// The key is named, or the header names its version.
pub(crate) fn decrypt(cx: &Cx, request: Decrypt) -> Result<Decrypted, Error> {
    let named = (request.key_id, request.version);
    let used = InUse::of(cx, named, Usual::Initial, Operation::Decrypt)?;
    let method = used.method(cx, request.algorithm)?;
    let (iv, aad) = (request.iv.as_ref(), request.aad.as_ref());
    let blob = &request.ciphertext_blob.0;
    match method {
        Method::Gcm(_) => {
            refuse_padding(request.padding_mode)?;
            let iv = gcm_iv(iv.ok_or(Error::Missing("Iv".into()))?)?;
            let parts = (iv, bytes(aad));
            let opened = cx.engine.open_with_version(&cx.caller, &used.pair(), parts, blob)?;
            Ok(Decrypted::of(&used, method, &opened.value))
        }
        Method::Pair(encryption) => {
            refuse_padding(request.padding_mode)?;
            refuse(iv, "Iv")?;
            refuse(aad, "Aad")?;
            let operation = Operation::DecryptByPair;
            let opened =
                cx.engine.decrypt_by_pair(&cx.caller, &used.pair(), operation, encryption, blob)?;
            Ok(Decrypted::of(&used, method, within_limits(encryption, &opened.value)?))
        }
        Method::Cbc(_) | Method::Ecb(_) => {
            let padding = request.padding_mode.map(|it| it.0).unwrap_or_default();
            let mode = blocks::mode(method, (iv, aad), || Err(Error::Missing("Iv".into())))?;
            let how = (mode, padding);
            let opened = cx.engine.decrypt_blocks(&cx.caller, &used.pair(), how, blob)?;
            let decrypted = Decrypted::of(&used, method, &opened.value);
            Ok(Decrypted { padding_mode: Some(padding_word(padding)), ..decrypted })
        }
    }
}

/// How the key in use encrypts in the `Advance` actions, which are for AES keys.
pub(super) fn advance_method(
    cx: &Cx,
    used: &InUse,
    named: Option<MethodWord>,
) -> Result<Method, Error> {
    match used.method(cx, named)? {
        method @ Method::Gcm(Cipher::Aes) => Ok(method),
        _ => Err(codes::UNSUPPORTED_OPERATION.into()),
    }
}

pub(crate) fn advance_encrypt(cx: &Cx, request: Encrypt) -> Result<Encrypted, Error> {
    let named = (Some(request.key_id), request.version);
    let used = InUse::of(cx, named, Usual::Primary, Operation::Encrypt)?;
    let method = advance_method(cx, &used, request.algorithm)?;
    refuse_padding(request.padding_mode)?;
    let parts = (request.iv.as_ref(), bytes(request.aad.as_ref()));
    let sealed = SealedHere::of(cx, &used, Operation::Encrypt, parts, &request.plaintext.0)?;
    let contained = sealed.contained(used.version);
    Ok(Encrypted::of(&used, method, Some(&sealed.iv), &contained))
}

/// The ciphertext names the version. What the request names besides must be the same.
pub(crate) fn advance_decrypt(cx: &Cx, request: Decrypt) -> Result<Decrypted, Error> {
    let blob =
        request.ciphertext_blob.0.strip_prefix(&CONTAINER).ok_or(CiphertextError::Malformed)?;
    let (version, rest) = version_of(blob)?;
    let named = (request.key_id, Some(VersionName(Some(version))));
    let used = InUse::of(cx, named, Usual::Primary, Operation::Decrypt)?;
    let method = advance_method(cx, &used, request.algorithm)?;
    refuse_padding(request.padding_mode)?;
    if request.iv.is_some_and(|iv| !rest.starts_with(&iv.0)) {
        return Err(Error::Invalid("Iv".into()));
    }
    if request.version.is_some_and(|named| named.0 != Some(version)) {
        return Err(KeyError::VersionNotFound.into());
    }
    let associated = bytes(request.aad.as_ref());
    let opened = cx.engine.open_sealed(&cx.caller, Operation::Decrypt, associated, blob)?;
    Ok(Decrypted::of(&used, method, &opened.value))
}

/// The version that a ciphertext begins with, and the rest of it.
fn version_of(blob: &[u8]) -> Result<(VersionId, &[u8]), Error> {
    let parts = blob.split_first_chunk::<{ VersionId::LEN }>();
    let parts = parts.and_then(|(id, rest)| Some((VersionId::parse(id)?, rest)));
    parts.ok_or(CiphertextError::Malformed.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KmsEncrypt {
    key_id: KeyName,
    plaintext: SecretBlob,
    aad: Option<Blob>,
}

pub(crate) fn kms_encrypt(cx: &Cx, request: KmsEncrypt) -> Result<Encrypted, Error> {
    let named = (Some(request.key_id), None);
    let used = InUse::of(cx, named, Usual::Primary, Operation::Encrypt)?;
    let method = used.method(cx, None)?;
    let parts = (None, bytes(request.aad.as_ref()));
    let sealed = SealedHere::of(cx, &used, Operation::Encrypt, parts, &request.plaintext.0)?;
    Ok(Encrypted::of(&used, method, None, &sealed.with_version(used.version)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KmsDecrypt {
    ciphertext_blob: Ciphertext,
    aad: Option<Blob>,
}

pub(crate) fn kms_decrypt(cx: &Cx, request: KmsDecrypt) -> Result<Decrypted, Error> {
    let blob = &request.ciphertext_blob.0;
    let named = (None, Some(VersionName(Some(version_of(blob)?.0))));
    let used = InUse::of(cx, named, Usual::Primary, Operation::Decrypt)?;
    let method = used.method(cx, None)?;
    let associated = bytes(request.aad.as_ref());
    let opened = cx.engine.open_sealed(&cx.caller, Operation::Decrypt, associated, blob)?;
    Ok(Decrypted::of(&used, method, &opened.value))
}
