//! Every field of a seed has its effect on the wire.

use serde_json::{Value, json};

use super::{realm, seeded};
use crate::alibaba::certificates::{self, Authority};
use crate::kit::{Server, Setup, days};
use crate::state::import;

fn metadata(server: &Server, key: &str) -> Value {
    server.client().call("DescribeKey", &[("KeyId", key)]).ok()["KeyMetadata"].clone()
}

/// Seeds have their own words for specs and origins. The clouds' own words mean the same.
#[test]
fn the_words_of_a_cloud_are_accepted() {
    let server = seeded(&realm(
        "    keys:
      - { id: kept, spec: Aliyun_AES_192, origin: Aliyun_KMS }
      - { id: brought, spec: Aliyun_SM4, origin: EXTERNAL }
",
    ));
    for (key, spec, origin) in
        [("kept", "Aliyun_AES_192", "Aliyun_KMS"), ("brought", "Aliyun_SM4", "EXTERNAL")]
    {
        let key = metadata(&server, key);
        assert_eq!([&key["KeySpec"], &key["Origin"]], [spec, origin]);
    }
}

#[test]
fn every_field_of_a_key_is_applied() {
    let server = seeded(&realm(
        "    region: cn-hangzhou
    cloud: alibaba
    keys:
      - id: first
        ordinal: 7
        spec: SM4
        usage: ENCRYPT/DECRYPT
        origin: KMS
        protection_level: HSM
        description: \"all of it\"
        creator: somebody
        creator_type: User
        created_at: 2021-02-03T04:05:06Z
        instance: kst-1
        state: Disabled
        deletion_protection: for a reason
        rotation: { interval: 30d, next: \"{{now + 10d}}\" }
        aliases: [alias/one, alias/two]
        tags: { team: a, empty: '' }
        policy: '{\"Version\":\"1\"}'
        versions:
          - id: 00000000-0000-4000-8000-000000000001
            created_at: 2021-02-03T04:05:06Z
            material: 0123456789abcdeffedcba9876543210
          - id: 00000000-0000-4000-8000-000000000002
            material: ASNFZ4mrze/+3LqYdlQyEA==
      - id: leaving
        ordinal: 3
        state: PendingDeletion
        delete_at: {{now + 3d}}
",
    ));
    let key = metadata(&server, "first");
    for (field, value) in [
        ("KeySpec", "Aliyun_SM4"),
        ("KeyUsage", "ENCRYPT/DECRYPT"),
        ("Origin", "Aliyun_KMS"),
        ("ProtectionLevel", "HSM"),
        ("Description", "all of it"),
        ("Creator", "somebody"),
        ("CreationDate", "2021-02-03T04:05:06Z"),
        ("KeyState", "Disabled"),
        ("DeletionProtection", "Enabled"),
        ("DeletionProtectionDescription", "for a reason"),
        ("AutomaticRotation", "Suspended"),
        ("RotationInterval", "2592000s"),
        ("LastRotationDate", "2029-12-12T00:00:00Z"),
        ("PrimaryKeyVersion", "00000000-0000-4000-8000-000000000002"),
        ("DKMSInstanceId", "kst-1"),
    ] {
        assert_eq!(key[field], value, "{field}: {key}");
    }
    let client = server.client();
    let bound = client.call("ListAliasesByKeyId", &[("KeyId", "first")]).ok();
    assert_eq!(bound["TotalCount"], 2);
    let tags = client.call("ListResourceTags", &[("KeyId", "first")]).ok();
    assert_eq!(
        tags["Tags"]["Tag"][1],
        json!({"KeyId": "first", "TagKey": "team", "TagValue": "a"})
    );
    let policy = client.call("GetKeyPolicy", &[("KeyId", "first"), ("PolicyName", "default")]).ok();
    assert_eq!(policy["Policy"], "{\"Version\":\"1\"}");
    // Keys are listed by their ordinals.
    let keys = client.call("ListKeys", &[]).ok();
    assert_eq!(keys["Keys"]["Key"][0]["KeyId"], "leaving", "3 comes before 7");
    let leaving = metadata(&server, "leaving");
    assert_eq!(
        (&leaving["KeyState"], &leaving["DeleteDate"]),
        (&json!("PendingDeletion"), &json!("2030-01-04T00:00:00Z"))
    );
    server.advance(days(3));
    client.call("DescribeKey", &[("KeyId", "leaving")]).refused(404, "Forbidden.KeyNotFound");
    // When it is enabled again, it rotates at the time from the seed.
    client.call("EnableKey", &[("KeyId", "first")]).ok();
    assert_eq!(metadata(&server, "first")["NextRotationDate"], "2030-01-11T00:00:00Z");
    server.advance(days(7));
    assert_eq!(client.call("ListKeyVersions", &[("KeyId", "first")]).ok()["TotalCount"], 3);
}

#[test]
fn missing_fields_have_the_same_defaults_in_every_run() {
    let text = realm("    keys:\n      - id: plain\n      - id: pair\n        spec: EC_P256\n");
    let [one, other] = [seeded(&text), seeded(&text)];
    let key = metadata(&one, "plain");
    for (field, value) in [
        ("KeySpec", "Aliyun_AES_256"),
        ("KeyUsage", "ENCRYPT/DECRYPT"),
        ("ProtectionLevel", "SOFTWARE"),
        ("Creator", "1000000000000001"),
        ("CreationDate", "2030-01-01T00:00:00Z"),
        ("KeyState", "Enabled"),
        ("AutomaticRotation", "Disabled"),
        ("DeletionProtection", "Disabled"),
        ("Arn", "acs:kms:cn-hangzhou:1000000000000001:key/plain"),
    ] {
        assert_eq!(key[field], value, "{field}: {key}");
    }
    assert_eq!(metadata(&one, "pair")["KeyUsage"], "SIGN/VERIFY");
    assert_eq!(metadata(&other, "plain")["PrimaryKeyVersion"], key["PrimaryKeyVersion"]);
    one.client().call("Encrypt", &[("KeyId", "plain"), ("Plaintext", "aGk=")]).ok();
}

#[test]
fn imported_material_expires_and_can_only_be_imported_again_unchanged() {
    let material = "0101010101010101010101010101010101010101010101010101010101010101";
    let server = seeded(&realm(&format!(
        "    keys:
      - id: mine
        origin: EXTERNAL
        versions: [{{ material: {material}, expires_at: '{{{{now + 1d}}}}' }}]
      - {{ id: to-come, origin: EXTERNAL, state: PendingImport, protection_level: HSM }}
      - {{ id: off, origin: EXTERNAL, state: Disabled, material: {material} }}
"
    )));
    assert_eq!(metadata(&server, "mine")["MaterialExpireTime"], "2030-01-02T00:00:00Z");
    assert_eq!(metadata(&server, "to-come")["KeyState"], "PendingImport");
    assert_eq!(metadata(&server, "off")["KeyState"], "Disabled");
    server.advance(days(1));
    assert_eq!(metadata(&server, "mine")["KeyState"], "PendingImport");
    crate::alibaba::import::ticket(&server.client(), "to-come", crate::alibaba::import::SM2);
}

#[test]
fn every_field_of_a_secret_is_applied() {
    let server = seeded(&realm(
        "    keys: [{ id: own, aliases: [alias/own] }]
    secrets:
      - name: app/full
        ordinal: 9
        type: Generic
        description: all of it
        created_at: 2021-02-03T04:05:06Z
        updated_at: 2022-02-03T04:05:06Z
        encryption_key_id: own
        instance: kst-1
        tags: { a: b }
        policy: '{\"Version\":\"1\"}'
        versions:
          - { id: old, number: 2, created_at: 2021-02-03T04:05:06Z, value: one, stages: [] }
          - { id: new, number: 5, value: two, stages: [ACSCurrent, mine] }
          - { id: bytes, value_base64: c29tZQ==, binary: true, stages: [ACSPrevious] }
      - name: app/short
        value: |
          two
          lines
      - name: leaving
        value: x
        delete_at: {{now + 2d}}
      - name: RdsSecret/one
        type: Rds
        extended_config: '{\"SecretSubType\":\"SingleUser\",\"DBInstanceId\":\"rm-1\",\"CustomData\":{}}'
        rotation: { interval: 7d, next: '{{now + 3d}}' }
        value: '{\"AccountName\":\"app\",\"AccountPassword\":\"first\"}'
      - name: RdsSecret/stuck
        type: Rds
        extended_config: '{\"SecretSubType\":\"SingleUser\",\"DBInstanceId\":\"rm-1\",\"CustomData\":{}}'
        rotation: { interval: 7d, last: '{{now - 3d}}', failed: true, requested: ['{{now - 1m}}'] }
        value: '{\"AccountName\":\"app\",\"AccountPassword\":\"first\"}'
",
    ));
    let client = server.client();
    let get = |more: &[(&str, &str)]| {
        client.call("GetSecretValue", &[&[("SecretName", "app/full")], more].concat()).ok()
    };
    let current = get(&[]);
    assert_eq!((&current["SecretData"], &current["VersionId"]), (&json!("two"), &json!("new")));
    assert_eq!(current["CreateTime"], "2021-02-03T04:05:06Z");
    assert_eq!(get(&[("VersionStage", "mine")])["SecretData"], "two");
    let bytes = get(&[("VersionStage", "ACSPrevious")]);
    assert_eq!(
        (&bytes["SecretData"], &bytes["SecretDataType"]),
        (&json!("some"), &json!("binary"))
    );
    assert_eq!(get(&[("VersionId", "old")])["SecretData"], "one");
    let described =
        client.call("DescribeSecret", &[("SecretName", "app/full"), ("FetchTags", "true")]).ok();
    for (field, value) in [
        ("Description", "all of it"),
        ("CreateTime", "2021-02-03T04:05:06Z"),
        ("UpdateTime", "2022-02-03T04:05:06Z"),
        ("EncryptionKeyId", "own"),
        ("DKMSInstanceId", "kst-1"),
        ("SecretType", "Generic"),
    ] {
        assert_eq!(described[field], value, "{field}: {described}");
    }
    assert_eq!(described["Tags"]["Tag"][0]["TagValue"], "b");
    let policy = client
        .call("GetSecretPolicy", &[("SecretName", "app/full"), ("PolicyName", "default")])
        .ok();
    assert_eq!(policy["Policy"], "{\"Version\":\"1\"}");
    let short = client.call("GetSecretValue", &[("SecretName", "app/short")]).ok();
    assert_eq!((&short["SecretData"], &short["VersionId"]), (&json!("two\nlines\n"), &json!("v1")));
    let describe = |name: &str| client.call("DescribeSecret", &[("SecretName", name)]).ok();
    assert_eq!(describe("leaving")["PlannedDeleteTime"], "2030-01-03T00:00:00Z");
    assert_eq!(describe("RdsSecret/one")["NextRotationDate"], "2030-01-04T00:00:00Z");
    let stuck = describe("RdsSecret/stuck");
    assert_eq!(
        (&stuck["AutomaticRotation"], &stuck["LastRotationDate"]),
        (&json!("Invalid"), &json!("2029-12-29T00:00:00Z"))
    );
    server.advance(days(3));
    let rotated = describe("RdsSecret/one");
    assert_eq!(rotated["LastRotationDate"], "2030-01-04T00:00:00Z", "{rotated}");
    client
        .call("DescribeSecret", &[("SecretName", "leaving")])
        .refused(404, "Forbidden.ResourceNotFound");
    // For secrets without a key, the service's key was created.
    client.call("DescribeKey", &[("KeyId", "alias/acs/secretsmanager")]).ok();
}

#[test]
fn every_field_of_a_certificate_is_applied() {
    // A certificate with its private key, issued elsewhere.
    let elsewhere = Authority::new("EC_P256");
    elsewhere.openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out leaf.key");
    elsewhere.openssl.run("req -new -key leaf.key -subj /CN=seeded/O=Example/C=CN -out leaf.csr");
    let read = |name: &str| String::from_utf8(elsewhere.openssl.read(name)).unwrap();
    let issued = elsewhere.issue(&read("leaf.csr"));
    let lines = |text: &str| {
        text.replace("-----BEGIN", "          -----BEGIN").trim_end().replace('\n', "\n          ")
            + "\n"
    };
    let server = seeded(&realm(&format!(
        "    certificates:
      - id: theirs
        ordinal: 4
        spec: EC_P256
        protection_level: HSM
        exportable: true
        created_at: 2021-02-03T04:05:06Z
        updated_at: 2022-02-03T04:05:06Z
        tags: {{ a: b }}
        private_key: |
{}        certificate: |
{}        chain: |
{}      - id: pending
        subject: 'CN=to come,O=Example,C=CN'
        subject_alternative_names: [example.com]
      - {{ id: off, spec: EC_SM2, status: PENDING, subject: 'CN=off,O=Example,C=CN' }}
",
        lines(&read("leaf.key")),
        lines(&issued),
        lines(&elsewhere.root()),
    )));
    let client = server.client();
    let described = certificates::describe(&client, "theirs");
    for (field, value) in [
        ("Status", "ACTIVE"),
        ("KeySpec", "EC_P256"),
        ("ProtectionLevel", "HSM"),
        ("CreatedAt", "2021-02-03T04:05:06Z"),
        ("UpdatedAt", "2022-02-03T04:05:06Z"),
    ] {
        assert_eq!(described[field], value, "{field}: {described}");
    }
    assert!(described["Subject"].as_str().unwrap().contains("CN=seeded"), "{described}");
    certificates::sign(&client, "theirs").ok();
    assert_eq!(certificates::status_of(&client, "pending"), "PENDING");
    assert_eq!(certificates::status_of(&client, "off"), "PENDING");
    let text = crate::state::export(&server, "");
    assert!(text.contains("BEGIN CERTIFICATE REQUEST"), "{text}");
    crate::state::import(&server, "", &text).ok();
    assert_eq!(crate::state::export(&server, ""), text);
}

#[test]
fn another_cloud_can_be_seeded() {
    let server = Server::with(Setup {
        seeds: &[
            "realms: [{ account: '7', cloud: kingsoft, keys: [{ id: theirs, name: a name, aliases: [] }] }]",
        ],
        ..Setup::default()
    });
    let text = crate::state::export(&server, "");
    for said in ["cloud: kingsoft", "region: cn-beijing-6", "name: a name"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    crate::state::import(&server, "", &text).ok();
    assert_eq!(crate::state::export(&server, ""), text);
    let secret = "realms: [{ account: '7', cloud: kingsoft, secrets: [{ name: s, value: x }] }]";
    assert_eq!(crate::state::import(&server, "", secret).status, 400, "it has no secrets");
    let pair = "realms: [{ account: '7', cloud: kingsoft, keys: [{ id: pair, spec: EC_P256 }] }]";
    assert_eq!(crate::state::import(&server, "", pair).status, 400, "it has no pairs");
}

#[test]
fn accounts_have_the_format_of_an_accounts_file() {
    let accounts = "accounts:
  - id: '7'
    status: not-opened
    access_keys: [{ id: seven, secret: s }]
  - { id: '8', quotas: { keys: 1 }, access_keys: [{ id: eight, secret: s }, { id: off, secret: s, disabled: true }] }
realms:
  - { account: '7', region: '', subscribed_at: '{{now - 1d}}' }
  - { account: '8', region: cn-beijing, keys: [{ id: only }] }
";
    let server = Server::with(Setup { seeds: &[accounts], ..Setup::default() });
    server.client_as("seven", "s").call("ListKeys", &[]).ok();
    let eight = server.client_as("eight", "s").with("RegionId", "cn-beijing");
    eight.call("CreateKey", &[]).refused(400, "Rejected.LimitExceeded");
    server.client_as("off", "s").call("ListKeys", &[]).refused(403, "Forbidden.AccessKey");
    // With custom accounts, the default access key does not exist.
    assert_eq!(server.client().call("ListKeys", &[]).status, 404);
}

/// Twice as many take twice as long, not four times: a minute would not do for these.
#[test]
fn long_lists_take_time_in_proportion() {
    use std::fmt::Write;

    const MANY: u32 = 20_000;
    let mut text = realm("    keys:\n      - id: first\n        aliases:\n");
    for number in 0..MANY {
        writeln!(text, "          - alias/{number}").unwrap();
    }
    text += "        versions:\n";
    for number in 0..MANY {
        writeln!(text, "          - id: 00000000-0000-4000-8000-{number:012}").unwrap();
    }
    text +=
        "    secrets:\n      - name: first\n        encryption_key_id: first\n        versions:\n";
    for number in 0..MANY {
        writeln!(text, "          - {{ id: v{number}, value: a }}").unwrap();
    }
    let server = Server::start();
    let counts = import(&server, "", &text).ok();
    assert_eq!([&counts["keys"], &counts["secrets"]], [1, 1]);
}
