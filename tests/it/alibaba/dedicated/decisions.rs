//! Explanations of what applications may do: the messages, the journal, and decisions about
//! requests that are not made.

use serde_json::{Value, json};

use super::client::{Client, EVERYTHING, SHARED, server};
use super::rights::{KEYS, NO, NOUNS, SECRETS};
use crate::kit::{Server, control};

fn get(server: &Server, path: &str) -> Value {
    control(server.address, "GET", path, &Value::Null).ok()
}

/// The decision about the last request.
fn last(server: &Server) -> Value {
    let entries = get(server, "requests?limit=1000");
    let entry = entries["requests"].as_array().unwrap().last().unwrap().clone();
    let id = entry["request_id"].as_str().unwrap();
    assert_eq!(get(server, &format!("access/{id}")), entry["access"]);
    entry["access"].clone()
}

fn arn(name: &str) -> String {
    format!("acs:kms:cn-hangzhou:1000000000000001:{name}")
}

#[test]
fn denials_name_the_resource() {
    let server = server(&[SHARED, &format!("instance: kst-one, resources: [], {KEYS}")], NOUNS);
    let there = format!("instance: kst-one, resources: [\"secret/*\"], {SECRETS}");
    let other = super::client::server(&[&there], NOUNS);
    let client = Client::of(&other);
    for (api, fields, named) in [
        ("Encrypt", vec![(1, "key-one".into()), (2, "x".into())], "key-one"),
        // The secret may be read, but not its key.
        ("GetSecretValue", vec![(1, "db/one".into())], "key-one"),
        ("GetSecretValue", vec![(1, "db/out".into())], "db/out"),
        ("AdvanceDecrypt", vec![(1, "nothing".into())], "*"),
    ] {
        let message = client.call(api, &fields).refused(403, NO);
        let expected = format!("This operation for {named} is forbidden by permission system");
        assert_eq!(message, expected, "{api}");
    }
    let message = client.call("GenerateRandom", &[(1, 8.into())]).refused(403, NO);
    assert_eq!(message, "This operation is forbidden by permission system.");
    let denied = client.rpc("Encrypt", &[("KeyId", "key-one"), ("Plaintext", "x")]);
    let expected =
        format!("This operation for {} is forbidden by permission system.", arn("key/key-one"));
    assert_eq!(denied.refused(403, NO), expected);
    let denied = client.rpc("DescribeKey", &[("KeyId", "key-one")]);
    assert_eq!(denied.refused(403, NO), expected);
    // What does not exist is not found, where it would be allowed.
    let client = Client::of(&server);
    client
        .rpc("Encrypt", &[("KeyId", "none"), ("Plaintext", "x")])
        .refused(404, "Forbidden.KeyNotFound");
    client.rpc("Encrypt", &[]).refused(400, "MissingParameter");
}

#[test]
fn the_journal_says_why_each_policy_refuses() {
    let nouns = format!(
        "{NOUNS}
    network_rules:
      - {{ name: far, kind: PRIVATE, sources: [10.0.0.0/8] }}
      - {{ name: out, kind: PUBLIC, sources: [0.0.0.0/0] }}"
    );
    let policies = [
        format!("{EVERYTHING}, network_rules: [far, out, gone]"),
        format!("resources: [\"secret/*\", \"key/key-t*\"], instance: kst-one, {KEYS}"),
    ];
    let policies: Vec<_> = policies.iter().map(String::as_str).collect();
    let server = server(&policies, &nouns);
    let client = Client::of(&server);
    client.call("Encrypt", &[(1, "key-one".into()), (2, "x".into())]).refused(403, NO);
    let found = last(&server);
    let expected = json!({
        "allowed": false,
        "enforced": true,
        "user": null,
        "role": null,
        "application": "app",
        "checks": [{
            "action": "kms:Encrypt",
            "resource": arn("key/key-one"),
            "allowed": false,
            "why": "no policy of the access point allows it",
            "layer": "access point",
            "policy": null,
            "statement": null,
            "sid": null,
            "refusals": [
                {
                    "policy": "p0",
                    "why": "no network rule of it lets 127.0.0.1 in: far has other addresses, \
                            out is for another network than this gateway's, gone does not exist",
                },
                {
                    "policy": "p1",
                    "why": "none of its resources covers key/key-one: secret/*, key/key-t*",
                },
            ],
        }],
    });
    assert_eq!(found, expected);
    client.call("Encrypt", &[(1, "key-two".into()), (2, "x".into())]).refused(403, NO);
    let why = &last(&server)["checks"][0]["refusals"][1]["why"];
    assert_eq!(why, "it is for what is in the instance kst-one, and key/key-two is not");
    client.call("GetSecretValue", &[(1, "db/one".into())]).refused(403, NO);
    let why = &last(&server)["checks"][0]["refusals"][1]["why"];
    let lacks = "it lacks the permission RbacPermission/Template/CryptoServiceSecretUser or \
                 RbacPermission/Template/SecretUser";
    assert_eq!(why, lacks);
    let client = client.at("kms.cn-hangzhou.aliyuncs.com");
    client.rpc("Encrypt", &[("KeyId", "key-one"), ("Plaintext", "x")]).refused(403, NO);
    let why = &last(&server)["checks"][0]["refusals"][1]["why"];
    assert_eq!(why, "it is for the dedicated gateway of the instance kst-one");
    client.rpc("CreateKey", &[]).refused(403, NO);
    let why = &last(&server)["checks"][0]["why"];
    assert_eq!(why, "client keys may only use keys and read the values of secrets");
}

#[test]
fn the_journal_says_which_policy_allows() {
    let far = format!("{SHARED}, network_rules: [gone]");
    let server = server(&[&far, SHARED], NOUNS);
    let client = Client::of(&server);
    client.rpc("GetSecretValue", &[("SecretName", "db/one")]).ok();
    let found = last(&server);
    assert_eq!((&found["allowed"], &found["application"]), (&json!(true), &json!("app")));
    let checks = found["checks"].as_array().unwrap();
    let needs: Vec<_> = checks.iter().map(|it| (&it["action"], &it["resource"])).collect();
    let (secret, key) = (json!(arn("secret/db/one")), json!(arn("key/key-one")));
    assert_eq!(needs, [(&json!("kms:GetSecretValue"), &secret), (&json!("kms:Decrypt"), &key)]);
    for check in checks {
        assert_eq!((&check["policy"], &check["why"]), (&json!("p1"), &json!("a policy allows it")));
    }
    // Policies for users are not made from what applications called.
    assert_eq!(get(&server, "access/policy")["requests"], 0);
}

#[test]
fn decisions_about_requests_that_are_not_made() {
    let server = server(&[EVERYTHING], NOUNS);
    let id = Client::of(&server).id;
    let check = |asked: &Value| control(server.address, "POST", "access/check", asked);
    let own = "kst-one.cryptoservice.kms.aliyuncs.com";
    for (action, params, host, allowed) in [
        ("Encrypt", json!({ "KeyId": "key-one" }), "", true),
        ("Encrypt", json!({ "KeyId": "key-two" }), "", false),
        ("Encrypt", json!({ "KeyId": "key-one" }), own, true),
        ("Encrypt", json!({ "KeyId": "key-one" }), "kms.cn-hangzhou.aliyuncs.com", false),
        ("dedicated/Encrypt", json!({ "KeyId": "key-one" }), "", true),
        ("dedicated/GenerateRandom", json!({}), own, true),
        ("dedicated/GetSecretValue", json!({ "SecretName": "db/one" }), own, true),
        ("CreateKey", json!({}), own, false),
    ] {
        let asked =
            json!({ "access_key": id, "action": action, "parameters": params, "host": host });
        let found = check(&asked).ok();
        assert_eq!(
            (&found["allowed"], &found["application"]),
            (&json!(allowed), &json!("app")),
            "{asked}"
        );
    }
    for (asked, error) in [
        (
            json!({ "access_key": id, "action": "Encrypt", "region": "cn-beijing" }),
            "does not exist",
        ),
        (json!({ "access_key": id, "action": "Encrypt", "dialect": "tencent" }), "does not exist"),
        (json!({ "access_key": id, "action": "Encrypt" }), "MissingParameter"),
        (json!({ "access_key": id, "action": "dedicated/CreateKey" }), "InvalidAction.NotFound"),
    ] {
        let text = check(&asked).json()["error"].as_str().unwrap().to_owned();
        assert!(text.contains(error), "{asked}: {text}");
    }
}

/// Every action of the gateway's own wire is decided about.
#[test]
fn every_action_of_the_wire_has_a_decision() {
    let server = server(&["resources: [], permissions: [], instance: kst-one"], NOUNS);
    let client = Client::of(&server);
    for (api, first) in [
        ("AdvanceDecrypt", "JAACx"),
        ("AdvanceEncrypt", "key-one"),
        ("AdvanceGenerateDataKey", "key-one"),
        ("AdvanceGenerateDataKeyPair", "key-one"),
        ("AdvanceGenerateDataKeyPairWithoutPlaintext", "key-one"),
        ("Encrypt", "key-one"),
        ("GenerateDataKey", "key-one"),
        ("GenerateDataKeyPair", "key-one"),
        ("GenerateDataKeyPairWithoutPlaintext", "key-one"),
        ("GetPublicKey", "key-one"),
        ("GetSecretValue", "db/one"),
        ("Hash", "x"),
        ("Hmac", "key-one"),
        ("KmsDecrypt", "x"),
        ("KmsEncrypt", "key-one"),
        ("Sign", "key-one"),
        ("Verify", "key-one"),
    ] {
        client.call(api, &[(1, first.into())]).refused(403, NO);
        let found = last(&server);
        assert_eq!(found["allowed"], false, "{api}");
        assert_eq!(found["checks"][0]["action"], format!("kms:{api}"), "{found}");
    }
    client.call("Decrypt", &[(1, "x".into()), (2, "key-one".into())]).refused(403, NO);
    assert_eq!(last(&server)["checks"][0]["resource"], arn("key/key-one"));
}
