//! All environment variables: what an empty one means, and the error for one that an env file has
//! spoilt. Tested with the built binary.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use clap::CommandFactory;
use kmsim::commands::Cli;
use kmsim::commands::environment::FURTHER_VARIABLES;

use crate::commands::{Ended, ended, kmsim};
use crate::kit::{self, Client, Process, control, send};
use crate::program::refused;

/// A way to run each command that takes variables, without any of them and without a server.
const COMMANDS: [(&str, &[&str]); 12] = [
    ("", &[]),
    ("serve", &["serve"]),
    ("healthcheck", &["healthcheck", "--timeout", "5s"]),
    ("wait", &["wait", "--timeout", "100ms"]),
    ("call", &["call", "ListKeys"]),
    ("inspect", &["inspect", "blob"]),
    ("env", &["env", "python"]),
    ("ca", &["ca"]),
    ("seed", &["seed", "schema"]),
    ("check", &["seed", "check", "fixtures/seeds/known.yaml"]),
    ("export", &["export", "--output", "/dev/null"]),
    ("import", &["import", "/dev/null"]),
];

/// Every command with the variables that it takes.
fn variables() -> Vec<(String, BTreeSet<String>)> {
    fn collect(
        command: &clap::Command,
        found: &mut Vec<(String, BTreeSet<String>)>,
        is_root: bool,
    ) {
        let own =
            command.get_arguments().filter_map(|it| it.get_env()?.to_str().map(str::to_owned));
        let name = if is_root { "" } else { command.get_name() };
        found.push((name.to_owned(), own.collect()));
        command.get_subcommands().for_each(|it| collect(it, found, false));
    }
    let mut found = Vec::new();
    collect(&Cli::command(), &mut found, true);
    found.retain(|(_, variables)| !variables.is_empty());
    for (name, variables) in &mut found {
        if ["", "serve"].contains(&name.as_str()) {
            variables.extend(FURTHER_VARIABLES.map(str::to_owned));
        } else if ["call", "env"].contains(&name.as_str()) {
            variables.insert("KMSIM_ACCESS_KEYS".to_owned());
        }
    }
    assert!(found.len() >= 10, "{found:?}");
    found
}

/// A command of the table, in its own folder.
fn tried(name: &str, folder: &std::path::Path) -> Command {
    let row = COMMANDS.iter().find(|(it, _)| *it == name);
    let (_, arguments) = row.unwrap_or_else(|| panic!("{name} takes variables and has no row"));
    let seeds = kit::root().join("fixtures/seeds/known.yaml").display().to_string();
    let own =
        arguments.iter().map(|it| if it.ends_with("known.yaml") { seeds.as_str() } else { it });
    let mut command = kmsim(&own.collect::<Vec<_>>());
    // No command may find another test's server.
    command.current_dir(folder).env("XDG_RUNTIME_DIR", folder);
    command
}

fn is_server(name: &str) -> bool {
    ["", "serve"].contains(&name)
}

/// A command that serves, on a free port.
fn serving(name: &str, folder: &std::path::Path) -> Command {
    let mut command = unlistening(name, folder);
    command.args(["--listen", "127.0.0.1:0"]);
    command
}

/// The same without that option, which would override its variable.
fn unlistening(name: &str, folder: &std::path::Path) -> Command {
    let mut command = tried(name, folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn an_empty_variable_is_not_set() {
    for (name, variables) in variables() {
        let folder = tempfile::tempdir().unwrap();
        if is_server(&name) {
            let mut command = serving(&name, folder.path());
            let server = Process::spawn(command.envs(variables.iter().map(|it| (it, ""))));
            assert!(folder.path().join("kmsim.db").exists(), "{name}: the usual data file");
            server.client().call("ListKeys", &[]).ok();
            Client::new(
                server.address,
                "testid",
                "wrong",
                &kmsim::world::Clock::default().host().to_string(),
            )
            .call("ListKeys", &[])
            .refused(400, "IncompleteSignature");
            assert_eq!(
                control(server.address, "GET", "requests", &serde_json::Value::Null).status,
                200
            );
            // One at a time, so that no error hides another.
            for variable in variables {
                drop(server_with(&name, &variable, ""));
            }
            continue;
        }
        let outcome = |it: Ended| (it.code, it.err);
        let unset = outcome(ended(&mut tried(&name, folder.path())));
        let empty = ended(tried(&name, folder.path()).envs(variables.iter().map(|it| (it, ""))));
        assert_eq!(outcome(empty), unset, "{name}");
    }
}

/// A server with this variable.
fn server_with(name: &str, variable: &str, value: &str) -> Process {
    let folder = tempfile::tempdir().unwrap();
    Process::spawn(serving(name, folder.path()).env(variable, value))
}

#[test]
fn what_an_env_file_leaves_around_a_value_is_told_by_the_variables_name() {
    let mut seen = BTreeSet::new();
    for (name, variables) in variables() {
        for variable in variables {
            for value in ["\"hush:hush\"", "'hush:hush'", "hush:hush\r", "\"hush:hush\"\r", "\r"] {
                let folder = tempfile::tempdir().unwrap();
                let line = if is_server(&name) {
                    refused(unlistening(&name, folder.path()).env(&variable, value))
                } else {
                    let it = ended(tried(&name, folder.path()).env(&variable, value));
                    format!("kmsim: {}", it.mistaken())
                };
                assert!(
                    line.starts_with(&format!("kmsim: {variable}: the value ")),
                    "{name}: {line}"
                );
                assert!(!line.contains("hush"), "{line}");
                assert_eq!(
                    std::fs::read_dir(folder.path()).unwrap().count(),
                    0,
                    "{name} {variable}"
                );
            }
            seen.insert(variable);
        }
    }
    assert!(seen.len() >= 20 && seen.contains("SSL_CERT_FILE"), "{seen:?}");
}

#[test]
fn white_space_around_a_value_is_told_and_around_an_item_is_none() {
    for (variable, value) in [
        ("KMSIM_AUTH", "off "),
        ("KMSIM_DATA", " :memory:"),
        ("KMSIM_CONTROL_TOKEN", "hush\n"),
        ("KMSIM_DATA", "x\t"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let line = refused(serving("", folder.path()).env(variable, value));
        assert!(
            line.starts_with(&format!("kmsim: {variable}: the value ")) && !line.contains("hush"),
            "{line}"
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{variable}");
    }
    let keys = "\n  one:s:1 ,\n  two:s:2,\n";
    let server = server_with("", "KMSIM_ACCESS_KEYS", keys);
    let time = kmsim::world::Clock::default().host().to_string();
    Client::new(server.address, "two", "s", &time).call("ListKeys", &[]).ok();
    let folder = tempfile::tempdir().unwrap();
    Process::spawn(unlistening("", folder.path()).env("KMSIM_LISTEN", " , 127.0.0.1:0 ,"));
}

#[test]
fn a_data_files_name_has_no_white_space_at_its_ends() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x.db ", " x.db", "x.db\r", "./ x.db", "x.db\n", " ", " :memory: "] {
        for command in [&["--listen", "127.0.0.1:0"][..], &["ca"]] {
            let it = ended(kmsim(command).current_dir(folder.path()).args(["--data", name]));
            let line = it.mistaken();
            assert!(line.starts_with("--data: ") && line.contains("white space"), "{line}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // A word without a file of that name.
    let runtime = tempfile::tempdir().unwrap();
    let mut command = serving("", folder.path());
    let memory = command.env("KMSIM_DATA", ":MEMORY:").env("XDG_RUNTIME_DIR", runtime.path());
    let memory = Process::spawn(memory);
    memory.client().create_key(&[]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn booleans_are_written_in_many_ways() {
    let status =
        |server: &Process| send(server.address, "GET /_kmsim/requests HTTP/1.1\r\n", b"").status;
    for (values, expected) in [
        (["1", "true", "TRUE", "yes", "Yes", "on", "y", "t"], 404),
        (["0", "false", "FALSE", "no", "No", "off", "n", ""], 200),
    ] {
        for value in values {
            assert_eq!(status(&server_with("", "KMSIM_NO_CONTROL", value)), expected, "{value}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for bad in ["2", "maybe", "-1"] {
        let line = refused(serving("", folder.path()).env("KMSIM_NO_CONTROL", bad));
        assert!(line.starts_with("kmsim: KMSIM_NO_CONTROL: expected 1, true"), "{line}");
    }
    // A disabled setting contradicts nothing.
    let mut both = serving("", folder.path());
    assert_eq!(
        status(&Process::spawn(both.env("KMSIM_NO_CONTROL", "0").env("KMSIM_CONTROL_TOKEN", "t"))),
        401
    );
}

#[test]
fn words_are_read_in_any_case_and_others_are_told_by_the_variables_name() {
    for (value, shown) in [("OFF", "off"), ("Warn", "warn"), ("STRICT", "strict")] {
        let server = server_with("", "KMSIM_AUTH", value);
        let health = control(server.address, "GET", "health", &serde_json::Value::Null).ok();
        assert_eq!(health["auth"], shown);
    }
    server_with("", "KMSIM_LOG", "WARN");
    let folder = tempfile::tempdir().unwrap();
    for format in ["PEM", "Pkcs12"] {
        let it = kmsim(&["ca"])
            .current_dir(folder.path())
            .env("KMSIM_CA_FORMAT", format)
            .output()
            .unwrap();
        assert!(it.status.success(), "{format}: {it:?}");
    }
    for (variable, value) in
        [("KMSIM_AUTH", "lax"), ("KMSIM_JOURNAL", "many"), ("KMSIM_JOURNAL", "-1")]
    {
        let line = refused(serving("", folder.path()).env(variable, value));
        assert!(line.starts_with(&format!("kmsim: {variable}: invalid value '{value}'")), "{line}");
    }
}

/// An option overrides its variable, whatever that contains.
#[test]
fn an_option_hides_its_variable() {
    let folder = tempfile::tempdir().unwrap();
    for (option, variable, value) in [
        ("--auth", "KMSIM_AUTH", "off"),
        ("--data", "KMSIM_DATA", ":memory:"),
        ("--access-key", "KMSIM_ACCESS_KEYS", "testid:testsecret"),
        ("--journal", "KMSIM_JOURNAL", "5"),
    ] {
        for spoilt in ["\"hush\"", "hush\r"] {
            let mut command = serving("", folder.path());
            Process::spawn(command.env(variable, spoilt).args([option, value]))
                .client()
                .call("ListKeys", &[])
                .ok();
        }
    }
    let help = ended(kmsim(&["--help"]).env("KMSIM_AUTH", "\"off\"").env("KMSIM_NO_CONTROL", ""));
    assert!(help.done().contains("KMSIM_NO_CONTROL"), "help tells every variable");
}

#[test]
fn an_empty_certificate_file_is_none() {
    let it =
        ended(kmsim(&["healthcheck", "--url", "https://127.0.0.1:1"]).env("SSL_CERT_FILE", ""));
    assert_eq!(it.mistaken(), "--ca: required for an https:// address");
}
