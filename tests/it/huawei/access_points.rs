//! Access points of keyspaces.

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::Server;

const KEYSPACE: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const ABSENT: &str = "1d0466b0-e727-4d9c-b35d-f84bb474a37f";

fn new(more: Value) -> Value {
    let mut params = json!({ "keyspace_id": KEYSPACE, "access_point_name": "a", "type": 1 });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

fn create(client: &Client, more: Value) -> String {
    let made = client.done("access-points", new(more));
    made["access_point_id"].as_str().unwrap().to_owned()
}

fn listed(client: &Client, more: Value) -> Value {
    let mut query = json!({ "keyspace_id": KEYSPACE });
    query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.done("GET access-points", query)
}

#[test]
fn an_access_point_is_made_listed_and_deleted() {
    let server = Server::start();
    let client = Client::of(&server);
    let machine = create(&client, json!({ "identity": "ecs", "description": "why" }));
    let cluster = create(&client, json!({ "type": 2, "cluster_id": "c", "identity": "PEM" }));
    let other = json!({ "keyspace_id": ABSENT });
    create(&client, other);
    assert_eq!(
        listed(&client, json!({ "limit": "1" })),
        json!({
            "page_info": { "next_marker": "1", "current_count": 1 },
            "access_points": [{
                "access_point_id": machine,
                "keyspace_id": KEYSPACE,
                "access_point_name": "a",
                "state": 1,
                "type": 1,
                "created_by": "1000000000000001",
                "create_time": "1893456000000",
                "lsat_modify_time": "1893456000000",
            }],
        })
    );
    let rest = listed(&client, json!({ "limit": "1", "marker": "1" }));
    assert_eq!(rest["access_points"][0]["access_point_id"], cluster);
    assert_eq!(rest["page_info"], json!({ "next_marker": "", "current_count": 1 }));
    for (end, state) in [("disable", 0), ("enable", 1)] {
        let switched = client.done(&format!("access-points/{machine}/{end}"), Value::Null);
        assert_eq!(switched, json!({}));
        assert_eq!(listed(&client, json!({}))["access_points"][0]["state"], state);
    }
    for id in [&machine, &cluster] {
        assert_eq!(client.done(&format!("DELETE access-points/{id}"), Value::Null), Value::Null);
    }
    assert_eq!(listed(&client, json!({}))["access_points"], json!([]));
    client.refused("KMS.0308", &format!("DELETE access-points/{machine}"), Value::Null);
}

#[test]
fn only_a_custom_access_point_has_a_private_key() {
    let server = Server::start();
    let client = Client::of(&server);
    let custom = create(&client, json!({ "type": 3 }));
    let download = |id: &str| format!("access-points/{id}/get-privatekey");
    let downloaded = client.done(&download(&custom), Value::Null);
    assert_eq!(downloaded["access_point_id"], custom);
    let pem = downloaded["private_key"].as_str().unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{pem}");
    assert_eq!(client.done(&download(&custom), Value::Null), downloaded);
    let machine = create(&client, json!({}));
    client.refused("KMS.0308", &download(&machine), Value::Null);
}

#[test]
fn a_malformed_access_point_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    for (more, code) in [
        (json!({ "keyspace_id": "b" }), "KMS.0308"),
        (json!({ "keyspace_id": KEYSPACE.replace('-', "") }), "KMS.0308"),
        (json!({ "keyspace_id": KEYSPACE.to_uppercase() }), ""),
        (json!({ "access_point_name": "a b" }), "KMS.0308"),
        (json!({ "type": 0 }), "KMS.0308"),
        (json!({ "type": 4 }), "KMS.0308"),
        (json!({ "type": 2 }), "KMS.0204"),
        (json!({ "description": "x".repeat(256) }), "KMS.0308"),
        (json!({ "description": "x".repeat(255) }), ""),
    ] {
        client.refused(code, "access-points", new(more));
    }
    client.refused("KMS.0204", "GET access-points", json!({}));
    client.refused(
        "KMS.1602",
        "GET access-points",
        json!({ "keyspace_id": KEYSPACE, "marker": "-1" }),
    );
    for id in ["b", ABSENT] {
        for end in ["enable", "disable", "get-privatekey"] {
            client.refused("KMS.0308", &format!("access-points/{id}/{end}"), Value::Null);
        }
    }
}
