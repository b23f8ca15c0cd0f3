//! Wycheproof's vectors for AES-GCM, SM4-GCM and HMAC.

use kmsim::algorithms::mac::{Hash, equal, hmac};
use kmsim::algorithms::symmetric::{Cipher, SealError, TAG_LEN, open, seal};

use super::{Group, Tally, Vector, drive};

#[test]
fn aes_gcm() {
    let expected = Tally { groups: 3, taken: 116, refused: 81, differing: 0 };
    assert_eq!(gcm("aes-gcm.tsv", Cipher::Aes), expected);
}

#[test]
fn sm4_gcm() {
    let expected = Tally { groups: 1, taken: 38, refused: 27, differing: 0 };
    assert_eq!(gcm("sm4-gcm.tsv", Cipher::Sm4), expected);
}

fn gcm(file: &str, cipher: Cipher) -> Tally {
    let bits = |group: &Group| group.shared[0].parse::<usize>().unwrap();
    drive(file, bits, |bits, _, vector| {
        let [key, iv, associated, plain, sealed, tag] = vector.bytes.as_slice() else {
            panic!("{}", vector.name)
        };
        assert_eq!(key.len() * 8, *bits, "{}", vector.name);
        let (iv, tag): (_, [u8; TAG_LEN]) =
            (iv[..].try_into().unwrap(), tag[..].try_into().unwrap());
        let mut text = plain.clone();
        // Invalid vectors differ in the tag only.
        let made = seal(cipher, key, iv, associated, &mut text).unwrap();
        assert_eq!(text, *sealed, "{}", vector.name);
        let opened = open(cipher, key, iv, associated, &mut text, tag);
        assert_eq!(opened.is_ok(), made == tag, "{}", vector.name);
        match opened {
            Ok(()) => assert_eq!(text, *plain, "{}", vector.name),
            Err(SealError) => assert!(text.is_empty() || text != *plain, "{}", vector.name),
        }
        opened.is_ok()
    })
}

#[test]
fn hmacs() {
    let hash = |group: &Group| match group.shared[0].as_str() {
        "SHA-1" => Hash::Sha1,
        "SHA-256" => Hash::Sha256,
        "SHA-384" => Hash::Sha384,
        "SHA-512" => Hash::Sha512,
        "SM3" => Hash::Sm3,
        other => panic!("{other}"),
    };
    let takes = |hash: &Hash, group: &Group, vector: &Vector| {
        let [key, message, tag] = vector.bytes.as_slice() else { panic!("{}", vector.name) };
        let made = hmac(*hash, &[key], message);
        let (one, two) = key.split_at(key.len() / 3);
        assert_eq!(hmac(*hash, &[one, two], message), made, "{}", vector.name);
        equal(&made[..group.shared[1].parse::<usize>().unwrap() / 8], tag)
    };
    let expected = Tally { groups: 30, taken: 330, refused: 536, differing: 0 };
    assert_eq!(drive("hmac.tsv", hash, takes), expected);
}
