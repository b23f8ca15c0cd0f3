//! The text form of ciphertexts: three parts in base64, joined by `-k-`. The document shows the
//! form, but does not say what the parts contain. In kmsim the first part names the key version,
//! the second is a digest of the encryption context, and the third is the encrypted data, which
//! also authenticates the context.

use sha2::{Digest, Sha256};

use super::codes;
use crate::algorithms::base64_text;
use crate::dialects::Error;
use crate::dialects::wire::classes::classed;
use crate::model::VersionId;

const SEPARATOR: &str = "-k-";
/// The length of the first part, in bytes, as in the document's samples.
const VERSION_LEN: usize = 64;
/// The length of the second part, in bytes, as in the document's samples.
const CONTEXT_LEN: usize = 16;

/// A ciphertext in a request.
pub(super) struct Blob(String);

classed!(Blob: Ciphertext);

impl From<String> for Blob {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// The first part: the id of the version, filled up with the start of the id's digest.
fn version_part(version: &[u8]) -> [u8; VERSION_LEN] {
    let mut part = [0; VERSION_LEN];
    let (id, check) = part.split_at_mut(VersionId::LEN);
    id.copy_from_slice(version);
    check.copy_from_slice(&Sha256::digest(version)[..VERSION_LEN - VersionId::LEN]);
    part
}

/// The second part: the start of the context's digest.
fn context_part(context: &[u8]) -> [u8; CONTEXT_LEN] {
    let mut part = [0; CONTEXT_LEN];
    part.copy_from_slice(&Sha256::digest(context)[..CONTEXT_LEN]);
    part
}

/// The engine's ciphertext in the text form, whatever its context. `None` if the text does not have
/// the form.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.trim().split(SEPARATOR).map(base64_text::decode);
    let (version, _, sealed) = (parts.next()??, parts.next()??, parts.next()??);
    Some([version.get(..VersionId::LEN)?, &sealed].concat()).filter(|_| parts.next().is_none())
}

impl Blob {
    /// The text form of the engine's ciphertext `blob`, which was encrypted with this context.
    pub(super) fn encode(blob: &[u8], context: &[u8]) -> String {
        let (version, sealed) = blob.split_at(VersionId::LEN.min(blob.len()));
        let parts =
            [&version_part(version)[..], &context_part(context), sealed].map(base64_text::encode);
        parts.join(SEPARATOR)
    }

    /// The engine's ciphertext.
    ///
    /// # Errors
    /// `InvalidCiphertext`: the text does not have the form, was changed, or was encrypted with
    /// another context.
    pub(super) fn decode(&self, context: &[u8]) -> Result<Vec<u8>, Error> {
        let blob = || {
            let mut parts = self.0.trim().split(SEPARATOR).map(base64_text::decode);
            let (version, digest, sealed) = (parts.next()??, parts.next()??, parts.next()??);
            let id = version.get(..VersionId::LEN)?;
            let is_genuine = parts.next().is_none()
                && *version == version_part(id)
                && *digest == context_part(context);
            is_genuine.then(|| [id, &sealed].concat())
        };
        blob().ok_or_else(|| codes::INVALID_PARAMETER_VALUE_INVALID_CIPHERTEXT.into())
    }
}
