//! Grants: permissions on one key that its owner gives to somebody.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::{ByNameAndParent, Child};
use super::noun::{Noun, named_by, read_from_body};
use super::shelf::Shelf;
use super::texts::{is_id, names};
use super::{KeyId, Ordinal};
use crate::world::Instant;

names! {
    /// A grant's id, unique in its realm.
    GrantId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

/// Who gets a grant. The ids are opaque.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grantee {
    /// A user.
    User(Arc<str>),
    /// Every user of an account.
    Account(Arc<str>),
}

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: GrantId,
    /// The key. The grant is removed with it.
    pub key: KeyId,
    /// The owner's name for it, if any. Names need not be unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who gets it.
    pub grantee: Grantee,
    /// What the grantee may do with the key, in the cloud's words.
    pub operations: BTreeSet<String>,
    /// The user that may retire it, if one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring: Option<Arc<str>>,
    /// The user that made it.
    pub issuer: Arc<str>,
    /// When it was made.
    pub created_at: Instant,
}

impl Child for Grant {
    type Parent = KeyId;

    fn parent(&self) -> &KeyId {
        &self.key
    }
}

impl Noun for Grant {
    const KIND: &'static str = "grant";
    type Names = ByNameAndParent<GrantId, KeyId>;
    type Part = ();

    named_by! { id: GrantId }

    read_from_body! {}
}

/// The grants of one key.
#[derive(Clone, Copy, Debug)]
pub struct Grants<'a> {
    shelf: &'a Shelf<Grant>,
    key: &'a KeyId,
}

impl<'a> Grants<'a> {
    /// The grants of this key among these.
    #[must_use]
    pub fn of(key: &'a KeyId, shelf: &'a Shelf<Grant>) -> Self {
        Self { shelf, key }
    }

    /// Each of them, oldest first.
    pub fn iter(self) -> impl Iterator<Item = &'a Arc<Grant>> + use<'a> {
        self.shelf.of(self.key)
    }
}
