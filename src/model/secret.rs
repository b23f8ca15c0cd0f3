//! Secrets: values that users store, in versions with stages.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::index::{ByFacets, ByName, Selection};
use super::noun::{Names, Noun, Tags, named_by};
use super::shelf::Shelf;
use super::stored::{Content, Damaged, Hidden, StoredRecord, Unseal};
use super::texts::{is_name, millis, names};
use super::{KeyId, Ordinal};
use crate::world::Instant;

names! {
    /// A secret's name, unique in its realm. Opaque text; its cloud decides which texts are names.
    SecretName:
    /// Reads a name: 1 to 1024 bytes without control characters.
    is_name;
}

/// A value sealed under its own data key, and that under a version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The data key's ciphertext.
    pub data_key: Vec<u8>,
    /// The value: an initialisation vector, the sealed text, a tag.
    pub value: Vec<u8>,
}

/// One version of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretVersion {
    /// Its id, unique in its secret, chosen by the owner.
    pub id: Arc<str>,
    /// Its number in its secret, from 1, never reused.
    pub number: u64,
    /// When it was created.
    pub created_at: Instant,
    /// Whether the value is bytes rather than a text.
    pub binary: bool,
    /// Its value.
    pub envelope: Envelope,
}

/// How a managed secret is rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managed {
    /// What the secret belongs to, in the cloud's format.
    pub config: String,
    /// The rotation interval, if rotation is on.
    #[serde(default, with = "millis", skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Duration>,
    /// Whether the last scheduled rotation failed. Then none is scheduled until a change fixes
    /// that.
    pub stuck: bool,
    /// When it was last rotated, if ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Instant>,
    /// The rotations on request within the last hour, oldest first.
    pub asked: VecDeque<Instant>,
}

/// The part of a secret that changes after creation, without its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretSettings {
    /// The owner's description.
    pub description: String,
    /// When anything of the secret last changed.
    pub updated_at: Instant,
    /// When it is deleted, if that is scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_at: Option<Instant>,
    /// The access policy that its owner set, if any. Its cloud decides what it means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// How it is managed, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed: Option<Managed>,
    /// The number of the version that each stage is at.
    pub stages: BTreeMap<Arc<str>, u64>,
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Its number in the realm, shared with keys and certificates.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its name.
    pub name: SecretName,
    /// The kind of secret, in the cloud's word.
    pub kind: Arc<str>,
    /// When it was created.
    pub created_at: Instant,
    /// The key whose newest version seals new values.
    pub key: KeyId,
    /// Whether its owner named that key.
    pub key_is_named: bool,
    /// The instance that its owner named, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What changes after creation.
    pub settings: SecretSettings,
    /// Its versions, oldest first.
    #[serde(skip)]
    pub versions: Vec<Arc<SecretVersion>>,
    /// Its tags.
    pub tags: Tags,
}

impl Secret {
    /// Whether it exists at `now`. It does not once its deletion is due, even if its rows still
    /// exist.
    #[must_use]
    pub fn is_there(&self, now: Instant) -> bool {
        self.settings.delete_at.is_none_or(|at| now < at)
    }

    /// The version with this id.
    #[must_use]
    pub fn version(&self, id: &str) -> Option<&Arc<SecretVersion>> {
        self.versions.iter().find(|version| *version.id == *id)
    }

    /// The version with this stage.
    #[must_use]
    pub fn staged(&self, stage: &str) -> Option<&Arc<SecretVersion>> {
        let number = self.settings.stages.get(stage)?;
        self.versions.iter().find(|version| version.number == *number)
    }

    /// The stages of a version, by name.
    pub fn stages_of(&self, version: &SecretVersion) -> impl Iterator<Item = &Arc<str>> {
        let number = version.number;
        self.settings.stages.iter().filter(move |(_, at)| **at == number).map(|(stage, _)| stage)
    }

    /// When the next rotation is due, if there is one. There is none after a failed rotation.
    #[must_use]
    pub fn next_rotation(&self) -> Option<Instant> {
        let managed = self.settings.managed.as_ref().filter(|managed| !managed.stuck)?;
        let last = managed.rotated_at.unwrap_or(self.created_at);
        let next = last.plus(managed.rotation?);
        // At the end of time there is no next rotation.
        (next > last).then_some(next)
    }
}

impl Noun for Secret {
    const KIND: &'static str = "secret";
    type Names = SecretNames;
    type Part = SecretVersion;

    named_by! { name: SecretName, tags }

    /// The deletion or the next rotation.
    fn next_due(&self) -> Option<Instant> {
        self.settings.delete_at.or_else(|| self.next_rotation())
    }

    fn parts(&self) -> impl Iterator<Item = (u64, &Arc<SecretVersion>)> {
        self.versions.iter().map(|version| (version.number, version))
    }

    fn content_of<'a>(&'a self, version: &'a SecretVersion) -> Content<'a> {
        let SecretVersion { id, number: _, created_at, binary, envelope } = version;
        let stored = Stored {
            id: Arc::clone(id),
            created_at: *created_at,
            binary: *binary,
            data_key_len: envelope.data_key.len(),
        };
        let sealed = [&*envelope.data_key, &envelope.value].concat();
        Content::with(&stored, Some(Hidden::Ciphertext(sealed)))
    }

    fn read(
        ordinal: Ordinal,
        head: &StoredRecord,
        parts: &[StoredRecord],
        _unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let version = |kept: &StoredRecord| {
            let Stored { id, created_at, binary, data_key_len } = kept.body()?;
            let sealed = kept.sealed.as_deref().ok_or(Damaged("sealed_value"))?;
            // Data that is too short yields a value that does not decrypt.
            let (data_key, value) = sealed.split_at(data_key_len.min(sealed.len()));
            let envelope = Envelope { data_key: data_key.to_vec(), value: value.to_vec() };
            Ok(Arc::new(SecretVersion { id, number: kept.part, created_at, binary, envelope }))
        };
        let versions = parts.iter().map(version).collect::<Result<_, _>>()?;
        Ok(Self { ordinal, versions, ..head.body()? })
    }
}

/// What lists of secrets are filtered by. Each field is that of the secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "see Secret")]
pub struct SecretFacets {
    pub kind: Arc<str>,
    pub instance: Option<String>,
}

impl Secret {
    /// What lists filter it by.
    #[must_use]
    pub fn facets(&self) -> SecretFacets {
        SecretFacets { kind: Arc::clone(&self.kind), instance: self.instance.clone() }
    }
}

/// The index of secrets: by their names, and by what lists filter them by.
#[derive(Clone, Debug, Default)]
pub struct SecretNames {
    names: ByName<SecretName>,
    facets: ByFacets<SecretFacets>,
}

impl Names<Secret> for SecretNames {
    fn ordinal(&self, name: &SecretName) -> Option<Ordinal> {
        Names::<Secret>::ordinal(&self.names, name)
    }

    fn change(&mut self, before: Option<&Secret>, after: Option<&Secret>) {
        Names::<Secret>::change(&mut self.names, before, after);
        if let Some(ordinal) = after.or(before).map(|secret| secret.ordinal) {
            let facets = |secret: Option<&Secret>| secret.map(Secret::facets);
            self.facets.change(ordinal, facets(before), facets(after));
        }
    }
}

impl Shelf<Secret> {
    /// The secrets whose facets pass.
    pub fn select(&self, pass: impl Fn(&SecretFacets) -> bool) -> Selection<'_> {
        self.names().facets.select(pass)
    }
}

/// The body of a version's record. The sealed data is the data key, of this length, and the value.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: Arc<str>,
    created_at: Instant,
    binary: bool,
    data_key_len: usize,
}
