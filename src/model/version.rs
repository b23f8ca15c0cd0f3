//! Key versions, which hold the material.

use serde::{Deserialize, Serialize};

use super::stored::{Content, Damaged, Hidden, StoredRecord, Unseal};
use super::{Fingerprint, Holding, KeyId, Material, VersionId};
use crate::world::Instant;

/// The body of a version's record.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: VersionId,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Instant>,
    holds: Holds,
}

/// What a version's record seals.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Holds {
    Material,
    Fingerprint,
    Nothing,
}

/// One version of a key.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyVersion {
    /// Its id.
    pub id: VersionId,
    /// When it was created.
    pub created_at: Instant,
    /// Its material.
    pub holding: Holding,
}

impl KeyVersion {
    /// Its record.
    pub(super) fn content(&self, key: &KeyId) -> Content<'_> {
        let owner = format!("{key}/{}", self.id);
        let (holds, secret) = match &self.holding {
            Holding::Material(it, _) => (Holds::Material, Some(Hidden::Material(owner, it))),
            Holding::Nothing { last: Some(last) } => {
                let owner = owner + "/fingerprint";
                (Holds::Fingerprint, Some(Hidden::Fingerprint(owner, last)))
            }
            Holding::Nothing { last: None } => (Holds::Nothing, None),
        };
        let (id, created_at, expires_at) = (self.id, self.created_at, self.expires());
        Content::with(&Stored { id, created_at, expires_at, holds }, secret)
    }

    pub(super) fn read(
        key: &KeyId,
        kept: &StoredRecord,
        unseal: &Unseal<'_>,
    ) -> Result<Self, Damaged> {
        let Stored { id, created_at, expires_at, holds } = kept.body()?;
        let owner = format!("{key}/{id}");
        let holding = match holds {
            Holds::Material => {
                let material = kept.unsealed(unseal, &owner, "sealed_material")?;
                Holding::Material(Material::new(material), expires_at)
            }
            Holds::Fingerprint => {
                let owner = owner + "/fingerprint";
                let last = kept.unsealed(unseal, &owner, "sealed_fingerprint")?;
                Holding::Nothing { last: Some(Fingerprint::from_bytes(last.to_vec())) }
            }
            Holds::Nothing => Holding::Nothing { last: None },
        };
        Ok(Self { id, created_at, holding })
    }

    /// Its material at `now`. `None` before the import and after the expiry.
    #[must_use]
    pub fn material(&self, now: Instant) -> Option<&Material> {
        match &self.holding {
            Holding::Material(material, expires) if expires.is_none_or(|at| now < at) => {
                Some(material)
            }
            Holding::Material(..) | Holding::Nothing { .. } => None,
        }
    }

    /// Its material, whether or not it has expired.
    #[must_use]
    pub fn any_material(&self) -> Option<&Material> {
        match &self.holding {
            Holding::Material(material, _) => Some(material),
            Holding::Nothing { .. } => None,
        }
    }

    /// When its material expires, if it does.
    #[must_use]
    pub fn expires(&self) -> Option<Instant> {
        match self.holding {
            Holding::Material(_, expires) => expires,
            Holding::Nothing { .. } => None,
        }
    }

    /// Identifies the material that was imported first. `None` before the first import.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.holding {
            Holding::Material(material, _) => Some(material.fingerprint(self.id)),
            Holding::Nothing { last } => last.clone(),
        }
    }
}
