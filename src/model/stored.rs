//! The stored form of nouns. A noun has one record with the part number 0, and one for each of its
//! parts. A record has a body and at most one secret. The body is JSON, with times and durations in
//! milliseconds. The store seals the secret.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{Fingerprint, Material, Ordinal};

/// The effect of a change on the records of one noun.
#[derive(Debug)]
pub struct StoredChange<'a> {
    /// The noun's kind.
    pub kind: &'static str,
    /// Its number.
    pub ordinal: Ordinal,
    /// The changed records. `None` removes all of the noun's records.
    pub records: Option<Vec<Record<'a>>>,
}

/// One record.
#[derive(Debug)]
pub struct Record<'a> {
    /// The number of the part; 0 for the noun itself.
    pub part: u64,
    /// The new content. `None` removes the record.
    pub content: Option<Content<'a>>,
}

/// The content of a record.
#[derive(Debug)]
pub struct Content<'a> {
    /// The body.
    pub body: String,
    /// The secret.
    pub secret: Option<Hidden<'a>>,
}

impl<'a> Content<'a> {
    /// A body without a secret.
    pub fn open(body: &impl Serialize) -> Self {
        // The bodies have string keys and no values that JSON lacks, so this never fails.
        Self { body: serde_json::to_string(body).unwrap_or_default(), secret: None }
    }

    /// A body with a secret.
    pub fn with(body: &impl Serialize, secret: Option<Hidden<'a>>) -> Self {
        Self { secret, ..Self::open(body) }
    }
}

/// The secret of a record. It is sealed for an owner, a path within the realm, and opens for no
/// other.
#[derive(Debug)]
pub enum Hidden<'a> {
    /// Key material, to be sealed for this owner.
    Material(String, &'a Material),
    /// The fingerprint of key material, to be sealed for this owner.
    Fingerprint(String, &'a Fingerprint),
    /// A ciphertext under a key of the realm.
    Ciphertext(Vec<u8>),
}

/// A stored record.
#[derive(Debug)]
pub struct StoredRecord {
    /// The number of the part; 0 for the noun itself.
    pub part: u64,
    /// The body.
    pub body: String,
    /// The sealed secret.
    pub sealed: Option<Vec<u8>>,
}

impl StoredRecord {
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Damaged> {
        serde_json::from_str(&self.body).map_err(|_| Damaged("body"))
    }

    /// The secret, opened for its owner. Errors name it by `name`.
    pub(super) fn unsealed(
        &self,
        unseal: &Unseal<'_>,
        owner: &str,
        name: &'static str,
    ) -> Result<Zeroizing<Vec<u8>>, Damaged> {
        self.sealed.as_ref().and_then(|sealed| unseal(owner, sealed)).ok_or(Damaged(name))
    }
}

/// Opens what was sealed for an owner.
pub type Unseal<'a> = dyn Fn(&str, &[u8]) -> Option<Zeroizing<Vec<u8>>> + 'a;

/// The column of a record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the data is damaged: column {0} cannot be read")]
pub struct Damaged(pub &'static str);
