//! Requested rotations: the new value of each type.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

use super::{
    DOUBLE, HOUR, LOGIN, POLARDB, RAM, REDIS, SAMPLES, SINGLE, SSH, after, current, described,
    fields, get, made, previous, rotate, text, versions,
};
use crate::kit::{Client, Server};

/// Checks a new password: its length, one character of every class, and only characters that all
/// products allow.
#[track_caller]
fn check_password(password: &str, most: usize) {
    assert!((8..=most).contains(&password.len()), "{password}");
    let punctuation = "!@#$%^&*()_+-=";
    assert!(
        password.chars().all(|c| c.is_ascii_alphanumeric() || punctuation.contains(c)),
        "{password}"
    );
    let is: [fn(char) -> bool; 3] =
        [|c| c.is_ascii_lowercase(), |c| c.is_ascii_uppercase(), |c| c.is_ascii_digit()];
    assert!(is.iter().all(|is| password.contains(*is)), "{password}");
    assert!(password.contains(|c| punctuation.contains(c)), "{password}");
}

fn account(client: &Client, name: &str) -> String {
    text(&current(client, name).1, "AccountName")
}

#[test]
fn a_rotation_is_answered_and_described() {
    let server = Server::start();
    let client = server.client();
    for sample in &SAMPLES {
        let server_time = server.world.clock.now();
        let name = made(&client, sample, &[]);
        let before = current(&client, &name);
        server.advance(HOUR);
        let mut answer = rotate(&client, &name, "v2").ok();
        answer.as_object_mut().unwrap().remove("RequestId");
        let arn = format!("acs:kms:cn-hangzhou:1000000000000001:secret/{name}");
        assert_eq!(answer, json!({ "Arn": arn, "SecretName": name, "VersionId": "v2" }));
        let (id, value) = current(&client, &name);
        assert_eq!(id, "v2");
        assert_ne!(value, before.1);
        assert_eq!(previous(&client, &name), before, "the value before is the previous one");
        let told = described(&client, &name);
        let now = server_time.plus(HOUR).to_string();
        assert_eq!((&told["LastRotationDate"], &told["UpdateTime"]), (&json!(now), &json!(now)));
        assert_eq!(told["CreateTime"], server_time.to_string());
        assert_eq!(
            (told.get("NextRotationDate"), &told["AutomaticRotation"]),
            (None, &json!("Disabled"))
        );
        assert_eq!(told["ExtendedConfig"], sample.config);
        let read = get(&client, &name, "ACSCurrent").ok();
        assert_eq!(
            (&read["SecretDataType"], &read["LastRotationDate"]),
            (&json!("text"), &json!(now))
        );
        assert_eq!(read["VersionStages"], json!({ "VersionStage": ["ACSCurrent"] }));
        let newest = versions(&client, &name).pop().unwrap();
        assert_eq!(newest, ("v2".to_owned(), now, vec!["ACSCurrent".to_owned()]));
    }
}

#[test]
fn one_account_gets_new_passwords() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SINGLE, &[]);
    let mut seen = BTreeSet::from(["first".to_owned()]);
    for at in 2..20 {
        rotate(&client, &name, &format!("v{at}")).ok();
        let (_, value) = current(&client, &name);
        assert_eq!(fields(&value), ["AccountName", "AccountPassword"]);
        assert_eq!(value["AccountName"], "app");
        let password = text(&value, "AccountPassword");
        check_password(&password, 32);
        assert!(seen.insert(password));
        assert_eq!(previous(&client, &name).0, format!("v{}", at - 1));
    }
    // The oldest version without stages was pruned.
    let ids: Vec<_> = versions(&client, &name).into_iter().map(|(id, _, _)| id).collect();
    assert_eq!(ids, (10..20).map(|at| format!("v{at}")).collect::<Vec<_>>());
    let shown = client.call("ListSecretVersionIds", &[("SecretName", &name)]).ok();
    assert_eq!(shown["TotalCount"], 2);
}

#[test]
fn two_accounts_take_turns() {
    let server = Server::start();
    let client = server.client();
    let second = SINGLE.data;
    let twins = made(&client, &DOUBLE, &[("SecretName", "twins")]);
    let alone = made(&client, &DOUBLE, &[("SecretName", "alone"), ("SecretData", second)]);
    let redis = made(&client, &REDIS, &[]);
    let polardb = made(&client, &POLARDB, &[]);
    for (name, pair) in [
        (&twins, ["app", "other"]),
        (&alone, ["app", "app_clone"]),
        (&redis, ["app", "app_clone"]),
        (&polardb, ["app", "app_clone"]),
    ] {
        let mut passwords = BTreeSet::from([text(&current(&client, name).1, "AccountPassword")]);
        assert_eq!(account(&client, name), pair[0]);
        for at in 1..=6 {
            let before = current(&client, name);
            rotate(&client, name, &format!("r{at}")).ok();
            let (_, value) = current(&client, name);
            assert_eq!(value["AccountName"], pair[at % 2], "{name}, rotation {at}");
            assert_eq!(fields(&value), ["AccountName", "AccountPassword"]);
            check_password(&text(&value, "AccountPassword"), 32);
            assert!(passwords.insert(text(&value, "AccountPassword")), "a password came twice");
            // The account that was current keeps its password, so that its users are not
            // interrupted.
            assert_eq!(previous(&client, name), before);
        }
    }
}

#[test]
fn a_user_gets_a_new_access_key() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &RAM, &[]);
    let mut seen = BTreeSet::new();
    for at in 1..=5 {
        server.advance(HOUR);
        rotate(&client, &name, &format!("r{at}")).ok();
        let (_, value) = current(&client, &name);
        assert_eq!(fields(&value), ["AccessKeyId", "AccessKeySecret", "GenerateTimestamp"]);
        assert_eq!(value["GenerateTimestamp"], after(HOUR * at));
        let (id, secret) = (text(&value, "AccessKeyId"), text(&value, "AccessKeySecret"));
        assert!(id.starts_with("LTAI") && id.len() == 24, "{id}");
        assert_eq!(secret.len(), 30);
        assert!(
            [&id, &secret].iter().all(|it| it.bytes().all(|c| c.is_ascii_alphanumeric())),
            "{value}"
        );
        assert!(seen.insert(id) && seen.insert(secret));
        assert_eq!(previous(&client, &name).1["GenerateTimestamp"], after(HOUR * (at - 1)));
    }
}

#[test]
fn a_machine_gets_a_new_password() {
    let server = Server::start();
    let client = server.client();
    let spaced = r#"{"UserName": "administrator", "Password": "p", "Note": 1}"#;
    let name = made(&client, &LOGIN, &[("SecretData", spaced)]);
    let mut seen = BTreeSet::new();
    for at in 1..=9 {
        rotate(&client, &name, &format!("r{at}")).ok();
        let (_, value) = current(&client, &name);
        assert_eq!(value["UserName"], "administrator");
        let password = text(&value, "Password");
        check_password(&password, 30);
        assert!(seen.insert(password));
        assert_eq!(get(&client, &name, "ACSPrevious").ok()["SecretData"] == spaced, at == 1);
    }
}

/// Checks that both halves of a login are one key.
#[track_caller]
fn check_pair(value: &Value) {
    assert_eq!(fields(value), ["PrivateKey", "PublicKey", "UserName"]);
    let (public, private) = (text(value, "PublicKey"), text(value, "PrivateKey"));
    let key = RsaPrivateKey::from_pkcs1_pem(&private).unwrap();
    key.validate().unwrap();
    assert_eq!(key.n().bits(), 2048);
    let mut words = public.splitn(3, ' ');
    assert_eq!(words.next(), Some("ssh-rsa"));
    let blob = STANDARD.decode(words.next().unwrap()).unwrap();
    let field = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    // A modulus of 2048 bits begins with a set bit, so its DER has a leading zero byte.
    let modulus = [&[0], &*key.n_bytes()].concat();
    assert_eq!(blob, [field(b"ssh-rsa"), field(&key.e_bytes()), field(&modulus)].concat());
    // OpenSSH agrees, if it is installed.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, &private).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    if let Ok(told) = Command::new("ssh-keygen").arg("-y").arg("-f").arg(&path).output() {
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let told = String::from_utf8(told.stdout).unwrap();
        let two =
            |line: &str| line.split(' ').take(2).map(|it| it.trim().to_owned()).collect::<Vec<_>>();
        assert_eq!(two(&told), two(&public));
    }
}

#[test]
fn a_machine_gets_a_new_key_pair() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SSH, &[]);
    let mut seen = BTreeSet::new();
    for at in 1..=3 {
        rotate(&client, &name, &format!("r{at}")).ok();
        let (_, value) = current(&client, &name);
        assert_eq!(value["UserName"], "root");
        check_pair(&value);
        let public = text(&value, "PublicKey");
        assert!(public.ends_with(" jo doe"), "{public}");
        assert!(seen.insert(public));
    }
    check_pair(&previous(&client, &name).1);
}

#[test]
fn a_key_pairs_comment_is_kept() {
    let server = Server::start();
    let client = server.client();
    let blob = "AAAAC3NzaC1lZDI1NTE5AAAAINozgFOIL5gjT27r9BrGUpCg1SF8Jyeml5tOwCaN9xuP";
    for (at, (given, comment)) in [
        (format!("ssh-ed25519 {blob} imported-openssh-key"), "imported-openssh-key"),
        (format!("ssh-ed25519 {blob}"), ""),
        (format!("ssh-ed25519 {blob} \u{e9}t\u{e9}"), "\u{e9}t\u{e9}"),
        (format!(r"ssh-ed25519 {blob} jo\n"), "jo"),
        (format!("ssh-ed25519  {blob} jo"), "jo"),
        (format!(r"ssh-ed25519\t{blob} jo"), "jo"),
        (format!(r"ssh-ed25519 {blob} jo\tdoe"), "jo doe"),
    ]
    .into_iter()
    .enumerate()
    {
        let data = SSH.data.replace(&format!("ssh-ed25519 {blob} jo doe"), &given);
        let name = made(
            &client,
            &SSH,
            &[("SecretName", &format!("acs/ecs/k{at}")), ("SecretData", &data)],
        );
        rotate(&client, &name, "v2").ok();
        let public = text(&current(&client, &name).1, "PublicKey");
        assert_eq!(public.splitn(3, ' ').nth(2).unwrap_or_default(), comment, "{given}");
    }
}

#[test]
fn two_runs_with_one_seed_rotate_equally() {
    let run = || {
        let server = Server::start();
        let client = server.client();
        let mut all = Vec::new();
        for sample in &SAMPLES {
            let name = made(&client, sample, &[]);
            for version in ["v2", "v3"] {
                rotate(&client, &name, version).ok();
                all.push((current(&client, &name), previous(&client, &name)));
            }
        }
        all
    };
    assert_eq!(run(), run());
}
