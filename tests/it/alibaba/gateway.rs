//! Requests of the dedicated gateway's clients, which only read protobuf.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::kit::Server;

/// The answer to a request: its head, and its body.
fn send(server: &Server, head: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = format!("{head}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    (String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase(), answer[end..].to_vec())
}

#[test]
fn the_dedicated_gateway_is_refused_in_protobuf() {
    let server = Server::start();
    for target in ["POST /", "POST /?Action=ListKeys&Format=XML", "GET /", "PUT /x"] {
        let head = format!(
            "{target} HTTP/1.1\r\nhost: kst-a.cryptoservice.kms.aliyuncs.com\r\naccept: application/x-protobuf\r\n\
             content-type: application/x-protobuf\r\nx-kms-apiversion: dkms-gcs-0.2\r\nx-kms-apiname: Encrypt\r\n"
        );
        let (head, body) = send(&server, &head, b"\x0a\x01k\x12\x02\xff\xfe");
        assert!(head.starts_with("http/1.1 400 "), "{head}");
        assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
        let id = head.lines().find_map(|line| line.strip_prefix("x-acs-request-id: ")).unwrap();
        let message = "kmsim does not serve the dedicated gateway. Use the shared gateway (?Action=) with an access key.";
        let expected = [
            b"\x08\x90\x03\x12\x14UnsupportedOperation\x1a\x61",
            message.as_bytes(),
            b"\x22\x24",
            id.as_bytes(),
        ]
        .concat();
        assert_eq!(String::from_utf8_lossy(&body), String::from_utf8_lossy(&expected));
        assert_eq!(body, expected);
    }
}
