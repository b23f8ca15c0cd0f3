//! docs/control.md against the server: it lists every endpoint, and its examples run unchanged.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::kit::{Process, control, root};

fn document() -> String {
    std::fs::read_to_string(root().join("docs/control.md")).unwrap()
}

#[test]
fn exactly_the_existing_endpoints_are_documented() {
    let server = Process::start(&["--data", ":memory:"]);
    let told = control(server.address, "GET", "openapi.json", &Value::Null).ok();
    assert_eq!(told["openapi"], "3.1.0");
    let mut endpoints = BTreeSet::new();
    for (path, methods) in told["paths"].as_object().unwrap() {
        endpoints.extend(
            methods.as_object().unwrap().keys().map(|it| format!("{} {path}", it.to_uppercase())),
        );
    }
    let text = document();
    let lines = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let documented: BTreeSet<_> = lines.map(|(endpoint, _)| endpoint.to_owned()).collect();
    let documented: BTreeSet<_> =
        documented.into_iter().filter(|it| it.contains(" /_kmsim/")).collect();
    assert_eq!(documented, endpoints);
}

#[test]
fn the_documented_examples_run() {
    let server = Process::start(&["--data", ":memory:", "--auth", "off"]);
    let text = document();
    let examples: Vec<_> =
        text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() > 5, "{}", examples.len());
    let mut script = String::from(
        "set -eu\ncurl() { command curl --silent --show-error --fail-with-body \"$@\"; }\n",
    );
    for example in &examples {
        script += example;
    }
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(&script).env("KMSIM", format!("http://{}", server.address));
    let output = shell.stdin(Stdio::null()).output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
    // The examples print what they are meant to show.
    for shown in [
        "\"hits\":1",
        "\"ok\":true",
        "\"would_decrypt\":true",
        "kmsim_requests_total{",
        "\"unread\":",
    ] {
        assert!(said(&output.stdout).contains(shown), "{shown}: {}", said(&output.stdout));
    }
}
