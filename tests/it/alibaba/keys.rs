//! The lifecycle of keys, as a caller sees it.

use std::time::Duration;

use serde_json::json;

use crate::kit::{Server, control, days};

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
    let instant = Duration::from_millis(1);
    server.advance(days(7).checked_sub(instant).unwrap());
    client.call("DescribeKey", &[("KeyId", &key)]).ok();
    server.advance(instant);
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

#[test]
fn deletion_can_be_cancelled_and_prevented() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let state =
        |key: &str| client.call("DescribeKey", &[("KeyId", key)]).ok()["KeyMetadata"].clone();
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).ok();
    assert_eq!(state(&key)["DeleteDate"], "2030-01-31T00:00:00Z", "30 days where none are given");
    client.call("CancelKeyDeletion", &[("KeyId", &key)]).ok();
    assert_eq!(
        (&state(&key)["KeyState"], &state(&key)["DeleteDate"]),
        (&json!("Enabled"), &json!(""))
    );
    for days in ["6", "367", "-1", "7.5"] {
        let answer =
            client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", days)]);
        answer.refused_parameter("PendingWindowInDays");
    }
    let external = client.create_key(&[("Origin", "EXTERNAL")]);
    client
        .call("ScheduleKeyDeletion", &[("KeyId", &external), ("PendingWindowInDays", "366")])
        .ok();
    client.call("CancelKeyDeletion", &[("KeyId", &external)]).ok();
    assert_eq!(
        state(&external)["KeyState"],
        "PendingImport",
        "a key without material waits for it"
    );

    let arn = format!("acs:kms:cn-hangzhou:1000000000000001:key/{key}");
    let protect = |name: (&str, &str), on: &str| {
        let reason = ("DeletionProtectionDescription", "used by the shop");
        client.call("SetDeletionProtection", &[name, ("EnableDeletionProtection", on), reason])
    };
    protect(("ProtectedResourceArn", &arn), "True").ok();
    assert_eq!(state(&key)["DeletionProtection"], "Enabled");
    assert_eq!(state(&key)["DeletionProtectionDescription"], "used by the shop");
    client
        .call("ScheduleKeyDeletion", &[("KeyId", &key)])
        .refused(409, "Rejected.StateModifiedFailed");
    protect(("KeyId", &key), "false").ok();
    assert_eq!(state(&key).get("DeletionProtectionDescription"), None);
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).ok();
    protect(("ProtectedResourceArn", &key), "true").refused_parameter("ProtectedResourceArn");
}

#[test]
fn keys_are_listed_by_every_documented_filter() {
    let server = Server::start();
    let client = server.client();
    let plain = client.create_key(&[]);
    let tags = r#"[{"TagKey":"team","TagValue":"shop"}]"#;
    client.instance_like(&json!({ "id": "kst-1", "kind": "HARDWARE" }));
    let other = client.create_key(&[
        ("KeySpec", "Aliyun_SM4"),
        ("Tags", tags),
        ("DKMSInstanceId", "kst-1"),
    ]);
    let external = client.create_key(&[("Origin", "EXTERNAL")]);
    client.call("DisableKey", &[("KeyId", &plain)]).ok();
    client.call("CreateAlias", &[("KeyId", &other), ("AliasName", "alias/a")]).ok();
    let listed = |filters: &str| {
        let answer = client.call("ListKeys", &[("Filters", filters)]).ok();
        let keys = answer["Keys"]["Key"].as_array().unwrap();
        assert_eq!(answer["TotalCount"], keys.len());
        keys.iter().map(|key| key["KeyId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let by = |property: &str, values: &[&str]| {
        listed(&json!([{ "Key": property, "Values": values }]).to_string())
    };
    assert_eq!(listed("[]"), [&*plain, &*other, &*external]);
    assert_eq!(by("KeyState", &["Disabled"]), [&*plain]);
    assert_eq!(by("KeyState", &["Disabled", "PendingImport"]), [&*plain, &*external]);
    assert_eq!(by("KeyState", &[]).len(), 3);
    assert_eq!(by("KeySpec", &["Aliyun_SM4"]), [&*other]);
    assert_eq!(by("KeyUsage", &["ENCRYPT/DECRYPT"]).len(), 3);
    assert_eq!(by("KeyUsage", &["SIGN/VERIFY"]).len(), 0);
    assert_eq!(by("ProtectionLevel", &["HSM"]), [&*other]);
    assert_eq!(by("CreatorType", &["User"]).len(), 3);
    assert_eq!(by("CreatorType", &["Service"]).len(), 0);
    assert_eq!(by("Creator", &["1000000000000001"]).len(), 3);
    assert_eq!(by("TagKey", &["team"]), [&*other]);
    assert_eq!(by("TagValue", &["shop"]), [&*other]);
    assert_eq!(by("AliasName", &["alias/a"]), [&*other]);
    assert_eq!(by("keyId", &[&plain]), [&*plain]);
    assert_eq!(by("DKMSInstanceId", &["kst-1"]), [&*other]);
    let both = r#"[{"Key":"KeyState","Values":["Enabled"]},{"Key":"KeySpec","Values":["Aliyun_AES_256"]}]"#;
    assert!(listed(both).is_empty());
    for wrong in ["{}", r#"[{"Key":"Colour","Values":["x"]}]"#, "x"] {
        client.call("ListKeys", &[("Filters", wrong)]).refused_parameter("Filters");
    }
}

#[test]
fn an_account_sees_its_own_keys_in_one_region() {
    let accounts = r#"
accounts:
  - { id: "1", access_keys: [{ id: a, secret: s }, { id: a2, secret: s }] }
  - { id: "2", access_keys: [{ id: b, secret: s }] }
"#;
    let server = Server::with(crate::kit::Setup { accounts: Some(accounts), ..Default::default() });
    let mine = server.client_as("a", "s");
    let key = mine.create_key(&[]);
    let blob = mine.call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")]).ok();
    let blob = blob["CiphertextBlob"].as_str().unwrap();
    server.client_as("a2", "s").call("DescribeKey", &[("KeyId", &key)]).ok();
    for stranger in [server.client_as("b", "s"), mine.clone().with("RegionId", "cn-beijing")] {
        stranger.call("DescribeKey", &[("KeyId", &key)]).refused(404, "Forbidden.KeyNotFound");
        stranger.call("Decrypt", &[("CiphertextBlob", blob)]).refused(404, "Forbidden.KeyNotFound");
        assert_eq!(stranger.call("ListKeys", &[]).ok()["TotalCount"], 0);
    }
    mine.with("RegionId", "cn-hangzhou").call("Decrypt", &[("CiphertextBlob", blob)]).ok();
}

#[test]
fn quotas_apply_to_accounts_that_have_them() {
    let accounts = r#"
accounts:
  - { id: "1", quotas: { keys: 2, aliases: 1 }, access_keys: [{ id: a, secret: s }] }
"#;
    let server = Server::with(crate::kit::Setup { accounts: Some(accounts), ..Default::default() });
    let client = server.client_as("a", "s");
    let key = client.create_key(&[]);
    client.call("Encrypt", &[("KeyId", "alias/acs/mse"), ("Plaintext", "x")]).ok();
    client.create_key(&[]);
    client.call("CreateKey", &[]).refused(400, "Rejected.LimitExceeded");
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).ok();
    client
        .call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/b")])
        .refused(400, "Rejected.LimitExceeded");
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).ok();
    server.advance(days(7));
    client.create_key(&[]);
    client.call("Encrypt", &[("KeyId", "alias/acs/oss"), ("Plaintext", "x")]).ok();
}

#[test]
fn generating_private_keys_blocks_no_other_request() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let made = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                client.create_key(&[("KeySpec", "RSA_3072")]);
                made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
        // They are generated one after the other. This server has one thread for requests, and it
        // stays free.
        for _ in 0..3 {
            client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "text")]).ok();
        }
        client.create_key(&[]);
        assert!(made.load(std::sync::atomic::Ordering::SeqCst) < 3, "the others came first");
    });
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 5);
}

#[test]
fn the_shorter_aes_keys_need_a_dedicated_instance() {
    let server = Server::start();
    let client = server.client();
    client.instance("kst-1");
    for spec in ["Aliyun_AES_128", "Aliyun_AES_192"] {
        let create = |more: &[(&str, &str)]| {
            client.call("CreateKey", &[&[("KeySpec", spec)], more].concat())
        };
        create(&[]).refused_parameter("KeySpec");
        create(&[("DKMSInstanceId", "")]).refused_parameter("KeySpec");
        create(&[("Origin", "EXTERNAL"), ("ProtectionLevel", "HSM")]).refused_parameter("KeySpec");
        let made = create(&[("DKMSInstanceId", "kst-1")]).ok();
        assert_eq!(made["KeyMetadata"]["KeySpec"], spec);
    }
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 2);
}

#[test]
fn an_instance_decides_the_protection_level() {
    let server = Server::start();
    let client = server.client();
    client.instance_like(&json!({ "id": "kst-soft", "kind": "SOFTWARE" }));
    client.instance_like(&json!({ "id": "kst-hard", "kind": "HARDWARE" }));
    for (instance, expected) in [("kst-soft", "SOFTWARE"), ("kst-hard", "HSM")] {
        for level in [None, Some("SOFTWARE"), Some("HSM")] {
            let level = level.map(|level| ("ProtectionLevel", level));
            let params: Vec<_> = [("DKMSInstanceId", instance)].into_iter().chain(level).collect();
            let made = client.call("CreateKey", &params).ok();
            assert_eq!(made["KeyMetadata"]["ProtectionLevel"], expected, "{params:?}");
        }
    }
}

#[test]
fn regions_ignore_case() {
    let server = Server::start();
    let client = server.client();
    let within = |region: &str| client.clone().with("RegionId", region);
    let key = within("CN-Beijing").create_key(&[]);
    let made = within("cn-beijing").call("DescribeKey", &[("KeyId", &key)]).ok();
    let arn = format!("acs:kms:cn-beijing:1000000000000001:key/{key}");
    assert_eq!(made["KeyMetadata"]["Arn"], arn.as_str());
    let shouted = arn.replace("cn-beijing", "CN-BEIJING");
    for name in [&key, &arn, &shouted] {
        within("cN-bEIJING").call("DescribeKey", &[("KeyId", name)]).ok();
        within("cn-shanghai")
            .call("DescribeKey", &[("KeyId", name)])
            .refused(404, "Forbidden.KeyNotFound");
    }
    within("CN-HANGZHOU")
        .call("DescribeKey", &[("KeyId", &key)])
        .refused(404, "Forbidden.KeyNotFound");
    // A region that the cloud does not list is served.
    let far = within("Mars-1").create_key(&[]);
    within("mars-1").call("DescribeKey", &[("KeyId", &far)]).ok();
    let there = control(server.address, "GET", "state?region=MARS-1", &serde_json::Value::Null);
    assert_eq!(there.status, 200);
    assert!(there.text.contains(&far) && !there.text.contains(&key), "{there:?}");
}
