//! Keyed and unkeyed digests (FIPS 180-4, GB/T 32905, RFC 2104).

use hmac::digest::{Digest, KeyInit};
use hmac::{EagerHash, Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sm3::Sm3;
use subtle::ConstantTimeEq;

/// The digests that signatures are made over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1, 20 bytes. Used only by signatures that require it.
    Sha1,
    /// SHA-224, 28 bytes. Only message authentication codes use it.
    Sha224,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
    /// SM3, 32 bytes.
    Sm3,
}

impl Hash {
    /// The length of the digest, in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 | Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The digest of `data`.
#[must_use]
pub fn digest(hash: Hash, data: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => Sha1::digest(data).to_vec(),
        Hash::Sha224 => Sha224::digest(data).to_vec(),
        Hash::Sha256 => Sha256::digest(data).to_vec(),
        Hash::Sha384 => Sha384::digest(data).to_vec(),
        Hash::Sha512 => Sha512::digest(data).to_vec(),
        Hash::Sm3 => Sm3::digest(data).to_vec(),
    }
}

/// The SHA-256 digest of everything that `data` yields.
///
/// # Errors
/// Reading fails.
pub fn digest_of(data: &mut impl std::io::Read) -> std::io::Result<[u8; 32]> {
    let mut digest = Sha256::new();
    let mut some = vec![0; 1 << 16];
    loop {
        match data.read(&mut some) {
            Ok(0) => return Ok(digest.finalize().into()),
            Ok(read) => digest.update(&some[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The HMAC of `data`. The key is the concatenation of `key`'s parts.
#[must_use]
pub fn hmac(hash: Hash, key: &[&[u8]], data: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => keyed::<Sha1>(key, data),
        Hash::Sha224 => keyed::<Sha224>(key, data),
        Hash::Sha256 => keyed::<Sha256>(key, data),
        Hash::Sha384 => keyed::<Sha384>(key, data),
        Hash::Sha512 => keyed::<Sha512>(key, data),
        Hash::Sm3 => keyed::<Sm3>(key, data),
    }
}

/// `len` bytes derived from a key for a purpose: the key derivation function of NIST SP 800-108,
/// section 4.1, in counter mode with HMAC and a counter of 32 bits.
#[must_use]
pub fn derive(hash: Hash, key: &[u8], label: &[u8], context: &[u8], len: usize) -> Vec<u8> {
    let bits = u32::try_from(len * 8).unwrap_or(u32::MAX).to_be_bytes();
    let block = |counter: u32| {
        let input = [&counter.to_be_bytes(), label, &[0], context, &bits].concat();
        hmac(hash, &[key], &input)
    };
    (1..).flat_map(block).take(len).collect()
}

/// Compares two texts in a time that depends only on their lengths.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

fn keyed<D: EagerHash + Digest>(key: &[&[u8]], data: &[u8]) -> Vec<u8>
where
    Hmac<D>: KeyInit + Mac,
{
    let key = zeroize::Zeroizing::new(key.concat());
    // HMAC takes keys of any length, so this arm is unreachable. It returns what equals no
    // signature.
    match <Hmac<D> as KeyInit>::new_from_slice(&key) {
        Ok(mac) => mac.chain_update(data).finalize().into_bytes().to_vec(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use base16ct::lower::encode_string as hex;

    use super::*;

    #[test]
    fn published_answers() {
        assert_eq!(hex(&digest(Hash::Sha1, b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            hex(&digest(Hash::Sha224, b"abc")),
            "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"
        );
        assert_eq!(
            hex(&digest(Hash::Sha256, b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(&digest(Hash::Sha384, b"abc")),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7"
        );
        assert_eq!(
            hex(&digest(Hash::Sha512, b"abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
        // GB/T 32905, example 1.
        assert_eq!(
            hex(&digest(Hash::Sm3, b"abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        // RFC 2202 and RFC 4231, test case 2.
        let data = b"what do ya want for nothing?";
        assert_eq!(
            hex(&hmac(Hash::Sha1, &[b"Je", b"fe"], data)),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        assert_eq!(
            hex(&hmac(Hash::Sha224, &[b"Jefe"], data)),
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"
        );
        assert_eq!(
            hex(&hmac(Hash::Sha256, &[b"Jefe"], data)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(&hmac(Hash::Sha384, &[b"Jefe"], data)),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
             8e2240ca5e69e2c78b3239ecfab21649"
        );
        assert_eq!(
            hex(&hmac(Hash::Sha512, &[b"Jefe"], data)),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        );
    }

    #[test]
    fn equal_compares_content_and_length() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd"));
        assert!(!equal(b"abc", b"ab"));
    }

    #[test]
    fn derived_bytes_are_blocks_with_a_counter() {
        let derived = derive(Hash::Sha256, b"key", b"label", b"context", 40);
        let block = |counter: u8| {
            let input = [&[0, 0, 0, counter][..], b"label\0context", &[0, 0, 1, 64]].concat();
            hmac(Hash::Sha256, &[b"key"], &input)
        };
        assert_eq!((derived.len(), &derived[..32]), (40, &block(1)[..]));
        assert_eq!(derived[32..], block(2)[..8]);
    }
}
