//! Importing key material.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::asymmetric::{Encryption, PairSpec, PublicKey};
use kmsim::world::Entropy;
use serde_json::{Value, json};

use super::wire::Client;
use crate::kit::{Server, days};

/// The wrapping algorithms.
const WRAPPINGS: [(&str, Encryption); 3] = [
    ("RSAES_PKCS1_V1_5", Encryption::RsaPkcs1),
    ("RSAES_OAEP_SHA_1", Encryption::RsaOaepSha1),
    ("RSAES_OAEP_SHA_256", Encryption::RsaOaepSha256),
];

/// The parameters of `ImportKeyMaterial`, with material that is wrapped by one of the algorithms.
pub fn wrapped_by(client: &Client, key: &str, material: &[u8], way: usize) -> Value {
    let (name, algorithm) = WRAPPINGS[way];
    let params = json!({ "KeyId": key, "WrappingAlgorithm": name, "WrappingKeySpec": "RSA_2048" });
    let given = client.done("GetParametersForImport", params);
    let public = STANDARD.decode(given["PublicKey"].as_str().unwrap()).unwrap();
    let public = PublicKey::read(PairSpec::Rsa2048, &public).unwrap();
    let wrapped = public.encrypt(algorithm, material, &mut Entropy::Os.rng()).unwrap();
    json!({
        "KeyId": key,
        "EncryptedKeyMaterial": STANDARD.encode(wrapped),
        "ImportToken": given["ImportToken"],
    })
}

/// The same with the first algorithm.
pub fn wrapped(client: &Client, key: &str, material: &[u8]) -> Value {
    wrapped_by(client, key, material, 0)
}

/// A key without material.
fn external(client: &Client) -> String {
    client.create_key(json!({ "Type": 2 }))
}

fn with(params: &Value, name: &str, value: Value) -> Value {
    let mut params = params.clone();
    params[name] = value;
    params
}

fn member(client: &Client, key: &str, name: &str) -> Value {
    client.done("DescribeKey", json!({ "KeyId": key }))["KeyMetadata"][name].clone()
}

#[test]
fn material_of_the_regions_length_is_imported() {
    let server = Server::start();
    for (region, length) in [("ap-guangzhou", 16), ("ap-singapore", 32)] {
        let client = Client::of(&server).in_region(region);
        for way in 0..WRAPPINGS.len() {
            let key = external(&client);
            assert_eq!(member(&client, &key, "KeyState"), "PendingImport");
            let material = vec![7; length];
            client.done("ImportKeyMaterial", wrapped_by(&client, &key, &material, way));
            assert_eq!(member(&client, &key, "KeyState"), "Enabled");
            for other in [length - 1, length + 1, 48 - length] {
                let bad = wrapped_by(&client, &key, &vec![7; other], way);
                client.refused("InvalidParameter.DecryptMaterialError", "ImportKeyMaterial", bad);
            }
        }
    }
}

#[test]
fn only_the_first_material_can_be_imported_again() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = external(&client);
    client.done("ImportKeyMaterial", wrapped(&client, &key, &[7; 16]));
    let sealed = client.done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
    client.done("DeleteImportedKeyMaterial", json!({ "KeyId": key }));
    let code = "InvalidParameterValue.MaterialNotMatch";
    client.refused(code, "ImportKeyMaterial", wrapped(&client, &key, &[8; 16]));
    client.done("ImportKeyMaterial", wrapped(&client, &key, &[7; 16]));
    let opened = client.done("Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] }));
    assert_eq!(opened["Plaintext"], "aGVsbG8=");
}

#[test]
fn material_expires_at_its_time() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = external(&client);
    let until = server.world.clock.host().millis() / 1000 + 3600;
    let import = with(&wrapped(&client, &key, &[7; 16]), "ValidTo", json!(until.to_string()));
    client.done("ImportKeyMaterial", import);
    assert_eq!(member(&client, &key, "ValidTo"), until);
    server.advance(Duration::from_secs(3599));
    let client = Client::of(&server);
    assert_eq!(member(&client, &key, "KeyState"), "Enabled");
    server.advance(Duration::from_secs(1));
    let client = Client::of(&server);
    assert_eq!(member(&client, &key, "KeyState"), "PendingImport");
}

#[test]
fn a_token_is_valid_for_a_day_and_one_key() {
    let server = Server::start();
    let client = Client::of(&server);
    let (key, other) = (external(&client), external(&client));
    let import = wrapped(&client, &key, &[7; 16]);
    let strange = with(&import, "KeyId", json!(other));
    client.refused("InvalidParameter", "ImportKeyMaterial", strange);
    server.advance(days(1));
    let client = Client::of(&server);
    client.refused("ResourceUnavailable.TokenExpired", "ImportKeyMaterial", import);
}

#[test]
fn invalid_imports_are_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = external(&client);
    let good = wrapped(&client, &key, &[7; 16]);
    let past = server.world.clock.host().millis() / 1000;
    for (code, name, value) in [
        ("InvalidParameter", "ImportToken", json!("dG9rZW4=")),
        ("InvalidParameter", "ImportToken", json!("%")),
        ("InvalidParameter.DecryptMaterialError", "EncryptedKeyMaterial", json!("%")),
        ("InvalidParameter.DecryptMaterialError", "EncryptedKeyMaterial", json!("aGVsbG8=")),
        ("InvalidParameter", "ValidTo", json!(past)),
        ("InvalidParameter", "ValidTo", json!(2_147_443_201_u64)),
        ("InvalidParameter", "ValidTo", json!(-1)),
        ("ResourceUnavailable.CmkNotFound", "KeyId", json!("00000000-0000-1000-8000-000000000000")),
    ] {
        client.refused(code, "ImportKeyMaterial", with(&good, name, value));
    }
    let own = client.create_key(json!({}));
    let code = "UnsupportedOperation.NotExternalCmk";
    client.refused(code, "ImportKeyMaterial", with(&good, "KeyId", json!(own)));
    client.refused(code, "DeleteImportedKeyMaterial", json!({ "KeyId": own }));
    let code = "InvalidParameterValue.InvalidType";
    let pair =
        json!({ "Alias": Client::fresh(), "Type": 2, "KeyUsage": "ASYMMETRIC_DECRYPT_RSA_2048" });
    client.refused(code, "CreateKey", pair);
}
