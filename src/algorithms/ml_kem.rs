//! ML-KEM-1024 (FIPS 203), and AES-256-GCM with its shared secrets. Private keys are seeds, `d` and
//! then `z` (RFC 9935 section 6).

use std::sync::Arc;

use ml_kem::{
    Decapsulate, DecapsulationKey, Encapsulate, EncapsulationKey, Generate, MlKem1024 as Set,
};
use pkcs8::{DecodePrivateKey, DecodePublicKey, Document, EncodePublicKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::specs::{Encryption, KeyPair, Kind, Private, Public};
use super::symmetric::{Cipher, IV_LEN, Sealed};
use super::{Error, pkcs8_of, unsupported};

/// The length of an encapsulated secret, in bytes (FIPS 203 table 3).
const ENCAPSULATED_LEN: usize = 1568;

/// The kind of pair.
pub(super) struct MlKem1024;

impl Kind for MlKem1024 {
    fn generate(&self, rng: &mut dyn CryptoRng) -> Result<Zeroizing<Vec<u8>>, Error> {
        pkcs8_of(&DecapsulationKey::<Set>::generate_from_rng(rng))
    }

    fn read_private(&self, pkcs8: &[u8]) -> Result<KeyPair, Error> {
        let key = DecapsulationKey::<Set>::from_pkcs8_der(pkcs8);
        let key = key.map_err(unsupported)?;
        let public = Arc::new(key.encapsulation_key().clone());
        Ok((Box::new(key), public))
    }

    fn read_public(&self, der: &[u8]) -> Result<Arc<dyn Public>, Error> {
        let key = EncapsulationKey::<Set>::from_public_key_der(der);
        Ok(Arc::new(key.map_err(unsupported)?))
    }
}

impl Private for DecapsulationKey<Set> {
    fn decrypt(&self, _: Encryption, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (encapsulated, rest) =
            ciphertext.split_first_chunk::<ENCAPSULATED_LEN>().ok_or(Error::DecryptionFailed)?;
        let sealed = Sealed::of(rest).ok_or(Error::DecryptionFailed)?;
        // Decapsulation does not fail: a wrong ciphertext yields a wrong secret.
        let secret = Zeroizing::new(self.decapsulate(&(*encapsulated).into()));
        sealed.open((Cipher::Aes, &*secret), b"").map_err(|_| Error::DecryptionFailed)
    }
}

impl Public for EncapsulationKey<Set> {
    fn document(&self) -> Result<Document, Error> {
        self.to_public_key_der().map_err(unsupported)
    }

    fn encrypt(
        &self,
        _: Encryption,
        text: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, Error> {
        let (encapsulated, secret) = self.encapsulate_with_rng(rng);
        let secret = Zeroizing::new(secret);
        let mut iv = [0; IV_LEN];
        rng.fill_bytes(&mut iv);
        Sealed::after(&encapsulated, (Cipher::Aes, &*secret), iv, b"", text)
            .map_err(|_| Error::Length)
    }
}
