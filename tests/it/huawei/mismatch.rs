//! Explanations of wrong signatures in the journal.

use base16ct::lower::encode_string as hex;
use kmsim::algorithms::mac::{Hash, digest, hmac};
use serde_json::Value;

use super::client::{Client, refusal};
use crate::kit::{Server, Setup, control, send};

const DATE: &str = "20300101T000000Z";

fn server() -> Server {
    let accounts = "accounts:
  - { id: '1', access_keys: [{ id: testid, secret: testsecret }] }
  - { id: '2', access_keys: [{ id: other, secret: another-secret }] }
";
    Server::with(Setup { accounts: Some(accounts), ..Setup::default() })
}

/// A request's parts, as they are sent or as they are signed.
#[derive(Clone, Copy)]
struct Parts<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    kind: &'a str,
    host: &'a str,
    body: &'a str,
    secret: &'a str,
}

impl Parts<'_> {
    fn authorization(&self) -> String {
        let Self { method, path, query, kind, host, body, secret } = self;
        let names = "content-type;host;x-sdk-date";
        let body = hex(&digest(Hash::Sha256, body.as_bytes()));
        let canonical = format!(
            "{method}\n{path}\n{query}\ncontent-type:{kind}\nhost:{host}\nx-sdk-date:{DATE}\n\n{names}\n{body}"
        );
        let canonical = hex(&digest(Hash::Sha256, canonical.as_bytes()));
        let text = format!("SDK-HMAC-SHA256\n{DATE}\n{canonical}");
        let signature = hex(&hmac(Hash::Sha256, &[secret.as_bytes()], text.as_bytes()));
        format!("SDK-HMAC-SHA256 Access=testid, SignedHeaders={names}, Signature={signature}")
    }
}

#[test]
fn known_mistakes_are_found() {
    let server = server();
    let project = Client::of(&server).project;
    let path = format!("/v1.0/{project}/kms/tags");
    let (slash, bare) = (format!("{path}/"), format!("/v1.0/{project}/kms/k/tags/a%2Fb"));
    let (as_sent, twice) = (format!("{bare}/"), format!("{}/", bare.replace('%', "%25")));
    let own = server.address.to_string();
    let good = Parts {
        method: "GET",
        path: &slash,
        query: "",
        kind: "application/json",
        host: &own,
        body: "",
        secret: "testsecret",
    };
    let post = Parts { method: "POST", body: "{\"a\":1}", ..good };
    let charset = "application/json;charset=utf-8";
    for (sent, target, signed, why) in [
        (good, &path, Parts { method: "POST", ..good }, "another HTTP method"),
        (good, &path, Parts { path: &path, ..good }, "no slash at its end"),
        (good, &bare, Parts { path: &as_sent, ..good }, "as it was sent"),
        (good, &bare, Parts { path: &twice, ..good }, "encoded twice"),
        (good, &path, Parts { secret: "another-secret", ..good }, "another access key"),
        (Parts { kind: charset, ..good }, &path, good, "without its charset"),
        (good, &path, Parts { kind: charset, ..good }, "with a charset"),
        (
            good,
            &path,
            Parts { host: "kms.cn-north-4.myhuaweicloud.com", ..good },
            "the service's own host",
        ),
        (Parts { query: "?a=1", ..good }, &path, good, "the query was not signed"),
        (post, &path, Parts { body: "", ..post }, "an empty one"),
        (post, &path, Parts { body: "{}", ..post }, "an empty JSON object"),
    ] {
        let head = format!(
            "{} {target}{} HTTP/1.1\r\nHost: {own}\r\nContent-Type: {}\r\nX-Sdk-Date: {DATE}\r\n\
             Authorization: {}\r\n",
            sent.method,
            sent.query,
            sent.kind,
            signed.authorization(),
        );
        let answer = send(server.address, &head, sent.body.as_bytes());
        assert_eq!(refusal(&answer).0, "APIGW.0301", "{why}: {}", answer.text);
        let told = control(server.address, "GET", "requests", &Value::Null).ok();
        let told = &told["requests"].as_array().unwrap().last().unwrap()["signature"];
        let text = told.to_string();
        assert!(told["why"].as_str().unwrap_or_default().contains(why), "{why}: {text}");
        assert!(!text.contains("testsecret") && !text.contains("another-secret"), "{text}");
    }
}
