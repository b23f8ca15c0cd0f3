//! White-box keys: symmetric keys that are hidden in programs on devices.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::{Aliased, ByNameAndAlias};
use super::noun::{Noun, Tags, named_by};
use super::spec::symmetric;
use super::stored::{Content, Damaged, Hidden, StoredRecord, Unseal};
use super::texts::{is_id, names};
use super::{AliasName, KeyId, Material, Ordinal, SymmetricSpec};
use crate::world::Instant;

names! {
    /// A white-box key's id, unique in its realm. The same form as a key's.
    WhiteBoxKeyId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

impl From<KeyId> for WhiteBoxKeyId {
    fn from(id: KeyId) -> Self {
        Self(id.as_str().into())
    }
}

/// A device that a white-box key is for. Stored and returned, without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceFingerprint {
    /// What identifies the device. Opaque text; its form is its cloud's.
    pub identity: String,
    /// The owner's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A white-box key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhiteBoxKey {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: WhiteBoxKeyId,
    /// Its alias, unique among the white-box keys of its realm.
    pub alias: AliasName,
    /// The owner's description.
    pub description: String,
    /// Its cipher.
    #[serde(with = "symmetric")]
    pub spec: SymmetricSpec,
    /// Whether it encrypts.
    pub enabled: bool,
    /// The user that created it.
    pub creator: Arc<str>,
    /// When it was created.
    pub created_at: Instant,
    /// The devices that it is for, in the owner's order.
    pub fingerprints: Vec<DeviceFingerprint>,
    /// Its material.
    #[serde(skip)]
    pub material: Material,
    /// Its tags.
    pub tags: Tags,
}

impl WhiteBoxKey {
    /// The owner that its material is sealed for.
    fn owner(&self) -> String {
        format!("white-box-key/{}/material", self.id)
    }
}

impl Aliased for WhiteBoxKey {
    fn alias(&self) -> &AliasName {
        &self.alias
    }
}

impl Noun for WhiteBoxKey {
    const KIND: &'static str = "white-box-key";
    type Names = ByNameAndAlias<WhiteBoxKeyId>;
    type Part = ();

    named_by! { id: WhiteBoxKeyId, tags }

    fn content(&self) -> Content<'_> {
        Content::with(self, Some(Hidden::Material(self.owner(), &self.material)))
    }

    fn read(
        ordinal: Ordinal,
        head: &StoredRecord,
        _parts: &[StoredRecord],
        unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let read: Self = head.body()?;
        let material = head.unsealed(unseal, &read.owner(), "sealed_material")?;
        Ok(Self { ordinal, material: Material::new(material), ..read })
    }
}
