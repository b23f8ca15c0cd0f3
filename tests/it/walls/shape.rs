//! The shape of the sources: no circular imports, rooms in layers, short files and lines, no
//! duplicated passages.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::imports::{Crate, Imports, circles};
use super::{Source, nowhere, rust, sources};

/// Each room, with the rooms below it from which it may import. A file at the root is a room too.
const ROOMS: [(&str, &[&str]); 17] = [
    ("world", &[]),
    ("algorithms", &[]),
    ("model", &["algorithms", "world"]),
    ("store", &["algorithms", "model", "world"]),
    ("tls", &["algorithms", "store", "world"]),
    ("engine", &["algorithms", "model", "store", "world"]),
    ("watch", &["algorithms", "model", "world"]),
    ("dialects", &["algorithms", "engine", "model", "watch", "world"]),
    ("seed", &["algorithms", "dialects", "engine", "model", "world"]),
    ("settings", &["algorithms", "dialects", "model", "seed", "tls", "world"]),
    ("app", &["dialects", "engine", "model", "seed", "settings", "tls", "watch", "world"]),
    (
        "control",
        &[
            "algorithms",
            "app",
            "dialects",
            "engine",
            "model",
            "seed",
            "settings",
            "tls",
            "watch",
            "world",
        ],
    ),
    (
        "server",
        &[
            "app", "control", "dialects", "engine", "model", "seed", "settings", "store", "tls",
            "watch", "world",
        ],
    ),
    ("client", &["dialects", "tls", "world"]),
    (
        "commands",
        &[
            "client", "dialects", "engine", "seed", "server", "settings", "store", "tls", "watch",
            "world",
        ],
    ),
    (
        "in_process",
        &[
            "app", "client", "control", "dialects", "engine", "model", "server", "settings",
            "watch", "world",
        ],
    ),
    ("main", &["commands"]),
];

/// The maximum of lines in a file of src/ that are neither blank nor comments.
const LONGEST: usize = 450;

/// This many equal lines of code in a row are a duplicated passage.
const ROW: usize = 12;

/// The imports between the files of the crate with this root.
fn imports(root: &str) -> Imports {
    let folder = root.rsplit_once('/').unwrap().0;
    let files = sources(folder, &[".rs"]);
    let texts = files.iter().map(|source| (source.path.as_str(), source.text.as_str()));
    Crate::of(root, texts.filter(|(path, _)| *path != "src/main.rs")).imports()
}

/// The imports of the library and of the binary's file.
fn program() -> Imports {
    let library = rust();
    let texts = library.iter().map(|source| (source.path.as_str(), source.text.as_str()));
    Crate::of("src/lib.rs", texts).imports()
}

fn room(path: &str) -> &str {
    path.trim_start_matches("src/").split(['/', '.']).next().unwrap()
}

#[test]
fn no_files_import_in_a_circle() {
    for root in ["src/lib.rs", "benches/load/main.rs", "benches/hot/main.rs"] {
        let imports = imports(root);
        assert!(imports.len() > 3, "{root} imports something");
        let found = circles(&imports);
        let found: Vec<_> = found.iter().map(|circle| described(circle, &imports)).collect();
        nowhere("a circle of imports", &found);
    }
}

/// Describes a circle, with the imports of each of its files.
fn described(circle: &[String], imports: &Imports) -> String {
    let arrows = circle.iter().map(|from| {
        let to: Vec<_> = imports[from].iter().filter(|to| circle.contains(to)).cloned().collect();
        format!("\n  {from} -> {}", to.join(", "))
    });
    format!("{} files{}", circle.len(), arrows.collect::<String>())
}

#[test]
fn every_room_imports_from_below() {
    let files = rust();
    for source in files.iter().filter(|source| source.path != "src/lib.rs") {
        let known = ROOMS.iter().any(|(name, _)| *name == room(&source.path));
        assert!(known, "{} is in no room", source.path);
    }
    for (name, below) in ROOMS {
        let at = ROOMS.iter().position(|(it, _)| *it == name).unwrap();
        let is_above = |other: &&&str| !ROOMS[..at].iter().any(|(it, _)| *it == **other);
        assert_eq!(below.iter().find(is_above), None, "{name} stands above them");
        assert!(files.iter().any(|source| room(&source.path) == name), "{name} is there");
    }
    let mut found = Vec::new();
    for (from, all) in program() {
        let below = ROOMS.iter().find(|(name, _)| *name == room(&from)).map(|(_, below)| *below);
        for to in all {
            let may = below.is_none_or(|below| below.contains(&room(&to)));
            if room(&to) != room(&from) && !may {
                found.push(format!("{from} -> {to}"));
            }
        }
    }
    nowhere("a room imports from one that is not below it", &found);
}

/// The numbered and trimmed lines of a file that are neither blank nor comments.
fn lines(source: &Source) -> Vec<(usize, &str)> {
    let all = source.text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    all.filter(|(_, line)| !line.is_empty() && !line.starts_with("//")).collect()
}

#[test]
fn no_file_is_long() {
    let all = rust();
    let long = all.iter().map(|source| (source, lines(source).len()));
    let long = long.filter(|(_, length)| *length > LONGEST);
    let long: Vec<_> = long.map(|(source, length)| format!("{}: {length}", source.path)).collect();
    nowhere("a file has too many lines of code", &long);
}

/// The places of `ROW` lines that also occur elsewhere.
fn repeated(all: &[Source]) -> Vec<String> {
    let mut seen: HashMap<u64, (&str, usize)> = HashMap::new();
    let mut found: Vec<String> = Vec::new();
    for source in all {
        let lines = lines(source);
        let mut last = 0;
        for (index, row) in lines.windows(ROW).enumerate() {
            let mut hasher = DefaultHasher::new();
            for (_, line) in row {
                line.hash(&mut hasher);
            }
            let first = *seen.entry(hasher.finish()).or_insert((&source.path, row[0].0));
            let is_here = first == (&source.path, row[0].0);
            // A longer passage is reported once.
            if !is_here && (last == 0 || index > last) {
                found.push(format!("{}:{} and {}:{}", first.0, first.1, source.path, row[0].0));
            }
            if !is_here {
                last = index + 1;
            }
        }
    }
    found
}

#[test]
fn no_passage_is_duplicated() {
    nowhere("a passage occurs twice", &repeated(&rust()));
}

#[test]
fn a_duplicated_passage_is_found_once() {
    let lines: Vec<_> = (0..ROW + 3).map(|it| format!("  line {it};\n\n// A comment\n")).collect();
    let other = "  another;\n".repeat(3);
    let text = |lines: &[String]| lines.concat();
    let of = |texts: &[String]| {
        let source =
            |(at, text): (usize, &String)| Source { path: format!("{at}.rs"), text: text.clone() };
        repeated(&texts.iter().enumerate().map(source).collect::<Vec<_>>())
    };
    assert_eq!(of(&[text(&lines), format!("{other}{}", text(&lines))]), ["0.rs:1 and 1.rs:4"]);
    assert!(of(&[text(&lines), text(&lines[..ROW - 1])]).is_empty());
    assert_eq!(of(&[format!("{0}{other}{0}", text(&lines))]).len(), 1);
}

/// The widest comment line, and the widest line of prose in a document.
const WIDEST: usize = 100;

/// Whether a document's line may be wide: a table, a heading, or a line that is one link.
fn may_be_wide(line: &str) -> bool {
    line.starts_with(['|', '#']) || !line.trim().trim_start_matches("- ").contains(' ')
}

#[test]
fn comments_and_prose_are_at_most_100_columns_wide() {
    let is_wide = |line: &str| line.chars().count() > WIDEST;
    let mut found = Vec::new();
    for source in ["src", "tests", "benches"].iter().flat_map(|room| sources(room, &[".rs"])) {
        let lines = source.text.lines().enumerate();
        let wide = lines.filter(|(_, line)| line.trim_start().starts_with("//") && is_wide(line));
        found.extend(wide.map(|(index, _)| format!("{}:{}", source.path, index + 1)));
    }
    for page in documents() {
        let (mut is_code, mut is_generated) = (false, false);
        for (index, line) in page.text.lines().enumerate() {
            is_code ^= line.trim_start().starts_with("```");
            is_generated ^= line.starts_with("<!--");
            if !is_code && !is_generated && is_wide(line) && !may_be_wide(line) {
                found.push(format!("{}:{}", page.path, index + 1));
            }
        }
    }
    nowhere("a line is too wide", &found);
}

/// The documents: those at the root, and those in docs/.
fn documents() -> Vec<Source> {
    let root = ["README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY", "CHANGELOG"];
    let root = root.map(|name| format!("{name}.md")).into_iter().map(|path| {
        let text = std::fs::read_to_string(crate::kit::root().join(&path)).unwrap();
        Source { path, text }
    });
    sources("docs", &[".md"]).into_iter().chain(root).collect()
}
