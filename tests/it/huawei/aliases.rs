//! Further aliases of keys.

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::Server;

/// The names in list-aliases, and the next marker.
fn listed(client: &Client, params: Value) -> (Vec<String>, String) {
    let told = client.done("GET aliases", params);
    let all = told["aliases"].as_array().unwrap();
    assert_eq!(told["page_info"]["current_count"], all.len());
    let names = all.iter().map(|it| it["alias"].as_str().unwrap().to_owned()).collect();
    (names, told["page_info"]["next_marker"].as_str().unwrap().to_owned())
}

fn delete(client: &Client, key: &str, aliases: &[&str]) -> Value {
    client.done("DELETE aliases", json!({ "key_id": key, "aliases": aliases }))
}

#[test]
fn a_key_gets_and_loses_further_aliases() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({ "key_alias": "own" }));
    let made = client.done("aliases", json!({ "key_id": key, "alias": "alias/more" }));
    assert_eq!(
        made,
        json!({
            "domain_id": "1000000000000001",
            "key_id": key,
            "alias": "alias/more",
            "alias_urn": "kms:cn-north-4:1000000000000001:alias:more",
            "create_time": "1893456000000",
            "update_time": "1893456000000",
        })
    );
    // The prefix may be left out.
    client.done("aliases", json!({ "key_id": "alias/own", "alias": "a/b" }));
    let of_key = || listed(&client, json!({ "key_id": key }));
    assert_eq!(of_key(), (vec!["alias/a/b".to_owned(), "alias/more".to_owned()], String::new()));
    for name in ["alias/own", "alias/more", "alias/a/b", made["alias_urn"].as_str().unwrap()] {
        assert_eq!(client.describe(name)["key_alias"], "own");
    }
    // Renaming the key keeps them.
    client.done("update-key-alias", json!({ "key_id": key, "key_alias": "new" }));
    client.refused("KMS.1104", "update-key-alias", json!({ "key_id": key, "key_alias": "more" }));
    assert_eq!(of_key().0, ["alias/a/b", "alias/more"]);
    assert_eq!(delete(&client, &key, &["alias/a/b", "alias/more"]), Value::Null);
    assert_eq!(of_key().0, [""; 0]);
    client.refused("KMS.0207", "describe-key", json!({ "key_id": "alias/more" }));
}

#[test]
fn an_alias_moves_to_another_key() {
    let server = Server::start();
    let client = Client::of(&server);
    let (one, two) =
        (client.create_key(json!({ "key_alias": "one" })), client.create_key(json!({})));
    client.done("aliases", json!({ "key_id": one, "alias": "alias/app" }));
    let moved = json!({ "alias": "alias/app", "target_key_id": two });
    assert_eq!(client.done("alias/associate", moved)["key_id"], two);
    assert_eq!(client.describe("alias/app")["key_id"], two);
    assert_eq!(listed(&client, json!({ "key_id": one })).0, [""; 0]);
    for (code, alias, target) in [
        ("KMS.0207", "alias/none", &*two),
        ("KMS.0207", "alias/one", &two),
        ("KMS.0207", "alias/app", "00000000-0000-4000-8000-000000000000"),
        ("KMS.0205", "alias/app", "k"),
        ("KMS.0211", "alias/app", "alias/evs/default"),
        ("KMS.1101", "alias/evs/default", &two),
        ("KMS.1101", "alias/", &two),
    ] {
        let params = json!({ "alias": alias, "target_key_id": target });
        client.refused(code, "alias/associate", params);
    }
}

#[test]
fn invalid_aliases_are_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({ "key_alias": "own" }));
    client.done("aliases", json!({ "key_id": key, "alias": "alias/app" }));
    let other = client.create_key(json!({}));
    for (code, alias) in [
        ("KMS.1101", ""),
        ("KMS.1101", "alias/"),
        ("KMS.1101", "a b"),
        ("KMS.1101", "alias/evs/default"),
        ("KMS.1104", "alias/app"),
        ("KMS.1104", "alias/own"),
    ] {
        client.refused(code, "aliases", json!({ "key_id": other, "alias": alias }));
    }
    let params = json!({ "key_id": "alias/evs/default", "alias": "alias/new" });
    client.refused("KMS.0211", "aliases", params);
    // Of another key, its own, or none: then no alias is deleted.
    for (code, of, aliases) in [
        ("KMS.0207", &other, json!(["alias/app"])),
        ("KMS.0207", &key, json!(["alias/app", "alias/own"])),
        ("KMS.0207", &key, json!(["alias/app", "alias/none"])),
        ("KMS.1101", &key, json!(["alias/app", "a b"])),
        ("KMS.0308", &key, json!([])),
        ("KMS.0308", &key, json!("alias/app")),
    ] {
        client.refused(code, "DELETE aliases", json!({ "key_id": of, "aliases": aliases }));
    }
    assert_eq!(client.describe("alias/app")["key_id"], key);
}

#[test]
fn aliases_are_listed_in_pages_by_name() {
    let server = Server::start();
    let client = Client::of(&server);
    let (one, two) = (client.create_key(json!({})), client.create_key(json!({})));
    for (alias, key) in [("c", &one), ("a", &two), ("b", &one)] {
        client.done("aliases", json!({ "key_id": key, "alias": format!("alias/{alias}") }));
    }
    client.describe("alias/evs/default");
    for (params, names, next) in [
        (json!({}), &["alias/a", "alias/b", "alias/c"][..], ""),
        (json!({ "limit": 2 }), &["alias/a", "alias/b"], "2"),
        (json!({ "limit": 2, "marker": 2 }), &["alias/c"], ""),
        (json!({ "key_id": one, "limit": 1 }), &["alias/b"], "1"),
        (json!({ "key_id": two, "limit": 50 }), &["alias/a"], ""),
        (json!({ "key_id": "alias/evs/default" }), &[], ""),
    ] {
        let (found, marker) = listed(&client, params.clone());
        assert_eq!(
            (found, &*marker),
            (names.iter().map(ToString::to_string).collect(), next),
            "{params}"
        );
    }
    for (code, params) in [
        ("KMS.1601", json!({ "limit": 0 })),
        ("KMS.1602", json!({ "marker": "x" })),
        ("KMS.0205", json!({ "key_id": "k" })),
        ("KMS.0207", json!({ "key_id": "00000000-0000-4000-8000-000000000000" })),
    ] {
        client.refused(code, "GET aliases", params);
    }
}
