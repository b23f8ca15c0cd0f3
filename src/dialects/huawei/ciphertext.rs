//! The layout of ciphertexts, as the document's samples have it:
//!
//! | offset | content |
//! |---|---|
//! | 0 | the layout's version, `02 00` |
//! | 2 | `end`: where the key's id ends, two bytes, little-endian |
//! | 4 | 16 bytes: an initialisation vector |
//! | 20 | the encrypted text |
//! | `end` - 36 | the key's id |
//! | `end` | four zeros |
//! | `end` + 4 | 32 bytes that authenticate the text |
//!
//! The document does not say what the parts hold. In kmsim the vector is the engine's 12 bytes and
//! 4 bytes of a digest over them and the key's id; the last part is the engine's tag and the id of
//! the key's version, 16 bytes each.
//!
//! The encrypted text ends with its own digest: SHA-256, or SM3 if the key is an SM4 key. A data
//! key is encrypted as it is, other data with padding as in PKCS #7. So the lengths are those that
//! the document's patterns allow.

use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::algorithms::base64_text;
use crate::algorithms::mac::{Hash, digest, equal};
use crate::model::{KeyId, KeySpec, SymmetricSpec, VersionId};

const LAYOUT: [u8; 2] = [2, 0];
const IV_LEN: usize = 12;
const CHECK_LEN: usize = 4;
const KEY_LEN: usize = 36;
const ZEROS: [u8; 4] = [0; 4];
const TAG_LEN: usize = 16;
const VERSION_LEN: usize = 16;
/// What is before and after the encrypted text.
const HEAD_LEN: usize = LAYOUT.len() + 2 + IV_LEN + CHECK_LEN;
const TAIL_LEN: usize = KEY_LEN + ZEROS.len() + TAG_LEN + VERSION_LEN;
/// The length of the digest of the text, in bytes. Both hashes have it.
pub(super) const DIGEST_LEN: usize = 32;
/// The block of the padding.
const BLOCK: usize = 16;

fn check(iv: &[u8], key: &[u8]) -> [u8; CHECK_LEN] {
    let mut check = [0; CHECK_LEN];
    let digest = Sha256::new().chain_update(iv).chain_update(key).finalize();
    check.copy_from_slice(&digest[..CHECK_LEN]);
    check
}

/// Converts a ciphertext of the engine, made with this key, to the layout. `None` if the parts do
/// not fit, which does not happen with keys and texts of this cloud.
pub(super) fn encode(key: &KeyId, blob: &[u8]) -> Option<Vec<u8>> {
    let (version, rest) = blob.split_first_chunk::<{ VersionId::LEN }>()?;
    let (iv, rest) = rest.split_first_chunk::<IV_LEN>()?;
    let (text, tag) = rest.split_last_chunk::<TAG_LEN>()?;
    let version = Uuid::try_parse_ascii(version).ok()?;
    let key = Some(key.as_str().as_bytes()).filter(|key| key.len() == KEY_LEN)?;
    let end = u16::try_from(HEAD_LEN + text.len() + KEY_LEN).ok()?.to_le_bytes();
    let check = check(iv, key);
    Some([&LAYOUT[..], &end, iv, &check, text, key, &ZEROS, tag, version.as_bytes()].concat())
}

/// A ciphertext in its parts.
pub(super) struct Parts {
    /// The id of its key.
    pub(super) key: KeyId,
    /// The engine's ciphertext.
    pub(super) blob: Vec<u8>,
}

/// Parses a ciphertext. `None` if it does not have the layout.
pub(super) fn decode(bytes: &[u8]) -> Option<Parts> {
    let (head, rest) = bytes.split_first_chunk::<HEAD_LEN>()?;
    let (text, tail) = rest.split_last_chunk::<TAIL_LEN>()?;
    let (layout, iv) = head.split_at(LAYOUT.len() + 2);
    let (iv, its_check) = iv.split_at(IV_LEN);
    let (key, rest) = tail.split_at(KEY_LEN);
    let (zeros, rest) = rest.split_at(ZEROS.len());
    let (tag, version) = rest.split_first_chunk::<TAG_LEN>()?;
    let end = u16::try_from(HEAD_LEN + text.len() + KEY_LEN).ok()?.to_le_bytes();
    let is_whole =
        layout == [&LAYOUT[..], &end].concat() && its_check == check(iv, key) && zeros == ZEROS;
    let version = Uuid::from_slice(version).ok().filter(|_| is_whole)?;
    let mut text_id = [0; VersionId::LEN];
    version.hyphenated().encode_lower(&mut text_id);
    let key = KeyId::parse(std::str::from_utf8(key).ok()?)?;
    Some(Parts { key, blob: [&text_id[..], iv, text, tag].concat() })
}

/// The engine's ciphertext in the text form: hexadecimal or base64. `None` if it is not one.
pub(super) fn blob(text: &str) -> Option<Vec<u8>> {
    let of_hex = || base16ct::mixed::decode_vec(text).ok();
    let bytes = of_hex().or_else(|| Some(base64_text::decode(text)?.to_vec()))?;
    decode(&bytes).map(|parts| parts.blob)
}

/// The version of the key in the text form of a ciphertext: hexadecimal or base64. Only its end is
/// read.
pub(super) fn version_of(text: &str) -> Option<VersionId> {
    use base64::Engine as _;
    let id = if text.starts_with("02") {
        let mut id = [0; VERSION_LEN];
        base16ct::mixed::decode(text.get(text.len().checked_sub(2 * VERSION_LEN)?..)?, &mut id)
            .ok()?;
        id
    } else {
        // 24 letters are 18 bytes at most, of which padding takes two at most.
        let end = text.get(text.len().checked_sub(24)?..)?;
        let end = base64::engine::general_purpose::STANDARD.decode(end).ok()?;
        *end.last_chunk::<VERSION_LEN>()?
    };
    Some(Uuid::from_bytes(id).into())
}

/// The hash of a key's texts.
fn hash_of(spec: KeySpec) -> Hash {
    match spec {
        KeySpec::Symmetric(SymmetricSpec::Sm4) => Hash::Sm3,
        _ => Hash::Sha256,
    }
}

/// The digest of a text under a key of this kind.
pub(super) fn digest_of(spec: KeySpec, text: &[u8]) -> Vec<u8> {
    digest(hash_of(spec), text)
}

/// What a ciphertext holds.
#[derive(Clone, Copy)]
pub(super) enum Content {
    /// A data key.
    DataKey,
    /// Other data.
    Data,
}

impl Content {
    /// What is encrypted.
    pub(super) fn to_text(self, spec: KeySpec, data: &[u8]) -> Zeroizing<Vec<u8>> {
        match self {
            Self::DataKey => with_digest(spec, data),
            Self::Data => padded(spec, data),
        }
    }

    /// The data in a text that was decrypted. `None` if digest or padding are wrong.
    pub(super) fn in_text(self, spec: KeySpec, text: &[u8]) -> Option<&[u8]> {
        match self {
            Self::DataKey => without_digest(spec, text),
            Self::Data => unpadded(spec, text),
        }
    }
}

/// A data key with its digest: what is encrypted.
fn with_digest(spec: KeySpec, data_key: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([data_key, &digest_of(spec, data_key)].concat())
}

/// The data key in a text that was decrypted or is to be encrypted. `None` if its digest is wrong.
pub(super) fn without_digest(spec: KeySpec, text: &[u8]) -> Option<&[u8]> {
    let (data_key, given) = text.split_at_checked(text.len().checked_sub(DIGEST_LEN)?)?;
    equal(&digest_of(spec, data_key), given).then_some(data_key)
}

/// Other data with its digest and padding: what is encrypted.
fn padded(spec: KeySpec, data: &[u8]) -> Zeroizing<Vec<u8>> {
    let padding = BLOCK - (data.len() + DIGEST_LEN) % BLOCK;
    let mut text = Zeroizing::new(Vec::with_capacity(data.len() + DIGEST_LEN + BLOCK));
    text.extend_from_slice(data);
    text.extend_from_slice(&digest_of(spec, data));
    // At most 16, so it is a byte.
    text.extend(std::iter::repeat_n(u8::try_from(padding).unwrap_or_default(), padding));
    text
}

/// The data in a text that was decrypted. `None` if padding or digest are wrong.
fn unpadded(spec: KeySpec, text: &[u8]) -> Option<&[u8]> {
    let padding = usize::from(*text.last()?);
    let (inner, padded) = text.split_at_checked(text.len().checked_sub(padding)?)?;
    let is_padding =
        (1..=BLOCK).contains(&padding) && padded.iter().all(|byte| usize::from(*byte) == padding);
    without_digest(spec, inner).filter(|_| is_padding)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: KeySpec = KeySpec::Symmetric(SymmetricSpec::Aes256);

    fn key() -> KeyId {
        KeyId::parse("0d0466b0-e727-4d9c-b35d-f84bb474a37f").unwrap()
    }

    fn made(text: &[u8]) -> Vec<u8> {
        [b"1234abcd-12ab-34cd-56ef-12345678aaaa", &[1; IV_LEN][..], text, &[2; TAG_LEN]].concat()
    }

    #[test]
    fn the_layout_keeps_everything_and_notices_changes() {
        for len in [33, 96, 4144] {
            let made = made(&vec![7; len]);
            let bytes = encode(&key(), &made).unwrap();
            assert_eq!(bytes.len(), len + 92);
            assert_eq!(usize::from(u16::from_le_bytes([bytes[2], bytes[3]])), bytes.len() - 36);
            let parts = decode(&bytes).unwrap();
            assert_eq!((parts.key, parts.blob), (key(), made));
            let version = VersionId::parse(b"1234abcd-12ab-34cd-56ef-12345678aaaa");
            assert_eq!(version_of(&base16ct::upper::encode_string(&bytes)), version);
            assert_eq!(version_of(&base64_text::encode(&bytes)), version);
            assert!(
                blob(&base64_text::encode(&bytes)) == blob(&base16ct::lower::encode_string(&bytes))
            );
            // All but the text, its tag and the version, which the engine checks.
            let unread = HEAD_LEN..HEAD_LEN + len;
            for at in (0..bytes.len() - TAG_LEN - VERSION_LEN).filter(|at| !unread.contains(at)) {
                let mut changed = bytes.clone();
                changed[at] ^= 1;
                assert!(decode(&changed).is_none(), "{at}");
            }
            assert!(decode(&bytes[1..]).is_none() && decode(&bytes[..bytes.len() - 1]).is_none());
        }
        for text in ["", "02", "AgAA", "02zz", "ü"] {
            assert_eq!(version_of(text), None);
        }
    }

    #[test]
    fn texts_have_a_digest_and_data_has_padding() {
        for spec in [SPEC, KeySpec::Symmetric(SymmetricSpec::Sm4)] {
            for len in [1, 15, 16, 64, 4096] {
                let data = vec![9; len];
                let text = padded(spec, &data);
                assert_eq!(text.len() % BLOCK, 0);
                assert_eq!(unpadded(spec, &text), Some(&data[..]));
                assert_eq!(without_digest(spec, &text), None);
                let data_key = with_digest(spec, &data);
                assert_eq!(data_key.len(), len + 32);
                assert_eq!(without_digest(spec, &data_key), Some(&data[..]));
                assert_eq!(unpadded(spec, &data_key), None);
            }
        }
        // The bounds of the document: 188 and 5648 letters of base64.
        let letters = |len: usize| (padded(SPEC, &vec![0; len]).len() + 92).div_ceil(3) * 4;
        assert_eq!([1, 15, 4096].map(letters), [188, 188, 5648]);
        for wrong in [&[][..], &[0; 48], &[17; 48], &[1; 33]] {
            assert_eq!(unpadded(SPEC, wrong), None);
        }
    }
}
