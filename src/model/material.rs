//! Key material.

use std::fmt;
use std::sync::{Arc, OnceLock};

use zeroize::Zeroizing;

use super::VersionId;
use crate::algorithms::Error;
use crate::algorithms::asymmetric::{PairSpec, PrivateKey};
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::world::Instant;

/// Key material: a symmetric key's bytes, or a pair's private key in PKCS #8. Only
/// [`Material::expose`] and [`Material::private_key`] read it. A test checks that nothing but
/// `admit`, exports and the store's sealing calls them. Clones share the bytes.
#[derive(Clone, Default)]
pub struct Material(Arc<Body>);

#[derive(Default)]
struct Body {
    bytes: Zeroizing<Vec<u8>>,
    /// The private key, parsed on first use, because parsing is as slow as using it.
    pair: OnceLock<Result<Box<PrivateKey>, Error>>,
}

impl Material {
    /// Takes the bytes. They are wiped when the last clone is dropped.
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
    pub fn private_key(&self, spec: PairSpec) -> Result<&PrivateKey, Error> {
        let read = || PrivateKey::read(spec, &self.0.bytes).map(Box::new);
        self.0.pair.get_or_init(read).as_deref().map_err(|failure| *failure)
    }

    /// A digest that identifies the material and reveals nothing else about it.
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

/// A keyed digest of earlier material. Only the same material may be imported again.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// A stored fingerprint.
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
    /// Material, and when it expires, if it does.
    Material(Material, Option<Instant>),
    /// No material yet, or no longer.
    Nothing {
        /// The earlier material, if there was any.
        last: Option<Fingerprint>,
    },
}
