//! Mistakes in managed secrets: each is refused with the name of the parameter.

use super::{
    DOUBLE, LOGIN, POLARDB, RAM, REDIS, SAMPLES, SINGLE, SSH, Sample, create, described, made,
    rotate, rotating, set_policy,
};
use crate::kit::{Server, days};

/// A configuration with one field set to this JSON, or removed.
fn with(config: &str, field: &str, json: Option<&str>) -> String {
    let mut config: serde_json::Value = serde_json::from_str(config).unwrap();
    let object = config.as_object_mut().unwrap();
    object.remove(field);
    if let Some(json) = json {
        object.insert(field.to_owned(), serde_json::from_str(json).unwrap());
    }
    config.to_string()
}

/// Checks that this parameter makes the sample fail, and that nothing was created.
#[track_caller]
fn refused(server: &Server, sample: &Sample, name: &str, value: &str) {
    let client = server.client();
    let answer = create(&client, sample, &[(name, value)]);
    assert_eq!(answer.status, 400, "{}: {name} = {value:.99}: {answer:?}", sample.kind);
    answer.refused_parameter(name);
    assert_eq!(client.call("ListSecrets", &[]).ok()["TotalCount"], 0);
}

#[test]
fn each_type_has_its_names() {
    let server = Server::start();
    let client = server.client();
    let long = |start: &str, length: usize| format!("{start:x<length$}");
    for sample in [SINGLE, DOUBLE, REDIS, POLARDB] {
        for bad in [
            "acs/x",
            "acs/ecs/x",
            "acs/ram/user/x",
            "$Auto",
            "a b",
            "a:b",
            "a*",
            "\u{e9}",
            &long("", 193),
        ] {
            refused(&server, &sample, "SecretName", bad);
        }
    }
    for bad in
        ["web", "ecs/web", "acs/web", "ACS/ecs/web", "$Auto", "acs/ecs/a b", &long("acs/ecs/", 193)]
    {
        refused(&server, &LOGIN, "SecretName", bad);
        refused(&server, &SSH, "SecretName", bad);
    }
    for bad in ["jo", "acs/ram/user/jo", "$auto", "Auto", " $Auto"] {
        refused(&server, &RAM, "SecretName", bad);
    }
    for (sample, start) in [(SINGLE, ""), (LOGIN, "acs/ecs/")] {
        let longest = long(start, 192);
        assert_eq!(made(&client, &sample, &[("SecretName", &longest)]), longest);
    }
    assert_eq!(made(&client, &REDIS, &[("SecretName", "acs")]), "acs");
}

#[test]
fn missing_parameters_are_named() {
    let server = Server::start();
    let client = server.client();
    for sample in &SAMPLES {
        for name in ["SecretName", "SecretData", "VersionId", "ExtendedConfig"] {
            let message = create(&client, sample, &[(name, "")]).refused(400, "MissingParameter");
            assert_eq!(message, format!("The parameter \"{name}\" is needed but not provided."));
        }
        let message = create(&client, sample, &[("EnableAutomaticRotation", "true")])
            .refused(400, "MissingParameter");
        assert!(message.contains("\"RotationInterval\""), "{message}");
    }
    assert_eq!(client.call("ListSecrets", &[]).ok()["TotalCount"], 0);
}

#[test]
fn every_type_requires_text() {
    let server = Server::start();
    for sample in &SAMPLES {
        for bad in ["binary", "Text", "json"] {
            refused(&server, sample, "SecretDataType", bad);
        }
    }
    create(&server.client(), &SINGLE, &[("SecretDataType", "text")]).ok();
}

#[test]
fn types_versions_and_switches_are_checked() {
    let server = Server::start();
    for sample in &SAMPLES {
        for bad in ["rds", "RDS", "RAM", "Ecs", "Oracle"] {
            refused(&server, sample, "SecretType", bad);
        }
        refused(&server, sample, "VersionId", &"v".repeat(65));
        refused(&server, sample, "EnableAutomaticRotation", "yes");
    }
    create(&server.client(), &SINGLE, &[("VersionId", &"v".repeat(64))]).ok();
}

#[test]
fn configurations_have_the_fields_of_their_types() {
    let server = Server::start();
    let required: [(Sample, &[&str]); 7] = [
        (SINGLE, &["SecretSubType", "DBInstanceId"]),
        (DOUBLE, &["SecretSubType", "DBInstanceId"]),
        (RAM, &["SecretSubType", "UserName"]),
        (LOGIN, &["SecretSubType", "RegionId", "InstanceId"]),
        (SSH, &["SecretSubType", "RegionId", "InstanceId"]),
        (
            REDIS,
            &[
                "SecretSubType",
                "AccountName",
                "CloneAccountName",
                "AccountPrivilege",
                "InstanceId",
                "RegionId",
            ],
        ),
        (POLARDB, &["SecretSubType", "RegionId", "DBClusterId", "DBType", "AccountName"]),
    ];
    for (sample, fields) in required {
        for field in fields {
            for json in [None, Some("\"\""), Some("1"), Some("null"), Some("{}"), Some("[\"x\"]")] {
                refused(&server, &sample, "ExtendedConfig", &with(sample.config, field, json));
            }
        }
        for text in
            ["{}", "[]", "null", "\"{}\"", "{", "SingleUser", &format!("{}x", sample.config)]
        {
            refused(&server, &sample, "ExtendedConfig", text);
        }
    }
}

#[test]
fn configurations_have_the_words_of_their_types() {
    let server = Server::start();
    let eleven: Vec<_> = (0..11).map(|at| format!("\"k{at}\":\"v\"")).collect();
    let eleven = format!("{{{}}}", eleven.join(","));
    for (sample, field, words) in [
        (SINGLE, "SecretSubType", &["singleuser", "Single", "Password", "RamUserAccessKey"][..]),
        (RAM, "SecretSubType", &["SingleUser", "AccessKey", "RamUserAccesskey"]),
        (RAM, "UserName", &["jo doe", "jo:doe", "\u{e9}"]),
        (LOGIN, "SecretSubType", &["password", "SshKey", "SSHkey", "DoubleUsers"]),
        (REDIS, "SecretSubType", &["SingleUser", "doubleusers"]),
        (REDIS, "CloneAccountName", &["app", "app_copy", "app_clone2"]),
        (REDIS, "AccountName", &["other"]),
        (POLARDB, "SecretSubType", &["SingleUser"]),
        (POLARDB, "DBType", &["mysql", "Oracle"]),
        (POLARDB, "CloneAccountName", &["app"]),
        (POLARDB, "AccountType", &["Super"]),
    ] {
        for word in words {
            let json = serde_json::to_string(word).unwrap();
            refused(&server, &sample, "ExtendedConfig", &with(sample.config, field, Some(&json)));
        }
    }
    for sample in &SAMPLES {
        for json in ["\"{}\"", "[]", "1", r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":{}}"#, &eleven] {
            refused(
                &server,
                sample,
                "ExtendedConfig",
                &with(sample.config, "CustomData", Some(json)),
            );
        }
        refused(&server, sample, "ExtendedConfig", &format!("{:<1025}", sample.config));
    }
    let longest = "x".repeat(192 - "acs/ram/user/".len() + 1);
    let longest = serde_json::to_string(&longest).unwrap();
    refused(&server, &RAM, "ExtendedConfig", &with(RAM.config, "UserName", Some(&longest)));
}

#[test]
fn values_have_the_formats_of_their_types() {
    let server = Server::start();
    let one = SINGLE.data;
    let account = one.strip_prefix("{\"Accounts\":[").unwrap().strip_suffix("]}").unwrap();
    let three = DOUBLE.data.replace("]}", r#",{"AccountName":"c","AccountPassword":"p"}]}"#);
    let keys = |ids: &[&str]| {
        let key = |id: &&str| format!(r#"{{"AccessKeyId":"{id}","AccessKeySecret":"s"}}"#);
        format!(r#"{{"AccessKeys":[{}]}}"#, ids.iter().map(key).collect::<Vec<_>>().join(","))
    };
    let public = "ssh-ed25519 AAAA";
    let cases: [(Sample, Vec<String>); 6] = [
        (
            SINGLE,
            vec![
                DOUBLE.data.into(),
                one.replace("app", ""),
                one.replace("first", ""),
                account.into(),
            ],
        ),
        (
            DOUBLE,
            vec![DOUBLE.data.replace("other", "app"), DOUBLE.data.replace("second", ""), three],
        ),
        (
            RAM,
            vec![
                keys(&[]),
                keys(&["i", "i"]),
                keys(&["i", "j", "k"]),
                keys(&[""]),
                RAM.data.replace("hidden", ""),
            ],
        ),
        (
            LOGIN,
            vec![SSH.data.into(), LOGIN.data.replace("root", ""), LOGIN.data.replace("first", "")],
        ),
        (
            SSH,
            vec![
                LOGIN.data.into(),
                SSH.data.replace("root", ""),
                SSH.data.replace("ssh-ed25519 AAAA", "ssh-rsa AAAA"),
                SSH.data.replace(public, "ssh-ed25519 "),
                SSH.data.replace(" jo doe", r"\nssh-ed25519 AAAA"),
                SSH.data.replace("BEGIN PRIVATE KEY", "BEGIN PUBLIC KEY"),
                SSH.data.replace(r"\nAAAA\n", r"\n"),
                SSH.data.replace(r"\nAAAA\n", r"\n****\n"),
            ],
        ),
        (REDIS, vec![one.into(), "$auto".into(), "Auto".into(), "$Auto ".into()]),
    ];
    for (sample, values) in cases {
        for value in values {
            refused(&server, &sample, "SecretData", &value);
        }
    }
    for sample in &SAMPLES {
        for value in [
            "x",
            "{",
            "{}",
            "[]",
            "null",
            r#"{"Accounts":{}}"#,
            r#"{"Accounts":[]}"#,
            r#"{"AccessKeys":[1]}"#,
        ] {
            refused(&server, sample, "SecretData", value);
        }
        if !sample.data.starts_with('$') {
            refused(&server, sample, "SecretData", "$Auto");
            refused(&server, sample, "SecretData", &format!("{:<30721}", sample.data));
            let name = made(
                &server.client(),
                sample,
                &[("SecretData", &format!("{:<30720}", sample.data))],
            );
            let gone = [("SecretName", &*name), ("ForceDeleteWithoutRecovery", "true")];
            server.client().call("DeleteSecret", &gone).ok();
        }
    }
    refused(&server, &POLARDB, "SecretData", one);
}

#[test]
fn keys_that_cannot_encrypt_are_refused() {
    let server = Server::start();
    let client = server.client();
    let [off, leaving] = [client.create_key(&[]), client.create_key(&[])];
    client.call("DisableKey", &[("KeyId", &off)]).ok();
    client.call("ScheduleKeyDeletion", &[("KeyId", &leaving), ("PendingWindowInDays", "7")]).ok();
    let pair = client.create_key(&[("KeySpec", "EC_P256")]);
    let awaiting = client.create_key(&[("Origin", "EXTERNAL")]);
    for sample in &SAMPLES {
        for (key, status, code) in [
            (&off, 409, "Rejected.Disabled"),
            (&leaving, 409, "Rejected.PendingDeletion"),
            (&awaiting, 409, "Rejected.PendingImport"),
            (&pair, 400, "UnsupportedOperation"),
            (&"alias/none".to_owned(), 404, "Forbidden.AliasNotFound"),
            (&"00aa68af-2c02-4f68-95fe-3435d3301234".to_owned(), 404, "Forbidden.KeyNotFound"),
        ] {
            create(&client, sample, &[("EncryptionKeyId", key)]).refused(status, code);
        }
    }
    server.advance(days(7));
    create(&client, &SINGLE, &[("EncryptionKeyId", &leaving)])
        .refused(404, "Forbidden.KeyNotFound");
    assert_eq!(client.call("ListSecrets", &[]).ok()["TotalCount"], 0);
}

#[test]
fn the_rotation_actions_name_the_wrong_parameter() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SINGLE, &[]);
    let missing = |answer: crate::kit::Answer, name: &str| {
        let message = answer.refused(400, "MissingParameter");
        assert_eq!(message, format!("The parameter \"{name}\" is needed but not provided."));
    };
    missing(rotate(&client, "", "v2"), "SecretName");
    missing(rotate(&client, &name, ""), "VersionId");
    rotate(&client, "a b", "v2").refused_parameter("SecretName");
    for bad in [&*"v".repeat(65), "a\nb"] {
        rotate(&client, &name, bad).refused_parameter("VersionId");
    }
    missing(set_policy(&client, "", "true", "7d"), "SecretName");
    missing(set_policy(&client, &name, "true", ""), "RotationInterval");
    set_policy(&client, "a b", "true", "7d").refused_parameter("SecretName");
    for word in ["yes", "1", "on"] {
        set_policy(&client, &name, word, "7d").refused_parameter("EnableAutomaticRotation");
    }
    for answer in [rotate(&client, "none", "v2"), set_policy(&client, "none", "true", "7d")] {
        assert_eq!(answer.refused(404, "Forbidden.ResourceNotFound"), "Resource not found.");
    }
}

#[test]
fn a_policy_requires_the_switch() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &SINGLE, "7d");
    let before = described(&client, &name);
    for params in
        [&[("SecretName", &*name)][..], &[("SecretName", &name), ("RotationInterval", "30d")]]
    {
        let answer = client.call("UpdateSecretRotationPolicy", params);
        let message = answer.refused(400, "MissingParameter");
        assert_eq!(
            message,
            "The parameter \"EnableAutomaticRotation\" is needed but not provided."
        );
    }
    assert_eq!(described(&client, &name), before);
}
