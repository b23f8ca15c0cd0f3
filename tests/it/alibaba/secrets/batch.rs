//! Values of many secrets at once. Each has its own result.

use serde_json::{Value, json};

use super::{create, fields, get, put, with_name};
use crate::kit::{Answer, Client, Server};

fn batch(client: &Client, list: &Value) -> Answer {
    client.call("BatchGetSecretValue", &[("SecretsList", &list.to_string())])
}

/// Names with values, or with codes.
type Pairs = Vec<(String, String)>;

/// The values, and the errors.
fn outcome(answer: &Answer) -> (Pairs, Pairs) {
    let body = answer.ok();
    assert_eq!(fields(&body), "Errors RequestId SecretValues");
    let pairs = |list: &str, one: &str, other: &str| {
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
        let entries = body[list].as_array().unwrap().iter();
        entries.map(|entry| (text(entry, one), text(entry, other))).collect()
    };
    (pairs("SecretValues", "SecretName", "SecretData"), pairs("Errors", "SecretName", "Code"))
}

fn text(pairs: &[(&str, &str)]) -> Pairs {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn a_batch_has_values_and_errors() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    create(&client, "a", &[]).ok();
    put(&client, "a", "v2", "two", &[]).ok();
    create(&client, "b", &[("SecretData", "AA=="), ("SecretDataType", "binary")]).ok();
    create(&client, "locked", &[("EncryptionKeyId", &key)]).ok();
    client.call("DisableKey", &[("KeyId", &key)]).ok();
    create(&client, "deleted", &[]).ok();
    with_name(&client, "DeleteSecret", "deleted").ok();
    let list = json!([
        { "SecretName": "unknown" },
        { "SecretName": "a" },
        { "SecretName": "locked" },
        { "SecretName": "a", "VersionStage": "ACSPrevious" },
        { "SecretName": "a", "VersionId": "v1", "VersionStage": "ACSCurrent" },
        { "SecretName": "a", "VersionId": "v3" },
        { "SecretName": "deleted" },
        { "SecretName": "a b" },
        { "SecretName": "a", "VersionStage": "x".repeat(65) },
        { "SecretName": "b", "VersionId": "", "VersionStage": "" },
    ]);
    let answer = batch(&client, &list);
    let (values, errors) = outcome(&answer);
    assert_eq!(values, text(&[("a", "two"), ("a", "one"), ("a", "one"), ("b", "AA==")]));
    let codes = [
        ("unknown", "Forbidden.ResourceNotFound"),
        ("locked", "Rejected.Disabled"),
        ("a", "Forbidden.ResourceNotFound"),
        ("deleted", "Rejected.ResourceInDeleteWindow"),
        ("a b", "InvalidParameter"),
        ("a", "InvalidParameter"),
    ];
    assert_eq!(errors, text(&codes));
    // Each value and each error is the same as for a single request.
    let mut alone = get(&client, "b", &[]).ok();
    alone.as_object_mut().unwrap().remove("RequestId").unwrap();
    assert_eq!(answer.json()["SecretValues"][3], alone);
    let failed = answer.json()["Errors"][1].clone();
    assert_eq!(fields(&failed), "Code HttpStatus Message SecretName");
    assert_eq!(failed["HttpStatus"], "409");
    assert_eq!(failed["Message"], get(&client, "locked", &[]).json()["Message"]);
}

#[test]
fn a_batch_has_1_to_20_secrets() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    let times = |count: usize| json!(vec![json!({ "SecretName": "s" }); count]);
    assert_eq!(outcome(&batch(&client, &times(20))).0.len(), 20);
    for bad in [
        times(21),
        times(0),
        json!({}),
        json!("s"),
        json!(["s"]),
        json!([{ "VersionId": "v1" }]),
        json!([{ "SecretName": 1 }]),
    ] {
        batch(&client, &bad).refused_parameter("SecretsList");
    }
    client.call("BatchGetSecretValue", &[("SecretsList", "[")]).refused_parameter("SecretsList");
    let message = client.call("BatchGetSecretValue", &[]).refused(400, "MissingParameter");
    assert!(message.contains("\"SecretsList\""), "{message}");
}

#[test]
fn a_configuration_is_included_on_request_in_either_spelling() {
    let server = Server::start();
    let client = server.client();
    create(&client, "plain", &[]).ok();
    let accounts = r#"{"Accounts":[{"AccountName":"u","AccountPassword":"p"}]}"#;
    let config = r#"{"SecretSubType":"SingleUser","DBInstanceId":"rm-1"}"#;
    let managed = [("SecretType", "Rds"), ("SecretData", accounts), ("ExtendedConfig", config)];
    create(&client, "rds", &managed).ok();
    let entry =
        |name: &str, fetch: Value| json!({ "SecretName": name, "FetchExtendedConfig": fetch });
    let list = json!([
        { "SecretName": "rds" },
        entry("rds", json!(true)),
        entry("rds", json!("true")),
        entry("rds", json!("True")),
        entry("rds", json!(false)),
        entry("rds", json!("false")),
        entry("rds", json!("")),
        entry("plain", json!(true)),
    ]);
    let body = batch(&client, &list).ok();
    assert_eq!(body["Errors"], json!([]));
    let values = body["SecretValues"].as_array().unwrap();
    let with: Vec<_> = values.iter().map(|value| value.get("ExtendedConfig").is_some()).collect();
    assert_eq!(with, [false, true, true, true, false, false, false, false]);
}
