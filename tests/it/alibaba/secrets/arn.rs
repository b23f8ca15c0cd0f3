//! Secrets named by their ARN.

use serde_json::{Value, json};

use super::{create, not_found, versions};
use crate::kit::{Answer, Client, Server, Setup, control};

const ACCOUNTS: &str = "accounts:
  - { id: \"1000000000000001\", access_keys: [{ id: testid, secret: testsecret }] }
  - { id: \"1000000000000002\", access_keys: [{ id: second, secret: s }] }
";

const HERE: &str = "acs:kms:cn-hangzhou:1000000000000001:secret/";

/// Every action that takes the name of an existing secret, with its other parameters. In this order
/// each succeeds.
const ACTIONS: [(&str, &[(&str, &str)]); 13] = [
    ("DescribeSecret", &[]),
    ("GetSecretValue", &[]),
    ("ListSecretVersionIds", &[]),
    ("UpdateSecret", &[("Description", "d")]),
    ("PutSecretValue", &[("VersionId", "v2"), ("SecretData", "two")]),
    (
        "UpdateSecretVersionStage",
        &[("VersionStage", "ACSCurrent"), ("MoveToVersion", "v1"), ("RemoveFromVersion", "v2")],
    ),
    ("SetSecretPolicy", &[("Policy", r#"{"Version":"1","Statement":[]}"#)]),
    ("GetSecretPolicy", &[]),
    ("TagResource", &[("Tags", r#"[{"TagKey":"k","TagValue":"v"}]"#)]),
    ("UntagResource", &[("TagKeys", r#"["k"]"#)]),
    ("DeleteSecret", &[]),
    ("RestoreSecret", &[]),
    ("DeleteSecret", &[("ForceDeleteWithoutRecovery", "true")]),
];

fn by(client: &Client, name: &str, (action, more): (&str, &[(&str, &str)])) -> Answer {
    client.call(action, &[&[("SecretName", name)], more].concat())
}

#[test]
fn an_arn_names_a_secret_in_every_action() {
    let server = Server::with(Setup { accounts: Some(ACCOUNTS), ..Setup::default() });
    let (client, second) = (server.client(), server.client_as("second", "s"));
    let beijing = client.clone().with("RegionId", "cn-beijing");
    let name = "RdsSecret/Mysql5.4/My_Cred+=@-";
    let arn = format!("{HERE}{name}");
    let elsewhere = arn.replace("cn-hangzhou", "cn-beijing");
    let mut held: Vec<Answer> = Vec::new();
    for (index, action) in ACTIONS.into_iter().enumerate() {
        if index == 0 {
            client.instance("kst-1");
            let inside = [("DKMSInstanceId", "kst-1")];
            assert_eq!(create(&client, name, &inside).ok()["Arn"], arn.as_str());
            // A secret of the same name exists in each of the other realms.
            create(&second, name, &[]).ok();
            create(&beijing, name, &[]).ok();
        }
        for (client, foreign) in [(&client, &elsewhere), (&second, &arn), (&beijing, &arn)] {
            not_found(&by(client, foreign, action));
        }
        not_found(&by(&client, &format!("{HERE}none"), action));
        let bad = [
            "acs:kms:cn-hangzhou:1:key/k",
            "acs:kms:cn-hangzhou:1:secret/",
            "acs:kms:a",
            HERE,
            "a:b",
        ];
        for bad in bad {
            by(&client, bad, action).refused_parameter("SecretName");
        }
        held.push(by(&client, &arn, action));
        let told = held.last().unwrap().ok();
        assert!(told.get("SecretName").is_none_or(|it| it == name), "{action:?}: {told}");
    }
    not_found(&by(&client, &arn, ACTIONS[0]));
    assert_eq!(versions(&second, name), ["v1 ACSCurrent"]);
    assert_eq!(versions(&beijing, name), ["v1 ACSCurrent"]);
    // A new secret has no ARN yet.
    create(&client, &arn, &[]).refused_parameter("SecretName");
}

#[test]
fn managed_secrets_rotate_by_their_arn() {
    let server = Server::start();
    let client = server.client();
    let arn = format!("{HERE}s");
    create(&client, "s", &[]).ok();
    let rotate: (&str, &[_]) = ("RotateSecret", &[("VersionId", "v2")]);
    let policy: (&str, &[_]) =
        ("UpdateSecretRotationPolicy", &[("EnableAutomaticRotation", "false")]);
    for action in [rotate, policy] {
        // It is found; it is refused because it is not managed.
        by(&client, &arn, action).refused(400, "Rejected.UnsupportedOperation");
        not_found(&by(&client, &format!("{HERE}t"), action));
    }
}

#[test]
fn batches_and_the_newer_tag_actions_accept_arns() {
    let server = Server::with(Setup { accounts: Some(ACCOUNTS), ..Setup::default() });
    let (client, second) = (server.client(), server.client_as("second", "s"));
    for name in ["a/b", "b"] {
        create(&client, name, &[]).ok();
    }
    let (of_a, of_none) = (format!("{HERE}a/b"), format!("{HERE}none"));
    let foreign = of_a.replace("0001:", "0002:");
    let list = json!([{ "SecretName": of_a }, { "SecretName": of_none }, { "SecretName": foreign }, { "SecretName": "b" }]);
    let batch = client.call("BatchGetSecretValue", &[("SecretsList", &list.to_string())]).ok();
    let names = |list: &Value| {
        list.as_array().unwrap().iter().map(|it| it["SecretName"].clone()).collect::<Value>()
    };
    assert_eq!(names(&batch["SecretValues"]), json!(["a/b", "b"]));
    assert_eq!(names(&batch["Errors"]), json!([of_none, foreign]));
    assert!(
        batch["Errors"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["Code"] == "Forbidden.ResourceNotFound")
    );

    let kind = ("ResourceType", "secret");
    let tag = [("Tag.1.Key", "k"), ("Tag.1.Value", "v")];
    client
        .call(
            "TagResources",
            &[&[kind, ("ResourceId.1", &of_a), ("ResourceId.2", "b")], &tag[..]].concat(),
        )
        .ok();
    let listed = |client: &Client, ids: &[(&str, &str)]| {
        let all = client.call("ListTagResources", &[&[kind], ids].concat()).ok();
        let all = all["TagResources"]["TagResource"].as_array().unwrap().clone();
        all.iter().map(|it| it["ResourceId"].clone()).collect::<Value>()
    };
    assert_eq!(listed(&client, &[]), json!(["a/b", "b"]));
    assert_eq!(listed(&client, &[("ResourceId.1", &of_a)]), json!(["a/b"]));
    assert_eq!(
        listed(&client, &[("ResourceId.1", "a/b"), ("ResourceId.2", &of_none)]),
        json!(["a/b"])
    );
    // Neither another account's ARN nor another kind of ARN works.
    let key = "acs:kms:cn-hangzhou:1000000000000001:key/b";
    for other in [&*foreign, &of_none, key] {
        assert_eq!(listed(&client, &[("ResourceId.1", other)]), json!([]), "{other}");
    }
    assert_eq!(listed(&second, &[("ResourceId.1", &of_a)]), json!([]));
    for unknown in [&foreign, &of_none] {
        let whom = [kind, ("ResourceId.1", unknown.as_str())];
        client
            .call("TagResources", &[&whom, &tag[..]].concat())
            .refused(404, "InvalidResourceId.NotFound");
    }
    client.call("UntagResources", &[kind, ("ResourceId.1", &of_a), ("All", "true")]).ok();
    assert_eq!(listed(&client, &[]), json!(["b"]));
}

#[test]
fn faults_and_the_journal_use_a_secrets_name() {
    let server = Server::start();
    let client = server.client();
    let name = format!("team/{}", "n".repeat(180));
    let arn = format!("{HERE}{name}");
    create(&client, &name, &[]).ok();
    let rule = json!({"secret": name, "action": "GetSecretValue", "error": "Rejected.Throttling", "when": {"first": 2}});
    assert_eq!(control(server.address, "POST", "faults", &rule).status / 100, 2);
    by(&client, &arn, ACTIONS[1]).refused(429, "Rejected.Throttling");
    by(&client, &name, ACTIONS[1]).refused(429, "Rejected.Throttling");
    by(&client, &arn, ACTIONS[1]).ok();
    by(&client, &arn.replace("hangzhou", "beijing"), ACTIONS[1]);
    let asked = format!("requests?action=GetSecretValue&secret={name}");
    let entries = control(server.address, "GET", &asked, &Value::Null).json();
    let requests = entries["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 3, "{entries}");
    assert!(requests.iter().all(|it| it["secret"] == name.as_str()));
}
