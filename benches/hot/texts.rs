//! Operations on texts: ciphers, digests, HMAC.

use std::hint::black_box;

use kmsim::algorithms::mac::{self, Hash};
use kmsim::algorithms::symmetric::{Cipher, IV_LEN, open, seal};

use crate::case::{Case, Group, Make};
use crate::openssl::Peer;
use crate::rate::Pace;

/// The lengths of the texts in bytes: a data key, and the limit of Encrypt.
pub(crate) const SIZES: [usize; 2] = [32, 6 * 1024];

const IV: [u8; IV_LEN] = [1; IV_LEN];
/// As long as the associated data of `openssl speed -aead`.
const ASSOCIATED: [u8; 13] = [2; 13];

/// Every group.
pub(crate) fn groups() -> Vec<Group> {
    let mut groups = Vec::new();
    for (name, cipher, key, evp) in [
        ("AES-256-GCM", Cipher::Aes, 32, "aes-256-gcm"),
        ("AES-128-GCM", Cipher::Aes, 16, "aes-128-gcm"),
        ("SM4-GCM", Cipher::Sm4, 16, "sm4-gcm"),
    ] {
        for size in SIZES {
            let key = vec![7; key];
            let seal = sealing(cipher, key.clone(), size);
            groups.push(group(format!("{name} seal {size}"), whole(evp, "", size), seal));
            let open = opening(cipher, key, size);
            groups.push(group(format!("{name} open {size}"), whole(evp, " -decrypt", size), open));
        }
    }
    for size in SIZES {
        for (name, hash, evp) in [("SHA-256", Hash::Sha256, "sha256"), ("SM3", Hash::Sm3, "sm3")] {
            let peer = Peer::of(format!("speed -evp {evp} -bytes {size}"));
            groups.push(group(format!("{name} digest {size}"), peer, digesting(hash, size)));
        }
        let peer = Peer::of(format!("speed -hmac sha256 -bytes {size}"));
        groups.push(group(format!("HMAC-SHA256 {size}"), peer, authenticating(size)));
    }
    groups
}

fn group(name: String, peer: Peer, make: Make) -> Group {
    Group { peer, pace: Pace::Steady, cases: vec![Case { name, figure: 0, make }] }
}

/// OpenSSL's authenticated encryption of a message, with IV, associated data and tag.
pub(crate) fn whole(evp: &str, way: &str, size: usize) -> Peer {
    let peer = Peer::of(format!("speed -aead{way} -evp {evp} -bytes {size}"));
    // Before version 3.1, only counter mode exists. Without a tag, its rate is an upper bound.
    if evp == "sm4-gcm" { peer.or(format!("speed{way} -evp sm4-ctr -bytes {size}")) } else { peer }
}

fn sealing(cipher: Cipher, key: Vec<u8>, size: usize) -> Make {
    Box::new(move || {
        let (key, mut text) = (key.clone(), vec![9; size]);
        Ok(Box::new(move || {
            let tag = seal(cipher, black_box(&key), IV, &ASSOCIATED, black_box(&mut text));
            black_box(tag).map_err(|failure| format!("{failure:?}"))?;
            Ok(())
        }))
    })
}

fn opening(cipher: Cipher, key: Vec<u8>, size: usize) -> Make {
    Box::new(move || {
        let key = key.clone();
        let mut sealed = vec![9; size];
        let tag =
            seal(cipher, &key, IV, &ASSOCIATED, &mut sealed).map_err(|it| format!("{it:?}"))?;
        let mut text = vec![0; size];
        Ok(Box::new(move || {
            // Decryption is in place, so the ciphertext is copied first, for a few percent of the
            // time.
            text.copy_from_slice(black_box(&sealed));
            let opened = open(cipher, black_box(&key), IV, &ASSOCIATED, &mut text, tag);
            black_box(&text);
            opened.map_err(|failure| format!("{failure:?}").into())
        }))
    })
}

fn digesting(hash: Hash, size: usize) -> Make {
    Box::new(move || {
        let data = vec![9; size];
        Ok(Box::new(move || {
            black_box(mac::digest(hash, black_box(&data)));
            Ok(())
        }))
    })
}

fn authenticating(size: usize) -> Make {
    Box::new(move || {
        let (key, data) = ([7; 32], vec![9; size]);
        Ok(Box::new(move || {
            black_box(mac::hmac(Hash::Sha256, &[black_box(&key)], black_box(&data)));
            Ok(())
        }))
    })
}
