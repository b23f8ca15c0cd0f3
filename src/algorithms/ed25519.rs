//! Ed25519 and Ed25519ph (RFC 8032 section 5.1). Both are deterministic, so signing needs no random
//! numbers. Ed25519ph has an empty context.

use std::sync::Arc;

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePublicKey};
use rand_core::CryptoRng;
use sha2::digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Update};
use zeroize::Zeroizing;

use super::specs::{KeyPair, Kind, Private, Public, Signing};
use super::{Error, Randomness, pkcs8_of, unsupported};

/// The kind of pair.
pub(super) struct Ed25519;

impl Kind for Ed25519 {
    fn generate(&self, rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        // Without the public key, which older readers refuse (RFC 5958 section 2, version 1).
        let key = ed25519_dalek::pkcs8::KeypairBytes { secret_key: *seed, public_key: None };
        pkcs8_of(&key)
    }

    fn read_private(&self, pkcs8: &[u8]) -> Result<KeyPair, Error> {
        let key = SigningKey::from_pkcs8_der(pkcs8).map_err(unsupported)?;
        let public = Arc::new(key.verifying_key());
        Ok((Box::new(key), public))
    }

    fn read_public(&self, der: &[u8]) -> Result<Arc<dyn Public>, Error> {
        Ok(Arc::new(VerifyingKey::from_public_key_der(der).map_err(unsupported)?))
    }
}

impl Private for SigningKey {
    fn sign(&self, how: Signing, input: &[u8], _: Randomness<'_>) -> Result<Vec<u8>, Error> {
        let signature = match how {
            Signing::Ed25519Ph => self.sign_prehashed(Ready::of(input), None),
            _ => self.try_sign(input),
        };
        Ok(signature.map_err(unsupported)?.to_vec())
    }
}

impl Public for VerifyingKey {
    fn document(&self) -> Result<Document, Error> {
        self.to_public_key_der().map_err(unsupported)
    }

    fn verifies(&self, how: Signing, input: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        let verified = match how {
            Signing::Ed25519Ph => self.verify_prehashed(Ready::of(input), None, &signature),
            _ => self.verify(input, &signature),
        };
        verified.is_ok()
    }
}

/// A SHA-512 digest that exists already. The library asks for a hash function that has read the
/// message, and only takes its result.
#[derive(Clone, Default)]
struct Ready(Output<sha2::Sha512>);

impl Ready {
    /// Takes the digest. One of another length, which callers do not pass, is cut or padded.
    fn of(digest: &[u8]) -> Self {
        let mut ready = Self::default();
        ready.0.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
        ready
    }
}

impl HashMarker for Ready {}

impl OutputSizeUser for Ready {
    type OutputSize = <sha2::Sha512 as OutputSizeUser>::OutputSize;
}

impl Update for Ready {
    fn update(&mut self, _: &[u8]) {}
}

impl FixedOutput for Ready {
    fn finalize_into(self, out: &mut Output<Self>) {
        *out = self.0;
    }
}
