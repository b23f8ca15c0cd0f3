//! Roles, control policies, and documents that are refused.

use serde_json::{Value, json};

use super::{FORBIDDEN, allow, arn, policy, server_with, user};
use crate::kit::{Client, Server, control, kmsim};
use crate::logs::logged;

/// A role with these policies, and a temporary access key whose id, secret and token are its name.
fn role(name: &str, policies: &[Value], session: &Value) -> Value {
    let mut token = json!({
        "id": name, "secret": name, "token": name, "expires": "2100-01-01T00:00:00Z",
    });
    if !session.is_null() {
        token["policy"] = session.clone();
    }
    json!({ "name": name, "policies": policies, "sts_tokens": [token] })
}

/// The session of a role.
fn session(server: &Server, name: &str) -> Client {
    server.client_as(name, name).with("SecurityToken", name)
}

fn may(client: &Client, action: &str, key: &str) -> bool {
    let answer = client.call(action, &[("KeyId", key), ("Plaintext", "text")]);
    if answer.status != 200 {
        answer.refused(403, FORBIDDEN);
    }
    answer.status == 200
}

#[test]
fn roles_may_do_what_their_policies_and_sessions_allow() {
    let limited = allow(&["kms:DescribeKey"], &["*"]);
    let more = json!({ "roles": [
        role("ops", &[allow(&["kms:Encrypt", "kms:DescribeKey"], &["*"])], &Value::Null),
        role("audit", &[json!("AliyunKMSFullAccess")], &limited),
        role("bob", &[], &Value::Null),
    ] });
    let server =
        server_with(&[user("bobby", &[])], &more, &json!([{ "id": "k3", "instance": "kst-1" }]));
    let ops = session(&server, "ops");
    assert!(may(&ops, "Encrypt", "k1") && may(&ops, "DescribeKey", "k1"));
    assert!(!may(&ops, "DisableKey", "k1"));
    let audit = session(&server, "audit");
    assert!(may(&audit, "DescribeKey", "k1") && !may(&audit, "Encrypt", "k1"));
    // The policy of a key may name a role. A user of the same name is another principal.
    let bob = session(&server, "bob");
    assert!(!may(&bob, "Encrypt", "k3"));
    let set = |who: &str| {
        let statement = json!([{
            "Effect": "Allow", "Principal": { "RAM": [format!("acs:ram::{}:{who}", super::ACCOUNT)] },
            "Action": ["kms:Encrypt"], "Resource": ["*"],
        }]);
        let text = policy(&statement).to_string();
        let params = [("KeyId", "k3"), ("PolicyName", "default"), ("Policy", &text)];
        server.client().call("SetKeyPolicy", &params).ok();
    };
    set("user/bob");
    assert!(!may(&bob, "Encrypt", "k3"));
    set("role/bob");
    assert!(may(&bob, "Encrypt", "k3"));
    let asked =
        json!({ "access_key": "bob", "action": "Encrypt", "parameters": { "KeyId": "k3" } });
    let found = control(server.address, "POST", "access/check", &asked).ok();
    assert_eq!(
        (&found["role"], &found["user"], &found["checks"][0]["layer"]),
        (&json!("bob"), &Value::Null, &json!("key policy"))
    );
}

#[test]
fn control_policies_limit_users() {
    let statements = json!([
        { "Effect": "Allow", "NotAction": "kms:DisableKey", "Resource": "*" },
        { "Effect": "Deny", "Action": "kms:Encrypt", "Resource": arn("key/k2") },
    ]);
    let more = json!({ "control_policies": [policy(&statements)] });
    let all = allow(&["kms:*"], &["*"]);
    let server = server_with(&[user("bob", &[all])], &more, &json!([]));
    let bob = server.client_as("bob", "bob");
    assert!(may(&bob, "Encrypt", "k1") && !may(&bob, "Encrypt", "k2"));
    assert!(!may(&bob, "DisableKey", "k1"));
    // They do not limit the account itself.
    server.client().call("DisableKey", &[("KeyId", "k2")]).ok();
}

#[test]
fn users_may_do_all_but_some_actions() {
    let statements = json!([{ "Effect": "Allow", "NotAction": ["kms:*Secret*", "kms:Disable*"], "Resource": "*" }]);
    let server = super::server(&[user("bob", &[policy(&statements)])]);
    let bob = server.client_as("bob", "bob");
    assert!(may(&bob, "Encrypt", "k1") && !may(&bob, "DisableKey", "k1"));
    bob.call("GetSecretValue", &[("SecretName", "own")]).refused(403, FORBIDDEN);
}

#[test]
fn a_policy_that_is_not_understood_is_explained() {
    let more = json!([{ "id": "k3", "instance": "kst-1" }]);
    let server = server_with(&[], &json!({}), &more);
    let client = server.client();
    let good = json!({
        "Effect": "Allow", "Principal": { "RAM": ["acs:ram::1:*"] }, "Action": ["kms:*"], "Resource": ["*"],
    });
    let with = |name: &str, value: Value| {
        let mut statement = good.clone();
        statement[name] = value;
        policy(&json!([statement])).to_string()
    };
    for (text, what) in [
        (with("NotAction", json!("kms:*")), "Statement[0].NotAction: unknown; expected one of "),
        (with("NotPrincipal", json!({})), "Statement[0].NotPrincipal: unknown; expected one of "),
        (with("NotResource", json!("*")), "Statement[0].NotResource: unknown; expected one of "),
        (with("Action", json!("ecs:*")), "Statement[0].Action: must begin with \"kms:\"."),
        (
            with("Principal", json!({ "RAM": ["acs:ram::1:group/g"] })),
            "Statement[0].Principal.RAM[0]: expected acs:ram::",
        ),
        ("{}".to_owned(), "Version: missing."),
    ] {
        let params = [("KeyId", "k3"), ("PolicyName", "default"), ("Policy", text.as_str())];
        let message = client.call("SetKeyPolicy", &params).refused(400, "InvalidParameter");
        let rest = message.strip_prefix("The specified parameter \"Policy\" is not valid. ");
        assert!(rest.is_some_and(|rest| rest.starts_with(what)), "{message}");
    }
}

/// The other clouds do not complain about policies that are not theirs.
#[test]
fn the_log_has_no_warning_about_policies_that_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("accounts.yaml"), folder.path().join("log"));
    let policies = [json!("AliyunKMSFullAccess"), allow(&["kms:*"], &["*"])];
    std::fs::write(&file, super::accounts(&[user("bob", &policies)], &json!({}))).unwrap();
    let mut command = kmsim(&["--data", ":memory:", "--accounts"]);
    drop(logged(command.arg(&file), &log));
    let logs = std::fs::read_to_string(&log).unwrap();
    assert!(!logs.contains("WARN"), "{logs}");
}
