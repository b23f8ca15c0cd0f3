//! Key stores: where an owner wants keys to be kept, apart from those of everybody else.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::{Aliased, ByNameAndAlias};
use super::noun::{Noun, named_by, read_from_body};
use super::texts::{is_id, names};
use super::{AliasName, Ordinal};
use crate::world::Instant;

names! {
    /// A key store's id, unique in its realm. A key names it in [`instance`](super::Key::instance).
    KeyStoreId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

/// A key store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyStore {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: KeyStoreId,
    /// Its alias, unique among the key stores of its realm.
    pub alias: AliasName,
    /// The kind of cluster that keeps the keys, in the cloud's word.
    pub kind: String,
    /// The cluster that its owner named, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The certificate of the cluster's authority, in PEM, if its owner gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Whether its keys can be used.
    pub enabled: bool,
    /// The user that created it.
    pub creator: Arc<str>,
    /// When it was created.
    pub created_at: Instant,
}

impl Aliased for KeyStore {
    fn alias(&self) -> &AliasName {
        &self.alias
    }
}

impl Noun for KeyStore {
    const KIND: &'static str = "key-store";
    type Names = ByNameAndAlias<KeyStoreId>;
    type Part = ();

    named_by! { id: KeyStoreId }

    read_from_body! {}
}
