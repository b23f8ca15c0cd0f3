//! Creating and describing managed secrets.

use serde_json::{Value, json};

use super::{
    DOUBLE, LOGIN, POLARDB, RAM, REDIS, SAMPLES, SINGLE, SSH, Sample, create, current, described,
    fields, generic, get, made, on, previous, rotate, staged, text, versions,
};
use crate::kit::{Client, START, Server};

const ROTATES: [(&str, &str); 2] =
    [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];

fn name_of(sample: &Sample) -> &str {
    if sample.kind == "RAMCredentials" { "acs/ram/user/jo" } else { sample.name }
}

fn value(client: &Client, name: &str, more: &[(&str, &str)]) -> Value {
    client.call("GetSecretValue", &[&[("SecretName", name)], more].concat()).ok()
}

#[test]
fn every_type_is_created_and_described() {
    let server = Server::start();
    let client = server.client();
    for sample in &SAMPLES {
        let made = create(&client, sample, &[]).ok();
        let name = name_of(sample);
        assert_eq!(made["SecretName"], name);
        assert_eq!(made["SecretType"], sample.kind);
        assert_eq!(made["VersionId"], "v1");
        assert_eq!(made["Arn"], format!("acs:kms:cn-hangzhou:1000000000000001:secret/{name}"));
        assert_eq!(made["AutomaticRotation"], "Disabled");
        assert_eq!(made["ExtendedConfig"], sample.config);
        let basic = ["Arn", "AutomaticRotation", "ExtendedConfig"];
        let expected =
            [&basic[..], &["RequestId", "SecretName", "SecretType", "VersionId"]].concat();
        assert_eq!(fields(&made), expected, "{sample:?}");

        let told = described(&client, name);
        assert_eq!(told["ExtendedConfig"], sample.config);
        assert_eq!((&told["CreateTime"], &told["UpdateTime"]), (&json!(START), &json!(START)));
        for same in ["Arn", "SecretName", "SecretType", "AutomaticRotation"] {
            assert_eq!(told[same], made[same], "{same}");
        }
        let expected = [
            "Arn",
            "AutomaticRotation",
            "CreateTime",
            "Description",
            "ExtendedConfig",
            "SecretName",
            "SecretType",
            "UpdateTime",
        ];
        assert_eq!(fields(&told), expected, "{sample:?}");

        let read = value(&client, name, &[]);
        let expected = [
            "AutomaticRotation",
            "CreateTime",
            "RequestId",
            "SecretData",
            "SecretDataType",
            "SecretName",
            "SecretType",
            "VersionId",
            "VersionStages",
        ];
        assert_eq!(fields(&read), expected, "{sample:?}");
        assert_eq!((&read["SecretDataType"], &read["VersionId"]), (&json!("text"), &json!("v1")));
        assert_eq!(read["VersionStages"], json!({ "VersionStage": ["ACSCurrent"] }));
        assert_eq!(
            (&read["SecretType"], &read["CreateTime"]),
            (&json!(sample.kind), &json!(START))
        );
    }
    let all = client.call("ListSecrets", &[("PageSize", "100")]).ok();
    assert_eq!(all["TotalCount"], SAMPLES.len());
}

#[test]
fn rotation_is_described_while_on_and_after_it_happened() {
    let server = Server::start();
    let client = server.client();
    for sample in &SAMPLES {
        let made = create(&client, sample, &ROTATES).ok();
        let name = name_of(sample);
        let told = described(&client, name);
        for it in [&made, &told, &value(&client, name, &[])] {
            assert_eq!(it["AutomaticRotation"], "Enabled");
            assert_eq!(it["RotationInterval"], "604800s");
            assert_eq!(it["NextRotationDate"], "2030-01-08T00:00:00Z");
            assert_eq!(it.get("LastRotationDate"), None);
        }
        if sample.name == SSH.name {
            continue;
        }
        rotate(&client, name, "v2").ok();
        for it in [described(&client, name), value(&client, name, &[])] {
            assert_eq!(it["LastRotationDate"], START);
            assert_eq!(it["NextRotationDate"], "2030-01-08T00:00:00Z");
        }
    }
}

#[test]
fn an_interval_alone_does_not_turn_rotation_on() {
    let server = Server::start();
    let client = server.client();
    for (at, (enable, interval)) in
        [("false", "7d"), ("", "7d"), ("false", "nonsense"), ("FALSE", "1s"), ("", "")]
            .into_iter()
            .enumerate()
    {
        let name = format!("s{at}");
        let policy = [("EnableAutomaticRotation", enable), ("RotationInterval", interval)];
        let made = create(&client, &SINGLE, &[policy[0], policy[1], ("SecretName", &name)]).ok();
        assert_eq!(made["AutomaticRotation"], "Disabled");
        assert_eq!((made.get("RotationInterval"), made.get("NextRotationDate")), (None, None));
    }
}

#[test]
fn the_configuration_is_read_with_the_value_on_request_only() {
    let server = Server::start();
    let client = server.client();
    generic(&client, "generic").ok();
    for sample in &SAMPLES {
        made(&client, sample, &[]);
        for (word, shown) in [("true", true), ("True", true), ("false", false), ("", false)] {
            let read = value(&client, name_of(sample), &[("FetchExtendedConfig", word)]);
            assert_eq!(
                read.get("ExtendedConfig"),
                shown.then(|| json!(sample.config)).as_ref(),
                "{word}"
            );
        }
    }
    let read = value(&client, "generic", &[("FetchExtendedConfig", "true")]);
    assert_eq!((read.get("ExtendedConfig"), read.get("AutomaticRotation")), (None, None));
    let bad = [("SecretName", "double"), ("FetchExtendedConfig", "yes")];
    client.call("GetSecretValue", &bad).refused_parameter("FetchExtendedConfig");
    let list = r#"[{"SecretName":"double","FetchExtendedConfig":true},{"SecretName":"generic"}]"#;
    let batch = client.call("BatchGetSecretValue", &[("SecretsList", list)]).ok();
    assert_eq!(batch["SecretValues"][0]["ExtendedConfig"], DOUBLE.config);
    assert_eq!(batch["SecretValues"][1].get("ExtendedConfig"), None);
}

#[test]
fn values_have_the_format_of_their_type() {
    let server = Server::start();
    let client = server.client();
    for (sample, expected) in [
        (&SINGLE, r#"{"AccountName":"app","AccountPassword":"first"}"#.to_owned()),
        (&DOUBLE, r#"{"AccountName":"app","AccountPassword":"first"}"#.to_owned()),
        (
            &RAM,
            format!(
                r#"{{"AccessKeyId":"LTAIfirst","AccessKeySecret":"hidden","GenerateTimestamp":"{START}"}}"#
            ),
        ),
        (&LOGIN, LOGIN.data.to_owned()),
        (&SSH, SSH.data.to_owned()),
    ] {
        let name = made(&client, sample, &[]);
        assert_eq!(text(&get(&client, &name, "ACSCurrent").ok(), "SecretData"), expected);
        assert_eq!(get(&client, &name, "").ok()["SecretData"], expected.as_str());
    }
    // The second account is the previous value; without one there is none.
    let second = previous(&client, DOUBLE.name).1;
    assert_eq!(second, json!({ "AccountName": "other", "AccountPassword": "second" }));
    for name in [SINGLE.name, "acs/ram/user/jo", LOGIN.name, SSH.name] {
        let message = get(&client, name, "ACSPrevious").refused(404, "Forbidden.ResourceNotFound");
        assert!(message.starts_with("Resource not found"), "{message}");
    }
    let keys = RAM.data.replace("]}", r#",{"AccessKeyId":"LTAIsecond","AccessKeySecret":"s"}]}"#);
    let two = RAM.config.replace("\"jo\"", "\"two\"");
    let name = made(&client, &RAM, &[("SecretData", &keys), ("ExtendedConfig", &two)]);
    assert_eq!(current(&client, &name).1["AccessKeyId"], "LTAIfirst");
    assert_eq!(previous(&client, &name).1["AccessKeyId"], "LTAIsecond");
}

#[test]
fn generated_accounts_come_in_pairs_and_are_not_in_the_answer() {
    let server = Server::start();
    let client = server.client();
    for sample in [&REDIS, &POLARDB] {
        let made = create(&client, sample, &[]);
        let [one, two] =
            ["ACSCurrent", "ACSPrevious"].map(|stage| staged(&client, sample.name, stage));
        assert_eq!((one.0.as_str(), &one.1["AccountName"]), ("v1", &json!("app")));
        assert_eq!(two.1["AccountName"], "app_clone");
        assert_ne!(two.0, "v1");
        for (_, value) in [&one, &two] {
            let password = text(value, "AccountPassword");
            assert!((8..=32).contains(&password.len()), "{password}");
            assert!(!made.text.contains(&password));
            assert_eq!(fields(value), ["AccountName", "AccountPassword"]);
        }
        let stages: Vec<_> =
            versions(&client, sample.name).into_iter().map(|(_, _, stages)| stages).collect();
        assert_eq!(stages, [["ACSPrevious"], ["ACSCurrent"]], "the current one is the newest");
    }
    let [redis, polardb] = [REDIS.name, POLARDB.name].map(|name| current(&client, name).1);
    assert_ne!(redis["AccountPassword"], polardb["AccountPassword"]);
}

#[test]
fn a_secret_is_named_after_its_user() {
    let server = Server::start();
    let client = server.client();
    let config = |user: &str| RAM.config.replace("\"jo\"", &format!("\"{user}\""));
    let longest = "x".repeat(192 - "acs/ram/user/".len());
    for user in ["jo", "jo.doe-1_x", "a@b", &longest] {
        let name = made(&client, &RAM, &[("ExtendedConfig", &config(user))]);
        assert_eq!(name, format!("acs/ram/user/{user}"));
        assert_eq!(described(&client, &name)["ExtendedConfig"], config(user));
    }
    create(&client, &RAM, &[]).refused(409, "Rejected.ResourceExist");
    on(&client, "DeleteSecret", "acs/ram/user/jo").ok();
    create(&client, &RAM, &[]).refused(409, "Rejected.ResourceInDeleteWindow");
}

#[test]
fn a_managed_secret_only_has_two_readable_stages() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &DOUBLE, &[]);
    rotate(&client, &name, "v2").ok();
    rotate(&client, &name, "v3").ok();
    for version in ["v1", "v2", "v3", "none"] {
        let read = value(&client, &name, &[("VersionId", version)]);
        assert_eq!(read["VersionId"], "v3", "the version is ignored");
        let read =
            value(&client, &name, &[("VersionId", version), ("VersionStage", "ACSPrevious")]);
        assert_eq!(read["VersionId"], "v2");
    }
    for stage in ["mine", "acscurrent", "ACSPending"] {
        get(&client, &name, stage).refused_parameter("VersionStage");
    }
    let put = [("SecretName", &*name), ("SecretData", "x"), ("VersionId", "v4")];
    client.call("PutSecretValue", &put).refused(400, "Rejected.UnsupportedOperation");
    let step = [("SecretName", &*name), ("VersionStage", "mine"), ("MoveToVersion", "v2")];
    client.call("UpdateSecretVersionStage", &step).refused(400, "Rejected.UnsupportedOperation");
    assert_eq!(current(&client, &name).0, "v3");
}

#[test]
fn the_key_is_described_if_it_was_named() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let tags = r#"[{"TagKey":"k","TagValue":"v"}]"#;
    let full = [
        ("EncryptionKeyId", &*key),
        ("Tags", tags),
        ("Description", "d"),
        ("DKMSInstanceId", "kst-1"),
    ];
    client.instance("kst-1");
    let made = create(&client, &SINGLE, &full).ok();
    assert_eq!(made["DKMSInstanceId"], "kst-1");
    let told =
        client.call("DescribeSecret", &[("SecretName", SINGLE.name), ("FetchTags", "true")]).ok();
    assert_eq!(told["EncryptionKeyId"], key.as_str());
    assert_eq!((&told["Description"], &told["DKMSInstanceId"]), (&json!("d"), &json!("kst-1")));
    assert_eq!(told["Tags"], json!({ "Tag": [{ "TagKey": "k", "TagValue": "v" }] }));
    assert_eq!(current(&client, SINGLE.name).1["AccountPassword"], "first");
}

#[test]
fn a_generic_secret_ignores_parameters_of_managed_ones() {
    let server = Server::start();
    let client = server.client();
    for (at, config) in [SINGLE.config, "{", "[]", "x", &"x".repeat(1024)].into_iter().enumerate() {
        let name = format!("g{at}");
        let base = [
            ("SecretName", &*name),
            ("SecretData", "any"),
            ("VersionId", "v1"),
            ("ExtendedConfig", config),
        ];
        let rotation = [("EnableAutomaticRotation", "true"), ("RotationInterval", "nonsense")];
        let made = client.call("CreateSecret", &[&base[..], &rotation].concat()).ok();
        assert_eq!(fields(&made), ["Arn", "RequestId", "SecretName", "SecretType", "VersionId"]);
        let told = described(&client, &name);
        for absent in
            ["AutomaticRotation", "ExtendedConfig", "NextRotationDate", "RotationInterval"]
        {
            assert_eq!(told.get(absent), None, "{absent}");
        }
    }
}
