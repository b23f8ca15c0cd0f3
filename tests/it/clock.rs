//! The clock of the control plane: an access key's account gets its own clock when that is changed,
//! and what falls due has happened when the request returns.

use serde_json::{Value, json};

use crate::kit::{Answer, Server, Setup, control};

const WORKERS: &str = "
accounts:
  - { id: '1', access_keys: [{ id: one, secret: s }] }
  - { id: '2', access_keys: [{ id: two, secret: s }] }
";

fn workers() -> Server {
    Server::with(Setup { accounts: Some(WORKERS), ..Setup::default() })
}

fn turn(server: &Server, path: &str, body: Value) -> Answer {
    control(server.address, "POST", &format!("clock/{path}"), &body)
}

fn now(server: &Server, scope: &str) -> String {
    let shown = control(server.address, "GET", &format!("clock{scope}"), &Value::Null).ok();
    shown["now"].as_str().unwrap().to_owned()
}

#[test]
fn advancing_a_clock_runs_what_is_due_in_its_scope_only() {
    let server = workers();
    let (one, two) = (server.client_as("one", "s"), server.client_as("two", "s"));
    let doomed = [&one, &two].map(|client| {
        let key = client.create_key(&[]);
        client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).ok();
        key
    });
    let rotating =
        one.create_key(&[("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")]);
    turn(&server, "advance?access_key=one", json!({"by": "7d"})).ok();
    one.call("DescribeKey", &[("KeyId", &doomed[0])]).refused(404, "Forbidden.KeyNotFound");
    let versions = one.call("ListKeyVersions", &[("KeyId", &rotating)]).ok();
    assert_eq!(versions["TotalCount"], 2);
    let newest = &versions["KeyVersions"]["KeyVersion"][0];
    assert_eq!(newest["CreationDate"], "2030-01-08T00:00:00Z");
    let waiting = two.call("DescribeKey", &[("KeyId", &doomed[1])]).ok();
    assert_eq!(waiting["KeyMetadata"]["KeyState"], "PendingDeletion");
    assert_eq!(now(&server, "?account=1"), "2030-01-08T00:00:00Z");
    assert_eq!(now(&server, "?access_key=two"), "2030-01-01T00:00:00Z");
    assert_eq!(now(&server, ""), "2030-01-01T00:00:00Z");
    turn(&server, "advance", json!({"by": "P7D"})).ok();
    two.call("DescribeKey", &[("KeyId", &doomed[1])]).refused(404, "Forbidden.KeyNotFound");
    assert_eq!(now(&server, "?account=1"), "2030-01-15T00:00:00Z");
}

#[test]
fn regions_of_an_account_have_their_own_clocks() {
    let server = workers();
    turn(&server, "advance?account=1&region=cn-beijing", json!({"by": "1h"})).ok();
    assert_eq!(now(&server, "?account=1&region=cn-beijing"), "2030-01-01T01:00:00Z");
    assert_eq!(now(&server, "?account=1&region=cn-hangzhou"), "2030-01-01T00:00:00Z");
    let created = |region| {
        let made =
            server.client_as("one", "s").with("RegionId", region).call("CreateKey", &[]).ok();
        made["KeyMetadata"]["CreationDate"].clone()
    };
    assert_eq!(created("cn-beijing"), "2030-01-01T01:00:00Z");
    assert_eq!(created("cn-hangzhou"), "2030-01-01T00:00:00Z");
}

#[test]
fn a_clock_is_set_frozen_and_resumed() {
    let server = workers();
    let set = turn(&server, "set?account=1", json!({"to": "2031-01-01T00:00:00+08:00"})).ok();
    assert_eq!(
        set,
        json!({"now": "2030-12-31T16:00:00Z", "frozen": true, "host": "2030-01-01T00:00:00Z"})
    );
    let host = |at: &str| server.world.clock.set_host(kmsim::world::Instant::parse(at).unwrap());
    turn(&server, "resume?account=1", Value::Null).ok();
    host("2030-01-01T00:10:00Z");
    assert_eq!(now(&server, "?account=1"), "2030-01-01T00:10:00Z");
    turn(&server, "set?account=1", json!({"to": "2040-01-01T00:00:00Z"})).ok();
    host("2030-01-01T00:11:00Z");
    assert_eq!(now(&server, "?account=1"), "2040-01-01T00:01:00Z");
    turn(&server, "freeze?account=1", json!({})).ok();
    host("2030-01-01T00:12:00Z");
    assert_eq!(now(&server, "?account=1"), "2040-01-01T00:01:00Z");
    let frozen = turn(&server, "freeze?account=2", json!({"at": "2041-01-01T00:00:00Z"})).ok();
    assert_eq!((&frozen["now"], &frozen["frozen"]), (&json!("2041-01-01T00:00:00Z"), &json!(true)));
}

#[test]
fn freshness_is_checked_against_the_realms_own_clock() {
    let server = workers();
    turn(&server, "set?account=1", json!({"to": "2035-01-01T00:00:00Z"})).ok();
    let signed =
        |id: &str| crate::kit::Client::new(server.address, id, "s", "2035-01-01T00:00:00Z");
    signed("one").call("ListKeys", &[]).ok();
    signed("two").call("ListKeys", &[]).refused(400, "IllegalTimestamp");
    server.client_as("one", "s").call("ListKeys", &[]).ok();
}

#[test]
fn errors_name_the_field_and_change_no_clock() {
    let server = workers();
    for (path, body, said) in [
        ("advance", json!({"by": "a while"}), "by: \"a while\""),
        ("advance", json!({"by": "-1d"}), "by: \"-1d\""),
        ("advance", json!({"by": 5}), "by: invalid type"),
        ("advance", json!({}), "missing field `by`"),
        ("advance", json!({"by": "1d", "of": 1}), "unknown field `of`"),
        ("set", json!({"to": "tomorrow"}), "to: \"tomorrow\""),
        ("freeze", json!({"at": "noon"}), "at: \"noon\""),
        ("resume", json!({"now": true}), "unknown field `now`"),
        ("advance?access_key=three", json!({"by": "1d"}), "access_key: \"three\" does not exist"),
        ("advance?account=1&access_key=one", json!({"by": "1d"}), "name one of them"),
        ("advance?region=cn_x", json!({"by": "1d"}), "region: \"cn_x\""),
        ("advance?account=1&planet=9", json!({"by": "1d"}), "unknown field `planet`"),
    ] {
        let answer = turn(&server, path, body);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(answer.status == 400 && error.contains(said), "{path}: {answer:?}");
    }
    assert_eq!(control(server.address, "GET", "clock/advance", &Value::Null).status, 405);
    assert_eq!(control(server.address, "POST", "clock/stop", &Value::Null).status, 404);
    assert_eq!(now(&server, ""), "2030-01-01T00:00:00Z");
}
