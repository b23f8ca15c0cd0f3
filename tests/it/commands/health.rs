//! `kmsim healthcheck` and `kmsim wait`.

use std::net::TcpListener;

use super::{Target, ended, fake_server, kmsim, received, unused_address};
use crate::kit::{Process, send};

const UNHEALTHY: &str =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 22\r\n\r\n{\"status\":\"not ready\"}";
const HEALTHY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";

#[test]
fn a_running_server_is_healthy() {
    let target = Target::start(&[]);
    assert_eq!(target.ask(&["healthcheck"]).json()["status"], "ok");
    assert_eq!(target.ask(&["wait"]).done(), "");
    // The variable works too, and the option overrides it.
    for command in ["healthcheck", "wait"] {
        ended(kmsim(&[command]).env("KMSIM_URL", &target.url)).done();
        ended(target.command(&[command]).env("KMSIM_URL", "http://127.0.0.1:1")).done();
    }
}

#[test]
fn without_a_url_the_listen_address_is_used() {
    let address = Target::start(&[]).server.address;
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
    assert!(line.failed_with(1).starts_with(&format!("http://{address}: ")), "{line:?}");
    // An empty variable is not set. The default address, which may be in use, applies.
    assert_ne!(ended(kmsim(&["healthcheck"]).env("KMSIM_LISTEN", "")).code, 2);
    for bad in ["127.0.0.1:0", "nonsense"] {
        let mistake = ended(kmsim(&["healthcheck"]).env("KMSIM_LISTEN", bad));
        assert!(mistake.usage_error().starts_with("KMSIM_LISTEN: "), "{mistake:?}");
    }
}

#[test]
fn a_missing_or_unhealthy_server_exits_with_1() {
    let url = format!("http://{}", unused_address());
    let no = ended(&mut kmsim(&["healthcheck", "--url", &url]));
    assert!(no.failed_with(1).starts_with(&format!("{url}: Connection refused")), "{no:?}");
    assert_eq!(no.out, "");

    let (address, _) = fake_server(&[UNHEALTHY]);
    let no = ended(&mut kmsim(&["healthcheck", "--url", &format!("http://{address}")]));
    assert_eq!(no.failed_with(1), format!("http://{address}: status 503 Service Unavailable"));
    assert_eq!(no.out, "{\"status\":\"not ready\"}\n");

    for answer in [
        &["SSH-2.0-OpenSSH_9.2\r\n"],
        &[""],
        &["HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"sta"],
    ] {
        let (address, _) = fake_server(answer);
        let no = ended(&mut kmsim(&["healthcheck", "--url", &format!("http://{address}")]));
        assert!(no.failed_with(1).starts_with(&format!("http://{address}: ")), "{no:?}");
    }
}

#[test]
fn a_silent_server_times_out() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let no = ended(&mut kmsim(&["healthcheck", "--url", &url, "--timeout", "200ms"]));
    assert_eq!(no.failed_with(1), format!("{url}: no answer within 200ms"));
    let no = ended(&mut kmsim(&["wait", "--url", &url, "--timeout", "0.2s"]));
    assert_eq!(no.failed_with(1), format!("not ready within 200ms: {url}: no answer"));
    let url = format!("http://{}", unused_address());
    let no = ended(&mut kmsim(&["wait", "--url", &url, "--timeout", "300ms"]));
    assert!(
        no.failed_with(1)
            .starts_with(&format!("not ready within 300ms: {url}: Connection refused"))
    );
}

#[test]
fn wait_waits_until_the_server_is_ready() {
    let (address, serving) = fake_server(&[UNHEALTHY, UNHEALTHY, HEALTHY]);
    assert_eq!(ended(&mut kmsim(&["wait", "--url", &format!("http://{address}")])).done(), "");
    let seen = received(serving);
    assert_eq!(seen.len(), 3);
    assert!(
        seen.iter().all(|request| request.starts_with("GET /_kmsim/health HTTP/1.1\r\n")),
        "{seen:?}"
    );

    // A server that starts while the command waits.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let waiting = std::thread::spawn(move || {
        ended(&mut kmsim(&["wait", "--url", &format!("http://{address}"), "--timeout", "1m"])).code
    });
    // Once it has connected, it is waiting.
    drop(taken.accept().unwrap());
    drop(taken);
    let address = address.to_string();
    let _server = Process::spawn(
        kmsim(&["--data", ":memory:", "--listen", &address]).stdout(std::process::Stdio::piped()),
    );
    assert_eq!(waiting.join().unwrap(), 0);
}

#[test]
fn invalid_urls_and_durations_are_refused() {
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
                mistake.usage_error().starts_with("--url: expected http://HOST:PORT"),
                "{mistake:?}"
            );
            assert!(!mistake.err.contains("hush"), "{mistake:?}");
        }
        for time in ["soon", "3", "-1s", ""] {
            let mistake = ended(&mut kmsim(&[command, &format!("--timeout={time}")]));
            assert!(mistake.usage_error().contains("expected a duration"), "{mistake:?}");
        }
        let mistake = ended(&mut kmsim(&[command, "more"]));
        assert!(mistake.usage_error().contains("unexpected argument"), "{mistake:?}");
    }
}

#[test]
fn https_trusts_only_the_given_authority() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let target = Target::start(&[]);
    let pem = send(target.server.address, "GET /_kmsim/ca.pem HTTP/1.1\r\n", b"").text;
    std::fs::write(file("ca.pem"), pem).unwrap();
    let other =
        send(Target::start(&[]).server.address, "GET /_kmsim/ca.pem HTTP/1.1\r\n", b"").text;
    std::fs::write(file("other.pem"), other).unwrap();
    std::fs::write(file("nothing.pem"), "nothing").unwrap();
    let port = target.server.address.port();
    for url in [format!("https://127.0.0.1:{port}"), format!("https://localhost:{port}")] {
        let ask = |arguments: &[&str]| kmsim(&[arguments, &["--url", &url]].concat());
        for command in [&["healthcheck"][..], &["wait"], &["call", "ListKeys"]] {
            ended(ask(command).args(["--ca", &file("ca.pem")])).done();
            ended(ask(command).env("SSL_CERT_FILE", file("ca.pem"))).done();
        }
        let no = ended(ask(&["healthcheck"]).args(["--ca", &file("other.pem")]));
        assert!(no.failed_with(1).contains("certificate"), "{no:?}");
        let mistake = ended(ask(&["wait"]).env_remove("SSL_CERT_FILE"));
        assert_eq!(mistake.usage_error(), "--ca: required for an https:// address");
        for (name, said) in
            [("nothing.pem", "no certificates in PEM"), ("missing.pem", "No such file")]
        {
            let mistake = ended(ask(&["healthcheck"]).args(["--ca", &file(name)]));
            assert!(
                mistake.usage_error().starts_with("--ca: ") && mistake.err.contains(said),
                "{mistake:?}"
            );
        }
    }
    // HTTP does not use the file.
    ended(target.command(&["healthcheck"]).env("SSL_CERT_FILE", file("missing.pem"))).done();
}
