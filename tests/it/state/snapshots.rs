//! Snapshots: a scope is saved under a name and restored later.

use kmsim::model::Counts;
use serde_json::{Value, json};

use super::export;
use crate::kit::{Answer, Server, Setup, control};

const WORKERS: &str = "
accounts:
  - { id: '1', access_keys: [{ id: one, secret: s }] }
  - { id: '2', access_keys: [{ id: two, secret: s }] }
";

fn ask(server: &Server, method: &str, path: &str) -> Answer {
    control(server.address, method, &format!("snapshots{path}"), &Value::Null)
}

#[test]
fn a_snapshot_restores_a_scope() {
    let server = Server::with(Setup { accounts: Some(WORKERS), ..Setup::default() });
    let (one, two) = (server.client_as("one", "s"), server.client_as("two", "s"));
    let key = one.create_key(&[("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")]);
    one.call("CreateSecret", &[("SecretName", "s"), ("VersionId", "v1"), ("SecretData", "one")])
        .ok();
    two.create_key(&[]);
    let saved = ask(&server, "POST", "/base?access_key=one").ok();
    let mut expected = json!(Counts { realms: 1, keys: 2, secrets: 1, ..Counts::default() });
    expected["name"] = "base".into();
    expected["account"] = "1".into();
    expected["saved_at"] = crate::kit::START.into();
    assert_eq!(saved, expected);
    // The other worker's snapshot with the same name is separate.
    ask(&server, "POST", "/base?access_key=two").ok();
    let before = export(&server, "?account=1");
    control(server.address, "POST", "clock/advance?account=1", &json!({"by": "15d"})).ok();
    one.call("DeleteSecret", &[("SecretName", "s"), ("ForceDeleteWithoutRecovery", "true")]).ok();
    let mine = two.create_key(&[]);
    assert_ne!(export(&server, "?account=1"), before);
    for _ in 0..2 {
        assert_eq!(ask(&server, "POST", "/base/load?access_key=one").ok(), saved);
        assert_eq!(export(&server, "?account=1"), before);
        let now =
            control(server.address, "GET", "clock?account=1", &Value::Null).ok()["now"].clone();
        assert_eq!(now, crate::kit::START, "the clock is that of the snapshot");
        one.call("DisableKey", &[("KeyId", &key)]).ok();
    }
    two.call("DescribeKey", &[("KeyId", &mine)]).ok();
    ask(&server, "POST", "/base/load?access_key=two").ok();
    two.call("DescribeKey", &[("KeyId", &mine)]).refused(404, "Forbidden.KeyNotFound");
}

#[test]
fn snapshots_are_listed_shown_replaced_and_deleted() {
    let server = Server::with(Setup { accounts: Some(WORKERS), ..Setup::default() });
    let names = |scope: &str| -> Vec<String> {
        let listed = ask(&server, "GET", scope).ok();
        let all = listed["snapshots"].as_array().unwrap().iter();
        all.map(|it| {
            format!("{} {}", it["name"].as_str().unwrap(), it["account"].as_str().unwrap_or("all"))
        })
        .collect()
    };
    for path in ["/b", "/a", "/a?account=1", "/c?account=2&region=cn-hangzhou"] {
        ask(&server, "POST", path).ok();
    }
    assert_eq!(names(""), ["a all", "b all", "a 1", "c 2"]);
    assert_eq!(names("?account=1"), ["a 1"]);
    assert_eq!(names("?access_key=two"), ["c 2"]);
    server.client_as("one", "s").create_key(&[]);
    assert_eq!(ask(&server, "POST", "/a").ok()["keys"], 1);
    assert_eq!(ask(&server, "GET", "/a").ok()["keys"], 1);
    assert_eq!(ask(&server, "DELETE", "/a").ok(), json!({"forgotten": true}));
    for (method, path, status) in [
        ("GET", "/a", 404),
        ("DELETE", "/a", 404),
        ("POST", "/a/load", 404),
        ("POST", "/c/load?account=2", 404),
        ("POST", "/not%20a%20name", 400),
        ("POST", "/x?account=1&planet=9", 400),
        ("DELETE", "", 405),
        ("POST", &format!("/{}", "n".repeat(129)), 400),
    ] {
        let answer = ask(&server, method, path);
        assert!(
            answer.status == status && answer.json()["error"].is_string(),
            "{method} {path}: {answer:?}"
        );
    }
    assert_eq!(names(""), ["b all", "a 1", "c 2"]);
}

#[test]
fn the_number_of_snapshots_is_limited() {
    let server = Server::start();
    for index in 0..1000 {
        ask(&server, "POST", &format!("/s{index}")).ok();
    }
    let refused = ask(&server, "POST", "/one-more");
    assert!(refused.status == 400 && refused.text.contains("delete some"), "{refused:?}");
    ask(&server, "POST", "/s7").ok();
}
