//! The stored form of nouns. A noun is one record, with the part number 0, and one more for each of its parts.
//! A record is a body and at most one secret. The body is JSON: the noun's fields in plain words, times and
//! lengths of time in milliseconds. The store seals what is secret.

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::{
    AliasName, CertificateId, Fingerprint, KeyId, KeySpec, Material, Ordinal, SecretName,
    SymmetricSpec, VersionId,
};
use crate::algorithms::asymmetric::PairSpec;

/// What a change does to the records of one noun.
#[derive(Debug)]
pub struct StoredChange<'a> {
    /// The noun's kind.
    pub kind: &'static str,
    /// Its number.
    pub ordinal: Ordinal,
    /// The records that change; `None` when all of the noun's records go.
    pub records: Option<Vec<Record<'a>>>,
}

/// One record.
#[derive(Debug)]
pub struct Record<'a> {
    /// The number of the part; 0 for the noun itself.
    pub part: u64,
    /// What it says now; `None` when it goes.
    pub content: Option<Content<'a>>,
}

/// What a record says.
#[derive(Debug)]
pub struct Content<'a> {
    /// The body.
    pub body: String,
    /// What is secret.
    pub secret: Option<Hidden<'a>>,
}

impl<'a> Content<'a> {
    /// A body without a secret.
    pub fn open(body: &impl Serialize) -> Self {
        // Maps with texts for keys, and nothing else that JSON cannot say: this never fails.
        Self { body: serde_json::to_string(body).unwrap_or_default(), secret: None }
    }

    /// A body with a secret.
    pub fn with(body: &impl Serialize, secret: Option<Hidden<'a>>) -> Self {
        Self { secret, ..Self::open(body) }
    }
}

/// What is secret of a record. A sealed text is bound to its owner, told below the realm: it does not open for
/// another.
#[derive(Debug)]
pub enum Hidden<'a> {
    /// Key material, to be sealed for this owner.
    Material(String, &'a Material),
    /// The fingerprint of key material, to be sealed for this owner.
    Fingerprint(String, &'a Fingerprint),
    /// What is sealed already, under a key of the realm.
    Ciphertext(Vec<u8>),
}

/// A record that was stored.
#[derive(Debug)]
pub struct Kept {
    /// The number of the part; 0 for the noun itself.
    pub part: u64,
    /// The body.
    pub body: String,
    /// What is secret, sealed.
    pub sealed: Option<Vec<u8>>,
}

impl Kept {
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Damaged> {
        serde_json::from_str(&self.body).map_err(|_| Damaged("body"))
    }

    /// What is secret, opened for its owner. `name` says in an error what it is.
    pub(super) fn unsealed(
        &self,
        unseal: &Unseal<'_>,
        owner: &str,
        name: &'static str,
    ) -> Result<Zeroizing<Vec<u8>>, Damaged> {
        self.sealed.as_ref().and_then(|sealed| unseal(owner, sealed)).ok_or(Damaged(name))
    }
}

/// Opens for an owner what was sealed for it.
pub type Unseal<'a> = dyn Fn(&str, &[u8]) -> Option<Zeroizing<Vec<u8>>> + 'a;

/// What cannot be read of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the data is damaged: column {0} cannot be read")]
pub struct Damaged(pub &'static str);

/// Names that are stored as their texts.
macro_rules! texts {
    ($($name:ty: $read:expr),+ $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text($read))
            }
        }
    )+};
}

texts! {
    AliasName: AliasName::parse,
    CertificateId: CertificateId::parse,
    KeyId: KeyId::parse,
    KeySpec: |text| SPECS.iter().find(|(_, it)| *it == text).map(|(spec, _)| *spec),
    SecretName: SecretName::parse,
    VersionId: |text| VersionId::parse(text.as_bytes()),
}

/// Reads a text.
struct Text<T>(fn(&str) -> Option<T>);

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        self.0(text).ok_or_else(|| E::custom("not such a text"))
    }
}

const SPECS: [(KeySpec, &str); 9] = [
    (KeySpec::Symmetric(SymmetricSpec::Aes128), "aes-128"),
    (KeySpec::Symmetric(SymmetricSpec::Aes192), "aes-192"),
    (KeySpec::Symmetric(SymmetricSpec::Aes256), "aes-256"),
    (KeySpec::Symmetric(SymmetricSpec::Sm4), "sm4"),
    (KeySpec::Pair(PairSpec::Rsa2048), "rsa-2048"),
    (KeySpec::Pair(PairSpec::Rsa3072), "rsa-3072"),
    (KeySpec::Pair(PairSpec::EcP256), "ec-p256"),
    (KeySpec::Pair(PairSpec::EcP256K), "ec-p256k"),
    (KeySpec::Pair(PairSpec::EcSm2), "ec-sm2"),
];

impl std::fmt::Display for KeySpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = SPECS.iter().find(|(it, _)| it == self).map_or("", |(_, word)| word);
        f.write_str(word)
    }
}

/// A pair's spec, stored as a key's.
pub(super) mod pair {
    use super::{Deserialize, Deserializer, KeySpec, PairSpec, Serialize, Serializer};
    use serde::de::Error as _;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(crate) fn serialize<S: Serializer>(spec: &PairSpec, to: S) -> Result<S::Ok, S::Error> {
        KeySpec::Pair(*spec).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PairSpec, D::Error> {
        match KeySpec::deserialize(from)? {
            KeySpec::Pair(spec) => Ok(spec),
            KeySpec::Symmetric(_) => Err(D::Error::custom("not a pair")),
        }
    }
}

/// A length of time in milliseconds.
pub(super) mod millis {
    use std::time::Duration;

    use super::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde passes references")]
    pub(crate) fn serialize<S: Serializer>(
        it: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        it.map(|it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX)).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_millis))
    }
}
