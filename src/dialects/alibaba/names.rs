//! How requests name keys, versions and aliases, and how answers do. Each name is parsed once, here.

use super::codes;
use super::values::Malformed;
use crate::dialects::wire::classes::classed;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, SecretError};
use crate::model::{self, AliasName, CertificateId, KeyId, Realm};

/// How a request names a key: by id, by alias, or by the ARN of either.
#[derive(Debug)]
pub(super) struct KeyName {
    key: engine::KeyRef,
    place: Option<Place>,
}

classed!(KeyName: Key);

/// The region and account that an ARN names.
#[derive(Clone, Debug)]
struct Place {
    region: String,
    account: String,
}

impl Place {
    /// Takes `acs:kms:<region>:<account>:<name>` apart. Any other text names no place.
    fn of(text: &str) -> Result<(Option<Self>, &str), Malformed> {
        let Some(arn) = text.strip_prefix("acs:kms:") else { return Ok((None, text)) };
        let mut parts = arn.splitn(3, ':');
        let (Some(region), Some(account), Some(name)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(Malformed);
        };
        Ok((Some(Self { region: region.into(), account: account.into() }), name))
    }

    fn is(&self, realm: &Realm) -> bool {
        self.region.eq_ignore_ascii_case(&realm.region) && *self.account == *realm.account
    }
}

impl TryFrom<String> for KeyName {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let (place, name) = Place::of(&text)?;
        let key = match (&place, name.strip_prefix("key/")) {
            (None, _) => key_ref(name)?,
            (Some(_), Some(id)) => KeyId::parse(id).map(engine::KeyRef::Id).ok_or(Malformed)?,
            (Some(_), None) if name.starts_with(AliasName::PREFIX) => key_ref(name)?,
            (Some(_), None) => return Err(Malformed),
        };
        Ok(Self { key, place })
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
            Some(place) if !place.is(realm) => Err(KeyError::NotFound.into()),
            _ => Ok(self.key),
        }
    }

    /// The same, for the actions that the document gives no alias to.
    pub(super) fn without_alias(self, cx: &Cx) -> Result<engine::KeyRef, Error> {
        match self.key {
            engine::KeyRef::Alias(_) => Err(codes::UNSUPPORTED_ALIAS.into()),
            engine::KeyRef::Id(_) => self.within(cx),
        }
    }

    /// Whether it was named by an ARN.
    pub(super) fn is_arn(&self) -> bool {
        self.place.is_some()
    }
}

/// An alias as a parameter.
#[derive(Debug)]
pub(super) struct Alias(pub(super) AliasName);

classed!(Alias: Key);

impl TryFrom<String> for Alias {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        AliasName::parse(&text).map(Self).ok_or(Malformed)
    }
}

/// How a request names a secret that is there: by its name, or by its ARN.
#[derive(Clone, Debug)]
pub(super) struct SecretName {
    name: model::SecretName,
    place: Option<Place>,
}

classed!(SecretName: Secret);

impl TryFrom<String> for SecretName {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        let (place, name) = Place::of(&text)?;
        let name = match &place {
            Some(_) => name.strip_prefix(SECRET).ok_or(Malformed)?,
            None => name,
        };
        model::SecretName::parse(name).map(|name| Self { name, place }).ok_or(Malformed)
    }
}

impl SecretName {
    /// The secret meant, in the caller's realm. Another realm's is unknown.
    pub(super) fn within(self, cx: &Cx) -> Result<model::SecretName, Error> {
        self.in_realm(&cx.caller.realm)
    }

    /// The secret meant, in this realm. Another realm's is unknown.
    pub(super) fn in_realm(self, realm: &Realm) -> Result<model::SecretName, Error> {
        match &self.place {
            Some(place) if !place.is(realm) => Err(SecretError::NotFound.into()),
            _ => Ok(self.name),
        }
    }
}

/// A name for a new secret, as sent.
pub(super) struct NewSecretName(pub(super) String);

classed!(NewSecretName: Secret);

impl From<String> for NewSecretName {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What the name of a secret stands behind in its ARN.
const SECRET: &str = "secret/";

/// The name of a secret that a text means in this realm, be it the name or the ARN.
pub(super) fn secret_named<'a>(realm: &Realm, text: &'a str) -> &'a str {
    match Place::of(text) {
        Ok((Some(place), name)) if place.is(realm) => name.strip_prefix(SECRET).unwrap_or(text),
        _ => text,
    }
}

/// A certificate's id as a parameter.
#[derive(Clone, Debug)]
pub(super) struct CertificateName(pub(super) CertificateId);

classed!(CertificateName: Certificate);

impl TryFrom<String> for CertificateName {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        CertificateId::parse(&text).map(Self).ok_or(Malformed)
    }
}

/// A key version's id as a parameter.
#[derive(Debug)]
pub(super) struct VersionName(pub(super) Option<model::VersionId>);

classed!(VersionName: Version);

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
        for bad in [
            "",
            "a b",
            "alias/",
            "acs:kms:r:1",
            "acs:kms:r:1:secret/s",
            "acs:kms:r:1:key/",
            "arn:aws:kms",
        ] {
            assert!(KeyName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn secrets_are_named_in_two_ways() {
        let realm = Realm::new("alibaba", "1", "r");
        let named =
            |text: &str| SecretName::try_from(text.to_owned()).map(|it| it.in_realm(&realm));
        for good in ["a/b", "acs:kms:r:1:secret/a/b", "acs:kms:R:1:secret/a/b"] {
            assert_eq!(named(good).unwrap().unwrap().as_str(), "a/b", "{good}");
            assert_eq!(secret_named(&realm, good), "a/b", "{good}");
        }
        for foreign in ["acs:kms:r:2:secret/a", "acs:kms:q:1:secret/a", "acs:kms::1:secret/a"] {
            assert!(matches!(
                named(foreign).unwrap(),
                Err(Error::Engine(engine::Error::Secret(SecretError::NotFound)))
            ));
            assert_eq!(secret_named(&realm, foreign), foreign);
        }
        for bad in [
            "",
            "acs:kms:r:1",
            "acs:kms:r:1:a",
            "acs:kms:r:1:secret/",
            "acs:kms:r:1:key/k",
            "acs:kms:r:1:secret/a b",
            "acs:ram:r:1:secret/a",
        ] {
            assert!(named(bad).is_err(), "{bad}");
        }
    }
}
