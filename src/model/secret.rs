//! Secrets: values that users keep here, in versions, under stages.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::noun::{ByName, Noun, Tags, named_by};
use super::stored::{Content, Damaged, Hidden, Kept, Unseal};
use super::texts::{is_name, millis, names};
use super::{KeyId, Ordinal};
use crate::world::Instant;

names! {
    /// A secret's name, unique in its realm. Opaque text; its cloud decides which texts are names.
    SecretName:
    /// Reads a name: 1 to 1024 bytes without control characters.
    is_name;
}

/// A value, sealed under a data key of its own, and that under a version of a key.
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
    /// Its id, unique in its secret; its owner chose it.
    pub id: Arc<str>,
    /// Its number in its secret: the first is 1. Never used again.
    pub number: u64,
    /// When it was made.
    pub created_at: Instant,
    /// Whether its owner calls the value bytes, and not a text.
    pub binary: bool,
    /// Its value.
    pub envelope: Envelope,
}

/// A secret whose value is changed for its owner now and then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managed {
    /// What the value is for, in the cloud's own form.
    pub config: String,
    /// How long after the last rotation the next one comes by itself, if at all.
    #[serde(default, with = "millis", skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Duration>,
    /// Whether the last rotation that was due could not be done. Nothing is due until somebody
    /// mends that.
    pub stuck: bool,
    /// When it was rotated last, if it ever was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Instant>,
    /// The rotations that somebody asked for within the last hour, oldest first.
    pub asked: VecDeque<Instant>,
}

/// The part of a secret that changes after creation, but for its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretSettings {
    /// The owner's description.
    pub description: String,
    /// When anything of the secret was changed last.
    pub updated_at: Instant,
    /// When it goes, if its owner deleted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_at: Option<Instant>,
    /// The access policy that its owner gave, if any. Stored; not enforced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// How it is managed, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed: Option<Managed>,
    /// Which version each stage stands at, by number.
    pub stages: BTreeMap<Arc<str>, u64>,
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Its number in the realm; keys are counted with it.
    #[serde(skip)]
    pub ordinal: Ordinal,
    /// Its name.
    pub name: SecretName,
    /// What kind of secret it is, in the cloud's own word.
    pub kind: Arc<str>,
    /// When it was made.
    pub created_at: Instant,
    /// The key under whose newest version values are sealed.
    pub key: KeyId,
    /// Whether its owner named that key.
    pub key_is_named: bool,
    /// The dedicated instance that its owner named, if any. Stored and returned; it changes
    /// nothing.
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
    /// Whether it is there at `now`: it goes at the instant of its deletion, whether its rows do or
    /// not.
    #[must_use]
    pub fn is_there(&self, now: Instant) -> bool {
        self.settings.delete_at.is_none_or(|at| now < at)
    }

    /// The version with this id.
    #[must_use]
    pub fn version(&self, id: &str) -> Option<&Arc<SecretVersion>> {
        self.versions.iter().find(|version| *version.id == *id)
    }

    /// The version at which a stage stands.
    #[must_use]
    pub fn staged(&self, stage: &str) -> Option<&Arc<SecretVersion>> {
        let number = self.settings.stages.get(stage)?;
        self.versions.iter().find(|version| version.number == *number)
    }

    /// The stages that stand at a version, by name.
    pub fn stages_of(&self, version: &SecretVersion) -> impl Iterator<Item = &Arc<str>> {
        let number = version.number;
        self.settings.stages.iter().filter(move |(_, at)| **at == number).map(|(stage, _)| stage)
    }

    /// When the next rotation is due, if there is one: none is while the last one is stuck.
    #[must_use]
    pub fn next_rotation(&self) -> Option<Instant> {
        let managed = self.settings.managed.as_ref().filter(|managed| !managed.stuck)?;
        let last = managed.rotated_at.unwrap_or(self.created_at);
        let next = last.plus(managed.rotation?);
        // At the end of time there is no next.
        (next > last).then_some(next)
    }
}

impl Noun for Secret {
    const KIND: &'static str = "secret";
    type Names = ByName<SecretName>;
    type Part = SecretVersion;

    named_by! { name: SecretName }

    /// It goes, or it is rotated.
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
        head: &Kept,
        parts: &[Kept],
        _unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let version = |kept: &Kept| {
            let Stored { id, created_at, binary, data_key_len } = kept.body()?;
            let sealed = kept.sealed.as_deref().ok_or(Damaged("sealed_value"))?;
            // What is too short for its data key is a value that does not open.
            let (data_key, value) = sealed.split_at(data_key_len.min(sealed.len()));
            let envelope = Envelope { data_key: data_key.to_vec(), value: value.to_vec() };
            Ok(Arc::new(SecretVersion { id, number: kept.part, created_at, binary, envelope }))
        };
        let versions = parts.iter().map(version).collect::<Result<_, _>>()?;
        Ok(Self { ordinal, versions, ..head.body()? })
    }
}

/// The body of a version's record. What is sealed is the data key, so many bytes, and then the
/// value.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: Arc<str>,
    created_at: Instant,
    binary: bool,
    data_key_len: usize,
}
