//! AES and SM4 in the modes CBC and ECB (NIST SP 800-38A, sections 6.1 and 6.2), with the padding
//! of PKCS #7 (RFC 5652, section 6.3) or none. Nothing here is authenticated: it is for those whose
//! format says so.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit,
    KeyIvInit,
};
use sm4::Sm4;
use zeroize::Zeroizing;

use super::symmetric::Cipher;
use super::{Error, unsupported};

/// Length of a block and of an initialisation vector, in bytes.
pub const BLOCK_LEN: usize = 16;

/// How the blocks of a text depend on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Cipher Block Chaining, with this initialisation vector.
    Cbc([u8; BLOCK_LEN]),
    /// Electronic Codebook: not at all.
    Ecb,
}

/// How a text becomes whole blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Padding {
    /// Each text is made longer, by one block at the most.
    #[default]
    Pkcs7,
    /// The text must be whole blocks.
    None,
}

/// Encrypts a text.
///
/// # Errors
/// [`Error::Unsupported`] when the cipher takes no key of this length; [`Error::Length`] when the
/// text is not whole blocks and is not padded.
pub fn encrypt(
    (cipher, key): (Cipher, &[u8]),
    (mode, padding): (Mode, Padding),
    text: &[u8],
) -> Result<Vec<u8>, Error> {
    let how = (mode, padding);
    match (cipher, key.len()) {
        (Cipher::Aes, 16) => encrypt_with::<Aes128>(key, how, text),
        (Cipher::Aes, 24) => encrypt_with::<Aes192>(key, how, text),
        (Cipher::Aes, 32) => encrypt_with::<Aes256>(key, how, text),
        (Cipher::Sm4, 16) => encrypt_with::<Sm4>(key, how, text),
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
    (mode, padding): (Mode, Padding),
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let how = (mode, padding);
    match (cipher, key.len()) {
        (Cipher::Aes, 16) => decrypt_with::<Aes128>(key, how, ciphertext),
        (Cipher::Aes, 24) => decrypt_with::<Aes192>(key, how, ciphertext),
        (Cipher::Aes, 32) => decrypt_with::<Aes256>(key, how, ciphertext),
        (Cipher::Sm4, 16) => decrypt_with::<Sm4>(key, how, ciphertext),
        _ => Err(Error::Unsupported),
    }
}

fn encrypt_with<C: BlockCipherEncrypt + KeyInit>(
    key: &[u8],
    (mode, padding): (Mode, Padding),
    text: &[u8],
) -> Result<Vec<u8>, Error> {
    let cipher = C::new_from_slice(key).map_err(unsupported)?;
    let mut text = padded(padding, text)?;
    let (blocks, _) = Block::<C>::slice_as_chunks_mut(&mut text);
    match mode {
        Mode::Cbc(iv) => {
            let mode = cbc::Encryptor::<C>::new_from_slices(key, &iv);
            mode.map_err(unsupported)?.encrypt_blocks(blocks);
        }
        Mode::Ecb => cipher.encrypt_blocks(blocks),
    }
    Ok(text)
}

fn decrypt_with<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    (mode, padding): (Mode, Padding),
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let cipher = C::new_from_slice(key).map_err(unsupported)?;
    if !ciphertext.len().is_multiple_of(BLOCK_LEN) {
        return Err(Error::DecryptionFailed);
    }
    let mut text = Zeroizing::new(ciphertext.to_vec());
    let (blocks, _) = Block::<C>::slice_as_chunks_mut(&mut text);
    match mode {
        Mode::Cbc(iv) => {
            let mode = cbc::Decryptor::<C>::new_from_slices(key, &iv);
            mode.map_err(unsupported)?.decrypt_blocks(blocks);
        }
        Mode::Ecb => cipher.decrypt_blocks(blocks),
    }
    if padding == Padding::Pkcs7 {
        let length = unpadded(&text).ok_or(Error::DecryptionFailed)?;
        text.truncate(length);
    }
    Ok(text)
}

/// A text as whole blocks. It is allocated at full size: a vector that grows would leave copies of
/// the text in memory.
fn padded(padding: Padding, text: &[u8]) -> Result<Vec<u8>, Error> {
    let over = text.len() % BLOCK_LEN;
    let length = match padding {
        Padding::Pkcs7 => BLOCK_LEN - over,
        Padding::None if over == 0 => 0,
        Padding::None => return Err(Error::Length),
    };
    let mut padded = Vec::with_capacity(text.len() + length);
    padded.extend_from_slice(text);
    // At most a block, so it fits.
    let byte = u8::try_from(length).unwrap_or_default();
    padded.resize(text.len() + length, byte);
    Ok(padded)
}

/// The length of a text without its PKCS #7 padding. `None` if the padding is wrong.
fn unpadded(text: &[u8]) -> Option<usize> {
    let byte = *text.last()?;
    let length = usize::from(byte);
    let (_, padding) = text.split_at_checked(text.len().checked_sub(length)?)?;
    let is_right = (1..=BLOCK_LEN).contains(&length) && padding.iter().all(|it| *it == byte);
    is_right.then(|| text.len() - length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        base16ct::lower::decode_vec(text).unwrap()
    }

    /// AES in CBC: the first block of NIST SP 800-38A, F.2.1, F.2.3 and F.2.5; in ECB: of F.1.1,
    /// F.1.3 and F.1.5. SM4: the first block of draft-ribose-cfrg-sm4-10, A.2.2.1 and A.2.1.1. The
    /// second block of each is the padding.
    #[test]
    fn published_answers() {
        let nist = ("000102030405060708090a0b0c0d0e0f", "6bc1bee22e409f96e93d7e117393172a");
        let sm4 = ("000102030405060708090a0b0c0d0e0f", "aaaaaaaabbbbbbbbccccccccdddddddd");
        for (cipher, key, (iv, plain), in_cbc, in_ecb) in [
            (
                Cipher::Aes,
                "2b7e151628aed2a6abf7158809cf4f3c",
                nist,
                "7649abac8119b246cee98e9b12e9197d",
                "3ad77bb40d7a3660a89ecaf32466ef97",
            ),
            (
                Cipher::Aes,
                "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
                nist,
                "4f021db243bc633d7178183a9fa071e8",
                "bd334f1d6e45f25ff712a214571fa5cc",
            ),
            (
                Cipher::Aes,
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                nist,
                "f58c4c04d6e5f1ba779eabfb5f7bfbd6",
                "f3eed1bdb5d2a03c064b5a7e3db181f8",
            ),
            (
                Cipher::Sm4,
                "0123456789abcdeffedcba9876543210",
                sm4,
                "78ebb11cc40b0a48312aaeb2040244cb",
                "5ec8143de509cff7b5179f8f474b8619",
            ),
        ] {
            let (key, plain) = ((cipher, &hex(key)[..]), hex(plain));
            for (mode, first) in
                [(Mode::Cbc(hex(iv).try_into().unwrap()), in_cbc), (Mode::Ecb, in_ecb)]
            {
                for (padding, len) in [(Padding::Pkcs7, 2 * BLOCK_LEN), (Padding::None, BLOCK_LEN)]
                {
                    let sealed = encrypt(key, (mode, padding), &plain).unwrap();
                    assert_eq!((sealed.len(), &sealed[..BLOCK_LEN]), (len, &hex(first)[..]));
                    assert_eq!(*decrypt(key, (mode, padding), &sealed).unwrap(), plain);
                }
            }
        }
    }

    #[test]
    fn every_length_is_padded_and_what_is_not_is_refused() {
        let key = (Cipher::Sm4, &[7; 16][..]);
        for mode in [Mode::Cbc([1; BLOCK_LEN]), Mode::Ecb] {
            let how = (mode, Padding::Pkcs7);
            for len in 0..=2 * BLOCK_LEN {
                let text = vec![3; len];
                let sealed = encrypt(key, how, &text).unwrap();
                assert_eq!(sealed.len(), (len / BLOCK_LEN + 1) * BLOCK_LEN);
                assert_eq!(*decrypt(key, how, &sealed).unwrap(), text);
                let cut = decrypt(key, how, &sealed[1..]).map(drop);
                assert_eq!(cut, Err(Error::DecryptionFailed));
                let bare = encrypt(key, (mode, Padding::None), &text).map(drop);
                let is_whole = len.is_multiple_of(BLOCK_LEN);
                assert_eq!(bare, if is_whole { Ok(()) } else { Err(Error::Length) });
            }
            assert_eq!(decrypt(key, how, b"").map(drop), Err(Error::DecryptionFailed));
            let long = (Cipher::Sm4, &[7; 32][..]);
            assert_eq!(encrypt(long, how, b""), Err(Error::Unsupported));
        }
    }

    #[test]
    fn wrong_padding_is_refused() {
        for (text, length) in [
            (&[2, 2][..], Some(0)),
            (&[9, 1], Some(1)),
            (&[1, 2], None),
            (&[0], None),
            (&[3, 3], None),
            (&[17; 32], None),
            (&[16; 16], Some(0)),
            (&[], None),
        ] {
            assert_eq!(unpadded(text), length, "{text:?}");
        }
    }
}
