//! The standard libraries of the languages that people call a KMS from: each reaches HTTPS when it
//! is given the authority in its own way, and nothing else; and does not without it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{ca_p12, ca_pem};
use crate::kit::{Process, root};

fn program(name: &str) -> PathBuf {
    root().join("tests/it/tls/clients").join(name)
}

/// Runs a client against a server of its own. `trust` gives it the authority: that file, or
/// `ca.p12` beside it.
fn reaches(client: impl Fn() -> Command, trust: impl Fn(&mut Command, &Path)) {
    let server = Process::start(&["--data", ":memory:"]);
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, ca_pem(server.address)).unwrap();
    std::fs::write(folder.path().join("ca.p12"), ca_p12(server.address)).unwrap();
    let port = server.address.port();
    let run = |trusting: bool| {
        let mut command = client();
        for name in ["localhost", "127.0.0.1"] {
            command.arg(format!("https://{name}:{port}/_kmsim/health"));
        }
        for variable in
            ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "JAVA_TOOL_OPTIONS"]
        {
            command.env_remove(variable);
        }
        for scheme in ["http", "https", "all"] {
            command
                .env_remove(format!("{scheme}_proxy"))
                .env_remove(format!("{}_PROXY", scheme.to_uppercase()));
        }
        if trusting {
            trust(&mut command, &ca);
        }
        command.stdin(Stdio::null()).output().unwrap()
    };
    let output = run(true);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.matches("\"status\":\"ok\"").count() == 2,
        "{output:?}"
    );
    let stranger = run(false);
    let why = String::from_utf8_lossy(&stranger.stderr).to_lowercase();
    assert!(!stranger.status.success() && why.contains("certificat"), "{stranger:?}");
}

#[test]
fn python_reaches_it() {
    let client = || {
        let mut command = Command::new("python3");
        command.arg(program("reach.py"));
        command
    };
    reaches(client, |command, ca| {
        command.env("SSL_CERT_FILE", ca);
    });
}

#[test]
fn node_reaches_it() {
    let client = || {
        let mut command = Command::new("node");
        command.arg(program("reach.js"));
        command
    };
    reaches(client, |command, ca| {
        command.env("NODE_EXTRA_CA_CERTS", ca);
    });
}

#[test]
fn go_reaches_it() {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("reach");
    let mut build = Command::new("go");
    build
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "0")
        .env("GOWORK", "off")
        .args(["build", "-o"]);
    let output = build.arg(&binary).arg(program("reach.go")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    reaches(
        || Command::new(&binary),
        |command, ca| {
            command.env("SSL_CERT_FILE", ca);
        },
    );
}

#[test]
fn java_reaches_it() {
    let client = || {
        let mut command = Command::new("java");
        command.arg(program("Reach.java"));
        command
    };
    reaches(client, |command, ca| {
        let store = format!("-Djavax.net.ssl.trustStore={}", ca.with_file_name("ca.p12").display());
        let options = [store, "-Djavax.net.ssl.trustStorePassword=changeit".to_owned()].join(" ");
        command.env("JAVA_TOOL_OPTIONS", options);
    });
}
