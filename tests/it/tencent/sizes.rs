//! The largest requests of each form (document, "Request Structure").

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::wire::{Client, Wire, done, refusal};
use crate::kit::{Answer, Server, parse, send};

const MIB: usize = 1024 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

const SIZE: &str = "RequestSizeLimitExceeded";
const SIGNATURE: &str = "AuthFailure.SignatureFailure";

/// A text of this length, filled up with characters that are ignored.
fn filled(text: &str, filler: &str, length: usize) -> String {
    text.to_owned() + &filler.repeat(length - text.len())
}

/// The code of a refusal; empty if the request succeeded.
fn code(answer: &Answer) -> String {
    refusal(answer).0
}

#[test]
fn a_json_body_has_10_mib() {
    let server = Server::start();
    let client = Client::of(&server);
    let post = |length: usize| {
        let body = filled("{}", " ", length);
        client.tc3("GetRegions", "POST", "", &body, "application/json")
    };
    done(&post(10 * MIB));
    for length in [10 * MIB + 1, 12 * MIB] {
        let answer = post(length);
        let told = refusal(&answer);
        assert_eq!(
            told,
            (SIZE.to_owned(), "The request is larger than 10485760 bytes.".to_owned()),
            "{length}"
        );
        assert_eq!(answer.header("connection"), Some("close"));
    }
}

/// Sends a part of a request, and reads until the server closes the connection.
fn begun(server: &Server, text: &str) -> Answer {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    // The server also waits for the client.
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    parse(&answer)
}

#[test]
fn a_body_that_announces_too_much_is_not_read() {
    let server = Server::start();
    let client = Client::of(&server);
    let head = client.head("GetRegions", "POST", "", "application/json");
    let length = 10 * MIB + 1;
    for more in ["", "Expect: 100-continue\r\n"] {
        // No byte of the body is sent, and the server does not wait for one.
        let answer = begun(&server, &format!("{head}Content-Length: {length}\r\n{more}\r\n"));
        assert_eq!(code(&answer), SIZE, "{more}");
    }
    // Without Content-Length, the server counts. The body does not end.
    let part = format!("{MIB:x}\r\n{}\r\n", "a".repeat(MIB));
    let body = part.repeat(10) + "1\r\na\r\n";
    let answer = begun(&server, &format!("{head}Transfer-Encoding: chunked\r\n\r\n{body}"));
    assert_eq!(code(&answer), SIZE);
}

#[test]
fn a_query_has_32_kib() {
    let server = Server::start();
    let client = Client::of(&server);
    let tc3 = |length: usize| client.tc3("GetRegions", "GET", &"&".repeat(length), "", FORM);
    let signed = client.on(Wire::Sha1).v1_form("GetRegions", &json!({}));
    let v1 = |length: usize| {
        let query = filled(&signed, "&", length);
        let head = format!("GET /?{query} HTTP/1.1\r\nHost: {}\r\n", server.address);
        send(server.address, &head, b"")
    };
    let most = 32 * 1024;
    done(&tc3(most));
    done(&v1(most));
    // Of a request line above 64 KiB, the server sees no header.
    for answer in [tc3(most + 1), tc3(65_000), v1(most + 1), v1(65_000), v1(70_000)] {
        let (code, message) = refusal(&answer);
        assert_eq!((code.as_str(), message.contains(" 32768 ")), (SIZE, true), "{message}");
    }
}

#[test]
fn a_form_has_1_mib() {
    let server = Server::start();
    let client = Client::of(&server).on(Wire::Sha256);
    let post = |body: &str| {
        let head =
            format!("POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: {FORM}\r\n", server.address);
        send(server.address, &head, body.as_bytes())
    };
    let signed = client.v1_form("GetRegions", &json!({}));
    done(&post(&filled(&signed, "&", MIB)));
    // A form of this size is recognised by its beginning and by its end, where SDKs write what all
    // requests have.
    for length in [MIB + 1, 2 * MIB, 15 * MIB] {
        let value = "a".repeat(length - signed.len() - 3);
        for body in [format!("{signed}&P={value}"), format!("P={value}&{signed}")] {
            assert_eq!(body.len(), length);
            let (code, message) = refusal(&post(&body));
            assert_eq!(code, SIGNATURE);
            assert!(
                message.contains("exceeding request size limit")
                    && message.ends_with("use new signature method `TC3-HMAC-SHA256`."),
                "{message}"
            );
        }
    }
}
