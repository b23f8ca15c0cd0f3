//! `DescribeKeys`, and the three ways in which SDKs send a list.

use serde_json::Value;

use super::wire::{Client, SIGNED, Wire, invalid};
use crate::kit::Server;

fn ids(listed: &Value) -> Vec<&str> {
    listed["KeySet"].as_array().unwrap().iter().map(|key| key["KeyId"].as_str().unwrap()).collect()
}

#[test]
fn all_or_the_named_keys_are_listed() {
    let server = Server::start();
    let client = Client::of(&server);
    let keys: Vec<String> = (0..25).map(|_| client.create_key()).collect();
    assert_eq!(ids(&client.call("DescribeKeys", &[]).ok()), keys, "oldest first, without pages");
    let (a, b) = (keys[3].as_str(), keys[1].as_str());
    for wire in SIGNED {
        let client = client.on(wire);
        for named in [
            &[("KeyId.1", a), ("KeyId.2", b)][..],
            &[("KeyId.0", a), ("KeyId.1", b)],
            &[("KeyId.10", a), ("KeyId.2", b), ("KeyId.3", a)],
            &[("KeyId", a), ("KeyId", b)],
            &[("KeyId", b), ("KeyId", a), ("KeyId", b)],
        ] {
            assert_eq!(ids(&client.call("DescribeKeys", named).ok()), [b, a], "{wire:?} {named:?}");
        }
        assert_eq!(ids(&client.call("DescribeKeys", &[("KeyId", a)]).ok()), [a]);
        assert_eq!(ids(&client.call("DescribeKeys", &[("KeyId", "")]).ok()).len(), 25);
    }
}

#[test]
fn an_unknown_named_key_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key();
    let nobody = "0kes2r8k-vbse-87pj-icck-qu9cao8vubi7";
    invalid(&client.call("DescribeKeys", &[("KeyId.1", &key), ("KeyId.2", nobody)]), "KeyId");
    // A malformed id is reported by its position.
    invalid(&client.call("DescribeKeys", &[("KeyId.1", &key), ("KeyId.2", "b")]), "KeyId.2");
    invalid(&client.call("DescribeKeys", &[("KeyId", &key), ("KeyId", "b")]), "KeyId");
}

#[test]
fn a_list_may_be_json() {
    let server = Server::start();
    let client = Client::of(&server).on(Wire::Unsigned);
    let server = Server::with(crate::kit::Setup {
        auth: kmsim::dialects::AuthMode::Off,
        ..Default::default()
    });
    let client = Client { address: server.address, ..client };
    let keys: Vec<String> = (0..3).map(|_| client.create_key()).collect();
    let body =
        serde_json::json!({ "KeyId": [keys[2], keys[0]], "Service": "kkms", "Accesskey": "" });
    let head = "POST /?Action=DescribeKeys&Version=2016-03-04 HTTP/1.1\r\nAccept: application/json\r\n\
                Content-Type: application/json\r\n";
    let answer = crate::kit::send(server.address, head, body.to_string().as_bytes());
    assert_eq!(ids(&answer.ok()), [&keys[0], &keys[2]]);
}
