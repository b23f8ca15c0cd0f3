//! Importing key material.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PublicKey};
use kmsim::algorithms::specs::Form;
use kmsim::world::Entropy;
use serde_json::{Value, json};

use super::client::Client;
use crate::kit::{Server, days};

/// The wrapping algorithms.
const WRAPPINGS: [(&str, PairSpec, Encryption); 4] = [
    ("RSAES_PKCS1_V1_5", PairSpec::Rsa2048, Encryption::RsaPkcs1),
    ("RSAES_OAEP_SHA_1", PairSpec::Rsa2048, Encryption::RsaOaepSha1),
    ("RSAES_OAEP_SHA_256", PairSpec::Rsa2048, Encryption::RsaOaepSha256),
    ("SM2_ENCRYPT", PairSpec::EcSm2, Encryption::Sm2(Form::Der)),
];

/// The parameters of import-key-material. Its fields can be changed.
#[derive(Clone)]
pub struct Import {
    pub key: String,
    pub token: String,
    /// The wrapped material.
    pub material: Vec<u8>,
    /// In seconds of Unix time.
    pub expiration: Option<i64>,
}

impl Import {
    pub fn params(&self) -> Value {
        let mut params = json!({
            "key_id": self.key,
            "import_token": self.token,
            "encrypted_key_material": STANDARD.encode(&self.material),
        });
        if let Some(seconds) = self.expiration {
            params["expiration_time"] = json!(seconds);
        }
        params
    }
}

/// An import of material that is wrapped by one of the algorithms.
pub fn wrapped_by(client: &Client, key: &str, material: &[u8], way: usize) -> Import {
    let (name, spec, algorithm) = WRAPPINGS[way];
    let params = json!({ "key_id": key, "wrapping_algorithm": name });
    let given = client.done("get-parameters-for-import", params);
    assert_eq!(given["key_id"], key);
    let public = STANDARD.decode(given["public_key"].as_str().unwrap()).unwrap();
    let public = PublicKey::read(spec, &public).unwrap();
    Import {
        key: key.to_owned(),
        token: given["import_token"].as_str().unwrap().to_owned(),
        material: public.encrypt(algorithm, material, &mut Entropy::Os.rng()).unwrap(),
        expiration: None,
    }
}

/// An import of wrapped material.
pub fn wrapped(client: &Client, key: &str, material: &[u8]) -> Import {
    wrapped_by(client, key, material, 2)
}

/// A key without material.
fn external(client: &Client) -> String {
    client.create_key(json!({ "origin": "external" }))
}

fn import(client: &Client, import: &Import) {
    assert_eq!(client.done("import-key-material", import.params()), json!({}));
}

#[test]
fn material_of_the_keys_length_is_imported() {
    let server = Server::start();
    let client = Client::of(&server);
    for (spec, length) in [("AES_256", 32), ("SM4", 16)] {
        for way in 0..WRAPPINGS.len() {
            let key = client.create_key(json!({ "origin": "external", "key_spec": spec }));
            let told = client.describe(&key);
            assert_eq!((&told["key_state"], &told["origin"]), (&json!("5"), &json!("external")));
            for other in [1, length - 1, length + 1] {
                let bad = wrapped_by(&client, &key, &vec![7; other], way);
                client.refused("KMS.2604", "import-key-material", bad.params());
            }
            import(&client, &wrapped_by(&client, &key, &vec![7; length], way));
            assert_eq!(client.describe(&key)["key_state"], "2");
        }
    }
}

#[test]
fn only_the_first_material_can_be_imported_again() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = external(&client);
    let first = wrapped(&client, &key, &[7; 32]);
    import(&client, &first);
    let sealed = client.done("encrypt-data", json!({ "key_id": key, "plain_text": "text" }));
    let of_key = json!({ "key_id": key });
    assert_eq!(client.done("delete-imported-key-material", of_key), json!({}));
    let other = wrapped(&client, &key, &[8; 32]).params();
    client.refused("KMS.2606", "import-key-material", other);
    import(&client, &first);
    let opened = client.done("decrypt-data", json!({ "cipher_text": sealed["cipher_text"] }));
    assert_eq!(opened["plain_text"], "text");
}

#[test]
fn material_and_tokens_expire_at_their_time() {
    let server = Server::start();
    let client = Client::of(&server);
    let now = server.world.clock.host().millis() / 1000;
    for text in [false, true] {
        let key = external(&client);
        let mut params = wrapped(&client, &key, &[7; 32]).params();
        // Terraform's provider sends a text.
        let at = now + 60;
        params["expiration_time"] = if text { json!(at.to_string()) } else { json!(at) };
        client.done("import-key-material", params);
        assert_eq!(client.describe(&key)["expiration_time"], format!("{at}000"));
    }
    let expiring = external(&client);
    let mut there = wrapped(&client, &expiring, &[7; 32]);
    there.expiration = Some(now + 1);
    import(&client, &there);
    let waiting = external(&client);
    let late = wrapped(&client, &waiting, &[7; 32]);
    server.advance(Duration::from_secs(1));
    assert_eq!(client.describe(&expiring)["key_state"], "5");
    // A token is valid for a day.
    server.advance(days(1).saturating_sub(Duration::from_secs(1)));
    client.refused("KMS.2601", "import-key-material", late.params());
    let given = wrapped(&client, &waiting, &[7; 32]);
    server.advance(days(1).saturating_sub(Duration::from_millis(1)));
    import(&client, &given);
}

#[test]
fn invalid_imports_are_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let now = server.world.clock.host().millis() / 1000;
    let (key, other) = (external(&client), external(&client));
    let good = wrapped(&client, &key, &[7; 32]);
    let with = |name: &str, value: Value| {
        let mut params = good.params();
        params[name] = value;
        params
    };
    let letter = |at: usize| {
        let mut token = good.token.clone().into_bytes();
        token[at] = if token[at] == b'A' { b'B' } else { b'A' };
        json!(String::from_utf8(token).unwrap())
    };
    for (code, name, value) in [
        ("KMS.2602", "expiration_time", json!(now)),
        ("KMS.2602", "expiration_time", json!(-1)),
        ("KMS.2602", "expiration_time", json!("1")),
        ("KMS.0308", "expiration_time", json!("soon")),
        ("KMS.0308", "expiration_time", json!(true)),
        ("KMS.2603", "key_id", json!(other)),
        ("KMS.2605", "import_token", letter(0)),
        ("KMS.2605", "import_token", letter(300)),
        ("KMS.2605", "import_token", json!("a".repeat(199))),
        ("KMS.2605", "import_token", json!("a".repeat(6148))),
        ("KMS.2605", "import_token", json!("%".repeat(300))),
        ("KMS.0311", "encrypted_key_material", json!("")),
        ("KMS.0311", "encrypted_key_material", json!("%".repeat(344))),
        ("KMS.0311", "encrypted_key_material", json!(STANDARD.encode([1; 256]))),
        ("KMS.0311", "encrypted_key_material", json!(STANDARD.encode([1; 273]))),
        ("KMS.0308", "encrypted_privatekey", json!("AAAA")),
    ] {
        client.refused(code, "import-key-material", with(name, value));
    }
    // Wrapped by another algorithm than the token's.
    let mut mixed = wrapped_by(&client, &key, &[7; 32], 1);
    mixed.token = good.token.clone();
    client.refused("KMS.0311", "import-key-material", mixed.params());
    import(&client, &good);
    let wrapping = json!({ "key_id": key, "wrapping_algorithm": "RSAES_OAEP_SHA_256" });
    client.refused("KMS.0310", "import-key-material", good.params());
    client.refused("KMS.0310", "get-parameters-for-import", wrapping);
}

#[test]
fn only_symmetric_keys_are_external() {
    let server = Server::start();
    let client = Client::of(&server);
    for spec in ["RSA_2048", "EC_P256", "SM2", "HMAC_256"] {
        let params =
            json!({ "key_alias": Client::fresh(), "key_spec": spec, "origin": "external" });
        let answer = client.refused("KMS.0308", "create-key", params);
        assert_eq!(answer.header("x-kmsim-parameter"), Some("origin"), "{spec}");
    }
}

#[test]
fn the_parameters_of_an_import_have_a_public_key_and_a_time_in_seconds() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = external(&client);
    let now = server.world.clock.host().millis() / 1000;
    for (name, spec, _) in WRAPPINGS {
        let params = json!({ "key_id": key, "wrapping_algorithm": name });
        let given = client.done("get-parameters-for-import", params);
        assert_eq!(given["expiration_time"], now + 86_400, "{name}");
        let public = STANDARD.decode(given["public_key"].as_str().unwrap()).unwrap();
        assert!(PublicKey::read(spec, &public).is_ok(), "{name}");
        let token = given["import_token"].as_str().unwrap();
        assert!((200..=6144).contains(&token.len()), "{name}");
    }
    // Each call has its own key pair.
    let params = json!({ "key_id": key, "wrapping_algorithm": "SM2_ENCRYPT" });
    let one = client.done("get-parameters-for-import", params.clone());
    assert_ne!(one["public_key"], client.done("get-parameters-for-import", params)["public_key"]);
}
