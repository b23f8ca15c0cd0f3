//! The text form of a ciphertext: three texts in base64, joined by `-k-`. The document shows the
//! form and says nothing of what the parts are. Here the first names the key version, the second is
//! a digest of the encryption context, and the third holds what was sealed; the context itself is
//! authenticated with that.

use sha2::{Digest, Sha256};

use super::codes;
use crate::algorithms::base64_text;
use crate::dialects::Error;
use crate::dialects::wire::classes::classed;
use crate::model::VersionId;

/// What joins the parts.
const JOINT: &str = "-k-";
/// The length of the first part, in bytes, as in the document's samples.
const FIRST: usize = 64;
/// The length of the second.
const SECOND: usize = 16;

/// A ciphertext, as a request has it.
pub(super) struct Blob(String);

classed!(Blob: Ciphertext);

impl From<String> for Blob {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// The first part: the id of the version, behind it as much of the id's digest as fits.
fn first(version: &[u8]) -> [u8; FIRST] {
    let mut part = [0; FIRST];
    let (id, check) = part.split_at_mut(VersionId::LEN);
    id.copy_from_slice(version);
    check.copy_from_slice(&Sha256::digest(version)[..FIRST - VersionId::LEN]);
    part
}

/// The second part. It tells contexts apart, and is the same wherever the same context is.
fn second(context: &[u8]) -> [u8; SECOND] {
    let mut part = [0; SECOND];
    part.copy_from_slice(&Sha256::digest(context)[..SECOND]);
    part
}

/// A ciphertext of the engine in its text form.
pub(super) fn written(blob: &[u8], context: &[u8]) -> String {
    let (version, sealed) = blob.split_at(VersionId::LEN.min(blob.len()));
    let parts = [&first(version)[..], &second(context), sealed].map(base64_text::encode);
    parts.join(JOINT)
}

impl Blob {
    /// The engine's ciphertext.
    ///
    /// # Errors
    /// The text is none, was changed, or was made under another context.
    pub(super) fn under(&self, context: &[u8]) -> Result<Vec<u8>, Error> {
        let parts = || {
            let mut parts = self.0.trim().split(JOINT).map(base64_text::decode);
            let (version, digest, sealed) = (parts.next()??, parts.next()??, parts.next()??);
            let id = version.get(..VersionId::LEN)?;
            let is_whole =
                parts.next().is_none() && *version == first(id) && *digest == second(context);
            is_whole.then(|| [id, &sealed].concat())
        };
        parts().ok_or_else(|| codes::INVALID_PARAMETER_VALUE_INVALID_CIPHERTEXT.into())
    }
}
