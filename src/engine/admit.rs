//! The only way to a key or certificate. `admit` finds it, checks that the caller has access, asks
//! the cloud's table whether its state allows the operation, and returns a proof. Key material is
//! reachable only through that proof.

use std::sync::Arc;

use super::{
    AliasError, Caller, CertificateError, CertificateOperation, Error, ImportError, KeyError,
    Operation, UsedKey,
};
use crate::algorithms::asymmetric::{PairSpec, PrivateKey};
use crate::model::{
    AccessPoint, AliasName, Certificate, CertificateId, Creator, Grants, Key, KeyId, KeySpec,
    KeyState, KeyUsage, KeyVersion, MacSpec, ManagedDataKey, ManagedDataKeyVersion, Material,
    Origin, State, SymmetricSpec, VersionId, WhiteBoxKey,
};
use crate::world::Instant;

/// How a caller names a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyRef {
    /// By its id.
    Id(KeyId),
    /// By an alias.
    Alias(AliasName),
}

impl From<KeyId> for KeyRef {
    fn from(id: KeyId) -> Self {
        Self::Id(id)
    }
}

/// A realm's state at an instant, as one caller sees it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    state: &'a State,
    now: Instant,
    caller: &'a Caller,
}

impl<'a> View<'a> {
    pub(super) fn new(state: &'a State, now: Instant, caller: &'a Caller) -> Self {
        Self { state, now, caller }
    }

    /// Whose view it is.
    pub(super) fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// The realm's state. Due changes may still be missing from it.
    pub(super) fn state(&self) -> &'a State {
        self.state
    }

    /// The instant of this view.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The secret that seals this realm's import tokens, once there is one.
    pub(super) fn import_seal(&self) -> Option<&'a [u8]> {
        self.state.import_seal().map(Material::expose)
    }

    /// Every existing key with its state, oldest first.
    pub fn keys(&self) -> impl Iterator<Item = (&'a Arc<Key>, KeyState)> + use<'a> {
        let now = self.now;
        self.state.keys.all().filter_map(move |key| Some((key, key.state(now)?)))
    }

    /// Every alias of an existing key, by name.
    pub fn aliases(&self) -> impl Iterator<Item = (&'a AliasName, &'a Arc<Key>)> + use<'a> {
        let now = self.now;
        self.state.keys.aliases(0).filter(move |(_, key)| key.state(now).is_some())
    }

    /// The key that an alias names, in any state.
    #[must_use]
    pub fn aliased(&self, name: &AliasName) -> Option<&'a Arc<Key>> {
        self.live(self.state.keys.aliased(name)).map(|(key, _)| key)
    }

    /// Every alias of this key, by name.
    pub fn aliases_of(
        &self,
        key: &'a Arc<Key>,
    ) -> impl Iterator<Item = (&'a AliasName, &'a Arc<Key>)> + use<'a> {
        key.aliases.iter().map(move |name| (name, key))
    }

    /// Admits `operation` to the key if the caller has access and the cloud's rules allow it.
    ///
    /// # Errors
    /// The key or alias is unknown, the caller has no access to the key, or the key's state does
    /// not allow the operation. For a service's alias without a key:
    /// [`AliasError::ServiceKeyAbsent`].
    pub fn admit(&self, key: &KeyRef, operation: Operation) -> Result<Admitted<'a>, Error> {
        self.check(self.find(key)?, operation)
    }

    /// Like [`View::admit`], for operations that do not depend on access to the key.
    pub(super) fn admit_to_anybody(
        &self,
        key: &KeyRef,
        operation: Operation,
    ) -> Result<Admitted<'a>, Error> {
        let (key, state) = self.find(key)?;
        self.caller.access.check_not_forbidden(key)?;
        self.check_state((key, state), operation)
    }

    /// Checks that the caller has access to this key.
    pub(super) fn check_access(&self, key: &Key) -> Result<(), Error> {
        self.caller.access.check(key, Grants::of(&key.id, &self.state.grants))
    }

    /// The key, whatever its state.
    pub(super) fn find(&self, key: &KeyRef) -> Result<(&'a Arc<Key>, KeyState), Error> {
        Ok(match key {
            KeyRef::Id(id) => self.live(self.state.keys.named(id)).ok_or(KeyError::NotFound)?,
            KeyRef::Alias(name) => self.live(self.state.keys.aliased(name)).ok_or_else(|| {
                match self.caller.rules.service(name) {
                    Some(_) => AliasError::ServiceKeyAbsent(name.clone()),
                    None => AliasError::NotFound,
                }
            })?,
        })
    }

    /// Admits `operation` to the key that has this version.
    ///
    /// # Errors
    /// No key has this version, or the key's state does not allow the operation.
    pub fn admit_version(
        &self,
        id: VersionId,
        operation: Operation,
    ) -> Result<Admitted<'a>, Error> {
        let key = self.live(self.state.keys.with_version(id)).ok_or(KeyError::NotFound)?;
        self.check(key, operation)
    }

    /// Every certificate, oldest first.
    pub fn certificates(&self) -> impl Iterator<Item = &'a Arc<Certificate>> + use<'a> {
        self.state.certificates.all()
    }

    /// Admits `operation` to the certificate if the cloud's rules allow it.
    ///
    /// # Errors
    /// The certificate is unknown, or its status does not allow the operation.
    pub fn admit_certificate(
        &self,
        id: &CertificateId,
        operation: CertificateOperation,
    ) -> Result<AdmittedCertificate<'a>, Error> {
        let certificate = self.state.certificates.named(id).ok_or(CertificateError::NotFound)?;
        let status = certificate.settings.status;
        let rules = self.caller.rules.certificates.as_ref();
        if rules.is_some_and(|rules| (rules.admits)(operation, status)) {
            Ok(AdmittedCertificate { certificate })
        } else {
            Err(CertificateError::State { operation, status }.into())
        }
    }

    fn live(&self, key: Option<&'a Arc<Key>>) -> Option<(&'a Arc<Key>, KeyState)> {
        key.and_then(|key| Some((key, key.state(self.now)?)))
    }

    fn check(
        &self,
        (key, state): (&'a Arc<Key>, KeyState),
        operation: Operation,
    ) -> Result<Admitted<'a>, Error> {
        self.check_access(key)?;
        self.check_state((key, state), operation)
    }

    fn check_state(
        &self,
        (key, state): (&'a Arc<Key>, KeyState),
        operation: Operation,
    ) -> Result<Admitted<'a>, Error> {
        let rules = &self.caller.rules.keys;
        if matches!(key.creator, Creator::Service(_)) && rules.for_users.contains(&operation) {
            return Err(KeyError::NotUserMade.into());
        }
        if operation.ends_use() && !key.settings.bindings.is_empty() {
            return Err(KeyError::InUse.into());
        }
        if !(rules.admits)(operation, state) {
            return Err(KeyError::State { operation, state }.into());
        }
        if operation.is_for_primary() && key.primary_region.is_some() {
            return Err(KeyError::IsReplica(operation).into());
        }
        self.check_store(key, operation)?;
        Ok(Admitted { key, state, now: self.now, used: &self.caller.used })
    }
}

/// The proof that an operation on a key was admitted.
#[derive(Clone, Copy, Debug)]
pub struct Admitted<'a> {
    key: &'a Arc<Key>,
    state: KeyState,
    now: Instant,
    used: &'a UsedKey,
}

impl<'a> Admitted<'a> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &'a Arc<Key> {
        self.key
    }

    /// Its state when the operation was admitted.
    #[must_use]
    pub fn state(&self) -> KeyState {
        self.state
    }

    /// When it was admitted.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Records that the request used this version of the key.
    pub(super) fn note_use(&self, version: VersionId) {
        self.used.note(&self.key.id, Some(version));
    }

    /// Refuses keys whose material the service generated.
    pub(super) fn external(self) -> Result<Self, Error> {
        match self.key.origin {
            Origin::External => Ok(self),
            Origin::Service => Err(ImportError::NotExternal.into()),
        }
    }

    /// The cipher of a symmetric key.
    pub(super) fn symmetric(&self) -> Result<SymmetricSpec, Error> {
        match self.key.spec {
            KeySpec::Symmetric(spec) => Ok(spec),
            KeySpec::Pair(_) => Err(KeyError::IsPair.into()),
            KeySpec::Mac(_) => Err(KeyError::IsMac.into()),
        }
    }

    /// The kind of a key pair.
    pub(super) fn pair_spec(&self) -> Result<PairSpec, Error> {
        match self.key.spec {
            KeySpec::Pair(spec) => Ok(spec),
            KeySpec::Symmetric(_) => Err(KeyError::IsSymmetric.into()),
            KeySpec::Mac(_) => Err(KeyError::IsMac.into()),
        }
    }

    /// The kind of a MAC key.
    pub(super) fn mac(&self) -> Result<MacSpec, Error> {
        match self.key.spec {
            KeySpec::Mac(spec) => Ok(spec),
            KeySpec::Symmetric(_) => Err(KeyError::IsSymmetric.into()),
            KeySpec::Pair(_) => Err(KeyError::IsPair.into()),
        }
    }

    /// Refuses keys of another usage.
    pub(super) fn is_for(&self, usage: KeyUsage) -> Result<(), Error> {
        if self.key.usage == usage { Ok(()) } else { Err(KeyError::Usage(self.key.usage).into()) }
    }

    /// The version that encrypts, with its material.
    ///
    /// # Errors
    /// [`KeyError::MaterialMissing`] when it has no material.
    pub(super) fn primary(&self) -> Result<(VersionId, &'a [u8]), Error> {
        let (version, material) = self.material(self.key.primary())?;
        Ok((version, material.expose()))
    }

    /// A version by its id, with its material.
    ///
    /// # Errors
    /// The version is unknown, or has no material.
    pub(super) fn version(&self, id: VersionId) -> Result<(VersionId, &'a [u8]), Error> {
        let version = self.key.version(id).ok_or(KeyError::VersionNotFound)?;
        let (version, material) = self.material(Some(version))?;
        Ok((version, material.expose()))
    }

    /// A pair's version by its id, with its private key.
    ///
    /// # Errors
    /// The key is not a pair, or has no such version. `None` stands for an id that cannot exist.
    pub(super) fn pair(&self, id: Option<VersionId>) -> Result<(VersionId, &'a PrivateKey), Error> {
        let spec = self.pair_spec()?;
        let version = id.and_then(|id| self.key.version(id)).ok_or(KeyError::VersionNotFound)?;
        let (version, material) = self.material(Some(version))?;
        let key = material
            .private_key(spec)
            .map_err(|_| Error::Internal("the private key cannot be read"))?;
        Ok((version, key))
    }

    fn material(
        &self,
        version: Option<&'a Arc<KeyVersion>>,
    ) -> Result<(VersionId, &'a Material), Error> {
        version
            .and_then(|version| Some((version.id, version.material(self.now)?)))
            .ok_or(KeyError::MaterialMissing.into())
    }
}

/// The proof that an operation on a certificate was admitted.
#[derive(Clone, Copy, Debug)]
pub struct AdmittedCertificate<'a> {
    certificate: &'a Arc<Certificate>,
}

impl<'a> AdmittedCertificate<'a> {
    /// The certificate.
    #[must_use]
    pub fn certificate(self) -> &'a Arc<Certificate> {
        self.certificate
    }

    /// Its private key.
    pub(super) fn pair(self) -> Result<&'a PrivateKey, Error> {
        let Certificate { private_key, spec, .. } = &**self.certificate;
        private_key
            .private_key(*spec)
            .map_err(|_| Error::Internal("the private key cannot be read"))
    }
}

/// Access to an access point.
#[derive(Clone, Copy, Debug)]
pub struct AdmittedAccessPoint<'a> {
    access_point: &'a Arc<AccessPoint>,
}

impl<'a> AdmittedAccessPoint<'a> {
    pub(super) fn new(access_point: &'a Arc<AccessPoint>) -> Self {
        Self { access_point }
    }

    /// The access point.
    #[must_use]
    pub fn access_point(self) -> &'a Arc<AccessPoint> {
        self.access_point
    }

    /// Its private key in PKCS #8, if it has one. It is for the access point's owner.
    #[must_use]
    pub fn owners_key(self) -> Option<&'a [u8]> {
        self.access_point.private_key.as_ref().map(Material::expose)
    }
}

/// Access to a managed data key.
#[derive(Clone, Copy, Debug)]
pub struct AdmittedManagedDataKey<'a> {
    data_key: &'a Arc<ManagedDataKey>,
}

impl<'a> AdmittedManagedDataKey<'a> {
    pub(super) fn new(data_key: &'a Arc<ManagedDataKey>) -> Self {
        Self { data_key }
    }

    /// The managed data key.
    #[must_use]
    pub fn data_key(self) -> &'a Arc<ManagedDataKey> {
        self.data_key
    }

    /// The bytes of one of its versions.
    #[must_use]
    pub fn bytes(self, version: &'a ManagedDataKeyVersion) -> &'a [u8] {
        version.bytes.expose()
    }
}

/// Access to a white-box key.
#[derive(Clone, Copy, Debug)]
pub struct AdmittedWhiteBoxKey<'a> {
    key: &'a Arc<WhiteBoxKey>,
}

impl<'a> AdmittedWhiteBoxKey<'a> {
    pub(super) fn new(key: &'a Arc<WhiteBoxKey>) -> Self {
        Self { key }
    }

    /// The white-box key.
    #[must_use]
    pub fn key(self) -> &'a Arc<WhiteBoxKey> {
        self.key
    }

    /// Its material.
    pub(super) fn material(self) -> &'a [u8] {
        self.key.material.expose()
    }
}
