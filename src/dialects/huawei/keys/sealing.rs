//! Texts sealed with a symmetric key, in the layout of the document.

use zeroize::Zeroizing;

use crate::dialects::huawei::ciphertext::{self, Content, Parts};
use crate::dialects::huawei::codes;
use crate::dialects::{Cx, Error, Refusal};
use crate::engine::{self, KeyError, KeyRef, Operation};
use crate::model::{KeyId, KeySpec};

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

impl Opened {
    /// The data in the text. `None` if their digest or padding is wrong. The texts of key pairs
    /// have neither.
    pub(super) fn data(&self, content: Content) -> Option<&[u8]> {
        match self.spec {
            KeySpec::Pair(_) => Some(&self.text),
            spec => content.in_text(spec, &self.text),
        }
    }
}

/// Decrypts a ciphertext with a symmetric key of this kind.
///
/// # Errors
/// `KMS.2201`: the ciphertext is malformed, was changed, was encrypted with another key, or is
/// bound to something else. Or the key may not be used.
pub(super) fn open(
    cx: &Cx,
    key: (&KeyRef, KeySpec),
    bound: &[u8],
    bytes: &[u8],
) -> Result<Opened, Error> {
    open_parts(cx, key, bound, &ciphertext::decode(bytes).ok_or_else(refused)?)
}

/// Decrypts a ciphertext with the key that is named in it.
///
/// # Errors
/// As [`open`].
pub(super) fn open_by_its_key(cx: &Cx, bound: &[u8], bytes: &[u8]) -> Result<Opened, Error> {
    let parts = ciphertext::decode(bytes).ok_or_else(refused)?;
    let key = KeyRef::Id(parts.key.clone());
    let spec = symmetric(cx, &key, Operation::Decrypt)?;
    open_parts(cx, (&key, spec), bound, &parts)
}

fn open_parts(
    cx: &Cx,
    (key, spec): (&KeyRef, KeySpec),
    bound: &[u8],
    parts: &Parts,
) -> Result<Opened, Error> {
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

fn refused() -> Refusal {
    codes::INVALID_CIPHER_TEXT.with(&["cipher_text"])
}
