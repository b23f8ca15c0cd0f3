//! Access points: the programs that may ask for the data keys of a keyspace.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::{ByNameAndParent, Child};
use super::noun::{Noun, named_by};
use super::stored::{Content, Damaged, Hidden, StoredRecord, Unseal};
use super::texts::{is_id, names};
use super::{KeyspaceId, Material, Ordinal};
use crate::world::Instant;

names! {
    /// An access point's id, unique in its realm.
    AccessPointId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

/// How the programs of an access point prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessPointKind {
    /// By the identity of the virtual machine on which they run.
    Machine,
    /// By the identity of the cluster that runs them.
    Cluster,
    /// By the access point's private key.
    Custom,
}

/// An access point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPoint {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: AccessPointId,
    /// Its keyspace.
    pub keyspace: KeyspaceId,
    /// Its name, which need not be unique.
    pub name: String,
    /// How its programs prove who they are.
    pub kind: AccessPointKind,
    /// What identifies the machine or the cluster, if given. Opaque text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The id of the cluster, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The owner's description.
    pub description: String,
    /// Whether it may be used.
    pub enabled: bool,
    /// The user that created it.
    pub creator: Arc<str>,
    /// When it was created.
    pub created_at: Instant,
    /// When it was last enabled or disabled, or else created.
    pub changed_at: Instant,
    /// Its private key. Those of the kind [`AccessPointKind::Custom`] have one, and no others.
    #[serde(skip)]
    pub private_key: Option<Material>,
}

impl AccessPoint {
    /// The owner that its private key is sealed for.
    fn owner(&self) -> String {
        format!("access-point/{}/private-key", self.id)
    }
}

impl Child for AccessPoint {
    type Parent = KeyspaceId;

    fn parent(&self) -> &KeyspaceId {
        &self.keyspace
    }
}

impl Noun for AccessPoint {
    const KIND: &'static str = "access-point";
    type Names = ByNameAndParent<AccessPointId, KeyspaceId>;
    type Part = ();

    named_by! { id: AccessPointId }

    fn content(&self) -> Content<'_> {
        let hidden = self.private_key.as_ref().map(|it| Hidden::Material(self.owner(), it));
        Content::with(self, hidden)
    }

    fn read(
        ordinal: Ordinal,
        head: &StoredRecord,
        _parts: &[StoredRecord],
        unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let read: Self = head.body()?;
        let private_key = match read.kind {
            AccessPointKind::Custom => {
                let key = head.unsealed(unseal, &read.owner(), "sealed_private_key")?;
                Some(Material::new(key))
            }
            AccessPointKind::Machine | AccessPointKind::Cluster => None,
        };
        Ok(Self { ordinal, private_key, ..read })
    }
}
