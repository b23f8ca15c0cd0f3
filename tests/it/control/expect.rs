//! Expectations of the journal.

use serde_json::{Value, json};

use super::{post, refuses, workers};
use crate::kit::{Answer, Server};

fn expect(server: &Server, body: &Value) -> Answer {
    post(server, "requests/expect?access_key=one", body)
}

/// A server on which access key `one` decrypted twice with a context and once without.
fn decrypted() -> (Server, String) {
    let server = workers();
    let one = server.client_as("one", "s");
    let key = one.create_key(&[]);
    for context in [r#"{"order":"42"}"#, "{}"] {
        let params = [("KeyId", key.as_str()), ("Plaintext", "x"), ("EncryptionContext", context)];
        let blob = one.call("Encrypt", &params).ok()["CiphertextBlob"].as_str().unwrap().to_owned();
        for _ in 0..if context == "{}" { 1 } else { 2 } {
            one.call("Decrypt", &[("CiphertextBlob", &blob), ("EncryptionContext", context)]).ok();
        }
    }
    server.client_as("uno", "s").call("ListKeys", &[]).ok();
    (server, key)
}

#[test]
fn what_is_as_expected_is_told_so() {
    let (server, key) = decrypted();
    let order = json!({"order": "42"});
    for (times, ok) in [
        (json!({"exactly": 2}), true),
        (json!({"exactly": 1}), false),
        (json!({"at_least": 2}), true),
        (json!({"at_least": 3}), false),
        (json!({"at_most": 2}), true),
        (json!({"at_most": 1}), false),
        (json!({"exactly": 0}), false),
        (Value::Null, true),
    ] {
        let asked =
            json!({"action": "Decrypt", "key": key, "encryption_context": order, "times": times});
        let answer = expect(&server, &asked);
        assert_eq!(
            (answer.status, answer.json()["ok"].clone()),
            (if ok { 200 } else { 409 }, json!(ok)),
            "{times}"
        );
        assert_eq!(answer.json()["count"], 2);
        assert_eq!(answer.json()["requests"], json!([3, 4]));
    }
    expect(&server, &json!({"outcome": "error", "times": {"exactly": 0}})).ok();
    expect(&server, &json!({"action": "ListKeys", "times": {"exactly": 0}})).ok();
    expect(&server, &json!({"action": "Decrypt", "since": 4, "times": {"exactly": 1}})).ok();
    expect(&server, &json!({"since": "2030-01-01T00:00:01Z", "times": {"at_most": 0}})).ok();
}

#[test]
fn what_differed_is_told_of_the_nearest() {
    let (server, key) = decrypted();
    let asked = json!({
        "action": "Decrypt", "key": key, "encryption_context": {"order": "43"}, "times": {"exactly": 1},
    });
    let answer = expect(&server, &asked);
    assert_eq!(answer.status, 409);
    let order = |found: &str| json!([{"field": "encryption_context", "wanted": r#"{"order":"43"}"#, "found": found}]);
    assert_eq!(
        answer.json(),
        json!({
            "ok": false, "count": 0, "error": "expected exactly 1, found 0", "requests": [], "dropped": 0,
            "nearest": [
                {"id": 6, "action": "Decrypt", "differs": order("{}")},
                {"id": 4, "action": "Decrypt", "differs": order(r#"{"order":"42"}"#)},
                {"id": 3, "action": "Decrypt", "differs": order(r#"{"order":"42"}"#)},
            ],
        })
    );
    let answer = expect(&server, &json!({"action": "GetSecretValue", "secret": "db"})).json();
    assert_eq!(answer["error"], "expected at least 1, found 0");
    assert_eq!(
        answer["nearest"][0]["differs"],
        json!([
            {"field": "action", "wanted": "GetSecretValue", "found": "Decrypt"},
            {"field": "secret", "wanted": "db", "found": "none"},
        ])
    );
    let too_many = expect(&server, &json!({"action": "Decrypt", "times": {"at_most": 1}}));
    assert_eq!((too_many.status, too_many.json()["nearest"].clone()), (409, Value::Null));
    assert_eq!(too_many.json()["requests"], json!([3, 4, 6]));
}

#[test]
fn mistakes_are_not_taken_for_expectations() {
    let (server, _) = decrypted();
    for (body, said) in [
        (json!({"action": "Decript"}), "did you mean \"Decrypt\"?"),
        (json!({"times": {"exactly": -1}}), "times.exactly: invalid value"),
        (json!({"times": {"twice": 1}}), "times: unknown variant `twice`"),
        (json!({"times": 2}), "times: expected value"),
        (json!({"since": true}), "since: expected a number or an RFC 3339 time"),
        (json!({"since": "noon"}), "since: \"noon\""),
        (json!({"kee": "k"}), "unknown field `kee`"),
    ] {
        refuses(&expect(&server, &body), said);
    }
}
