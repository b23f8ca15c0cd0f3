//! The document's words and forms: key names, ARNs, specs, states, contexts, blobs. Each is parsed once, here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::errors::Error;
use super::rules;
use crate::dialects::Cx;
use crate::engine;
use crate::model::{self, AliasName, Creator, KeyId, KeyState, Realm};

/// A value that is not of its form; which parameter it was, the reader of parameters knows.
#[derive(Debug)]
pub(super) struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("malformed")
    }
}

/// How a request names a key: by id, by alias, or by the ARN of either.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct KeyName {
    key: engine::KeyRef,
    /// The region and account that the ARN names.
    place: Option<(String, String)>,
}

impl TryFrom<String> for KeyName {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let Some(arn) = text.strip_prefix("acs:kms:") else {
            return Ok(Self { key: key_ref(&text)?, place: None });
        };
        let mut parts = arn.splitn(3, ':');
        let (Some(region), Some(account), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Malformed);
        };
        let key = match name.strip_prefix("key/") {
            Some(id) => KeyId::parse(id).map(engine::KeyRef::Id).ok_or(Malformed)?,
            None if name.starts_with(AliasName::PREFIX) => key_ref(name)?,
            None => return Err(Malformed),
        };
        Ok(Self { key, place: Some((region.into(), account.into())) })
    }
}

fn key_ref(text: &str) -> Result<engine::KeyRef, Malformed> {
    let id = || KeyId::parse(text).map(engine::KeyRef::Id);
    AliasName::parse(text).map(engine::KeyRef::Alias).or_else(id).ok_or(Malformed)
}

impl KeyName {
    /// The key meant, in the caller's realm. Another realm's is unknown.
    pub(super) fn within(self, cx: &Cx) -> Result<engine::KeyRef, Error> {
        let realm = &cx.caller.realm;
        match &self.place {
            Some((region, account)) if **region != *realm.region || **account != *realm.account => {
                Err(engine::Error::KeyNotFound.into())
            }
            _ => Ok(self.key),
        }
    }

    /// The same, for the actions that the document gives no alias to.
    pub(super) fn without_alias(self, cx: &Cx) -> Result<engine::KeyRef, Error> {
        match self.key {
            engine::KeyRef::Alias(_) => Err(Error::AliasUnsupported),
            engine::KeyRef::Id(_) => self.within(cx),
        }
    }

    /// Whether it was named by an ARN.
    pub(super) fn is_arn(&self) -> bool {
        self.place.is_some()
    }
}

/// An alias as a parameter.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Alias(pub(super) AliasName);

impl TryFrom<String> for Alias {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        AliasName::parse(&text).map(Self).ok_or(Malformed)
    }
}

/// A key version's id as a parameter.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct VersionName(pub(super) Option<model::VersionId>);

impl TryFrom<String> for VersionName {
    type Error = Malformed;

    /// A text of the right letters that is no id of ours is one that nobody has.
    fn try_from(text: String) -> Result<Self, Malformed> {
        KeyId::parse(&text).map(|_| Self(model::VersionId::parse(text.as_bytes()))).ok_or(Malformed)
    }
}

/// A ciphertext: canonical base64.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Blob(pub(super) Vec<u8>);

impl TryFrom<String> for Blob {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        STANDARD.decode(text).map(Self).map_err(|_| Malformed)
    }
}

/// What Encrypt takes: any text of up to 6 KB, which Decrypt answers byte for byte.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Plaintext(pub(super) zeroize::Zeroizing<String>);

impl TryFrom<String> for Plaintext {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let text = zeroize::Zeroizing::new(text);
        if text.len() <= rules::PLAINTEXT_MAX { Ok(Self(text)) } else { Err(Malformed) }
    }
}

/// An encryption context: a JSON object of texts. What it binds is the set of its pairs; `{}`, `null` and none are
/// the same.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(super) struct Context(Vec<u8>);

impl Context {
    /// The bytes to authenticate with a ciphertext: each name and value behind its length, in order of names, so
    /// that no two contexts have the same bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<String> for Context {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        if text.chars().count() > rules::CONTEXT_MAX {
            return Err(Malformed);
        }
        let pairs: Option<BTreeMap<String, String>> = serde_json::from_str(&text).map_err(|_| Malformed)?;
        let mut bytes = Vec::new();
        for part in pairs.iter().flatten().flat_map(|(name, value)| [name, value]) {
            bytes.extend_from_slice(&u64::try_from(part.len()).map_err(|_| Malformed)?.to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Ok(Self(bytes))
    }
}

/// A text with a longest length, in characters.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Text<const MAX: usize>(pub(super) String);

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        if text.chars().count() <= MAX { Ok(Self(text)) } else { Err(Malformed) }
    }
}

/// A period: a number with one of the units `d`, `h`, `m`, `s`, between the shortest and the longest rotation.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct RotationInterval;

impl TryFrom<String> for RotationInterval {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
        let (number, unit) = units
            .iter()
            .find_map(|(letter, unit)| Some((text.strip_suffix(*letter)?, unit)))
            .ok_or(Malformed)?;
        let seconds = number.parse::<u64>().ok().and_then(|n| n.checked_mul(*unit)).ok_or(Malformed)?;
        let (least, most) = (rules::ROTATION_DAYS.start() * 86_400, rules::ROTATION_DAYS.end() * 86_400);
        if (least..=most).contains(&seconds) { Ok(Self) } else { Err(Malformed) }
    }
}

/// The types of keys that the document lists.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "these are the document's words")]
pub(super) enum KeySpec {
    #[default]
    Aliyun_AES_256,
    Aliyun_AES_128,
    Aliyun_AES_192,
    Aliyun_SM4,
    RSA_2048,
    RSA_3072,
    EC_P256,
    EC_P256K,
    EC_SM2,
}

impl KeySpec {
    /// The symmetric ones, which are served.
    pub(super) fn symmetric(self) -> Result<model::SymmetricSpec, Error> {
        match self {
            Self::Aliyun_AES_256 => Ok(model::SymmetricSpec::Aes256),
            Self::Aliyun_AES_128 => Ok(model::SymmetricSpec::Aes128),
            Self::Aliyun_AES_192 => Ok(model::SymmetricSpec::Aes192),
            Self::Aliyun_SM4 => Ok(model::SymmetricSpec::Sm4),
            Self::RSA_2048 | Self::RSA_3072 | Self::EC_P256 | Self::EC_P256K | Self::EC_SM2 => {
                Err(Error::Unsupported)
            }
        }
    }
}

pub(super) fn spec_word(spec: model::SymmetricSpec) -> &'static str {
    match spec {
        model::SymmetricSpec::Aes128 => "Aliyun_AES_128",
        model::SymmetricSpec::Aes192 => "Aliyun_AES_192",
        model::SymmetricSpec::Aes256 => "Aliyun_AES_256",
        model::SymmetricSpec::Sm4 => "Aliyun_SM4",
    }
}

pub(super) fn state_word(state: KeyState) -> &'static str {
    match state {
        KeyState::Enabled => "Enabled",
        KeyState::Disabled => "Disabled",
        KeyState::PendingDeletion => "PendingDeletion",
        KeyState::PendingImport => "PendingImport",
    }
}

pub(super) fn usage_word(usage: model::KeyUsage) -> &'static str {
    match usage {
        model::KeyUsage::EncryptDecrypt => "ENCRYPT/DECRYPT",
        model::KeyUsage::SignVerify => "SIGN/VERIFY",
    }
}

pub(super) fn origin_word(origin: model::Origin) -> &'static str {
    match origin {
        model::Origin::Service => "Aliyun_KMS",
        model::Origin::External => "EXTERNAL",
    }
}

pub(super) fn protection_word(protection: model::ProtectionLevel) -> &'static str {
    match protection {
        model::ProtectionLevel::Software => "SOFTWARE",
        model::ProtectionLevel::Hsm => "HSM",
    }
}

pub(super) fn creator_words(creator: &Creator) -> (&str, &'static str) {
    match creator {
        Creator::User(name) => (name, "User"),
        Creator::Service(name) => (name, "Service"),
    }
}

/// The ARN of `name` (`key/<id>`, `alias/<name>`) in a realm.
pub(super) fn arn(realm: &Realm, name: impl std::fmt::Display) -> String {
    format!("acs:kms:{}:{}:{name}", realm.region, realm.account)
}

/// The ARN of a key.
pub(super) fn key_arn(realm: &Realm, id: &KeyId) -> String {
    arn(realm, format_args!("key/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_in_four_ways() {
        for good in ["1234abcd-12ab", "alias/a", "acs:kms:r:1:key/k", "acs:kms:r:1:alias/a"] {
            assert!(KeyName::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in
            ["", "a b", "alias/", "acs:kms:r:1", "acs:kms:r:1:secret/s", "acs:kms:r:1:key/", "arn:aws:kms"]
        {
            assert!(KeyName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn contexts_bind_their_pairs_and_nothing_else() {
        let context = |text: &str| Context::try_from(text.to_owned());
        for empty in ["{}", "null", " { } "] {
            assert_eq!(context(empty).unwrap(), Context::default(), "{empty}");
        }
        assert_eq!(context(r#"{"a":"1","b":"2"}"#).unwrap(), context(r#"{ "b":"2", "a":"1" }"#).unwrap());
        assert_ne!(context(r#"{"a":"1&b=2"}"#).unwrap(), context(r#"{"a":"1","b":"2"}"#).unwrap());
        for bad in ["{'a': 'b'}", r#"{"a":1}"#, r#"["a"]"#, "a", r#"{"a":null}"#, r#""a""#] {
            assert!(context(bad).is_err(), "{bad}");
        }
        assert!(context(&format!("{{\"a\":\"{}\"}}", "x".repeat(8192))).is_err());
    }

    #[test]
    fn rotation_takes_7_to_730_days() {
        for (text, good) in
            [("7d", true), ("604800s", true), ("168h", true), ("730d", true), ("10080m", true)]
                .into_iter()
                .chain([
                    ("6d", false),
                    ("731d", false),
                    ("365x", false),
                    ("d", false),
                    ("99999999999999999999d", false),
                ])
        {
            assert_eq!(RotationInterval::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
    }
}
