//! What the project says in more than one place is the same everywhere.

use crate::kit::root;

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// The quoted value of the first line that begins with `name = `.
fn value(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

/// The MSRV is the pinned toolchain, so that every build checks it, and the image is built with it.
#[test]
fn the_rust_version_is_the_same_everywhere() {
    let pinned = value(&text("rust-toolchain.toml"), "channel");
    let msrv = value(&text("Cargo.toml"), "rust-version");
    assert_eq!(pinned, format!("{msrv}.0"));
    assert!(text("Dockerfile").contains(&format!("FROM rust:{pinned}-")), "{pinned}");
}

#[test]
fn the_book_has_every_document() {
    let contents = text("docs/SUMMARY.md");
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.extension().is_some_and(|it| it == "md") && name != "SUMMARY.md" {
            assert!(contents.contains(&format!("]({name})")), "{name}");
        }
    }
}
