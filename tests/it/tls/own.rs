//! A certificate that the server is given.

use std::path::Path;
use std::process::Command;

use kmsim::world::Clock;
use serde_json::Value;

use super::{Client, made_by_openssl};
use crate::kit::{Process, control, kmsim};
use crate::program::refused;

/// An authority, and below it a server's certificate with a key of each kind in each of its forms.
fn made() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let openssl = |arguments: &str| made_by_openssl(arguments, folder.path());
    openssl("req -x509 -newkey rsa:2048 -noenc -keyout ca.key -out ca.pem -subj /CN=Own -days 30");
    for (kind, options) in [
        ("ec", "EC -pkeyopt ec_paramgen_curve:P-256"),
        ("rsa", "RSA -pkeyopt rsa_keygen_bits:2048"),
    ] {
        openssl(&format!("genpkey -algorithm {options} -out {kind}.pkcs8"));
        openssl(&format!(
            "{kind} -in {kind}.pkcs8 -out {kind}.old{}",
            if kind == "rsa" { " -traditional" } else { "" }
        ));
        openssl(&format!(
            "req -new -key {kind}.pkcs8 -subj /CN=kms -addext subjectAltName=DNS:kms.own -out {kind}.csr"
        ));
        openssl(&format!(
            "x509 -req -in {kind}.csr -CA ca.pem -CAkey ca.key -copy_extensions copyall -days 9 -out {kind}.pem"
        ));
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let whole = read(&format!("{kind}.pem")) + &read("ca.pem");
        std::fs::write(folder.path().join(format!("{kind}.chain")), whole).unwrap();
    }
    openssl("pkcs8 -topk8 -in ec.pkcs8 -passout pass:x -out locked.pkcs8");
    // As tools write them: one file with attributes around everything, and one from an editor of
    // Windows.
    openssl(
        "pkcs12 -export -in ec.pem -inkey ec.pkcs8 -certfile ca.pem -passout pass:x -out ec.p12",
    );
    openssl("pkcs12 -in ec.p12 -passin pass:x -noenc -out ec.bag");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("ec.bag").contains("Bag Attributes"));
    for (from, to) in [("ec.pem", "ec.windows"), ("ec.pkcs8", "ec.key.windows")] {
        let text = format!("\u{feff}{}", read(from).replace(" CERTIFICATE", " X509 CERTIFICATE"));
        std::fs::write(folder.path().join(to), text.replace('\n', " \r\n")).unwrap();
    }
    folder
}

fn given(folder: &Path, certificate: &str, key: &str) -> Command {
    let mut command = kmsim(&["--data", ":memory:"]);
    command.current_dir(folder).args(["--tls-cert", certificate, "--tls-key", key]);
    command
}

#[test]
fn it_is_shown_to_everybody() {
    let folder = made();
    let ca = std::fs::read_to_string(folder.path().join("ca.pem")).unwrap();
    let client = Client::trusting(&ca, Clock::default().host());
    for (certificate, key) in [
        ("ec.pem", "ec.pkcs8"),
        ("ec.chain", "ec.old"),
        ("rsa.pem", "rsa.pkcs8"),
        ("rsa.chain", "rsa.old"),
        ("ec.bag", "ec.bag"),
        ("ec.windows", "ec.key.windows"),
    ] {
        let mut by_variable = kmsim(&["--data", ":memory:"]);
        by_variable.current_dir(folder.path());
        by_variable.env("KMSIM_TLS_CERT", certificate).env("KMSIM_TLS_KEY", key);
        for mut command in [given(folder.path(), certificate, key), by_variable] {
            let server = Process::spawn(&mut command);
            client.health(server.address, "kms.own").unwrap().ok();
            assert!(client.health(server.address, "localhost").is_err(), "it names one name only");
            for path in ["ca.pem", "ca.p12"] {
                let none = control(server.address, "GET", path, &Value::Null);
                assert_eq!(none.status, 404, "{none:?}");
                assert!(none.json()["error"].as_str().unwrap().contains("--tls-cert"), "{none:?}");
            }
        }
    }
    assert!(
        std::fs::read_to_string(folder.path().join("ec.old"))
            .unwrap()
            .contains("BEGIN EC PRIVATE KEY")
    );
    assert!(
        std::fs::read_to_string(folder.path().join("rsa.old"))
            .unwrap()
            .contains("BEGIN RSA PRIVATE KEY")
    );
}

#[test]
fn no_authority_is_made_beside_it() {
    let folder = made();
    let mut command = given(folder.path(), "ec.pem", "ec.pkcs8");
    drop(Process::spawn(command.env("KMSIM_DATA", "own.db")));
    assert!(!folder.path().join("own.db.ca-key").exists());
}

#[test]
fn mistakes_stop_the_start_and_name_the_file() {
    let folder = made();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("nothing.pem", "nothing\n");
    write("broken.pem", "-----BEGIN CERTIFICATE-----\n!!!topsecret\n-----END CERTIFICATE-----\n");
    write("wrong.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    write("wrong.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    for (certificate, key, said) in [
        ("none.pem", "ec.pkcs8", "--tls-cert: none.pem: No such file"),
        ("nothing.pem", "ec.pkcs8", "--tls-cert: nothing.pem: no certificate in PEM"),
        ("ec.pkcs8", "ec.pkcs8", "--tls-cert: ec.pkcs8: no certificate in PEM"),
        ("broken.pem", "ec.pkcs8", "--tls-cert: broken.pem: invalid PEM"),
        ("wrong.pem", "ec.pkcs8", "--tls-cert: wrong.pem: certificate 1: "),
        ("ec.pem", "none.key", "--tls-key: none.key: No such file"),
        ("ec.pem", "ec.pem", "--tls-key: ec.pem: no private key in PEM"),
        (
            "ec.pem",
            "locked.pkcs8",
            "--tls-key: locked.pkcs8: no private key in PEM (encrypted keys are not",
        ),
        ("ec.pem", "wrong.key", "--tls-key: wrong.key: not a private key that TLS can use"),
        ("ec.pem", "rsa.pkcs8", "--tls-key: rsa.pkcs8: not the key of ec.pem"),
        ("rsa.pem", "ca.key", "--tls-key: ca.key: not the key of rsa.pem"),
    ] {
        let line = refused(&mut given(folder.path(), certificate, key));
        assert!(line.contains(said) && !line.contains("topsecret"), "{line}");
    }
    let mut alone = kmsim(&["--data", ":memory:", "--tls-cert", "ec.pem"]);
    assert!(refused(&mut alone).contains("--tls-key <FILE>"));
    let mut alone = kmsim(&["--data", ":memory:", "--tls-key", "ec.pkcs8"]);
    assert!(refused(&mut alone).contains("--tls-cert <FILE>"));
    let mut both = given(folder.path(), "ec.pem", "ec.pkcs8");
    assert!(refused(both.args(["--tls-name", "kms"])).contains("--tls-name"));
}
