//! Realms do not see each other's secrets; and the calls of a declarative client.

use serde_json::json;

use super::{create, get, not_found, put, versions, with_name};
use crate::kit::{Client, Server, Setup};

const ACCOUNTS: &str = "accounts:
  - { id: \"1000000000000001\", access_keys: [{ id: testid, secret: testsecret }] }
  - { id: \"1000000000000002\", access_keys: [{ id: second, secret: s }] }
";

#[test]
fn regions_and_accounts_have_separate_secrets() {
    let server = Server::with(Setup { accounts: Some(ACCOUNTS), ..Setup::default() });
    let here = server.client();
    let elsewhere = here.clone().with("RegionId", "cn-beijing");
    let second = server.client_as("second", "s");
    let key = here.create_key(&[]);
    create(&here, "s", &[("EncryptionKeyId", &key)]).ok();
    for other in [&elsewhere, &second] {
        not_found(&get(other, "s", &[]));
        not_found(&with_name(other, "DescribeSecret", "s"));
        not_found(&with_name(other, "DeleteSecret", "s"));
        not_found(&put(other, "s", "v2", "two", &[]));
        assert_eq!(other.call("ListSecrets", &[]).ok()["SecretList"], json!({ "Secret": [] }));
        let arn = format!("acs:kms:cn-hangzhou:1000000000000001:key/{key}");
        for named in [&key, &arn] {
            create(other, "t", &[("EncryptionKeyId", named)]).refused(404, "Forbidden.KeyNotFound");
        }
    }
    // The same name, version and parameters, each with its own value and key.
    create(&elsewhere, "s", &[("SecretData", "north")]).ok();
    create(&second, "s", &[("SecretData", "theirs")]).ok();
    let all = [(&here, "one"), (&elsewhere, "north"), (&second, "theirs")];
    for (client, data) in all {
        assert_eq!(get(client, "s", &[]).ok()["SecretData"], data);
    }
    let arn = |client: &Client| with_name(client, "DescribeSecret", "s").ok()["Arn"].clone();
    assert_eq!(arn(&elsewhere), "acs:kms:cn-beijing:1000000000000001:secret/s");
    assert_eq!(arn(&second), "acs:kms:cn-hangzhou:1000000000000002:secret/s");
    here.call("DeleteSecret", &[("SecretName", "s"), ("ForceDeleteWithoutRecovery", "true")]).ok();
    not_found(&get(&here, "s", &[]));
    put(&elsewhere, "s", "v2", "south", &[]).ok();
    assert_eq!(get(&second, "s", &[]).ok()["SecretData"], "theirs");
    assert_eq!(versions(&second, "s"), ["v1 ACSCurrent"]);
}

#[test]
fn a_declarative_client_finds_what_it_declared() {
    let server = Server::start();
    let client = server.client();
    let name = ("SecretName", "tf");
    let read = || {
        let described = client.call("DescribeSecret", &[name, ("FetchTags", "true")]).ok();
        // Each of these would make the client replace the secret.
        for field in ["EncryptionKeyId", "ExtendedConfig", "DKMSInstanceId", "RotationInterval"] {
            assert!(described.get(field).is_none(), "{field}");
        }
        let value = get(&client, "tf", &[]).ok();
        let tags = client
            .call("ListTagResources", &[("ResourceType", "secret"), ("ResourceId.1", "tf")])
            .ok();
        (described, value, tags["TagResources"]["TagResource"].clone())
    };
    // What it sends, including empty values.
    let declared = [
        ("SecretDataType", "text"),
        ("SecretType", "Generic"),
        ("EnableAutomaticRotation", "false"),
        ("Description", ""),
        ("EncryptionKeyId", ""),
        ("Tags", r#"[{"TagKey":"Created","TagValue":"TF"}]"#),
    ];
    create(&client, "tf", &declared).ok();
    let (described, value, tags) = read();
    assert_eq!([&described["SecretType"], &described["Description"]], ["Generic", ""]);
    assert_eq!(
        [&value["SecretData"], &value["VersionId"], &value["SecretDataType"]],
        ["one", "v1", "text"]
    );
    assert_eq!(value["VersionStages"], json!({ "VersionStage": ["ACSCurrent"] }));
    assert_eq!(tags[0]["TagKey"], "Created");

    client.call("UpdateSecret", &[name, ("Description", "changed")]).ok();
    // It puts the existing version again, and then a new one.
    put(&client, "tf", "v1", "one", &[("VersionStages", r#"["ACSCurrent"]"#)]).ok();
    let stages = [("VersionStages", r#"["ACSCurrent"]"#), ("SecretDataType", "text")];
    put(&client, "tf", "v2", "two", &stages).ok();
    let kind = [("ResourceType", "secret"), ("ResourceId.1", "tf")];
    client.call("UntagResources", &[kind[0], kind[1], ("TagKey.1", "Created")]).ok();
    client
        .call("TagResources", &[kind[0], kind[1], ("Tag.1.Key", "For"), ("Tag.1.Value", "test")])
        .ok();
    let (described, value, tags) = read();
    assert_eq!(described["Description"], "changed");
    assert_eq!([&value["SecretData"], &value["VersionId"]], ["two", "v2"]);
    assert_eq!((&tags[0]["TagKey"], tags.as_array().unwrap().len()), (&json!("For"), 1));

    let gone = [name, ("ForceDeleteWithoutRecovery", "true"), ("RecoveryWindowInDays", "30")];
    client.call("DeleteSecret", &gone).ok();
    not_found(&with_name(&client, "DescribeSecret", "tf"));
    not_found(&client.call("DeleteSecret", &gone));
    create(&client, "tf", &declared).ok();
    assert_eq!(versions(&client, "tf"), ["v1 ACSCurrent"]);
}
