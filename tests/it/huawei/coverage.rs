//! Coverage: the table of actions against the actions of the document and of the SDKs, and against
//! the documents.

use kmsim::dialects::Cloud;

use crate::docs::generated;
use crate::kit::{Server, root, same_names, table};

/// The actions of the identity service.
pub const OF_IDENTITY: [&str; 6] = [
    "CreateTemporaryAccessKey",
    "CreateToken",
    "ListAuthDomains",
    "ListAuthProjects",
    "ListCatalog",
    "ListProjects",
];

/// The lines of `not-yet.txt`: parts of actions with the reason, and codes.
pub fn not_yet() -> (Vec<String>, Vec<String>) {
    let text = std::fs::read_to_string(root().join("fixtures/huawei/not-yet.txt")).unwrap();
    let lines =
        text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned);
    let (codes, parts): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("code "));
    (parts, codes.iter().map(|line| line["code ".len()..].to_owned()).collect())
}

/// The actions of a source, each with the last word of its path where the API document knows the
/// action by another word than its name.
fn with_paths(source: &str) -> String {
    let rows = table("huawei/routes.tsv").into_iter().filter(|row| row[5] == source);
    let texts = rows.map(|row| {
        let word = row[2].rsplit('/').next().unwrap();
        let same = |word: &str, name: &str| word.replace('-', "").eq_ignore_ascii_case(name);
        let is_verb = row[1] == "POST" && row[2].split('/').count() == 5;
        if is_verb && !same(word, &row[0]) {
            format!("`{}` ({word})", row[0])
        } else {
            format!("`{}`", row[0])
        }
    });
    texts.collect::<Vec<_>>().join(", ")
}

/// The actions of a source: the API document, or only the SDKs.
fn of(source: &str) -> Vec<String> {
    let rows = table("huawei/routes.tsv").into_iter();
    rows.filter(|row| row[5] == source).map(|row| row[0].clone()).collect()
}

#[test]
fn every_action_is_served_at_its_path() {
    let server = Server::start();
    let found = server.clouds().named("huawei").map(Cloud::action_names).unwrap();
    let (documented, newer) = (of("document"), of("sdk"));
    assert_eq!((documented.len(), newer.len()), (27, 48));
    let known = documented.iter().chain(&newer).map(String::as_str).chain(OF_IDENTITY);
    same_names(found, known, "fixtures/huawei/routes.tsv");
    for row in table("huawei/actions.tsv") {
        assert!(documented.contains(&row[0]) || newer.contains(&row[0]), "{}", row[0]);
    }
    // Unsigned requests are refused, but a path that does not exist is reported first.
    for row in table("huawei/routes.tsv") {
        let path = row[2].replace(['{', '}'], "");
        let head = format!("{} {path} HTTP/1.1\r\nX-Sdk-Date: x\r\n", row[1]);
        let answer = crate::kit::send(server.address, &head, b"");
        let is_open = row[2] == "/" || row[2] == "/{version_id}";
        assert!(is_open || answer.text.contains("KMS.0301"), "{} {}", row[0], answer.text);
    }
}

#[test]
fn the_documents_list_what_is_supported() {
    let of_identity = OF_IDENTITY.map(|name| format!("`{name}`")).join(", ");
    let text = format!(
        "All 27 documented actions are served, and the 48 that only the official SDKs have. The \
         names are\nthose of the SDKs, with the word in the path where that is another one.\n\n\
         | of | actions |\n|---|---|\n| the document | {} |\n| the SDKs | {} |\n\
         | the identity service | {} |\n",
        with_paths("document"),
        with_paths("sdk"),
        of_identity,
    );
    generated("docs/support.md", "support:huawei", &text);
}
