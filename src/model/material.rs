//! Key material, and the versions of a key that hold it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::stored::{Content, Damaged, Hidden, Kept, Unseal};
use super::{KeyId, VersionId};
use crate::algorithms::Failure;
use crate::algorithms::asymmetric::{PairSpec, PrivateKey};
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::world::Instant;

/// Key material: a symmetric key's bytes, or a pair's private key in PKCS #8. It can be read in two ways only,
/// [`Material::expose`] and [`Material::private_key`], which nothing outside the engine's doors and the sealed store may
/// call; a test holds that. A clone is the same material, not another copy of it.
#[derive(Clone, Default)]
pub struct Material(Arc<Body>);

#[derive(Default)]
struct Body {
    bytes: Zeroizing<Vec<u8>>,
    /// The private key, once somebody needed it: reading it takes as long as using it.
    pair: OnceLock<Result<Box<PrivateKey>, Failure>>,
}

impl Material {
    /// Takes the bytes in; they are wiped when the last owner goes.
    #[must_use]
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(Arc::new(Body { bytes, pair: OnceLock::new() }))
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The private key.
    ///
    /// # Errors
    /// The bytes are not a key of this kind.
    pub fn private_key(&self, spec: PairSpec) -> Result<&PrivateKey, Failure> {
        let read = || PrivateKey::read(spec, &self.0.bytes).map(Box::new);
        self.0.pair.get_or_init(read).as_deref().map_err(|failure| *failure)
    }

    /// What tells whether another material is the same, and nothing else of it.
    #[must_use]
    pub fn fingerprint(&self, of: VersionId) -> Fingerprint {
        Fingerprint(hmac(Hash::Sha256, &[&of.text()], &self.0.bytes))
    }
}

impl PartialEq for Material {
    fn eq(&self, other: &Self) -> bool {
        equal(&self.0.bytes, &other.0.bytes)
    }
}

impl Eq for Material {}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Material({} bytes)", self.0.bytes.len())
    }
}

/// A keyed digest of material that was here once: only the same may come again.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// A fingerprint as it was kept.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint")
    }
}

/// What a version holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Holding {
    /// Material, until the instant given, if one is.
    Material(Material, Option<Instant>),
    /// Nothing: its material is still to be imported, or it is gone.
    Nothing {
        /// What was here before, if anything was.
        last: Option<Fingerprint>,
    },
}

/// The body of a version's record.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: VersionId,
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Instant>,
    holds: Holds,
}

/// What is sealed in a version's record.
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
    /// When it was made.
    pub created_at: Instant,
    /// Its material.
    pub holding: Holding,
}

impl KeyVersion {
    /// What is stored of it.
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

    pub(super) fn read(key: &KeyId, kept: &Kept, unseal: &Unseal<'_>) -> Result<Self, Damaged> {
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

    /// Its material at `now`: none before it is imported and once it has expired.
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

    /// When its material expires, if it holds some that does.
    #[must_use]
    pub fn expires(&self) -> Option<Instant> {
        match self.holding {
            Holding::Material(_, expires) => expires,
            Holding::Nothing { .. } => None,
        }
    }

    /// What tells whether imported material is that which was here first. `None` before the first import.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.holding {
            Holding::Material(material, _) => Some(material.fingerprint(self.id)),
            Holding::Nothing { last } => last.clone(),
        }
    }
}
