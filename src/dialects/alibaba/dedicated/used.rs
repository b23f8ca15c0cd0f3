//! The key that a request uses, and which version of it.

use std::sync::Arc;

use super::words::{Method, MethodWord};
use crate::dialects::alibaba::codes;
use crate::dialects::alibaba::names::{KeyName, VersionName};
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, Operation, PairRef};
use crate::model::{Key, KeyUsage, VersionId};

/// Which version a request uses, if it names none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Usual {
    /// The first: answers do not say which it was.
    Initial,
    /// The one that encrypts at the shared gateway too.
    Primary,
}

/// A key, and the version of it that a request uses.
pub(super) struct InUse {
    pub(super) key: Arc<Key>,
    pub(super) version: VersionId,
}

/// What a key must be for. Every pair shows its public key.
fn usage_of(operation: Operation) -> Option<KeyUsage> {
    match operation {
        Operation::Encrypt | Operation::Decrypt | Operation::GenerateDataKey => {
            Some(KeyUsage::EncryptDecrypt)
        }
        Operation::Sign | Operation::Verify => Some(KeyUsage::SignVerify),
        Operation::GenerateMac => Some(KeyUsage::GenerateVerifyMac),
        _ => None,
    }
}

impl InUse {
    /// The key that a request names, or the one with the version that it names.
    ///
    /// # Errors
    /// It names neither, or there is no such key, or the key is for something else, or the
    /// operation is not admitted.
    pub(super) fn of(
        cx: &Cx,
        (key, version): (Option<KeyName>, Option<VersionName>),
        usual: Usual,
        operation: Operation,
    ) -> Result<Self, Error> {
        let version = version.map(|it| it.0.ok_or(KeyError::VersionNotFound)).transpose()?;
        let snapshot = cx.engine.snapshot(&cx.caller);
        let view = snapshot.view(&cx.caller);
        let admitted = match (key, version) {
            (Some(key), _) => view.admit(&key.within(cx)?, operation)?,
            (None, Some(version)) => view.admit_version(version, operation)?,
            (None, None) => return Err(Error::Missing("KeyId".into())),
        };
        let key = Arc::clone(admitted.key());
        if usage_of(operation).is_some_and(|usage| usage != key.usage) {
            return Err(codes::UNSUPPORTED_OPERATION.into());
        }
        let usual = match usual {
            Usual::Initial => key.versions.first(),
            Usual::Primary => key.primary(),
        };
        let version = version.or_else(|| Some(usual?.id));
        let version = version.ok_or(engine::Error::Internal("a key has no version"))?;
        key.version(version).ok_or(KeyError::VersionNotFound)?;
        Ok(Self { key, version })
    }

    /// How the key encrypts in this request.
    pub(super) fn method(&self, named: Option<MethodWord>) -> Result<Method, Error> {
        let Some(MethodWord(method)) = named else {
            return Method::usual(self.key.spec).ok_or_else(|| codes::UNSUPPORTED_OPERATION.into());
        };
        let fits = method.fits(self.key.spec);
        fits.then_some(method).ok_or_else(|| Error::Invalid("Algorithm".into()))
    }

    /// The version of a pair, for the engine.
    pub(super) fn pair(&self) -> PairRef {
        PairRef { key: self.key.id.clone().into(), version: Some(self.version) }
    }
}
