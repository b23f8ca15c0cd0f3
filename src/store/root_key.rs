//! The root key, which seals material at rest: AES-256-GCM with the owner as associated data, so
//! that sealed rows cannot be swapped. Its random numbers always come from the operating system.
//! They are invisible on the wire, and a seed must not reuse an initialisation vector.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::StoreError;
use super::files::{OWNER_ONLY, beside, keep_first};
use crate::algorithms::symmetric::{Cipher, Sealed};
use crate::world::Entropy;

const LEN: usize = 32;

/// The root key of a data file.
pub struct RootKey(Zeroizing<[u8; LEN]>);

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootKey")
    }
}

impl RootKey {
    /// Reads the base64 of 32 bytes.
    ///
    /// # Errors
    /// The text is anything else.
    pub fn from_base64(text: &str) -> Result<Self, StoreError> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).ok();
        let bytes = bytes.as_ref().and_then(|bytes| <[u8; LEN]>::try_from(bytes.as_slice()).ok());
        bytes
            .map(|key| Self(Zeroizing::new(key)))
            .ok_or_else(|| StoreError::new("the root key must be the base64 of 32 bytes"))
    }

    /// A new random key.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(Entropy::Os.array()))
    }

    /// The path of a data file's key, unless the key is given.
    pub(super) fn path(data: &Path) -> PathBuf {
        beside(data, ".root-key")
    }

    /// The key in the file `<data>.root-key`. If neither it nor `data` exists, the file is created,
    /// readable only by its owner.
    ///
    /// # Errors
    /// The file cannot be read or created, or `data` exists without it.
    pub fn beside(data: &Path) -> Result<Self, StoreError> {
        let path = Self::path(data);
        let fail = |what: &str, why: &dyn std::fmt::Display| {
            StoreError::new(format_args!("cannot {what} {}: {why}", path.display()))
        };
        if path.exists() {
            let mut text = Zeroizing::new(String::new());
            File::open(&path)
                .and_then(|mut file| file.read_to_string(&mut text))
                .map_err(|e| fail("read", &e))?;
            return Self::from_base64(&text).map_err(|e| fail("use", &e));
        }
        if std::fs::metadata(data).is_ok_and(|file| file.len() > 0) {
            let data = data.display();
            let path = path.display();
            return Err(StoreError::new(format_args!(
                "{data} exists but its root key does not: restore {path} or set KMSIM_ROOT_KEY"
            )));
        }
        let key = Self::generate();
        let text = Zeroizing::new(STANDARD.encode(*key.0));
        let first =
            keep_first(&path, text.as_bytes(), OWNER_ONLY).map_err(|e| fail("write", &e))?;
        if first { Ok(key) } else { Self::beside(data) }
    }

    /// Seals `plain` for `owner`.
    pub(super) fn seal(&self, owner: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        Sealed::after(b"", (Cipher::Aes, &*self.0), Entropy::Os.array(), owner.as_bytes(), plain)
            .map_err(|_| StoreError::new("sealing failed"))
    }

    /// Opens what [`RootKey::seal`] sealed for `owner`. `None` for another owner, another key, or
    /// other bytes.
    pub(super) fn open(&self, owner: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        Sealed::of(sealed)?.open((Cipher::Aes, &*self.0), owner.as_bytes()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_bytes_open_only_for_their_owner() {
        let key = RootKey::generate();
        let sealed = key.seal("owner", b"material").unwrap();
        assert_eq!(key.open("owner", &sealed).unwrap().as_slice(), b"material");
        assert!(key.open("another", &sealed).is_none());
        assert!(key.open("owner", &sealed[..sealed.len() - 1]).is_none());
        assert!(RootKey::generate().open("owner", &sealed).is_none());
    }

    #[test]
    fn a_root_key_is_32_bytes_in_base64() {
        assert!(RootKey::from_base64(&STANDARD.encode([1; 32])).is_ok());
        for bad in ["", "AAAA", "not base64"] {
            assert!(RootKey::from_base64(bad).is_err(), "{bad:?}");
        }
    }
}
