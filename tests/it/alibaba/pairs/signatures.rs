//! Signing and verifying. A wrong signature is an answer, not an error.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

use super::{DIGEST, Pair, SIGN, sequence};
use crate::kit::Server;

/// The pairs that are fast to generate, each with its algorithm.
const CURVES: [(&str, &str); 3] =
    [("EC_P256", "ECDSA_SHA_256"), ("EC_P256K", "ECDSA_SHA_256"), ("EC_SM2", "SM2DSA")];

/// The integers of an elliptic-curve signature, in 32 bytes each.
fn integers(signature: &[u8]) -> Vec<u8> {
    let members = sequence(signature);
    assert_eq!(members.len(), 2);
    members.into_iter().flat_map(|(tag, integer)| super::word(tag, integer)).collect()
}

/// Malformed signatures for any key.
fn oddities() -> Vec<Vec<u8>> {
    let mut all = vec![
        vec![0],
        vec![0x30],
        b"\x30\x00".to_vec(),
        b"\x30\x06\x02\x01\x00\x02\x01\x00".to_vec(),
        b"\x30\x06\x02\x01\x01\x02\x01\x01".to_vec(),
        b"\x30\x06\x02\x01\xff\x02\x01\xff".to_vec(),
        b"\x30\x80\x02\x01\x01\x02\x01\x01\x00\x00".to_vec(),
        b"no signature".to_vec(),
    ];
    for len in [63, 64, 65, 255, 256, 257, 383, 384, 385, 4096, 100_000] {
        all.extend([vec![0; len], vec![0xff; len], vec![0x30; len]]);
    }
    all
}

#[test]
fn an_elliptic_curve_signature_fits_one_digest_version_and_format() {
    let server = Server::start();
    for (spec, algorithm) in CURVES {
        let pair = Pair::make(&server.client(), spec, SIGN);
        let other = Pair::make(&server.client(), spec, SIGN);
        let next = pair.next_version(&server);
        let verifies =
            |digest: &[u8], signature: &[u8]| pair.verifies(algorithm, digest, signature);
        let signature = pair.sign(algorithm, &DIGEST);
        assert!(verifies(&DIGEST, &signature));
        for at in 0..signature.len() {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert!(!verifies(&DIGEST, &changed), "{spec}: byte {at}");
            assert!(at == 0 || !verifies(&DIGEST, &signature[..at]), "{spec}: {at} bytes");
        }
        for at in [0, 15, 31] {
            let mut digest = DIGEST;
            digest[at] ^= 0x80;
            assert!(!verifies(&digest, &signature), "{spec}: digest's byte {at}");
        }
        for foreign in [&other, &next] {
            assert!(!foreign.verifies(algorithm, &DIGEST, &signature), "{spec}");
            assert!(!verifies(&DIGEST, &foreign.sign(algorithm, &DIGEST)), "{spec}");
        }
        // Trailing bytes, the bare integers, and lengths that BER allows and DER does not.
        assert!(!verifies(&DIGEST, &[&signature[..], &[0]].concat()));
        assert!(!verifies(&DIGEST, &integers(&signature)));
        assert!(!verifies(&DIGEST, &[&[0x30, 0x81], &signature[1..]].concat()));
        for odd in oddities() {
            assert!(!verifies(&DIGEST, &odd), "{spec}: {} of {:?}", odd.len(), odd.first());
        }
        for digest in [[0; 32], [0xff; 32]] {
            assert!(verifies(&digest, &pair.sign(algorithm, &digest)), "{spec}: {digest:?}");
        }
    }
}

/// In one of 128 signatures an integer is a byte shorter.
#[test]
fn a_signature_with_a_short_integer_verifies() {
    let server = Server::start();
    for (spec, algorithm) in CURVES {
        let pair = Pair::make(&server.client(), spec, SIGN);
        let signatures = (0..2000_u16).map(|number| {
            let mut digest = DIGEST;
            digest[..2].copy_from_slice(&number.to_be_bytes());
            (digest, pair.sign(algorithm, &digest))
        });
        let is_short =
            |signature: &[u8]| sequence(signature).iter().any(|(_, integer)| integer.len() < 32);
        let (digest, signature) = signatures.into_iter().find(|(_, it)| is_short(it)).unwrap();
        assert_eq!(integers(&signature).len(), 64);
        assert!(pair.verifies(algorithm, &digest, &signature), "{spec}");
    }
}

#[test]
fn an_rsa_signature_fits_one_digest_version_and_algorithm() {
    let server = Server::start();
    let pair = Pair::make(&server.client(), "RSA_2048", SIGN);
    let next = pair.next_version(&server);
    let both = ["RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256"];
    for (algorithm, other) in [(both[0], both[1]), (both[1], both[0])] {
        let signature = pair.sign(algorithm, &DIGEST);
        assert_eq!(signature.len(), 256);
        let verifies =
            |digest: &[u8], signature: &[u8]| pair.verifies(algorithm, digest, signature);
        assert!(verifies(&DIGEST, &signature));
        assert!(!verifies(&[8; 32], &signature));
        assert!(!pair.verifies(other, &DIGEST, &signature));
        assert!(!next.verifies(algorithm, &DIGEST, &signature));
        for at in [0, 1, 100, 254, 255] {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert!(!verifies(&DIGEST, &changed), "{algorithm}: byte {at}");
        }
        assert!(!verifies(&DIGEST, &signature[..255]) && !verifies(&DIGEST, &signature[1..]));
        assert!(!verifies(&DIGEST, &[&[0], &signature[..]].concat()));
        assert!(!verifies(&DIGEST, &[&signature[..], &[0]].concat()));
        for odd in oddities() {
            assert!(!verifies(&DIGEST, &odd), "{algorithm}: {} of {:?}", odd.len(), odd.first());
        }
    }
    let pss = || pair.sign(both[0], &DIGEST);
    let pkcs1 = || pair.sign(both[1], &DIGEST);
    assert!(pss() != pss() && pkcs1() == pkcs1(), "a salt is drawn for each");
}

#[test]
fn both_values_of_s_verify() {
    let server = Server::start();
    let algorithm = "ECDSA_SHA_256";
    let k256 = Pair::make(&server.client(), "EC_P256K", SIGN);
    let (r, s) =
        k256::ecdsa::Signature::from_der(&k256.sign(algorithm, &DIGEST)).unwrap().split_scalars();
    let other = k256::ecdsa::Signature::from_scalars(r, -s).unwrap();
    assert!(other.normalize_s() != other, "kmsim answers the lower s on secp256k1");
    assert!(k256.verifies(algorithm, &DIGEST, other.to_der().as_bytes()));
    let p256 = Pair::make(&server.client(), "EC_P256", SIGN);
    let (r, s) =
        p256::ecdsa::Signature::from_der(&p256.sign(algorithm, &DIGEST)).unwrap().split_scalars();
    let other = p256::ecdsa::Signature::from_scalars(r, -s).unwrap();
    assert!(p256.verifies(algorithm, &DIGEST, other.to_der().as_bytes()));
}

#[test]
fn a_malformed_digest_or_signature_is_an_error() {
    let server = Server::start();
    let pair = Pair::make(&server.client(), "EC_P256", SIGN);
    let sign = |digest: &str| {
        pair.call("AsymmetricSign", &[("Algorithm", "ECDSA_SHA_256"), ("Digest", digest)])
    };
    let verify = |digest: &str, value: &str| {
        let params = [("Algorithm", "ECDSA_SHA_256"), ("Digest", digest), ("Value", value)];
        pair.call("AsymmetricVerify", &params)
    };
    let digest = STANDARD.encode([0xfb; 32]);
    let signature = pair.sign("ECDSA_SHA_256", &[0xfb; 32]);
    let value = STANDARD.encode(&signature);
    assert_eq!(verify(&digest, &value).ok()["Value"], true);
    let lengths = [1, 20, 31, 33, 48, 64].map(|len| STANDARD.encode(vec![1; len]));
    let forms = |bytes: &[u8]| {
        let good = STANDARD.encode(bytes);
        let (head, tail) = good.split_at(8);
        vec![
            format!("{good}\u{b}"),
            format!("\u{a0}{good}"),
            format!("{head}\u{2028}{tail}"),
            format!("{good}===="),
            format!("{good}AAAA="),
            "*".repeat(44),
            "é".into(),
        ]
    };
    let unpadded = STANDARD_NO_PAD.encode([0xfb; 32]);
    // The last letter has bits beyond the last byte.
    let stray = [&digest[..42], "t="].concat();
    let mut digests = forms(&[0xfb; 32]);
    digests.extend(lengths);
    digests.extend([unpadded, stray, URL_SAFE.encode([0xfb; 32])]);
    for wrong in &digests {
        sign(wrong).refused_parameter("Digest");
        verify(wrong, &value).refused_parameter("Digest");
    }
    let mut values = forms(&signature);
    values.extend([STANDARD_NO_PAD.encode([1; 70]), URL_SAFE.encode([0xfb; 72]), "A".into()]);
    for wrong in &values {
        verify(&digest, wrong).refused_parameter("Value");
    }
    let missing = |answer: crate::kit::Answer, name: &str| {
        let message = answer.refused(400, "MissingParameter");
        assert_eq!(message, format!("The parameter \"{name}\" is needed but not provided."));
    };
    missing(sign(""), "Digest");
    missing(verify("", &value), "Digest");
    missing(verify(&digest, ""), "Value");
    missing(pair.call("AsymmetricSign", &[("Digest", &digest)]), "Algorithm");
}
