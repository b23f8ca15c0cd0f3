//! AES-CBC and SM4-CBC with the padding of PKCS #7 (NIST SP 800-38A, section 6.2; RFC 5652, section
//! 6.3). Nothing here is authenticated: it is for those whose format says so.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit,
};
use sm4::Sm4;
use zeroize::Zeroizing;

use super::symmetric::Cipher;
use super::{Error, unsupported};

/// Length of a block and of an initialisation vector, in bytes.
pub const BLOCK_LEN: usize = 16;

/// Encrypts a text. The answer is longer, by one block at the most.
///
/// # Errors
/// [`Error::Unsupported`] when the cipher takes no key of this length.
pub fn encrypt(
    (cipher, key): (Cipher, &[u8]),
    iv: [u8; BLOCK_LEN],
    text: &[u8],
) -> Result<Vec<u8>, Error> {
    match (cipher, key.len()) {
        (Cipher::Aes, 16) => encrypt_with::<Aes128>(key, iv, text),
        (Cipher::Aes, 24) => encrypt_with::<Aes192>(key, iv, text),
        (Cipher::Aes, 32) => encrypt_with::<Aes256>(key, iv, text),
        (Cipher::Sm4, 16) => encrypt_with::<Sm4>(key, iv, text),
        _ => Err(Error::Unsupported),
    }
}

/// Decrypts what [`encrypt`] encrypted.
///
/// # Errors
/// [`Error::Unsupported`] when the cipher takes no key of this length;
/// [`Error::DecryptionFailed`] when the length or the padding is wrong.
pub fn decrypt(
    (cipher, key): (Cipher, &[u8]),
    iv: [u8; BLOCK_LEN],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    match (cipher, key.len()) {
        (Cipher::Aes, 16) => decrypt_with::<Aes128>(key, iv, ciphertext),
        (Cipher::Aes, 24) => decrypt_with::<Aes192>(key, iv, ciphertext),
        (Cipher::Aes, 32) => decrypt_with::<Aes256>(key, iv, ciphertext),
        (Cipher::Sm4, 16) => decrypt_with::<Sm4>(key, iv, ciphertext),
        _ => Err(Error::Unsupported),
    }
}

fn encrypt_with<C>(key: &[u8], iv: [u8; BLOCK_LEN], text: &[u8]) -> Result<Vec<u8>, Error>
where
    C: BlockCipherEncrypt + KeyInit,
    cbc::Encryptor<C>: KeyIvInit + BlockModeEncrypt,
{
    let mode = cbc::Encryptor::<C>::new_from_slices(key, &iv);
    let mode = mode.map_err(unsupported)?;
    Ok(mode.encrypt_padded_vec::<Pkcs7>(text))
}

fn decrypt_with<C>(
    key: &[u8],
    iv: [u8; BLOCK_LEN],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error>
where
    C: BlockCipherDecrypt + KeyInit,
    cbc::Decryptor<C>: KeyIvInit + BlockModeDecrypt,
{
    let mode = cbc::Decryptor::<C>::new_from_slices(key, &iv);
    let mode = mode.map_err(unsupported)?;
    let text = mode.decrypt_padded_vec::<Pkcs7>(ciphertext);
    text.map(Zeroizing::new).map_err(|_| Error::DecryptionFailed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        base16ct::lower::decode_vec(text).unwrap()
    }

    /// AES: the first block of NIST SP 800-38A, F.2.1, F.2.3 and F.2.5. SM4: the first block of
    /// draft-ribose-cfrg-sm4-10, A.2.2.1. The second block of each is the padding.
    #[test]
    fn published_answers() {
        let nist = ("000102030405060708090a0b0c0d0e0f", "6bc1bee22e409f96e93d7e117393172a");
        let sm4 = ("000102030405060708090a0b0c0d0e0f", "aaaaaaaabbbbbbbbccccccccdddddddd");
        for (cipher, key, (iv, plain), first) in [
            (
                Cipher::Aes,
                "2b7e151628aed2a6abf7158809cf4f3c",
                nist,
                "7649abac8119b246cee98e9b12e9197d",
            ),
            (
                Cipher::Aes,
                "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
                nist,
                "4f021db243bc633d7178183a9fa071e8",
            ),
            (
                Cipher::Aes,
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                nist,
                "f58c4c04d6e5f1ba779eabfb5f7bfbd6",
            ),
            (
                Cipher::Sm4,
                "0123456789abcdeffedcba9876543210",
                sm4,
                "78ebb11cc40b0a48312aaeb2040244cb",
            ),
        ] {
            let (key, iv, plain) = (hex(key), hex(iv).try_into().unwrap(), hex(plain));
            let sealed = encrypt((cipher, &key), iv, &plain).unwrap();
            assert_eq!((sealed.len(), &sealed[..BLOCK_LEN]), (2 * BLOCK_LEN, &hex(first)[..]));
            assert_eq!(*decrypt((cipher, &key), iv, &sealed).unwrap(), plain);
        }
    }

    #[test]
    fn every_length_is_padded_and_what_is_not_is_refused() {
        let (key, iv) = ((Cipher::Sm4, &[7; 16][..]), [1; BLOCK_LEN]);
        for len in 0..=2 * BLOCK_LEN {
            let text = vec![3; len];
            let sealed = encrypt(key, iv, &text).unwrap();
            assert_eq!(sealed.len(), (len / BLOCK_LEN + 1) * BLOCK_LEN);
            assert_eq!(*decrypt(key, iv, &sealed).unwrap(), text);
            let cut = decrypt(key, iv, &sealed[1..]).map(drop);
            assert_eq!(cut, Err(Error::DecryptionFailed));
        }
        assert_eq!(decrypt(key, iv, b"").map(drop), Err(Error::DecryptionFailed));
        let long = (Cipher::Sm4, &[7; 32][..]);
        assert_eq!(encrypt(long, iv, b""), Err(Error::Unsupported));
    }
}
