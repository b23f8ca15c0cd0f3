//! Managed data keys: data keys that the service stores and gives out by name, in versions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::ByName;
use super::noun::{Noun, named_by};
use super::stored::{Content, Damaged, Hidden, StoredRecord, Unseal};
use super::texts::{is_id, is_name, names};
use super::{Material, Ordinal};
use crate::world::Instant;

names! {
    /// A managed data key's name, unique in its realm. Its cloud decides which texts are names.
    ManagedDataKeyName:
    /// Reads a name: 1 to 1024 bytes without control characters.
    is_name;
    /// The id of a managed data key's version, unique in its data key.
    ManagedDataKeyVersionId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

impl ManagedDataKeyVersionId {
    /// An id that a cloud's rules made for a new version. They guarantee its form.
    #[must_use]
    pub fn made(text: &str) -> Self {
        debug_assert!(is_id(text), "{text} is no id");
        Self(text.into())
    }
}

/// One version of a managed data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedDataKeyVersion {
    /// Its id.
    pub id: ManagedDataKeyVersionId,
    /// When it was created.
    pub created_at: Instant,
    /// Its bytes.
    pub bytes: Material,
}

/// A managed data key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedDataKey {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its name.
    pub name: ManagedDataKeyName,
    /// Its versions, oldest first. There is at least one.
    #[serde(skip)]
    pub versions: Vec<Arc<ManagedDataKeyVersion>>,
}

impl ManagedDataKey {
    /// The version with this id.
    #[must_use]
    pub fn version(&self, id: &ManagedDataKeyVersionId) -> Option<&Arc<ManagedDataKeyVersion>> {
        self.versions.iter().find(|version| version.id == *id)
    }
}

/// The owner that a version's bytes are sealed for.
fn owner(name: &ManagedDataKeyName, id: &ManagedDataKeyVersionId) -> String {
    format!("managed-data-key/{name}/{id}")
}

impl Noun for ManagedDataKey {
    const KIND: &'static str = "managed-data-key";
    type Names = ByName<ManagedDataKeyName>;
    type Part = ManagedDataKeyVersion;

    named_by! { name: ManagedDataKeyName }

    fn parts(&self) -> impl Iterator<Item = (u64, &Arc<ManagedDataKeyVersion>)> {
        (1..).zip(&self.versions)
    }

    fn content_of<'a>(&'a self, version: &'a ManagedDataKeyVersion) -> Content<'a> {
        let ManagedDataKeyVersion { id, created_at, bytes } = version;
        let stored = Stored { id: id.clone(), created_at: *created_at };
        Content::with(&stored, Some(Hidden::Material(owner(&self.name, id), bytes)))
    }

    fn read(
        ordinal: Ordinal,
        head: &StoredRecord,
        parts: &[StoredRecord],
        unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let data_key: Self = head.body()?;
        let version = |kept: &StoredRecord| {
            let Stored { id, created_at } = kept.body()?;
            let bytes = kept.unsealed(unseal, &owner(&data_key.name, &id), "sealed_bytes")?;
            Ok(Arc::new(ManagedDataKeyVersion { id, created_at, bytes: Material::new(bytes) }))
        };
        let versions: Vec<_> = parts.iter().map(version).collect::<Result<_, _>>()?;
        if versions.is_empty() {
            return Err(Damaged("part"));
        }
        Ok(Self { ordinal, versions, ..data_key })
    }
}

/// The body of a version's record.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: ManagedDataKeyVersionId,
    created_at: Instant,
}
