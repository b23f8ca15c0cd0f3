//! Wycheproof's vectors for RSA and ECDSA.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::Error;
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PrivateKey, PublicKey, Signing};
use kmsim::algorithms::mac::{Hash, digest};
use kmsim::algorithms::rsa::SignatureKey;

use super::{Group, Tally, Vector, drive, groups, hex};

impl Group {
    /// The spec of an RSA key with this size.
    fn spec(&self) -> PairSpec {
        match self.shared[0].as_str() {
            "2048" => PairSpec::Rsa2048,
            "3072" => PairSpec::Rsa3072,
            other => panic!("{other}"),
        }
    }

    /// The key's encoding.
    fn der(&self) -> Vec<u8> {
        hex(self.shared.last().unwrap())
    }

    fn public(&self, spec: PairSpec) -> PublicKey {
        let key = PublicKey::read(spec, &self.der()).unwrap();
        assert_eq!(key.der(), Ok(self.der()), "the key is encoded as it was read");
        key
    }

    fn private(&self) -> PrivateKey {
        PrivateKey::read(self.spec(), &self.der()).unwrap()
    }
}

impl Vector {
    /// Whether its signature verifies.
    fn verifies(&self, key: &PublicKey, algorithm: Signing) -> bool {
        let [message, signature] = self.bytes.as_slice() else { panic!("{}", self.name) };
        let digest = digest(Hash::Sha256, message);
        key.verifies(algorithm, &digest, signature).unwrap()
    }

    /// Whether its ciphertext decrypts to its message.
    fn opens(&self, key: &PrivateKey, algorithm: Encryption) -> bool {
        let [.., message, ciphertext] = self.bytes.as_slice() else { panic!("{}", self.name) };
        match key.decrypt(algorithm, ciphertext) {
            Ok(text) => {
                assert_eq!(*text, *message, "{}", self.name);
                true
            }
            Err(failure) => {
                assert_eq!(failure, Error::DecryptionFailed, "{}", self.name);
                false
            }
        }
    }
}

#[test]
fn ecdsa_p256() {
    let key = |group: &Group| group.public(PairSpec::EcP256);
    let tally = drive("ecdsa-p256.tsv", key, |key, _, vector| vector.verifies(key, Signing::Ecdsa));
    assert_eq!(tally, Tally { groups: 113, taken: 174, refused: 310, differing: 0 });
}

#[test]
fn ecdsa_secp256k1() {
    let key = |group: &Group| group.public(PairSpec::EcP256K);
    let tally =
        drive("ecdsa-secp256k1.tsv", key, |key, _, vector| vector.verifies(key, Signing::Ecdsa));
    assert_eq!(tally, Tally { groups: 109, taken: 168, refused: 308, differing: 0 });
}

#[test]
fn ed25519() {
    let key = |group: &Group| group.public(PairSpec::Ed25519);
    let tally = drive("ed25519.tsv", key, |key, _, vector| {
        let [message, signature] = vector.bytes.as_slice() else { panic!("{}", vector.name) };
        key.verifies(Signing::Ed25519, message, signature).unwrap()
    });
    assert_eq!(tally, Tally { groups: 78, taken: 88, refused: 63, differing: 0 });
}

#[test]
fn ecdh() {
    let spec = |group: &Group| match group.shared[0].as_str() {
        "secp256r1" => PairSpec::EcP256,
        "secp384r1" => PairSpec::EcP384,
        "secp256k1" => PairSpec::EcP256K,
        other => panic!("{other}"),
    };
    let tally = drive("ecdh.tsv", spec, |spec, _, vector| {
        let [private, peer, shared] = vector.bytes.as_slice() else { panic!("{}", vector.name) };
        match PrivateKey::read(*spec, private).unwrap().agree(peer) {
            Ok(secret) => {
                assert_eq!(*secret, *shared, "{}", vector.name);
                true
            }
            Err(failure) => {
                assert_eq!(failure, Error::PeerInvalid, "{}", vector.name);
                false
            }
        }
    });
    assert_eq!(tally, Tally { groups: 3, taken: 348, refused: 390, differing: 3 });
}

#[test]
fn rsa_pkcs1_verify() {
    let file = "rsa-pkcs1-verify.tsv";
    let expected = Tally { groups: 5, taken: 17, refused: 501, differing: 0 };
    let key = |group: &Group| group.public(group.spec());
    assert_eq!(
        drive(file, key, |key, _, vector| vector.verifies(key, Signing::RsaPkcs1)),
        expected
    );
    // Keys of callers that sign requests have their own implementation.
    let key = |group: &Group| {
        let text = STANDARD.encode(group.der());
        let lines: Vec<_> =
            text.as_bytes().chunks(64).map(|it| std::str::from_utf8(it).unwrap()).collect();
        let pem =
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
        SignatureKey::from_pem(&pem).unwrap()
    };
    let verifies = |key: &SignatureKey, _: &Group, vector: &Vector| {
        let [message, signature] = vector.bytes.as_slice() else { panic!("{}", vector.name) };
        key.verifies(message, signature)
    };
    assert_eq!(drive(file, key, verifies), expected);
}

#[test]
fn rsa_pss() {
    let key = |group: &Group| group.public(group.spec());
    // Each of the three keys has valid signatures, so no refusal is caused by the key.
    let keys: HashSet<_> = groups("rsa-pss.tsv").iter().map(Group::der).collect();
    assert_eq!(keys.len(), 3);
    let tally = drive("rsa-pss.tsv", key, |key, group, vector| {
        // Only another salt length or MGF1 digest excuses a difference.
        let ours = group.shared[1..3] == ["32", "SHA-256"];
        assert!(!ours || vector.taken == vector.valid, "{}", vector.name);
        vector.verifies(key, Signing::RsaPss)
    });
    assert_eq!(tally, Tally { groups: 33, taken: 128, refused: 221, differing: 91 });
}

#[test]
fn rsa_oaep() {
    let tally = drive("rsa-oaep.tsv", Group::private, |key, group, vector| {
        let (hash, mask) = (group.shared[1].as_str(), group.shared[2].as_str());
        // Only a label or two different digests excuse a difference.
        let ours = hash == mask && vector.bytes[0].is_empty();
        assert!(!ours || vector.taken == vector.valid, "{}", vector.name);
        match hash {
            "SHA-1" => vector.opens(key, Encryption::RsaOaepSha1),
            "SHA-256" => vector.opens(key, Encryption::RsaOaepSha256),
            other => panic!("{other}"),
        }
    });
    assert_eq!(tally, Tally { groups: 11, taken: 42, refused: 92, differing: 35 });
}

#[test]
fn rsa_pkcs1_decrypt() {
    let takes =
        |key: &PrivateKey, _: &Group, vector: &Vector| vector.opens(key, Encryption::RsaPkcs1);
    let tally = drive("rsa-pkcs1-decrypt.tsv", Group::private, takes);
    assert_eq!(tally, Tally { groups: 33, taken: 42, refused: 25, differing: 0 });
}
