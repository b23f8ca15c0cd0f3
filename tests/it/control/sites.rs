//! Other sites' pages and the control plane: by which names it answers, and whose requests.

use std::process::Command;

use serde_json::{Value, json};

use crate::kit::{Answer, Process, Server, kmsim, send, send_as_is};

/// Asks for something that shows and changes all: every request that is let in is answered with
/// another status than 4xx, but for the body.
fn ask(server: &Server, line: &str, headers: &str) -> Answer {
    send(server.address, &format!("{line} HTTP/1.1\r\n{headers}"), b"")
}

fn error(answer: &Answer) -> String {
    answer.json()["error"].as_str().unwrap().to_owned()
}

const ENDPOINTS: [&str; 6] = [
    "GET /_kmsim/state",
    "POST /_kmsim/reset",
    "DELETE /_kmsim/requests",
    "GET /_kmsim/ca.pem",
    "GET /_kmsim/none",
    "PATCH /_kmsim/clock",
];

#[test]
fn it_answers_to_its_own_names_alone() {
    let server = Server::start();
    let port = server.address.port();
    for own in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        "localhost".into(),
        "LOCALHOST:1".into(),
        "localhost.:80".into(),
        "cn-shanghai.localhost:5690".into(),
        "[::1]:5690".into(),
        "10.1.2.3".into(),
        "kmsim:5690".into(),
        "host.docker.internal:5690".into(),
        "localhost:".into(),
    ] {
        for line in ["GET /_kmsim/clock", "POST /_kmsim/reset", "GET /_kmsim/ca.pem"] {
            assert_eq!(ask(&server, line, &format!("Host: {own}\r\n")).status, 200, "{line} {own}");
        }
    }
    for other in [
        "evil.test",
        "evil.test:5690",
        "localhost.evil.test",
        "127.0.0.1.evil.test",
        "kmsim.evil.test",
        "2130706433",
        "kms.cn-hangzhou.aliyuncs.com",
        "xn--localhost",
        "evil.localhost.test",
    ] {
        for line in ENDPOINTS {
            let refused = ask(&server, line, &format!("Host: {other}\r\n"));
            assert_eq!(refused.status, 403, "{line} {other}");
            let name = other.split(':').next().unwrap();
            assert!(error(&refused).contains(&format!("--control-host {name}")), "{refused:?}");
        }
        // That it serves, load balancers may ask by any name; what, they are not told.
        let health = ask(&server, "GET /_kmsim/health", &format!("Host: {other}\r\n"));
        assert_eq!(health.ok(), json!({ "status": "ok" }));
        assert_eq!(ask(&server, "POST /_kmsim/health", &format!("Host: {other}\r\n")).status, 405);
    }
    assert_eq!(ask(&server, "GET /_kmsim/health", "Host: localhost\r\n").ok()["auth"], "strict");
}

#[test]
fn a_host_is_needed_once_and_whole() {
    let server = Server::start();
    for headers in [
        "",
        "Host:\r\n",
        "Host: localhost\r\nHost: localhost\r\n",
        "Host: evil.test\r\nHost: localhost\r\n",
        "Host: u@localhost\r\n",
        "Host: localhost:x\r\n",
        "Host: localhost:99999\r\n",
        "Host: local host\r\n",
        "Host: localhost/x\r\n",
        "Host: :5690\r\n",
        "Host: h\u{f6}st\r\n",
        "Host: http://localhost\r\n",
    ] {
        for version in ["1.1", "1.0"] {
            let head = |path: &str| {
                format!("GET {path} HTTP/{version}\r\n{headers}Connection: close\r\n\r\n")
            };
            let refused = send_as_is(server.address, &head("/_kmsim/clock"));
            assert_eq!(refused.status, 400, "{headers:?}: {refused:?}");
            let health = send_as_is(server.address, &head("/_kmsim/health"));
            assert_eq!(health.ok(), json!({ "status": "ok" }), "{headers:?}");
        }
    }
    // A target that is a whole URL names a host as well.
    let whole = |target: &str, host: &str| {
        send_as_is(
            server.address,
            &format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        )
        .status
    };
    assert_eq!(whole("http://localhost/_kmsim/clock", "localhost"), 200);
    assert_eq!(whole("http://evil.test/_kmsim/clock", "localhost"), 403);
    assert_eq!(whole("http://localhost/_kmsim/clock", "evil.test"), 403);
    assert_eq!(whole("http://u@localhost/_kmsim/clock", "localhost"), 400);
}

#[test]
fn other_sites_pages_are_refused_whatever_they_ask() {
    let server = Server::start();
    let own = format!("http://{}", server.address);
    let json = "Content-Type: application/json\r\n";
    for foreign in [
        "Origin: http://evil.test\r\n".to_owned(),
        "Origin: null\r\n".to_owned(),
        "Origin:\r\n".to_owned(),
        "Origin: http://localhost:3000\r\n".to_owned(),
        format!("Origin: {own}.evil.test\r\n"),
        format!("Origin: {own}\r\nOrigin: http://evil.test\r\n"),
        format!("Origin: {own}\r\nSec-Fetch-Site: cross-site\r\n"),
        "Sec-Fetch-Site: cross-site\r\n".to_owned(),
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n".to_owned(),
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n".to_owned(),
        "sec-fetch-site: Same-Origin, cross-site\r\n".to_owned(),
    ] {
        for line in ENDPOINTS.iter().chain(&["GET /_kmsim/health", "OPTIONS /_kmsim/reset"]) {
            let refused = ask(&server, line, &format!("{foreign}{json}"));
            assert_eq!(refused.status, 403, "{line} {foreign:?}");
            assert!(error(&refused).contains("other sites"), "{refused:?}");
            assert_eq!(refused.header("access-control-allow-origin"), None);
        }
    }
    assert!(server.client().call("ListKeys", &[]).ok()["TotalCount"] == 0);
}

#[test]
fn a_page_of_the_same_origin_says_what_it_sends() {
    let server = Server::start();
    let own = format!("Origin: http://{}\r\n", server.address);
    let post = |headers: &str| {
        send(
            server.address,
            &format!("POST /_kmsim/clock/advance HTTP/1.1\r\n{headers}"),
            b"{\"by\": \"1s\"}",
        )
        .status
    };
    for mark in [own.as_str(), "Sec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Mode: cors\r\n"] {
        for (kind, status) in [
            ("application/json", 200),
            ("Application/JSON; charset=utf-8", 200),
            ("application/yaml", 200),
            ("text/plain", 415),
            ("text/plain; application/json", 415),
            ("application/x-www-form-urlencoded", 415),
            ("multipart/form-data; boundary=x", 415),
            ("", 415),
        ] {
            assert_eq!(post(&format!("{mark}Content-Type: {kind}\r\n")), status, "{mark} {kind}");
        }
        assert_eq!(post(mark), 415, "{mark}");
        assert_eq!(ask(&server, "GET /_kmsim/clock", mark).status, 200, "{mark}");
    }
    // The address bar shows, and changes nothing.
    assert_eq!(
        ask(&server, "GET /_kmsim/clock", "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n")
            .status,
        200
    );
    assert_eq!(
        ask(
            &server,
            "POST /_kmsim/reset",
            "Sec-Fetch-Site: none\r\nContent-Type: application/json\r\n"
        )
        .status,
        403
    );
    // Node's fetch is no page, and sends no type with no body.
    assert_eq!(ask(&server, "POST /_kmsim/reset", "Sec-Fetch-Mode: cors\r\n").status, 200);
    // Scripts say nothing, and are taken as they come.
    for kind in
        ["", "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: text/plain\r\n"]
    {
        assert_eq!(post(kind), 200, "{kind}");
    }
}

/// The clouds' wire has names of its own.
#[test]
fn the_clouds_wire_answers_to_every_name() {
    let server = Server::start();
    let answer = ask(
        &server,
        "GET /?Action=DescribeRegions&Version=2016-01-20",
        "Host: kms.aliyuncs.com\r\n",
    );
    assert_ne!(answer.status, 403, "{answer:?}");
}

fn status(server: &Process, host: &str) -> u16 {
    send(server.address, &format!("GET /_kmsim/clock HTTP/1.1\r\nHost: {host}\r\n"), b"").status
}

#[test]
fn names_are_added_by_option_and_variable() {
    let memory = || kmsim(&["--data", ":memory:"]);
    let with = |more: &[&str]| {
        let mut command = memory();
        command.args(more);
        command
    };
    let variable = |name: &str, value: &str| {
        let mut command = memory();
        command.env(name, value);
        command
    };
    for mut command in [
        with(&["--control-host", "kms.test", "--control-host", "*.corp.test"]),
        variable("KMSIM_CONTROL_HOSTS", "kms.test, *.corp.test,"),
        with(&["--tls-name", "kms.test", "--tls-name", "*.corp.test"]),
    ] {
        let server = Process::spawn(&mut command);
        for (host, expected) in [
            ("kms.test:1", 200),
            ("KMS.TEST", 200),
            ("a.corp.test", 200),
            ("corp.test", 403),
            ("x.kms.test", 403),
        ] {
            assert_eq!(status(&server, host), expected, "{host}: {command:?}");
        }
    }
    let name = Command::new("hostname")
        .output()
        .map(|it| String::from_utf8(it.stdout).unwrap())
        .unwrap_or_default();
    if !name.trim().is_empty() {
        assert_eq!(status(&Process::spawn(&mut memory()), name.trim()), 200, "{name}");
    }
    let line = crate::program::refused(&mut with(&["--control-host", "http://kms.test"]));
    assert!(line.contains("--control-host: \"http://kms.test\""), "{line}");
}

/// A token does not open the door to a page, and a page is not told whether there is a token.
#[test]
fn a_token_changes_nothing_of_that() {
    let server = Process::start(&["--data", ":memory:", "--control-token", "hush"]);
    for token in ["", "Authorization: Bearer hush\r\n"] {
        for mark in ["Host: evil.test\r\n", "Sec-Fetch-Site: cross-site\r\n"] {
            let head = format!("GET /_kmsim/clock HTTP/1.1\r\n{token}{mark}");
            assert_eq!(send(server.address, &head, b"").status, 403);
        }
    }
    let document: Value = send(server.address, "GET /_kmsim/health HTTP/1.1\r\n", b"").ok();
    assert_eq!(document["status"], "ok");
}
