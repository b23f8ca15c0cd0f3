//! Data keys that the service stores, encrypted with a key.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::{Aliased, ByNameAndAlias};
use super::noun::{Noun, Tags, named_by};
use super::stored::{Content, Damaged, Hidden, StoredRecord, Unseal};
use super::texts::{base64, is_id, names};
use super::{AliasName, KeyId, Ordinal, Origin};
use crate::world::Instant;

names! {
    /// A data key's id, unique in its realm. The same form as a key's.
    DataKeyId:
    /// Reads an id: 1 to 64 letters, digits and hyphens.
    is_id;
}

impl From<KeyId> for DataKeyId {
    fn from(id: KeyId) -> Self {
        Self(id.as_str().into())
    }
}

/// What a data key's owner decides about its use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataKeyLifecycle {
    /// It may be used.
    #[default]
    Enabled,
    /// It is disabled.
    Disabled,
    /// It is deleted at this instant.
    PendingDeletion(Instant),
}

/// A data key's visible state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataKeyState {
    /// It can be used.
    Enabled,
    /// It is disabled.
    Disabled,
    /// It waits for its deletion.
    PendingDeletion,
}

/// A data key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataKey {
    /// Its number in the realm, shared with all nouns.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its id.
    pub id: DataKeyId,
    /// Its name, unique among the data keys of its realm.
    pub name: AliasName,
    /// The owner's description.
    pub description: String,
    /// The key that encrypted it.
    pub key: KeyId,
    /// Its length in bytes.
    pub len: usize,
    /// Its ciphertext.
    #[serde(skip)]
    pub ciphertext: Vec<u8>,
    /// The associated data that decrypting the ciphertext takes.
    #[serde(with = "base64", default, skip_serializing_if = "Vec::is_empty")]
    pub associated: Vec<u8>,
    /// The origin of its bytes.
    pub origin: Origin,
    /// Enabled, disabled or pending deletion.
    pub lifecycle: DataKeyLifecycle,
    /// The user that created it.
    pub creator: Arc<str>,
    /// When it was created.
    pub created_at: Instant,
    /// Its tags.
    pub tags: Tags,
}

impl DataKey {
    /// The state at `now`. `None` once the deletion is due, even if the record still exists.
    #[must_use]
    pub fn state(&self, now: Instant) -> Option<DataKeyState> {
        match self.lifecycle {
            DataKeyLifecycle::Enabled => Some(DataKeyState::Enabled),
            DataKeyLifecycle::Disabled => Some(DataKeyState::Disabled),
            DataKeyLifecycle::PendingDeletion(due) if due <= now => None,
            DataKeyLifecycle::PendingDeletion(_) => Some(DataKeyState::PendingDeletion),
        }
    }
}

impl Aliased for DataKey {
    fn alias(&self) -> &AliasName {
        &self.name
    }
}

impl Noun for DataKey {
    const KIND: &'static str = "data-key";
    type Names = ByNameAndAlias<DataKeyId>;
    type Part = ();

    named_by! { id: DataKeyId, tags }

    /// The deletion.
    fn next_due(&self) -> Option<Instant> {
        match self.lifecycle {
            DataKeyLifecycle::PendingDeletion(at) => Some(at),
            DataKeyLifecycle::Enabled | DataKeyLifecycle::Disabled => None,
        }
    }

    fn content(&self) -> Content<'_> {
        Content::with(self, Some(Hidden::Ciphertext(self.ciphertext.clone())))
    }

    fn read(
        ordinal: Ordinal,
        head: &StoredRecord,
        _parts: &[StoredRecord],
        _unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let ciphertext = head.sealed.clone().ok_or(Damaged("sealed_ciphertext"))?;
        Ok(Self { ordinal, ciphertext, ..head.body()? })
    }
}
