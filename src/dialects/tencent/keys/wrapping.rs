//! Answers that are encrypted for the caller's public key.

use zeroize::Zeroizing;

use crate::algorithms::asymmetric::{Encryption, PairSpec, PublicKey};
use crate::algorithms::pem;
use crate::dialects::tencent::values::{OpenText, base64};
use crate::dialects::tencent::{codes, words};
use crate::dialects::{Cx, Error};

/// The parameters `EncryptionPublicKey` and `EncryptionAlgorithm`, which say how a plaintext is
/// answered.
pub(in crate::dialects::tencent) struct Recipient {
    public_key: Option<OpenText>,
    algorithm: Option<OpenText>,
}

impl Recipient {
    pub(in crate::dialects::tencent) fn new(
        public_key: Option<OpenText>,
        algorithm: Option<OpenText>,
    ) -> Self {
        Self { public_key, algorithm }
    }

    /// The plaintext as it is answered, in base64: encrypted with the caller's public key if there
    /// is one. Without a public key, the algorithm is ignored, as in the document's sample. The
    /// default algorithm is SM2.
    ///
    /// # Errors
    /// `EncryptionError`: the public key cannot be parsed, or does not fit the algorithm.
    pub(in crate::dialects::tencent) fn answer(
        &self,
        cx: &Cx,
        text: &[u8],
    ) -> Result<Zeroizing<String>, Error> {
        let Some(key) = self.public_key.as_ref().filter(|key| !key.0.is_empty()) else {
            return Ok(base64(text));
        };
        let failed = || Error::from(codes::FAILED_OPERATION_ENCRYPTION_ERROR);
        let word = self.algorithm.as_ref().map_or("", |it| &it.0);
        let algorithm = words::wrapping(word).ok_or_else(failed)?;
        let spec = match algorithm {
            Encryption::Sm2(_) => PairSpec::EcSm2,
            _ => PairSpec::Rsa2048,
        };
        let der = pem::public_key(key).ok_or_else(failed)?;
        let key = PublicKey::read(spec, &der).map_err(|_| failed())?;
        Ok(base64(&cx.engine.wrap(&key, algorithm, text).map_err(|_| failed())?))
    }
}
