//! Data keys, data and random data: layouts, what a ciphertext is bound to, lengths, and codes.

use base16ct::upper::encode_string as hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest};
use serde_json::{Value, json};

use super::client::Client;
use crate::kit::Server;

fn bytes(hex: &Value) -> Vec<u8> {
    base16ct::upper::decode_vec(hex.as_str().unwrap()).unwrap()
}

#[test]
fn data_keys_have_the_documented_layout() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    for (params, length) in [
        (json!({}), 32),
        (json!({"key_spec": "AES_256"}), 32),
        (json!({"key_spec": "AES_128"}), 16),
        (json!({"key_spec": "SM4"}), 16),
        (json!({"key_spec": "HMAC_384"}), 48),
        (json!({"key_spec": "HMAC_512"}), 64),
        (json!({"key_spec": "HMAC_SM3"}), 32),
        (json!({"datakey_length": "512"}), 64),
        (json!({"datakey_length": 512}), 64),
        (json!({"datakey_length": "8", "key_spec": "AES_256"}), 1),
        (json!({"datakey_length": "8192"}), 1024),
    ] {
        let mut request = params.clone();
        request["key_id"] = key.clone().into();
        let made = client.done("create-datakey", request.clone());
        assert_eq!(made["key_id"], key);
        let (plain, cipher) = (bytes(&made["plain_text"]), bytes(&made["cipher_text"]));
        assert_eq!(plain.len(), length, "{params}");
        let end = 20 + length + 32 + 36;
        assert_eq!(cipher.len(), end + 36, "{params}");
        assert_eq!(cipher[..4], [[2, 0], u16::try_from(end).unwrap().to_le_bytes()].concat());
        assert_eq!(cipher[end - 36..end], *key.as_bytes());
        assert_eq!(cipher[end..end + 4], [0; 4]);
        let opened = client.done(
            "decrypt-datakey",
            json!({"key_id": key, "cipher_text": made["cipher_text"], "datakey_cipher_length": length.to_string()}),
        );
        let dgst = hex(&digest(Hash::Sha256, &plain));
        assert_eq!(
            opened,
            json!({"data_key": made["plain_text"], "datakey_length": length.to_string(), "datakey_dgst": dgst, "datakey_digest": dgst})
        );
        let lower = made["cipher_text"].as_str().unwrap().to_lowercase();
        client.done(
            "decrypt-datakey",
            json!({"key_id": key, "cipher_text": lower, "datakey_cipher_length": length}),
        );
        let made = client.done("create-datakey-without-plaintext", request);
        assert_eq!(made.as_object().unwrap().len(), 2);
    }
}

#[test]
fn a_data_key_of_the_client_has_its_digest() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let data_key = [7; 64];
    let with_hash = [&data_key[..], &digest(Hash::Sha256, &data_key)].concat();
    let request = |text: &str, length: &str| json!({"key_id": key, "plain_text": text, "datakey_plain_length": length});
    let made = client.done("encrypt-datakey", request(&hex(&with_hash).to_lowercase(), "64"));
    assert_eq!(made["datakey_length"], "64");
    let opened = client.done(
        "decrypt-datakey",
        json!({"key_id": key, "cipher_text": made["cipher_text"], "datakey_cipher_length": "64"}),
    );
    assert_eq!(bytes(&opened["data_key"]), data_key);
    let wrong_hash = [&data_key[..], &[0; 32]].concat();
    for (code, text, length) in [
        ("KMS.2101", "xy".to_owned(), "64"),
        ("KMS.2101", "ABC".to_owned(), "64"),
        ("KMS.2101", String::new(), "64"),
        ("KMS.2102", hex(&with_hash), "0"),
        ("KMS.2102", hex(&with_hash), "1025"),
        ("KMS.2102", hex(&with_hash), "x"),
        ("KMS.2103", hex(&wrong_hash), "64"),
        ("KMS.2104", hex(&with_hash), "63"),
    ] {
        client.refused(code, "encrypt-datakey", request(&text, length));
    }
    // Data that are no data key have padding, so their last bytes are no digest.
    let data = client.done("encrypt-data", json!({"key_id": key, "plain_text": "text"}));
    let data = hex(&STANDARD.decode(data["cipher_text"].as_str().unwrap()).unwrap());
    let open = |cipher: &str, length: &str| json!({"key_id": key, "cipher_text": cipher, "datakey_cipher_length": length});
    client.refused("KMS.2203", "decrypt-datakey", open(&data, "4"));
    let cipher = made["cipher_text"].as_str().unwrap();
    for (code, cipher, length) in [
        ("KMS.2201", "", "64"),
        ("KMS.2201", "0200", "64"),
        ("KMS.2201", "zz", "64"),
        ("KMS.2202", cipher, "0"),
        ("KMS.2202", cipher, "1025"),
        ("KMS.2204", cipher, "32"),
    ] {
        client.refused(code, "decrypt-datakey", open(cipher, length));
    }
    let other = client.create_key(json!({}));
    client.refused(
        "KMS.2201",
        "decrypt-datakey",
        json!({"key_id": other, "cipher_text": cipher, "datakey_cipher_length": "64"}),
    );
}

#[test]
fn data_are_texts_and_name_their_key() {
    let server = Server::start();
    let client = Client::of(&server);
    for spec in ["AES_256", "SM4"] {
        let key = client.create_key(json!({"key_spec": spec}));
        for (data, letters) in [
            ("a".to_owned(), 188),
            ("123456789012345".to_owned(), 188),
            ("密钥\n \"é\"".to_owned(), 188),
            ("x".repeat(4096), 5648),
        ] {
            let sealed = client.done("encrypt-data", json!({"key_id": key, "plain_text": data}));
            let cipher = sealed["cipher_text"].as_str().unwrap();
            assert_eq!(cipher.len(), letters, "{spec} {}", data.len());
            let opened = client.done("decrypt-data", json!({"cipher_text": cipher}));
            assert_eq!(
                opened,
                json!({"key_id": key, "plain_text": data, "plain_text_base64": STANDARD.encode(data.as_bytes())})
            );
        }
        for data in [String::new(), "x".repeat(4097), "密".repeat(1366)] {
            client.refused("KMS.2101", "encrypt-data", json!({"key_id": key, "plain_text": data}));
        }
    }
    for cipher in
        [String::new(), "A".repeat(187), "*".repeat(188), "A".repeat(188), "A".repeat(5652)]
    {
        client.refused("KMS.2201", "decrypt-data", json!({"cipher_text": cipher}));
    }
}

#[test]
fn every_byte_of_a_ciphertext_matters() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let sealed = client.done("encrypt-data", json!({"key_id": key, "plain_text": "text"}));
    let cipher = STANDARD.decode(sealed["cipher_text"].as_str().unwrap()).unwrap();
    for at in 0..cipher.len() {
        let mut changed = cipher.clone();
        changed[at] ^= 1;
        let answer = client.call("decrypt-data", json!({"cipher_text": STANDARD.encode(&changed)}));
        // A changed key id may be that of no key.
        assert!(answer.text.contains("KMS.2201") || answer.text.contains("KMS.0207"), "{at}");
    }
}

#[test]
fn ciphertexts_are_bound_to_context_and_additional_data() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let all = [
        json!({}),
        json!({"encryption_context": {"a.b": "1", "c": "密"}}),
        json!({"encryption_context": {"a.b": "1"}}),
        json!({"additional_authenticated_data": "x"}),
        json!({"additional_authenticated_data": "x", "encryption_context": {"a.b": "1"}}),
    ];
    let with = |bound: &Value, more: Value| {
        let mut params = more;
        params.as_object_mut().unwrap().extend(bound.as_object().unwrap().clone());
        params
    };
    let data_key = client.done("gen-random", json!({"random_data_length": "256"}));
    let data_key = bytes(&data_key["random_data"]);
    let plain = hex(&[&data_key[..], &digest(Hash::Sha256, &data_key)].concat());
    for (at, one) in all.iter().enumerate() {
        let data =
            client.done("encrypt-data", with(one, json!({"key_id": key, "plain_text": "t"})));
        let keys = [
            client.done("create-datakey", with(one, json!({"key_id": key}))),
            client.done(
                "encrypt-datakey",
                with(
                    one,
                    json!({"key_id": key, "plain_text": plain, "datakey_plain_length": "32"}),
                ),
            ),
        ];
        for (place, other) in all.iter().enumerate() {
            let mut answers =
                vec![client.call(
                    "decrypt-data",
                    with(other, json!({"cipher_text": data["cipher_text"]})),
                )];
            for made in &keys {
                let request = json!({"key_id": key, "cipher_text": made["cipher_text"], "datakey_cipher_length": "32"});
                answers.push(client.call("decrypt-datakey", with(other, request)));
            }
            for answer in answers {
                assert_eq!(answer.status == 200, at == place, "{one} {other} {}", answer.text);
                assert!(at == place || answer.text.contains("KMS.2201"));
            }
        }
    }
    for (code, bound) in [
        ("KMS.0208", json!({"encryption_context": "text"})),
        ("KMS.0208", json!({"encryption_context": []})),
        ("KMS.0208", json!({"encryption_context": {"a": 1}})),
        ("KMS.0208", json!({"encryption_context": {"a": "x".repeat(8185)}})),
        ("KMS.0308", json!({"additional_authenticated_data": "x".repeat(129)})),
    ] {
        client.refused(
            code,
            "encrypt-data",
            with(&bound, json!({"key_id": key, "plain_text": "t"})),
        );
        client.refused(code, "create-datakey", with(&bound, json!({"key_id": key})));
    }
    let longest = json!({"encryption_context": {"a": "x".repeat(8184)}, "additional_authenticated_data": "x".repeat(128)});
    client.done("encrypt-data", with(&longest, json!({"key_id": key, "plain_text": "t"})));
}

#[test]
fn lengths_are_multiples_of_eight_bits() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    for (length, random, data_key) in [
        ("8", "", ""),
        ("8192", "", ""),
        ("7", "KMS.1801", "KMS.1901"),
        ("0", "KMS.1801", "KMS.1901"),
        ("8193", "KMS.1801", "KMS.1901"),
        ("8200", "KMS.1801", "KMS.1901"),
        ("-8", "KMS.1801", "KMS.1901"),
        ("+8", "KMS.1801", "KMS.1901"),
        ("", "KMS.1801", "KMS.1901"),
        ("x", "KMS.1801", "KMS.1901"),
        ("9", "KMS.1802", "KMS.1903"),
        ("8191", "KMS.1802", "KMS.1903"),
    ] {
        for (what, params, code) in [
            ("gen-random", json!({"random_data_length": length}), random),
            ("create-datakey", json!({"key_id": key, "datakey_length": length}), data_key),
            (
                "create-datakey-without-plaintext",
                json!({"key_id": key, "datakey_length": length}),
                data_key,
            ),
        ] {
            if code.is_empty() {
                client.done(what, params);
            } else {
                client.refused(code, what, params);
            }
        }
    }
    let random = client.done("gen-random", json!({"random_data_length": 512}));
    assert_eq!(bytes(&random["random_data"]).len(), 64);
    client.refused("KMS.0204", "gen-random", Value::Null);
    client.refused("KMS.1902", "create-datakey", json!({"key_id": key, "key_spec": "AES_192"}));
    for (code, pin) in
        [("KMS.0340", json!({"pin": "1"})), ("KMS.0308", json!({"pin_type": "Other"}))]
    {
        let mut params = json!({"key_id": key});
        params.as_object_mut().unwrap().extend(pin.as_object().unwrap().clone());
        client.refused(code, "create-datakey", params);
    }
}
