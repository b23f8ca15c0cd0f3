//! ML-DSA-87 (FIPS 204). Signatures are over messages, with an empty context. They are
//! deterministic, so signing needs no random numbers. Private keys are seeds (RFC 9881 section 6).

use std::sync::Arc;

use ml_dsa::{
    ExpandedSigningKey, Generate, MlDsa87 as Set, Signature, SignatureEncoding, SigningKey,
    VerifyingKey,
};
use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePublicKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::specs::{KeyPair, Kind, Private, Public, Signing};
use super::{Error, Randomness, pkcs8_of, unsupported};

/// The context of every signature.
const CONTEXT: &[u8] = b"";

/// The kind of pair.
pub(super) struct MlDsa87;

impl Kind for MlDsa87 {
    fn generate(&self, rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, Error> {
        pkcs8_of(&SigningKey::<Set>::generate_from_rng(rng))
    }

    fn read_private(&self, pkcs8: &[u8]) -> Result<KeyPair, Error> {
        let key = ExpandedSigningKey::<Set>::from_pkcs8_der(pkcs8);
        let key = key.map_err(unsupported)?;
        let public = Arc::new(key.verifying_key());
        Ok((Box::new(key), public))
    }

    fn read_public(&self, der: &[u8]) -> Result<Arc<dyn Public>, Error> {
        let key = VerifyingKey::<Set>::from_public_key_der(der);
        Ok(Arc::new(key.map_err(unsupported)?))
    }
}

impl Private for ExpandedSigningKey<Set> {
    fn sign(&self, _: Signing, message: &[u8], _: Randomness<'_>) -> Result<Vec<u8>, Error> {
        let signature = self.sign_deterministic(message, CONTEXT);
        Ok(signature.map_err(unsupported)?.to_vec())
    }
}

impl Public for VerifyingKey<Set> {
    fn document(&self) -> Result<Document, Error> {
        self.to_public_key_der().map_err(unsupported)
    }

    fn verifies(&self, _: Signing, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature)
            .is_ok_and(|signature| self.verify_with_context(message, CONTEXT, &signature))
    }
}
