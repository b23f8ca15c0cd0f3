//! The key that a request uses, and which version of it.

use std::sync::Arc;

use super::words::{Method, MethodWord};
use crate::algorithms::symmetric::Cipher;
use crate::dialects::alibaba::codes;
use crate::dialects::alibaba::names::{KeyName, VersionName};
use crate::dialects::alibaba::values::Blob;
use crate::dialects::{Cx, Error};
use crate::engine::{self, KeyError, Operation, PairRef};
use crate::model::{InstanceId, InstanceKind, Key, KeyUsage, VersionId};

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
    pub(super) fn method(&self, cx: &Cx, named: Option<MethodWord>) -> Result<Method, Error> {
        let Some(MethodWord(method)) = named else {
            return Method::usual(self.key.spec).ok_or_else(|| codes::UNSUPPORTED_OPERATION.into());
        };
        match method {
            _ if !method.fits(self.key.spec) => Err(Error::Invalid("Algorithm".into())),
            Method::Cbc(Cipher::Aes) | Method::Ecb(Cipher::Aes) if self.is_in_hardware(cx) => {
                Ok(method)
            }
            Method::Cbc(_) | Method::Ecb(_) => Err(codes::UNSUPPORTED_OPERATION.into()),
            Method::Gcm(_) | Method::Pair(_) => Ok(method),
        }
    }

    /// Whether the key is in a hardware instance.
    fn is_in_hardware(&self, cx: &Cx) -> bool {
        let snapshot = cx.engine.snapshot(&cx.caller);
        let view = snapshot.view(&cx.caller);
        let id = self.key.instance.as_deref().and_then(InstanceId::parse);
        let instance = id.and_then(|id| view.instance(&id).ok());
        instance.is_some_and(|it| it.kind == InstanceKind::Hardware)
    }

    /// The version of a pair, for the engine.
    pub(super) fn pair(&self) -> PairRef {
        PairRef { key: self.key.id.clone().into(), version: Some(self.version) }
    }
}

/// Refuses a parameter that has no meaning for how the key encrypts.
pub(super) fn refuse(parameter: Option<&Blob>, name: &'static str) -> Result<(), Error> {
    if parameter.is_some() { Err(Error::Invalid(name.into())) } else { Ok(()) }
}
