//! Requests that no SDK sends. Each gets a clear answer, soon, and does no harm.

use serde_json::{Value, json};

use super::wire::{Client, SIGNED, Wire, told};
use crate::kit::{Answer, Server, Setup, control, send};
use kmsim::dialects::{AuthMode, BODY_LIMIT};

fn open_server() -> Server {
    Server::with(Setup { auth: AuthMode::Off, ..Setup::default() })
}

fn post(server: &Server, content: &str, body: &str) -> Answer {
    let head = format!(
        "POST /?Action=DescribeKeys&Version=2016-03-04 HTTP/1.1\r\nAccept: application/json\r\nContent-Type: {content}\r\n"
    );
    send(server.address, &head, body.as_bytes())
}

#[track_caller]
fn malformed(answer: &Answer, name: &str) {
    let message =
        format!("The query parameter {name} is malformed or does not adhere to KSC standards.");
    assert_eq!(told(answer), (400, "InvalidQueryParameter".into(), message));
}

#[test]
fn json_cannot_be_inflated() {
    let server = open_server();
    let json = "application/json";
    // A long name that each of many members would repeat.
    let members = vec![0; BODY_LIMIT / 4];
    malformed(
        &post(&server, json, &json!({ "a".repeat(BODY_LIMIT / 4): members }).to_string()),
        "Body",
    );
    // Deep, and many.
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    malformed(&post(&server, json, &deep), "Body");
    for none in ["", "{}", r#"{"KeyId":[]}"#, r#"{"KeyId":null}"#, r#"{"Other":{"a":[{"b":1}]}}"#] {
        assert_eq!(post(&server, json, none).ok()["KeySet"], json!([]), "{none}");
    }
    for bad in ["[]", "null", "{", "text", "{\"a\":1}{}"] {
        malformed(&post(&server, json, bad), "Body");
    }
}

#[test]
fn bodies_and_names_have_their_limits() {
    let server = open_server();
    let form = "application/x-www-form-urlencoded";
    malformed(&post(&server, form, &"a".repeat(BODY_LIMIT + 1)), "Body");
    malformed(&post(&server, form, &format!("{}=%FF", "n".repeat(1000))), &"n".repeat(64));
    let ids = "KeyId=0kes2r8k-vbse-87pj-icck-qu9cao8vubi7&".repeat(1001);
    super::wire::invalid(&post(&server, form, &ids), "KeyId");
    // A body with another content type has no parameters.
    assert_eq!(post(&server, "text/plain", "KeyId=b").ok()["KeySet"], json!([]));
}

#[test]
fn parameters_belong_where_the_method_has_them() {
    let server = open_server();
    let own = "Action=DescribeKeys&Version=2016-03-04";
    let ask = |start: &str, content: &str, body: &str| {
        let head =
            format!("{start} HTTP/1.1\r\nAccept: application/json\r\nContent-Type: {content}\r\n");
        send(server.address, &head, body.as_bytes())
    };
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    for (method, content, body) in [
        ("GET", form, ""),
        ("GET", json, "{}"),
        ("POST", form, ""),
        ("POST", form, "DryRun=false"),
        ("POST", json, r#"{"DryRun":"false"}"#),
    ] {
        assert_eq!(
            ask(&format!("{method} /?{own}"), content, body).ok()["KeySet"],
            json!([]),
            "{method} {body}"
        );
    }
    assert_eq!(ask(&format!("GET /?{own}&DryRun=false"), form, "").ok()["KeySet"], json!([]));
    assert_eq!(ask("POST /", form, own).ok()["KeySet"], json!([]));
    malformed(&ask(&format!("GET /?{own}"), form, "KeyId.1=a"), "KeyId.1");
    malformed(&ask("GET /", form, own), "Action");
    malformed(&ask(&format!("GET /?{own}"), json, r#"{"KeyId":["a"]}"#), "Body");
    malformed(&ask(&format!("POST /?{own}&KeyId.1=a"), form, ""), "KeyId.1");
    malformed(&ask(&format!("POST /?{own}&Format=json"), form, own), "Format");
    malformed(&ask(&format!("POST /?{own}&DryRun=true"), json, r#"{"DryRun":"false"}"#), "DryRun");
}

#[test]
fn a_header_must_not_be_signed_many_times() {
    let server = Server::start();
    let names = vec!["host"; 5000].join(";");
    let head = format!(
        "GET /?Action=DescribeKeys&Version=2016-03-04 HTTP/1.1\r\nAccept: application/json\r\n\
         X-Amz-Date: 20300101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=testid/20300101/cn-beijing-6/kkms/aws4_request, SignedHeaders={names}, Signature=00\r\n"
    );
    let answer = send(server.address, &head, b"");
    assert_eq!(told(&answer).2, "Authorization header format error.");
    assert!(answer.text.len() < 1000);
}

#[test]
fn unusual_signed_headers_are_accepted() {
    let server = Server::start();
    let line =
        "GET /?Action=DescribeKeys&Version=2016-03-04 HTTP/1.1\r\nX-Amz-Date: 20300101T000000Z\r\n";
    let scope = "testid/20300101/cn-beijing-6/kkms/aws4_request";
    for authorization in [
        "",
        " ",
        ",",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 =,=,=",
        "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
        "AWS4-HMAC-SHA256 Credential=////,SignedHeaders=host,Signature=00",
        "AWS4-HMAC-SHA256 Credential=\u{e4}/\u{e4}/\u{e4}/\u{e4}/aws4_request,SignedHeaders=host,Signature=00",
        &format!("AWS4-HMAC-SHA256 Credential={scope},SignedHeaders=host;;,Signature=00"),
        &format!("AWS4-HMAC-SHA256 Credential={scope},SignedHeaders=host;\u{e4},Signature=00"),
        &format!(
            "AWS4-HMAC-SHA256 Credential={scope},SignedHeaders=host,Signature={}",
            "0".repeat(10_000)
        ),
        "Basic dGVzdA==",
    ] {
        let answer =
            send(server.address, &format!("{line}Authorization: {authorization}\r\n"), b"");
        let (status, code, _) = told(&answer);
        assert!(
            [400, 403].contains(&status) && !code.is_empty(),
            "{authorization}: {}",
            answer.text
        );
    }
    for date in
        ["", "20300101T000000Z\u{e4}", "99991231T235959Z", "00000101T000000Z", "20300230T000000Z"]
    {
        let head = format!(
            "GET /?Action=DescribeKeys&Version=2016-03-04 HTTP/1.1\r\nX-Amz-Date: {date}\r\nAuthorization: \
             AWS4-HMAC-SHA256 Credential={scope},SignedHeaders=host,Signature=00\r\n"
        );
        assert!([400, 403].contains(&told(&send(server.address, &head, b"")).0), "{date}");
    }
    for time in ["0000-01-01T00:00:00Z", "9999-12-30T00:00:00Z", "2030-01-01T00:00:00+99:99", "-1"]
    {
        let client =
            Client { time: time.into(), ..Client::of(&server).on(super::wire::Wire::Simplified) };
        assert!([400, 403].contains(&told(&client.call("DescribeKeys", &[])).0), "{time}");
    }
}

#[test]
fn a_wrong_signature_is_refused_at_any_size_and_explained_if_short() {
    let server = Server::start();
    let client = Client { secret: "wrong".into(), post: true, ..Client::of(&server) };
    let get = |path: &str| control(server.address, "GET", path, &Value::Null);
    for wire in SIGNED {
        for (length, is_explained) in [(100, true), (400_000, false)] {
            // Queries cannot be that long.
            if wire == Wire::Presigned && !is_explained {
                continue;
            }
            let text = "t".repeat(length);
            let answer = client.on(wire).call("Encrypt", &[("KeyId", "k"), ("Plaintext", &text)]);
            assert!((400..500).contains(&answer.status), "{answer:?}");
            let entry = get("requests").ok()["requests"].as_array_mut().unwrap().pop().unwrap();
            assert_eq!(entry["auth"]["verdict"], "refused");
            assert_eq!(
                entry["signature"]["server"].is_string(),
                is_explained,
                "{wire:?} {length}: {entry:#}"
            );
        }
    }
    assert!(!get("metrics").text.contains("Encrypt"), "a refused request makes no label");
}
