//! The life of keys, as a caller sees it.

use serde_json::json;

use crate::kit::{Server, days};

#[test]
fn a_new_key_is_described_as_in_the_document() {
    let server = Server::start();
    let client = server.client();
    let made = client.call("CreateKey", &[("Description", "key description example")]).ok();
    let key = &made["KeyMetadata"];
    let id = key["KeyId"].as_str().unwrap();
    assert_eq!(
        *key,
        json!({
            "CreationDate": "2030-01-01T00:00:00Z",
            "Description": "key description example",
            "KeyId": id,
            "KeySpec": "Aliyun_AES_256",
            "KeyState": "Enabled",
            "KeyUsage": "ENCRYPT/DECRYPT",
            "PrimaryKeyVersion": key["PrimaryKeyVersion"],
            "DeleteDate": "",
            "Creator": "1000000000000001",
            "Arn": format!("acs:kms:cn-hangzhou:1000000000000001:key/{id}"),
            "Origin": "Aliyun_KMS",
            "MaterialExpireTime": "",
            "ProtectionLevel": "SOFTWARE",
            "LastRotationDate": "2030-01-01T00:00:00Z",
            "AutomaticRotation": "Disabled",
        })
    );
    let mut described = client.call("DescribeKey", &[("KeyId", id)]).ok()["KeyMetadata"].clone();
    assert_eq!(described["DeletionProtection"], "Disabled");
    described.as_object_mut().unwrap().remove("DeletionProtection");
    assert_eq!(described, *key);
}

#[test]
fn a_key_is_gone_at_the_instant_of_its_deletion() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let blob = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")]).ok();
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).ok();
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).ok();
    let described = client.call("DescribeKey", &[("KeyId", &key)]).ok();
    assert_eq!(described["KeyMetadata"]["DeleteDate"], "2030-01-08T00:00:00Z");
    assert_eq!(described["KeyMetadata"]["KeyState"], "PendingDeletion");
    server.advance(days(7) - std::time::Duration::from_millis(1));
    client.call("DescribeKey", &[("KeyId", &key)]).ok();
    server.advance(std::time::Duration::from_millis(1));
    client.call("DescribeKey", &[("KeyId", &key)]).refused(404, "Forbidden.KeyNotFound");
    client.call("DescribeKey", &[("KeyId", "alias/a")]).refused(404, "Forbidden.AliasNotFound");
    let blob = blob["CiphertextBlob"].as_str().unwrap();
    client.call("Decrypt", &[("CiphertextBlob", blob)]).refused(404, "Forbidden.KeyNotFound");
    client.call("CancelKeyDeletion", &[("KeyId", &key)]).refused(404, "Forbidden.KeyNotFound");
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 0);
    assert_eq!(client.call("ListAliases", &[]).ok()["Aliases"], json!({ "Alias": [] }));
    let other = client.create_key(&[]);
    client.call("CreateAlias", &[("KeyId", &other), ("AliasName", "alias/a")]).ok();
}
