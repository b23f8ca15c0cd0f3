//! The fingerprint of a value that may be secret: its length and the beginning of its digest.

use std::fmt;

use sha2::{Digest, Sha256};

/// A value's length and digest prefix. It displays as `<10 bytes, sha256 9d3b3194>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    length: u32,
    digest_prefix: u32,
}

impl Fingerprint {
    /// The fingerprint of a value.
    #[must_use]
    pub fn of(value: &[u8]) -> Self {
        let digest: [u8; 32] = Sha256::digest(value).into();
        let [a, b, c, d, ..] = digest;
        // Requests are shorter than that.
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        Self { length, digest_prefix: u32::from_be_bytes([a, b, c, d]) }
    }

    /// The same in characters that percent-encoding keeps: `~10-bytes-sha256-9d3b3194~`.
    #[must_use]
    pub fn plain(self) -> String {
        format!("~{}-bytes-sha256-{:08x}~", self.length, self.digest_prefix)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes, sha256 {:08x}>", self.length, self.digest_prefix)
    }
}
