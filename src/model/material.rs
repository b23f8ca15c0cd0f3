//! Key material.

use std::fmt;
use std::sync::{Arc, OnceLock};

use zeroize::Zeroizing;

use super::VersionId;
use crate::algorithms::CryptoError;
use crate::algorithms::asymmetric::{PairSpec, PrivateKey};
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::world::Instant;

/// Key material: a symmetric key's bytes, or a pair's private key in PKCS #8. It can be read in two
/// ways only, [`Material::expose`] and [`Material::private_key`], which nothing outside the
/// engine's doors and the sealed store may call; a test holds that. A clone is the same material,
/// not another copy of it.
#[derive(Clone, Default)]
pub struct Material(Arc<Body>);

#[derive(Default)]
struct Body {
    bytes: Zeroizing<Vec<u8>>,
    /// The private key, once somebody needed it: reading it takes as long as using it.
    pair: OnceLock<Result<Box<PrivateKey>, CryptoError>>,
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
    pub fn private_key(&self, spec: PairSpec) -> Result<&PrivateKey, CryptoError> {
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
