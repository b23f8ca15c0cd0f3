//! Explanations of wrong signatures in the journal.

use serde_json::{Value, json};

use super::wire::{Client, WIRES, refusal};
use crate::kit::{Server, Setup, control, send};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn server() -> Server {
    let accounts = "accounts:
  - { id: '1', access_keys: [{ id: testid, secret: testsecret }] }
  - { id: '2', access_keys: [{ id: other, secret: another-secret }] }
";
    Server::with(Setup { accounts: Some(accounts), ..Setup::default() })
}

/// The explanation of the last request, which was refused.
fn explained(server: &Server, code: &str) -> Value {
    assert_eq!(code, "AuthFailure.SignatureFailure");
    let told = control(server.address, "GET", "requests", &Value::Null).ok();
    let signature = told["requests"].as_array().unwrap().last().unwrap()["signature"].clone();
    let text = signature.to_string();
    assert!(!text.contains("aGVsbG8") && !text.contains("secret\""), "{text}");
    signature
}

#[test]
fn known_mistakes_are_found() {
    let server = server();
    let client = Client::of(&server);
    let body = json!({ "KeyId": "k", "Plaintext": "aGVsbG8=" }).to_string();
    // Method, query and body as they are sent; method, query and body as they were signed.
    for (sent, signed, why) in [
        (("POST", "", &*body), ("GET", "", ""), "another HTTP method"),
        (("POST", "", &body), ("POST", "", ""), "the digest is that of an empty one"),
        (("POST", "", &body), ("POST", "", "{}"), "that of an empty JSON object"),
        (("GET", "Limit=1", ""), ("GET", "", ""), "the query was not signed"),
        (("GET", "A=b+c", ""), ("GET", "A=b%20c", ""), "signed with %20"),
        (("GET", "A=b%20c", ""), ("GET", "A=b+c", ""), "signed with a plus sign"),
    ] {
        let (method, query, body) = sent;
        let kind = if method == "GET" { FORM } else { JSON };
        let authorization = client.authorization(signed.0, signed.1, signed.2, kind);
        let head = client.head("Encrypt", method, query, kind);
        let head = format!("{head}Authorization: {authorization}\r\n");
        let answer = send(server.address, &head, body.as_bytes());
        let told = explained(&server, &refusal(&answer).0);
        assert!(told["why"].as_str().unwrap_or_default().contains(why), "{why}: {told:#}");
        assert!(told["server"].as_str().unwrap().starts_with(&format!("{method}\n/\n")));
        assert!(told["client"].as_str().unwrap().starts_with(&format!("{}\n/\n", signed.0)));
    }
}

#[test]
fn another_host_and_another_day_are_found() {
    let server = server();
    let client = Client { region: "ap-shanghai".into(), ..Client::of(&server) };
    let (own, today) = (server.address.to_string(), &client.time[..10]);
    for (host, day, why) in [
        ("kms.tencentcloudapi.com", today, "the service's own host was signed"),
        (
            "kms.ap-shanghai.tencentcloudapi.com",
            today,
            "the service's host of the region was signed",
        ),
        (&own, "2020-02-20", "is not the day of the timestamp"),
    ] {
        let authorization = client.authorization_as((host, day), "POST", "", "{}", JSON);
        let head = client.head("ListKeys", "POST", "", JSON);
        let head = format!("{head}Authorization: {authorization}\r\n");
        let found = explained(&server, &refusal(&send(server.address, &head, b"{}")).0);
        assert!(found["why"].as_str().unwrap_or_default().contains(why), "{why}: {found:#}");
        assert!(found["client"].as_str().unwrap().contains(&format!("host:{host}\n")));
    }
}

#[test]
fn the_secret_of_another_access_key_is_found() {
    let server = server();
    for wire in WIRES {
        let text = json!({ "KeyId": "k", "Plaintext": "aGVsbG8=" });
        let client = Client { secret: "another-secret".into(), ..Client::of(&server).on(wire) };
        let told = explained(&server, &refusal(&client.call("Encrypt", text.clone())).0);
        let why = "the secret is that of another access key here";
        assert_eq!(told["why"], why, "{wire:?}: {told:#}");
        let unknown = Client { secret: "nobody's".into(), ..client };
        let told = explained(&server, &refusal(&unknown.call("Encrypt", text)).0);
        assert!(told["server"].is_string() && told["client"].is_null(), "{told:#}");
    }
}
