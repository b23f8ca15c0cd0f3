//! Message authentication codes. Plain functions over a snapshot: no lock, no database.

use super::cipher::Used;
use super::{Admitted, Caller, Engine, Error, KeyError, KeyRef, Operation};
use crate::algorithms::mac::{Hash, equal, hmac};
use crate::model::{KeyUsage, VersionId};

impl Engine {
    /// The message authentication code of a message, by HMAC with this digest and the key's newest
    /// version.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmMismatch`] when the key's codes are made with another digest;
    /// [`KeyError::IsPair`] and [`KeyError::IsSymmetric`].
    pub fn generate_mac(
        &self,
        caller: &Caller,
        key: &KeyRef,
        hash: Hash,
        message: &[u8],
    ) -> Result<Used<Vec<u8>>, Error> {
        self.with_mac_key(caller, key, Operation::GenerateMac, hash, |admitted| {
            let (version, material) = admitted.primary()?;
            Ok((hmac(hash, &[material], message), version))
        })
    }

    /// Whether `code` is the message's authentication code. The comparison takes a time that
    /// depends only on its length.
    ///
    /// # Errors
    /// As [`Engine::generate_mac`].
    pub fn verify_mac(
        &self,
        caller: &Caller,
        key: &KeyRef,
        hash: Hash,
        message: &[u8],
        code: &[u8],
    ) -> Result<Used<bool>, Error> {
        self.with_mac_key(caller, key, Operation::VerifyMac, hash, |admitted| {
            let (version, material) = admitted.primary()?;
            Ok((equal(&hmac(hash, &[material], message), code), version))
        })
    }

    /// Admits an operation on a MAC key whose codes are made with this digest, and runs it.
    fn with_mac_key<T>(
        &self,
        caller: &Caller,
        key: &KeyRef,
        operation: Operation,
        hash: Hash,
        run: impl FnOnce(&Admitted<'_>) -> Result<(T, VersionId), Error>,
    ) -> Result<Used<T>, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(key, operation)?;
        let spec = admitted.mac()?;
        admitted.is_for(KeyUsage::GenerateVerifyMac)?;
        if spec.hash() != hash {
            return Err(KeyError::AlgorithmMismatch.into());
        }
        let (value, version) = run(&admitted)?;
        Ok(Used::new(value, &admitted, version))
    }
}
