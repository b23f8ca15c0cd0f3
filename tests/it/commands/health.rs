//! `kmsim healthcheck` and `kmsim wait`.

use std::net::TcpListener;

use super::{Asked, answering, ended, kmsim, nobody, sent};
use crate::kit::{Process, send};

const UNHEALTHY: &str =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 22\r\n\r\n{\"status\":\"not ready\"}";
const HEALTHY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";

#[test]
fn a_server_that_serves_is_healthy() {
    let asked = Asked::start(&[]);
    assert_eq!(asked.ask(&["healthcheck"]).json()["status"], "ok");
    assert_eq!(asked.ask(&["wait"]).done(), "");
    // By variable, too; and the option comes first.
    for command in ["healthcheck", "wait"] {
        ended(kmsim(&[command]).env("KMSIM_URL", &asked.url)).done();
        ended(asked.command(&[command]).env("KMSIM_URL", "http://127.0.0.1:1")).done();
    }
}

#[test]
fn without_a_url_the_listener_tells_where() {
    let address = Asked::start(&[]).server.address;
    let server = Process::start(&["--data", ":memory:"]);
    let port = server.address.port();
    for listener in [
        format!("127.0.0.1:{port}"),
        format!("0.0.0.0:{port}"),
        format!("localhost:{port}, 127.0.0.1:1"),
    ] {
        ended(kmsim(&["healthcheck"]).env("KMSIM_LISTEN", &listener)).done();
        ended(kmsim(&["wait"]).env("KMSIM_LISTEN", &listener).env("KMSIM_URL", "")).done();
    }
    let line = ended(kmsim(&["healthcheck"]).env("KMSIM_LISTEN", address.to_string()));
    assert!(line.complained(1).starts_with(&format!("http://{address}: ")), "{line:?}");
    // An empty one is not set: then it is the usual address, where somebody may listen or not.
    assert_ne!(ended(kmsim(&["healthcheck"]).env("KMSIM_LISTEN", "")).code, 2);
    for bad in ["127.0.0.1:0", "nonsense"] {
        let mistake = ended(kmsim(&["healthcheck"]).env("KMSIM_LISTEN", bad));
        assert!(mistake.mistaken().starts_with("KMSIM_LISTEN: "), "{mistake:?}");
    }
}

#[test]
fn nobody_and_an_unhealthy_server_are_a_no() {
    let url = format!("http://{}", nobody());
    let no = ended(&mut kmsim(&["healthcheck", "--url", &url]));
    assert!(no.complained(1).starts_with(&format!("{url}: Connection refused")), "{no:?}");
    assert_eq!(no.out, "");

    let (address, _) = answering(&[UNHEALTHY]);
    let no = ended(&mut kmsim(&["healthcheck", "--url", &format!("http://{address}")]));
    assert_eq!(no.complained(1), format!("http://{address}: status 503 Service Unavailable"));
    assert_eq!(no.out, "{\"status\":\"not ready\"}\n");

    for answer in [
        &["SSH-2.0-OpenSSH_9.2\r\n"],
        &[""],
        &["HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"sta"],
    ] {
        let (address, _) = answering(answer);
        let no = ended(&mut kmsim(&["healthcheck", "--url", &format!("http://{address}")]));
        assert!(no.complained(1).starts_with(&format!("http://{address}: ")), "{no:?}");
    }
}

#[test]
fn a_silent_server_is_waited_for_no_longer_than_said() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let no = ended(&mut kmsim(&["healthcheck", "--url", &url, "--timeout", "200ms"]));
    assert_eq!(no.complained(1), format!("{url}: no answer within 200ms"));
    let no = ended(&mut kmsim(&["wait", "--url", &url, "--timeout", "0.2s"]));
    assert_eq!(no.complained(1), format!("not ready within 200ms: {url}: no answer"));
    let url = format!("http://{}", nobody());
    let no = ended(&mut kmsim(&["wait", "--url", &url, "--timeout", "300ms"]));
    assert!(
        no.complained(1).starts_with(&format!("not ready within 300ms: {url}: Connection refused"))
    );
}

#[test]
fn wait_waits_until_the_server_is_ready() {
    let (address, serving) = answering(&[UNHEALTHY, UNHEALTHY, HEALTHY]);
    assert_eq!(ended(&mut kmsim(&["wait", "--url", &format!("http://{address}")])).done(), "");
    let seen = sent(serving);
    assert_eq!(seen.len(), 3);
    assert!(
        seen.iter().all(|request| request.starts_with("GET /_kmsim/health HTTP/1.1\r\n")),
        "{seen:?}"
    );

    // One that is started while it waits.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let waiting = std::thread::spawn(move || {
        ended(&mut kmsim(&["wait", "--url", &format!("http://{address}"), "--timeout", "1m"])).code
    });
    // It waits once it has tried to connect.
    drop(taken.accept().unwrap());
    drop(taken);
    let address = address.to_string();
    let _server = Process::spawn(
        kmsim(&["--data", ":memory:", "--listen", &address]).stdout(std::process::Stdio::piped()),
    );
    assert_eq!(waiting.join().unwrap(), 0);
}

#[test]
fn what_is_no_address_and_no_time_is_refused() {
    for command in ["healthcheck", "wait"] {
        for url in [
            "127.0.0.1:5690",
            "ftp://kmsim",
            "http://user:hush@kmsim:1",
            "http://kmsim/path",
            "http://kmsim:70000",
        ] {
            let mistake = ended(&mut kmsim(&[command, "--url", url]));
            assert!(
                mistake.mistaken().starts_with("--url: expected http://HOST:PORT"),
                "{mistake:?}"
            );
            assert!(!mistake.err.contains("hush"), "{mistake:?}");
        }
        for time in ["soon", "3", "-1s", ""] {
            let mistake = ended(&mut kmsim(&[command, &format!("--timeout={time}")]));
            assert!(mistake.mistaken().contains("expected a duration"), "{mistake:?}");
        }
        let mistake = ended(&mut kmsim(&[command, "more"]));
        assert!(mistake.mistaken().contains("unexpected argument"), "{mistake:?}");
    }
}

#[test]
fn https_takes_the_authority_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let asked = Asked::start(&[]);
    let pem = send(asked.server.address, "GET /_kmsim/ca.pem HTTP/1.1\r\n", b"").text;
    std::fs::write(file("ca.pem"), pem).unwrap();
    let other = send(Asked::start(&[]).server.address, "GET /_kmsim/ca.pem HTTP/1.1\r\n", b"").text;
    std::fs::write(file("other.pem"), other).unwrap();
    std::fs::write(file("nothing.pem"), "nothing").unwrap();
    let port = asked.server.address.port();
    for url in [format!("https://127.0.0.1:{port}"), format!("https://localhost:{port}")] {
        let ask = |arguments: &[&str]| kmsim(&[arguments, &["--url", &url]].concat());
        for command in [&["healthcheck"][..], &["wait"], &["call", "ListKeys"]] {
            ended(ask(command).args(["--ca", &file("ca.pem")])).done();
            ended(ask(command).env("SSL_CERT_FILE", file("ca.pem"))).done();
        }
        let no = ended(ask(&["healthcheck"]).args(["--ca", &file("other.pem")]));
        assert!(no.complained(1).contains("certificate"), "{no:?}");
        let mistake = ended(ask(&["wait"]).env_remove("SSL_CERT_FILE"));
        assert_eq!(mistake.mistaken(), "--ca: required for an https:// address");
        for (name, said) in
            [("nothing.pem", "no certificates in PEM"), ("missing.pem", "No such file")]
        {
            let mistake = ended(ask(&["healthcheck"]).args(["--ca", &file(name)]));
            assert!(
                mistake.mistaken().starts_with("--ca: ") && mistake.err.contains(said),
                "{mistake:?}"
            );
        }
    }
    // Over HTTP nobody looks at it.
    ended(asked.command(&["healthcheck"]).env("SSL_CERT_FILE", file("missing.pem"))).done();
}
