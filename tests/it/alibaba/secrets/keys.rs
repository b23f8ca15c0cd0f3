//! The keys that encrypt values: named in any form, or the service's own. A value depends on its
//! key.

use serde_json::json;

use super::{create, fields, get, not_found, put, with_name};
use crate::kit::{Client, Server, days};
use crate::makers::{MATERIAL, import, imported, pair, wrapped};

const OWN: &str = "alias/acs/secretsmanager";

fn sealed_by(client: &Client, name: &str, key: &str) {
    create(client, name, &[("EncryptionKeyId", key)]).ok();
}

#[test]
fn a_key_is_named_in_any_form_and_described_by_its_id() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    client.call("CreateAlias", &[("AliasName", "alias/mine"), ("KeyId", &key)]).ok();
    let arn = |name: &str| format!("acs:kms:cn-hangzhou:1000000000000001:{name}");
    let names =
        [key.clone(), "alias/mine".to_owned(), arn(&format!("key/{key}")), arn("alias/mine")];
    for (at, named) in names.iter().enumerate() {
        let name = format!("s{at}");
        let made = create(&client, &name, &[("EncryptionKeyId", named)]).ok();
        assert_eq!(fields(&made), "Arn RequestId SecretName SecretType VersionId");
        assert_eq!(with_name(&client, "DescribeSecret", &name).ok()["EncryptionKeyId"], *key);
        assert_eq!(get(&client, &name, &[]).ok()["SecretData"], "one");
    }
    // Deleting the alias does not matter: the key stays.
    client.call("DeleteAlias", &[("AliasName", "alias/mine")]).ok();
    assert_eq!(get(&client, "s1", &[]).ok()["SecretData"], "one");
    let with = |named: &str| create(&client, "other", &[("EncryptionKeyId", named)]);
    with("alias/mine").refused(404, "Forbidden.AliasNotFound");
    with("unknown").refused(404, "Forbidden.KeyNotFound");
    with(&format!("acs:kms:cn-beijing:1000000000000001:key/{key}"))
        .refused(404, "Forbidden.KeyNotFound");
    with("a b").refused_parameter("EncryptionKeyId");
    for (spec, usage) in [("RSA_2048", "ENCRYPT/DECRYPT"), ("EC_P256", "SIGN/VERIFY")] {
        with(&pair(&client, spec, usage).0).refused(400, "UnsupportedOperation");
    }
    not_found(&with_name(&client, "DescribeSecret", "other"));
    for spec in ["Aliyun_AES_128", "Aliyun_AES_192", "Aliyun_SM4"] {
        sealed_by(&client, spec, &client.create_key(&[("KeySpec", spec)]));
        assert_eq!(get(&client, spec, &[]).ok()["SecretData"], "one");
    }
}

#[test]
fn the_default_key_is_the_services_and_not_described() {
    let server = Server::start();
    let client = server.client();
    let own = || client.call("DescribeKey", &[("KeyId", OWN)]);
    let keys = || client.call("ListKeys", &[]).ok()["TotalCount"].clone();
    assert_eq!(keys(), 0);
    create(&client, "a", &[]).ok();
    create(&client, "b", &[]).ok();
    assert_eq!(keys(), 1, "one for all");
    let key = own().ok()["KeyMetadata"].clone();
    assert_eq!([&key["KeySpec"], &key["KeyState"]], ["Aliyun_AES_256", "Enabled"]);
    for answer in [
        with_name(&client, "DescribeSecret", "a").ok(),
        get(&client, "a", &[]).ok(),
        client.call("ListSecrets", &[]).ok()["SecretList"]["Secret"][0].clone(),
    ] {
        assert!(answer.get("EncryptionKeyId").is_none(), "{answer}");
    }
    // It is described if the request names it.
    sealed_by(&client, "c", OWN);
    assert_eq!(with_name(&client, "DescribeSecret", "c").ok()["EncryptionKeyId"], key["KeyId"]);
    assert_eq!(keys(), 1);
    // A refused secret creates no key.
    let elsewhere = client.clone().with("RegionId", "cn-beijing");
    put(&elsewhere, "a", "v2", "two", &[]).refused(404, "Forbidden.ResourceNotFound");
    assert_eq!(elsewhere.call("ListKeys", &[]).ok()["TotalCount"], 0);
}

#[test]
fn a_value_needs_its_key() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    sealed_by(&client, "s", &key);
    let check = |status: u16, code: &str| {
        get(&client, "s", &[]).refused(status, code);
        get(&client, "s", &[("VersionId", "v1")]).refused(status, code);
        put(&client, "s", "v2", "two", &[]).refused(status, code);
        // A value with an existing version id is not compared either.
        put(&client, "s", "v1", "one", &[]).refused(status, code);
        create(&client, "other", &[("EncryptionKeyId", &key)]).refused(status, code);
        get(&client, "s", &[("DryRun", "true")]).refused(400, "ValidationError");
        let batch = [("SecretsList", r#"[{"SecretName":"s"}]"#)];
        let failed = client.call("BatchGetSecretValue", &batch).ok()["Errors"][0].clone();
        assert_eq!(failed["Code"], code);
        // Everything except values can be read and changed.
        assert_eq!(with_name(&client, "DescribeSecret", "s").ok()["EncryptionKeyId"], *key);
        assert_eq!(with_name(&client, "ListSecretVersionIds", "s").ok()["TotalCount"], 1);
        client.call("UpdateSecret", &[("SecretName", "s"), ("Description", code)]).ok();
        get(&client, "s", &[("VersionStage", "unknown")])
            .refused(404, "Forbidden.ResourceNotFound");
    };
    let of_key = |action: &str| client.call(action, &[("KeyId", &key)]).ok();
    of_key("DisableKey");
    check(409, "Rejected.Disabled");
    of_key("EnableKey");
    assert_eq!(get(&client, "s", &[]).ok()["SecretData"], "one");
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).ok();
    check(409, "Rejected.PendingDeletion");
    of_key("CancelKeyDeletion");
    assert_eq!(get(&client, "s", &[]).ok()["SecretData"], "one");
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).ok();
    server.advance(days(7));
    check(404, "Forbidden.KeyNotFound");
    // Such a secret can still be deleted and restored.
    with_name(&client, "DeleteSecret", "s").ok();
    with_name(&client, "RestoreSecret", "s").ok();
    client
        .call("DeleteSecret", &[("SecretName", "s"), ("ForceDeleteWithoutRecovery", "true")])
        .ok();
    create(&client, "s", &[]).ok();
}

#[test]
fn values_follow_the_imported_material_of_their_key() {
    let server = Server::start();
    let client = server.client();
    let empty = client.create_key(&[("Origin", "EXTERNAL")]);
    create(&client, "s", &[("EncryptionKeyId", &empty)]).refused(409, "Rejected.PendingImport");
    let key = imported(&client);
    sealed_by(&client, "s", &key);
    client.call("DeleteKeyMaterial", &[("KeyId", &key)]).ok();
    get(&client, "s", &[]).refused(409, "Rejected.PendingImport");
    put(&client, "s", "v2", "two", &[]).refused(409, "Rejected.PendingImport");
    import(&client, &key, &wrapped(&client, &key, &MATERIAL)).ok();
    assert_eq!(get(&client, "s", &[]).ok()["SecretData"], "one");
}

#[test]
fn the_keys_rotation_leaves_old_values_readable() {
    let server = Server::start();
    let client = server.client();
    let rotation = [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
    let key = client.create_key(&rotation);
    sealed_by(&client, "s", &key);
    server.advance(days(7));
    put(&client, "s", "v2", "two", &[]).ok();
    server.advance(days(7));
    assert_eq!(client.call("ListKeyVersions", &[("KeyId", &key)]).ok()["TotalCount"], 3);
    for (version, data) in [("v1", "one"), ("v2", "two")] {
        assert_eq!(get(&client, "s", &[("VersionId", version)]).ok()["SecretData"], json!(data));
    }
}

#[test]
fn the_services_own_key_is_refused_like_any_other() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    let key = client.call("DescribeKey", &[("KeyId", OWN)]).ok()["KeyMetadata"]["KeyId"].clone();
    let key = [("KeyId", key.as_str().unwrap())];
    client.call("DisableKey", &key).ok();
    get(&client, "s", &[]).refused(409, "Rejected.Disabled");
    create(&client, "t", &[]).refused(409, "Rejected.Disabled");
    client.call("EnableKey", &key).ok();
    assert_eq!(get(&client, "s", &[]).ok()["SecretData"], "one");
    client.call("ScheduleKeyDeletion", &[key[0], ("PendingWindowInDays", "7")]).ok();
    create(&client, "t", &[]).refused(409, "Rejected.PendingDeletion");
    server.advance(days(7));
    get(&client, "s", &[]).refused(404, "Forbidden.KeyNotFound");
    // New secrets get a new one.
    create(&client, "t", &[]).ok();
    assert_eq!(get(&client, "t", &[]).ok()["SecretData"], "one");
    get(&client, "s", &[]).refused(404, "Forbidden.KeyNotFound");
}
