//! Keys in several regions.

use kmsim::dialects::users::Project;
use serde_json::{Value, json};

use super::client::Client;
use crate::kit::Server;

const KEYS: &str = "/v2/{project_id}/kms/keys";

fn replica(key: &str) -> Value {
    json!({
        "key_id": key,
        "replica_region": "cn-east-3",
        "key_alias": "copy",
        "replica_project_id": *Project::derived(&"".into(), "cn-east-3").id,
    })
}

fn with(key: &str, more: Value) -> Value {
    let mut params = replica(key);
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

#[test]
fn a_key_is_replicated_and_its_primary_moved() {
    let server = Server::start();
    let here = Client::of(&server);
    let there = here.in_region("cn-east-3");
    let key = here.create_key(json!({ "key_alias": "first" }));
    let more = json!({ "key_description": "why", "tags": [{ "key": "a", "value": "b" }] });
    let made = here.done(&format!("{KEYS}/{key}/replicate"), with(&key, more));
    let domain = "1000000000000001";
    assert_eq!(made, json!({ "key_id": key, "domain_id": domain, "region": "cn-east-3" }));
    let details = there.describe(&key);
    assert_eq!(details["key_alias"], "copy");
    assert_eq!(
        (&details["realm"], &details["key_description"]),
        (&json!("cn-east-3"), &json!("why"))
    );

    let sealed = here.done("encrypt-data", json!({ "key_id": key, "plain_text": "text" }));
    let cipher_text = json!({ "cipher_text": sealed["cipher_text"] });
    assert_eq!(there.done("decrypt-data", cipher_text)["plain_text"], "text");

    let of_key = json!({ "key_id": key });
    there.refused("KMS.0106", "rotate-on-demand", of_key.clone());
    let update = |client: &Client, to: &str| {
        client.call(
            &format!("PUT {KEYS}/{key}/update-primary-region"),
            json!({ "key_id": key, "primary_region": to }),
        )
    };
    assert_eq!(update(&here, "cn-north-1").json()["error"]["error_code"], "KMS.0308");
    assert_eq!(update(&here, "x").json()["error"]["error_code"], "KMS.0308");
    let moved = update(&here, "cn-east-3").json();
    assert_eq!(moved, json!({ "key_id": key, "primary_region": "cn-east-3" }));
    here.refused("KMS.0106", "rotate-on-demand", of_key.clone());
    there.done("rotate-on-demand", of_key);
}

#[test]
fn a_replica_gets_no_material() {
    let server = Server::start();
    let here = Client::of(&server);
    let there = here.in_region("cn-east-3");
    let key = here.create_key(json!({}));
    let params = replica(&key);
    here.done(&format!("{KEYS}/{key}/replicate"), params.clone());
    here.refused("KMS.0308", &format!("{KEYS}/{key}/replicate"), params);
    there.refused("KMS.0106", &format!("{KEYS}/{key}/replicate"), replica(&key));
    for (more, code) in [
        (json!({ "replica_region": "x" }), "KMS.0308"),
        (json!({ "replica_project_id": "0".repeat(32) }), "KMS.0308"),
        (json!({ "key_alias": "a b" }), "KMS.1101"),
        (json!({ "key_description": "x".repeat(256) }), "KMS.1103"),
        (json!({ "tags": [{ "key": "a=", "value": "b" }] }), "KMS.0406"),
    ] {
        here.refused(code, &format!("{KEYS}/{key}/replicate"), with(&key, more));
    }
}

#[test]
fn regions_are_listed_in_pages() {
    let server = Server::start();
    let client = Client::of(&server);
    let list = |query| client.done("GET /v2/{project_id}/kms/regions", query)["regions"].clone();
    let all = list(json!({ "limit": "100" }));
    let all = all.as_array().unwrap();
    assert!(all.contains(&json!("cn-north-4")) && all.len() > 10, "{all:?}");
    assert_eq!(list(json!({})), json!(all[..10]));
    assert_eq!(list(json!({ "limit": 2, "offset": 1 })), json!(all[1..3]));
}
