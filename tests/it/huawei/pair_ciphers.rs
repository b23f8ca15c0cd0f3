//! Key pairs: encryption, agreement, data-key pairs and re-encryption. OpenSSL agrees.

use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PrivateKey};
use kmsim::algorithms::specs::Form;
use serde_json::{Value, json};

use super::client::Client;
use super::pairs::{base64, bytes, public, with};
use crate::kit::Server;
use crate::openssl::{OpenSsl, encryption_words};

#[test]
fn data_is_encrypted_to_pairs_as_openssl_does() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = Client::of(&server);
    for (kind, spec, word, algorithm) in [
        ("RSA_2048", PairSpec::Rsa2048, "RSAES_OAEP_SHA_256", Encryption::RsaOaepSha256),
        ("RSA_3072", PairSpec::Rsa3072, "RSAES_OAEP_SHA_1", Encryption::RsaOaepSha1),
        ("SM2", PairSpec::EcSm2, "SM2_ENCRYPT", Encryption::Sm2(Form::Der)),
    ] {
        let key = client.create_key(json!({ "key_spec": kind, "key_usage": "ENCRYPT_DECRYPT" }));
        let named = json!({ "key_id": key, "encryption_algorithm": word });
        let open = |cipher: &str| {
            client.done("decrypt-data", with(named.clone(), &json!({ "cipher_text": cipher })))
        };
        let made =
            client.done("encrypt-data", with(named.clone(), &json!({ "plain_text": "päir" })));
        let expected =
            json!({ "key_id": key, "plain_text": "päir", "plain_text_base64": base64("päir") });
        assert_eq!(open(made["cipher_text"].as_str().unwrap()), expected, "{kind}");

        openssl.write("pub.pem", public(&client, &key, spec).0.as_bytes());
        openssl.write("text", "päir".as_bytes());
        let words = encryption_words(algorithm);
        openssl
            .run(&format!("pkeyutl -encrypt -pubin -inkey pub.pem {words} -in text -out sealed"));
        assert_eq!(open(&base64(openssl.read("sealed"))), expected, "{kind}");
    }
}

#[test]
fn encryption_has_its_codes() {
    let server = Server::start();
    let client = Client::of(&server);
    let of = |kind: &str, usage: &str| {
        client.create_key(json!({ "key_spec": kind, "key_usage": usage }))
    };
    let rsa = of("RSA_2048", "ENCRYPT_DECRYPT");
    let sm2 = of("SM2", "ENCRYPT_DECRYPT");
    let symmetric = of("AES_256", "ENCRYPT_DECRYPT");
    let signing = of("RSA_2048", "SIGN_VERIFY");
    let hmac = of("HMAC_SM3", "GENERATE_VERIFY_MAC");
    let oaep = json!("RSAES_OAEP_SHA_256");
    for (code, key, word, text, more) in [
        ("KMS.2105", &symmetric, oaep.clone(), "a".to_owned(), json!({})),
        ("KMS.2106", &rsa, Value::Null, "a".to_owned(), json!({})),
        ("KMS.2106", &rsa, json!("SYMMETRIC_DEFAULT"), "a".to_owned(), json!({})),
        ("KMS.2106", &rsa, json!("SM2_ENCRYPT"), "a".to_owned(), json!({})),
        ("KMS.2108", &rsa, oaep.clone(), "a".repeat(191), json!({})),
        ("KMS.0308", &sm2, oaep.clone(), "a".to_owned(), json!({})),
        ("KMS.0308", &rsa, json!("RSA"), "a".to_owned(), json!({})),
        (
            "KMS.0308",
            &rsa,
            oaep.clone(),
            "a".to_owned(),
            json!({ "additional_authenticated_data": "x" }),
        ),
        ("KMS.0335", &signing, oaep.clone(), "a".to_owned(), json!({})),
        ("KMS.0341", &hmac, Value::Null, "a".to_owned(), json!({})),
    ] {
        let mut request = with(json!({ "key_id": key, "plain_text": text }), &more);
        if !word.is_null() {
            request["encryption_algorithm"] = word;
        }
        client.refused(code, "encrypt-data", request);
    }
    let longest =
        json!({ "key_id": rsa, "plain_text": "a".repeat(190), "encryption_algorithm": oaep });
    let cipher = client.done("encrypt-data", longest)["cipher_text"].clone();
    let open = json!({ "cipher_text": cipher, "encryption_algorithm": oaep });
    client.refused("KMS.0204", "decrypt-data", open.clone());
    let other = of("RSA_2048", "ENCRYPT_DECRYPT");
    client.refused("KMS.2201", "decrypt-data", with(open.clone(), &json!({ "key_id": other })));
    client.refused("KMS.2106", "decrypt-data", json!({ "key_id": rsa, "cipher_text": cipher }));
    client.refused("KMS.0325", "create-datakey", json!({ "key_id": rsa }));
    client.done("schedule-key-deletion", json!({ "key_id": rsa, "pending_days": "7" }));
    client.refused("KMS.0210", "decrypt-data", with(open, &json!({ "key_id": rsa })));
}

#[test]
fn pairs_agree_on_secrets_with_openssl() {
    let (openssl, server) = (OpenSsl::new(), Server::start());
    let client = Client::of(&server);
    let derive = |key: &str, public: &str| json!({ "key_id": key, "key_agreement_algorithm": "ECDH", "public_key": public });
    for (kind, spec) in [
        ("EC_P256", PairSpec::EcP256),
        ("EC_P384", PairSpec::EcP384),
        ("SECP256K1", PairSpec::EcP256K),
    ] {
        let key = client.create_key(json!({ "key_spec": kind, "key_usage": "KEY_AGREEMENT" }));
        let peer = openssl.make_key(spec).1;
        openssl.write("peer.pem", public(&client, &key, spec).0.as_bytes());
        openssl.run("pkeyutl -derive -inkey key.pem -peerkey peer.pem -out secret");
        let secret = base64(openssl.read("secret"));
        assert_eq!(
            client.done("derive-shared-secret", derive(&key, &base64(&peer))),
            json!({ "key_id": key, "key_agreement_algorithm": "ECDH", "shared_secret": secret })
        );
        let mut off = peer.clone();
        *off.last_mut().unwrap() ^= 1;
        for wrong in [base64(off), base64(&peer[1..]), "*".to_owned(), String::new()] {
            let refused = client.refused("KMS.0308", "derive-shared-secret", derive(&key, &wrong));
            assert_eq!(refused.header("x-kmsim-parameter"), Some("public_key"));
        }
    }
    let key = client.create_key(json!({ "key_spec": "SM2", "key_usage": "KEY_AGREEMENT" }));
    let theirs = openssl.make_key(PairSpec::EcSm2);
    let made = client.done("derive-shared-secret", derive(&key, &base64(theirs.1)));
    let public = public(&client, &key, PairSpec::EcSm2).1.der().unwrap();
    let theirs = PrivateKey::read(PairSpec::EcSm2, &theirs.0).unwrap();
    assert_eq!(bytes(&made["shared_secret"]), *theirs.agree(&public).unwrap());
    for (code, more) in [
        ("KMS.0308", json!({ "key_agreement_algorithm": "DH" })),
        ("KMS.0308", json!({ "recipient": { "key_encryption_algorithm": "RSAES_OAEP_SHA_256" } })),
        ("KMS.0335", json!({ "key_id": client.create_key(json!({ "key_spec": "EC_P256" })) })),
        ("KMS.0331", json!({ "key_id": client.create_key(json!({})) })),
    ] {
        let request = with(derive(&key, &base64(&public)), &more);
        client.refused(code, "derive-shared-secret", request);
    }
}

#[test]
fn data_key_pairs_open_as_data() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    for (action, word, spec) in [
        ("create-rsa-datakey-pair", "RSA_2048", PairSpec::Rsa2048),
        ("create-rsa-datakey-pair", "RSA_4096", PairSpec::Rsa4096),
        ("create-ec-datakey-pair", "ECC_NIST_P256", PairSpec::EcP256),
        ("create-ec-datakey-pair", "ECC_NIST_P384", PairSpec::EcP384),
        ("create-ec-datakey-pair", "ECC_SECG_P256K1", PairSpec::EcP256K),
        ("create-ec-datakey-pair", "SM2", PairSpec::EcSm2),
    ] {
        let request = json!({
            "key_id": key, "key_spec": word, "additional_authenticated_data": "bound"
        });
        let made = client.done(action, request.clone());
        assert_eq!((&made["key_id"], &made["key_spec"]), (&json!(key), &json!(word)));
        let private = PrivateKey::read(spec, &bytes(&made["private_key_plain_text"])).unwrap();
        assert_eq!(private.public().der().unwrap(), bytes(&made["public_key"]), "{word}");
        let open = json!({ "cipher_text": made["private_key_cipher_text"] });
        client.refused("KMS.2201", "decrypt-data", open.clone());
        let open = with(open, &json!({ "additional_authenticated_data": "bound" }));
        let opened = client.done("decrypt-data", open);
        assert_eq!(opened["plain_text_base64"], made["private_key_plain_text"], "{word}");
        if spec != PairSpec::Rsa4096 {
            let without = with(request, &json!({ "with_plain_text": false }));
            let made = client.done(action, without);
            assert_eq!(made.get("private_key_plain_text"), None, "{word}");
        }
    }
    let pair = client.create_key(json!({ "key_spec": "RSA_2048", "key_usage": "ENCRYPT_DECRYPT" }));
    for (code, action, request) in [
        (
            "KMS.0308",
            "create-rsa-datakey-pair",
            json!({ "key_id": key, "key_spec": "ECC_NIST_P256" }),
        ),
        ("KMS.0308", "create-ec-datakey-pair", json!({ "key_id": key, "key_spec": "RSA_2048" })),
        (
            "KMS.0308",
            "create-ec-datakey-pair",
            json!({ "key_id": key, "key_spec": "ECC_NIST_P521" }),
        ),
        (
            "KMS.0340",
            "create-ec-datakey-pair",
            json!({ "key_id": key, "key_spec": "SM2", "pin": "p" }),
        ),
        ("KMS.0325", "create-ec-datakey-pair", json!({ "key_id": pair, "key_spec": "SM2" })),
        ("KMS.0325", "create-rsa-datakey-pair", json!({ "key_id": pair, "key_spec": "RSA_2048" })),
    ] {
        client.refused(code, action, request);
    }
    client.done("disable-key", json!({ "key_id": key }));
    let request = json!({ "key_id": key, "key_spec": "SM2" });
    client.refused("KMS.0209", "create-ec-datakey-pair", request);
}

#[test]
fn re_encryption_moves_data_and_data_keys() {
    let server = Server::start();
    let client = Client::of(&server);
    let of = |kind: &str, usage: &str| {
        client.create_key(json!({ "key_spec": kind, "key_usage": usage }))
    };
    let aes = of("AES_256", "ENCRYPT_DECRYPT");
    let sm4 = of("SM4", "ENCRYPT_DECRYPT");
    let rsa = of("RSA_2048", "ENCRYPT_DECRYPT");
    let oaep = "RSAES_OAEP_SHA_256";

    let made = client.done(
        "encrypt-data",
        json!({ "key_id": aes, "plain_text": "text", "additional_authenticated_data": "old" }),
    );
    let request = json!({
        "cipher_text": made["cipher_text"], "source_additional_authenticated_data": "old",
        "destination_key_id": sm4, "destination_additional_authenticated_data": "new"
    });
    let moved = client.done("re-encrypt", request.clone());
    assert_eq!((&moved["key_id"], &moved["source_key_id"]), (&json!(sm4), &json!(aes)), "{moved}");
    for side in ["source_encryption_algorithm", "destination_encryption_algorithm"] {
        assert_eq!(moved[side], "SYMMETRIC_DEFAULT");
    }
    let opened = client.done(
        "decrypt-data",
        json!({ "cipher_text": moved["cipher_text"], "additional_authenticated_data": "new" }),
    );
    assert_eq!((&opened["key_id"], &opened["plain_text"]), (&json!(sm4), &json!("text")));
    for (code, more) in [
        ("KMS.2201", json!({ "source_additional_authenticated_data": "other" })),
        ("KMS.2201", json!({ "source_key_id": sm4 })),
        ("KMS.2201", json!({ "cipher_text": "AgAA" })),
        ("KMS.2201", json!({ "datakey_cipher_length": "4" })),
        ("KMS.2202", json!({ "datakey_cipher_length": "1025" })),
        ("KMS.2105", json!({ "source_encryption_algorithm": oaep, "source_key_id": aes })),
        ("KMS.0204", json!({ "source_encryption_algorithm": oaep })),
        ("KMS.2105", json!({ "destination_encryption_algorithm": oaep })),
        (
            "KMS.2106",
            json!({ "destination_key_id": rsa, "destination_additional_authenticated_data": "" }),
        ),
        (
            "KMS.0308",
            json!({ "destination_key_id": rsa, "destination_encryption_algorithm": oaep }),
        ),
        ("KMS.0308", json!({ "destination_encryption_algorithm": "b" })),
    ] {
        client.refused(code, "re-encrypt", with(request.clone(), &more));
    }

    // To a pair, and back.
    let request = json!({
        "cipher_text": moved["cipher_text"], "source_additional_authenticated_data": "new",
        "destination_key_id": rsa, "destination_encryption_algorithm": oaep
    });
    let moved = client.done("re-encrypt", request);
    assert_eq!(moved["destination_encryption_algorithm"], oaep);
    let request = json!({
        "cipher_text": moved["cipher_text"], "source_key_id": rsa,
        "source_encryption_algorithm": oaep, "destination_key_id": aes
    });
    let moved = client.done("re-encrypt", request);
    let opened = client.done("decrypt-data", json!({ "cipher_text": moved["cipher_text"] }));
    assert_eq!(opened["plain_text"], "text");

    // A data key keeps its form: hexadecimal, with its digest.
    let made = client.done("create-datakey", json!({ "key_id": aes, "datakey_length": "512" }));
    let request = json!({
        "cipher_text": made["cipher_text"], "destination_key_id": sm4,
        "datakey_cipher_length": "64"
    });
    let moved = client.done("re-encrypt", request.clone());
    let opened = client.done(
        "decrypt-datakey",
        json!({
            "key_id": sm4, "cipher_text": moved["cipher_text"], "datakey_cipher_length": "64"
        }),
    );
    assert_eq!(opened["data_key"], made["plain_text"]);
    client.refused(
        "KMS.2204",
        "re-encrypt",
        with(request, &json!({ "datakey_cipher_length": "32" })),
    );
}
