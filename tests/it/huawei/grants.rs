//! Grants: their forms and limits, and who may end them.

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::{Server, Setup};

const ANN: &str = "0123456789abcdef0123456789abcdef";
const BOB: &str = "fedcba9876543210fedcba9876543210";

fn grant(key: &str) -> Value {
    json!({ "key_id": key, "grantee_principal": ANN, "operations": ["encrypt-data"] })
}

/// The parameters with others in their place.
fn with(params: &Value, more: Value) -> Value {
    let mut params = params.clone();
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

fn made(client: &Client, params: Value) -> String {
    client.done("create-grant", params)["grant_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_grant_is_made_and_listed() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let plain = made(&client, grant(&key));
    assert!(plain.len() == 64 && plain.bytes().all(|b| b.is_ascii_hexdigit()), "{plain}");
    let full = json!({
        "name": "a/name",
        "operations": ["encrypt-data", "create-grant", "decrypt-data", "encrypt-data"],
        "grantee_principal_type": "domain",
        "retiring_principal": BOB,
    });
    let full = made(&client, with(&grant(&key), full));
    let listed = client.done("list-grants", json!({ "key_id": key }));
    assert_eq!(
        listed,
        json!({
            "grants": [
                {
                    "key_id": key,
                    "grant_id": plain,
                    "grantee_principal": ANN,
                    "grantee_principal_type": "user",
                    "operations": ["encrypt-data"],
                    "issuing_principal": "1000000000000001",
                    "creation_date": "1893456000000",
                },
                {
                    "key_id": key,
                    "grant_id": full,
                    "grantee_principal": ANN,
                    "grantee_principal_type": "domain",
                    "operations": ["create-grant", "decrypt-data", "encrypt-data"],
                    "issuing_principal": "1000000000000001",
                    "creation_date": "1893456000000",
                    "name": "a/name",
                    "retiring_principal": BOB,
                },
            ],
            "next_marker": "",
            "truncated": "false",
            "total": 2,
        })
    );
    assert_eq!(client.done("list-retirable-grants", Value::Null), listed);
    let page = client.done("list-grants", json!({ "key_id": key, "limit": "1" }));
    assert_eq!((&page["truncated"], &page["next_marker"]), (&json!("true"), &json!("1")));
    let rest = client.done("list-grants", json!({ "key_id": key, "limit": 1, "marker": "1" }));
    assert_eq!((&rest["truncated"], &rest["next_marker"]), (&json!("false"), &json!("")));
    assert_eq!(rest["grants"][0]["grant_id"], full);
}

#[test]
fn a_malformed_grant_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    for (more, code) in [
        (json!({ "operations": ["create-grant"] }), "KMS.2401"),
        (json!({ "operations": [] }), "KMS.2401"),
        (json!({ "operations": ["sign"] }), "KMS.0308"),
        (json!({ "grantee_principal": "a-b" }), "KMS.2402"),
        (json!({ "grantee_principal": "a".repeat(65) }), "KMS.2402"),
        (json!({ "grantee_principal": "" }), "KMS.2402"),
        (json!({ "grantee_principal": "a".repeat(64) }), ""),
        (json!({ "retiring_principal": "a b" }), "KMS.2402"),
        (json!({ "grantee_principal_type": "group" }), "KMS.0308"),
        (json!({ "name": "a b" }), "KMS.0308"),
        (json!({ "name": "a".repeat(256) }), "KMS.0308"),
        (json!({ "name": "a".repeat(255) }), ""),
        (json!({ "key_id": "b" }), "KMS.0205"),
        (json!({ "key_id": "0d0466b0-e727-4d9c-b35d-f84bb474a37f" }), "KMS.0207"),
    ] {
        client.refused(code, "create-grant", with(&grant(&key), more));
    }
}

#[test]
fn grants_are_limited() {
    let accounts = "accounts: [{ id: '1', quotas: { grants: 102 }, \
                    access_keys: [{ id: testid, secret: testsecret }] }]";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let client = Client::of(&server);
    let (one, two) = (client.create_key(json!({})), client.create_key(json!({})));
    for _ in 0..100 {
        made(&client, grant(&one));
    }
    client.refused("KMS.2404", "create-grant", grant(&one));
    for _ in 0..2 {
        made(&client, grant(&two));
    }
    client.refused("KMS.2405", "create-grant", grant(&two));
}

#[test]
fn a_grant_is_revoked_or_retired() {
    let server = Server::start();
    let client = Client::of(&server);
    let (one, two) = (client.create_key(json!({})), client.create_key(json!({})));
    for end in ["revoke-grant", "retire-grant"] {
        let id = made(&client, grant(&one));
        let of = |key: &str, id: &str| json!({ "key_id": key, "grant_id": id });
        client.refused("KMS.2501", end, of(&one, "b"));
        client.refused("KMS.2501", end, of(&one, &"0".repeat(64)));
        client.refused("KMS.2502", end, of(&two, &id));
        assert_eq!(client.done(end, of(&one, &id.to_uppercase())), json!({}));
        client.refused("KMS.2501", end, of(&one, &id));
        assert_eq!(client.done("list-grants", json!({ "key_id": one }))["total"], 0);
    }
}
