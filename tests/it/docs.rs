//! The documents: generated parts are up to date, and links work. `tests/run` tests their code
//! blocks.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use kmsim::dialects::BODY_LIMIT;

use crate::alibaba::coverage::not_yet;
use crate::kit::root;

/// The part of docs/limits.md about what is not served yet.
fn waiting() -> String {
    let waiting = not_yet();
    let names: Vec<_> = waiting.actions.iter().map(|name| format!("`{name}`")).collect();
    let actions = match names.len() {
        0 => String::new(),
        _ => format!("- {}\n", names.join(", ")),
    };
    // The other clouds' actions are all served. Values, and errors without a cause, are missing.
    let other = std::fs::read_to_string(root().join("fixtures/kingsoft/not-yet.txt")).unwrap();
    let errors =
        other.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '));
    let errors = errors.map(|(code, message)| format!("- `{code}` with the message `{message}`\n"));
    let values = waiting
        .values
        .iter()
        .map(|(action, name, value)| format!("- `{action}` with `{name}={value}`\n"));
    let [values, errors] = [values.collect::<String>(), errors.collect()];
    let (members, codes) = crate::tencent::coverage::not_yet();
    let quoted = |lines: &[String]| {
        lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", ")
    };
    let members: Vec<_> = members.iter().filter_map(|it| it.split_once(' ')).collect();
    let members: Vec<_> = members.iter().map(|(action, _)| (*action).to_owned()).collect();
    let tencent = format!(
        "- `MemberAccount` or `MemberAccounts` of {}\n- the errors {}\n",
        quoted(&members),
        quoted(&codes)
    );
    let (parts, codes) = crate::huawei::coverage::not_yet();
    let parts = parts.iter().filter_map(|line| line.split_once(' '));
    let parts: Vec<_> =
        parts.map(|(action, value)| format!("- `{action}` with `{value}`\n")).collect();
    let parts = parts.concat();
    let huawei = format!("{parts}- the errors {}\n", quoted(&codes));
    format!(
        "\nAlibaba Cloud:\n\n{actions}{values}\nKingsoft Cloud:\n\n{errors}\n\
         Tencent Cloud:\n\n{tencent}\nHuawei Cloud:\n\n{huawei}\n"
    )
}

/// Checks a generated part of a document, between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
/// Run the tests with `KMSIM_BLESS=1` to update it.
pub fn generated(document: &str, name: &str, expected: &str) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock();
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let path = root().join(document);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{document}: {e}"));
    let (before, rest) =
        text.split_once(&begin).unwrap_or_else(|| panic!("{document} has no {begin}"));
    let (found, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{document} has no {end}"));
    if std::env::var_os("KMSIM_BLESS").is_some_and(|it| it == "1") {
        std::fs::write(&path, [before, &begin, expected, &end, after].concat()).unwrap();
    } else {
        assert_eq!(found, expected, "{document} is behind: run the tests once with KMSIM_BLESS=1");
    }
}

#[test]
fn limits_list_what_is_not_served_yet() {
    generated("docs/limits.md", "not-yet", &waiting());
}

#[test]
fn limits_list_the_numbers() {
    let text = std::fs::read_to_string(root().join("docs/limits.md")).unwrap();
    // hostile.rs tests the limit of 64 KiB for request lines.
    for said in [
        format!("A body is at most {} MiB", BODY_LIMIT >> 20),
        "64 KiB".to_owned(),
        "414".to_owned(),
    ] {
        assert!(text.contains(&said), "{said}");
    }
}

/// The repository's documents.
fn documents() -> Vec<PathBuf> {
    let named =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "tests/sdk/README.md"]
            .map(|it| root().join(it));
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let docs = docs.filter(|path| path.extension().is_some_and(|it| it == "md"));
    named.into_iter().chain(docs).collect()
}

/// The targets of a document's links: `[text](target)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// The anchors of a document's headings.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            title.chars().filter(|it| it.is_alphanumeric() || *it == '-').collect()
        })
        .collect()
}

#[test]
fn links_are_not_broken() {
    let mut seen = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for link in links(&text).filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                document.clone()
            } else {
                document.parent().unwrap().join(path)
            };
            assert!(target.exists(), "{}: {link}", document.display());
            if !anchor.is_empty() {
                let headings = anchors(&std::fs::read_to_string(&target).unwrap());
                assert!(headings.iter().any(|it| it == anchor), "{}: {link}", document.display());
            }
            seen += 1;
        }
    }
    assert!(seen >= 15, "the links are found: {seen}");
}

/// README.md leads to every other document.
#[test]
fn every_document_is_reached_from_the_readme() {
    let mut reached: Vec<PathBuf> = vec![root().join("README.md")];
    let mut next = 0;
    while let Some(document) = reached.get(next).cloned() {
        next += 1;
        let text = std::fs::read_to_string(&document).unwrap();
        for link in links(&text).filter(|link| {
            link.split('#')
                .next()
                .is_some_and(|it| Path::new(it).extension().is_some_and(|it| it == "md"))
        }) {
            let target = document.parent().unwrap().join(link.split('#').next().unwrap());
            let target =
                target.canonicalize().unwrap_or_else(|_| panic!("{}: {link}", document.display()));
            if !reached.contains(&target) {
                reached.push(target);
            }
        }
    }
    let is_reached = |path: &Path| reached.contains(&path.canonicalize().unwrap());
    for document in documents().iter().filter(|path| path.starts_with(root().join("docs"))) {
        assert!(is_reached(document), "README.md leads nobody to {}", document.display());
    }
}
