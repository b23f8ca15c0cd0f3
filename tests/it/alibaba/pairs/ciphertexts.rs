//! Encrypting with a public key and decrypting with the private key: lengths, formats, and what
//! does not decrypt.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

use super::{ENCRYPT, Pair, sequence, word};
use crate::kit::Server;

/// The longest plaintext in the document, in bytes.
const SM2_MAX: usize = 6047;

/// Bytes of every value, without a pattern that a cipher could preserve.
fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| ((at * 167 + at / 256) % 256).try_into().unwrap()).collect()
}

/// Converts an SM2 ciphertext from DER to the raw format: the point, the digest, the text.
fn raw(der: &[u8]) -> Vec<u8> {
    let members = sequence(der);
    let [(0x02, x), (0x02, y), (0x04, digest), (0x04, text)] = members[..] else {
        panic!("not of GB/T 35276: {der:x?}")
    };
    assert_eq!(digest.len(), 32);
    [&[4], &word(2, x)[..], &word(2, y)[..], digest, text].concat()
}

fn too_long(pair: &Pair, algorithm: &str, len: usize) {
    let params = [("Algorithm", algorithm), ("Plaintext", &STANDARD.encode(bytes(len)))];
    pair.call("AsymmetricEncrypt", &params).refused_parameter("Plaintext");
}

#[test]
fn rsa_plaintexts_have_the_documented_limits() {
    let server = Server::start();
    for (spec, modulus, limits) in [
        ("RSA_2048", 256, [("RSAES_OAEP_SHA_256", 190), ("RSAES_OAEP_SHA_1", 214)]),
        ("RSA_3072", 384, [("RSAES_OAEP_SHA_256", 318), ("RSAES_OAEP_SHA_1", 342)]),
    ] {
        let pair = Pair::make(&server.client(), spec, ENCRYPT);
        for (algorithm, longest) in limits {
            for len in [1, longest - 1, longest] {
                let sealed = pair.encrypt(algorithm, &bytes(len));
                assert_eq!(sealed.len(), modulus, "{spec} {algorithm}");
                assert_eq!(pair.decrypt(algorithm, &sealed), bytes(len), "{spec} {algorithm}");
            }
            too_long(&pair, algorithm, longest + 1);
            too_long(&pair, algorithm, modulus);
            too_long(&pair, algorithm, SM2_MAX);
        }
        let [(first, _), (second, _)] = limits;
        let sealed = pair.encrypt(first, b"text");
        pair.does_not_open(second, &sealed);
        for at in [0, modulus / 2, modulus - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            pair.does_not_open(first, &changed);
        }
        for wrong in [
            &sealed[1..],
            &sealed[..modulus - 1],
            &[&[0], &sealed[..]].concat(),
            &[&sealed[..], &[0]].concat(),
            &[0],
            &vec![0; modulus],
            &vec![0xff; modulus],
            &bytes(modulus),
        ] {
            pair.does_not_open(first, wrong);
        }
    }
}

#[test]
fn an_rsa_ciphertext_decrypts_with_its_own_version_only() {
    let server = Server::start();
    let pair = Pair::make(&server.client(), "RSA_2048", ENCRYPT);
    let next = pair.next_version(&server);
    for algorithm in ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"] {
        for (own, other) in [(&pair, &next), (&next, &pair)] {
            let sealed = own.encrypt(algorithm, b"text");
            assert_eq!(own.decrypt(algorithm, &sealed), b"text");
            other.does_not_open(algorithm, &sealed);
        }
    }
}

#[test]
fn sm2_ciphertexts_are_der_and_accepted_in_both_formats() {
    let server = Server::start();
    let pair = Pair::make(&server.client(), "EC_SM2", ENCRYPT);
    for len in [1, 2, 31, 32, 33, 127, 128, 255, 256, 6046, SM2_MAX] {
        let sealed = pair.encrypt("SM2PKE", &bytes(len));
        assert_eq!(sealed[0], 0x30);
        let raw = raw(&sealed);
        assert_eq!(raw.len(), len + 97, "1 + 64 + 32 more than the text");
        assert_eq!(pair.decrypt("SM2PKE", &sealed), bytes(len));
        assert_eq!(pair.decrypt("SM2PKE", &raw), bytes(len));
    }
    too_long(&pair, "SM2PKE", SM2_MAX + 1);
    too_long(&pair, "SM2PKE", 20_000);
}

#[test]
fn a_foreign_sm2_ciphertext_above_the_limit_does_not_decrypt() {
    use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PublicKey};
    use kmsim::algorithms::specs::Form;
    let server = Server::start();
    let pair = Pair::make(&server.client(), "EC_SM2", ENCRYPT);
    let public = PublicKey::read(PairSpec::EcSm2, &super::spki(&pair.pem())).unwrap();
    let mut rng = server.world.entropy.rng();
    for form in [Form::Raw, Form::Der] {
        let mut seal = |len| public.encrypt(Encryption::Sm2(form), &bytes(len), &mut rng).unwrap();
        let (longest, longer) = (seal(SM2_MAX), seal(SM2_MAX + 1));
        assert_eq!(pair.decrypt("SM2PKE", &longest), bytes(SM2_MAX));
        pair.does_not_open("SM2PKE", &longer);
    }
}

/// In one of 128 ciphertexts a coordinate is a byte shorter, which the raw format pads and DER does
/// not.
#[test]
fn an_sm2_ciphertext_with_a_short_coordinate_decrypts() {
    let server = Server::start();
    let pair = Pair::make(&server.client(), "EC_SM2", ENCRYPT);
    let is_short =
        |sealed: &Vec<u8>| sequence(sealed)[..2].iter().any(|(_, integer)| integer.len() < 32);
    let sealed = (0..2000).map(|_| pair.encrypt("SM2PKE", b"text")).find(is_short).unwrap();
    assert_eq!(pair.decrypt("SM2PKE", &sealed), b"text");
    assert_eq!(pair.decrypt("SM2PKE", &raw(&sealed)), b"text");
}

#[test]
fn a_changed_sm2_ciphertext_does_not_decrypt() {
    let server = Server::start();
    let pair = Pair::make(&server.client(), "EC_SM2", ENCRYPT);
    let other = Pair::make(&server.client(), "EC_SM2", ENCRYPT);
    let next = pair.next_version(&server);
    let der = pair.encrypt("SM2PKE", b"text");
    for sealed in [der.clone(), raw(&der)] {
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            pair.does_not_open("SM2PKE", &changed);
            if at > 0 {
                pair.does_not_open("SM2PKE", &sealed[..at]);
            }
        }
        other.does_not_open("SM2PKE", &sealed);
        next.does_not_open("SM2PKE", &sealed);
        pair.does_not_open("SM2PKE", &[&sealed[..], &[0]].concat());
    }
    let raw = raw(&der);
    let (point, rest) = raw.split_at(65);
    let (digest, text) = rest.split_at(32);
    pair.does_not_open("SM2PKE", &[point, text, digest].concat());
    pair.does_not_open("SM2PKE", &raw[1..]);
    // Without a text, and with points that are not on the curve.
    pair.does_not_open("SM2PKE", &raw[..97]);
    pair.does_not_open("SM2PKE", &[&[4][..], &[0; 64], digest, text].concat());
    pair.does_not_open("SM2PKE", &[&[4][..], &[0xff; 64], digest, text].concat());
    pair.does_not_open("SM2PKE", &[&[0], digest, text].concat());
    for garbage in
        [&[0][..], &[4], &[0x30], &[0x30, 0], &[4; 97], &[4; 98], &[0x30; 200], b"garbage"]
    {
        pair.does_not_open("SM2PKE", garbage);
    }
    pair.does_not_open("SM2PKE", &vec![4; SM2_MAX + 98]);
}

#[test]
fn base64_is_strict_and_a_recipient_is_not_served() {
    let server = Server::start();
    let pair = Pair::make(&server.client(), "EC_SM2", ENCRYPT);
    let call = |action: &str, name: &str, value: &str| {
        pair.call(action, &[("Algorithm", "SM2PKE"), (name, value)])
    };
    let sealed = pair.encrypt("SM2PKE", &[0xfb; 32]);
    let plain = [0xfb, 0xff, 0xfe, 0xfb];
    for (action, name, good) in [
        ("AsymmetricEncrypt", "Plaintext", &plain[..]),
        ("AsymmetricDecrypt", "CiphertextBlob", &[&[4][..], &[0xfb; 97]].concat()),
    ] {
        assert_ne!(STANDARD.encode(good), STANDARD_NO_PAD.encode(good));
        assert_ne!(STANDARD.encode(good), URL_SAFE.encode(good));
        let padded = STANDARD.encode(good);
        for wrong in [
            STANDARD_NO_PAD.encode(good),
            URL_SAFE.encode(good),
            format!("{padded}\u{b}"),
            format!("\u{a0}{padded}"),
            format!("{padded}AAAA"),
            format!("{padded}="),
            "AAAAA".into(),
            "text to encrypt".into(),
            "AB==".into(),
            "====".into(),
        ] {
            call(action, name, &wrong).refused_parameter(name);
        }
        call(action, name, "").refused(400, "MissingParameter");
    }
    let answer = call("AsymmetricDecrypt", "CiphertextBlob", &STANDARD.encode(&sealed)).ok();
    assert_eq!(
        answer["Plaintext"],
        STANDARD.encode([0xfb; 32]),
        "what comes out is of the same base64"
    );
    let blob = STANDARD.encode(&sealed);
    let params = [("Algorithm", "SM2PKE"), ("CiphertextBlob", &blob), ("Recipient", "{}")];
    pair.call("AsymmetricDecrypt", &params).refused(400, "UnsupportedOperation");
}
