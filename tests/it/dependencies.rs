//! Every crate is in the tree once, or deny.toml says why not.

use std::collections::BTreeMap;
use std::process::Command;

use crate::kit::root;

/// The value of `name = "…"` in a line, if there is one.
fn quoted<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_once(&format!("{name} = \""))?.1.split('"').next()
}

#[test]
fn a_crate_stands_twice_only_with_a_reason() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    let mut name = "";
    for line in lock.lines() {
        name = quoted(line, "name").unwrap_or(name);
        if let Some(version) = quoted(line, "version") {
            versions.entry(name).or_default().push(version);
        }
    }
    let deny = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let excused: BTreeMap<&str, &str> = deny
        .lines()
        .filter(|line| quoted(line, "reason").is_some_and(|reason| !reason.is_empty()))
        .filter_map(|line| quoted(line, "crate")?.split_once('@'))
        .collect();
    let mut twice: Vec<_> =
        versions.into_iter().filter(|(_, versions)| versions.len() > 1).collect();
    for (name, versions) in &mut twice {
        let other = |version: &&str| {
            !excused.get(name).is_some_and(|old| version.starts_with(&format!("{old}.")))
        };
        assert_eq!(
            versions.iter().filter(|version| other(version)).count(),
            1,
            "{name} {versions:?}"
        );
    }
    let twice: Vec<_> = twice.into_iter().map(|(name, _)| name).collect();
    let excused: Vec<_> = excused.into_keys().collect();
    assert_eq!(excused, twice, "an excuse for a crate that stands once is a stale one");
}

#[test]
fn tls_has_one_provider_of_cryptography() {
    // The lock file also lists crates of disabled features, which are never built.
    let users = |name: &str| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["tree", "--locked", "--offline", "--edges", "normal,build", "--invert", name]);
        let output = cargo.current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(users("ring"), "");
    assert!(users("aws-lc-rs").contains("rustls "));
}
