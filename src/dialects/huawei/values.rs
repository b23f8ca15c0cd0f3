//! Types and forms of values. If a malformed value has a code of its own, its type keeps the text,
//! and the handler that knows the code parses it.

use std::ops::RangeInclusive;

use serde::Deserialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{codes, rules};
use crate::algorithms::base64_text;
use crate::dialects::Error;
use crate::dialects::wire::classes::classed;
use crate::dialects::wire::values::OpenText;
use crate::engine::KeyRef;
use crate::model::{AliasName, KeyId};
use crate::world::Instant;

/// A key in a request: its id, `alias/<name>`, or the URN of an alias.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyName(String);

classed!(KeyName: Key);

impl From<String> for KeyName {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl KeyName {
    /// The key that it names.
    ///
    /// # Errors
    /// `KMS.0205`: it has no such form.
    pub(super) fn key(&self) -> Result<KeyRef, Error> {
        self.key_in("key_id")
    }

    /// The same for another parameter than `key_id`.
    ///
    /// # Errors
    /// As [`Self::key`].
    pub(super) fn key_in(&self, parameter: &str) -> Result<KeyRef, Error> {
        key_ref(&self.0).ok_or_else(|| codes::INVALID_KEY_ID.with(&[parameter]).into())
    }
}

/// Parses the name of a key. `None` if it has no form of such names. A URN is
/// `kms:<region>:<domain>:alias:<name>`; its region and domain do not matter, because a request is
/// for one realm only.
pub(super) fn key_ref(text: &str) -> Option<KeyRef> {
    if is_key_id(text) {
        return KeyId::parse(text).map(KeyRef::Id);
    }
    let of_urn = || {
        let mut parts = text.strip_prefix("kms:")?.splitn(4, ':').skip(2);
        parts.next().filter(|kind| *kind == "alias")?;
        parts.next()
    };
    alias_name(text.strip_prefix("alias/").or_else(of_urn)?).map(KeyRef::Alias)
}

/// Whether a text has the form of a key's id: lower-case letters and digits in groups of 8, 4, 4, 4
/// and 12.
pub(super) fn is_key_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || b.is_ascii_lowercase(),
        })
}

/// Parses an alias.
pub(super) fn alias_name(text: &str) -> Option<AliasName> {
    if rules::is_alias(text) { AliasName::parse(text) } else { None }
}

/// Parses a further alias of a key: `alias/<name>`. The prefix may be left out.
///
/// # Errors
/// `KMS.1101`.
pub(super) fn further_alias(text: &str) -> Result<AliasName, Error> {
    let name = alias_name(text.strip_prefix("alias/").unwrap_or(text));
    name.ok_or_else(|| codes::INVALID_ALIAS.with(&["alias"]).into())
}

/// Parses a key's own alias: `key_alias`.
///
/// # Errors
/// `KMS.1101`.
pub(super) fn own_alias(text: &str) -> Result<AliasName, Error> {
    alias_name(text).ok_or_else(|| codes::INVALID_ALIAS.with(&["key_alias"]).into())
}

/// Checks a key's description, `key_description`: at most 255 characters.
///
/// # Errors
/// `KMS.1103`.
pub(super) fn key_description(text: String) -> Result<String, Error> {
    if text.chars().count() <= rules::DESCRIPTION_MAX {
        Ok(text)
    } else {
        Err(codes::INVALID_DESCRIPTION.with(&["key_description"]).into())
    }
}

/// Parses the id of an enterprise project, which is the group of a key. `None` for the default one.
///
/// # Errors
/// `KMS.0308`.
pub(super) fn group(id: OpenText) -> Result<Option<String>, Error> {
    match id.0 {
        id if id == rules::NO_GROUP => Ok(None),
        id if is_key_id(&id) => Ok(Some(id)),
        _ => Err(Error::Invalid("enterprise_project_id".into())),
    }
}

/// Checks a description of something that is not a key: at most 255 characters.
///
/// # Errors
/// `KMS.0308`.
pub(super) fn described(text: Option<String>) -> Result<Option<String>, Error> {
    match text {
        Some(text) if text.chars().count() > rules::DESCRIPTION_MAX => {
            Err(Error::Invalid("description".into()))
        }
        text => Ok(text),
    }
}

/// Parses an id in the form of a UUID, with digits of either case.
///
/// # Errors
/// `KMS.0308`.
pub(super) fn uuid<T>(
    text: &OpenText,
    name: &'static str,
    parse: fn(&str) -> Option<T>,
) -> Result<T, Error> {
    let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    let id = uuid.and_then(|uuid| parse(&uuid.to_string()));
    id.ok_or(Error::Invalid(name.into()))
}

/// A date in an answer: milliseconds of Unix time. The document says seconds, but all samples have
/// milliseconds.
pub(super) fn date(at: Instant) -> String {
    at.millis().to_string()
}

/// A number, which the document writes as a text. A number is accepted too.
#[derive(Clone, Debug)]
pub(super) struct Decimal(String);

classed!(Decimal: Open);

impl From<String> for Decimal {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Decimal {
    /// The number. `None` if the text is not one: digits alone.
    pub(super) fn number(&self) -> Option<u64> {
        let is_digits = self.0.bytes().all(|b| b.is_ascii_digit());
        if is_digits { self.0.parse().ok() } else { None }
    }
}

/// A text that may be a secret.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct SecretText(pub(super) Zeroizing<String>);

impl SecretText {
    /// The bytes, if the text is base64 of such a length, in letters.
    pub(super) fn bytes(&self, letters: RangeInclusive<usize>) -> Option<Zeroizing<Vec<u8>>> {
        base64_of(&self.0, letters)
    }
}

fn base64_of(text: &str, letters: RangeInclusive<usize>) -> Option<Zeroizing<Vec<u8>>> {
    if letters.contains(&text.len()) { base64_text::decode(text) } else { None }
}

/// Bytes as hexadecimal digits in upper case, as answers have them.
pub(super) fn hex(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(base16ct::upper::encode_string(bytes))
}

/// Parses hexadecimal digits of either case. `None` if there are none, or other characters.
pub(super) fn bytes_of_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = base16ct::mixed::decode_vec(text).ok().filter(|bytes| !bytes.is_empty());
    bytes.map(Zeroizing::new)
}

/// A ciphertext in a request: hexadecimal for data keys, base64 for other data.
pub(super) struct DataCipherText(String);

classed!(DataCipherText: Ciphertext);

impl From<String> for DataCipherText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl DataCipherText {
    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes, if the text is base64 of such a length, in letters.
    pub(super) fn bytes(&self, letters: RangeInclusive<usize>) -> Option<Zeroizing<Vec<u8>>> {
        base64_of(&self.0, letters)
    }
}

/// The bytes of a parameter in base64, of such a length.
///
/// # Errors
/// `KMS.0308`: it is not base64, or of another length.
pub(super) fn base64_bytes(
    text: &str,
    lengths: RangeInclusive<usize>,
    name: &'static str,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    // Longer texts are not decoded. White space, which base64 may contain, counts.
    let text = Some(text).filter(|text| text.len() <= lengths.end().saturating_mul(2));
    let bytes = text.and_then(base64_text::decode).filter(|bytes| lengths.contains(&bytes.len()));
    bytes.ok_or_else(|| Error::Invalid(name.into()))
}
