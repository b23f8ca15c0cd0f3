//! The log: on stderr, at the chosen level, without secrets.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::world::Clock;

use crate::alibaba::certificates::certificate;
use crate::kit::{Client, Process, encode, form, kmsim, send};
use crate::makers::{MATERIAL, import, pair, wrapped};
use crate::program::both_ways;

/// The secret of the access key `logid` in the accounts file.
pub const SECRET: &str = "hush-access-key-secret";
/// The token of `STS.log`, whose secret is this secret with `-sts` after it.
pub const TOKEN: &str = "hush/security+token=";

/// Writes an accounts file with these secrets. The account may have many white-box keys.
pub fn accounts_with_secrets(folder: &Path) -> PathBuf {
    let file = folder.join("accounts.yaml");
    let text = format!(
        "accounts:\n  - id: '1'\n    quotas: {{ white_box_keys: 99 }}\n    \
         access_keys: [{{ id: logid, secret: {SECRET} }}]\n    sts_tokens: [{{ id: STS.log, \
         secret: {SECRET}-sts, token: {TOKEN}, expires: 2100-01-01T00:00:00Z }}]\n"
    );
    std::fs::write(&file, text).unwrap();
    file
}

/// Starts a command with its log in a file.
pub fn logged(command: &mut Command, log: &Path) -> Process {
    let mut child = command.stderr(File::create(log).unwrap()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("kmsim ready on http://").unwrap().parse().unwrap();
    Process { address, child }
}

/// Runs a server at every level of the log, in each mode that checks signatures. Returns the logs.
pub fn traced(mut run: impl FnMut(SocketAddr)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, log) = (accounts_with_secrets(folder.path()), folder.path().join("log"));
    let mut logs = String::new();
    for mode in ["strict", "warn"] {
        let mut command =
            kmsim(&["--data", ":memory:", "--log", "trace", "--auth", mode, "--accounts"]);
        let server = logged(command.arg(&accounts), &log);
        run(server.address);
        drop(server);
        logs += &std::fs::read_to_string(&log).unwrap();
    }
    logs
}

/// Checks that logs show none of these texts, in any form, and that they show the others.
pub fn assert_hidden(logs: &str, hidden: &[String], shown: &[&str]) {
    for text in hidden {
        let forms = [
            text.clone(),
            encode(text),
            encode(&encode(text)),
            STANDARD.encode(text),
            format!("{text:?}"),
        ];
        for form in forms {
            let form = form.trim_matches('"');
            let line = || logs.lines().find(|line| line.contains(form));
            assert!(!logs.contains(form), "the log shows {text:?} as {form:?}: {:?}", line());
        }
    }
    for text in shown {
        assert!(logs.contains(text), "the log lacks {text}");
    }
}

#[test]
fn logs_go_to_stderr_at_the_chosen_level() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    for (filter, wanted) in
        [("debug", true), ("kmsim=debug,warn", true), ("off", false), ("error", false)]
    {
        for mut command in both_ways("--log", "KMSIM_LOG", filter) {
            let server = logged(&mut command, &log);
            let key = server.client().create_key(&[]);
            server.client().call("DescribeKey", &[("KeyId", &key)]).ok();
            drop(server);
            let text = std::fs::read_to_string(&log).unwrap();
            assert_eq!(
                text.contains("DescribeKey") && text.contains(&key),
                wanted,
                "{filter}: {text}"
            );
            assert!(wanted || text.is_empty(), "{filter}: {text}");
        }
    }
}

#[test]
fn an_unknown_region_is_logged_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let server = logged(&mut kmsim(&["--log", "warn"]), &log);
    let client = server.client();
    for region in ["cn-shanghai", "CN-Beijing", "mars-1", "Mars-1", "mars-1"] {
        client.clone().with("RegionId", region).call("ListKeys", &[]).ok();
    }
    // Unknown access keys are not logged.
    Client::new(server.address, "who", "s", &Clock::default().host().to_string())
        .with("RegionId", "venus-1")
        .call("ListKeys", &[])
        .refused(404, "InvalidAccessKeyId.NotFound");
    drop(server);
    let text = std::fs::read_to_string(&log).unwrap();
    let told: Vec<_> = text.lines().filter(|line| line.contains("region=")).collect();
    assert!(told.len() == 1 && told[0].contains("WARN") && told[0].contains("mars-1"), "{text}");
}

#[test]
fn no_log_level_reveals_a_secret() {
    const PLAINTEXT: &str = "hush: the plaintext & more";
    let mut hidden: Vec<String> =
        [SECRET, TOKEN, PLAINTEXT, "hush-wrong"].map(str::to_owned).into();
    let mut shown = vec!["GenerateDataKey".to_owned(), "ReEncrypt".to_owned()];
    let logs = traced(|address| {
        let time = Clock::default().host().to_string();
        let client = |id, secret: &str| Client::new(address, id, secret, &time);
        let sts = client("STS.log", &format!("{SECRET}-sts")).with("SecurityToken", TOKEN);
        for client in [client("logid", SECRET), sts] {
            let key = client.create_key(&[]);
            let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", PLAINTEXT)]).ok();
            let blob = sealed["CiphertextBlob"].as_str().unwrap().to_owned();
            // With GET the parameters are in the request line.
            let query = form(&client.signed("GET", "Decrypt", &[("CiphertextBlob", &blob)]));
            send(client.address, &format!("GET /?{query} HTTP/1.1\r\n"), b"").ok();
            client.call("ReEncrypt", &[("CiphertextBlob", &blob), ("DestinationKeyId", &key)]).ok();
            client
                .call("Decrypt", &[("CiphertextBlob", &blob[4..])])
                .refused_parameter("CiphertextBlob");
            let data_key =
                client.call("GenerateDataKey", &[("KeyId", &key)]).ok()["Plaintext"].clone();
            let (pair, version) = pair(&client, "EC_SM2", "ENCRYPT/DECRYPT");
            let pair = [
                ("KeyId", pair.as_str()),
                ("KeyVersionId", version.as_str()),
                ("Algorithm", "SM2PKE"),
            ];
            let brief = STANDARD.encode(PLAINTEXT);
            let sealed = client
                .call("AsymmetricEncrypt", &[&pair[..], &[("Plaintext", &brief)]].concat())
                .ok();
            let sealed = ("CiphertextBlob", sealed["CiphertextBlob"].as_str().unwrap());
            let query =
                form(&client.signed("GET", "AsymmetricDecrypt", &[&pair[..], &[sealed]].concat()));
            send(client.address, &format!("GET /?{query} HTTP/1.1\r\n"), b"").ok();
            let certificate = certificate(&client, "EC_SM2", "ACTIVE");
            let certificate = [("CertificateId", certificate.as_str()), ("Algorithm", "SM2PKE")];
            let text = ("Plaintext", brief.as_str());
            let kept = client
                .call("CertificatePublicKeyEncrypt", &[&certificate[..], &[text]].concat())
                .ok();
            let kept = ("CiphertextBlob", kept["CiphertextBlob"].as_str().unwrap());
            let action = "CertificatePrivateKeyDecrypt";
            let query = form(&client.signed("GET", action, &[&certificate[..], &[kept]].concat()));
            let opened = send(client.address, &format!("GET /?{query} HTTP/1.1\r\n"), b"").ok();
            assert_eq!(opened["Plaintext"], brief);
            let message = [certificate[0], ("Algorithm", "SM2DSA"), ("Message", &brief)];
            client.call("CertificatePrivateKeySign", &message).ok();
            hidden.push(kept.1.to_owned());
            shown.extend([certificate[0].1.to_owned(), "UpdateCertificateStatus".to_owned()]);
            let external = client.create_key(&[("Origin", "EXTERNAL")]);
            let material = wrapped(&client, &external, &MATERIAL);
            import(&client, &external, &material).ok();
            hidden.extend([brief, material.0, STANDARD.encode(MATERIAL)]);
            let wrong = client.clone().with("SecurityToken", "hush-wrong token");
            wrong.call("Encrypt", &[("KeyId", &key), ("Plaintext", PLAINTEXT)]);
            hidden.extend([blob, data_key.as_str().unwrap().to_owned()]);
            shown.push(key);
        }
        let stranger = client("logid", "hush-wrong secret");
        stranger.call("Encrypt", &[("KeyId", "alias/none"), ("Plaintext", PLAINTEXT)]);
    });
    assert_hidden(&logs, &hidden, &shown.iter().map(String::as_str).collect::<Vec<_>>());
}
