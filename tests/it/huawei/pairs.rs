//! Key pairs: signatures and public keys. OpenSSL agrees.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::{PairSpec, PublicKey, Signing};
use serde_json::{Value, json};

use super::client::Client;
use crate::kit::{Server, Setup};
use crate::openssl::{OpenSsl, sign_command, sm2_digest, verify_command};

const MESSAGE: &[u8] = b"signed here, checked there\r\n";

type Signer = (&'static str, PairSpec, &'static [(&'static str, Signing)]);

/// The types of keys that sign, with the algorithms of each.
const SIGNERS: &[Signer] = &[
    ("RSA_2048", PairSpec::Rsa2048, RSA),
    ("RSA_3072", PairSpec::Rsa3072, RSA),
    ("EC_P256", PairSpec::EcP256, &[("ECDSA_SHA_256", Signing::Ecdsa)]),
    ("EC_P384", PairSpec::EcP384, &[("ECDSA_SHA_384", Signing::EcdsaSha384)]),
    ("SECP256K1", PairSpec::EcP256K, &[("ECDSA_SHA_256", Signing::Ecdsa)]),
    ("SM2", PairSpec::EcSm2, &[("SM2DSA_SM3", Signing::Sm2)]),
    ("ED25519", PairSpec::Ed25519, &[("ED25519_SHA_512", Signing::Ed25519)]),
];

const RSA: &[(&str, Signing)] = &[
    ("RSASSA_PSS_SHA_256", Signing::RsaPss),
    ("RSASSA_PSS_SHA_384", Signing::RsaPssSha384),
    ("RSASSA_PSS_SHA_512", Signing::RsaPssSha512),
    ("RSASSA_PKCS1_V1_5_SHA_256", Signing::RsaPkcs1),
    ("RSASSA_PKCS1_V1_5_SHA_384", Signing::RsaPkcs1Sha384),
    ("RSASSA_PKCS1_V1_5_SHA_512", Signing::RsaPkcs1Sha512),
];

pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

/// The public key of a key: in PEM, and read.
pub fn public(client: &Client, key: &str, spec: PairSpec) -> (String, PublicKey) {
    let answer = client.done("get-publickey", json!({ "key_id": key }));
    assert_eq!(answer["key_id"], key);
    let pem = answer["public_key"].as_str().unwrap().to_owned();
    let der = kmsim::algorithms::pem::public_key(&pem).unwrap();
    (pem, PublicKey::read(spec, &der).unwrap())
}

/// The digest of a message, and its `message_type`; the message itself if it has no digest.
fn digest(key: &PublicKey, algorithm: Signing, message: &[u8]) -> Value {
    let kind = if algorithm.digest_len().is_some() { "DIGEST" } else { "RAW" };
    json!({ "message": base64(key.digest(algorithm, message)), "message_type": kind })
}

/// A request with the members of both objects.
pub fn with(mut one: Value, more: &Value) -> Value {
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one
}

fn verifies(client: &Client, request: Value) -> Value {
    client.done("verify", request)["signature_valid"].clone()
}

#[test]
fn openssl_verifies_what_keys_sign() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = Client::of(&server);
    openssl.write("message", MESSAGE);
    openssl.write("other", b"another message");
    for (kind, spec, algorithms) in SIGNERS {
        let key = client.create_key(json!({ "key_spec": kind }));
        assert_eq!(client.describe(&key)["key_usage"], "SIGN_VERIFY", "{kind}");
        let (pem, public) = public(&client, &key, *spec);
        openssl.write("pub.pem", pem.as_bytes());
        for (word, algorithm) in *algorithms {
            let whole = json!({ "message": base64(MESSAGE), "message_type": "RAW" });
            for message in [whole, digest(&public, *algorithm, MESSAGE)] {
                let request = with(json!({ "key_id": key, "signing_algorithm": word }), &message);
                let made = client.done("sign", request.clone());
                assert_eq!((&made["key_id"], made.as_object().unwrap().len()), (&json!(key), 2));
                openssl.write("signature", &bytes(&made["signature"]));
                openssl.run(&verify_command(*algorithm, "message"));
                assert!(!openssl.agrees(&verify_command(*algorithm, "other")), "{kind} {word}");
                let check = with(request, &json!({ "signature": made["signature"] }));
                assert_eq!(verifies(&client, check), "true", "{kind} {word}");
            }
        }
    }
}

#[test]
fn keys_verify_what_openssl_signs() {
    let openssl = OpenSsl::new();
    openssl.write("message", MESSAGE);
    for (kind, spec, algorithms) in SIGNERS {
        openssl.make_key(*spec);
        let pem = String::from_utf8(openssl.read("key.pem")).unwrap();
        let (id, lines) =
            ("0d0466b0-e727-4d9c-b35d-f84bb474a37f", pem.replace('\n', "\n            "));
        let seed = format!(
            "realms:\n- account: 1000000000000001\n  cloud: huawei\n  region: cn-north-4\n  keys:\n  \
             - id: {id}\n    spec: {}\n    usage: SIGN/VERIFY\n    versions:\n      - material: |\n            {lines}\n",
            match *kind {
                "SECP256K1" => "EC_P256K",
                "SM2" => "EC_SM2",
                other => other,
            }
        );
        let server = Server::with(Setup { seeds: &[&seed], ..Setup::default() });
        let client = Client::of(&server);
        let (own, public) = public(&client, id, *spec);
        assert_eq!(own.as_bytes(), openssl.read("pub.pem"), "{kind}");
        for (word, algorithm) in *algorithms {
            openssl.run(&sign_command(*algorithm));
            let check = |message: &[u8]| {
                let request = with(
                    json!({ "key_id": id, "signing_algorithm": word }),
                    &digest(&public, *algorithm, message),
                );
                let signature = base64(openssl.read("signature"));
                verifies(&client, with(request, &json!({ "signature": signature })))
            };
            assert_eq!(check(MESSAGE), "true", "{kind} {word}");
            assert_eq!(check(b"another message"), "false", "{kind} {word}");
        }
    }
}

#[test]
fn a_prehashed_ed25519_signature_is_over_sha_512() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({ "key_spec": "ED25519" }));
    let (_, public) = public(&client, &key, PairSpec::Ed25519);
    let algorithm = Signing::Ed25519Ph;
    let request = json!({ "key_id": key, "signing_algorithm": "ED25519_PH_SHA_512" });
    let whole = json!({ "message": base64(MESSAGE), "message_type": "RAW" });
    let digest = digest(&public, algorithm, MESSAGE);
    let [one, two] = [&whole, &digest]
        .map(|message| client.done("sign", with(request.clone(), message))["signature"].clone());
    assert_eq!(one, two, "both sign the same, and always in the same way");
    let input = public.digest(algorithm, MESSAGE);
    assert_eq!(public.verifies(algorithm, &input, &bytes(&one)), Ok(true));
}

#[test]
fn signing_has_its_codes() {
    let server = Server::start();
    let client = Client::of(&server);
    let of = |kind: &str, usage: &str| {
        client.create_key(json!({ "key_spec": kind, "key_usage": usage }))
    };
    let p256 = of("EC_P256", "SIGN_VERIFY");
    let rsa = of("RSA_2048", "ENCRYPT_DECRYPT");
    let agreeing = of("EC_P256", "KEY_AGREEMENT");
    let symmetric = of("AES_256", "ENCRYPT_DECRYPT");
    let hmac = of("HMAC_256", "GENERATE_VERIFY_MAC");
    let (d32, d48) = (base64([7; 32]), base64([7; 48]));
    let ecdsa = "ECDSA_SHA_256";
    for (code, key, message, word, kind) in [
        ("", &p256, &*d32, ecdsa, json!("DIGEST")),
        ("", &p256, &d48, ecdsa, json!("RAW")),
        ("", &p256, &base64([7; 4095]), ecdsa, json!("RAW")),
        ("KMS.0329", &p256, &d48, ecdsa, json!("DIGEST")),
        ("KMS.0332", &p256, &d48, "ECDSA_SHA_384", json!("DIGEST")),
        ("KMS.0332", &p256, &d32, "ECDSA_SHA_512", json!("RAW")),
        ("KMS.0332", &p256, &d32, "SM2DSA_SM3", json!("DIGEST")),
        ("KMS.0331", &symmetric, &d32, ecdsa, json!("DIGEST")),
        ("KMS.0334", &rsa, &d32, "RSASSA_PSS_SHA_256", json!("DIGEST")),
        ("KMS.0325", &agreeing, &d32, ecdsa, json!("DIGEST")),
        ("KMS.0341", &hmac, &d32, ecdsa, json!("DIGEST")),
        ("KMS.0308", &p256, &d32, "ECDSA", json!("DIGEST")),
        ("KMS.0308", &p256, &d32, ecdsa, json!("digest")),
        ("KMS.0308", &p256, "", ecdsa, json!("RAW")),
        ("KMS.0308", &p256, "*", ecdsa, json!("RAW")),
        ("KMS.0308", &p256, &base64([7; 4096]), ecdsa, json!("RAW")),
        ("KMS.0205", &"none".to_owned(), &d32, ecdsa, json!("DIGEST")),
        ("KMS.0207", &"0d0466b0-e727-4d9c-b35d-f84bb474a37f".to_owned(), &d32, ecdsa, json!("RAW")),
    ] {
        let request = json!({
            "key_id": key, "message": message, "signing_algorithm": word, "message_type": kind
        });
        let check = with(request.clone(), &json!({ "signature": base64([1; 64]) }));
        if code.is_empty() {
            client.done("sign", request);
            assert_eq!(verifies(&client, check), "false");
        } else {
            client.refused(code, "sign", request);
            client.refused(code, "verify", check);
        }
    }
    let default = json!({ "key_id": p256, "message": d32, "signing_algorithm": ecdsa });
    client.done("sign", default.clone());
    client.refused("KMS.0308", "verify", with(default, &json!({ "signature": "*" })));
    let ed25519 = of("ED25519", "SIGN_VERIFY");
    let pure = json!({ "key_id": ed25519, "message": d32, "signing_algorithm": "ED25519_SHA_512" });
    client.refused("KMS.0308", "sign", pure);
    for (code, key) in [("KMS.0331", &symmetric), ("KMS.0341", &hmac)] {
        client.refused(code, "get-publickey", json!({ "key_id": key }));
    }
    client.done("get-publickey", json!({ "key_id": agreeing }));
    client.done("disable-key", json!({ "key_id": p256 }));
    client.done("get-publickey", json!({ "key_id": p256 }));
    for kind in ["RAW", "DIGEST"] {
        let request = json!({
            "key_id": p256, "message": d48, "signing_algorithm": ecdsa, "message_type": kind
        });
        client.refused("KMS.0209", "sign", request);
    }
}

#[test]
fn sm2_digests_cover_the_default_identity() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({ "key_spec": "SM2" }));
    let (_, public) = public(&client, &key, PairSpec::EcSm2);
    let request = |message: Value| {
        with(json!({ "key_id": key, "signing_algorithm": "SM2DSA_SM3" }), &message)
    };
    let digest = json!({ "message": base64(sm2_digest(&public.der().unwrap(), MESSAGE)) });
    let whole = json!({ "message": base64(MESSAGE), "message_type": "RAW" });
    let sign = |message: Value| client.done("sign", request(message))["signature"].clone();
    assert_eq!(sign(whole), sign(digest));
}
