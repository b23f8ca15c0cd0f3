//! Keyspace policies: when, and through which access points, the data keys of a keyspace may be
//! asked for. Stored and returned, without effect.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::{ByNameAndParent, Child};
use super::noun::{Noun, named_by, read_from_body};
use super::texts::{is_id, names};
use super::{KeyspaceId, Ordinal};
use crate::world::Instant;

names! {
    /// A keyspace policy's id, unique in its realm.
    KeyspacePolicyId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

/// A keyspace policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyspacePolicy {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: KeyspacePolicyId,
    /// Its keyspace.
    pub keyspace: KeyspaceId,
    /// Its name, which need not be unique.
    pub name: String,
    /// The policy itself. Opaque text; its grammar is its cloud's.
    pub document: String,
    /// The owner's description.
    pub description: String,
    /// The user that created it.
    pub creator: Arc<str>,
    /// When it was created.
    pub created_at: Instant,
    /// When it was last changed, or else created.
    pub changed_at: Instant,
}

impl Child for KeyspacePolicy {
    type Parent = KeyspaceId;

    fn parent(&self) -> &KeyspaceId {
        &self.keyspace
    }
}

impl Noun for KeyspacePolicy {
    const KIND: &'static str = "keyspace-policy";
    type Names = ByNameAndParent<KeyspacePolicyId, KeyspaceId>;
    type Part = ();

    named_by! { id: KeyspacePolicyId }

    read_from_body! {}
}
