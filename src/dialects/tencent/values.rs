//! Types and forms of values. If a malformed value has a code of its own, its type keeps the text,
//! and the handler that knows the code parses it.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{codes, rules};
use crate::algorithms::base64_text;
use crate::dialects::wire::classes::classed;
use crate::dialects::{Code, Error};
use crate::engine::KeyRef;
use crate::model::{AliasName, KeyId};
use crate::world::Instant;

/// A key in a request: its id. This cloud has no other names for keys in requests.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyName(String);

classed!(KeyName: Key);

impl From<String> for KeyName {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Whether a text is a UUID with lower-case digits, as the service writes them.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
        })
}

impl KeyName {
    /// The key with this id.
    ///
    /// # Errors
    /// `InvalidKeyId`.
    pub(super) fn key(&self) -> Result<KeyRef, Error> {
        self.id().map(KeyRef::Id)
    }

    /// The id.
    ///
    /// # Errors
    /// `InvalidKeyId`.
    pub(super) fn id(&self) -> Result<KeyId, Error> {
        let id = KeyId::parse(&self.0).filter(|_| is_uuid(&self.0));
        id.ok_or_else(|| codes::INVALID_PARAMETER_VALUE_INVALID_KEY_ID.into())
    }

    /// Whether the text is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The ids of the keys in one request: 1 to `max`, each once.
///
/// # Errors
/// `InvalidParameter` of `KeyIds` if there are none or too many, `InvalidKeyId`, `DuplicatedKeyId`.
pub(super) fn key_ids(names: &[KeyName], max: usize) -> Result<Vec<KeyId>, Error> {
    let wrong_size = Error::Invalid("KeyIds".into());
    let repeated = codes::INVALID_PARAMETER_VALUE_DUPLICATED_KEY_ID;
    distinct(names.iter().map(KeyName::id), max, wrong_size, repeated)
}

/// The ids of one request: 1 to `max`, each once.
///
/// # Errors
/// `wrong_size` if there are none or too many, the error of a malformed id, or `repeated`.
pub(super) fn distinct<T: Ord>(
    ids: impl ExactSizeIterator<Item = Result<T, Error>>,
    max: usize,
    wrong_size: Error,
    repeated: &'static Code,
) -> Result<Vec<T>, Error> {
    if !(1..=max).contains(&ids.len()) {
        return Err(wrong_size);
    }
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let mut sorted: Vec<_> = ids.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) { Err(repeated.into()) } else { Ok(ids) }
}

pub(super) use crate::dialects::wire::values::OpenText;

/// Bytes in base64. They may be a secret.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Base64(Zeroizing<String>);

impl From<Zeroizing<String>> for Base64 {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl Base64 {
    /// The bytes, 1 to `max`. `None` if the text is not base64, or has another length.
    pub(super) fn bytes(&self, max: usize) -> Option<Zeroizing<Vec<u8>>> {
        base64_text::decode(&self.0).filter(|bytes| (1..=max).contains(&bytes.len()))
    }

    /// The same for a parameter without a code of its own.
    ///
    /// # Errors
    /// `InvalidParameter` of `name`.
    pub(super) fn checked(
        &self,
        max: usize,
        name: &'static str,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.bytes(max).ok_or(Error::Invalid(name.into()))
    }
}

/// Bytes in answers.
pub(super) fn base64(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(base64_text::encode(bytes))
}

/// An encryption context: the text of a JSON object. The ciphertext is bound to the text itself, so
/// another order of the members is another context.
#[derive(Debug, Default)]
pub(super) struct Context(String);

classed!(Context: Context);

impl From<String> for Context {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// The bytes of a context, which are authenticated with the ciphertext. An empty text is no
/// context. `None` if the text is malformed or too long.
pub(super) fn context(text: &str) -> Option<&[u8]> {
    let is_object =
        || serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok();
    let is_legal = text.is_empty() || text.chars().count() <= rules::CONTEXT_MAX && is_object();
    is_legal.then_some(text.as_bytes())
}

impl Context {
    /// The bytes, which are authenticated with the ciphertext.
    ///
    /// # Errors
    /// `InvalidParameter` of `name`: the text is not a JSON object, or too long.
    pub(super) fn bytes(&self, name: &'static str) -> Result<&[u8], Error> {
        context(&self.0).ok_or(Error::Invalid(name.into()))
    }
}

/// A member account of an organization. kmsim has no organizations, so every action refuses it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MemberAccount {
    #[serde(rename = "MemberAppId")]
    _app_id: Option<u64>,
    #[serde(rename = "MemberUin")]
    _uin: Option<u64>,
}

/// Refuses a request for a member account.
///
/// # Errors
/// `NotRoleOperation`.
pub(super) fn refuse_member(member: Option<&MemberAccount>) -> Result<(), Error> {
    match member {
        Some(_) => Err(codes::UNSUPPORTED_OPERATION_NOT_ROLE_OPERATION.into()),
        None => Ok(()),
    }
}

/// The cluster of hardware security modules for a key. There is only the shared one.
#[derive(Debug, Default)]
pub(super) struct Cluster(String);

classed!(Cluster: Open);

impl From<String> for Cluster {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Cluster {
    /// Refuses every cluster but the shared one.
    ///
    /// # Errors
    /// `InvalidHsmClusterId`.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &*self.0 {
            "" | "default" => Ok(()),
            _ => Err(codes::INVALID_PARAMETER_VALUE_INVALID_HSM_CLUSTER_ID.into()),
        }
    }
}

/// Parses an alias of a key or white-box key, or the name of a data key.
///
/// # Errors
/// `malformed`.
pub(super) fn alias(text: &str, malformed: &'static Code) -> Result<AliasName, Error> {
    let name = AliasName::parse(text).filter(|_| rules::is_alias(text));
    name.ok_or_else(|| malformed.into())
}

/// A text of at most `max` bytes.
///
/// # Errors
/// `InvalidParameter` of `name`.
pub(super) fn limited(text: String, max: usize, name: &'static str) -> Result<String, Error> {
    if text.len() <= max { Ok(text) } else { Err(Error::Invalid(name.into())) }
}

/// A time in answers: seconds of Unix time.
pub(super) fn seconds(at: Instant) -> u64 {
    u64::try_from(at.millis().div_euclid(1000)).unwrap_or_default()
}

/// The number of an account (Uin) in answers. The SDKs parse 64 bits, so a longer number is
/// answered as the largest one.
pub(super) fn uin(account: &str) -> u64 {
    account.parse().unwrap_or(u64::MAX)
}

/// The result of attaching tags, in the answers of actions that create something.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tagging {
    tag_code: u8,
    tag_msg: &'static str,
}

impl Tagging {
    /// All tags were attached.
    pub(super) const DONE: Self = Self { tag_code: 0, tag_msg: "ok" };
}
