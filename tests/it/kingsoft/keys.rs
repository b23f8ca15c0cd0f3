//! The lifecycle of keys, and their use.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::wire::{Client, NEW, SIGNED, invalid};
use crate::kit::{START, Server, Setup, data_file, kmsim};

#[test]
fn a_key_is_described_as_in_the_document() {
    let server = Server::start();
    let client = Client::of(&server);
    let made = client.call("CreateKey", &[&NEW[..], &[("Description", "for tests")]].concat()).ok();
    let key = made["Key"]["KeyId"].as_str().unwrap().to_owned();
    assert_eq!(
        made["Key"],
        json!({
            "KeyId": key,
            "KeyName": "name",
            // 2030-01-01T00:00:00Z, in Beijing.
            "CreateTime": "2030-01-01 08:00:00",
            "Description": "for tests",
            "KeyState": "Enabled",
            "KeyUsage": "EncryptDecrypt",
            "Origin": "kms",
        })
    );
    let letter = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'v');
    let groups: Vec<_> = key.split('-').collect();
    assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert!(groups.iter().all(|group| group.bytes().all(letter)), "{key}");
    // An id of 32 letters is not hexadecimal.
    assert!(key.bytes().any(|b| matches!(b, b'g'..=b'v')), "{key}");

    let renamed = client.call("ModifyKey", &[("KeyId", &key), ("KeyName", "测试 key~*")]).ok();
    assert_eq!(renamed["Key"]["KeyName"], "测试 key~*");
    assert_eq!(renamed["Key"]["Description"], "for tests");
    let cleared =
        client.call("ModifyKey", &[("KeyId", &key), ("KeyName", ""), ("Description", "")]).ok();
    assert_eq!(
        (&cleared["Key"]["KeyName"], &cleared["Key"]["Description"]),
        (&json!("测试 key~*"), &json!(""))
    );
    let same = client.call("ModifyKey", &[("KeyId", &key)]).ok();
    assert_eq!(same["Key"], cleared["Key"]);

    for state in ["Disabled", "Disabled", "Enabled", "Enabled", "Disabled"] {
        let set = client.call("ModifyKeyState", &[("KeyId", &key), ("KeyState", state)]).ok();
        assert_eq!(set["Key"]["KeyState"], state);
    }
    let deleted = client.call("DeleteKey", &[("KeyId", &key)]).ok();
    assert_eq!(deleted["Return"], true);
    assert_eq!(deleted["Key"]["KeyName"], format!("测试 key~*_{key}"));
    assert_eq!(deleted["Key"]["KeyState"], "Disabled");
    assert_eq!(client.call("DescribeKeys", &[]).ok()["KeySet"], json!([]));
    // Names need not be unique.
    assert_ne!(client.create_key(), client.create_key());
}

#[test]
fn a_deleted_key_stays_deleted_when_the_clock_moves() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key();
    client.set_state(&key, "Disabled");
    client.call("DeleteKey", &[("KeyId", &key)]).ok();
    crate::kit::control(
        server.address,
        "POST",
        "clock/set",
        &json!({"to": "2020-01-01T00:00:00Z"}),
    )
    .ok();
    assert_eq!(client.call("DescribeKeys", &[]).ok()["KeySet"], json!([]));
}

#[test]
fn a_ciphertext_decrypts_with_its_key_only() {
    let server = Server::start();
    for wire in SIGNED {
        let client = Client::of(&server).on(wire);
        let (key, other) = (client.create_key(), client.create_key());
        for bytes in [vec![0], b"hello".to_vec(), (0..=255).collect(), vec![7; 4096]] {
            let client = Client { post: true, ..client.clone() };
            let client = if wire == super::wire::Wire::Presigned {
                client.on(super::wire::Wire::Header)
            } else {
                client
            };
            let text = STANDARD.encode(&bytes);
            let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", &text)]).ok();
            assert_eq!(sealed["KeyId"], key.as_str());
            let blob = sealed["CiphertextBlob"].as_str().unwrap();
            let opened = client.call("Decrypt", &[("KeyId", &key), ("CiphertextBlob", blob)]).ok();
            assert_eq!((&opened["Plaintext"], &opened["KeyId"]), (&json!(text), &json!(key)));
            let again = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", &text)]).ok();
            assert_ne!(sealed["CiphertextBlob"], again["CiphertextBlob"]);
            invalid(
                &client.call("Decrypt", &[("KeyId", &other), ("CiphertextBlob", blob)]),
                "CiphertextBlob",
            );
        }
        let long = STANDARD.encode([7; 4097]);
        let client = Client { post: true, ..client.on(super::wire::Wire::Header) };
        invalid(&client.call("Encrypt", &[("KeyId", &key), ("Plaintext", &long)]), "Plaintext");
    }
}

#[test]
fn one_changed_bit_of_a_ciphertext_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key();
    let blob = STANDARD.decode(client.encrypt(&key)).unwrap();
    let decrypt = |blob: &[u8]| {
        client.call("Decrypt", &[("KeyId", &key), ("CiphertextBlob", &STANDARD.encode(blob))])
    };
    decrypt(&blob).ok();
    for at in 0..blob.len() {
        let mut forged = blob.clone();
        forged[at] ^= 1;
        invalid(&decrypt(&forged), "CiphertextBlob");
    }
    for short in [0, 1, 36, blob.len() - 1] {
        if short > 0 {
            invalid(&decrypt(&blob[..short]), "CiphertextBlob");
        }
    }
    // The document's own sample is one block of AES, made with an unknown key.
    invalid(&decrypt(&STANDARD.decode("/KhaumND4qw/V/LAfk04aQ==").unwrap()), "CiphertextBlob");
}

#[test]
fn data_keys_have_the_requested_size() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key();
    for (params, len) in [
        (&[("KeySpec", "AES128")][..], 16),
        (&[("KeySpec", "AES256")], 32),
        (&[("NumberOfBytes", "1")], 1),
        (&[("NumberOfBytes", "1024")], 1024),
        (&[("KeySpec", "AES128"), ("NumberOfBytes", "64")], 16),
    ] {
        let made =
            client.call("GenerateDataKey", &[&[("KeyId", key.as_str())], params].concat()).ok();
        let text = made["Plaintext"].as_str().unwrap();
        assert_eq!(STANDARD.decode(text).unwrap().len(), len, "{params:?}");
        assert_eq!(made["KeyId"], key.as_str());
        let blob = made["CiphertextBlob"].as_str().unwrap();
        let opened = client.call("Decrypt", &[("KeyId", &key), ("CiphertextBlob", blob)]).ok();
        assert_eq!(opened["Plaintext"], text);
    }
}

#[test]
fn keys_survive_a_restart() {
    let (_folder, path) = data_file();
    let arguments = ["--data", path.to_str().unwrap(), "--clock", START];
    let open = || crate::kit::Process::spawn(&mut kmsim(&arguments));
    let client = |process: &crate::kit::Process| {
        let server = Server::with(Setup::default());
        Client { address: process.address, time: START.into(), ..Client::of(&server) }
    };
    let process = open();
    let (key, off) = (client(&process).create_key(), client(&process).create_key());
    let blob = client(&process).encrypt(&key);
    let named = [("KeyId", off.as_str()), ("KeyName", "another"), ("Description", "kept")];
    client(&process).call("ModifyKey", &named).ok();
    client(&process).set_state(&off, "Disabled");
    let before = client(&process).call("DescribeKeys", &[]).ok()["KeySet"].clone();
    process.signal("KILL");
    drop(process);
    let process = open();
    let after = client(&process).call("DescribeKeys", &[]).ok()["KeySet"].clone();
    assert_eq!(after, before);
    assert_eq!(
        (&after[1]["KeyName"], &after[1]["KeyState"]),
        (&json!("another"), &json!("Disabled"))
    );
    let opened =
        client(&process).call("Decrypt", &[("KeyId", &key), ("CiphertextBlob", &blob)]).ok();
    assert_eq!(opened["Plaintext"], "aGVsbG8=");
}
