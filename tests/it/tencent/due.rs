//! Changes at their time: rotation, and the deletion of keys and data keys.

use std::time::Duration;

use serde_json::{Value, json};

use super::wire::Client;
use crate::kit::{Server, days};

const SECOND: Duration = Duration::from_secs(1);

/// This number of days, less one second.
fn a_second_before(whole: u64) -> Duration {
    Duration::from_secs(whole * 86_400 - 1)
}

fn key_of(server: &Server, id: &str) -> Value {
    Client::of(server).done("DescribeKey", json!({ "KeyId": id }))["KeyMetadata"].clone()
}

fn now(server: &Server) -> u64 {
    server.world.clock.host().millis().unsigned_abs() / 1000
}

#[test]
fn a_key_rotates_at_its_time() {
    let server = Server::start();
    let client = Client::of(&server);
    let id = client.create_key(json!({}));
    let created = key_of(&server, &id)["CreateTime"].as_u64().unwrap();
    // Without rotation, the next time is a year later, as in the document's samples.
    assert_eq!(key_of(&server, &id)["NextRotateTime"], created + 365 * 86_400);
    client.done("EnableKeyRotation", json!({ "KeyId": id, "RotateDays": 7 }));
    let told = key_of(&server, &id);
    let next = created + 7 * 86_400;
    assert_eq!((&told["KeyRotationEnabled"], &told["RotateDays"]), (&json!(true), &json!(7)));
    assert_eq!(told["NextRotateTime"], next);
    let text = json!({ "KeyId": id, "Plaintext": "aGVsbG8=" });
    let old = client.done("Encrypt", text)["CiphertextBlob"].clone();
    let again = |server: &Server| {
        let params = json!({ "CiphertextBlob": old, "DestinationKeyId": id });
        Client::of(server).done("ReEncrypt", params)
    };
    assert_eq!(again(&server)["ReEncrypted"], false);
    assert_eq!(again(&server)["CiphertextBlob"], old);
    server.advance(a_second_before(7));
    assert_eq!(key_of(&server, &id)["NextRotateTime"], next);
    assert_eq!(again(&server)["ReEncrypted"], false);
    server.advance(SECOND);
    let told = key_of(&server, &id);
    assert_eq!(told["LastRotateTime"], next);
    assert_eq!(told["NextRotateTime"], next + 7 * 86_400);
    // A ciphertext of the older version decrypts, and ReEncrypt moves it to the newest.
    let client = Client::of(&server);
    assert_eq!(client.done("Decrypt", json!({ "CiphertextBlob": old }))["Plaintext"], "aGVsbG8=");
    let moved = again(&server);
    assert_eq!(moved["ReEncrypted"], true);
    assert_ne!(moved["CiphertextBlob"], old);
    let params = json!({ "CiphertextBlob": moved["CiphertextBlob"] });
    assert_eq!(client.done("ReEncrypt", params)["ReEncrypted"], false);
    // A second call changes the interval; another ends it.
    client.done("EnableKeyRotation", json!({ "KeyId": id, "RotateDays": 30 }));
    assert_eq!(key_of(&server, &id)["NextRotateTime"], next + 30 * 86_400);
    client.done("DisableKeyRotation", json!({ "KeyId": id }));
    server.advance(days(31));
    assert_eq!(key_of(&server, &id)["LastRotateTime"], next);
}

#[test]
fn a_key_rotates_on_request_once_a_day() {
    let server = Server::start();
    let client = Client::of(&server);
    let id = client.create_key(json!({}));
    client.done("RotateKey", json!({ "KeyId": id }));
    let first = key_of(&server, &id)["LastRotateTime"].clone();
    assert_eq!(first, now(&server));
    server.advance(a_second_before(1));
    let code = "RequestLimitExceeded.RotateRateLimited";
    Client::of(&server).refused(code, "RotateKey", json!({ "KeyId": id }));
    server.advance(SECOND);
    Client::of(&server).done("RotateKey", json!({ "KeyId": id }));
    assert_ne!(key_of(&server, &id)["LastRotateTime"], first);
}

#[test]
fn a_key_is_deleted_at_its_time() {
    for window in [7, 30] {
        let server = Server::start();
        let client = Client::of(&server);
        let params = json!({ "KeyId": client.create_key(json!({})) });
        client.done("DisableKey", params.clone());
        let id = params["KeyId"].as_str().unwrap();
        let schedule = json!({ "KeyId": id, "PendingWindowInDays": window });
        let told = client.done("ScheduleKeyDeletion", schedule.clone());
        let due = now(&server) + window * 86_400;
        assert_eq!((&told["DeletionDate"], &told["KeyId"]), (&json!(due), &json!(id)));
        assert_eq!(key_of(&server, id)["DeletionDate"], due);
        // The deletion can be cancelled, and scheduled again.
        client.done("CancelKeyDeletion", params.clone());
        let kept = key_of(&server, id);
        assert_eq!((&kept["KeyState"], &kept["DeletionDate"]), (&json!("Disabled"), &json!(0)));
        client.done("ScheduleKeyDeletion", schedule);
        server.advance(a_second_before(window));
        assert_eq!(key_of(&server, id)["KeyState"], "PendingDelete");
        server.advance(SECOND);
        let client = Client::of(&server);
        for action in ["DescribeKey", "CancelKeyDeletion", "EnableKey", "UnbindCloudResource"] {
            let mut params = params.clone();
            if action == "UnbindCloudResource" {
                params["ProductId"] = json!("ssm");
                params["ResourceId"] = json!("a");
            }
            client.refused("ResourceUnavailable.CmkNotFound", action, params);
        }
        let listed = client.done("ListKeyDetail", json!({}));
        assert_eq!(listed["TotalCount"], 0);
    }
}

#[test]
fn a_data_key_is_deleted_at_its_time() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let new = json!({
        "KeyId": key, "KeySpec": "AES_256", "IsHostedByKms": 1, "DataKeyName": Client::fresh(),
    });
    let id = client.done("GenerateDataKey", new)["DataKeyId"].clone();
    client.done("DisableDataKey", json!({ "DataKeyId": id }));
    let window = json!({ "DataKeyId": id, "PendingWindowInDays": 7 });
    let told = client.done("ScheduleDataKeyDeletion", window);
    assert_eq!(told["DeletionDate"], now(&server) + 7 * 86_400);
    server.advance(a_second_before(7));
    let told = Client::of(&server).done("DescribeDataKey", json!({ "DataKeyId": id }));
    assert_eq!(told["DataKeyMetadata"]["KeyState"], "PendingDelete");
    server.advance(SECOND);
    let client = Client::of(&server);
    let code = "ResourceUnavailable.DataKeyNotFound";
    client.refused(code, "DescribeDataKey", json!({ "DataKeyId": id }));
}
