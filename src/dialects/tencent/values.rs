//! The forms of values. A value whose mistake has a code of its own is kept as text here, and
//! parsed by the handler that knows the code.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{codes, rules};
use crate::algorithms::base64_text;
use crate::dialects::wire::classes::classed;
use crate::dialects::{Code, Error};
use crate::engine::KeyRef;
use crate::model::{AliasName, KeyId};
use crate::world::Instant;

/// The name of a key: its id, and nothing else.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyName(String);

classed!(KeyName: Key);

impl From<String> for KeyName {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Whether a text is a UUID as the service writes it.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
        })
}

impl KeyName {
    /// The key.
    ///
    /// # Errors
    /// The text is no id.
    pub(super) fn key(&self) -> Result<KeyRef, Error> {
        self.id().map(KeyRef::Id)
    }

    /// The id.
    ///
    /// # Errors
    /// The text is none.
    pub(super) fn id(&self) -> Result<KeyId, Error> {
        let id = KeyId::parse(&self.0).filter(|_| is_uuid(&self.0));
        id.ok_or_else(|| codes::INVALID_PARAMETER_VALUE_INVALID_KEY_ID.into())
    }

    /// Whether nothing is named.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The names of a batch: each once, and so many at the most.
///
/// # Errors
/// There are none or too many, a text is no id, or one comes twice.
pub(super) fn batch(names: &[KeyName], most: usize) -> Result<Vec<KeyId>, Error> {
    if !(1..=most).contains(&names.len()) {
        return Err(Error::Invalid("KeyIds".into()));
    }
    let ids = names.iter().map(KeyName::id).collect::<Result<Vec<_>, _>>()?;
    if is_repeated(&ids) {
        return Err(codes::INVALID_PARAMETER_VALUE_DUPLICATED_KEY_ID.into());
    }
    Ok(ids)
}

/// Whether something comes twice.
pub(super) fn is_repeated<T: Ord>(all: &[T]) -> bool {
    let mut sorted: Vec<_> = all.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}

/// A text that may be shown, or none.
pub(super) use crate::dialects::wire::values::OpenText;

/// Bytes in base64, which may be a secret.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Base64(Zeroizing<String>);

impl From<Zeroizing<String>> for Base64 {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl Base64 {
    /// The bytes, up to so many; at least one.
    ///
    /// # Errors
    /// This code: the text is no base64, or holds too much or nothing.
    pub(super) fn bytes(
        &self,
        most: usize,
        or: &'static Code,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let bytes = base64_text::decode(&self.0);
        bytes.filter(|it| (1..=most).contains(&it.len())).ok_or_else(|| or.into())
    }

    /// The bytes, or the refusal of this parameter.
    ///
    /// # Errors
    /// The text is no base64, or holds too much or nothing.
    pub(super) fn of(&self, most: usize, name: &'static str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let bytes = base64_text::decode(&self.0);
        bytes.filter(|it| (1..=most).contains(&it.len())).ok_or(Error::Invalid(name.into()))
    }
}

/// Bytes as they are answered.
pub(super) fn base64(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(base64_text::encode(bytes))
}

/// An encryption context: the text of a JSON object. What binds is the text, character by
/// character.
#[derive(Debug, Default)]
pub(super) struct Context(String);

classed!(Context: Context);

impl From<String> for Context {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// The bytes that a context binds a ciphertext to; `None` where the text is none.
pub(super) fn context(text: &str) -> Option<&[u8]> {
    let is_object = || {
        let object: Result<serde_json::Map<String, serde_json::Value>, _> =
            serde_json::from_str(text);
        text.chars().count() <= rules::CONTEXT_MAX && object.is_ok()
    };
    (text.is_empty() || is_object()).then_some(text.as_bytes())
}

impl Context {
    /// The bytes that it binds a ciphertext to.
    ///
    /// # Errors
    /// The text is no JSON object, or too long.
    pub(super) fn bytes(&self, name: &'static str) -> Result<&[u8], Error> {
        context(&self.0).ok_or(Error::Invalid(name.into()))
    }
}

/// The account of a member of an organization: refused wherever it may stand.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MemberAccount {
    #[serde(rename = "MemberAppId")]
    _app_id: Option<u64>,
    #[serde(rename = "MemberUin")]
    _uin: Option<u64>,
}

/// Refuses a request that acts for a member of an organization.
///
/// # Errors
/// It does.
pub(super) fn own(member: Option<&MemberAccount>) -> Result<(), Error> {
    match member {
        Some(_) => Err(codes::UNSUPPORTED_OPERATION_NOT_ROLE_OPERATION.into()),
        None => Ok(()),
    }
}

/// The cluster of hardware modules that a key lives in. There is the shared one, and no other.
#[derive(Debug, Default)]
pub(super) struct Cluster(String);

classed!(Cluster: Open);

impl From<String> for Cluster {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Cluster {
    /// Refuses any but the shared one.
    ///
    /// # Errors
    /// It is another one.
    pub(super) fn shared(&self) -> Result<(), Error> {
        match &*self.0 {
            "" | "default" => Ok(()),
            _ => Err(codes::INVALID_PARAMETER_VALUE_INVALID_HSM_CLUSTER_ID.into()),
        }
    }
}

/// An alias of a key.
///
/// # Errors
/// The text is none.
pub(super) fn alias(text: &str) -> Result<AliasName, Error> {
    let name = AliasName::parse(text).filter(|_| rules::is_alias(text));
    name.ok_or_else(|| codes::INVALID_PARAMETER_VALUE_INVALID_ALIAS.into())
}

/// A text up to so many bytes.
///
/// # Errors
/// It is longer.
pub(super) fn within(text: String, most: usize, name: &'static str) -> Result<String, Error> {
    if text.len() <= most { Ok(text) } else { Err(Error::Invalid(name.into())) }
}

/// An instant in seconds of Unix time, as every answer has it.
pub(super) fn seconds(at: Instant) -> u64 {
    u64::try_from(at.millis().div_euclid(1000)).unwrap_or_default()
}

/// The number of an account. One that does not fit is the largest that does: the SDKs read 64 bits.
pub(super) fn uin(account: &str) -> u64 {
    account.parse().unwrap_or(u64::MAX)
}

/// A page: from which row on, and how many.
#[derive(Clone, Copy)]
pub(super) struct Page {
    from: usize,
    most: usize,
}

impl Page {
    /// The page that a request asks for, of 1 to 200 rows.
    ///
    /// # Errors
    /// A number is out of its range.
    pub(super) fn of(offset: Option<u64>, limit: Option<u64>) -> Result<Self, Error> {
        let (range, usual) = rules::PAGE;
        let limit = limit.unwrap_or(usual);
        if !range.contains(&limit) {
            return Err(Error::Invalid("Limit".into()));
        }
        Ok(Self::from(offset, limit))
    }

    /// A page of any length.
    pub(super) fn from(offset: Option<u64>, limit: u64) -> Self {
        let index = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Self { from: index(offset.unwrap_or_default()), most: index(limit) }
    }

    /// Its rows, and how many rows there are in all.
    pub(super) fn of_rows<T>(self, rows: Vec<T>) -> (Vec<T>, usize) {
        let total = rows.len();
        (rows.into_iter().skip(self.from).take(self.most).collect(), total)
    }
}

/// What an action answers that has attached tags.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tagging {
    tag_code: u8,
    tag_msg: &'static str,
}

impl Tagging {
    /// The tags were attached, if there were any.
    pub(super) const DONE: Self = Self { tag_code: 0, tag_msg: "ok" };
}
