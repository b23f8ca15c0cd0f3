//! Requests that the HTTP parser refuses: each cloud answers in its own format.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::kingsoft::wire::told;
use crate::kit::{Answer, Server, parse, send_as_is};
use crate::tencent::wire::refusal;

/// A value that is longer than the limit.
const LONG: usize = 70_000;

fn opened(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream
}

/// Sends these bytes, and reads until the server ends the connection.
fn last_answer(mut stream: TcpStream, bytes: &str) -> Answer {
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    parse(&answer)
}

fn check_alibaba(answer: &Answer, status: u16, word: &str) {
    let message = answer.refused(status, "ParseRequestParameterException");
    assert!(message.contains(word), "{message}");
    assert_eq!(answer.json()["RequestId"].as_str(), answer.header("x-acs-request-id"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(answer.header("content-length").unwrap().parse(), Ok(answer.text.len()));
}

fn check_kingsoft(answer: &Answer, status: u16, word: &str) {
    let (told_status, code, message) = told(answer);
    assert_eq!((told_status, code.as_str()), (status, "InvalidQueryParameter"), "{answer:?}");
    assert!(message.contains(word) && answer.text.contains("RequestId"), "{answer:?}");
    assert_eq!(answer.header("connection"), Some("close"));
}

fn check_tencent(answer: &Answer, code: &str) {
    assert_eq!(refusal(answer).0, code, "{answer:?}");
    assert_eq!(answer.header("connection"), Some("close"));
}

#[test]
fn a_too_long_request_line_is_answered_by_its_cloud() {
    let server = Server::start();
    let value = "a".repeat(LONG);
    let rest = " HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n";
    // Each as a complete request line, and as one that never ends.
    for end in [rest, ""] {
        let ask = |target: &str| send_as_is(server.address, &format!("GET {target}{end}"));
        check_alibaba(&ask(&format!("/?Action=Encrypt&Plaintext={value}")), 414, "POST");
        check_alibaba(&ask(&format!("/?Plaintext={value}&Format=XML")), 414, "POST");
        check_alibaba(&ask(&format!("/{value}")), 414, "POST");
        let xml = ask(&format!("/?Format=XML&Plaintext={value}"));
        assert_eq!((xml.status, xml.header("content-type")), (414, Some("text/xml;charset=utf-8")));
        assert!(
            xml.text.contains("<HttpStatus>414</HttpStatus>") && xml.text.contains("POST"),
            "{xml:?}"
        );
        for mark in ["Version=2016-03-04", "X-Amz-Algorithm=a", "Accesskey=a"] {
            let answer = ask(&format!("/?{mark}&Plaintext={value}"));
            assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
            check_kingsoft(&answer, 414, "POST");
            check_kingsoft(&ask(&format!("/?{mark}&Format=xml&Plaintext={value}")), 414, "POST");
        }
        for mark in ["SecretId=a", "Action=Encrypt&SecretId=a"] {
            check_tencent(&ask(&format!("/?{mark}&Plaintext={value}")), "RequestSizeLimitExceeded");
        }
        let own = ask(&format!("/_kmsim/{value}"));
        assert_eq!(own.status, 414);
        assert!(own.json()["error"].as_str().unwrap().contains("POST"), "{own:?}");
        assert_eq!(own.header("access-control-allow-origin"), None);
    }
    // The longest line that is served, and one that is a byte longer.
    let answer = send_as_is(
        server.address,
        &format!(
            "GET /?a={} HTTP/1.1\r\nX-Amz-Date: x\r\nConnection: close\r\n\r\n",
            "a".repeat(65_534 - 4)
        ),
    );
    assert_eq!(told(&answer).0, 403, "{answer:?}");
    let long = format!("POST /?a={} HTTP/1.1\r\n\r\n", "a".repeat(65_535 - 4));
    check_alibaba(&send_as_is(server.address, &long), 414, "POST");
}

#[test]
fn a_client_that_keeps_sending_still_reads_the_answer() {
    let server = Server::start();
    for length in [131_000, 140_000, 1_000_000, 8_000_000] {
        let request = format!("GET /?Action=Encrypt&Plaintext={}", "%E4%BD%A0".repeat(length / 9));
        check_alibaba(&last_answer(opened(&server), &request), 414, "POST");
    }
}

#[test]
fn later_requests_of_a_connection_are_answered_too() {
    let server = Server::start();
    let mut stream = opened(&server);
    for _ in 0..3 {
        stream.write_all(b"GET /_kmsim/health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        let mut rest = Vec::new();
        while !rest.ends_with(b"}") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            rest.extend(byte);
        }
    }
    check_alibaba(&last_answer(stream, &format!("GET /?a={}", "a".repeat(LONG))), 414, "POST");
    // Pipelined requests are answered in order.
    let both = format!(
        "GET /_kmsim/health HTTP/1.1\r\nHost: x\r\n\r\nGET /?a={} HTTP/1.1\r\n\r\n",
        "a".repeat(LONG)
    );
    let mut stream = opened(&server);
    stream.write_all(both.as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    let statuses: Vec<_> = answers.matches("HTTP/1.1 ").collect();
    assert!(answers.starts_with("HTTP/1.1 200 ") && statuses.len() == 2, "{answers}");
    assert!(answers.contains("HTTP/1.1 414 ") && answers.contains("RequestId"), "{answers}");
}

#[test]
fn other_unparsable_requests_are_answered_once() {
    let server = Server::start();
    let many = "a: b\r\n".repeat(200);
    let long = format!("a: {}\r\n", "b".repeat(140_000));
    for (lines, status, word) in [(&many, 431, "100 headers"), (&long, 431, "128 KiB")] {
        let head = |target: &str| {
            format!("GET {target} HTTP/1.1\r\nAccept: application/json\r\n{lines}\r\n")
        };
        check_alibaba(&send_as_is(server.address, &head("/?Action=ListKeys")), status, word);
        check_kingsoft(&send_as_is(server.address, &head("/?Version=2016-03-04")), status, word);
        let answer = send_as_is(server.address, &head("/?SecretId=a"));
        check_tencent(&answer, "RequestSizeLimitExceeded");
    }
    for (head, is_kingsoft) in [
        ("GET /?Action=Encrypt&Plaintext=a b HTTP/1.1\r\n\r\n", false),
        ("GET /?Version=2016-03-04&Plaintext=a b HTTP/1.1\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nX-Amz-Date: 1\r\nno header\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", false),
        ("GET / HTTP/3.7\r\n\r\n", false),
        ("rubbish\r\n\r\n", false),
        ("\u{e4}\u{f6} / HTTP/1.1\r\n\r\n", false),
    ] {
        let answer = send_as_is(server.address, head);
        let check = if is_kingsoft { check_kingsoft } else { check_alibaba };
        check(&answer, 400, "HTTP/1.1");
    }
    for head in [
        "GET /?SecretId=a&Plaintext=a b HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nX-TC-Action: ListKeys\r\nno header\r\n\r\n",
    ] {
        check_tencent(&send_as_is(server.address, head), "InvalidRequest");
    }
    let own = send_as_is(server.address, "GET /_kmsim/a b HTTP/1.1\r\n\r\n");
    assert_eq!((own.status, own.json().as_object().unwrap().len()), (400, 1));
}
