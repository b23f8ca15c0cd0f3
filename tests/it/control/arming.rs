//! Which requests a rule strikes: by cloud, action, key, secret and whose they are, and by their
//! number.

use serde_json::{Value, json};

use super::{arm, delete, get, post, refuses, workers};
use crate::kit::{Client, Server};

const RULE: &str = "Rejected.Throttling";

/// An action and its parameters.
type Call<'a> = (&'a str, &'a [(&'a str, &'a str)]);

const LIST: Call<'static> = ("ListKeys", &[]);

/// How a list of calls went: the calls that were struck.
fn struck(client: &Client, calls: &[Call<'_>]) -> Vec<usize> {
    let codes =
        calls.iter().map(|(action, params)| client.call(action, params).json()["Code"].clone());
    codes.enumerate().filter(|(_, code)| code == RULE).map(|(index, _)| index).collect()
}

fn rule(server: &Server, id: &Value) -> Value {
    get(server, &format!("faults/{id}")).ok()
}

#[test]
fn requests_are_counted_and_hits_too() {
    let server = Server::start();
    let client = server.client();
    for (when, hit) in [
        (json!("always"), vec![0, 1, 2, 3, 4, 5]),
        (json!({"first": 2}), vec![0, 1]),
        (json!({"nth": 3}), vec![2]),
        (json!({"every": 2}), vec![1, 3, 5]),
        (json!({"probability": 1.0}), vec![0, 1, 2, 3, 4, 5]),
        (json!({"probability": 0.0}), vec![]),
    ] {
        let armed = arm(&server, "", &json!({"action": "ListKeys", "error": RULE, "when": when}));
        assert_eq!(
            (&armed["matched"], &armed["hits"], &armed["when"]),
            (&json!(0), &json!(0), &when)
        );
        client.call("ListAliases", &[]).ok();
        assert_eq!(struck(&client, &[LIST; 6]), hit, "{when}");
        let counted = rule(&server, &armed["id"]);
        assert_eq!(
            (&counted["matched"], &counted["hits"]),
            (&json!(6), &json!(hit.len())),
            "{when}"
        );
        assert_eq!(delete(&server, &format!("faults/{}", armed["id"])).ok(), json!({"cleared": 1}));
    }
    client.call("ListKeys", &[]).ok();
    let armed = arm(&server, "", &json!({"error": RULE, "when": {"probability": 0.5}}));
    let hits = struck(&client, &[LIST; 100]).len();
    assert!((20..80).contains(&hits), "{hits} of 100");
    assert_eq!(rule(&server, &armed["id"])["hits"], hits);
}

#[test]
fn a_key_is_meant_by_whatever_name() {
    let server = Server::start();
    let client = server.client();
    let (meant, other) = (client.create_key(&[]), client.create_key(&[]));
    client.call("CreateAlias", &[("AliasName", "alias/meant"), ("KeyId", &meant)]).ok();
    let sealed = [&meant, &other].map(|key| {
        let sealed = client.call("Encrypt", &[("KeyId", key), ("Plaintext", "x")]).ok();
        sealed["CiphertextBlob"].as_str().unwrap().to_owned()
    });
    let arn = format!("acs:kms:cn-hangzhou:1000000000000001:key/{meant}");
    for name in [meant.as_str(), "alias/meant"] {
        arm(&server, "", &json!({"key": name, "error": RULE}));
        let calls: [Call<'_>; 8] = [
            ("DescribeKey", &[("KeyId", &meant)]),
            ("DescribeKey", &[("KeyId", "alias/meant")]),
            ("DescribeKey", &[("KeyId", &arn)]),
            ("Decrypt", &[("CiphertextBlob", &sealed[0])]),
            ("ReEncrypt", &[("CiphertextBlob", &sealed[1]), ("DestinationKeyId", &meant)]),
            ("DescribeKey", &[("KeyId", &other)]),
            ("Decrypt", &[("CiphertextBlob", &sealed[1])]),
            ("ListKeys", &[]),
        ];
        assert_eq!(struck(&client, &calls), [0, 1, 2, 3, 4], "{name}");
        delete(&server, "faults").ok();
    }
}

#[test]
fn a_secret_is_meant_by_its_name() {
    let server = Server::start();
    let client = server.client();
    for name in ["db", "cache"] {
        client
            .call("CreateSecret", &[("SecretName", name), ("SecretData", "x"), ("VersionId", "1")])
            .ok();
    }
    arm(&server, "", &json!({"secret": "db", "action": "GetSecretValue", "error": RULE}));
    let calls: [Call<'_>; 3] = [
        ("GetSecretValue", &[("SecretName", "cache")]),
        ("GetSecretValue", &[("SecretName", "db")]),
        ("DescribeSecret", &[("SecretName", "db")]),
    ];
    assert_eq!(struck(&client, &calls), [1]);
}

#[test]
fn a_rule_is_for_those_in_its_scope() {
    let server = workers();
    let calls = || {
        let hangzhou = [("one", ""), ("uno", ""), ("two", "")];
        let all = hangzhou.into_iter().chain([("one", "cn-beijing"), ("two", "cn-beijing")]);
        let call = |(id, region): (&str, &str)| {
            let client = server.client_as(id, "s").with("RegionId", region);
            struck(&client, &[LIST]).len()
        };
        all.map(call).collect::<Vec<_>>()
    };
    for (scope, hit) in [
        ("", [1, 1, 1, 1, 1]),
        ("?access_key=one", [1, 0, 0, 1, 0]),
        ("?account=1", [1, 1, 0, 1, 0]),
        ("?region=cn-beijing", [0, 0, 0, 1, 1]),
        ("?access_key=two&region=cn-beijing", [0, 0, 0, 0, 1]),
    ] {
        arm(&server, scope, &json!({"error": RULE}));
        assert_eq!(calls(), hit, "{scope}");
        assert_eq!(delete(&server, &format!("faults{scope}")).ok(), json!({"cleared": 1}));
    }
}

#[test]
fn a_scope_shows_and_takes_away_its_own_rules_alone() {
    let server = workers();
    let ids: Vec<Value> =
        ["", "?account=1", "?access_key=one", "?access_key=uno", "?access_key=two"]
            .map(|scope| arm(&server, scope, &json!({"reset": true}))["id"].clone())
            .into();
    let of = |scope: &str| {
        let list = get(&server, &format!("faults{scope}")).ok();
        list["faults"].as_array().unwrap().iter().map(|rule| rule["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(""), ids);
    assert_eq!(of("?account=1"), ids[1..4]);
    assert_eq!(of("?access_key=one"), ids[2..3]);
    for method in ["GET", "DELETE"] {
        let path = format!("faults/{}?access_key=two", ids[2]);
        assert_eq!(
            crate::kit::control(server.address, method, &path, &Value::Null).status,
            404,
            "{method}"
        );
    }
    assert_eq!(delete(&server, "faults?access_key=uno").ok(), json!({"cleared": 1}));
    assert_eq!(delete(&server, "faults?account=1").ok(), json!({"cleared": 2}));
    assert_eq!(of(""), [ids[0].clone(), ids[4].clone()]);
    assert_eq!(delete(&server, "faults").ok(), json!({"cleared": 2}));
    server.client_as("one", "s").call("ListKeys", &[]).ok();
}

#[test]
fn a_rule_is_told_as_it_was_asked_for() {
    let server = workers();
    let asked = json!({
        "dialect": "alibaba", "action": "Encrypt", "key": "alias/x", "when": {"nth": 2}, "at": "after",
        "throttling": true, "retry_after": "2s", "latency": "1m", "jitter": "50ms",
    });
    let armed = arm(&server, "?access_key=one&region=cn-beijing", &asked);
    let told = json!({
        "id": armed["id"], "account": "1", "access_key": "one", "region": "cn-beijing",
        "dialects": ["alibaba"], "action": "Encrypt", "key": "alias/x", "when": {"nth": 2}, "at": "after",
        "throttling": true, "retry_after": "2000ms", "latency": "60000ms", "jitter": "50ms",
        "matched": 0, "hits": 0,
    });
    assert_eq!(armed, told);
    assert_eq!(get(&server, "faults").ok(), json!({"faults": [told]}));
}

#[test]
fn mistakes_name_the_field_and_arm_nothing() {
    let server = workers();
    for (rule, said) in [
        (
            json!({"error": "Rejected.Throtling"}),
            "error: unknown name \"Rejected.Throtling\"; did you mean \"Rejected.Throttling\"?",
        ),
        (json!({"error": "zzz"}), "known are AccessDenied"),
        (
            json!({"reset": true, "action": "encrypt"}),
            "action: unknown name \"encrypt\"; did you mean \"Encrypt\"?",
        ),
        (json!({"reset": true, "action": "ListSecret"}), "did you mean \"ListSecrets\"?"),
        (
            json!({"reset": true, "dialect": "alibab"}),
            "dialect: unknown name \"alibab\"; did you mean \"alibaba\"?",
        ),
        (
            json!({"error": "LimitExceeded", "action": "ListAliases"}),
            "error: unknown name \"LimitExceeded\"",
        ),
        (json!({"reset": true, "when": {"nth": 0}}), "when: requests are counted from 1"),
        (json!({"reset": true, "when": {"nth": -1}}), "when.nth: invalid value"),
        (
            json!({"reset": true, "when": {"probability": 1.5}}),
            "when.probability: expected a number from 0 to 1",
        ),
        (json!({"reset": true, "when": "sometimes"}), "when: unknown variant `sometimes`"),
        (json!({"reset": true, "at": "during"}), "at: \"during\""),
        (json!({"reset": true, "truncate": true}), "effect: give at most one of"),
        (json!({"truncate": true, "at": "before"}), "at: truncate always"),
        (json!({}), "effect: give one of"),
        (json!({"latency": "soon"}), "latency: \"soon\""),
        (json!({"latency": "2h"}), "latency: \"2h\""),
        (json!({"reset": true, "jitter": "1s"}), "jitter: needs latency"),
        (json!({"reset": true, "retry_after": "1s"}), "retry_after: needs throttling"),
        (json!({"reset": true, "acton": "Encrypt"}), "unknown field `acton`"),
    ] {
        refuses(&post(&server, "faults", &rule), said);
    }
    refuses(
        &post(&server, "faults?access_key=three", &json!({"reset": true})),
        "access_key: \"three\" does not exist",
    );
    assert_eq!(get(&server, "faults").ok(), json!({"faults": []}));
    assert_eq!(get(&server, "faults/7").status, 404);
}
