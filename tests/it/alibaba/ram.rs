//! What RAM users may do.

mod conditions;
mod explained;
mod resources;
mod roles;

use kmsim::dialects::Accounts;
use kmsim::seed;
use serde_json::{Value, json};

use crate::alibaba::certificates::SUBJECT;
use crate::kit::{Client, Server, Setup};

pub const ACCOUNT: &str = "1000000000000001";

/// A user whose access key and secret are its name.
pub fn user(name: &str, policies: &[Value]) -> Value {
    json!({ "name": name, "policies": policies, "access_keys": [{ "id": name, "secret": name }] })
}

/// A policy with these statements.
pub fn policy(statements: &Value) -> Value {
    json!({ "Version": "1", "Statement": statements })
}

/// A policy that allows actions on resources.
pub fn allow(actions: &[&str], resources: &[&str]) -> Value {
    policy(&json!([{ "Effect": "Allow", "Action": actions, "Resource": resources }]))
}

/// The ARN of a resource of the account.
pub fn arn(resource: &str) -> String {
    format!("acs:kms:cn-hangzhou:{ACCOUNT}:{resource}")
}

/// Accounts of which the first has these users.
pub fn accounts(users: &[Value], more: &Value) -> String {
    let mut account = json!({
        "id": ACCOUNT,
        "ram": "enforce",
        "access_keys": [{ "id": "testid", "secret": "testsecret" }],
        "users": users,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        account[name] = value.clone();
    }
    let unopened = json!({
        "id": "1000000000000002", "status": "not-opened", "access_keys": [{ "id": "new", "secret": "s" }],
    });
    json!({ "accounts": [account, unopened] }).to_string()
}

/// A server with two keys and two secrets, and these users.
pub fn server(users: &[Value]) -> Server {
    server_with(users, &json!({}), &json!([]))
}

/// The same, with more members of the account, and more keys.
pub fn server_with(users: &[Value], more: &Value, keys: &Value) -> Server {
    let mut all = vec![json!({ "id": "k1", "aliases": ["alias/a"] }), json!({ "id": "k2" })];
    all.extend(keys.as_array().into_iter().flatten().cloned());
    let seed = json!({ "realms": [{
        "account": ACCOUNT,
        "region": "cn-hangzhou",
        "instances": [{ "id": "kst-1" }],
        "keys": all,
        "secrets": [
            { "name": "own", "value": "value", "encryption_key_id": "k1" },
            { "name": "plain", "value": "value" },
        ],
    }]});
    let (seed, accounts) = (seed.to_string(), accounts(users, more));
    let setup = Setup { accounts: Some(&accounts), seeds: &[&*seed], ..Setup::default() };
    Server::with(setup)
}

/// A client of a user.
pub fn client(server: &Server, name: &str) -> Client {
    server.client_as(name, name)
}

/// A ciphertext of a key.
pub fn ciphertext(server: &Server, key: &str) -> String {
    let answer = server.client().call("Encrypt", &[("KeyId", key), ("Plaintext", "text")]).ok();
    answer["CiphertextBlob"].as_str().unwrap().to_owned()
}

const FORBIDDEN: &str = "Forbidden.NoPermission";

#[test]
fn a_denial_names_the_resource() {
    let server = server(&[user("bob", &[])]);
    let bob = client(&server, "bob");
    let denial = |resource: &str| {
        format!("This operation for {} is forbidden by permission system.", arn(resource))
    };
    let message = bob.call("ListKeys", &[]).refused(403, FORBIDDEN);
    assert_eq!(message, denial("key"));
    let message = bob.call("DescribeKey", &[("KeyId", "alias/a")]).refused(403, FORBIDDEN);
    assert_eq!(message, denial("key/k1"));
    let message = bob.call("DescribeKey", &[("KeyId", "none")]).refused(403, FORBIDDEN);
    assert_eq!(message, denial("key/none"), "whether a key exists is a secret");
    let dry = [("KeyId", "k1"), ("Plaintext", "text"), ("DryRun", "true")];
    let message = bob.call("Encrypt", &dry).refused(400, "AccessDeniedError");
    assert!(message.ends_with(&denial("key/k1")), "{message}");
    // What names a resource is required, and must be a name.
    let missing = bob.call("DescribeKey", &[]).refused(400, "MissingParameter");
    assert!(missing.contains("\"KeyId\""), "{missing}");
    bob.call("DescribeKey", &[("KeyId", "a b")]).refused_parameter("KeyId");
}

#[test]
fn users_may_do_everything_unless_their_account_limits_them() {
    let off = json!({ "ram": "off" });
    let server = server_with(&[user("bob", &[])], &off, &json!([]));
    client(&server, "bob").call("ListKeys", &[]).ok();
    // In an account that limits its users, its own access keys may do everything.
    let server = self::server(&[user("bob", &[])]);
    server.client().call("ListKeys", &[]).ok();
}

#[test]
fn the_services_policies_allow_what_their_names_say() {
    let names = [
        "AdministratorAccess",
        "AliyunKMSFullAccess",
        "AliyunKMSReadOnlyAccess",
        "AliyunKMSCryptoAdminAccess",
        "AliyunKMSCryptoUserAccess",
        "AliyunKMSSecretAdminAccess",
        "AliyunKMSSecretUserAccess",
    ];
    let users = names.map(|name| user(name, &[json!(name)]));
    let server = server(&users);
    let key = ("KeyId", "k1");
    for (action, params, allowed) in [
        ("ListKeys", &[][..], "1111000"),
        ("DescribeKey", &[key], "1111100"),
        ("Encrypt", &[key, ("Plaintext", "text")], "1100100"),
        ("UpdateKeyDescription", &[key, ("Description", "new")], "1101000"),
        ("ListSecrets", &[], "1110010"),
        ("DescribeSecret", &[("SecretName", "plain")], "1110011"),
        ("GetSecretValue", &[("SecretName", "plain")], "1100001"),
        ("GetSecretValue", &[("SecretName", "own")], "1100000"),
        ("UpdateSecret", &[("SecretName", "plain"), ("Description", "new")], "1100010"),
        ("CreateCertificate", &[("KeySpec", "EC_P256"), ("Subject", SUBJECT)], "1100000"),
    ] {
        for (name, is_allowed) in names.iter().zip(allowed.chars()) {
            let answer = client(&server, name).call(action, params);
            let expected = if is_allowed == '1' { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{name} {action}: {answer:?}");
        }
    }
}

#[test]
fn policies_with_flaws_stop_the_start() {
    for (users, more, expected) in [
        (
            json!([{ "name": "bob", "policies": ["AliyunECSFullAccess"] }]),
            json!({}),
            "accounts[0].users[0].policies[0]: there is no policy \"AliyunECSFullAccess\" at line 1, column ",
        ),
        (
            json!([{ "name": "eve" }, { "name": "bob", "policies": ["AliyunKMSFullAccess", policy(&json!([{ "Effect": "Maybe" }]))] }]),
            json!({}),
            "accounts[0].users[1].policies[1]: Statement[0].Effect: expected \"Allow\" or \"Deny\" at line 1, column ",
        ),
        (
            json!([{ "name": "bob", "policies": [{ "Statement": [] }] }]),
            json!({}),
            "accounts[0].users[0].policies[0]: Version: missing at line 1, column ",
        ),
        (
            json!([{ "name": "bob", "policies": [{ "Version": "9", "Statement": [] }] }]),
            json!({}),
            "accounts[0].users[0].policies[0]: Version: expected one of \"1\", ",
        ),
        (
            json!([{ "name": "bob", "sts_tokens": [
                { "id": "a", "secret": "s", "token": "t", "expires": "2030-01-01T00:00:00Z", "policy": { "Version": "1" } },
            ]}]),
            json!({}),
            "accounts[0].users[0].sts_tokens[0].policy: Statement: missing at line 1, column ",
        ),
        (
            json!([]),
            json!({ "sts_tokens": [
                { "id": "a", "secret": "s", "token": "t", "expires": "2030-01-01T00:00:00Z", "policy": policy(&json!([])) },
            ]}),
            "accounts[0].sts_tokens.policy: only tokens of users and roles have one, in an account with `ram: enforce` at line 1, column ",
        ),
    ] {
        let text = accounts(users.as_array().unwrap(), &more);
        let read = seed::read("f", &text).unwrap();
        let error = read.add_accounts(&mut Accounts::default()).unwrap_err().to_string();
        let start = format!("f: {expected}");
        assert!(error.starts_with(&start), "{error}\n{start}");
    }
    // Policies of other clouds are theirs to check, and allow nothing here.
    let others = json!([{
        "name": "bob",
        "policies": ["KMS Administrator", { "Version": "1.1", "Statement": [] }],
    }]);
    let text = accounts(others.as_array().unwrap(), &json!({}));
    seed::read("f", &text).unwrap().add_accounts(&mut Accounts::default()).unwrap();
}
