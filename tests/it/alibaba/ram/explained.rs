//! Explains decisions, decides without acting, and suggests policies.

use serde_json::{Value, json};

use super::{accounts, arn, client, server, server_with, user};
use crate::alibaba::errors::Stage;
use crate::alibaba::replies::successes;
use crate::kit::{Server, Setup, control};

fn get(server: &Server, path: &str) -> Value {
    control(server.address, "GET", path, &Value::Null).ok()
}

#[test]
fn the_journal_explains_decisions() {
    let statements = json!([
        { "Effect": "Allow", "Action": "kms:*", "Resource": "*" },
        { "Sid": "no second key", "Effect": "Deny", "Action": "kms:Encrypt", "Resource": arn("key/k2") },
    ]);
    let server =
        server(&[user("bob", &[json!("AliyunKMSReadOnlyAccess"), super::policy(&statements)])]);
    let bob = client(&server, "bob");
    let answer = bob.call("Encrypt", &[("KeyId", "k2"), ("Plaintext", "text")]);
    let id = answer.header("x-acs-request-id").unwrap().to_owned();
    let decision = get(&server, &format!("access/{id}"));
    let expected = json!({
        "allowed": false,
        "enforced": true,
        "user": "bob",
        "role": null,
        "application": null,
        "checks": [{
            "action": "kms:Encrypt",
            "resource": arn("key/k2"),
            "allowed": false,
            "why": "a statement denies it",
            "layer": "identity",
            "policy": "policies[1]",
            "statement": 1,
            "sid": "no second key",
            "refusals": [],
        }],
    });
    assert_eq!(decision, expected);
    let entries = get(&server, &format!("requests?request_id={id}"));
    assert_eq!(entries["requests"][0]["access"], expected);

    let answer = bob.call("DescribeKey", &[("KeyId", "k1")]);
    let id = answer.header("x-acs-request-id").unwrap().to_owned();
    let decision = get(&server, &format!("access/{id}"));
    let check = &decision["checks"][0];
    assert_eq!(
        (&decision["allowed"], &check["policy"]),
        (&json!(true), &json!("AliyunKMSReadOnlyAccess"))
    );

    let answer = server.client().call("ListKeys", &[]);
    let id = answer.header("x-acs-request-id").unwrap().to_owned();
    for id in [&*id, "none"] {
        let path = format!("access/{id}");
        assert_eq!(control(server.address, "GET", &path, &Value::Null).status, 404);
    }
    assert!(get(&server, &format!("requests?request_id={id}"))["requests"][0]["access"].is_null());
}

#[test]
fn decisions_about_requests_that_are_not_made() {
    let condition = json!({ "IpAddress": { "acs:SourceIp": "10.0.0.0/8" }, "Bool": { "acs:SecureTransport": "true" } });
    let statements = json!([
        { "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": condition },
        { "Effect": "Allow", "Action": "kms:GetSecretValue", "Resource": "*" },
    ]);
    let server = server(&[user("bob", &[super::policy(&statements)])]);
    let check = |asked: Value| control(server.address, "POST", "access/check", &asked);
    let secret = json!({ "SecretName": "own" });
    let asked = json!({ "access_key": "bob", "action": "GetSecretValue", "parameters": secret });
    let decision = check(asked.clone()).ok();
    assert_eq!(decision["allowed"], false);
    assert_eq!(decision["checks"][0]["allowed"], true);
    assert_eq!(decision["checks"][1]["action"], "kms:Decrypt");
    assert_eq!(decision["checks"][1]["why"], "no statement allows it");
    let mut from = asked.clone();
    from["source_ip"] = json!("10.1.2.3");
    assert_eq!(check(from.clone()).ok()["allowed"], false);
    from["secure_transport"] = json!(true);
    assert_eq!(check(from).ok()["allowed"], true);
    // Another region has no such secret.
    let mut elsewhere = asked;
    elsewhere["region"] = json!("cn-beijing");
    let found = check(elsewhere).ok();
    assert_eq!(found["checks"][0]["resource"], "acs:kms:cn-beijing:1000000000000001:secret/own");
    // The account itself may do everything.
    let own = check(json!({ "access_key": "testid", "action": "ListKeys" })).ok();
    let expected = json!({
        "allowed": true,
        "enforced": false,
        "user": null,
        "role": null,
        "application": null,
        "checks": [],
    });
    assert_eq!(own, expected);
    for (asked, error) in [
        (
            json!({ "access_key": "eve", "action": "ListKeys" }),
            "access_key: \"eve\" does not exist",
        ),
        (json!({ "access_key": "bob", "action": "Nothing" }), "InvalidAction.NotFound: "),
        (json!({ "access_key": "bob", "action": "DescribeKey" }), "MissingParameter: "),
        (json!({ "access_key": "bob", "action": "ListKeys", "region": "a b" }), "region: "),
        (json!({ "access_key": "bob", "action": "ListKeys", "dialect": "none" }), "dialect: "),
        (json!({ "access_key": "bob", "action": "ListKeys", "dialect": "tencent" }), "dialect: "),
        (json!({ "access_key": "bob" }), "the body: "),
    ] {
        let answer = check(asked);
        let text = answer.json()["error"].as_str().unwrap().to_owned();
        assert_eq!((answer.status, text.starts_with(error)), (400, true), "{text}");
    }
    // Nothing was asked of the service.
    assert_eq!(get(&server, "requests")["requests"], json!([]));
}

#[test]
fn the_smallest_policy_for_what_was_called() {
    // An account that does not limit its users learns what they need.
    let off = json!({ "ram": "off" });
    let server = server_with(&[user("bob", &[]), user("eve", &[])], &off, &json!([]));
    let bob = client(&server, "bob");
    for key in ["k1", "k2", "alias/a"] {
        bob.call("Encrypt", &[("KeyId", key), ("Plaintext", "text")]).ok();
    }
    bob.call("DescribeKey", &[("KeyId", "k1")]).ok();
    bob.call("GetRandomPassword", &[]).ok();
    client(&server, "eve").call("ListKeys", &[]).ok();
    let found = get(&server, "access/policy?access_key=bob");
    let statements = json!([
        { "Effect": "Allow", "Action": ["kms:DescribeKey", "kms:Encrypt"], "Resource": [arn("key/k1")] },
        { "Effect": "Allow", "Action": ["kms:Encrypt"], "Resource": [arn("key/k2")] },
    ]);
    assert_eq!(
        found,
        json!({ "requests": 5, "policy": { "Version": "1", "Statement": statements } })
    );
    let path = "access/policy?dialect=tencent";
    assert_eq!(control(server.address, "GET", path, &Value::Null).status, 400);
}

#[test]
fn a_user_with_the_suggested_policy_may_do_the_same() {
    let stage = |policy: Value| {
        let accounts = accounts(&[user("bob", &[policy])], &json!({}));
        let server = Server::with(Setup { accounts: Some(&accounts), ..Setup::default() });
        let client = client(&server, "bob");
        Stage { server, client }
    };
    let full = stage(json!("AliyunKMSFullAccess"));
    let count = successes(&full, "JSON").len();
    let suggested = get(&full.server, "access/policy?access_key=bob");
    assert!(suggested["requests"].as_u64().unwrap() >= count as u64 - 1);
    let limited = stage(suggested["policy"].clone());
    successes(&limited, "JSON");
    // It allows no other key.
    let answer = limited.client.call("DescribeKey", &[("KeyId", "none")]);
    answer.refused(403, "Forbidden.NoPermission");
}
