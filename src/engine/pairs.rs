//! Using key pairs. Plain functions over a snapshot, but for making a new private key, which takes
//! a while and a thread of its own.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::cipher::{Opened, Sealed, Used};
use super::{Admitted, Caller, CiphertextError, Engine, Error, KeyError, KeyRef, Operation};
use crate::algorithms::asymmetric::{
    Encryption, PairSpec, PrivateKey, PublicKey, Signing, generate,
};
use crate::algorithms::{CryptoError, Randomness};
use crate::model::{KeyUsage, VersionId};

/// How a caller names a pair's version.
#[derive(Clone, Debug)]
pub struct PairRef {
    /// The key.
    pub key: KeyRef,
    /// The version; `None` names none that there is.
    pub version: Option<VersionId>,
}

impl From<CryptoError> for Error {
    fn from(failure: CryptoError) -> Self {
        match failure {
            CryptoError::Unsupported | CryptoError::DigestLength => KeyError::AlgorithmUnfit.into(),
            CryptoError::Length => KeyError::TextTooLong.into(),
            CryptoError::DecryptionFailed => CiphertextError::DecryptionFailed.into(),
        }
    }
}

impl Engine {
    /// Signs a digest.
    pub fn sign(
        &self,
        caller: &Caller,
        pair: &PairRef,
        algorithm: Signing,
        digest: &[u8],
    ) -> Result<Used<Vec<u8>>, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&pair.key, Operation::Sign)?;
        let (version, key) = for_use(&admitted, KeyUsage::SignVerify)?.pair(pair.version)?;
        Ok(Used::new(self.sign_with(key, algorithm, digest)?, &admitted, version))
    }

    /// Signs with a private key, with such randomness that a seeded run repeats itself.
    pub(super) fn sign_with(
        &self,
        key: &PrivateKey,
        algorithm: Signing,
        digest: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let mut rng = self.world.entropy.rng();
        let randomness = if self.world.entropy.is_seeded() {
            Randomness::Only(&mut rng)
        } else {
            Randomness::Any
        };
        Ok(key.sign(algorithm, digest, randomness)?)
    }

    /// Whether a signature is the pair's over this digest.
    pub fn verify(
        &self,
        caller: &Caller,
        pair: &PairRef,
        algorithm: Signing,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<Used<bool>, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&pair.key, Operation::Verify)?;
        let (version, key) = for_use(&admitted, KeyUsage::SignVerify)?.pair(pair.version)?;
        let verifies = key.public().verifies(algorithm, digest, signature)?;
        Ok(Used::new(verifies, &admitted, version))
    }

    /// Encrypts with the public half.
    pub fn encrypt_to_pair(
        &self,
        caller: &Caller,
        pair: &PairRef,
        algorithm: Encryption,
        text: &[u8],
    ) -> Result<Sealed, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&pair.key, Operation::EncryptToPair)?;
        let (version, key) = for_use(&admitted, KeyUsage::EncryptDecrypt)?.pair(pair.version)?;
        Ok(Used::new(self.wrap(key.public(), algorithm, text)?, &admitted, version))
    }

    /// Opens with the private half what was encrypted with the public one, here or elsewhere.
    pub fn decrypt_by_pair(
        &self,
        caller: &Caller,
        pair: &PairRef,
        operation: Operation,
        algorithm: Encryption,
        ciphertext: &[u8],
    ) -> Result<Opened, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&pair.key, operation)?;
        let (version, key) = for_use(&admitted, KeyUsage::EncryptDecrypt)?.pair(pair.version)?;
        Ok(Used::new(key.decrypt(algorithm, ciphertext)?, &admitted, version))
    }

    /// The public half.
    pub fn public_key(&self, caller: &Caller, pair: &PairRef) -> Result<Used<PublicKey>, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&pair.key, Operation::ReadPublicKey)?;
        let (version, key) = admitted.pair(pair.version)?;
        Ok(Used::new(key.public().clone(), &admitted, version))
    }

    /// Draws a private key, on a thread on which nobody waits, and only a few at once: whoever does
    /// something else meanwhile shall not notice.
    pub(super) async fn generate_pair(&self, spec: PairSpec) -> Result<Zeroizing<Vec<u8>>, Error> {
        let ended = |_| Error::Internal("a private key was to be drawn while the server ended");
        let turn = Arc::clone(&self.pairs_at_once).acquire_owned().await;
        let turn = turn.map_err(|_| Error::Internal("nobody may draw private keys"))?;
        let world = Arc::clone(&self.world);
        let drawn = tokio::task::spawn_blocking(move || {
            let drawn = generate(spec, &mut world.entropy.rng());
            drop(turn);
            drawn
        });
        Ok(drawn.await.map_err(ended)??)
    }
}

fn for_use<'a>(admitted: &Admitted<'a>, usage: KeyUsage) -> Result<Admitted<'a>, Error> {
    if admitted.key().usage == usage { Ok(*admitted) } else { Err(KeyError::Unsupported.into()) }
}
