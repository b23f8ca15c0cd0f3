//! Explanations of wrong signatures that were made with client keys.

use kmsim::algorithms::asymmetric::Signing;
use kmsim::algorithms::mac::{Hash, digest};
use serde_json::{Value, json};

use super::client::{Client, SHARED, seed, server};
use crate::kit::{Server, control, kmsim};
use crate::logs::{assert_hidden, logged};

/// A client's mistake: what it signs instead of the right text.
type Mistake = fn(String) -> Vec<u8>;

/// The value of a header that no client is known to send.
const SECRET: &str = "hush-hush";

/// The journal's explanation of the last request.
fn explained(server: &Server) -> Value {
    let entries = control(server.address, "GET", "requests?limit=1000", &Value::Null).ok();
    let entry = entries["requests"].as_array().unwrap().last().unwrap().clone();
    let found = entry["signature"].clone();
    assert!(!found.to_string().contains("hush"), "{found:#}");
    found
}

fn with_lines(text: &str, change: fn(&mut Vec<&str>)) -> Vec<u8> {
    let mut lines = text.split('\n').collect();
    change(&mut lines);
    lines.join("\n").into_bytes()
}

fn capitals(text: &str) -> String {
    let mut text = text.to_owned();
    for (from, to) in
        [("x-kms-", "X-Kms-"), ("-api", "-Api"), ("-acc", "-Acc"), ("-sig", "-Sig"), ("-o", "-O")]
    {
        text = text.replace(from, to);
    }
    text
}

/// The known mistakes of signers for the dedicated gateway.
const MISTAKES: &[(&str, Mistake)] = &[
    ("another HTTP method was signed than was used", |text| text.replace("POST", "GET").into()),
    ("the body's digest was signed in lower case", |text| {
        let (digest, rest) = text.split_at("POST\n".len() + 64);
        [&digest.to_lowercase().replace("post", "POST"), rest].concat().into()
    }),
    ("the body's digest was not signed", |text| with_lines(&text, |lines| lines[1] = "")),
    ("the content type was not signed", |text| with_lines(&text, |lines| lines[2] = "")),
    ("the date was not signed", |text| with_lines(&text, |lines| lines[3] = "")),
    ("headers whose names begin with x-kms- were not signed: all of them must be", |text| {
        with_lines(&text, |lines| lines.retain(|line| !line.starts_with("x-kms-other")))
    }),
    ("no header whose name begins with x-kms- was signed", |text| {
        with_lines(&text, |lines| lines.retain(|line| !line.starts_with("x-kms-")))
    }),
    ("the headers were signed in the order in which they were sent, and not by name", |text| {
        with_lines(&text, |lines| {
            // The client sends version, name, method, access key, and then this.
            let [key, name, version, other, method] = lines[4..9] else { panic!("{lines:?}") };
            lines[4..9].copy_from_slice(&[version, name, method, key, other]);
        })
    }),
    ("the names of headers were signed with capitals", |text| capitals(&text).into()),
    ("x-kms-acccesskeyid was signed with two c", |text| text.replace("accc", "acc").into()),
    ("a space was signed between the names of headers and their values", |text| {
        text.replace("eyid:", "eyid: ")
            .replace("name:", "name: ")
            .replace("version:", "version: ")
            .replace("other:", "other: ")
            .replace("method:", "method: ")
            .into()
    }),
    ("a line break was signed behind the path", |text| (text + "\n").into()),
    ("the path was not signed", |text| text.trim_end_matches('/').into()),
];

#[test]
fn mistakes_at_the_dedicated_gateway_are_found() {
    let server = server(&[SHARED], "");
    for (why, mistake) in MISTAKES {
        let mut client = Client::of(&server).with("x-kms-other", SECRET);
        client.mistake = *mistake;
        client.call("GenerateRandom", &[(1, 8.into())]).refused(401, "SignatureNotMatch");
        let found = explained(&server);
        assert_eq!(found["why"], *why, "{found:#}");
        let text = |side: &str| found[side].as_str().unwrap();
        assert!(text("server").starts_with("POST\n") && text("server").ends_with("\n/"));
        let at = usize::try_from(found["first_difference"]["at"].as_u64().unwrap()).unwrap();
        let [ours, theirs] = ["server", "client"].map(|side| text(side).as_bytes());
        assert!(ours[..at] == theirs[..at] && ours.get(at) != theirs.get(at), "{found:#}");
    }
}

#[test]
fn the_version_of_a_key_must_be_signed() {
    let server = server(&[SHARED], "");
    let version = "00000000-0000-0000-0000-000000000000";
    let mut client = Client::of(&server).with("x-kms-migrationkeyversionid", version);
    client.mistake =
        |text| with_lines(&text, |lines| lines.retain(|line| !line.starts_with("x-kms-migration")));
    client.call("GenerateRandom", &[(1, 8.into())]).refused(401, "SignatureNotMatch");
    let found = explained(&server);
    let why = "the version of the key, x-kms-migrationkeyversionid, was not signed";
    assert_eq!(found["why"], why, "{found:#}");
    assert!(found["server"].as_str().unwrap().contains(version), "{found:#}");
}

/// The mistakes of clients that sign the right text, on both wires.
#[test]
fn wrong_keys_and_algorithms_are_found() {
    let server = server(&[SHARED], "");
    let made = server
        .client()
        .call("CreateClientKey", &[("AapName", "app"), ("Password", "a-password-1")]);
    let other = made.ok()["ClientKeyId"].as_str().unwrap().to_owned();
    let twice: Mistake = |text| digest(Hash::Sha256, text.as_bytes());
    let unknown: Mistake = |_| b"something else".to_vec();
    for (id, mistake, signing, why) in [
        (
            None,
            twice,
            Signing::RsaPkcs1,
            json!("the text's digest was signed as if it were the text: signing computes it again"),
        ),
        (
            None,
            String::into_bytes,
            Signing::RsaPss,
            json!("the signature has the padding of PSS, and not that of PKCS #1 v1.5"),
        ),
        (
            Some(&other),
            String::into_bytes,
            Signing::RsaPkcs1,
            json!("the private key is that of another client key here"),
        ),
        (None, unknown, Signing::RsaPkcs1, Value::Null),
        (None, String::into_bytes, Signing::RsaPkcs1Sha512, Value::Null),
    ] {
        let mut client = Client::of(&server);
        (client.mistake, client.signing) = (mistake, signing);
        if let Some(id) = id {
            client.id.clone_from(id);
        }
        client.call("GenerateRandom", &[(1, 8.into())]).refused(401, "SignatureNotMatch");
        let there = explained(&server);
        client.rpc("GetPublicKey", &[]).refused(400, "IncompleteSignature");
        for found in [there, explained(&server)] {
            assert_eq!((&found["why"], &found["first_difference"]), (&why, &Value::Null));
            assert!(found["server"].is_string(), "{found:#}");
            assert_eq!(found["client"].is_string(), why.is_string());
        }
    }
}

#[test]
fn mistakes_at_the_shared_gateway_are_found() {
    let server = server(&[SHARED], "");
    let mut client = Client::of(&server);
    client.mistake = |text| text.replacen("POST", "GET", 1).into();
    let secret = [("Plaintext", SECRET)];
    client.rpc("Encrypt", &secret).refused(400, "IncompleteSignature");
    let found = explained(&server);
    assert_eq!(found["why"], "another HTTP method was signed than was used", "{found:#}");
    client.mistake = String::into_bytes;
    let method = [("SignatureMethod", "HMAC-SHA256"), secret[0]];
    client.rpc("Encrypt", &method).refused(400, "IncompleteSignature");
    let found = explained(&server);
    assert_eq!(found["why"], "SignatureMethod names another algorithm", "{found:#}");
    // Signatures that are right are not explained.
    client.rpc("Encrypt", &[]).refused(400, "MissingParameter");
    assert_eq!(explained(&server), Value::Null);
    client.date = "Tue, 01 Jan 2030 01:00:00 GMT".into();
    client.call("GenerateRandom", &[(1, 8.into())]).refused(400, "RequestTimeTooSkewed");
    assert_eq!(explained(&server), Value::Null);
}

#[test]
fn the_log_has_what_the_server_signed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("seed.yaml"), folder.path().join("log"));
    std::fs::write(&file, seed(&[SHARED], "")).unwrap();
    let mut command = kmsim(&[
        "--data",
        ":memory:",
        "--clock",
        "2030-01-01T00:00:00Z",
        "--log",
        "trace",
        "--seed",
    ]);
    let server = logged(command.arg(&file), &log);
    let mut client = Client::of_server_at(server.address).with("x-kms-other", SECRET);
    client.mistake = |text| (text + "\n").into();
    client.call("GenerateRandom", &[(1, 8.into())]).refused(401, "SignatureNotMatch");
    drop(server);
    let logs = std::fs::read_to_string(&log).unwrap();
    let shown = ["the signature does not match", "string_to_sign=\"POST\\n", "x-kms-apiname:Gene"];
    assert_hidden(&logs, &[SECRET.to_owned()], &shown);
}
