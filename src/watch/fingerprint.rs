//! A value that may be a secret, as far as it may be told: how long it is, and the beginning of its digest.

use std::fmt;

use sha2::{Digest, Sha256};

/// A value's length and mark. It displays as `<10 bytes, sha256 9d3b3194>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    length: u32,
    mark: u32,
}

impl Fingerprint {
    /// Measures a value.
    #[must_use]
    pub fn of(value: &[u8]) -> Self {
        let digest: [u8; 32] = Sha256::digest(value).into();
        let [a, b, c, d, ..] = digest;
        // A request is not that long.
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        Self { length, mark: u32::from_be_bytes([a, b, c, d]) }
    }

    /// The same in letters that percent-encoding leaves alone: `~10-bytes-sha256-9d3b3194~`.
    #[must_use]
    pub fn plain(self) -> String {
        format!("~{}-bytes-sha256-{:08x}~", self.length, self.mark)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes, sha256 {:08x}>", self.length, self.mark)
    }
}
