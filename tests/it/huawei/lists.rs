//! Lists of keys: pages and filters.

use serde_json::{Value, json};

use super::client::Client;
use super::imports::wrapped;
use crate::kit::Server;

const GROUP: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

fn aliases(list: &Value) -> Vec<String> {
    let all = list["key_details"].as_array().unwrap();
    let ids: Vec<_> = all.iter().map(|key| key["key_id"].clone()).collect();
    assert_eq!(list["keys"], json!(ids));
    all.iter().map(|key| key["key_alias"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn pages_begin_at_an_index_newest_first() {
    let server = Server::start();
    let client = Client::of(&server);
    for alias in ["a", "b", "c"] {
        client.create_key(json!({ "key_alias": alias }));
    }
    let page = |marker: Value, limit: Value| {
        let list = client.done("list-keys", json!({ "marker": marker, "limit": limit }));
        assert_eq!(list["total"], 3);
        (aliases(&list).concat(), [list["next_marker"].clone(), list["truncated"].clone()])
    };
    for (marker, limit, rows, next, truncated) in [
        (json!(null), json!(null), "cba", "", "false"),
        (json!("0"), json!("2"), "cb", "2", "true"),
        (json!(2), json!(2), "a", "", "false"),
        (json!("1"), json!("2"), "ba", "", "false"),
        (json!("3"), json!("1"), "", "", "false"),
        (json!("18446744073709551615"), json!("2147483647"), "", "", "false"),
        (json!("0"), json!("3"), "cba", "", "false"),
    ] {
        let expected = (rows.to_owned(), [json!(next), json!(truncated)]);
        assert_eq!(page(marker.clone(), limit.clone()), expected, "{marker} {limit}");
    }
    // A request without a body has no parameters.
    assert_eq!(aliases(&client.done("list-keys", Value::Null)).concat(), "cba");
    for bad in [json!("0"), json!("-1"), json!("x"), json!("2147483648"), json!("")] {
        client.refused("KMS.1601", "list-keys", json!({ "limit": bad }));
    }
    for bad in [json!("-1"), json!("x"), json!("18446744073709551616"), json!("+1")] {
        client.refused("KMS.1602", "list-keys", json!({ "marker": bad }));
    }
}

#[test]
fn lists_are_filtered() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = |more: Value| client.create_key(more);
    let disabled = key(json!({ "key_alias": "disabled" }));
    client.done("disable-key", json!({ "key_id": disabled }));
    let leaving = key(json!({ "key_alias": "leaving", "enterprise_project_id": GROUP }));
    client.done("schedule-key-deletion", json!({ "key_id": leaving, "pending_days": "7" }));
    key(json!({ "key_alias": "waiting", "origin": "external" }));
    let imported = key(json!({ "key_alias": "imported", "origin": "external" }));
    client.done("import-key-material", wrapped(&client, &imported, &[7; 32]).params());
    key(json!({ "key_alias": "sm4", "key_spec": "SM4" }));
    key(json!({ "key_alias": "pair", "key_spec": "EC_P256", "enterprise_project_id": GROUP }));
    for (filter, expected) in [
        (json!({}), "imported waiting leaving disabled"),
        (json!({ "key_spec": "AES_256" }), "imported waiting leaving disabled"),
        (json!({ "key_spec": "ALL" }), "pair sm4 imported waiting leaving disabled"),
        (json!({ "key_spec": "SM4" }), "sm4"),
        (json!({ "key_spec": "RSA_2048" }), ""),
        (json!({ "key_spec": "ALL", "key_state": "2" }), "pair sm4 imported"),
        (json!({ "key_state": 3 }), "disabled"),
        (json!({ "key_state": "4" }), "leaving"),
        (json!({ "key_state": "5" }), "waiting"),
        (json!({ "key_state": "1" }), ""),
        (json!({ "enterprise_project_id": GROUP }), "leaving"),
        (json!({ "enterprise_project_id": GROUP, "key_spec": "ALL" }), "pair leaving"),
        (json!({ "enterprise_project_id": "0" }), "imported waiting disabled"),
        (json!({ "enterprise_project_id": "all" }), "imported waiting leaving disabled"),
    ] {
        let list = client.done("list-keys", filter.clone());
        assert_eq!(aliases(&list).join(" "), expected, "{filter}");
        assert_eq!(list["total"], expected.split_whitespace().count(), "{filter}");
    }
    for (name, bad) in [
        ("key_state", "0"),
        ("key_state", "6"),
        ("key_state", ""),
        ("key_spec", "aes_256"),
        ("enterprise_project_id", "ALL"),
        ("enterprise_project_id", ""),
    ] {
        let answer = client.refused("KMS.0308", "list-keys", json!({ name: bad }));
        assert_eq!(answer.header("x-kmsim-parameter"), Some(name));
    }
}
