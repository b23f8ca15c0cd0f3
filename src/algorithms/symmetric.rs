//! AES-GCM and SM4-GCM: 12-byte initialisation vector, 16-byte tag (NIST SP 800-38D; for SM4, RFC
//! 8998 section 2).

use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, Nonce};
use aes_gcm::{AesGcm, KeyInit, Tag};
use sm4::Sm4;
use zeroize::Zeroizing;

/// Length of an initialisation vector, in bytes.
pub const IV_LEN: usize = 12;
/// Length of an authentication tag, in bytes.
pub const TAG_LEN: usize = 16;

/// The block ciphers that run in GCM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// AES with 128, 192 or 256 bits, by the key's length.
    Aes,
    /// SM4, 128 bits.
    Sm4,
}

/// The key's length does not fit the cipher, or the ciphertext, tag, initialisation vector or
/// associated data is not what was sealed. The reason is withheld, because attackers could use it.
#[derive(Debug, PartialEq, Eq)]
pub struct SealError;

/// Encrypts `text` in place and returns the tag, which also authenticates `associated`.
pub fn seal(
    cipher: Cipher,
    key: &[u8],
    iv: [u8; IV_LEN],
    associated: &[u8],
    text: &mut [u8],
) -> Result<[u8; TAG_LEN], SealError> {
    match (cipher, key.len()) {
        (Cipher::Aes, 16) => seal_with::<AesGcm<Aes128, U12>>(key, iv, associated, text),
        (Cipher::Aes, 24) => seal_with::<AesGcm<Aes192, U12>>(key, iv, associated, text),
        (Cipher::Aes, 32) => seal_with::<AesGcm<Aes256, U12>>(key, iv, associated, text),
        (Cipher::Sm4, 16) => seal_with::<AesGcm<Sm4, U12>>(key, iv, associated, text),
        _ => Err(SealError),
    }
}

/// Decrypts in place what [`seal`] encrypted. After a failure `text` holds no plaintext.
pub fn open(
    cipher: Cipher,
    key: &[u8],
    iv: [u8; IV_LEN],
    associated: &[u8],
    text: &mut [u8],
    tag: [u8; TAG_LEN],
) -> Result<(), SealError> {
    match (cipher, key.len()) {
        (Cipher::Aes, 16) => open_with::<AesGcm<Aes128, U12>>(key, iv, associated, text, tag),
        (Cipher::Aes, 24) => open_with::<AesGcm<Aes192, U12>>(key, iv, associated, text, tag),
        (Cipher::Aes, 32) => open_with::<AesGcm<Aes256, U12>>(key, iv, associated, text, tag),
        (Cipher::Sm4, 16) => open_with::<AesGcm<Sm4, U12>>(key, iv, associated, text, tag),
        _ => Err(SealError),
    }
}

/// A ciphertext as it is stored and sent: initialisation vector, encrypted text, tag.
#[derive(Debug)]
pub struct Sealed<'a> {
    iv: [u8; IV_LEN],
    text: &'a [u8],
    tag: [u8; TAG_LEN],
}

impl<'a> Sealed<'a> {
    /// How much longer it is than the plaintext, in bytes.
    pub const OVERHEAD: usize = IV_LEN + TAG_LEN;

    /// Seals `plain` and returns `head` followed by the result. The tag does not cover `head`.
    ///
    /// # Errors
    /// The key's length does not fit the cipher.
    pub fn after(
        head: &[u8],
        (cipher, key): (Cipher, &[u8]),
        iv: [u8; IV_LEN],
        associated: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        // Allocated at full size: a vector that grows would leave copies of the plaintext in
        // memory.
        let mut all = Vec::with_capacity(head.len() + plain.len() + Self::OVERHEAD);
        all.extend_from_slice(head);
        all.extend_from_slice(&iv);
        all.extend_from_slice(plain);
        let tag = seal(cipher, key, iv, associated, &mut all[head.len() + IV_LEN..])?;
        all.extend_from_slice(&tag);
        Ok(all)
    }

    /// Splits a ciphertext into its parts. `None` when it is too short.
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let (iv, rest) = bytes.split_first_chunk::<IV_LEN>()?;
        let (text, tag) = rest.split_last_chunk::<TAG_LEN>()?;
        Some(Self { iv: *iv, text, tag: *tag })
    }

    /// The length of the text, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether the plaintext is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The plaintext.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn open(
        &self,
        (cipher, key): (Cipher, &[u8]),
        associated: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let mut text = Zeroizing::new(self.text.to_vec());
        open(cipher, key, self.iv, associated, &mut text, self.tag)?;
        Ok(text)
    }
}

trait Gcm: KeyInit + AeadInOut<NonceSize = U12, TagSize = aes_gcm::aead::consts::U16> {}
impl<T: KeyInit + AeadInOut<NonceSize = U12, TagSize = aes_gcm::aead::consts::U16>> Gcm for T {}

fn seal_with<C: Gcm>(
    key: &[u8],
    iv: [u8; IV_LEN],
    associated: &[u8],
    text: &mut [u8],
) -> Result<[u8; TAG_LEN], SealError> {
    let cipher = C::new_from_slice(key).map_err(|_| SealError)?;
    let tag = cipher
        .encrypt_inout_detached(&Nonce::<C>::from(iv), associated, text.into())
        .map_err(|_| SealError)?;
    Ok(tag.into())
}

fn open_with<C: Gcm>(
    key: &[u8],
    iv: [u8; IV_LEN],
    associated: &[u8],
    text: &mut [u8],
    tag: [u8; TAG_LEN],
) -> Result<(), SealError> {
    let cipher = C::new_from_slice(key).map_err(|_| SealError)?;
    cipher
        .decrypt_inout_detached(&Nonce::<C>::from(iv), associated, text.into(), &Tag::from(tag))
        .map_err(|_| SealError)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One published test vector: key, initialisation vector, associated data, plaintext,
    /// ciphertext, tag, all in hexadecimal.
    struct Answer(
        Cipher,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    );

    /// AES-128/192/256: test cases 4, 10 and 16 of the GCM specification (`McGrew` and Viega). SM4:
    /// RFC 8998, A.1.
    const ANSWERS: &[Answer] = &[
        Answer(
            Cipher::Aes,
            "feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
            "5bc94fbc3221a5db94fae95ae7121a47",
        ),
        Answer(
            Cipher::Aes,
            "feffe9928665731c6d6a8f9467308308feffe9928665731c",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
            "2519498e80f1478f37ba55bd6d27618c",
        ),
        Answer(
            Cipher::Aes,
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b",
        ),
        Answer(
            Cipher::Sm4,
            "0123456789abcdeffedcba9876543210",
            "00001234567800000000abcd",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
            "83de3541e4c2b58177e065a9bf7b62ec",
        ),
    ];

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        bytes(text).try_into().unwrap()
    }

    fn bytes(text: &str) -> Vec<u8> {
        base16ct::lower::decode_vec(text).unwrap()
    }

    #[test]
    fn published_answers() {
        for Answer(cipher, key, iv, associated, plain, sealed, tag) in ANSWERS {
            let (key, iv, associated) = (bytes(key), hex(iv), bytes(associated));
            let mut text = bytes(plain);
            assert_eq!(seal(*cipher, &key, iv, &associated, &mut text), Ok(hex(tag)));
            assert_eq!(text, bytes(sealed));
            open(*cipher, &key, iv, &associated, &mut text, hex(tag)).unwrap();
            assert_eq!(text, bytes(plain));
        }
    }

    #[test]
    fn anything_changed_fails_to_open() {
        let (key, iv) = ([7; 32], [1; IV_LEN]);
        let mut sealed = *b"attack at dawn";
        let tag = seal(Cipher::Aes, &key, iv, b"context", &mut sealed).unwrap();
        let refused = |iv, associated: &[u8], text: &[u8], tag| {
            let mut text = text.to_vec();
            open(Cipher::Aes, &key, iv, associated, &mut text, tag) == Err(SealError)
        };
        assert!(!refused(iv, b"context", &sealed, tag));
        assert!(refused([2; IV_LEN], b"context", &sealed, tag));
        assert!(refused(iv, b"contexT", &sealed, tag));
        assert!(refused(iv, b"context", &sealed[1..], tag));
        assert!(refused(iv, b"context", &sealed, [0; TAG_LEN]));
        assert_eq!(
            seal(Cipher::Sm4, &key, iv, b"", &mut sealed),
            Err(SealError),
            "SM4 takes no 32-byte key"
        );
    }
}
