//! Rotation of keys.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::{Server, days};

fn status(client: &Client, key: &str) -> Value {
    client.done("get-key-rotation-status", json!({ "key_id": key }))
}

/// Sets the rotation interval of a key.
fn interval(key: &str, days: Value) -> Value {
    json!({ "key_id": key, "rotation_interval": days })
}

#[test]
fn a_key_rotates_at_its_interval() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let of_key = json!({ "key_id": key });
    let off = json!({
        "key_rotation_enabled": false, "rotation_interval": 365, "number_of_rotations": 0,
    });
    assert_eq!(status(&client, &key), off);
    assert_eq!(client.done("enable-key-rotation", of_key.clone()), json!({}));
    client.refused("KMS.2901", "enable-key-rotation", of_key.clone());
    assert_eq!(client.describe(&key)["key_rotation_enabled"], "true");
    assert_eq!(client.done("update-key-rotation-interval", interval(&key, json!(30))), json!({}));
    let sealed = client.done("encrypt-data", json!({ "key_id": key, "plain_text": "text" }));
    server.advance(days(30).saturating_sub(Duration::from_millis(1)));
    assert_eq!(status(&client, &key)["number_of_rotations"], 0);
    server.advance(Duration::from_millis(1));
    let rotated = json!({
        "key_rotation_enabled": true, "rotation_interval": 30, "number_of_rotations": 1,
        "last_rotation_time": (1_893_456_000_000_u64 + 30 * 86_400_000).to_string(),
    });
    assert_eq!(status(&client, &key), rotated);
    // Ciphertexts of older versions decrypt.
    let opened = client.done("decrypt-data", json!({ "cipher_text": sealed["cipher_text"] }));
    assert_eq!(opened["plain_text"], "text");
    assert_eq!(client.done("disable-key-rotation", of_key.clone()), json!({}));
    client.refused("KMS.0313", "disable-key-rotation", of_key);
    server.advance(days(1000));
    let told = status(&client, &key);
    assert_eq!(
        (&told["number_of_rotations"], &told["rotation_interval"]),
        (&json!(1), &json!(365))
    );
}

#[test]
fn the_interval_is_30_to_365_days() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    client.refused("KMS.0313", "update-key-rotation-interval", interval(&key, json!(30)));
    client.done("enable-key-rotation", json!({ "key_id": key }));
    for good in [json!(30), json!(365), json!("31")] {
        client.done("update-key-rotation-interval", interval(&key, good));
    }
    assert_eq!(status(&client, &key)["rotation_interval"], 31);
    for bad in [json!(29), json!(366), json!(-30), json!("x"), json!(30.5), json!("")] {
        client.refused("KMS.3001", "update-key-rotation-interval", interval(&key, bad));
    }
    client.refused("KMS.0308", "update-key-rotation-interval", interval(&key, json!(true)));
}

#[test]
fn a_key_rotates_on_demand() {
    let server = Server::start();
    let client = Client::of(&server);
    for spec in ["AES_256", "SM4"] {
        let key = client.create_key(json!({ "key_spec": spec }));
        for count in [1, 2] {
            let rotated = client.done("rotate-on-demand", json!({ "key_id": key }));
            assert_eq!(rotated, json!({ "key_id": key }));
            let told = status(&client, &key);
            assert_eq!(
                (&told["number_of_rotations"], &told["key_rotation_enabled"]),
                (&json!(count), &json!(false))
            );
        }
    }
}

#[test]
fn some_keys_do_not_rotate() {
    let server = Server::start();
    let client = Client::of(&server);
    let keys = [
        ("KMS.0211", "alias/evs/default".to_owned()),
        ("KMS.0312", client.create_key(json!({ "origin": "external" }))),
        ("KMS.0324", client.create_key(json!({ "key_spec": "RSA_2048" }))),
        ("KMS.0325", client.create_key(json!({ "key_spec": "EC_P256" }))),
        ("KMS.0341", client.create_key(json!({ "key_spec": "HMAC_256" }))),
    ];
    for (code, key) in &keys {
        let of_key = json!({ "key_id": key });
        for action in ["enable-key-rotation", "disable-key-rotation", "rotate-on-demand"] {
            client.refused(code, action, of_key.clone());
        }
        client.refused(code, "update-key-rotation-interval", interval(key, json!(30)));
        // Terraform's provider asks for the status of every key, and ignores refusals.
        if *code == "KMS.0312" {
            client.refused(code, "get-key-rotation-status", of_key);
        } else {
            assert_eq!(status(&client, key)["key_rotation_enabled"], false);
        }
    }
}
