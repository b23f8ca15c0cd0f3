//! Seeds, exports and the control plane, with every kind of object of this cloud.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::model::Counts;
use serde_json::{Value, json};

use super::wire::Client;
use crate::kit::{Server, Setup, control};
use crate::state::{export, import};

const DEVICE: &str = "00000001-2fa4e1a7c0b3d9-0123456789abcd-fedcba98765432-0011223344556677";

/// A white-box key with a device. Returns its description.
fn white_box(client: &Client, algorithm: &str) -> Value {
    let params = json!({ "Alias": Client::fresh(), "Algorithm": algorithm });
    let id = client.done("CreateWhiteBoxKey", params)["KeyId"].clone();
    let device = json!({ "Identity": DEVICE, "Description": "the first" });
    let devices = json!({ "KeyId": id, "DeviceFingerprints": [device] });
    client.done("OverwriteWhiteBoxDeviceFingerprints", devices);
    client.done("DescribeWhiteBoxKey", json!({ "KeyId": id }))["KeyInfo"].clone()
}

#[test]
fn an_export_can_be_imported() {
    let server = Server::start();
    let client = Client::of(&server);
    let (bound, archived) = (client.create_key(json!({})), client.create_key(json!({})));
    let binding = json!({ "KeyId": bound, "ProductId": "cos", "ResourceId": "bucket" });
    client.done("BindCloudResource", binding.clone());
    let context = r#"{"a":"b"}"#;
    let params =
        json!({ "KeyId": archived, "Plaintext": "aGVsbG8=", "EncryptionContext": context });
    let blob = client.done("Encrypt", params)["CiphertextBlob"].clone();
    client.done("ArchiveKey", json!({ "KeyId": archived }));
    let white = white_box(&client, "SM4");
    let params = json!({
        "KeyId": bound, "KeySpec": "AES_256", "IsHostedByKms": 1, "DataKeyName": Client::fresh(),
        "EncryptionContext": context,
    });
    let data_key = client.done("GenerateDataKey", params);
    let waiting = json!({
        "DataKeyName": Client::fresh(), "ImportType": 2, "ImportKeyMaterial": "aGVsbG8=",
        "KeyId": bound,
    });
    let waiting = client.done("ImportDataKey", waiting)["DataKeyId"].clone();
    client.done("DisableDataKey", json!({ "DataKeyId": waiting }));
    let params = json!({ "DataKeyId": waiting, "PendingWindowInDays": 7 });
    client.done("ScheduleDataKeyDeletion", params);

    let text = export(&server, "");
    let other = Server::start();
    let counts = import(&other, "", &text).ok();
    assert_eq!(
        counts,
        json!(Counts { realms: 1, keys: 2, white_box_keys: 1, data_keys: 2, ..Counts::default() })
    );
    assert_eq!(export(&other, ""), text);

    let there = Client::of(&other);
    let opened = json!({ "CiphertextBlob": blob, "EncryptionContext": context });
    assert_eq!(there.done("Decrypt", opened)["Plaintext"], "aGVsbG8=");
    for (action, params, of) in [
        ("DescribeKey", json!({ "KeyId": bound }), "KeyMetadata"),
        ("DescribeKey", json!({ "KeyId": archived }), "KeyMetadata"),
        ("DescribeWhiteBoxKey", json!({ "KeyId": white["KeyId"] }), "KeyInfo"),
        ("DescribeDataKey", json!({ "DataKeyId": waiting }), "DataKeyMetadata"),
        ("GetDataKeyPlaintext", json!({ "DataKeyId": data_key["DataKeyId"] }), "Plaintext"),
        (
            "GetDataKeyCiphertextBlob",
            json!({ "DataKeyId": data_key["DataKeyId"] }),
            "CiphertextBlob",
        ),
    ] {
        let (here, there) = (client.done(action, params.clone()), there.done(action, params));
        assert_eq!(there[of], here[of], "{action}");
        assert!(!there[of].is_null(), "{action}");
    }
    there.refused("FailedOperation.CmkUsedByCloudProduct", "DisableKey", json!({ "KeyId": bound }));
    there.done("UnbindCloudResource", binding);
}

#[test]
fn the_control_plane_decrypts_as_a_device_does() {
    let server = Server::start();
    let client = Client::of(&server);
    for algorithm in ["AES_256", "SM4"] {
        let key = white_box(&client, algorithm);
        let params = json!({ "KeyId": key["KeyId"], "PlainText": "aGVsbG8=" });
        let sealed = client.done("EncryptByWhiteBox", params);
        let asked = json!({
            "decrypt_key": key["DecryptKey"],
            "initialization_vector": sealed["InitializationVector"],
            "ciphertext": sealed["CipherText"],
        });
        let decrypt = |path: &str| control(server.address, "POST", path, &asked);
        assert_eq!(decrypt("white-box/decrypt").ok(), json!({ "plaintext": "aGVsbG8=" }));
        assert_eq!(decrypt("white-box/decrypt?region=ap-beijing").status, 404);
    }
}

#[test]
fn a_seed_makes_everything() {
    let server = Server::with(Setup {
        seeds: &["
realms:
  - account: '1000000000000001'
    cloud: tencent
    region: ap-guangzhou
    keys:
      - { id: 11111111-0000-1000-8000-000000000001, spec: SM4, aliases: [orders], rotation: { interval: 365d } }
      - { id: 11111111-0000-1000-8000-000000000002, spec: SM4, aliases: [old], state: Archived }
      - { id: 11111111-0000-1000-8000-000000000003, spec: SM4, bindings: [{ product: cos, resource: b }] }
    white_box_keys:
      - { id: 11111111-0000-1000-8000-000000000004, alias: devices, spec: SM4, enabled: false }
    data_keys:
      - id: 11111111-0000-1000-8000-000000000005
        name: volume
        key: 11111111-0000-1000-8000-000000000001
        plaintext: aGVsbG8=
"],
        ..Setup::default()
    });
    let client = Client::of(&server);
    let id = |number: u8| format!("11111111-0000-1000-8000-00000000000{number}");
    let keys: Vec<_> = (1..=3)
        .map(|number| {
            client.done("DescribeKey", json!({ "KeyId": id(number) }))["KeyMetadata"].clone()
        })
        .collect();
    let of = |name: &str| keys.iter().map(|key| key[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("Alias"), ["orders", "old", ""]);
    assert_eq!(of("KeyState"), ["Enabled", "Archived", "Enabled"]);
    assert_eq!(of("KeyRotationEnabled"), [true, false, false]);
    client.refused(
        "FailedOperation.CmkUsedByCloudProduct",
        "DisableKey",
        json!({ "KeyId": id(3) }),
    );
    let white = client.done("DescribeWhiteBoxKey", json!({ "KeyId": id(4) }))["KeyInfo"].clone();
    assert_eq!((&white["Alias"], &white["Status"]), (&json!("devices"), &json!("Disabled")));
    let plaintext = client.done("GetDataKeyPlaintext", json!({ "DataKeyId": id(5) }));
    assert_eq!(STANDARD.decode(plaintext["Plaintext"].as_str().unwrap()).unwrap(), b"hello");
}

#[test]
fn a_seed_must_use_the_names_of_the_cloud() {
    let server = Server::start();
    for (entry, mistake) in [
        ("keys: [{ id: k, aliases: ['alias/x'] }]", "aliases[0]: not an alias"),
        ("keys: [{ id: k, aliases: [x, y] }]", "aliases[1]: a key has one alias in this cloud"),
        ("white_box_keys: [{ id: w, alias: '-x' }]", "alias: not "),
        ("white_box_keys: [{ id: w, alias: x, spec: AES_128 }]", "spec: no white-box key"),
    ] {
        let text = format!(
            "realms: [{{ account: '1', region: ap-guangzhou, cloud: tencent, {entry} }}]\n"
        );
        let answer = import(&server, "", &text);
        assert!(answer.status == 400 && answer.text.contains(mistake), "{entry}: {}", answer.text);
    }
}
