//! Secrets: values that users keep here, in versions, under stages.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{KeyId, Ordinal};
use crate::world::Instant;

/// A secret's name, unique in its realm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(Arc<str>);

impl SecretName {
    /// The longest name, in characters: newer SDKs say 192, where the document says 64.
    const MAX: usize = 192;

    /// Reads a name: 1 to 192 letters, digits, and `_/+=.@-`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"_/+=.@-".contains(&b);
        ((1..=Self::MAX).contains(&text.len()) && text.bytes().all(legal))
            .then(|| Self(text.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Managed {
    /// What the value is for, in the cloud's own form.
    pub config: String,
    /// How long after the last rotation the next one comes by itself, if at all.
    pub rotation: Option<Duration>,
    /// Whether the last rotation that was due could not be done. Nothing is due until somebody mends that.
    pub stuck: bool,
    /// When it was rotated last, if it ever was.
    pub rotated_at: Option<Instant>,
    /// The rotations that somebody asked for within the last hour, oldest first.
    pub asked: VecDeque<Instant>,
}

/// The part of a secret that changes after creation, but for its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSettings {
    /// The owner's description.
    pub description: String,
    /// When anything of the secret was changed last.
    pub updated_at: Instant,
    /// When it goes, if its owner deleted it.
    pub delete_at: Option<Instant>,
    /// The access policy that its owner gave, if any. Stored; not enforced.
    pub policy: Option<String>,
    /// How it is managed, if it is.
    pub managed: Option<Managed>,
    /// Which version each stage stands at, by number.
    pub stages: BTreeMap<Arc<str>, u64>,
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its number in the realm; keys are counted with it.
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
    /// The dedicated instance that its owner named, if any. Stored and returned; it changes nothing.
    pub instance: Option<String>,
    /// What changes after creation.
    pub settings: SecretSettings,
    /// Its versions, oldest first.
    pub versions: Vec<Arc<SecretVersion>>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Secret {
    /// Whether it is there at `now`: it goes at the instant of its deletion, whether its rows do or not.
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

    /// When something next happens to this secret by itself: it goes, or it is rotated.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        self.settings.delete_at.or_else(|| self.next_rotation())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_strictly() {
        for good in
            ["a", "acs/ram/user/x", "RdsSecret/Mysql5.4/MyCred", "a_b+c=d@e-f", &"n".repeat(192)]
        {
            assert!(SecretName::parse(good).is_some(), "{good}");
        }
        for bad in ["", "a b", "not a secret!", "\u{fc}", "$Auto", &"n".repeat(193)] {
            assert!(SecretName::parse(bad).is_none(), "{bad}");
        }
    }
}
