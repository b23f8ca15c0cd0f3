//! Creating, describing, renaming and deleting keys, and default master keys.

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::{Server, Setup, days};

/// A group of keys.
const GROUP: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

#[test]
fn a_key_is_created_and_described() {
    let server = Server::start();
    let client = Client::of(&server);
    let new = json!({
        "key_alias": "first", "key_description": "one", "enterprise_project_id": GROUP,
        "keystore_id": "0", "sequence": "919c82d4-8046-4722-9094-35c3c6524cff",
    });
    let made = client.done("create-key", new)["key_info"].clone();
    let key = made["key_id"].as_str().unwrap();
    let domain = "1000000000000001";
    assert_eq!(made, json!({ "key_id": key, "domain_id": domain, "region_id": "cn-north-4" }));
    let described = json!({
        "key_id": key,
        "domain_id": domain,
        "key_alias": "first",
        "realm": "cn-north-4",
        "key_description": "one",
        "creation_date": "1893456000000",
        "scheduled_deletion_date": "",
        "key_state": "2",
        "default_key_flag": "0",
        "key_type": "1",
        "expiration_time": "",
        "origin": "kms",
        "key_rotation_enabled": "false",
        "sys_enterprise_project_id": GROUP,
        "key_spec": "AES_256",
        "key_usage": "ENCRYPT_DECRYPT",
        "keystore_id": "0",
    });
    let urn = format!("kms:cn-north-4:{domain}:alias:first");
    for name in [key, "alias/first", &urn] {
        assert_eq!(client.describe(name), described);
    }
    for (code, name) in [
        ("KMS.0205", "first"),
        ("KMS.0205", &key.to_uppercase()),
        ("KMS.0205", &key[1..]),
        ("KMS.0205", "alias/"),
        ("KMS.0205", "alias/a b"),
        ("KMS.0205", "kms:cn-north-4:1:key:first"),
        ("KMS.0205", ""),
        ("KMS.0207", GROUP),
        ("KMS.0207", "alias/second"),
    ] {
        client.refused(code, "describe-key", json!({ "key_id": name }));
    }
    // Another region is another realm.
    client.in_region("cn-east-3").refused("KMS.0207", "describe-key", json!({ "key_id": key }));
}

#[test]
fn each_kind_of_key_has_its_usages() {
    let server = Server::start();
    let client = Client::of(&server);
    let usages = ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"];
    for (spec, default, served) in [
        ("AES_256", "ENCRYPT_DECRYPT", &["ENCRYPT_DECRYPT"][..]),
        ("SM4", "ENCRYPT_DECRYPT", &["ENCRYPT_DECRYPT"]),
        ("RSA_2048", "SIGN_VERIFY", &["ENCRYPT_DECRYPT", "SIGN_VERIFY"]),
        ("EC_P256", "SIGN_VERIFY", &["SIGN_VERIFY", "KEY_AGREEMENT"]),
        ("EC_P384", "SIGN_VERIFY", &["SIGN_VERIFY", "KEY_AGREEMENT"]),
        ("SECP256K1", "SIGN_VERIFY", &["SIGN_VERIFY", "KEY_AGREEMENT"]),
        ("SM2", "SIGN_VERIFY", &["ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"]),
        ("ED25519", "SIGN_VERIFY", &["SIGN_VERIFY"]),
        ("HMAC_256", "GENERATE_VERIFY_MAC", &["GENERATE_VERIFY_MAC"]),
        ("HMAC_384", "GENERATE_VERIFY_MAC", &["GENERATE_VERIFY_MAC"]),
        ("HMAC_512", "GENERATE_VERIFY_MAC", &["GENERATE_VERIFY_MAC"]),
        ("HMAC_SM3", "GENERATE_VERIFY_MAC", &["GENERATE_VERIFY_MAC"]),
    ] {
        let told = client.describe(&client.create_key(json!({ "key_spec": spec })));
        assert_eq!((&told["key_spec"], &told["key_usage"]), (&json!(spec), &json!(default)));
        for usage in usages {
            let new = json!({ "key_alias": Client::fresh(), "key_spec": spec, "key_usage": usage });
            if served.contains(&usage) {
                let key = client.create_key(new);
                assert_eq!(client.describe(&key)["key_usage"], usage, "{spec}");
            } else {
                let code = match (spec, usage) {
                    ("AES_256" | "SM4", "SIGN_VERIFY") => "KMS.1115",
                    (_, "ENCRYPT_DECRYPT") if !spec.starts_with("HMAC") => "KMS.1114",
                    _ => "KMS.0308",
                };
                let answer = client.refused(code, "create-key", new);
                assert_eq!(answer.header("x-kmsim-parameter"), Some("key_usage"), "{spec} {usage}");
            }
        }
    }
}

#[test]
fn an_alias_names_one_key_of_a_region() {
    let server = Server::start();
    let client = Client::of(&server);
    let (one, other) =
        (client.create_key(json!({ "key_alias": "one" })), client.create_key(json!({})));
    client.refused("KMS.1104", "create-key", json!({ "key_alias": "one" }));
    client.in_region("cn-east-3").create_key(json!({ "key_alias": "one" }));
    let rename = |key: &str, alias: &str| json!({ "key_id": key, "key_alias": alias });
    client.refused("KMS.1104", "update-key-alias", rename(&other, "one"));
    let renamed = client.done("update-key-alias", rename("alias/one", "two"));
    assert_eq!(renamed, json!({ "key_info": { "key_id": one, "key_alias": "two" } }));
    assert_eq!(client.describe("alias/two")["key_alias"], "two");
    // The old alias is free, and the own one can be given again.
    client.refused("KMS.0207", "describe-key", json!({ "key_id": "alias/one" }));
    client.done("update-key-alias", rename(&other, "one"));
    client.done("update-key-alias", rename(&other, "one"));
    for bad in ["", "a b", "ü", "a.b", "own/default", &"a".repeat(256)] {
        client.refused("KMS.1101", "update-key-alias", rename(&one, bad));
        client.refused("KMS.1101", "create-key", json!({ "key_alias": bad }));
    }
    let longest = "aZ09:/_-".repeat(32)[..255].to_owned();
    client.done("update-key-alias", rename(&one, &longest));
    assert_eq!(client.describe(&one)["key_alias"], longest);
}

#[test]
fn a_description_is_counted_in_characters() {
    let server = Server::start();
    let client = Client::of(&server);
    let longest = "密".repeat(255);
    let key = client.create_key(json!({ "key_description": longest }));
    assert_eq!(client.describe(&key)["key_description"], longest);
    let describe = |text: &str| json!({ "key_id": key, "key_description": text });
    let told = client.done("update-key-description", describe(""));
    assert_eq!(told, json!({ "key_info": { "key_id": key, "key_description": "" } }));
    assert_eq!(client.describe(&key)["key_description"], "");
    let long = "d".repeat(256);
    client.refused("KMS.1103", "update-key-description", describe(&long));
    let new = json!({ "key_alias": "a", "key_description": long });
    client.refused("KMS.1103", "create-key", new);
}

#[test]
fn a_key_is_deleted_at_its_time() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({ "key_alias": "leaving" }));
    let in_days = |days: Value| json!({ "key_id": key, "pending_days": days });
    for bad in [json!("6"), json!(6), json!("1097"), json!("7.0"), json!(""), json!("-7")] {
        client.refused("KMS.1401", "schedule-key-deletion", in_days(bad));
    }
    client.done("schedule-key-deletion", in_days(json!("1096")));
    let cancelled = client.done("cancel-key-deletion", json!({ "key_id": key }));
    assert_eq!(cancelled, json!({ "key_id": key, "key_state": "3" }));
    // A number is accepted too.
    let scheduled = client.done("schedule-key-deletion", in_days(json!(7)));
    assert_eq!(scheduled, json!({ "key_id": key, "key_state": "4" }));
    let told = client.describe(&key);
    assert_eq!(
        (&told["key_state"], &told["scheduled_deletion_date"]),
        (&json!("4"), &json!((1_893_456_000_000_u64 + 7 * 86_400_000).to_string()))
    );
    client.refused("KMS.1104", "create-key", json!({ "key_alias": "leaving" }));
    server.advance(days(7));
    client.refused("KMS.0207", "describe-key", json!({ "key_id": key }));
    client.create_key(json!({ "key_alias": "leaving" }));
    // Without material, a key waits for it when its deletion is cancelled.
    let key = client.create_key(json!({ "origin": "external" }));
    client.done("schedule-key-deletion", json!({ "key_id": key, "pending_days": "7" }));
    let cancelled = client.done("cancel-key-deletion", json!({ "key_id": key }));
    assert_eq!(cancelled, json!({ "key_id": key, "key_state": "5" }));
}

#[test]
fn a_default_master_key_comes_to_be_on_first_use() {
    let server = Server::start();
    let client = Client::of(&server);
    client.create_key(json!({}));
    let count =
        |client: &Client| client.done("GET user-instances", json!({}))["instance_num"].clone();
    let sealed =
        client.done("encrypt-data", json!({ "key_id": "alias/evs/default", "plain_text": "a" }));
    let told = client.describe("alias/evs/default");
    assert_eq!(told["key_id"], sealed["key_id"]);
    assert_eq!(
        (&told["key_alias"], &told["default_key_flag"], &told["sys_enterprise_project_id"]),
        (&json!("evs/default"), &json!("1"), &json!("0"))
    );
    assert_eq!(client.describe("alias/evs/default"), told);
    // It is listed, but is none of the user's keys.
    assert_eq!(client.done("list-keys", Value::Null)["total"], 2);
    assert_eq!(count(&client), 1);
    let quotas = client.done("GET user-quotas", json!({}));
    assert_eq!(quotas["quotas"]["resources"][0]["used"], 1);
    for bad in ["alias/default", "alias//default", "alias/a/b/default", "alias/evs/default/a"] {
        client.refused("KMS.0207", "describe-key", json!({ "key_id": bad }));
    }
}

#[test]
fn quotas_are_those_of_the_account() {
    let accounts = "
accounts:
  - id: '1000000000000001'
    quotas: { keys: 2 }
    access_keys: [{ id: testid, secret: testsecret }]
";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let client = Client::of(&server);
    client.create_key(json!({}));
    assert_eq!(
        client.done("GET user-quotas", json!({})),
        json!({ "quotas": { "resources": [
            { "type": "CMK", "used": 1, "quota": 2 },
            { "type": "grant_per_CMK", "used": 0, "quota": 100 },
        ] } })
    );
    client.create_key(json!({}));
    client.describe("alias/evs/default");
    client.refused("KMS.1105", "create-key", json!({ "key_alias": "third" }));
    let unlimited = Client::of(&Server::start()).done("GET user-quotas", json!({}));
    assert_eq!(unlimited["quotas"]["resources"][0]["quota"], i32::MAX);
}

#[test]
fn a_sequence_has_36_bytes() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let with = |sequence: Value| json!({ "key_id": key, "sequence": sequence });
    client.done("describe-key", with(json!("919c82d4-8046-4722-9094-35c3c6524cff")));
    for bad in [
        json!(""),
        json!("a"),
        json!("a".repeat(35)),
        json!("a".repeat(37)),
        json!(["a"]),
        json!({}),
    ] {
        let answer = client.refused("KMS.0206", "describe-key", with(bad));
        assert_eq!(answer.header("x-kmsim-parameter"), Some("sequence"));
    }
    // It is checked before everything else that a request says.
    client.refused("KMS.0206", "describe-key", json!({ "sequence": "1" }));
    client.refused("KMS.0206", "GET tags", json!({ "sequence": "1" }));
}
