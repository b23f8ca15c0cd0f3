//! Using key pairs. These are plain functions over a snapshot, except for generating a private key,
//! which is slow and runs on a blocking thread.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::cipher::{Opened, Sealed, Used};
use super::{Caller, CiphertextError, Engine, Error, KeyError, KeyRef, Message, Operation};
use crate::algorithms::asymmetric::{
    Encryption, PairSpec, PrivateKey, PublicKey, Signing, generate, generate_fast,
};
use crate::algorithms::{self, Randomness};
use crate::model::{KeyUsage, VersionId};
use crate::world::Entropy;

/// How a caller names a version of a key, mostly of a pair.
#[derive(Clone, Debug)]
pub struct PairRef {
    /// The key.
    pub key: KeyRef,
    /// The version. `None` stands for an id that cannot exist.
    pub version: Option<VersionId>,
}

impl From<algorithms::Error> for Error {
    fn from(error: algorithms::Error) -> Self {
        match error {
            algorithms::Error::Unsupported => KeyError::AlgorithmMismatch.into(),
            algorithms::Error::DigestLength => KeyError::DigestLength.into(),
            algorithms::Error::PeerInvalid => KeyError::PeerInvalid.into(),
            algorithms::Error::Length => KeyError::TextTooLong.into(),
            algorithms::Error::DecryptionFailed => CiphertextError::DecryptionFailed.into(),
        }
    }
}

impl Engine {
    /// Signs a digest, or the message itself where the algorithm signs messages.
    pub fn sign(
        &self,
        caller: &Caller,
        pair: &PairRef,
        algorithm: Signing,
        digest: &[u8],
    ) -> Result<Used<Vec<u8>>, Error> {
        self.with_pair(caller, pair, Operation::Sign, Some(KeyUsage::SignVerify), |key| {
            self.sign_with(key, algorithm, digest)
        })
    }

    /// Signs a message, or a digest that the caller computed.
    pub fn sign_message(
        &self,
        caller: &Caller,
        pair: &PairRef,
        algorithm: Signing,
        message: &Message,
    ) -> Result<Used<Vec<u8>>, Error> {
        self.with_pair(caller, pair, Operation::Sign, Some(KeyUsage::SignVerify), |key| {
            self.sign_with(key, algorithm, &message.digest(key.public(), algorithm))
        })
    }

    /// Whether a signature is the pair's signature over this message or digest.
    pub fn verify_message(
        &self,
        caller: &Caller,
        pair: &PairRef,
        algorithm: Signing,
        message: &Message,
        signature: &[u8],
    ) -> Result<Used<bool>, Error> {
        self.with_pair(caller, pair, Operation::Verify, Some(KeyUsage::SignVerify), |key| {
            let digest = message.digest(key.public(), algorithm);
            Ok(key.public().verifies(algorithm, &digest, signature)?)
        })
    }

    /// Signs with a private key. In a seeded run the random numbers come from the seed.
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

    /// Whether a signature is the pair's signature over this digest, or over this message where the
    /// algorithm signs messages.
    pub fn verify(
        &self,
        caller: &Caller,
        pair: &PairRef,
        algorithm: Signing,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<Used<bool>, Error> {
        self.with_pair(caller, pair, Operation::Verify, Some(KeyUsage::SignVerify), |key| {
            Ok(key.public().verifies(algorithm, digest, signature)?)
        })
    }

    /// Encrypts with the public key.
    pub fn encrypt_to_pair(
        &self,
        caller: &Caller,
        pair: &PairRef,
        algorithm: Encryption,
        text: &[u8],
    ) -> Result<Sealed, Error> {
        let usage = Some(KeyUsage::EncryptDecrypt);
        self.with_pair(caller, pair, Operation::EncryptToPair, usage, |key| {
            self.wrap(key.public(), algorithm, text)
        })
    }

    /// Decrypts with the private key what was encrypted with the public key, here or elsewhere.
    pub fn decrypt_by_pair(
        &self,
        caller: &Caller,
        pair: &PairRef,
        operation: Operation,
        algorithm: Encryption,
        ciphertext: &[u8],
    ) -> Result<Opened, Error> {
        self.with_pair(caller, pair, operation, Some(KeyUsage::EncryptDecrypt), |key| {
            Ok(key.decrypt(algorithm, ciphertext)?)
        })
    }

    /// Encrypts with the public key. The ciphertext begins with the version's id, so it can be
    /// decrypted without naming the key. `operation` says for what purpose.
    pub fn seal_to_pair(
        &self,
        caller: &Caller,
        pair: &PairRef,
        operation: Operation,
        algorithm: Encryption,
        text: &[u8],
    ) -> Result<Sealed, Error> {
        let usage = Some(KeyUsage::EncryptDecrypt);
        let wrapped = self.with_pair(caller, pair, operation, usage, |key| {
            self.wrap(key.public(), algorithm, text)
        })?;
        let version = wrapped.version.text();
        Ok(wrapped.map(|ciphertext| [&version[..], &ciphertext].concat()))
    }

    /// Decrypts the result of [`Engine::seal_to_pair`]; its first bytes name the version.
    ///
    /// # Errors
    /// [`CiphertextError::Malformed`] if they name none; [`KeyError::IsSymmetric`],
    /// [`KeyError::IsMac`] or [`KeyError::Usage`] if the key is no pair for encryption.
    pub fn open_by_pair(
        &self,
        caller: &Caller,
        operation: Operation,
        algorithm: Encryption,
        blob: &[u8],
    ) -> Result<Opened, Error> {
        let parts = blob.split_first_chunk::<{ VersionId::LEN }>();
        let parts = parts.and_then(|(id, rest)| Some((VersionId::parse(id)?, rest)));
        let (id, ciphertext) = parts.ok_or(CiphertextError::Malformed)?;
        let snapshot = self.snapshot(caller);
        let key = snapshot.key_of_version(id).cloned().ok_or(KeyError::NotFound)?;
        let pair = PairRef { key: key.into(), version: Some(id) };
        self.decrypt_by_pair(caller, &pair, operation, algorithm, ciphertext)
    }

    /// The public key.
    pub fn public_key(&self, caller: &Caller, pair: &PairRef) -> Result<Used<PublicKey>, Error> {
        self.with_pair(caller, pair, Operation::ReadPublicKey, None, |key| Ok(key.public().clone()))
    }

    /// Admits an operation on a pair of this usage, and runs it with the version's key.
    fn with_pair<T>(
        &self,
        caller: &Caller,
        pair: &PairRef,
        operation: Operation,
        usage: Option<KeyUsage>,
        run: impl FnOnce(&PrivateKey) -> Result<T, Error>,
    ) -> Result<Used<T>, Error> {
        let snapshot = self.snapshot(caller);
        let admitted = snapshot.view(caller).admit(&pair.key, operation)?;
        admitted.pair_spec()?;
        if let Some(usage) = usage {
            admitted.is_for(usage)?;
        }
        let (version, key) = admitted.pair(pair.version)?;
        Ok(Used::new(run(key)?, &admitted, version))
    }

    /// The secret that the pair agrees on with the owner of a public key of the same kind; see
    /// [`PrivateKey::agree`]. `peer` is a `SubjectPublicKeyInfo`, DER.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmMismatch`] for a kind of pair that agrees on no secrets;
    /// [`KeyError::PeerInvalid`] for a public key of another kind.
    pub fn derive_secret(
        &self,
        caller: &Caller,
        pair: &PairRef,
        peer: &[u8],
    ) -> Result<Used<Zeroizing<Vec<u8>>>, Error> {
        self.with_pair(caller, pair, Operation::DeriveSecret, Some(KeyUsage::KeyAgreement), |key| {
            Ok(key.agree(peer)?)
        })
    }

    /// A new pair that belongs to no key here: the private key in PKCS #8, and the public key.
    pub async fn new_pair(&self, spec: PairSpec) -> Result<(Zeroizing<Vec<u8>>, PublicKey), Error> {
        let pkcs8 = self.generate_pair(spec).await?;
        let public = PrivateKey::read(spec, &pkcs8)?.public().clone();
        Ok((pkcs8, public))
    }

    /// Generates a private key.
    pub(super) async fn generate_pair(&self, spec: PairSpec) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.on_blocking_thread(move |entropy| private_key(spec, entropy)).await
    }

    /// Generates a private key, and does what belongs to that, on a blocking thread. Only a few run
    /// at once, so that other requests are not slowed down.
    pub(super) async fn on_blocking_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Entropy) -> Result<T, algorithms::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let ended =
            |_| Error::Internal("a private key was not generated: the server is shutting down");
        let turn = Arc::clone(&self.pairs_at_once).acquire_owned().await;
        let turn = turn.map_err(|_| Error::Internal("private keys are no longer generated"))?;
        let world = Arc::clone(&self.world);
        let outcome = tokio::task::spawn_blocking(move || {
            let outcome = work(&world.entropy);
            drop(turn);
            outcome
        });
        Ok(outcome.await.map_err(ended)??)
    }
}

/// Generates a private key. Only a seeded server pays for the slow way that can be repeated.
pub(super) fn private_key(
    spec: PairSpec,
    entropy: &Entropy,
) -> Result<Zeroizing<Vec<u8>>, algorithms::Error> {
    let mut rng = entropy.rng();
    if entropy.is_seeded() { generate(spec, &mut rng) } else { generate_fast(spec, &mut rng) }
}
