//! Bodies that arrive slowly: the memory that they take together is bounded.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use clap::Parser;
use kmsim::commands::Cli;
use kmsim::store::Sqlite;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::kit::{Answer, Client, Server, Setup, control, form, parse};

const KIB: usize = 1024;

/// A server that holds so many bytes of incomplete bodies.
fn holding(bytes: usize) -> Server {
    Server::with(Setup { body_budget: Some(bytes), ..Setup::default() })
}

/// Waits until the server holds so many bytes of incomplete bodies.
#[track_caller]
fn await_held(server: &Server, bytes: usize) {
    let held = || {
        let metrics = control(server.address, "GET", "metrics", &Value::Null).text;
        let mut lines = metrics.lines();
        lines.find_map(|it| it.strip_prefix("kmsim_incomplete_body_bytes ")?.parse::<usize>().ok())
    };
    let last = (0..2000).map(|_| held()).find(|held| *held == Some(bytes));
    assert!(last.is_some(), "it holds {:?} bytes, not {bytes}", held());
}

/// A request whose body is sent in two parts.
struct Slow {
    stream: TcpStream,
    rest: String,
}

impl Slow {
    /// Sends the head of a request, and so many bytes of its body.
    fn begin(server: &Server, head: &str, body: &str, bytes: usize) -> Self {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let (start, rest) = body.split_at(bytes);
        let head = format!("{head}\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(start.as_bytes()).unwrap();
        Self { stream, rest: rest.to_owned() }
    }

    /// Sends the rest, and returns the answer. The connection stays open.
    fn finish(mut self) -> Answer {
        self.stream.write_all(self.rest.as_bytes()).unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            let mut more = [0; 4096];
            let length = self.stream.read(&mut more).unwrap();
            assert!(length > 0, "the connection ended");
            answer.extend_from_slice(&more[..length]);
        }
        parse(&answer)
    }

    /// The answer to what was sent, after which the server closes the connection.
    fn ended(mut self) -> Answer {
        let mut answer = Vec::new();
        self.stream.shutdown(Shutdown::Write).unwrap();
        self.stream.read_to_end(&mut answer).unwrap();
        parse(&answer)
    }
}

/// The body of a request, at least so long.
fn long(client: &Client, action: &str, length: usize) -> String {
    form(&client.signed("POST", action, &[("Filler", &"f".repeat(length))]))
}

const POST: &str = "POST / HTTP/1.1";

#[test]
fn beyond_the_budget_requests_are_throttled_and_no_other_is_disturbed() {
    let server = holding(1024 * KIB);
    let client = server.client();
    let bodies = [(); 4].map(|()| long(&client, "ListKeys", 250 * KIB));
    let senders = bodies.map(|body| Slow::begin(&server, POST, &body, 240 * KIB));
    await_held(&server, 960 * KIB);
    let tc = "POST / HTTP/1.1\r\nX-TC-Action: ListKeys\r\nContent-Type: application/json";
    let filler = "f".repeat(200 * KIB);
    for (head, start, code) in [
        (POST, "Action=ListKeys&AccessKeyId=a&Filler=", "Rejected.Throttling"),
        (POST, "Action=ListKeys&Accesskey=a&Filler=", "LimitExceeded"),
        (POST, "Action=ListKeys&SecretId=a&Filler=", "RequestLimitExceeded"),
        (tc, "{\"Filler\":\"", "RequestLimitExceeded"),
        ("PUT /_kmsim/state HTTP/1.1", "realms:", "too many incomplete requests"),
    ] {
        let body = [start, &filler].concat();
        let refused = Slow::begin(&server, head, &body, body.len() - 1).ended();
        assert!(refused.text.contains(code), "{start}: {}", refused.text);
        assert_eq!(refused.header("connection"), Some("close"), "{start}");
    }
    // Short requests, and those that were begun before, are served.
    client.call("ListKeys", &[]).ok();
    for sender in senders {
        sender.finish().ok();
    }
    await_held(&server, 0);
    Slow::begin(&server, POST, &long(&client, "ListKeys", 900 * KIB), 890 * KIB).finish().ok();
}

#[test]
fn the_budget_is_given_back_however_a_request_ends() {
    let server = holding(1024 * KIB);
    let client = server.client();
    let begin = |body: &str| {
        let slow = Slow::begin(&server, POST, body, 500 * KIB);
        await_held(&server, 500 * KIB);
        slow
    };
    let body = long(&client, "ListKeys", 600 * KIB);
    begin(&body).finish().ok();
    await_held(&server, 0);
    let wrong = long(&client, "NoSuchAction", 600 * KIB);
    begin(&wrong).finish().refused(404, "InvalidAction.NotFound");
    await_held(&server, 0);
    // What is beyond the limit is not kept.
    let mut slow = begin(&long(&client, "ListKeys", 2048 * KIB));
    slow.stream.write_all(&slow.rest.as_bytes()[..1024 * KIB]).unwrap();
    await_held(&server, 0);
    drop(slow);
    // The client goes away.
    drop(begin(&body));
    await_held(&server, 0);
    // The client ends its side.
    begin(&body).ended().refused(400, "ParseRequestParameterException");
    await_held(&server, 0);
}

/// On a runtime whose time passes at once when nothing else happens.
#[test]
fn a_body_that_never_ends_holds_no_memory_after_its_time() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let settings = Cli::parse_from(["kmsim", "--listen", "127.0.0.1:0"]).serve.settings();
        let mut settings = settings.unwrap();
        settings.body_budget = 500 * KIB;
        let store = Box::new(Sqlite::in_memory().await.unwrap());
        let server = kmsim::server::Server::start_over(settings, store).await.unwrap();
        tokio::time::pause();
        let start = tokio::time::Instant::now();
        for _ in 0..3 {
            let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
            let head = format!("{POST}\r\nHost: x\r\nContent-Length: {}\r\n\r\n", 600 * KIB);
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&vec![b'a'; 400 * KIB]).await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.unwrap();
            parse(&answer).refused(400, "ParseRequestParameterException");
        }
        assert!(start.elapsed() >= Duration::from_secs(90));
    });
}
