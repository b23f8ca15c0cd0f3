//! Clients that connect and send nothing, or only half a handshake, delay neither other clients nor
//! the server's shutdown.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread::scope;

use kmsim::world::Clock;

use super::{Client, ca_pem};
use crate::kit::{Process, await_body_read, data_file, kmsim};
use crate::program::{await_closed, ended};

/// The header of a handshake record with 512 more bytes.
const HALF: [u8; 5] = [22, 3, 1, 2, 0];

#[test]
fn silent_clients_delay_neither_other_clients_nor_the_shutdown() {
    let mut server = Process::start(&["--data", ":memory:"]);
    let address = server.address;
    let client = Client::trusting(&ca_pem(address), Clock::default().host());
    let begun = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(bytes).unwrap();
        stream
    };
    let stuck: Vec<_> =
        (0..30).flat_map(|_| [begun(b""), begun(&HALF[..1]), begun(&HALF)]).collect();
    for _ in 0..30 {
        // An invalid handshake, and a client that trusts another authority.
        let mut broken = begun(&[&HALF[..], &[0xff; 512]].concat());
        let mut told = Vec::new();
        broken.read_to_end(&mut told).unwrap();
        assert!(!told.starts_with(b"HTTP"), "{told:?}");
        let strange = Client::trusting(&ca_pem_of_another(), Clock::default().host());
        assert!(strange.health(address, "localhost").is_err());
    }
    scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| client.health(address, "localhost").unwrap().ok());
        }
    });
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));
    drop(stuck);
}

/// The certificate of another authority.
fn ca_pem_of_another() -> String {
    kmsim::tls::Authority::generate().unwrap().pem().to_owned()
}

#[test]
fn a_request_under_tls_is_answered_before_the_shutdown() {
    let (_folder, path) = data_file();
    let mut server = Process::start(&["--data", path.to_str().unwrap()]);
    let client = Client::trusting(&ca_pem(server.address), Clock::default().host());
    let idle = client.open(server.address, "localhost");
    let mut slow = client.open(server.address, "localhost");
    let body = "Action=DescribeRegions";
    write!(
        slow.0,
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n{}",
        body.len(),
        &body[..5]
    )
    .unwrap();
    await_body_read(&mut slow.0);
    server.signal("TERM");
    await_closed(server.address);
    slow.0.write_all(&body.as_bytes()[5..]).unwrap();
    let mut answer = String::new();
    slow.0.read_to_string(&mut answer).unwrap();
    // The server sent a TLS close notification. Without it, reading would have failed.
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("\"Code\""), "{answer}");
    assert_eq!(ended(&mut server.child), Some(0));
    drop(idle);
}

#[test]
fn too_many_open_files_do_not_stop_the_server() {
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 48 && exec \"$0\" --listen 127.0.0.1:0 --data :memory:"]);
    let plain = kmsim(&[]);
    limited.arg(plain.get_program()).stdin(Stdio::null()).stdout(Stdio::piped());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let server = Process::spawn(&mut limited);
    let mut crowd: Vec<_> = (0..100).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    // The server ran out of files when it closes the connection that has waited longest.
    assert!(!matches!(crowd[0].read(&mut [0]), Ok(1..)));
    drop(crowd);
    let client = Client::trusting(&ca_pem(server.address), Clock::default().host());
    client.health(server.address, "localhost").unwrap().ok();
}

#[test]
fn a_too_long_request_line_is_answered_under_tls_too() {
    let server = crate::kit::Server::start();
    let client = Client::trusting(&ca_pem(server.address), server.world.clock.host());
    let mut stream = client.open(server.address, "localhost");
    write!(stream.0, "GET /?Format=XML&Plaintext={}", "a".repeat(200_000)).unwrap();
    let mut answer = Vec::new();
    // The server sent a TLS close notification. Without it, reading would have failed.
    stream.0.read_to_end(&mut answer).unwrap();
    let answer = crate::kit::parse(&answer);
    assert_eq!(answer.status, 414);
    assert!(answer.text.contains("</KMS>") && answer.text.contains("POST"), "{answer:?}");
}
