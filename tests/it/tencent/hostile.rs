//! Requests that no SDK sends. Each is refused with a clear answer, quickly, and without side
//! effects.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::wire::{Client, Wire, refusal};
use crate::hostile;
use crate::kit::{Server, Setup, send, table};

/// Values that no parameter expects.
fn values() -> Vec<Value> {
    let own = [
        json!(null),
        json!("-k--k-"),
        json!("a-k-b-k-c"),
        json!({ "MemberUin": "x", "MemberAppId": -1 }),
        json!([{ "TagKey": null, "TagValue": {} }]),
        json!([{ "TagKey": "", "TagValue": "" }]),
        json!([{ "Identity": 5, "Description": [] }]),
    ];
    own.into_iter().chain(hostile::values()).collect()
}

/// An error in a refusal: its code must be in the table, and it must name the parameter.
fn mistake(answer: &(String, String), codes: &BTreeSet<String>, name: &str) -> Option<String> {
    let (code, message) = answer;
    let of_parameter = ["InvalidParameter", "MissingParameter", "UnknownParameter"];
    if code == "InternalError" || !code.is_empty() && !codes.contains(code) {
        return Some(format!("{code}: {message}"));
    }
    // The value is invalid, or another parameter is missing because of it.
    let is_named = message.contains('`') || code == "InvalidParameterValue";
    if of_parameter.contains(&code.as_str()) && !is_named {
        return Some(format!("{code} without a name: {message}"));
    }
    let is_other = code == "UnknownParameter" && !message.contains(&format!("`{name}"));
    is_other.then(|| format!("{code}: {message}, not {name}"))
}

#[test]
fn any_value_of_any_parameter_is_answered() {
    let server = Server::start();
    let client = Client::of(&server);
    let rows = table("tencent/actions.tsv");
    let codes: BTreeSet<String> =
        table("tencent/errors.tsv").into_iter().map(|row| row[0].clone()).collect();
    let good = |row: &Vec<String>| match row[2].as_str() {
        "String" => json!(row[5]),
        _ => serde_json::from_str(&row[5]).unwrap(),
    };
    let (values, mut wrong, mut count) = (values(), Vec::new(), 0);
    for (at, row) in rows.iter().enumerate() {
        let (action, name) = (&row[0], &row[1]);
        let mut params = json!({});
        for other in rows.iter().filter(|it| it[0] == *action && it[4] == "yes") {
            params[&other[1]] = good(other);
        }
        for (number, value) in values.iter().enumerate() {
            params[name] = value.clone();
            // The wires take turns, because a long value does not fit in a query.
            let wire = match (at + number) % 3 {
                0 => Wire::Sha256,
                1 if value.to_string().len() < 1000 => Wire::Get,
                _ => Wire::Post,
            };
            let answer = client.on(wire).call(action, params.clone());
            count += 1;
            if let Some(mistake) = mistake(&refusal(&answer), &codes, name) {
                let value: String = value.to_string().chars().take(60).collect();
                wrong.push(format!("{wire:?} {action} {name}={value}: {mistake}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 7000, "{count}");
    // The server still works.
    client.done("ListKeys", json!({}));
}

#[test]
fn lists_in_a_query_are_numbered() {
    let server = Server::start();
    let client = Client::of(&server);
    let nobody = "00000000-0000-1000-8000-000000000000";
    let kind = "application/x-www-form-urlencoded";
    for (query, expected) in [
        ("KeyIds.0=N", "ResourceUnavailable.CmkNotFound"),
        ("KeyIds.0=N&KeyIds.1=b", "InvalidParameterValue.InvalidKeyId"),
        ("KeyIds=N", "InvalidParameter"),
        ("KeyIds.=N", "InvalidParameter"),
        ("KeyIds.x=N", "InvalidParameter"),
        ("KeyIds.-1=N", "InvalidParameter"),
        ("KeyIds.0.0=N", "InvalidParameter"),
        ("KeyIds.0=N&KeyIds.x=N", "InvalidParameter"),
        ("KeyIds.0=N&KeyIds.00=N", "InvalidParameter"),
        ("KeyIds.0=N&KeyIds.+1=N", "InvalidParameter"),
        ("KeyIds.0=N&KeyIds.0.x=N", "InvalidParameter"),
        ("KeyIds.0=N&KeyIds=N", "InvalidParameter"),
        ("KeyIds.99999999999999999999=N", "InvalidParameter"),
        ("KeyIds.0=N&KeyIds.0=N", "InvalidParameter"),
        ("KeyIds.0=%FF", "InvalidParameter"),
        ("KeyIds.0=%", "InvalidParameterValue.InvalidKeyId"),
        ("Other=a&KeyIds.0=N", "UnknownParameter"),
        ("KeyIds.0=N&=a", "UnknownParameter"),
        ("", "MissingParameter"),
        ("&&&", "MissingParameter"),
    ] {
        let query = query.replace('N', nobody);
        let answer = client.tc3("DescribeKeys", "GET", &query, "", kind);
        let code = refusal(&answer).0;
        assert_eq!(code, expected, "{query}: {}", answer.text);
    }
}

#[test]
fn json_cannot_be_inflated() {
    let server = Server::start();
    let client = Client::of(&server);
    let post =
        |body: &str| refusal(&client.tc3("GetRegions", "POST", "", body, "application/json")).0;
    // Each of many members would repeat a long name.
    let members = vec![0; 100_000];
    assert_eq!(post(&json!({ "a".repeat(100_000): members }).to_string()), "InvalidParameter");
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(post(&deep), "InvalidParameter");
    let many: Vec<_> = (0..50_000).map(|at| format!("\"n{at}\":1")).collect();
    assert_eq!(post(&format!("{{{}}}", many.join(","))), "UnknownParameter");
    for bad in ["{\"\":{\"a\":1}}", "{\"a.0\":1}", "{\"a\":{\"\":1}}", "{\"a\":{\"b.c\":1}}"] {
        assert_eq!(post(bad), "InvalidParameter", "{bad}");
    }
    for bad in ["\u{feff}{}", "{\"a\":\"\\ud800\"}", "{\"a\":1e999}", "{}{}", "nul", "\"\""] {
        assert_eq!(post(bad), "InvalidParameter", "{bad}");
    }
    for none in ["", " ", "{}", "{ }", "{\"Other\":null}"] {
        assert_eq!(post(none), "", "{none:?}");
    }
}

#[test]
fn long_names_are_cut_in_messages() {
    let server = Server::start();
    let client = Client::of(&server);
    let long = "n".repeat(20_000);
    for wire in super::wire::WIRES {
        let client = client.on(wire);
        for (answer, code) in [
            (client.call("GetRegions", json!({ &*long: 1 })), "UnknownParameter"),
            (client.call(&long, json!({})), "InvalidAction"),
            (client.in_region(&long).call("GetRegions", json!({})), "UnsupportedRegion"),
        ] {
            assert_eq!(refusal(&answer).0, code, "{wire:?}");
            assert!(answer.text.len() < 1000, "{wire:?} {code}: {}", answer.text.len());
        }
    }
    let name = &long[..10_000];
    let twice = format!("{name}=1&{name}=1");
    let answer = client.tc3("GetRegions", "GET", &twice, "", "application/x-www-form-urlencoded");
    assert_eq!(refusal(&answer).0, "InvalidParameter");
    assert!(answer.text.len() < 1000, "{}", answer.text.len());
}

#[test]
fn unusual_authorizations_are_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let head = client.head("GetRegions", "POST", "", "application/json");
    let scope = "testid/2030-01-01/kms/tc3_request";
    let many = vec!["host"; 5000].join(";");
    for authorization in [
        "",
        " ",
        ",",
        "SKIP",
        "TC3-HMAC-SHA256",
        "TC3-HMAC-SHA256 ",
        "TC3-HMAC-SHA256 =,=,=",
        "TC3-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
        "TC3-HMAC-SHA256 Credential=////,SignedHeaders=content-type;host,Signature=00",
        "TC3-HMAC-SHA256 Credential=\u{e4}/\u{e4}/\u{e4}/tc3_request, SignedHeaders=host, Signature=0",
        &format!("TC3-HMAC-SHA256 Credential={scope},SignedHeaders=host,Signature=00"),
        &format!(
            "TC3-HMAC-SHA256 Credential={scope},SignedHeaders=content-type;host;;,Signature=0"
        ),
        &format!(
            "TC3-HMAC-SHA256 Credential={scope},SignedHeaders=content-type;{many},Signature=0"
        ),
        // Each repetition would cost as much as the whole header.
        &format!(
            "TC3-HMAC-SHA256 Credential={scope},SignedHeaders=content-type;host;Host,Signature=0"
        ),
        &format!(
            "TC3-HMAC-SHA256 Credential={scope},SignedHeaders=content-type;host,Signature={}",
            "0".repeat(10_000)
        ),
        "TC2-HMAC-SHA256 Credential=a/b/c/tc3_request, SignedHeaders=host, Signature=0",
        "Basic dGVzdA==",
    ] {
        let answer =
            send(server.address, &format!("{head}Authorization: {authorization}\r\n"), b"{}");
        let code = refusal(&answer).0;
        assert!(code.starts_with("AuthFailure."), "{authorization}: {}", answer.text);
        let is_twice = ["host;Host", "host;;"].iter().any(|it| authorization.contains(it));
        assert_eq!(is_twice, answer.text.contains("names a header twice"), "{}", answer.text);
        assert!(answer.text.len() < 1000, "{}", answer.text);
    }
    for time in ["", "a", "-1", "1893456000.0", "99999999999999999999", "9223372036854775807"] {
        let head: String = head
            .split_inclusive("\r\n")
            .map(|line| {
                let is_time = line.starts_with("X-TC-Timestamp");
                if is_time { format!("X-TC-Timestamp: {time}\r\n") } else { line.to_owned() }
            })
            .collect();
        let authorization = client.authorization("POST", "", "{}", "application/json");
        let head = format!("{head}Authorization: {authorization}\r\n");
        let code = refusal(&send(server.address, &head, b"{}")).0;
        let codes = ["MissingParameter", "InvalidParameter", "AuthFailure.SignatureExpire"];
        assert!(codes.contains(&code.as_str()), "{time}: {code}");
    }
}

#[test]
fn no_secret_is_in_an_answer_or_the_journal() {
    let accounts = "accounts:
  - id: '1'
    access_keys: [{ id: testid, secret: a-very-secret-secret }]
    sts_tokens: [{ id: sts, secret: s, token: a-very-secret-token, expires: 2031-01-01T00:00:00Z }]
";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let client = Client::with(&server, "testid", "a-very-secret-secret");
    let token = Some("a-very-secret-token".to_owned());
    for wire in super::wire::WIRES {
        let key = client.create_key(json!({}));
        let text = json!({ "KeyId": key, "Plaintext": "c2VjcmV0LXRleHQ=" });
        client.on(wire).done("Encrypt", text.clone());
        let temporary = Client { token: token.clone(), ..Client::with(&server, "sts", "s") };
        temporary.on(wire).done("Encrypt", text.clone());
        let mistaken = Client { secret: "another-secret".into(), ..client.on(wire) };
        assert_ne!(refusal(&mistaken.call("Encrypt", text)).0, "");
    }
    let told = crate::kit::control(server.address, "GET", "requests", &Value::Null).text;
    for secret in ["very-secret", "another-secret", "c2VjcmV0LXRleHQ"] {
        assert!(!told.contains(secret), "{secret}");
    }
}
