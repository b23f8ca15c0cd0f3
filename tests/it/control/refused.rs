//! Requests that a check refused: whatever they claim, they push out nothing of those who were let
//! in, and nothing comes of them. Wrong signatures of any size cost no more than reading the
//! request.

use kmsim::dialects::AuthMode;
use serde_json::{Value, json};

use super::{delete, get, journal, last, post, refuses, workers};
use crate::kit::{Client, Server, Setup, encode, form, send};

/// Parameters that an entry keeps as they are, about 60 KiB of them.
fn bulky() -> Vec<(String, String)> {
    (0..60).map(|number| (format!("ResourceId.{number}"), "r".repeat(1000))).collect()
}

/// Sends what fills the 4 MiB of the refused more than once.
fn flood(client: &Client, code: &str) -> usize {
    let bulky = bulky();
    let params: Vec<_> =
        bulky.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for _ in 0..150 {
        let answer = client.call("Decrypt", &params).json();
        assert_eq!(answer["Code"], code);
    }
    150
}

fn metrics(server: &Server) -> String {
    get(server, "metrics").text
}

#[test]
fn they_push_out_nothing_and_create_nothing() {
    let server = workers();
    let one = server.client_as("one", "s");
    let key = one.create_key(&[]);
    one.call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")]).ok();
    server.client_as("two", "wrong").call("ListKeys", &[]).refused(400, "IncompleteSignature");
    assert_eq!(journal(&server, "?access_key=two").len(), 1);
    let before = metrics(&server);
    let flooded = flood(&server.client_as("one", "wrong"), "IncompleteSignature");
    let elsewhere = server.client_as("one", "wrong").with("RegionId", "cn-nowhere");
    elsewhere.call("CreateKey", &[]).refused(400, "IncompleteSignature");
    let after = metrics(&server);
    assert!(after.contains(r#"action="unknown",code="IncompleteSignature""#), "{after}");
    for claimed in ["Decrypt", "ListKeys", "cn-nowhere"] {
        assert!(!after.contains(claimed), "{claimed}: {after}");
    }
    let realms =
        |text: &str| text.lines().find(|it| it.starts_with("kmsim_realms")).map(str::to_owned);
    assert_eq!(realms(&before), realms(&after));
    // What was let in is there, and of the others the last few, of whomever they claimed to be.
    let page = get(&server, "requests?access_key=one&limit=1000").ok();
    let entries = page["requests"].as_array().unwrap();
    let passed: Vec<_> = entries.iter().filter(|it| it["auth"]["verdict"] == "passed").collect();
    assert_eq!(passed.iter().map(|it| &it["action"]).collect::<Vec<_>>(), ["CreateKey", "Encrypt"]);
    let refused = entries.len() - 2;
    assert!((20..flooded).contains(&refused), "{refused}");
    assert_eq!(page["dropped"], flooded + 1 - refused, "and what is lost is told");
    assert_eq!(journal(&server, "?access_key=two").len(), 0);
    assert_eq!(get(&server, "requests?access_key=two").ok()["dropped"], 1);
    assert_eq!(
        get(&server, "requests?access_key=uno").ok()["dropped"],
        page["dropped"],
        "by account"
    );
}

#[test]
fn they_are_found_by_the_access_key_that_they_claim() {
    let server = workers();
    refuses(&get(&server, "requests?access_key=who"), "access_key: \"who\" does not exist");
    server.client_as("one", "s").call("ListKeys", &[]).ok();
    let long = "w".repeat(100);
    for id in ["who", "why", "who", &long] {
        server.client_as(id, "s").call("Decrypt", &[]).refused(404, "InvalidAccessKeyId.NotFound");
    }
    let told = |entry: &Value| {
        json!([entry["id"], entry["access_key"], entry["account"], entry["action"]])
    };
    let found: Vec<_> = journal(&server, "?access_key=who").iter().map(told).collect();
    assert_eq!(found, [json!([2, "who", "", "Decrypt"]), json!([4, "who", "", "Decrypt"])]);
    assert_eq!(journal(&server, &format!("?access_key={long}")).len(), 1);
    assert_eq!(journal(&server, "?outcome=InvalidAccessKeyId.NotFound&action=Decrypt").len(), 4);
    assert_eq!(journal(&server, "?access_key=one").len(), 1);
    let ids = |limit: usize| {
        let page = get(&server, &format!("requests?limit={limit}")).ok();
        (page["requests"].as_array().unwrap().len(), page["next"].clone())
    };
    assert_eq!((ids(2), ids(5)), ((2, json!(2)), (5, Value::Null)), "one order with all others");
    assert_eq!(delete(&server, "requests?access_key=who").ok(), json!({"cleared": 2}));
    refuses(&delete(&server, "requests?access_key=who"), "does not exist");
    assert_eq!(delete(&server, "requests").ok(), json!({"cleared": 3}));
}

#[test]
fn expectations_leave_them_out_and_say_so() {
    let server = workers();
    let one = server.client_as("one", "s");
    one.call("ListKeys", &[]).ok();
    let claimant = server.client_as("one", "wrong");
    for action in ["ListKeys", "ListKeys", "Decrypt"] {
        claimant.call(action, &[]).refused(400, "IncompleteSignature");
    }
    let expect = |body: Value| post(&server, "requests/expect?access_key=one", &body);
    let met = expect(json!({"action": "ListKeys", "times": {"exactly": 1}})).ok();
    assert_eq!(
        (&met["count"], &met["claimed"], &met["requests"]),
        (&json!(1), &json!(2), &json!([1]))
    );
    let unmet = expect(json!({"action": "Decrypt"}));
    assert_eq!((unmet.status, &unmet.json()["claimed"]), (409, &json!(1)));
    assert_eq!(
        unmet.json()["nearest"].as_array().unwrap().len(),
        1,
        "what is only claimed is not near"
    );
    let nothing = expect(json!({"action": "CreateKey", "times": {"exactly": 0}})).ok();
    assert_eq!(nothing["claimed"], Value::Null);
    flood(&claimant, "IncompleteSignature");
    assert_eq!(expect(json!({"action": "ListKeys", "times": {"exactly": 1}})).ok()["dropped"], 0);
}

#[test]
fn what_is_let_pass_stands_with_whom_it_names() {
    for auth in [AuthMode::Warn, AuthMode::Off] {
        let server = Server::with(Setup { auth, ..Setup::default() });
        let client = server.client_as("worker", "any");
        client.call("ListKeys", &[]).ok();
        let times = json!({"action": "ListKeys", "times": {"exactly": 1}});
        let met = post(&server, "requests/expect?access_key=worker", &times).ok();
        assert_eq!((&met["count"], &met["claimed"]), (&json!(1), &Value::Null));
        assert!(metrics(&server).contains(r#"action="ListKeys",code="ok"} 1"#));
    }
}

/// What the server signs of a call, as its own client does.
fn signed_text(pairs: &[(String, String)]) -> String {
    let mut pairs: Vec<_> = pairs.iter().filter(|(name, _)| name != "Signature").collect();
    pairs.sort();
    let pair = |(name, value): &&(String, String)| format!("{}={}", encode(name), encode(value));
    format!("POST&%2F&{}", encode(&pairs.iter().map(pair).collect::<Vec<_>>().join("&")))
}

#[test]
fn a_wrong_signature_of_any_size_is_answered_and_a_long_one_is_not_explained() {
    let server = workers();
    let client = server.client_as("one", "wrong");
    for (count, is_explained) in [(10, true), (3000, false), (120_000, false)] {
        let mut pairs = client.signed("POST", "Encrypt", &[("Plaintext", "hush & more")]);
        pairs.extend((0..count).map(|number| (format!("z{number}"), String::new())));
        let head = "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let message =
            send(server.address, head, form(&pairs).as_bytes()).refused(400, "IncompleteSignature");
        let expected = format!(
            "The request signature does not conform to Aliyun standards. server string to sign is:{}",
            signed_text(&pairs)
        );
        assert!(message == expected, "of {count}, byte for byte");
        let entry = last(&server);
        let told = &entry["signature"];
        assert!(
            !entry.to_string().contains("hush")
                && entry["parameters"].as_object().unwrap().len() <= 64
        );
        if is_explained {
            assert!(
                told["server"].as_str().unwrap().starts_with("POST&%2F&AccessKeyId"),
                "{told:#}"
            );
        } else {
            let why = "not explained: more than 16384 bytes of the request are signed";
            let said =
                json!({"server": null, "client": null, "why": why, "first_difference": null});
            assert_eq!(*told, said);
        }
    }
}

#[test]
fn a_name_of_any_length_is_refused_without_comparing_it() {
    let server = workers();
    let long = "n".repeat(1_000_000);
    for body in [json!({"action": long}), json!({"outcome": long}), json!({"dialect": long})] {
        let answer = post(&server, "requests/expect", &body);
        refuses(&answer, "unknown name of 1000000 bytes");
        assert!(answer.text.len() < 200);
    }
    refuses(&post(&server, "faults", &json!({"error": long})), "unknown name of 1000000 bytes");
}
