//! The examples from the standards: SM2, SM3, SM4, HMAC, and the nonces of RFC 6979.

use std::collections::HashMap;

use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PrivateKey, PublicKey, Signing};
use kmsim::algorithms::mac::{Hash, digest, hmac};
use kmsim::algorithms::specs::Form;
use kmsim::algorithms::symmetric::{Cipher, seal};
use kmsim::algorithms::{Error, Randomness};
use sm4::Sm4;
use sm4::cipher::{BlockCipherEncrypt, KeyInit};

use super::hex;
use crate::kit::table;

/// The values in sm2.tsv, by name.
struct Sm2(HashMap<String, Vec<u8>>);

impl Sm2 {
    fn read() -> Self {
        let rows = table("vectors/sm2.tsv");
        let named: HashMap<_, _> = rows.iter().map(|row| (row[0].clone(), hex(&row[1]))).collect();
        assert_eq!((rows.len(), named.len()), (21, 21));
        Self(named)
    }

    fn get(&self, name: &str) -> &[u8] {
        &self.0[name]
    }

    fn join(&self, names: &[&str]) -> Vec<u8> {
        names.iter().flat_map(|name| self.get(name)).copied().collect()
    }

    fn e(&self) -> [u8; 32] {
        self.get("e").try_into().unwrap()
    }

    fn private(&self) -> PrivateKey {
        PrivateKey::read(PairSpec::EcSm2, self.get("private")).unwrap()
    }

    fn public(&self) -> PublicKey {
        PublicKey::read(PairSpec::EcSm2, self.get("public")).unwrap()
    }
}

#[test]
fn sm2_keys() {
    let sm2 = Sm2::read();
    assert_eq!(sm2.private().public().der().unwrap(), sm2.get("public"));
    assert_eq!(sm2.public().der().unwrap(), sm2.get("public"));
    assert!(sm2.get("public").ends_with(&[&[4], &sm2.join(&["x", "y"])[..]].concat()));
    assert!(sm2.get("private").ends_with(&sm2.join(&["x", "y"])));
    assert!(sm2.get("private").windows(32).any(|it| it == sm2.get("d")));
}

#[test]
fn sm2_signature() {
    let sm2 = Sm2::read();
    let bits = u16::try_from(sm2.get("id").len() * 8).unwrap().to_be_bytes();
    let signer = [&bits, &sm2.join(&["id", "a", "b", "gx", "gy", "x", "y"])[..]].concat();
    assert_eq!(digest(Hash::Sm3, &signer), sm2.get("z"));
    assert_eq!(digest(Hash::Sm3, &sm2.join(&["z", "msg"])), sm2.get("e"));
    assert_eq!(sm2.public().digest(Signing::Sm2, sm2.get("msg")), sm2.e());
    // Both numbers have the highest bit set, so DER puts a zero byte before them.
    let parts: [&[u8]; 4] = [&[0x30, 70, 2, 33, 0], sm2.get("r"), &[2, 33, 0], sm2.get("s")];
    assert_eq!(parts.concat(), sm2.get("sig"));
    let public = sm2.public();
    let verifies = |e: &[u8; 32], sig: &[u8]| public.verifies(Signing::Sm2, e, sig).unwrap();
    assert!(verifies(&sm2.e(), sm2.get("sig")));
    for at in 0..32 {
        let mut e = sm2.e();
        e[at] ^= 1;
        assert!(!verifies(&e, sm2.get("sig")), "byte {at} of e");
    }
    for at in 0..72 {
        let mut sig = sm2.get("sig").to_vec();
        sig[at] ^= 1;
        assert!(!verifies(&sm2.e(), &sig), "byte {at} of the signature");
    }
    // The standard's nonce is random. kmsim uses RFC 6979, so its signature differs.
    let own = sm2.private().sign(Signing::Sm2, &sm2.e(), Randomness::Any).unwrap();
    assert_ne!(own, sm2.get("sig"));
    assert!(verifies(&sm2.e(), &own));
}

#[test]
fn sm2_ciphertext() {
    let sm2 = Sm2::read();
    let (x, y) = sm2.get("c1")[1..].split_at(32);
    let (c3, c2) = (sm2.get("c3"), sm2.get("c2"));
    let parts: [&[u8]; 8] = [&[0x30, 124, 2, 32], x, &[2, 33, 0], y, &[4, 32], c3, &[4, 19], c2];
    assert_eq!(parts.concat(), sm2.get("der"));
    let key = sm2.private();
    let raw = sm2.join(&["c1", "c3", "c2"]);
    for form in [Form::Der, Form::Raw] {
        let decrypt = |ciphertext: &[u8]| key.decrypt(Encryption::Sm2(form), ciphertext);
        assert_eq!(decrypt(&raw).unwrap()[..], *sm2.get("text"));
        assert_eq!(decrypt(sm2.get("der")).unwrap()[..], *sm2.get("text"));
        // The order of the standard's first edition.
        assert_eq!(decrypt(&sm2.join(&["c1", "c2", "c3"])).err(), Some(Error::DecryptionFailed));
    }
    // Without its first byte the raw form is read only where that is said.
    let bare = key.decrypt(Encryption::Sm2(Form::Bare), &raw[1..]);
    assert_eq!(bare.unwrap()[..], *sm2.get("text"));
    for (form, ciphertext) in [
        (Form::Raw, &raw[1..]),
        (Form::Der, &raw[1..]),
        (Form::Bare, &raw[..]),
        (Form::Bare, sm2.get("der")),
    ] {
        let opened = key.decrypt(Encryption::Sm2(form), ciphertext);
        assert_eq!(opened.err(), Some(Error::DecryptionFailed), "{form:?}");
    }
    for (what, ciphertext) in [("raw", &raw[..]), ("der", sm2.get("der"))] {
        for at in 0..ciphertext.len() {
            let mut ciphertext = ciphertext.to_vec();
            ciphertext[at] ^= 1;
            let opened = key.decrypt(Encryption::Sm2(Form::Raw), &ciphertext);
            assert_eq!(opened.err(), Some(Error::DecryptionFailed), "{what}: byte {at}");
        }
    }
}

#[test]
fn sm3() {
    let rows = table("vectors/sm3.tsv");
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(digest(Hash::Sm3, &hex(&row[1])), hex(&row[2]), "example {}", row[0]);
    }
}

/// kmsim runs SM4 only in GCM, which encrypts no arbitrary blocks. So the examples test the cipher,
/// and the first block of GCM's keystream shows that it is the same one.
#[test]
fn sm4() {
    let rows = table("vectors/sm4.tsv");
    assert_eq!(rows.len(), 2);
    for row in rows {
        let cipher = Sm4::new_from_slice(&hex(&row[1])).unwrap();
        let mut block = <[u8; 16]>::try_from(hex(&row[2])).unwrap().into();
        for _ in 0..row[3].parse().unwrap() {
            cipher.encrypt_block(&mut block);
        }
        assert_eq!(block[..], hex(&row[4]), "example {}", row[0]);
        let iv = [7; 12];
        let mut counter = sm4::cipher::Block::<Sm4>::from([7; 16]);
        counter[12..].copy_from_slice(&[0, 0, 0, 2]);
        cipher.encrypt_block(&mut counter);
        let mut zeros = [0; 16];
        seal(Cipher::Sm4, &hex(&row[1]), iv, b"", &mut zeros).unwrap();
        assert_eq!(zeros, counter[..], "example {}", row[0]);
    }
}

#[test]
fn hmacs() {
    let rows = table("vectors/hmac.tsv");
    assert_eq!(rows.len(), 28);
    for row in rows {
        let (hash, len) = match row[2].as_str() {
            "SHA-1" => (Hash::Sha1, 20),
            "SHA-256" => (Hash::Sha256, 32),
            "SHA-384" => (Hash::Sha384, 48),
            "SHA-512" => (Hash::Sha512, 64),
            other => panic!("{other}"),
        };
        let (made, tag) = (hmac(hash, &[&hex(&row[3])], &hex(&row[4])), hex(&row[5]));
        assert_eq!(made.len(), len);
        // One case is published in part.
        assert_eq!(
            tag.len(),
            if (row[0].as_str(), row[1].as_str()) == ("RFC 4231", "5") { 16 } else { len }
        );
        assert_eq!(made[..tag.len()], tag, "{} case {}", row[0], row[1]);
    }
}

#[test]
fn ed25519() {
    let rows = table("vectors/ed25519.tsv");
    assert_eq!(rows.len(), 4);
    for row in rows {
        let algorithm = match row[0].as_str() {
            "Ed25519" => Signing::Ed25519,
            "Ed25519ph" => Signing::Ed25519Ph,
            other => panic!("{other}"),
        };
        let key = PrivateKey::read(PairSpec::Ed25519, &hex(&row[2])).unwrap();
        let input = key.public().digest(algorithm, &hex(&row[3]));
        assert_eq!(key.sign(algorithm, &input, Randomness::Any), Ok(hex(&row[4])), "{}", row[1]);
        assert_eq!(key.public().verifies(algorithm, &input, &hex(&row[4])), Ok(true));
    }
}

#[test]
fn nonces() {
    let rows = table("vectors/rfc6979.tsv");
    assert_eq!(rows.len(), 4);
    for row in rows {
        let (spec, algorithm, hash) = match row[0].as_str() {
            "P-256" => (PairSpec::EcP256, Signing::Ecdsa, Hash::Sha256),
            "P-384" => (PairSpec::EcP384, Signing::EcdsaSha384, Hash::Sha384),
            other => panic!("{other}"),
        };
        let key = PrivateKey::read(spec, &hex(&row[1])).unwrap();
        let digest = digest(hash, &hex(&row[2]));
        assert_eq!(key.sign(algorithm, &digest, Randomness::Any), Ok(hex(&row[3])));
        assert_eq!(key.public().verifies(algorithm, &digest, &hex(&row[3])), Ok(true));
    }
}
