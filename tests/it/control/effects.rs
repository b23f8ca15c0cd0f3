//! What a fault does to a request.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use kmsim::world::Stopwatch;
use serde_json::json;

use super::{arm, call_with, delete, get, keys, last, outcome, raw};
use crate::kit::{Process, Server, control, form, root, send};

#[test]
fn an_injected_error_has_the_clouds_own_format() {
    let server = Server::start();
    let client = server.client();
    for (code, status) in
        [("Rejected.Throttling", 429), ("InternalFailure", 500), ("Forbidden.KeyNotFound", 404)]
    {
        arm(&server, "", &json!({"error": code}));
        let refused = client.call("ListKeys", &[]);
        refused.refused(status, code);
        assert_eq!(refused.header("x-acs-request-id"), refused.json()["RequestId"].as_str());
        delete(&server, "faults").ok();
    }
    let xml = client.clone().with("Format", "XML");
    arm(&server, "", &json!({"error": "ServiceUnavailableTemporary"}));
    let refused = xml.call("ListKeys", &[]);
    assert!(
        refused.status == 503 && refused.text.contains("<Code>ServiceUnavailableTemporary</Code>"),
        "{refused:?}"
    );
}

#[test]
fn every_code_of_every_cloud_can_be_injected() {
    let server = Server::start();
    let client = server.client();
    for cloud in server.clouds().iter() {
        for (code, status) in cloud.profile().codes.iter().map(|it| (it.name, it.status)) {
            let armed = arm(&server, "", &json!({"dialect": cloud.profile().name, "error": code}));
            assert_eq!(armed["dialects"], json!([cloud.profile().name]), "{code}");
            if cloud.profile().name == "alibaba" {
                client.call("ListKeys", &[]).refused(status, code);
            }
            delete(&server, "faults").ok();
        }
    }
}

#[test]
fn throttling_puts_the_retry_hint_where_clients_expect_it() {
    let server = Server::start();
    let client = server.client();
    arm(&server, "", &json!({"throttling": true, "retry_after": "1500ms", "when": {"first": 1}}));
    let throttled = client.call("ListKeys", &[]);
    throttled.refused(429, "Rejected.Throttling");
    assert_eq!(throttled.header("x-acs-retry-after"), Some("1500"));
    client.call("ListKeys", &[]).ok();
    arm(&server, "", &json!({"throttling": true}));
    let throttled = client.call("ListKeys", &[]);
    throttled.refused(429, "Rejected.Throttling");
    assert_eq!(throttled.header("x-acs-retry-after"), None);
    let other = "GET /?Action=DescribeKeys&Version=2016-03-04&Accesskey=x HTTP/1.1\r\n";
    delete(&server, "faults").ok();
    let open = crate::kit::Setup { auth: kmsim::dialects::AuthMode::Off, ..Default::default() };
    let server = Server::with(open);
    arm(&server, "", &json!({"throttling": true, "retry_after": "1500ms"}));
    let throttled = send(server.address, other, b"");
    assert!(throttled.status == 409 && throttled.text.contains("LimitExceeded"), "{throttled:?}");
    assert_eq!(throttled.header("retry-after"), Some("2"));
}

#[test]
fn faults_before_the_action_prevent_it_and_faults_after_it_do_not() {
    let server = Server::start();
    let client = server.client();
    for (at, made) in [("before", 0), ("after", 1)] {
        for effect in [
            json!({"error": "InternalFailure"}),
            json!({"throttling": true}),
            json!({"reset": true}),
        ] {
            let before = keys(&client);
            let mut rule = effect.clone();
            rule["at"] = json!(at);
            rule["action"] = json!("CreateKey");
            arm(&server, "", &rule);
            let (came, ended) = raw(&client, "Connection: close\r\n", "CreateKey");
            if effect["reset"] == true {
                assert_eq!(
                    (came.as_str(), ended.unwrap_err().kind()),
                    ("", ErrorKind::ConnectionReset)
                );
            } else {
                assert!(
                    came.starts_with("HTTP/1.1 500") || came.starts_with("HTTP/1.1 429"),
                    "{came}"
                );
            }
            let entry = last(&server);
            assert_eq!(entry["fault"]["action_ran"], at == "after", "{rule}");
            assert_eq!(
                entry["keys"].as_array().unwrap().len(),
                0,
                "the client does not know the key: {entry}"
            );
            assert_eq!(keys(&client), before + made, "{rule}");
            delete(&server, "faults").ok();
        }
    }
}

#[test]
fn a_truncated_answer_is_shorter_than_its_content_length() {
    let server = Server::start();
    let client = server.client();
    arm(&server, "", &json!({"action": "CreateKey", "truncate": true}));
    let (came, ended) = raw(&client, "", "CreateKey");
    ended.unwrap();
    let (head, body) = came.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let promised: usize = promised.parse().unwrap();
    assert_eq!(body.len(), promised / 2, "{came}");
    assert!(head.starts_with("HTTP/1.1 200") && body.starts_with("{\"KeyMetadata\""), "{came}");
    assert_eq!(keys(&client), 1, "the action was performed");
    assert_eq!(
        outcome(&super::journal(&server, "?action=CreateKey")[0]),
        json!(["CreateKey", "truncated"])
    );
}

#[test]
fn latencies_add_up() {
    let server = Server::start();
    let client = server.client();
    arm(&server, "", &json!({"action": "ListKeys", "latency": "30ms", "jitter": "5ms"}));
    arm(&server, "", &json!({"action": "ListKeys", "latency": "30ms", "at": "after"}));
    let waited = Stopwatch::start();
    client.call("ListKeys", &[]).ok();
    assert!(waited.elapsed() >= Duration::from_millis(60));
    arm(&server, "", &json!({"action": "ListKeys", "latency": "30ms", "error": "InternalFailure"}));
    let waited = Stopwatch::start();
    client.call("ListKeys", &[]).refused(500, "InternalFailure");
    assert!(waited.elapsed() >= Duration::from_millis(60));
    let entry = last(&server);
    assert!(entry["duration_ms"].as_f64().unwrap() >= 60.0, "{entry}");
    assert_eq!(entry["fault"]["rules"], json!([1, 2, 3]));
}

#[test]
fn a_delayed_request_blocks_no_thread() {
    // The in-process server has one worker thread.
    let server = Server::start();
    let client = server.client();
    let armed = arm(&server, "", &json!({"action": "ListKeys", "latency": "1h"}));
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let body = form(&client.signed("POST", "ListKeys", &[]));
            let mut stream = TcpStream::connect(server.address).unwrap();
            let head =
                format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(body.as_bytes()).unwrap();
            stream
        })
        .collect();
    let matched = || get(&server, &format!("faults/{}", armed["id"])).ok()["matched"].as_u64();
    while matched() != Some(50) {
        std::thread::sleep(Duration::from_millis(5));
    }
    client.call("ListAliases", &[]).ok();
    assert_eq!(super::journal(&server, "?action=ListKeys").len(), 0);
    drop(waiting);
}

#[test]
fn a_fault_header_affects_only_its_own_request() {
    let server = Server::start();
    let client = server.client();
    let ask =
        |fault: &str| call_with(&client, &format!("x-kmsim-fault: {fault}"), "CreateKey", &[]);
    ask("Rejected.Throttling").refused(429, "Rejected.Throttling");
    assert_eq!(keys(&client), 0);
    ask("InternalFailure;after").refused(500, "InternalFailure");
    assert_eq!(keys(&client), 1);
    let throttled = ask("throttling; retry_after=2s");
    throttled.refused(429, "Rejected.Throttling");
    assert_eq!(throttled.header("x-acs-retry-after"), Some("2000"));
    let waited = Stopwatch::start();
    ask("latency=30ms").ok();
    assert!(waited.elapsed() >= Duration::from_millis(30));
    assert_eq!(last(&server)["fault"], json!({"rules": [], "by_header": true, "action_ran": true}));
    assert_eq!(keys(&client), 2);
    let (came, ended) = raw(&client, "x-kmsim-fault: reset\r\n", "CreateKey");
    assert_eq!((came.as_str(), ended.unwrap_err().kind()), ("", ErrorKind::ConnectionReset));
    let (came, ended) = raw(&client, "x-kmsim-fault: truncate\r\n", "CreateKey");
    assert!(ended.is_ok() && came.contains("\r\n\r\n{") && !came.ends_with('}'), "{came}");
    for nonsense in ["Nonsense", "latency=soon", "reset;truncate", "after", ""] {
        ask(nonsense).refused_parameter("x-kmsim-fault");
    }
    // A fault header takes precedence over the rules, which do not count its request.
    let armed = arm(&server, "", &json!({"error": "InternalFailure"}));
    ask("Rejected.Throttling").refused(429, "Rejected.Throttling");
    assert_eq!(get(&server, &format!("faults/{}", armed["id"])).ok()["matched"], 0);
}

#[test]
fn a_request_with_a_wrong_signature_gets_no_fault() {
    let server = Server::start();
    let armed = arm(&server, "", &json!({"error": "InternalFailure"}));
    server.client_as("testid", "wrong").call("ListKeys", &[]).refused(400, "IncompleteSignature");
    assert_eq!(get(&server, &format!("faults/{}", armed["id"])).ok()["matched"], 0);
}

#[test]
fn the_built_binary_resets_and_truncates() {
    let server = Process::start(&["--data", ":memory:"]);
    let client = server.client();
    for (rule, is) in [(json!({"reset": true}), false), (json!({"truncate": true}), true)] {
        control(server.address, "POST", "faults", &rule).ok();
        let (came, ended) = raw(&client, "", "ListKeys");
        assert_eq!((ended.is_ok(), came.is_empty()), (is, !is), "{rule}: {came}");
        control(server.address, "DELETE", "faults", &json!(null)).ok();
    }
    client.call("ListKeys", &[]).ok();
}

#[test]
fn python_sees_resets_and_truncated_answers_over_http_and_https() {
    let server = Process::start(&["--data", ":memory:", "--auth", "off"]);
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, control(server.address, "GET", "ca.pem", &json!(null)).text).unwrap();
    let mut python = Command::new("python3");
    python.arg(root().join("tests/it/control/broken.py"));
    python.arg(server.address.ip().to_string()).arg(server.address.port().to_string()).arg(ca);
    let output = python.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let wire = |name: &str| {
        format!(
            "{name} latency=1ms an answer\n{name} reset a reset\n\
             {name} reset;after a reset\n{name} truncate IncompleteRead\n"
        )
    };
    assert_eq!(said, wire("http") + &wire("https"), "{output:?}");
}
