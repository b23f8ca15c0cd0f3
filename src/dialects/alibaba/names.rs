//! How requests name keys, versions and aliases, and how answers do. Each name is parsed once, here.

use serde::Deserialize;

use super::errors::Error;
use super::values::Malformed;
use crate::dialects::Cx;
use crate::engine;
use crate::model::{self, AliasName, CertificateId, KeyId, Realm};

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
        self.in_realm(&cx.caller.realm)
    }

    /// The key meant, in this realm. Another realm's is unknown.
    pub(super) fn in_realm(self, realm: &Realm) -> Result<engine::KeyRef, Error> {
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

/// A secret's name as a parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct SecretName(pub(super) model::SecretName);

impl TryFrom<String> for SecretName {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        model::SecretName::parse(&text).map(Self).ok_or(Malformed)
    }
}

/// A certificate's id as a parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct CertificateName(pub(super) CertificateId);

impl TryFrom<String> for CertificateName {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        CertificateId::parse(&text).map(Self).ok_or(Malformed)
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

/// The ARN of `name` (`key/<id>`, `alias/<name>`) in a realm.
pub(super) fn arn(realm: &Realm, name: impl std::fmt::Display) -> String {
    format!("acs:kms:{}:{}:{name}", realm.region, realm.account)
}

/// The ARN of a key.
pub(super) fn key_arn(realm: &Realm, id: &KeyId) -> String {
    arn(realm, format_args!("key/{id}"))
}

/// A key pair's version, for the engine.
pub(super) fn pair(key: KeyName, version: &VersionName, cx: &Cx) -> Result<engine::PairRef, Error> {
    Ok(engine::PairRef { key: key.within(cx)?, version: version.0 })
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
}
