//! Coverage: the table of actions against the documented and the newer actions, and against
//! docs/support.md.

use std::collections::{BTreeMap, BTreeSet};

use crate::kit::action_names;

use crate::alibaba::parameters::{request, served};
use crate::docs::generated;
use crate::kit::{Server, root, same_names, table};

/// The contents of `not-yet.txt`.
pub struct NotYet {
    /// Whole actions.
    pub actions: Vec<String>,
    /// Values of parameters of served actions: action, parameter, value.
    pub values: Vec<(String, String, String)>,
}

pub fn not_yet() -> NotYet {
    let text = std::fs::read_to_string(root().join("fixtures/alibaba/not-yet.txt")).unwrap();
    let mut found = NotYet { actions: Vec::new(), values: Vec::new() };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(' ') {
            None => found.actions.push(line.into()),
            Some((action, value)) => {
                let (name, value) = value.split_once('=').unwrap();
                found.values.push((action.into(), name.into(), value.into()));
            }
        }
    }
    found
}

/// The documented actions, in the document's order, then the newer ones.
fn actions() -> (Vec<String>, Vec<String>) {
    let names = |path: &str| {
        let mut names: Vec<String> = table(path).into_iter().map(|row| row[0].clone()).collect();
        names.dedup();
        names
    };
    (names("alibaba/actions.tsv"), names("alibaba/newer.tsv"))
}

/// How much the tables have, for their README.md: so no line is lost unnoticed.
fn totals() -> String {
    let (documented, newer) = actions();
    let all = served();
    let required = all.iter().filter(|it| it.required).count();
    let bad = all.iter().filter(|it| it.bad.is_some()).count();
    let lines = |name: &str| {
        let path = format!("alibaba/{name}.tsv");
        format!("- `{name}.tsv`: {} lines\n", table(&path).len())
    };
    let tables = [
        "actions",
        "newer",
        "lifecycle",
        "certificates",
        "errors",
        "field-types",
        "ram-decisions",
        "ram-resources",
    ];
    let tables = tables.map(lines);
    format!(
        "{}- {} documented actions and {} newer ones; the served ones have {required} required\n  \
         parameters and {bad} wrong values to send\n",
        tables.concat(),
        documented.len(),
        newer.len(),
    )
}

#[test]
fn the_readme_of_the_tables_has_their_totals() {
    generated("fixtures/alibaba/README.md", "totals", &totals());
}

/// The table of clouds in README.md.
#[test]
fn the_readme_counts_the_actions() {
    let (documented, newer) = actions();
    let served = action_names();
    let count = |names: &[String]| names.iter().filter(|it| served.contains(&&***it)).count();
    let said = format!(
        "| Alibaba Cloud KMS | RPC, 2016-01-20 | {} of {} documented, and {} newer ones",
        count(&documented),
        documented.len(),
        count(&newer)
    );
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&said), "README.md has no line `{said}`");
}

#[test]
fn every_known_action_is_served_or_listed_as_not_yet() {
    let (documented, newer) = actions();
    let waiting = not_yet().actions;
    assert!(waiting.is_sorted(), "not-yet.txt is sorted");
    let count = |names: &[String]| names.iter().collect::<BTreeSet<_>>().len();
    let every = [documented, newer].concat();
    assert_eq!(count(&every), every.len(), "no action stands twice");
    assert_eq!(count(&waiting), waiting.len(), "no action waits twice");

    let served: BTreeSet<String> = action_names().into_iter().map(str::to_owned).collect();
    let waiting: BTreeSet<String> = waiting.into_iter().collect();
    let both: Vec<_> = served.intersection(&waiting).collect();
    assert!(both.is_empty(), "served, and in not-yet.txt: {both:?}");
    same_names(
        served.union(&waiting).map(String::as_str),
        every.iter().map(String::as_str),
        "served or in not-yet.txt, against actions.tsv and newer.tsv in fixtures/alibaba",
    );
}

#[test]
fn an_action_that_is_not_served_is_not_found() {
    let server = Server::start();
    let client = server.client();
    for action in not_yet().actions {
        client.call(&action, &[]).refused(404, "InvalidAction.NotFound");
    }
}

#[test]
fn a_value_that_is_not_served_is_an_unsupported_operation() {
    let server = Server::start();
    let client = server.client();
    let all = served();
    let values = not_yet().values;
    assert!(!values.is_empty());
    for (action, name, value) in &values {
        assert!(
            all.iter().any(|it| (&it.action, &it.name) == (action, name)),
            "{action} has no {name}"
        );
        client
            .call(action, &request(&all, action, name, value))
            .refused(400, "UnsupportedOperation");
    }
    // Other values of the same parameters are served.
    for spec in ["Aliyun_AES_256", "Aliyun_AES_192", "Aliyun_AES_128", "Aliyun_SM4"] {
        client.create_key(&[("KeySpec", spec), ("EnableAutomaticRotation", "false")]);
    }
}

const GROUPS: [&str; 8] =
    ["Keys", "Cryptography", "Aliases", "Secrets", "Certificates", "Tags", "Service", "Newer"];

/// The group that a documented action belongs to.
fn group(action: &str) -> &'static str {
    const SERVICE: [&str; 3] = ["DescribeRegions", "OpenKmsService", "DescribeAccountKmsStatus"];
    const CRYPTOGRAPHY: [&str; 3] = ["ReEncrypt", "Encrypt", "Decrypt"];
    let has = |word: &str| action.contains(word);
    match () {
        () if SERVICE.contains(&action) => "Service",
        () if has("Certificate") => "Certificates",
        () if has("Secret") || has("Password") => "Secrets",
        () if has("Alias") => "Aliases",
        () if has("Tag") || has("Untag") => "Tags",
        () if CRYPTOGRAPHY.contains(&action)
            || has("Asymmetric")
            || has("DataKey")
            || has("PublicKey") =>
        {
            "Cryptography"
        }
        () => "Keys",
    }
}

/// docs/support.md's table of what is supported.
fn support() -> String {
    let (documented, newer) = actions();
    let served = action_names();
    let is_served = |action: &str| served.contains(&action);
    let count = |names: &[String]| names.iter().filter(|name| is_served(name)).count();
    let cell = |names: &[&str]| match names {
        [] => "-".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    };
    let summary = format!(
        "{} of the {} documented actions are served, and {} of the {} that only newer clients know.\n",
        count(&documented),
        documented.len(),
        count(&newer),
        newer.len()
    );
    let rows = GROUPS.map(|name| {
        let members = if name == "Newer" { &newer } else { &documented };
        let members =
            members.iter().map(String::as_str).filter(|it| name == "Newer" || group(it) == name);
        let (served, waiting): (Vec<_>, Vec<_>) = members.partition(|action| is_served(action));
        format!("| {name} | {} | {} |\n", cell(&served), cell(&waiting))
    });
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for (action, name, value) in not_yet().values {
        values.entry((action, name)).or_default().push(format!("`{value}`"));
    }
    let values: Vec<_> = values
        .iter()
        .map(|((action, name), values)| {
            format!("- `{action}` with `{name}` {}\n", values.join(", "))
        })
        .collect();
    let table = format!("\n| group | served | not yet |\n|---|---|---|\n{}", rows.concat());
    let rest = if values.is_empty() { "" } else { "\nValues that are not served yet:\n\n" };
    [&summary, &table, rest, &values.concat()].concat()
}

#[test]
fn the_documents_list_what_is_supported() {
    generated("docs/support.md", "support:alibaba", &support());
}

#[test]
fn every_action_has_a_group_in_the_table() {
    let text = support();
    let (documented, newer) = actions();
    for action in documented.iter().chain(&newer) {
        let table = text.split("\nValues that").next().unwrap();
        assert_eq!(table.matches(&format!("`{action}`")).count(), 1, "{action}");
    }
    assert_eq!(text.lines().filter(|line| line.starts_with("| ")).count(), 1 + GROUPS.len());
}
