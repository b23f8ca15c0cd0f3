//! The stored form of nouns. A noun is one record, with the part number 0, and one more for each of
//! its parts. A record is a body and at most one secret. The body is JSON: the noun's fields in
//! plain words, times and lengths of time in milliseconds. The store seals what is secret.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{Fingerprint, Material, Ordinal};

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

/// What is secret of a record. A sealed text is bound to its owner, told below the realm: it does
/// not open for another.
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
