//! Policies of secrets and keys: which of them have policies, and what a policy is.

use serde_json::{Value, json};

use super::{create, not_found};
use crate::kit::{Client, Server, Setup, days};

const OWN: &str = r#"{ "Version": "1", "Statement": [] }"#;

/// The policy of a resource.
fn policy(client: &Client, action: &str, of: (&str, &str)) -> String {
    client.call(action, &[of]).ok()["Policy"].as_str().unwrap().to_owned()
}

/// A policy of this many bytes.
fn long(bytes: usize) -> String {
    format!("{OWN}{}", " ".repeat(bytes - OWN.len()))
}

/// A parameter that puts a key or a secret into an instance. The server has it.
const INSIDE: (&str, &str) = ("DKMSInstanceId", "kst-1");

fn server() -> (Server, Client) {
    let server = Server::start();
    let client = server.client();
    client.instance("kst-1");
    (server, client)
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
    let statement = r#"{"Effect":"Allow","Principal":{"RAM":["acs:ram::1:root"]},"#;
    let statement = format!("{statement}{}", r#""Action":"kms:*","Resource":"*"}"#);
    let good = format!(r#"{{"Version":"1","Statement":[{statement}]}}"#);
    client.call(set, &[of, ("Policy", &good)]).ok();
    for (old, new) in [
        (r#""1""#, r#""2""#),
        ("Allow", "Maybe"),
        ("kms:*", "ecs:*"),
        (r#""Resource":"*""#, r#""Resource":"acs:kms:*:*:key/k""#),
        ("root", "group/a"),
        ("RAM", "Service"),
        ("Effect", "Colour"),
    ] {
        let wrong = good.replace(old, new);
        let message = client.call(set, &[of, ("Policy", &wrong)]).refused(400, "InvalidParameter");
        // The usual message, and then what is wrong in which place.
        let rest = message.strip_prefix("The specified parameter \"Policy\" is not valid. ");
        assert!(rest.is_some_and(|rest| rest.contains(": ")), "{message}");
    }
    client.call(set, &[of, ("Policy", &long(32_768))]).ok();
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
    let (_server, client) = server();
    create(&client, "s", &[INSIDE]).ok();
    check(&client, "GetSecretPolicy", "SetSecretPolicy", ("SecretName", "s"));
    let unknown = [("SecretName", "unknown"), ("Policy", OWN)];
    not_found(&client.call("GetSecretPolicy", &unknown));
    not_found(&client.call("SetSecretPolicy", &unknown));
    create(&client, "t", &[INSIDE, ("Policy", OWN)]).ok();
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
    let (_server, client) = server();
    let key = client.create_key(&[INSIDE]);
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
    let with = client.create_key(&[INSIDE, ("Policy", OWN)]);
    assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", &with)), OWN);
    for kind in [("KeySpec", "EC_P256"), ("Origin", "EXTERNAL")] {
        let other = client.create_key(&[INSIDE, kind]);
        client.call("SetKeyPolicy", &[("KeyId", &other), ("Policy", OWN)]).ok();
        assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", &other)), OWN);
    }
}

#[test]
fn a_key_pending_deletion_keeps_its_policy() {
    let (server, client) = server();
    let key = client.create_key(&[INSIDE]);
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

const UNSUPPORTED: &str = "Forbidden.KeyPolicyUnSupported";

#[test]
fn keys_and_secrets_outside_of_instances_have_no_policy_of_their_own() {
    let (_server, client) = server();
    let key = client.create_key(&[]);
    create(&client, "s", &[]).ok();
    let own = ("Policy", OWN);
    for answer in [
        client.call("SetKeyPolicy", &[("KeyId", &key), own]),
        client.call("SetSecretPolicy", &[("SecretName", "s"), own]),
        client.call("CreateKey", &[own]),
        create(&client, "t", &[own]),
    ] {
        let message = answer.refused(400, UNSUPPORTED);
        assert_eq!(message, "The specified key does not support key policy.");
    }
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 2, "with the one of secrets");
    assert_eq!(client.call("ListSecrets", &[]).ok()["TotalCount"], 1);
    assert!(policy(&client, "GetKeyPolicy", ("KeyId", &key)).contains("kms default key policy"));
    let shown = policy(&client, "GetSecretPolicy", ("SecretName", "s"));
    assert!(shown.contains("kms default secret policy"), "{shown}");
}

#[test]
fn a_lenient_server_takes_every_object_as_a_policy() {
    let server = Server::with(Setup { lenient_policies: true, ..Setup::default() });
    let client = server.client();
    let own = ("Policy", r#"{"a":1}"#);
    let key = client.create_key(&[own]);
    assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", &key)), own.1);
    client.call("SetKeyPolicy", &[("KeyId", &key), ("Policy", "{}")]).ok();
    assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", &key)), "{}");
    create(&client, "s", &[own]).ok();
    client.call("SetSecretPolicy", &[("SecretName", "s"), ("Policy", "{}")]).ok();
    assert_eq!(policy(&client, "GetSecretPolicy", ("SecretName", "s")), "{}");
    client.call("SetKeyPolicy", &[("KeyId", &key), ("Policy", "[]")]).refused_parameter("Policy");
}

#[test]
fn an_instance_that_is_not_connected_changes_no_policy() {
    let server = Server::with(Setup {
        seeds: &["
accounts: [{ id: '1000000000000001', access_keys: [{ id: testid, secret: testsecret }] }]
realms:
  - account: '1000000000000001'
    instances: [{ id: kst-1, status: Disconnected }]
    keys: [{ id: inside, instance: kst-1 }, { id: of-none, instance: kst-2, policy: '{}' }]
    secrets: [{ name: s, instance: kst-1, value: v }]
"],
        ..Setup::default()
    });
    let client = server.client();
    let own = ("Policy", OWN);
    for answer in [
        client.call("SetKeyPolicy", &[("KeyId", "inside"), own]),
        client.call("SetSecretPolicy", &[("SecretName", "s"), own]),
        client.call("GetSecretPolicy", &[("SecretName", "s")]),
        client.call("CreateKey", &[INSIDE]),
        create(&client, "t", &[INSIDE]),
    ] {
        answer.refused(403, "Forbidden.DKMSInstanceStateInvalid");
    }
    assert!(policy(&client, "GetKeyPolicy", ("KeyId", "inside")).contains("default"));
    // Older data may name an instance that is not there.
    assert_eq!(policy(&client, "GetKeyPolicy", ("KeyId", "of-none")), "{}");
    client.call("SetKeyPolicy", &[("KeyId", "of-none"), own]).ok();
}
