//! Coverage: the table of actions against the documented actions, and against the documents.

use kmsim::dialects::Cloud;

use crate::docs::generated;
use crate::kit::{Server, root, same_names, table};

/// The actions of the tag service.
pub const OF_TAGS: [&str; 2] = ["DescribeResourceTagsByResourceIds", "ModifyResourceTags"];

/// The lines of `not-yet.txt`: values of parameters, and codes.
pub fn not_yet() -> (Vec<String>, Vec<String>) {
    let text = std::fs::read_to_string(root().join("fixtures/tencent/not-yet.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned);
    let (codes, values): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("code "));
    (values, codes.iter().map(|line| line["code ".len()..].to_owned()).collect())
}

/// The actions of a source: the API document, or only the SDKs.
fn of(source: &str) -> Vec<String> {
    let rows = table("tencent/answers.tsv").into_iter();
    rows.filter(|row| row[1] == "-" && row[3] == source).map(|row| row[0].clone()).collect()
}

#[test]
fn every_action_is_served() {
    let server = Server::start();
    let found = server.clouds().named("tencent").map(Cloud::action_names).unwrap();
    let (documented, newer) = (of("document"), of("sdk"));
    assert_eq!((documented.len(), newer.len()), (53, 16));
    let known = documented.iter().chain(&newer).map(String::as_str).chain(OF_TAGS);
    same_names(found, known, "fixtures/tencent/answers.tsv");
    for row in table("tencent/actions.tsv") {
        assert!(documented.contains(&row[0]) || newer.contains(&row[0]), "{}", row[0]);
    }
}

#[test]
fn the_documents_list_what_is_supported() {
    let list = |names: Vec<String>| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let text = format!(
        "All 53 documented actions are served, and the 16 that only the official SDKs have.\n\n\
         | of | actions |\n|---|---|\n| the document | {} |\n| the SDKs | {} |\n\
         | the tag service | {} |\n",
        list(of("document")),
        list(of("sdk")),
        list(OF_TAGS.map(str::to_owned).to_vec()),
    );
    generated("docs/support.md", "support:tencent", &text);
}
