//! Errors that stop the start: exit code 2, and one line that names the mistake and contains no
//! secret.

use std::process::Command;

use crate::kit::kmsim;
use crate::program::{refusal, refused};

/// A command without data, with more arguments.
fn given(arguments: &[&str]) -> Command {
    let mut command = kmsim(&["--data", ":memory:"]);
    command.args(arguments);
    command
}

/// What is wrong with the refusal of a command. The line must contain these words, and nothing that
/// begins with "hush".
fn flaws(command: &mut Command, said: &[&str]) -> Vec<String> {
    let line = match refusal(command) {
        Ok(line) => line,
        Err(what) => return vec![what],
    };
    let absent = said.iter().filter(|word| !line.contains(**word));
    let mut flaws: Vec<_> =
        absent.map(|word| format!("{command:?}: {word:?} is not in: {line}")).collect();
    if line.contains("hush") {
        flaws.push(format!("{command:?}: a secret is in: {line}"));
    }
    flaws
}

#[track_caller]
fn check(command: &mut Command, said: &[&str]) {
    assert_eq!(flaws(command, said), Vec::<String>::new());
}

#[test]
fn every_option_refuses_malformed_values() {
    let mut wrong = Vec::new();
    for (option, variable, value, said) in [
        ("--region", "KMSIM_REGION", "cn_hangzhou", "cn_hangzhou"),
        ("--region", "KMSIM_REGION", "a b", "a b"),
        ("--auth", "KMSIM_AUTH", "maybe", "strict"),
        ("--auth", "KMSIM_AUTH", "strictly", "strict"),
        ("--clock", "KMSIM_CLOCK", "noon", "noon"),
        ("--clock", "KMSIM_CLOCK", "2030-13-01T00:00:00Z", "RFC 3339"),
        ("--clock", "KMSIM_CLOCK", "2030-01-01", "RFC 3339"),
        ("--log", "KMSIM_LOG", "kmsim=loud", "trace"),
        ("--log", "KMSIM_LOG", "wran", "trace"),
        (
            "--accounts",
            "KMSIM_ACCOUNTS",
            "/nonexistent/accounts.yaml",
            "/nonexistent/accounts.yaml",
        ),
        ("--access-key", "KMSIM_ACCESS_KEYS", "hush", "ID:SECRET"),
        ("--access-key", "KMSIM_ACCESS_KEYS", "id:", "ID:SECRET"),
        ("--access-key", "KMSIM_ACCESS_KEYS", ":hush", "ID:SECRET"),
        ("--access-key", "KMSIM_ACCESS_KEYS", "id:hush:", "id"),
        ("--access-key", "KMSIM_ACCESS_KEYS", "id:hush:hush-2", "id"),
    ] {
        wrong.extend(flaws(&mut given(&[option, value]), &[option, said]));
        wrong.extend(flaws(given(&[]).env(variable, value), &[option, said]));
    }
    // A comma separates keys in the variable; in the option it is part of a secret.
    let list = "a:hush,b:hush,a:hush-3";
    wrong.extend(flaws(given(&[]).env("KMSIM_ACCESS_KEYS", list), &["--access-key", "twice"]));
    wrong.extend(flaws(
        &mut given(&["--access-key", list]),
        &["--access-key", "the account of \"a\""],
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_address_that_cannot_be_listened_on_is_named() {
    let bare = || {
        let mut command = Command::new(kmsim(&[]).get_program());
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
        command.env_remove("KMSIM_LISTEN").args(["--data", ":memory:"]);
        command
    };
    for address in ["nonsense", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "192.0.2.1:0", ":"]
    {
        check(bare().args(["--listen", address]), &["--listen", address]);
        check(bare().env("KMSIM_LISTEN", address), &["--listen", address]);
    }
}

#[test]
fn an_impossible_data_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (directory, missing) =
        (folder.path().join("directory"), folder.path().join("missing/kmsim.db"));
    std::fs::create_dir(&directory).unwrap();
    for path in [&directory, &missing] {
        let path = path.to_str().unwrap();
        check(&mut kmsim(&["--data", path]), &["--data", path]);
        check(kmsim(&[]).env("KMSIM_DATA", path), &["--data", path]);
    }
    let line = refused(&mut kmsim(&["--data", directory.to_str().unwrap()]));
    assert!(line.contains("directory"), "{line}");
    check(&mut kmsim(&["--data", ""]), &["--data"]);
}

#[test]
fn unknown_arguments_are_refused() {
    check(&mut given(&["--listne", "x"]), &["--listne"]);
    check(&mut given(&["--region", "a", "--region", "b"]), &["--region"]);
    check(&mut given(&["--clock"]), &["--clock"]);
    // As if id and secret were two values.
    check(&mut given(&["--access-key", "id:s", "hush"]), &[]);
    check(&mut given(&["--access-key", "--id:hush:1"]), &[]);
    check(&mut given(&["--access-keys=id:hush"]), &["--access-keys"]);
}

#[test]
fn the_accounts_file_is_refused_with_line_and_field() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.yaml");
    let mut wrong = Vec::new();
    let account = "accounts:\n  - id: \"1000000000000001\"\n";
    for (text, line, said) in [
        // Structure.
        ("hush", 1, ""),
        ("", 1, ""),
        ("accounts: hush", 1, "accounts"),
        ("accounts:\n  - hush\n", 2, "accounts"),
        ("acounts: []\n", 1, "accounts"),
        ("accounts:\n  - { id: \"1\" \n", 2, ""),
        ("accounts:\n\t- hush\n", 2, ""),
        ("accounts:\n  - status: active\n", 2, "id"),
        // An account's fields.
        ("accounts:\n  - id: hush-no-digits\n", 2, "id"),
        ("accounts:\n  - id: \"1\"\n    quota: {}\n", 3, "quota"),
        ("accounts:\n  - id: \"1\"\n    status: asleep\n", 3, "status"),
        ("accounts:\n  - id: \"1\"\n    quotas: { keys: -1 }\n", 3, "keys"),
        ("accounts:\n  - id: \"1\"\n    quotas: { buckets: 1 }\n", 3, "quotas: unknown field"),
        ("accounts:\n  - id: \"1\"\n  - id: \"1\"\n    status: in-debt\n", 3, "\"1\""),
        // An access key's.
        ("    access_keys: hush\n", 3, "access_keys"),
        ("    access_keys:\n      - id:hush\n", 4, "access_keys"),
        ("    access_keys:\n      - [ id, hush ]\n", 4, "access_keys"),
        ("    access_keys:\n      - { id: a, sekret: hush }\n", 4, "access_keys[0]: unknown field"),
        ("    access_keys:\n      - { id: a, secret: [ hush ] }\n", 4, "secret"),
        ("    access_keys:\n      - { id: a, secret: *hush }\n", 4, ""),
        ("    access_keys:\n      - { id: a, secret: \"hush }\n", 4, ""),
        ("    access_keys:\n      - { id: a, secret: hush, secret: hush }\n", 4, "secret"),
        ("    access_keys:\n      - { id: a, secret: hush, disabled: hush }\n", 4, "disabled"),
        ("    access_keys:\n      - { secret: hush }\n", 4, "id"),
        ("    access_keys:\n      - { id: a }\n", 4, "secret"),
        ("    access_keys:\n      - { id: a, secret: \"\" }\n", 4, "secret"),
        ("    access_keys:\n      - { id: \"\", secret: hush }\n", 4, "id"),
        ("    access_keys:\n      - { id: a, public_key: hush }\n", 4, "public_key"),
        ("    access_keys:\n      - { id: a, secret: hush, public_key: hush }\n", 4, "public_key"),
        (
            "    access_keys:\n      - { id: a, secret: hush }\n      - { id: a, secret: hush }\n",
            5,
            "\"a\"",
        ),
        // A token's.
        ("    sts_tokens:\n      - { id: a, secret: hush, token: hush }\n", 4, "expires"),
        (
            "    sts_tokens:\n      - { id: a, secret: hush, expires: 2030-01-01T00:00:00Z }\n",
            4,
            "token",
        ),
        (
            "    sts_tokens:\n      - { id: a, secret: hush, token: hush, expires: hush }\n",
            4,
            "expires",
        ),
        (
            "    sts_tokens:\n      - { id: a, token: hush, expires: 2030-01-01T00:00:00Z }\n",
            4,
            "secret",
        ),
    ] {
        let text =
            if text.starts_with("    ") { format!("{account}{text}") } else { text.to_owned() };
        std::fs::write(&path, &text).unwrap();
        let shown = path.to_str().unwrap();
        let mut flaws = flaws(&mut given(&["--accounts", shown]), &["--accounts", shown]);
        if let Ok(stderr) = refusal(&mut given(&["--accounts", shown])) {
            let rest = stderr.replace(shown, "").replace("--accounts", "");
            if !rest.contains(&format!("line {line}")) && !rest.contains(&format!(":{line}")) {
                flaws.push(format!("line {line} is not in: {stderr}"));
            }
            if !rest.contains(said) {
                flaws.push(format!("the field {said:?} is not in: {stderr}"));
            }
        }
        wrong.extend(flaws.iter().map(|flaw| format!("{text}{flaw}\n")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
