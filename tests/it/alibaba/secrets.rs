//! Secrets: created, described, changed and read. The fields that are absent from an answer matter
//! as much as those that are present.

mod arn;
mod batch;
mod deletion;
mod keys;
mod listing;
mod model;
mod policies;
mod realms;
mod restart;
mod stages;
mod tags;
mod values;

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Answer, Client, START, Server, Setup};

/// Creates a secret whose version `v1` is `one`; `more` adds or replaces parameters.
fn create(client: &Client, name: &str, more: &[(&str, &str)]) -> Answer {
    let plain = [("SecretName", name), ("VersionId", "v1"), ("SecretData", "one")];
    client.call("CreateSecret", &[&plain, more].concat())
}

/// Writes another version.
fn put(client: &Client, name: &str, version: &str, data: &str, more: &[(&str, &str)]) -> Answer {
    let plain = [("SecretName", name), ("VersionId", version), ("SecretData", data)];
    client.call("PutSecretValue", &[&plain, more].concat())
}

/// Reads a value.
fn get(client: &Client, name: &str, more: &[(&str, &str)]) -> Answer {
    client.call("GetSecretValue", &[&[("SecretName", name)], more].concat())
}

/// Calls an action that only takes the secret's name.
fn with_name(client: &Client, action: &str, name: &str) -> Answer {
    client.call(action, &[("SecretName", name)])
}

/// Every version, newest first, each with its stages: `v2 ACSCurrent`.
fn versions(client: &Client, name: &str) -> Vec<String> {
    let all = [("SecretName", name), ("IncludeDeprecated", "true"), ("PageSize", "100")];
    told(&client.call("ListSecretVersionIds", &all).ok())
}

/// The versions of a list, each with its stages.
fn told(listed: &Value) -> Vec<String> {
    let told = |version: &Value| {
        let stages = version["VersionStages"]["VersionStage"].as_array().unwrap();
        let words =
            std::iter::once(&version["VersionId"]).chain(stages).map(|it| it.as_str().unwrap());
        words.collect::<Vec<_>>().join(" ")
    };
    listed["VersionIds"]["VersionId"].as_array().unwrap().iter().map(told).collect()
}

/// The names of an answer's fields, in order of the alphabet.
fn fields(body: &Value) -> String {
    let mut names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names.join(" ")
}

/// Checks that something of a secret was not found. Clients read the beginning of the message.
#[track_caller]
fn not_found(answer: &Answer) {
    let message = answer.refused(404, "Forbidden.ResourceNotFound");
    assert!(message.starts_with("Resource not found."), "{message}");
}

#[test]
fn answers_have_exactly_the_fields_that_clients_expect() {
    let server = Server::start();
    let client = server.client();
    let made = create(&client, "plain", &[]).ok();
    assert_eq!(fields(&made), "Arn RequestId SecretName SecretType VersionId");
    assert_eq!(made["Arn"], "acs:kms:cn-hangzhou:1000000000000001:secret/plain");
    assert_eq!(
        [&made["SecretName"], &made["SecretType"], &made["VersionId"]],
        ["plain", "Generic", "v1"]
    );

    let mut described = with_name(&client, "DescribeSecret", "plain").ok();
    described.as_object_mut().unwrap().remove("RequestId").unwrap();
    let arn = "acs:kms:cn-hangzhou:1000000000000001:secret/plain";
    let expected = json!({
        "Arn": arn, "SecretName": "plain", "SecretType": "Generic", "Description": "",
        "CreateTime": START, "UpdateTime": START,
    });
    assert_eq!(described, expected, "neither the key, nor rotation, nor tags");

    let mut value = get(&client, "plain", &[]).ok();
    value.as_object_mut().unwrap().remove("RequestId").unwrap();
    let expected = json!({
        "SecretName": "plain", "SecretType": "Generic", "SecretDataType": "text", "SecretData": "one",
        "VersionId": "v1", "VersionStages": { "VersionStage": ["ACSCurrent"] }, "CreateTime": START,
    });
    assert_eq!(value, expected);

    // Parameters of managed secrets are ignored.
    let managed = [
        ("SecretType", "Generic"),
        ("ExtendedConfig", "{not json"),
        ("EnableAutomaticRotation", "true"),
        ("RotationInterval", "never"),
    ];
    assert_eq!(fields(&create(&client, "also-plain", &managed).ok()), fields(&made));
    let described = with_name(&client, "DescribeSecret", "also-plain").ok();
    assert_eq!(
        fields(&described),
        "Arn CreateTime Description RequestId SecretName SecretType UpdateTime"
    );
    let fetched = get(&client, "also-plain", &[("FetchExtendedConfig", "True")]).ok();
    assert!(fetched.get("ExtendedConfig").is_none() && fetched.get("AutomaticRotation").is_none());

    // The given values are returned.
    client.instance("kst-1");
    let said = [("DKMSInstanceId", "kst-1"), ("Description", "d\u{e9}\n\u{1f511}")];
    assert_eq!(create(&client, "in-an-instance", &said).ok()["DKMSInstanceId"], "kst-1");
    let described = with_name(&client, "DescribeSecret", "in-an-instance").ok();
    assert_eq!(
        [&described["DKMSInstanceId"], &described["Description"]],
        ["kst-1", "d\u{e9}\n\u{1f511}"]
    );
}

#[test]
fn names_have_192_characters_and_avoid_the_services_prefix() {
    let server = Server::start();
    let client = server.client();
    let long = "n".repeat(192);
    for good in ["a", "azAZ09_/+=.@-", "A", "acs", "xacs/", "RdsSecret/Mysql5.4/MyCred", &long] {
        assert_eq!(create(&client, good, &[]).ok()["SecretName"], good);
        assert_eq!(get(&client, good, &[]).ok()["SecretData"], "one");
        create(&client, good, &[]).refused(409, "Rejected.ResourceExist");
    }
    for bad in ["a b", "a:b", "\u{fc}", "$Auto", "a\u{0}", "acs/", "acs/ecs/a", &format!("{long}n")]
    {
        create(&client, bad, &[]).refused_parameter("SecretName");
    }
    for action in [
        "DescribeSecret",
        "GetSecretValue",
        "ListSecretVersionIds",
        "DeleteSecret",
        "RestoreSecret",
    ] {
        with_name(&client, action, "a b").refused_parameter("SecretName");
        not_found(&with_name(&client, action, "unknown"));
        let message = client.call(action, &[]).refused(400, "MissingParameter");
        assert!(message.contains("\"SecretName\""), "{action}: {message}");
    }
}

#[test]
fn values_are_any_text_of_up_to_30720_bytes() {
    let server = Server::start();
    let client = server.client();
    let (most, wide) = ("x".repeat(30_720), "\u{e9}".repeat(15_360));
    let texts = ["1", " ", "{\"user\":\"root\"}", "a+b%20&c=d\r\n\t\u{1f511}\"'<>\\", &most, &wide];
    for (at, text) in texts.into_iter().enumerate() {
        let name = format!("s{at}");
        create(&client, &name, &[("SecretData", text)]).ok();
        assert_eq!(get(&client, &name, &[]).ok()["SecretData"], text);
        put(&client, &name, "v2", text, &[]).ok();
        assert_eq!(get(&client, &name, &[]).ok()["SecretData"], text);
    }
    for text in [format!("{most}x"), format!("{wide}x")] {
        create(&client, "long", &[("SecretData", &text)]).refused_parameter("SecretData");
        put(&client, "s0", "v3", &text, &[]).refused_parameter("SecretData");
    }
    for action in ["CreateSecret", "PutSecretValue"] {
        let all = [("SecretName", "s0"), ("SecretData", "x"), ("VersionId", "v")];
        for (missing, _) in all {
            let rest: Vec<_> = all.into_iter().filter(|(name, _)| *name != missing).collect();
            let message = client.call(action, &rest).refused(400, "MissingParameter");
            assert!(message.contains(&format!("\"{missing}\"")), "{action}: {message}");
        }
    }
}

#[test]
fn the_other_parameters_of_a_new_secret_have_limits() {
    let server = Server::start();
    let client = server.client();
    let refused =
        |name: &str, value: &str| create(&client, "s", &[(name, value)]).refused_parameter(name);
    let text = |count: usize| "\u{e9}".repeat(count);
    let tags = |count: usize| {
        let tag = |n| json!({ "TagKey": format!("k{n}"), "TagValue": "v" });
        (0..count).map(tag).collect::<Value>().to_string()
    };
    refused("Description", &text(8_193));
    refused("VersionId", &text(65));
    refused("VersionId", "a\nb");
    refused("SecretDataType", "json");
    refused("SecretDataType", "Binary");
    refused("SecretType", "Unknown");
    refused("Tags", &tags(21));
    refused("Tags", "{}");
    refused("Tags", "not json");
    refused("DKMSInstanceId", &text(129));
    refused("Policy", "[]");
    let twice = r#"[{"TagKey":"k","TagValue":"1"},{"TagKey":"k","TagValue":"2"}]"#;
    create(&client, "s", &[("Tags", twice)]).refused(400, "Duplicate.TagKey");
    create(&client, "s", &[("Tags", r#"[{"TagKey":"acs:k"}]"#)])
        .refused(400, "InvalidParameter.TagKey");
    create(&client, "s", &[("Tags", r#"[{"TagKey":"k","TagValue":"a#"}]"#)])
        .refused(400, "InvalidParameter.TagValue");
    not_found(&with_name(&client, "DescribeSecret", "s"));
    let most = [("Description", &*text(8_192)), ("VersionId", &text(64)), ("Tags", &tags(20))];
    assert_eq!(create(&client, "s", &most).ok()["VersionId"], text(64));
    let described =
        client.call("DescribeSecret", &[("SecretName", "s"), ("FetchTags", "True")]).ok();
    assert_eq!(described["Tags"]["Tag"].as_array().unwrap().len(), 20);
    assert_eq!(described["Tags"]["Tag"][0], json!({ "TagKey": "k0", "TagValue": "v" }));
    assert_eq!(described["Description"], text(8_192));
    create(&client, "t", &[]).ok();
    let described =
        client.call("DescribeSecret", &[("SecretName", "t"), ("FetchTags", "true")]).ok();
    assert_eq!(described["Tags"], json!({ "Tag": [] }));
}

#[test]
fn an_account_has_a_quota_of_secrets() {
    let accounts = "accounts:
  - { id: \"1000000000000001\", quotas: { secrets: 2 }, access_keys: [{ id: testid, secret: testsecret }] }
";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let client = server.client();
    create(&client, "a", &[]).ok();
    create(&client, "b", &[]).ok();
    create(&client, "c", &[]).refused(400, "Rejected.LimitExceeded");
    create(&client, "a", &[]).refused(409, "Rejected.ResourceExist");
    // A secret that can be restored still counts.
    with_name(&client, "DeleteSecret", "a").ok();
    create(&client, "c", &[]).refused(400, "Rejected.LimitExceeded");
    client
        .call("DeleteSecret", &[("SecretName", "a"), ("ForceDeleteWithoutRecovery", "true")])
        .ok();
    create(&client, "c", &[]).ok();
}

#[test]
fn a_description_is_changed_and_removed() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[("Description", "first")]).ok();
    server.advance(Duration::from_hours(1));
    let update = |description: &str| {
        client.call("UpdateSecret", &[("SecretName", "s"), ("Description", description)])
    };
    let described = || with_name(&client, "DescribeSecret", "s").ok();
    let answer = update("second").ok();
    assert_eq!(
        (fields(&answer).as_str(), &answer["SecretName"]),
        ("RequestId SecretName", &json!("s"))
    );
    let found = described();
    assert_eq!([&found["Description"], &found["UpdateTime"]], ["second", "2030-01-01T01:00:00Z"]);
    assert_eq!(found["CreateTime"], START);
    with_name(&client, "UpdateSecret", "s").ok();
    assert_eq!(described()["Description"], "second", "nothing was said of it");
    update("").ok();
    assert_eq!(described()["Description"], "");
    update(&"x".repeat(8_193)).refused_parameter("Description");
    let custom = |text: &str| {
        client.call("UpdateSecret", &[("SecretName", "s"), ("ExtendedConfig.CustomData", text)])
    };
    custom("{}").refused(400, "Rejected.UnsupportedOperation");
    custom("[]").refused_parameter("ExtendedConfig.CustomData");
    not_found(&client.call("UpdateSecret", &[("SecretName", "unknown"), ("Description", "x")]));
}
