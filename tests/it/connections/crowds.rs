//! Many connections, incomplete requests, and the server's shutdown.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Process, control, form, kmsim, without_listen};
use crate::program::ended;

/// The server on a free port, started by a shell that first runs this script.
fn started_after(shell: &str) -> Process {
    let plain = kmsim(&[]);
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{shell} && exec \"$0\" --listen 127.0.0.1:0 --data :memory:"));
    command.arg(plain.get_program()).stdin(Stdio::null()).stdout(Stdio::piped());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Process::spawn(&mut command)
}

fn begun(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Incomplete requests: half a head, half a body, half a handshake, and nothing at all.
const HALVES: [&[u8]; 4] = [
    b"GET / HTTP/1.1\r\nHo",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab",
    b"\x16\x03\x01",
    b"",
];

/// Sends a request over a connection that stays open, and returns the status.
fn asked(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let mut status = String::new();
    reader.read_line(&mut status).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    status.trim().to_owned()
}

#[test]
fn incomplete_requests_do_not_lock_out_other_clients() {
    let server = started_after("ulimit -n 160");
    let address = server.address;
    let call = || {
        let body = form(&server.client().signed("POST", "ListKeys", &[]));
        format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    let mut known = begun(address, b"");
    assert_eq!(asked(&mut known, &call()), "HTTP/1.1 200 OK");
    let mut flood = Vec::new();
    for round in 0..10 {
        flood.extend((0..60).map(|at| begun(address, HALVES[at % HALVES.len()])));
        control(address, "GET", "health", &Value::Null).ok();
        // Connections without any request are closed before those that had one.
        assert_eq!(asked(&mut known, &call()), "HTTP/1.1 200 OK", "{round}");
    }
    let mut first = flood.remove(0);
    let mut rest = Vec::new();
    // It was closed, with an end of file or a reset.
    let _ = first.read_to_end(&mut rest);
    assert!(rest.is_empty(), "{rest:?}");
}

#[test]
fn the_limit_of_open_files_is_raised() {
    let server = started_after("ulimit -Sn 64");
    let crowd: Vec<_> = (0..200).map(|_| begun(server.address, HALVES[0])).collect();
    control(server.address, "GET", "health", &Value::Null).ok();
    // None of them was closed: each gets its answer.
    for mut stream in crowd {
        stream.write_all(b"st: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer:?}");
    }
}

/// The shutdown takes two seconds. A complete request would get ten.
#[test]
fn incomplete_requests_do_not_delay_the_shutdown() {
    let mut server = Process::start(&["--data", ":memory:"]);
    let halves: Vec<_> = HALVES.iter().map(|half| begun(server.address, half)).collect();
    control(server.address, "GET", "health", &Value::Null).ok();
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));
    drop(halves);
}

#[test]
fn a_request_in_progress_is_answered_before_the_shutdown() {
    let mut server = Process::start(&["--data", ":memory:"]);
    let body = form(&server.client().signed("POST", "ListKeys", &[]));
    control(server.address, "POST", "faults", &json!({"latency": "3s"})).ok();
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ";
    let mut working =
        begun(server.address, format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes());
    let half = begun(server.address, HALVES[1]);
    // Once this is answered, the earlier connections have been accepted.
    let faults = || control(server.address, "GET", "faults", &Value::Null).ok();
    let is_worked_on = || faults()["faults"][0]["hits"] == 1;
    assert!((0..1000).any(|_| is_worked_on()), "the request did not arrive");
    server.signal("TERM");
    let mut answer = String::new();
    working.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"),
        "{answer:?}"
    );
    assert_eq!(ended(&mut server.child), Some(0));
    drop(half);
}

#[test]
fn localhost_listens_on_every_loopback_address() {
    let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
    for name in ["localhost:0", "LocalHost.:0", "kms.localhost:0"] {
        let mut child = without_listen(&kmsim(&["--data", ":memory:"]))
            .args(["--listen", name])
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut found: Vec<SocketAddr> = Vec::new();
        let ready = loop {
            let line = lines.next().unwrap();
            let (said, address) = line.split_once(" on http://").unwrap();
            let address = address.parse().unwrap();
            if said == "kmsim ready" {
                break address;
            }
            found.push(address);
        };
        let checked = std::panic::catch_unwind(|| {
            assert_eq!(
                ready.ip(),
                IpAddr::from([127, 0, 0, 1]),
                "127.0.0.1 is still the first address"
            );
            let second = IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]);
            assert_eq!(found.iter().any(|it| it.ip() == second), has_ipv6, "{found:?}");
            for address in found.iter().chain([&ready]) {
                assert_eq!(address.port(), ready.port());
                control(*address, "GET", "health", &Value::Null).ok();
            }
        });
        child.kill().unwrap();
        child.wait().unwrap();
        checked.unwrap();
    }
}
