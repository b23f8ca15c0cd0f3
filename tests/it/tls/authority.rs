//! The authority: stored beside the data, its certificate public, its key private.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kmsim::world::Clock;

use super::{Client, ca_p12, ca_pem, made_by_openssl, openssl};
use crate::kit::{Process, data_file, kmsim};
use crate::program::{refusal, refused};

fn beside(data: &Path, suffix: &str) -> PathBuf {
    PathBuf::from([data.to_str().unwrap(), suffix].concat())
}

/// `kmsim ca`, without settings from this environment.
fn ca(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kmsim"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KMSIM_")) {
        command.env_remove(name);
    }
    command
        .arg("ca")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[track_caller]
fn printed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let from_file = said.starts_with("kmsim: ") && said.ends_with(".ca-key\n");
    assert!(output.status.success() && (said.is_empty() || from_file), "{output:?}");
    output
}

fn pem(data: &Path) -> String {
    String::from_utf8(printed(&mut ca(&["--data", data.to_str().unwrap()])).stdout).unwrap()
}

#[test]
fn an_authority_survives_restarts() {
    let (_folder, path) = data_file();
    let arguments = ["--data", path.to_str().unwrap()];
    let first = ca_pem(Process::start(&arguments).address);
    let again = Process::start(&arguments);
    assert_eq!(ca_pem(again.address), first);
    let client = Client::trusting(&first, Clock::default().host());
    client.health(again.address, "localhost").unwrap().ok();
    // The key alone is enough to restore the certificate.
    drop(again);
    std::fs::remove_file(beside(&path, ".ca.pem")).unwrap();
    assert_eq!(ca_pem(Process::start(&arguments).address), first);
    assert_eq!(std::fs::read_to_string(beside(&path, ".ca.pem")).unwrap(), first);
}

#[test]
fn only_the_owner_can_read_the_key_and_everyone_the_certificate() {
    let (_folder, path) = data_file();
    let server = Process::start(&["--data", path.to_str().unwrap()]);
    let mode = |suffix: &str| {
        std::fs::metadata(beside(&path, suffix)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(".ca-key"), 0o600);
    let plain = path.with_file_name("plain");
    std::fs::write(&plain, "").unwrap();
    let usual = std::fs::metadata(plain).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(".ca.pem"), usual & 0o644);
    assert_eq!(std::fs::read_to_string(beside(&path, ".ca.pem")).unwrap(), ca_pem(server.address));
    let drafts = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let drafts = drafts.map(|it| it.unwrap().file_name().into_string().unwrap());
    assert_eq!(drafts.filter(|name| name.contains(".new")).count(), 0);
    assert!(!ca_pem(server.address).contains("PRIVATE"));
}

#[test]
fn the_command_creates_an_authority_that_servers_use() {
    let (_folder, path) = data_file();
    let first = pem(&path);
    assert!(!path.exists(), "the command creates no data file");
    let server = Process::start(&["--data", path.to_str().unwrap()]);
    assert_eq!(ca_pem(server.address), first);
    assert_eq!(pem(&path), first, "it also works while a server uses the data");
    let by_variable = printed(ca(&[]).env("KMSIM_DATA", &path)).stdout;
    assert_eq!(String::from_utf8(by_variable).unwrap(), first);
}

#[test]
fn concurrent_first_commands_create_one_authority() {
    let (_folder, path) = data_file();
    let all: Vec<_> =
        (0..8).map(|_| ca(&["--data", path.to_str().unwrap()]).spawn().unwrap()).collect();
    let mut told: Vec<_> =
        all.into_iter().map(|it| it.wait_with_output().unwrap().stdout).collect();
    told.dedup();
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with(b"-----BEGIN CERTIFICATE-----\n"));
}

#[test]
fn java_and_openssl_read_the_truststore() {
    let (folder, path) = data_file();
    let data = path.to_str().unwrap();
    let pem = pem(&path);
    let by_flag =
        printed(&mut ca(&["--data", data, "--format", "pkcs12", "--password", "geheim ü"])).stdout;
    let mut by_variable = ca(&["--data", data]);
    by_variable.env("KMSIM_CA_FORMAT", "pkcs12").env("KMSIM_CA_PASSWORD", "geheim ü");
    let by_variable = printed(&mut by_variable).stdout;
    let plain = printed(&mut ca(&["--data", data, "--format", "pkcs12"])).stdout;
    let server = Process::start(&["--data", data]);
    let fetched = ca_p12(server.address);
    let stores = [
        (by_flag, "geheim ü"),
        (by_variable, "geheim ü"),
        (plain, "changeit"),
        (fetched, "changeit"),
    ];
    for (index, (store, password)) in stores.into_iter().enumerate() {
        let file = folder.path().join(format!("{index}.p12"));
        std::fs::write(&file, store).unwrap();
        let file = file.to_str().unwrap();
        let pass = format!("pass:{password}");
        let (good, said) = openssl(&["pkcs12", "-in", file, "-nokeys", "-passin", &pass]);
        assert!(good && said.contains(&pem), "{said}");
        let (good, said) = openssl(&["pkcs12", "-in", file, "-nokeys", "-passin", "pass:another"]);
        assert!(!good && said.contains("invalid password"), "{said}");
        if password.is_ascii() {
            let mut keytool = Command::new("keytool");
            let listed =
                keytool.args(["-list", "-rfc", "-keystore", file, "-storepass", password]).output();
            let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
            assert!(listed.contains("Alias name: kmsim\n"), "{listed}");
            assert!(listed.contains("Entry type: trustedCertEntry\n"), "{listed}");
            assert!(listed.replace('\r', "").contains(pem.trim_end()), "{listed}");
        }
    }
}

#[test]
fn the_command_reports_invalid_arguments() {
    let (folder, path) = data_file();
    let data = path.to_str().unwrap();
    for (arguments, said) in [
        (
            vec!["--data", ":memory:"],
            "--data: an in-memory server has an authority only while it runs",
        ),
        (vec!["--data", "/nowhere/kmsim.db"], "--data: cannot make /nowhere/kmsim.db"),
        (vec!["--data", data, "--format", "jks"], "invalid value 'jks' for '--format <FORMAT>'"),
        (
            vec!["--data", data, "--format", "pkcs12", "--password", ""],
            "--password: a truststore's password must not be empty",
        ),
        (
            vec!["--data", data, "--tls-cert", "a.pem"],
            "--tls-cert: a server with its own certificate issues none",
        ),
    ] {
        let line = refused(&mut ca(&arguments));
        assert!(line.contains(said), "{line}");
    }
    made_by_openssl(
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out kmsim.db.ca-key",
        folder.path(),
    );
    for mut command in [ca(&["--data", data]), kmsim(&["--data", data])] {
        let line = refusal(&mut command).unwrap();
        assert!(
            line.contains("--data: cannot use ") && line.contains("kmsim.db.ca-key: "),
            "{line}"
        );
    }
}

#[test]
fn an_in_memory_authority_ends_with_the_server_and_is_never_repeated() {
    let arguments = ["--data", ":memory:", "--entropy-seed", "a seed"];
    let one = ca_pem(Process::start(&arguments).address);
    assert_ne!(one, ca_pem(Process::start(&arguments).address));
}

/// The key and the certificate of an authority that version 0.1.0 made, which did not use the
/// crate `rcgen` yet.
const EARLIER_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglrM6gGYdbWkPw6eD
i2eNjPbmex3nBoyotSmLGegwlDahRANCAAS2pIWhrRNSLBPTFyq/iMcLTralWS2o
LR1RPnK7ZCiew/sBYoRiyfUMrvgxgZbQ4v4QXlLkd5T7+KGuxsh3YIIK
-----END PRIVATE KEY-----
";
const EARLIER_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIQUCNs8W8jvLjeDEGggnHcjTAKBggqhkjOPQQDAjAsMQ4w
DAYDVQQKDAVrbXNpbTEaMBgGA1UEAwwRa21zaW0gQ0EgZDAyMzZjZjEwHhcNMjAw
MTAxMDAwMDAwWhcNNDkxMjMxMjM1OTU5WjAsMQ4wDAYDVQQKDAVrbXNpbTEaMBgG
A1UEAwwRa21zaW0gQ0EgZDAyMzZjZjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAS2pIWhrRNSLBPTFyq/iMcLTralWS2oLR1RPnK7ZCiew/sBYoRiyfUMrvgxgZbQ
4v4QXlLkd5T7+KGuxsh3YIIKo0UwQzASBgNVHRMBAf8ECDAGAQH/AgEAMA4GA1Ud
DwEB/wQEAwIBBjAdBgNVHQ4EFgQUOIQHz+gjl3+OSmDsa7P41+3rRpIwCgYIKoZI
zj0EAwIDRwAwRAIgLTF4vGwm/emgWaEEgRtc322LLfzExAy+coUAxhhBIj0CIGU2
n8ZSThMIJOAzJMo1w913qokeeOfVA9sJUIELYIle
-----END CERTIFICATE-----
";

#[test]
fn certificates_of_earlier_versions_remain_trusted() {
    let (folder, path) = data_file();
    std::fs::write(beside(&path, ".ca-key"), EARLIER_KEY).unwrap();
    let server = Process::start(&["--data", path.to_str().unwrap()]);
    for authority in [EARLIER_CERTIFICATE, &ca_pem(server.address)] {
        let client = Client::trusting(authority, Clock::default().host());
        client.health(server.address, "localhost").unwrap().ok();
        // OpenSSL also checks the key identifiers.
        let (ca, leaf) = (folder.path().join("ca"), folder.path().join("leaf"));
        std::fs::write(&ca, authority).unwrap();
        std::fs::write(&leaf, client.open(server.address, "localhost").certificate()).unwrap();
        let (ca, leaf) = (ca.to_str().unwrap(), leaf.to_str().unwrap());
        let (good, said) = openssl(&["verify", "-x509_strict", "-CAfile", ca, leaf]);
        assert!(good, "{said}");
    }
}
