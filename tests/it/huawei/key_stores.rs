//! Dedicated key stores.

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::Server;

const ABSENT: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const STORES: &str = "/v1.0/{project_id}/keystores";

fn create(client: &Client, params: Value) -> String {
    let made = client.done(&format!("POST {STORES}"), params);
    assert_eq!(made["keystore"]["domain_id"], "1000000000000001");
    made["keystore"]["keystore_id"].as_str().unwrap().to_owned()
}

fn one(client: &Client, method: &str, id: &str, end: &str) -> Value {
    client.done(&format!("{method} {STORES}/{id}{end}"), Value::Null)
}

#[test]
fn a_key_store_is_made_shown_and_deleted() {
    let server = Server::start();
    let client = Client::of(&server);
    for (params, kind, clusters) in [
        (json!({ "hsm_cluster_id": "c", "hsm_ca_cert": "PEM" }), "DHSM", (json!("c"), json!("c"))),
        (json!({ "keystore_type": "DHSM", "cluster_id": "d" }), "DHSM", (json!("d"), json!("d"))),
        (json!({ "keystore_type": "CDMS" }), "CDMS", (Value::Null, json!("1"))),
        (json!({ "keystore_type": "CDMS", "cluster_id": "e" }), "CDMS", (Value::Null, json!("e"))),
        (json!({ "keystore_type": "DEFAULT" }), "DEFAULT", (Value::Null, json!("0"))),
    ] {
        let mut params = params;
        params["keystore_alias"] = Client::fresh().into();
        let id = create(&client, params.clone());
        let shown = one(&client, "GET", &id, "")["keystore"].clone();
        assert_eq!((&shown["hsm_cluster_id"], &shown["cluster_id"]), (&clusters.0, &clusters.1));
        let told = ["keystore_id", "domain_id", "keystore_alias", "keystore_type", "create_time"];
        assert_eq!(
            told.map(|name| shown[name].as_str().unwrap()),
            [
                &id,
                "1000000000000001",
                params["keystore_alias"].as_str().unwrap(),
                kind,
                "1893456000000"
            ]
        );
        for (end, state) in [("/disable", "3"), ("/enable", "2")] {
            let switched = one(&client, "POST", &id, end);
            let keystore = json!({ "keystore_id": id, "keystore_state": state });
            assert_eq!(switched, json!({ "keystore": keystore }));
        }
        assert_eq!(client.done(&format!("GET {STORES}"), json!({}))["keystores"][0], shown);
        assert_eq!(one(&client, "DELETE", &id, ""), Value::Null);
        client.refused("KMS.8003", &format!("GET {STORES}/{id}"), Value::Null);
    }
}

#[test]
fn key_stores_are_listed_in_pages() {
    let server = Server::start();
    let client = Client::of(&server);
    let ids: Vec<_> = (0..12)
        .map(|at| create(&client, json!({ "keystore_alias": format!("store-{at}") })))
        .collect();
    for (query, range) in [
        (json!({}), 0..10),
        (json!({ "offset": 10 }), 10..12),
        (json!({ "limit": 3, "offset": 1 }), 1..4),
        (json!({ "limit": 3, "offset": 12 }), 12..12),
    ] {
        let listed = client.done(&format!("GET {STORES}"), query);
        assert_eq!(listed["total"], 12);
        let rows = listed["keystores"].as_array().unwrap();
        let found: Vec<_> = rows.iter().map(|it| it["keystore_id"].as_str().unwrap()).collect();
        assert_eq!(found, ids[range]);
    }
    for (query, code) in [
        (json!({ "limit": 0 }), "KMS.1601"),
        (json!({ "limit": "x" }), "KMS.1601"),
        (json!({ "offset": -1 }), "KMS.1603"),
    ] {
        client.refused(code, &format!("GET {STORES}"), query);
    }
}

#[test]
fn a_malformed_or_second_key_store_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    create(&client, json!({ "keystore_alias": "a", "hsm_cluster_id": "c" }));
    for (params, code) in [
        (json!({ "keystore_alias": "a" }), "KMS.1104"),
        (json!({ "keystore_alias": "b", "hsm_cluster_id": "c" }), "KMS.0308"),
        (json!({ "keystore_alias": "b c" }), "KMS.0308"),
        (json!({ "keystore_alias": "b", "keystore_type": "HSM" }), "KMS.0308"),
        (json!({}), "KMS.0204"),
    ] {
        client.refused(code, &format!("POST {STORES}"), params);
    }
    for (method, end) in [("GET", ""), ("DELETE", ""), ("POST", "/enable"), ("POST", "/disable")] {
        for (id, code) in [("b", "KMS.0308"), (ABSENT, "KMS.8003")] {
            client.refused(code, &format!("{method} {STORES}/{id}{end}"), Value::Null);
        }
    }
}

#[test]
fn the_keys_of_a_key_store() {
    let server = Server::start();
    let client = Client::of(&server);
    let store = create(&client, json!({ "keystore_alias": "a" }));
    let key = client.create_key(json!({ "keystore_id": store }));
    assert_eq!(client.describe(&key)["keystore_id"], store);
    let external = client.create_key(json!({ "keystore_id": store, "origin": "external" }));
    let of_key = json!({ "key_id": key });
    client.refused("KMS.0338", "enable-key-rotation", of_key.clone());
    client.refused("KMS.0338", "rotate-on-demand", of_key);
    let import = json!({ "key_id": external, "wrapping_algorithm": "RSAES_OAEP_SHA_256" });
    client.refused("KMS.0339", "get-parameters-for-import", import);
    let there = client.in_region("cn-east-3").project;
    client.refused(
        "KMS.0340",
        &format!("POST /v2/{{project_id}}/kms/keys/{key}/replicate"),
        json!({ "replica_region": "cn-east-3", "replica_project_id": there, "key_alias": "r" }),
    );
    client.refused("KMS.0308", &format!("DELETE {STORES}/{store}"), Value::Null);
    let text = json!({ "key_id": key, "plain_text": "text" });
    client.done("encrypt-data", text.clone());
    one(&client, "POST", &store, "/disable");
    client.refused("KMS.0209", "encrypt-data", text);
    client.refused("KMS.8003", "create-key", json!({ "key_alias": "b", "keystore_id": ABSENT }));
}
