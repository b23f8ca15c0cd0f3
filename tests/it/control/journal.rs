//! The entries of the journal.

use kmsim::dialects::AuthMode;
use serde_json::{Value, json};

use super::{call_with, delete, get, journal, last, outcome, refuses, workers};
use crate::kit::{Process, START, Server, Setup, control, encode, send};
use crate::makers::newest_version;
use crate::program::both_ways;
use crate::tencent::wire::{Client as Tencent, WIRES};

#[test]
fn an_entry_describes_the_whole_request() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    client.call("CreateAlias", &[("AliasName", "alias/a"), ("KeyId", &key)]).ok();
    let context = r#"{"order":"42","day":"1"}"#;
    let params = [
        ("KeyId", "alias/a"),
        ("Plaintext", "top secret"),
        ("EncryptionContext", context),
        ("Plaintxt", "x"),
    ];
    let answer = client.call("Encrypt", &params);
    let (sealed, entry) = (answer.ok(), last(&server));
    let told = json!({
        "id": 3,
        "time": START,
        "host_time": START,
        "duration_ms": entry["duration_ms"],
        "request_id": sealed["RequestId"],
        "dialect": "alibaba",
        "account": "1000000000000001",
        "region": "cn-hangzhou",
        "access_key": "testid",
        "action": "Encrypt",
        "keys": [{"name": "alias/a", "id": key, "version": sealed["KeyVersionId"]}],
        "secret": null,
        "certificate": null,
        "encryption_context": {"order": "42", "day": "1"},
        "status": 200,
        "outcome": "ok",
        "auth": {"verdict": "passed", "code": null},
        "fault": null,
        "parameters": {
            "KeyId": "alias/a",
            "Plaintext": "<10 bytes, sha256 9d3b3194>",
            "EncryptionContext": context,
            "Plaintxt": "<1 bytes, sha256 2d711642>",
        },
        "unread": ["Plaintxt"],
        "signature": null,
    });
    assert_eq!(entry, told);
    assert!(entry["duration_ms"].as_f64().unwrap() > 0.0);
}

#[test]
fn an_entry_has_the_key_however_it_was_named() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let version = newest_version(&client, &key);
    let made = journal(&server, "?action=CreateKey").pop().unwrap();
    assert_eq!(
        made["keys"],
        json!([{"name": null, "id": key, "version": null}]),
        "the id comes from the answer"
    );
    let blob = client.call("GenerateDataKey", &[("KeyId", &key)]).ok()["CiphertextBlob"].clone();
    let blob = blob.as_str().unwrap();
    let named = json!({"name": key, "id": key, "version": version});
    assert_eq!(last(&server)["keys"], json!([named]));
    client.call("Decrypt", &[("CiphertextBlob", blob)]).ok();
    let by_blob = json!({"name": null, "id": key, "version": version});
    assert_eq!(last(&server)["keys"], json!([by_blob]));
    let other = client.create_key(&[]);
    client.call("ReEncrypt", &[("CiphertextBlob", blob), ("DestinationKeyId", &other)]).ok();
    let to = json!({"name": other, "id": other, "version": null});
    assert_eq!(last(&server)["keys"], json!([to, by_blob]));
    client.call("DescribeKeyVersion", &[("KeyId", &key), ("KeyVersionId", &version)]).ok();
    assert_eq!(last(&server)["keys"], json!([named]));
    client.call("DescribeKey", &[("KeyId", "alias/none")]).refused(404, "Forbidden.AliasNotFound");
    assert_eq!(last(&server)["keys"], json!([{"name": "alias/none", "id": null, "version": null}]));
    client.call("ListKeys", &[]).ok();
    assert_eq!(last(&server)["keys"], json!([]), "a list names no key");
    client
        .call("CreateSecret", &[("SecretName", "db"), ("SecretData", "x"), ("VersionId", "1")])
        .ok();
    assert_eq!(last(&server)["secret"], "db");
}

#[test]
fn refusals_record_the_failed_check() {
    let server = workers();
    let one = server.client_as("one", "s");
    one.call("DescribeKey", &[("KeyId", "none")]).refused(404, "Forbidden.KeyNotFound");
    let told =
        |entry: &Value| json!([entry["account"], entry["status"], entry["outcome"], entry["auth"]]);
    let passed = json!({"verdict": "passed", "code": null});
    assert_eq!(told(&last(&server)), json!(["1", 404, "Forbidden.KeyNotFound", passed]));
    server.client_as("one", "wrong").call("ListKeys", &[]).refused(400, "IncompleteSignature");
    let refused = json!({"verdict": "refused", "code": "IncompleteSignature"});
    assert_eq!(told(&last(&server)), json!(["1", 400, "IncompleteSignature", refused]));
    server.client_as("who", "s").call("ListKeys", &[]).refused(404, "InvalidAccessKeyId.NotFound");
    let refused = json!({"verdict": "refused", "code": "InvalidAccessKeyId.NotFound"});
    assert_eq!(told(&last(&server)), json!(["", 404, "InvalidAccessKeyId.NotFound", refused]));
    one.call("Nonsense", &[("KeyId", "k")]).refused(404, "InvalidAction.NotFound");
    let entry = last(&server);
    assert_eq!(
        (outcome(&entry), &entry["unread"]),
        (json!(["Nonsense", "InvalidAction.NotFound"]), &json!([]))
    );
    one.call(&"N".repeat(5000), &[]);
    assert_eq!(last(&server)["action"], "N".repeat(64));
}

#[test]
fn tolerated_and_skipped_checks_are_recorded() {
    for (auth, verdict, code) in [
        (AuthMode::Warn, "let pass", json!("IncompleteSignature")),
        (AuthMode::Off, "unchecked", json!(null)),
    ] {
        let server = Server::with(Setup { auth, ..Setup::default() });
        server.client_as("testid", "wrong").call("ListKeys", &[]).ok();
        assert_eq!(last(&server)["auth"], json!({"verdict": verdict, "code": code}));
        assert_eq!(last(&server)["signature"].is_object(), auth == AuthMode::Warn);
    }
}

#[test]
fn an_entry_has_the_realms_and_the_hosts_time() {
    let server = workers();
    super::post(&server, "clock/advance?access_key=one", &json!({"by": "1d"})).ok();
    server.client_as("one", "s").call("ListKeys", &[]).ok();
    let entry = last(&server);
    assert_eq!(
        (&entry["time"], &entry["host_time"]),
        (&json!("2030-01-02T00:00:00Z"), &json!(START))
    );
}

#[test]
fn entries_are_filtered() {
    let server = workers();
    let one = server.client_as("one", "s");
    let key = one.create_key(&[]);
    one.call("CreateAlias", &[("AliasName", "alias/a"), ("KeyId", &key)]).ok();
    for name in [key.as_str(), "alias/a"] {
        one.call(
            "Encrypt",
            &[("KeyId", name), ("Plaintext", "x"), ("EncryptionContext", r#"{"a":"1","b":"2"}"#)],
        )
        .ok();
    }
    one.call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")]).ok();
    one.call("GetSecretValue", &[("SecretName", "db")]).refused(404, "Forbidden.ResourceNotFound");
    server.client_as("uno", "s").call("ListKeys", &[]).ok();
    server.client_as("two", "s").with("RegionId", "cn-beijing").call("ListKeys", &[]).ok();
    let id = last(&server)["request_id"].as_str().unwrap().to_owned();
    let ids = |query: &str| {
        journal(&server, query)
            .iter()
            .map(|entry| entry["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    let context = |text: &str| format!("?encryption_context={}", encode(text));
    for (query, found) in [
        ("", vec![1, 2, 3, 4, 5, 6, 7, 8]),
        ("?access_key=one", vec![1, 2, 3, 4, 5, 6]),
        ("?access_key=uno", vec![7]),
        ("?account=1", vec![1, 2, 3, 4, 5, 6, 7]),
        ("?region=cn-beijing", vec![8]),
        ("?action=Encrypt", vec![3, 4, 5]),
        ("?action=GetSecretValue&secret=db", vec![6]),
        ("?secret=other", vec![]),
        (&format!("?key={key}"), vec![1, 2, 3, 4, 5]),
        ("?key=alias%2Fa", vec![2, 4]),
        ("?outcome=ok", vec![1, 2, 3, 4, 5, 7, 8]),
        ("?outcome=error", vec![6]),
        ("?outcome=Forbidden.ResourceNotFound", vec![6]),
        ("?dialect=alibaba&since=6", vec![7, 8]),
        ("?dialect=kingsoft", vec![]),
        ("?dialect=tencent", vec![]),
        ("?since=2030-01-01T00:00:00Z", vec![1, 2, 3, 4, 5, 6, 7, 8]),
        ("?since=2030-01-01T00:00:01Z", vec![]),
        (&format!("?request_id={id}"), vec![8]),
        (&context(r#"{"b":"2","a":"1"}"#), vec![3, 4]),
        (&context(r#"{"a":"1"}"#), vec![]),
        (&format!("{}&action=Encrypt", context("{}")), vec![5]),
    ] {
        assert_eq!(ids(query), found, "{query}");
    }
    for (query, said) in [
        ("?action=Encript", "action: unknown name \"Encript\"; did you mean \"Encrypt\"?"),
        ("?outcome=Okay", "outcome: unknown name \"Okay\""),
        ("?dialect=aws", "dialect: unknown name \"aws\"; known are alibaba, kingsoft, tencent"),
        ("?since=noon", "since: \"noon\""),
        ("?limit=0", "limit: from 1 to 1000"),
        ("?encryption_context=x", "encryption_context: expected a JSON object"),
        ("?colour=red", "unknown field `colour`"),
        ("?access_key=three", "access_key: \"three\" does not exist"),
    ] {
        refuses(&get(&server, &format!("requests{query}")), said);
    }
}

#[test]
fn entries_come_in_pages() {
    let server = Server::start();
    let client = server.client();
    for _ in 0..5 {
        client.call("ListKeys", &[]).ok();
    }
    let page = |query: &str| {
        let page = get(&server, &format!("requests{query}")).ok();
        let ids: Vec<_> = page["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].as_u64().unwrap())
            .collect();
        (ids, page["next"].clone())
    };
    assert_eq!(page("?limit=2"), (vec![1, 2], json!(2)));
    assert_eq!(page("?limit=2&since=2"), (vec![3, 4], json!(4)));
    assert_eq!(page("?limit=2&since=4"), (vec![5], Value::Null));
    assert_eq!(page("?limit=5"), (vec![1, 2, 3, 4, 5], Value::Null));
}

#[test]
fn clearing_a_scope_removes_only_its_own_entries() {
    let server = workers();
    for id in ["one", "uno", "two"] {
        server.client_as(id, "s").call("ListKeys", &[]).ok();
    }
    assert_eq!(delete(&server, "requests?access_key=one").ok(), json!({"cleared": 1}));
    assert_eq!(journal(&server, "?account=1").len(), 1);
    assert_eq!(delete(&server, "requests").ok(), json!({"cleared": 2}));
    assert_eq!(journal(&server, "").len(), 0);
}

#[test]
fn every_cloud_is_recorded() {
    let server = Server::with(Setup { auth: AuthMode::Off, ..Setup::default() });
    let ask = |query: &str| {
        send(
            server.address,
            &format!("GET /?Version=2016-03-04&Accesskey=testid&Format=json&{query} HTTP/1.1\r\n"),
            b"",
        )
    };
    let made =
        "Action=CreateKey&KeyName=k&KeyUsage=EncryptDecrypt&Origin=kms&ChargeType=PostPaidByDay";
    let key = ask(made).ok()["Key"]["KeyId"].as_str().unwrap().to_owned();
    let sealed = ask(&format!("Action=Encrypt&KeyId={key}&Plaintext=aGVsbG8%3D&Colour=red")).ok();
    assert!(sealed["CiphertextBlob"].is_string());
    let entry = last(&server);
    assert_eq!((&entry["dialect"], &entry["access_key"]), (&json!("kingsoft"), &json!("testid")));
    assert_eq!(
        (&entry["unread"], &entry["parameters"]["KeyId"]),
        (&json!(["Colour"]), &json!(key))
    );
    assert_eq!(entry["keys"][0]["id"], key.as_str());
    super::arm(&server, "", &json!({"dialect": "kingsoft", "key": key, "error": "ServiceTimeout"}));
    assert_eq!(ask(&format!("Action=Encrypt&KeyId={key}&Plaintext=aGVsbG8%3D")).status, 500);
    assert_eq!(last(&server)["outcome"], "ServiceTimeout");
    let client = Tencent::of(&server);
    let key = client.create_key(json!({}));
    for wire in WIRES {
        client.on(wire).done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
        let entry = last(&server);
        assert_eq!(entry["dialect"], "tencent");
        assert_eq!((&entry["action"], &entry["access_key"]), (&json!("Encrypt"), &json!("testid")));
        assert_eq!((&entry["keys"][0]["id"], &entry["outcome"]), (&json!(key), &json!("ok")));
        assert_eq!(entry["parameters"]["KeyId"], key.as_str(), "{wire:?}");
        assert!(!entry.to_string().contains("aGVsbG8="), "{entry:#}");
        assert!(!entry.to_string().contains("testsecret"), "{entry:#}");
    }
    let fault = json!({"dialect": "tencent", "key": key, "error": "RequestLimitExceeded"});
    super::arm(&server, "", &fault);
    let params = json!({ "KeyId": key, "Plaintext": "aGVsbG8=" });
    client.refused("RequestLimitExceeded", "Encrypt", params);
    assert_eq!(last(&server)["outcome"], "RequestLimitExceeded");
}

#[test]
fn long_names_and_values_are_truncated() {
    let server = Server::start();
    let client = server.client();
    let long = "v".repeat(100_000);
    let name = "n".repeat(100_000);
    client.call("ListKeys", &[("KeyId", &long), (&name, "v")]).ok();
    let entry = last(&server);
    assert!(entry.to_string().len() < 3000, "{}", entry.to_string().len());
    assert_eq!(entry["keys"][0]["name"], "v".repeat(64));
    assert_eq!(call_with(&client, "x-a: b", "ListKeys", &[]).status, 200);
}

#[test]
fn the_option_limits_the_size() {
    for mut command in both_ways("--journal", "KMSIM_JOURNAL", "2") {
        let server = Process::spawn(&mut command);
        for _ in 0..3 {
            server.client().call("ListKeys", &[]).ok();
        }
        let page = control(server.address, "GET", "requests", &Value::Null).ok();
        assert_eq!((page["requests"].as_array().unwrap().len(), &page["dropped"]), (2, &json!(1)));
        let expected = json!({"action": "ListKeys", "times": {"exactly": 2}});
        let verdict = control(server.address, "POST", "requests/expect", &expected).ok();
        assert_eq!(verdict["dropped"], 1);
        control(server.address, "DELETE", "requests", &Value::Null).ok();
        assert_eq!(control(server.address, "GET", "requests", &Value::Null).ok()["dropped"], 0);
    }
}

#[test]
fn without_a_journal_there_are_no_entries() {
    for mut command in both_ways("--journal", "KMSIM_JOURNAL", "0") {
        let server = Process::spawn(&mut command);
        server.client().call("ListKeys", &[]).ok();
        let nothing = json!({"action": "ListKeys", "times": {"exactly": 0}});
        for (method, path, body) in [
            ("GET", "requests", &Value::Null),
            ("DELETE", "requests", &Value::Null),
            ("POST", "requests/expect", &nothing),
        ] {
            let refused = control(server.address, method, path, body);
            assert!(refused.status == 404 && refused.text.contains("--journal 0"), "{refused:?}");
        }
        control(server.address, "POST", "faults", &json!({"error": "InternalFailure"})).ok();
        server.client().call("ListKeys", &[]).refused(500, "InternalFailure");
    }
}
