//! What users may do: their policies, and the grants of keys.

use kmsim::algorithms::mac::{Hash, digest, hmac};
use serde_json::{Value, json};

use super::client::{Client, refusal};
use super::iam::{ACCOUNTS, PROJECT, client, server, token};
use crate::kit::{Server, Setup, send};

/// The status of an answer, and the code of a refusal.
fn outcome(client: &Client, what: &str, params: Value) -> (u16, String) {
    let answer = client.call(what, params);
    (answer.status, refusal(&answer).0)
}

fn denied() -> (u16, String) {
    (403, "KMS.0306".into())
}

fn done() -> (u16, String) {
    (200, String::new())
}

/// A server whose user `bob` has a policy.
fn with_policy(statement: Value) -> Server {
    let policy = json!({ "Version": "1.1", "Statement": statement });
    let user = "secret: bobsecret }]\n";
    let with = format!("{user}        policies: [{policy}]\n");
    let accounts = ACCOUNTS.replacen(user, &with, 1);
    assert_ne!(accounts, ACCOUNTS);
    Server::with(Setup { accounts: Some(&accounts), ..Setup::default() })
}

#[test]
fn a_user_may_do_what_its_policies_allow() {
    let server = server();
    let account = client(&server, "testid", "testsecret");
    let key = account.create_key(json!({}));
    let alice = client(&server, "aliceid", "alicesecret");
    let bob = client(&server, "bobid", "bobsecret");
    let of_key = json!({ "key_id": key });
    let text = json!({ "key_id": key, "plain_text": "text" });
    for (what, params) in [
        ("list-keys", json!({})),
        ("GET user-quotas", json!({})),
        ("gen-random", json!({ "random_data_length": "512" })),
        ("create-key", json!({ "key_alias": "of-a-user" })),
        ("describe-key", of_key.clone()),
        ("encrypt-data", text.clone()),
        ("disable-key", of_key.clone()),
        ("enable-key", of_key.clone()),
    ] {
        assert_eq!(outcome(&bob, what, params.clone()), denied(), "{what}");
        assert_eq!(outcome(&alice, what, params), done(), "{what}");
    }
    // Whether a key exists is no secret. A key that does not exist has no permissions.
    let unknown = json!({ "key_id": "0d0466b0-e727-4d9c-b35d-f84bb474a37f" });
    assert_eq!(outcome(&bob, "describe-key", unknown), (404, "KMS.0207".into()));
}

#[test]
fn a_token_may_do_what_its_user_may() {
    let server = server();
    let key = client(&server, "testid", "testsecret").create_key(json!({}));
    let call = |user: &str, what: &str, params: Value| {
        let token = token(&server, user);
        let path = format!("/v1.0/{PROJECT}/kms/{what}");
        let head = format!("POST {path} HTTP/1.1\r\nX-Auth-Token: {token}\r\n");
        let answer = send(server.address, &head, params.to_string().as_bytes());
        (answer.status, refusal(&answer).0)
    };
    let of_key = json!({ "key_id": key });
    assert_eq!(call("guest", "list-keys", json!({})), done());
    assert_eq!(call("guest", "describe-key", of_key.clone()), done());
    assert_eq!(call("guest", "disable-key", of_key.clone()), denied());
    assert_eq!(call("bob", "describe-key", of_key.clone()), denied());
    assert_eq!(call("alice", "disable-key", of_key), done());
}

#[test]
fn policies_name_actions_and_keys() {
    let statement = json!([{ "Effect": "Allow", "Action": ["kms:cmk:list", "kms:cmk:get"] }]);
    let server = with_policy(statement);
    let key = client(&server, "testid", "testsecret").create_key(json!({}));
    let bob = client(&server, "bobid", "bobsecret");
    assert_eq!(outcome(&bob, "list-keys", json!({})), done());
    assert_eq!(outcome(&bob, "describe-key", json!({ "key_id": key })), done());
    assert_eq!(outcome(&bob, "enable-key", json!({ "key_id": key })), denied());

    let denial = json!([
        { "Effect": "Allow", "Action": ["kms:*:*"], "Resource": ["KMS:*:*:KeyId:*"] },
        { "Effect": "Deny", "Action": "kms:cmk:disable" },
    ]);
    let server = with_policy(denial);
    let key = client(&server, "testid", "testsecret").create_key(json!({}));
    let bob = client(&server, "bobid", "bobsecret");
    assert_eq!(outcome(&bob, "list-keys", json!({})), done());
    assert_eq!(outcome(&bob, "disable-key", json!({ "key_id": key })), denied());
    assert_eq!(outcome(&bob, "describe-key", json!({ "key_id": key })), done());

    // The ids of keys follow from the entropy's seed, so the first key is the same again.
    let of_key = json!([
        { "Effect": "Allow", "Action": ["kms:cmk:*"],
          "Resource": [format!("kms:cn-north-4:d1:KeyId:{key}")] },
    ]);
    let server = with_policy(of_key);
    let account = client(&server, "testid", "testsecret");
    assert_eq!(account.create_key(json!({})), key);
    let other = account.create_key(json!({}));
    let bob = client(&server, "bobid", "bobsecret");
    assert_eq!(outcome(&bob, "describe-key", json!({ "key_id": key })), done());
    assert_eq!(outcome(&bob, "describe-key", json!({ "key_id": other })), denied());
    assert_eq!(outcome(&bob, "list-keys", json!({})), denied());
}

const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

/// A server with a key and a grant of it.
fn with_grant(grantee: &str, kind: &str) -> Server {
    let seed = json!({ "realms": [{
        "cloud": "huawei",
        "account": "1000000000000001",
        "region": "cn-north-4",
        "keys": [{ "id": KEY }],
        "grants": [{
            "id": "5c9d1d9f",
            "key": KEY,
            "grantee": grantee,
            "grantee_type": kind,
            "operations": ["encrypt-data", "describe-key"],
        }],
    }]});
    let seeds = [&*seed.to_string()];
    Server::with(Setup { accounts: Some(ACCOUNTS), seeds: &seeds, ..Setup::default() })
}

#[test]
fn a_grantee_may_do_what_the_grant_lists_and_nothing_else() {
    let text = json!({ "key_id": KEY, "plain_text": "text" });
    let of_key = json!({ "key_id": KEY });
    for (grantee, kind, is_granted) in [
        ("b0b", "User", true),
        ("d1", "Account", true),
        ("a11ce", "User", false),
        ("d2", "Account", false),
        ("b0b", "Account", false),
        ("d1", "User", false),
    ] {
        let server = with_grant(grantee, kind);
        let bob = client(&server, "bobid", "bobsecret");
        let expected = if is_granted { done() } else { denied() };
        assert_eq!(outcome(&bob, "encrypt-data", text.clone()), expected, "{grantee} {kind}");
        assert_eq!(outcome(&bob, "describe-key", of_key.clone()), expected, "{grantee} {kind}");
        for other in ["disable-key", "create-datakey-without-plaintext"] {
            assert_eq!(outcome(&bob, other, of_key.clone()), denied(), "{other}");
        }
        let account = client(&server, "testid", "testsecret");
        let sealed = account.done("encrypt-data", text.clone());
        let sealed = json!({ "cipher_text": sealed["cipher_text"] });
        assert_eq!(outcome(&bob, "decrypt-data", sealed.clone()), denied());
        assert_eq!(outcome(&account, "decrypt-data", sealed), done());
        assert_eq!(outcome(&bob, "list-keys", json!({})), denied());
    }
}

#[test]
fn a_grantee_gives_no_more_than_its_grant_lists() {
    let server = server();
    let account = client(&server, "testid", "testsecret");
    let bob = client(&server, "bobid", "bobsecret");
    let key = account.create_key(json!({}));
    let sealed = account.done("encrypt-data", json!({ "key_id": key, "plain_text": "text" }));
    let sealed = json!({ "cipher_text": sealed["cipher_text"] });
    let grant = |operations: &[&str]| json!({ "key_id": key, "grantee_principal": "b0b", "operations": operations });
    account.done("create-grant", grant(&["encrypt-datakey"]));
    account.done("create-grant", grant(&["create-grant", "describe-key"]));
    for more in [
        &["decrypt-data"][..],
        &["describe-key", "decrypt-data"],
        &["describe-key", "retire-grant"],
        // What another grant lists may be used, and not be given.
        &["encrypt-datakey"],
    ] {
        assert_eq!(outcome(&bob, "create-grant", grant(more)), denied(), "{more:?}");
    }
    assert_eq!(outcome(&bob, "decrypt-data", sealed), denied());
    for less in [&["describe-key"][..], &["describe-key", "create-grant"]] {
        assert_eq!(outcome(&bob, "create-grant", grant(less)), done(), "{less:?}");
    }

    // A policy for it has no such limit.
    let server = with_policy(json!({ "Effect": "Allow", "Action": "kms:grant:create" }));
    let key = client(&server, "testid", "testsecret").create_key(json!({}));
    let bob = client(&server, "bobid", "bobsecret");
    let own = json!({ "key_id": key, "grantee_principal": "b0b", "operations": ["decrypt-data"] });
    assert_eq!(outcome(&bob, "create-grant", own), done());
}

#[test]
fn a_denial_counts_for_the_own_grants_too() {
    for (denied_on, is_listed) in
        [("*", false), ("KMS:*:*:KeyId:*", false), ("KMS:*:*:KeyId:a*", true)]
    {
        let server = with_policy(json!({
            "Effect": "Deny", "Action": ["kms:grant:*"], "Resource": [denied_on],
        }));
        let account = client(&server, "testid", "testsecret");
        let bob = client(&server, "bobid", "bobsecret");
        let listed = outcome(&bob, "list-retirable-grants", json!({}));
        assert_eq!(listed, if is_listed { done() } else { denied() }, "{denied_on}");
        let mut outcomes = [false, false];
        for _ in 0..40 {
            let key = account.create_key(json!({}));
            let grant = json!({
                "key_id": key,
                "grantee_principal": "b0b",
                "operations": ["describe-key", "retire-grant"],
            });
            let id = account.done("create-grant", grant)["grant_id"].clone();
            let is_denied = denied_on != "KMS:*:*:KeyId:a*" || key.starts_with('a');
            let expected = if is_denied { denied() } else { done() };
            let grant = json!({ "key_id": key, "grant_id": id });
            assert_eq!(outcome(&bob, "retire-grant", grant), expected, "{key} {denied_on}");
            outcomes[usize::from(is_denied)] = true;
        }
        assert!(outcomes[1]);
    }
}

#[test]
fn a_user_without_secrets_has_no_tokens() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let accounts = ACCOUNTS.replace("        password: secret of guest\n", "");
    assert_ne!(accounts, ACCOUNTS);
    let server = Server::with(Setup { accounts: Some(&accounts), ..Setup::default() });
    let genuine = URL_SAFE_NO_PAD.decode(token(&server, "alice")).unwrap();
    let claims = String::from_utf8(genuine[32..].to_vec()).unwrap().replace("a11ce", "9uest");
    // What a key of everything that is known about the user would make.
    let parts = ["1000000000000001", "9uest", "guest", ""].map(|part| {
        [&u64::try_from(part.len()).unwrap().to_be_bytes()[..], part.as_bytes()].concat()
    });
    let key = digest(Hash::Sha256, &parts.concat());
    let code = hmac(Hash::Sha256, &[&key], &[b"token\0", claims.as_bytes()].concat());
    for code in [code, vec![0; 32]] {
        let token = URL_SAFE_NO_PAD.encode([&code, claims.as_bytes()].concat());
        let path = format!("/v1.0/{PROJECT}/kms/list-keys");
        let head = format!("POST {path} HTTP/1.1\r\nX-Auth-Token: {token}\r\n");
        let answer = send(server.address, &head, b"{}");
        assert_eq!((answer.status, refusal(&answer).0), (403, "KMS.0302".into()));
    }
}

#[test]
fn a_user_without_access_makes_no_default_key() {
    let server = server();
    let account = client(&server, "testid", "testsecret");
    let bob = client(&server, "bobid", "bobsecret");
    let alice = client(&server, "aliceid", "alicesecret");
    let of_key = json!({ "key_id": "alias/evs/default" });
    let total = || account.done("list-keys", json!({}))["total"].clone();
    assert_eq!(outcome(&bob, "describe-key", of_key.clone()), denied());
    assert_eq!(total(), 0);
    assert_eq!(outcome(&alice, "describe-key", of_key.clone()), done());
    assert_eq!(total(), 1);
    assert_eq!(outcome(&bob, "describe-key", of_key), denied());
}
