//! The pair with which a realm signs challenges. It is derived from the secret that seals the
//! realm's import tokens, so it is the same after a restart and in an export.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Caller, Engine, Error};
use crate::algorithms::asymmetric::{PairSpec, PrivateKey, PublicKey, Signing, generate};
use crate::algorithms::mac::{Hash, derive, digest};
use crate::world::Entropy;

const SPEC: PairSpec = PairSpec::Rsa2048;

impl Engine {
    /// The signature of a challenge by the realm's pair: RSASSA-PKCS1-v1_5 with SHA-384.
    pub async fn sign_challenge(
        &self,
        caller: &Caller,
        challenge: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let pair = self.challenge_pair(caller).await?;
        self.sign_with(&pair, Signing::RsaPkcs1Sha384, &digest(Hash::Sha384, challenge))
    }

    /// The public key that verifies the realm's challenges.
    pub async fn challenge_key(&self, caller: &Caller) -> Result<PublicKey, Error> {
        Ok(self.challenge_pair(caller).await?.public().clone())
    }

    async fn challenge_pair(&self, caller: &Caller) -> Result<Arc<PrivateKey>, Error> {
        self.ensure_import_seal(caller).await?;
        let seed = {
            let snapshot = self.snapshot(caller);
            let seal = snapshot.view(caller).import_seal();
            let seal = seal.ok_or(Error::Internal("no import seal"))?;
            Zeroizing::new(derive(Hash::Sha256, seal, b"challenges", SEED_CONTEXT, SEED_LEN))
        };
        if let Some(pair) = self.challenge_pairs.get(&seed) {
            return Ok(pair);
        }
        let stream = Entropy::seeded(&base16ct::lower::encode_string(&seed));
        let derived = self.on_blocking_thread(move |_| generate(SPEC, &mut stream.rng())).await?;
        let pair = Arc::new(PrivateKey::read(SPEC, &derived)?);
        self.challenge_pairs.remember(&seed, &pair);
        Ok(pair)
    }
}

/// What separates the derivation from others of the same secret.
const SEED_CONTEXT: &[u8] = b"RSA";
/// The length of what the pair is generated from, in bytes.
const SEED_LEN: usize = 32;
