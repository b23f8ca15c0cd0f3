//! Which names and versions clients may come with, by OpenSSL's judgement, and what a certificate
//! says.

use std::io::{Read, Write};
use std::time::Duration;

use kmsim::world::{Clock, Instant};
use serde_json::json;

use super::{Client, ca_pem, described, openssl};
use crate::kit::{Process, Server, control, days, kmsim, without_listen};
use crate::program::{both_ways, refused};

/// What `openssl s_client` says of a server when it is asked for a name, or for none, and looks for
/// one.
fn shake(
    server: &Process,
    ca: &str,
    asked: Option<&str>,
    expected: &[&str],
    more: &[&str],
) -> (bool, String) {
    let address = server.address.to_string();
    let mut arguments = vec![
        "s_client",
        "-connect",
        &address,
        "-CAfile",
        ca,
        "-verify_return_error",
        "-x509_strict",
    ];
    match asked {
        Some(name) => arguments.extend(["-servername", name]),
        None => arguments.push("-noservername"),
    }
    arguments.extend(expected);
    arguments.extend(more);
    openssl(&arguments)
}

/// A server with some arguments, and a file that holds its authority.
fn served(arguments: &[&str]) -> (Process, tempfile::NamedTempFile) {
    let server = Process::start(&[&["--data", ":memory:"], arguments].concat());
    let ca = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca.path(), ca_pem(server.address)).unwrap();
    (server, ca)
}

#[test]
fn both_versions_are_spoken_and_no_older_one() {
    let (server, ca) = served(&[]);
    let ca = ca.path().to_str().unwrap();
    for (version, said) in [("-tls1_2", "New, TLSv1.2"), ("-tls1_3", "New, TLSv1.3")] {
        let name = ["-verify_hostname", "localhost"];
        let (good, output) =
            shake(&server, ca, Some("localhost"), &name, &[version, "-alpn", "h2,http/1.1"]);
        assert!(
            good && output.contains(said) && output.contains("ALPN protocol: http/1.1"),
            "{output}"
        );
    }
    let old = ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"];
    let (good, output) = shake(&server, ca, Some("localhost"), &[], &old);
    assert!(!good && output.contains("alert handshake failure"), "{output}");
    let (good, output) = shake(&server, ca, Some("localhost"), &[], &["-alpn", "h2"]);
    assert!(!good && output.contains("no application protocol"), "{output}");
}

#[test]
fn every_certificate_names_this_machine_and_the_extra_names() {
    let (server, ca) =
        served(&["--tls-name", "kms.internal", "--tls-name", "192.0.2.7,*.svc.test"]);
    let host = gethostname::gethostname().into_string().unwrap().to_lowercase();
    let names = ["localhost", "kmsim", "host.docker.internal", "kms.internal", "a.svc.test", &host];
    for asked in [None, Some("localhost"), Some("anything.test")] {
        let known = names.iter().map(|name| ["-verify_hostname", name]);
        let ips = ["127.0.0.1", "::1", "192.0.2.7"];
        for expected in known.chain(ips.iter().map(|ip| ["-verify_ip", ip])) {
            let (good, output) = shake(&server, ca.path().to_str().unwrap(), asked, &expected, &[]);
            assert!(good, "{asked:?} {expected:?}: {output}");
        }
    }
    let strange = ["-verify_hostname", "anything.test"];
    let (good, output) =
        shake(&server, ca.path().to_str().unwrap(), Some("other.test"), &strange, &[]);
    assert!(!good && output.contains("ostname mismatch"), "{output}");
}

#[test]
fn whatever_name_a_client_asks_for_it_gets() {
    let (server, ca) = served(&[]);
    for name in [
        "kms.cn-hangzhou.aliyuncs.com",
        "kms-vpc.eu-central-1.aliyuncs.com",
        "kst-hzz62ee817bvyyr5x.cryptoservice.kms.aliyuncs.com",
        "kms.tencentcloudapi.com",
        "kms.ap-guangzhou.tencentcloudapi.com",
        "kms.cn-north-4.myhuaweicloud.com",
        "iam.cn-north-4.myhuaweicloud.com",
        "kkms.api.ksyun.com",
        "my_kms",
        "kms.default.svc.cluster.local",
        &["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join("."),
    ] {
        let expected = ["-verify_hostname", name];
        let (good, output) =
            shake(&server, ca.path().to_str().unwrap(), Some(name), &expected, &[]);
        assert!(good && output.contains("Verify return code: 0 (ok)"), "{name}: {output}");
    }
}

#[test]
fn an_address_is_named_on_the_connection_that_came_to_it() {
    // All of 127.0.0.0/8 leads here, but a certificate names only its first address unasked.
    let mut command = kmsim(&["--data", ":memory:"]);
    let command = command.env("KMSIM_LISTEN", "0.0.0.0:0");
    let server = Process::spawn(&mut without_listen(command));
    let address = |ip: [u8; 4]| std::net::SocketAddr::from((ip, server.address.port()));
    let ca = ca_pem(address([127, 0, 0, 1]));
    let client = Client::trusting(&ca, Clock::default().host());
    client.health(address([127, 0, 0, 9]), "127.0.0.9").unwrap().ok();
    let error = client.health(address([127, 0, 0, 9]), "127.0.0.8").unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
}

#[test]
fn a_name_by_option_and_by_variable() {
    for mut command in both_ways("--tls-name", "KMSIM_TLS_NAMES", "192.0.2.9, Kms.Example") {
        let server = Process::spawn(&mut command);
        let client = Client::trusting(&ca_pem(server.address), Clock::default().host());
        client.health(server.address, "192.0.2.9").unwrap().ok();
        let text = described(&client.open(server.address, "localhost").certificate());
        assert!(text.contains("DNS:kms.example"), "{text}");
    }
    for bad in ["https://kms", "kms:443", "a b"] {
        for mut command in both_ways("--tls-name", "KMSIM_TLS_NAMES", bad) {
            let line = refused(&mut command);
            assert_eq!(
                line,
                format!("kmsim: --tls-name: {bad:?} is neither a DNS name nor an IP address")
            );
        }
    }
    drop(Process::spawn(kmsim(&["--data", ":memory:"]).env("KMSIM_TLS_NAMES", "")));
}

#[test]
fn certificates_go_by_the_hosts_clock_and_are_renewed_in_time() {
    let server = Server::start();
    let ca = ca_pem(server.address);
    let start = server.world.clock.host();
    let at = |at: Instant| Client::trusting(&ca, at).open(server.address, "kms.test").certificate();
    let first = at(start);
    let text = described(&first);
    assert!(text.contains("Not Before: Dec 31 00:00:00 2029 GMT"), "{text}");
    assert!(text.contains("Not After : Apr  1 00:00:00 2030 GMT"), "{text}");
    assert_eq!(first, at(start), "one is made and kept");
    server.advance(days(1000));
    assert_eq!(first, at(start), "the clock of due dates is another");
    server.world.clock.set_host(start.plus(days(100)));
    let late = Client::trusting(&ca, start.plus(days(100)));
    late.health(server.address, "kms.test").unwrap().ok();
    assert_ne!(first, late.open(server.address, "kms.test").certificate());
}

#[test]
fn the_same_port_speaks_plain_text_and_tls_and_keeps_connections() {
    let server = Server::start();
    let client = Client::trusting(&ca_pem(server.address), server.world.clock.host());
    let plain = control(server.address, "GET", "health", &serde_json::Value::Null).ok();
    assert_eq!(plain, client.health(server.address, "localhost").unwrap().ok());
    let moved = control(server.address, "POST", "clock/advance", &json!({ "by": "1h" }));
    moved.ok();
    // A second request on one connection, after a pause in which nothing came.
    let mut kept = client.open(server.address, "localhost");
    for _ in 0..3 {
        write!(kept.0, "GET /_kmsim/health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        kept.0.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        let mut byte = [0];
        while byte != *b"}" {
            kept.0.read_exact(&mut byte).unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
