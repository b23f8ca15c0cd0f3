//! Creating, describing, enabling and disabling keys.

use serde_json::json;

use super::client::Client;
use crate::kit::Server;

#[test]
fn a_key_is_created_and_described() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({ "key_alias": "first", "key_description": "one" }));
    assert_eq!(
        client.describe(&key),
        json!({
            "key_id": key,
            "domain_id": "1000000000000001",
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
            "sys_enterprise_project_id": "0",
            "key_spec": "AES_256",
            "key_usage": "ENCRYPT_DECRYPT",
            "keystore_id": "0",
        })
    );
}
