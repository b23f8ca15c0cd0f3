//! Coverage: the table of actions against the documented actions, and against docs/support.md.

use std::collections::BTreeSet;

use kmsim::dialects::Cloud;

use super::wire::{Client, told};
use crate::docs::generated;
use crate::kit::{Server, root, table};

/// The lines of `not-yet.txt`: actions, and rows of errors.
pub fn not_yet() -> (Vec<String>, Vec<(String, String)>) {
    let text = std::fs::read_to_string(root().join("fixtures/kingsoft/not-yet.txt")).unwrap();
    let (mut actions, mut errors) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(' ') {
            None => actions.push(line.to_owned()),
            Some((code, message)) => errors.push((code.to_owned(), message.to_owned())),
        }
    }
    (actions, errors)
}

fn documented() -> Vec<String> {
    let mut actions: Vec<_> =
        table("kingsoft/actions.tsv").into_iter().map(|row| row[0].clone()).collect();
    actions.dedup();
    actions
}

#[test]
fn every_documented_action_is_served_or_listed_as_not_yet() {
    let server = Server::start();
    let actions: BTreeSet<String> = server
        .clouds()
        .named("kingsoft")
        .map(Cloud::action_names)
        .unwrap()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let waiting: BTreeSet<String> = not_yet().0.into_iter().collect();
    assert!(actions.is_disjoint(&waiting));
    assert_eq!(documented().len(), 8);
    assert_eq!(&actions | &waiting, documented().into_iter().collect());
    for action in waiting {
        assert_eq!(told(&Client::of(&server).call(&action, &[])).1, "NoSuchEntity");
    }
}

#[test]
fn the_documents_list_what_is_supported() {
    let server = Server::start();
    let actions = server.clouds().named("kingsoft").map(Cloud::action_names).unwrap();
    let (is, waits): (Vec<_>, Vec<_>) =
        documented().into_iter().partition(|it| actions.contains(&it.as_str()));
    let cell = |names: &[String]| match names {
        [] => "-".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    };
    let text = format!(
        "{} of the {} documented actions are served.\n\n| served | not yet |\n|---|---|\n| {} | {} |\n",
        is.len(),
        documented().len(),
        cell(&is),
        cell(&waits)
    );
    generated("docs/support.md", "support:kingsoft", &text);
}
