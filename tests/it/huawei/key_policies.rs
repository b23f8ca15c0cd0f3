//! Key policies of keyspaces.

use serde_json::{Value, json};

use super::client::Client;
use crate::kit::Server;

const KEYSPACE: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const ABSENT: &str = "1d0466b0-e727-4d9c-b35d-f84bb474a37f";
const DOCUMENT: &str = r#"{"version":"1.0","validity_period":{"start_time":"2030-01-01T00:00:00Z"},
    "allowed_access_point":["a"],"allowed_data_security_zone":["z"]}"#;

fn new(more: Value) -> Value {
    let mut params = json!({ "keyspace_id": KEYSPACE, "policy_name": "a", "policy": DOCUMENT });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

fn create(client: &Client, more: Value) -> String {
    client.done("key-policies", new(more))["policy_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_policy_is_made_shown_changed_and_deleted() {
    let server = Server::start();
    let client = Client::of(&server);
    let id = create(&client, json!({ "description": "why" }));
    let show = || client.done(&format!("GET key-policies/{id}"), Value::Null);
    let mut shown = json!({
        "policy_id": id,
        "policy_name": "a",
        "keyspace_id": KEYSPACE,
        "policy": {
            "version": "1.0",
            "validity_period": { "start_time": "2030-01-01T00:00:00Z" },
            "allowed_access_point": ["a"],
            "allowed_data_security_zone": ["z"],
        },
        "description": "why",
        "created_by": "1000000000000001",
        "create_time": "1893456000000",
        "last_modify_time": "1893456000000",
        "last_access_time": "",
    });
    assert_eq!(show(), shown);
    server.advance(std::time::Duration::from_secs(1));
    let changed = json!({ "policy": r#"{"version":"2","allowedAccessPoint":[]}"# });
    let changed = client.done(&format!("PUT key-policies/{id}"), changed);
    shown["policy"] = json!({ "version": "2", "allowed_access_point": [] });
    shown["last_modify_time"] = "1893456001000".into();
    for name in ["policy_id", "policy", "description", "last_modify_time"] {
        assert_eq!(changed[name], shown[name], "{name}");
    }
    assert_eq!(show(), shown);
    assert_eq!(client.done(&format!("DELETE key-policies/{id}"), Value::Null), Value::Null);
    client.refused("KMS.0308", &format!("GET key-policies/{id}"), Value::Null);
}

#[test]
fn policies_are_listed_with_other_names_of_members() {
    let server = Server::start();
    let client = Client::of(&server);
    let ids = [create(&client, json!({})), create(&client, json!({}))];
    create(&client, json!({ "keyspace_id": ABSENT }));
    let query = json!({ "keyspace_id": KEYSPACE, "limit": "1", "marker": "1" });
    let listed = client.done("GET key-policies", query);
    assert_eq!(listed["page_info"], json!({ "next_marker": "", "current_count": 1 }));
    let policy = &listed["keyspace_policies"][0];
    assert_eq!(policy["policy_id"], ids[1]);
    assert_eq!(
        policy["policy"],
        json!({
            "version": "1.0",
            "validityPeriod": { "start_time": "2030-01-01T00:00:00Z" },
            "allowedAccessPoint": ["a"],
            "allowed_data_security_zone": ["z"],
        })
    );
}

#[test]
fn a_malformed_policy_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    for (more, code) in [
        (json!({ "keyspace_id": "b" }), "KMS.0308"),
        (json!({ "policy_name": "a b" }), "KMS.0308"),
        (json!({ "policy": "b" }), "KMS.0308"),
        (json!({ "policy": "{}" }), "KMS.0308"),
        (json!({ "policy": r#"{"version":1}"# }), "KMS.0308"),
        (json!({ "description": "x".repeat(256) }), "KMS.0308"),
    ] {
        client.refused(code, "key-policies", new(more));
    }
    for id in ["b", ABSENT] {
        client.refused("KMS.0308", &format!("GET key-policies/{id}"), Value::Null);
        let policy = json!({ "policy": DOCUMENT });
        client.refused("KMS.0308", &format!("PUT key-policies/{id}"), policy);
        client.refused("KMS.0308", &format!("DELETE key-policies/{id}"), Value::Null);
    }
}
