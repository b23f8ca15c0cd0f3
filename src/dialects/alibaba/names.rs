//! Names of keys, versions, aliases and secrets in requests and answers. Each is parsed once, here.

use super::codes;
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, SecretError};
use crate::model::{
    self, AliasName, CertificateId, InstanceId, KeyId, ManagedDataKeyName, ManagedDataKeyVersionId,
    Realm,
};
use crate::world::Entropy;

/// The prefix of every alias.
const ALIAS: &str = "alias/";

/// Whether a text is an alias: `alias/` and at least one of letters, digits, `/`, `_`, `-`; at most
/// 255 characters in all.
pub(super) fn is_alias(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-');
    let rest = text.strip_prefix(ALIAS).filter(|rest| !rest.is_empty() && text.len() <= 255);
    rest.is_some_and(|rest| rest.bytes().all(legal))
}

/// Parses an alias.
pub(super) fn alias(text: &str) -> Option<AliasName> {
    AliasName::parse(text).filter(|_| is_alias(text))
}

/// Whether a text is a secret's name: 1 to 192 letters, digits, and `_/+=.@-`. Newer SDKs say 192,
/// where the document says 64.
pub(super) fn is_secret_name(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"_/+=.@-".contains(&b);
    (1..=192).contains(&text.len()) && text.bytes().all(legal)
}

/// Parses a secret's name.
pub(super) fn secret_name(text: &str) -> Option<model::SecretName> {
    model::SecretName::parse(text).filter(|_| is_secret_name(text))
}

/// A key's name in a request: an id, an alias, or the ARN of either.
#[derive(Debug)]
pub(super) struct KeyName {
    key: engine::KeyRef,
    place: Option<Place>,
}

/// The region and account of an ARN.
#[derive(Clone, Debug)]
struct Place {
    region: String,
    account: String,
}

impl Place {
    /// Splits `acs:kms:<region>:<account>:<name>`. A text without the prefix `acs:kms:` is a plain
    /// name.
    fn of(text: &str) -> Option<(Option<Self>, &str)> {
        let Some(arn) = text.strip_prefix("acs:kms:") else { return Some((None, text)) };
        let mut parts = arn.splitn(3, ':');
        let (region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
        Some((Some(Self { region: region.into(), account: account.into() }), name))
    }

    fn is(&self, realm: &Realm) -> bool {
        self.region.eq_ignore_ascii_case(&realm.region) && *self.account == *realm.account
    }
}

parsed!(KeyName, Key, |text: String| {
    let (place, name) = Place::of(&text)?;
    let id = |text: &str| KeyId::parse(text).map(engine::KeyRef::Id);
    let key = match (&place, name.strip_prefix("key/")) {
        (Some(_), Some(name)) => id(name)?,
        (Some(_), None) if !name.starts_with(ALIAS) => return None,
        _ => alias(name).map(engine::KeyRef::Alias).or_else(|| id(name))?,
    };
    Some(Self { key, place })
});

impl KeyName {
    /// The key, if it can be in the caller's realm. A key of another realm is not found.
    pub(super) fn within(self, cx: &Cx) -> Result<engine::KeyRef, Error> {
        self.in_realm(&cx.caller.realm)
    }

    /// The key, if it can be in this realm. A key of another realm is not found.
    pub(super) fn in_realm(self, realm: &Realm) -> Result<engine::KeyRef, Error> {
        match &self.place {
            Some(place) if !place.is(realm) => Err(KeyError::NotFound.into()),
            _ => Ok(self.key),
        }
    }

    /// The same, for actions that do not accept aliases.
    pub(super) fn without_alias(self, cx: &Cx) -> Result<engine::KeyRef, Error> {
        match self.key {
            engine::KeyRef::Alias(_) => Err(codes::UNSUPPORTED_ALIAS.into()),
            engine::KeyRef::Id(_) => self.within(cx),
        }
    }

    /// Whether the name is an ARN.
    pub(super) fn is_arn(&self) -> bool {
        self.place.is_some()
    }
}

/// An alias as a parameter.
#[derive(Debug)]
pub(super) struct Alias(pub(super) AliasName);

parsed!(Alias, Key, |text: String| alias(&text).map(Self));

/// An existing secret's name in a request: the name, or its ARN.
#[derive(Clone, Debug)]
pub(super) struct SecretName {
    name: model::SecretName,
    place: Option<Place>,
}

parsed!(SecretName, Secret, |text: String| {
    let (place, name) = Place::of(&text)?;
    let name = if place.is_some() { name.strip_prefix(SECRET)? } else { name };
    Some(Self { name: secret_name(name)?, place })
});

impl SecretName {
    /// The secret's name, if it can be in the caller's realm. A secret of another realm is not
    /// found.
    pub(super) fn within(self, cx: &Cx) -> Result<model::SecretName, Error> {
        self.in_realm(&cx.caller.realm)
    }

    /// The secret's name, if it can be in this realm. A secret of another realm is not found.
    pub(super) fn in_realm(self, realm: &Realm) -> Result<model::SecretName, Error> {
        match &self.place {
            Some(place) if !place.is(realm) => Err(SecretError::NotFound.into()),
            _ => Ok(self.name),
        }
    }
}

/// The name for a new secret, unchecked.
pub(super) struct NewSecretName(pub(super) String);

parsed!(NewSecretName, Secret, |text: String| Some(Self(text)));

/// The prefix of a secret's name in its ARN.
const SECRET: &str = "secret/";

/// The name of a secret in this realm, from its name or ARN.
pub(super) fn secret_named<'a>(realm: &Realm, text: &'a str) -> &'a str {
    match Place::of(text) {
        Some((Some(place), name)) if place.is(realm) => name.strip_prefix(SECRET).unwrap_or(text),
        _ => text,
    }
}

/// A certificate's id as a parameter.
#[derive(Clone, Debug)]
pub(super) struct CertificateName(pub(super) CertificateId);

parsed!(CertificateName, Certificate, |text: String| CertificateId::parse(&text).map(Self));

/// An instance's id as a parameter.
#[derive(Clone, Debug)]
pub(super) struct InstanceName(pub(super) InstanceId);

parsed!(InstanceName, Open, |text: String| InstanceId::parse(&text).map(Self));

/// The id of a new instance: `kst-` and 20 letters and digits.
pub(super) fn new_instance_id(entropy: &Entropy) -> InstanceId {
    let id = entropy.uuid().simple().to_string();
    InstanceId::made(&format!("kst-{}", &id[..20]))
}

/// A managed data key's name as a parameter.
pub(super) struct DataKeyName(pub(super) ManagedDataKeyName);

parsed!(DataKeyName, Open, |text: String| {
    ManagedDataKeyName::parse(&text).filter(|_| is_data_key_name(&text)).map(Self)
});

/// Whether a text is a managed data key's name. With a version's id, it becomes a name in the form
/// of a secret's, which limits its length. No source gives a rule.
pub(super) fn is_data_key_name(text: &str) -> bool {
    is_secret_name(text) && text.len() <= 164
}

/// The id of a managed data key's version as a parameter.
pub(super) struct DataKeyVersionId(pub(super) ManagedDataKeyVersionId);

parsed!(DataKeyVersionId, Open, |text: String| ManagedDataKeyVersionId::parse(&text).map(Self));

/// Makes the id of a managed data key's version: 8 letters and digits.
pub(super) fn new_data_key_version_id(entropy: &Entropy) -> ManagedDataKeyVersionId {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    ManagedDataKeyVersionId::made(&entropy.array::<8>().map(letter).iter().collect::<String>())
}

/// A key version's id as a parameter.
#[derive(Debug)]
pub(super) struct VersionName(pub(super) Option<model::VersionId>);

// A text with valid characters that is no id of kmsim's is treated as an unknown id.
parsed!(VersionName, Version, |text: String| {
    KeyId::parse(&text).map(|_| Self(model::VersionId::parse(text.as_bytes())))
});

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
    fn keys_have_four_forms_of_names() {
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
    fn names_are_parsed_strictly() {
        assert!(is_alias("alias/example"));
        for bad in [
            "alias/",
            "example",
            "alias/\u{fc}",
            "alias/a b",
            &format!("alias/{}", "a".repeat(250)),
        ] {
            assert!(!is_alias(bad), "{bad:?}");
        }
        for good in
            ["a", "acs/ram/user/x", "RdsSecret/Mysql5.4/MyCred", "a_b+c=d@e-f", &"n".repeat(192)]
        {
            assert!(is_secret_name(good), "{good}");
        }
        for bad in ["", "a b", "not a secret!", "\u{fc}", "$Auto", &"n".repeat(193)] {
            assert!(!is_secret_name(bad), "{bad}");
        }
    }

    #[test]
    fn secrets_have_two_forms_of_names() {
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
