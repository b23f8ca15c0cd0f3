//! Policies of secrets and keys: stored and returned.

use serde_json::{Value, json};

use super::{create, not_found};
use crate::kit::{Client, Server, days};
use crate::makers::pair;

const OWN: &str = r#"{ "Version": "1", "Statement": [] }"#;

/// The policy of a resource.
fn policy(client: &Client, action: &str, of: (&str, &str)) -> String {
    client.call(action, &[of]).ok()["Policy"].as_str().unwrap().to_owned()
}

/// An object of this many characters, most of which take two bytes.
fn long(characters: usize) -> String {
    format!("{{\"a\":\"{}\"}}", "e".repeat(characters - 8))
}

/// The checks for both kinds of policies.
fn check(client: &Client, get: &str, set: &str, of: (&str, &str)) {
    let default = policy(client, get, of);
    let parsed: Value = serde_json::from_str(&default).unwrap();
    assert_eq!(parsed["Version"], "1");
    assert_eq!(parsed["Statement"][0]["Effect"], "Allow");
    assert!(default.contains("1000000000000001"), "{default}");
    client.call(set, &[of, ("Policy", OWN)]).ok();
    assert_eq!(policy(client, get, of), OWN, "to the letter");
    client.call(set, &[of, ("Policy", &long(32_768)), ("PolicyName", "default")]).ok();
    assert_eq!(client.call(get, &[of, ("PolicyName", "default")]).ok()["Policy"], long(32_768));
    for bad in ["text", "[]", "{", "\"{}\"", "null", &long(32_769)] {
        client.call(set, &[of, ("Policy", bad)]).refused_parameter("Policy");
    }
    let message = client.call(set, &[of]).refused(400, "MissingParameter");
    assert!(message.contains("\"Policy\""), "{message}");
    let other = ("PolicyName", "other");
    for answer in [client.call(get, &[of, other]), client.call(set, &[of, other, ("Policy", OWN)])]
    {
        assert_eq!(answer.refused(404, "Forbidden.ResourceNotFound"), "Policy not found.");
    }
    assert_eq!(policy(client, get, of), long(32_768));
    for action in [get, set] {
        let message = client.call(action, &[("Policy", OWN)]).refused(400, "MissingParameter");
        assert!(message.contains(&format!("\"{}\"", of.0)), "{message}");
        client.call(action, &[(of.0, "a b"), ("Policy", OWN)]).refused_parameter(of.0);
    }
}

#[test]
fn a_secret_has_the_default_policy_until_another_is_set() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    check(&client, "GetSecretPolicy", "SetSecretPolicy", ("SecretName", "s"));
    let unknown = [("SecretName", "unknown"), ("Policy", OWN)];
    not_found(&client.call("GetSecretPolicy", &unknown));
    not_found(&client.call("SetSecretPolicy", &unknown));
    create(&client, "t", &[("Policy", OWN)]).ok();
    assert_eq!(policy(&client, "GetSecretPolicy", ("SecretName", "t")), OWN);
    // It does not apply to the next secret of that name.
    client
        .call("DeleteSecret", &[("SecretName", "t"), ("ForceDeleteWithoutRecovery", "true")])
        .ok();
    create(&client, "t", &[]).ok();
    assert_ne!(policy(&client, "GetSecretPolicy", ("SecretName", "t")), OWN);
}

#[test]
fn a_key_has_the_default_policy_until_another_is_set() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let of = ("KeyId", key.as_str());
    check(&client, "GetKeyPolicy", "SetKeyPolicy", of);
    let mut before = client.call("DescribeKey", &[of]).ok();
    client.call("SetKeyPolicy", &[of, ("Policy", OWN)]).ok();
    let after = client.call("DescribeKey", &[of]).ok();
    before["RequestId"] = after["RequestId"].clone();
    assert_eq!(after, before, "nothing else is changed");

    client.call("CreateAlias", &[("AliasName", "alias/a"), of]).ok();
    assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", "alias/a")), OWN);
    let arn = format!("acs:kms:cn-hangzhou:1000000000000001:key/{key}");
    assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", &arn)), OWN);
    for action in ["GetKeyPolicy", "SetKeyPolicy"] {
        client
            .call(action, &[("KeyId", "unknown"), ("Policy", OWN)])
            .refused(404, "Forbidden.KeyNotFound");
    }
    let with = client.create_key(&[("Policy", OWN)]);
    assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", &with)), OWN);
    for other in
        [pair(&client, "EC_P256", "SIGN/VERIFY").0, client.create_key(&[("Origin", "EXTERNAL")])]
    {
        client.call("SetKeyPolicy", &[("KeyId", &other), ("Policy", OWN)]).ok();
        assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", &other)), OWN);
    }
}

#[test]
fn a_key_pending_deletion_keeps_its_policy() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let of = ("KeyId", key.as_str());
    client.call("DisableKey", &[of]).ok();
    client.call("SetKeyPolicy", &[of, ("Policy", OWN)]).ok();
    assert_eq!(policy(&client, "GetKeyPolicy", of), OWN);
    client.call("ScheduleKeyDeletion", &[of, ("PendingWindowInDays", "7")]).ok();
    client
        .call("SetKeyPolicy", &[of, ("Policy", &json!({}).to_string())])
        .refused(409, "Rejected.PendingDeletion");
    assert_eq!(policy(&client, "GetKeyPolicy", of), OWN);
    server.advance(days(7));
    client.call("GetKeyPolicy", &[of]).refused(404, "Forbidden.KeyNotFound");
}
