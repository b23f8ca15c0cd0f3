//! The shape of the sources: no circle of imports, rooms above rooms, short files and lines,
//! nothing twice.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::imports::{Crate, Imports, circles};
use super::{Source, nowhere, rust, sources};

/// Each room, and those below it from which it may import. A file at the root is a room too.
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
    ("app", &["dialects", "engine", "seed", "settings", "tls", "watch", "world"]),
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
            "app", "control", "dialects", "engine", "seed", "settings", "store", "tls", "watch",
            "world",
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

/// Imports from a room that is not below, each with its reason. There are none.
const EXCEPTIONS: [(&str, &str); 0] = [];

/// Rooms in which so many files import in circles. The numbers only shrink.
const CIRCLES: [(&str, usize); 2] = [("algorithms", 5), ("tls", 6)];

/// Rooms in which so many passages stand twice. The numbers only shrink.
const TWICE: [(&str, usize); 0] = [];

/// The most lines of a file in src/ that are neither blank nor comments.
const LONGEST: usize = 450;

/// So many equal lines of code in a row stand once.
const ROW: usize = 12;

/// Who imports from whom in a crate with this root.
fn imports(root: &str) -> Imports {
    let folder = root.rsplit_once('/').unwrap().0;
    let files = sources(folder, &[".rs"]);
    let texts = files.iter().map(|source| (source.path.as_str(), source.text.as_str()));
    Crate::of(root, texts.filter(|(path, _)| *path != "src/main.rs")).imports()
}

/// The library with the binary's one file.
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
        for (room, most) in CIRCLES {
            let of_room = found.iter().filter(|circle| in_room(circle, room));
            let count: usize = of_room.map(Vec::len).sum();
            assert!(count <= most, "{count} files of {room}/ are in circles, and {most} were");
        }
        let other = found.iter().filter(|it| !CIRCLES.iter().any(|(room, _)| in_room(it, room)));
        let told: Vec<_> = other.map(|circle| told(circle, &imports)).collect();
        nowhere("a circle of imports", &told);
    }
}

fn in_room(circle: &[String], name: &str) -> bool {
    circle.iter().all(|file| file.starts_with("src/") && room(file) == name)
}

/// A circle, with what each of its files imports of it.
fn told(circle: &[String], imports: &Imports) -> String {
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
    assert!(EXCEPTIONS.len() < 5);
    let mut found = Vec::new();
    for (from, all) in program() {
        let below = ROOMS.iter().find(|(name, _)| *name == room(&from)).map(|(_, below)| *below);
        for to in all {
            let may = below.is_none_or(|below| below.contains(&room(&to)));
            let is_excepted = EXCEPTIONS.contains(&(from.as_str(), to.as_str()));
            if room(&to) != room(&from) && !may && !is_excepted {
                found.push(format!("{from} -> {to}"));
            }
        }
    }
    nowhere("a room imports from one that is not below it", &found);
}

/// The lines of code of a file: neither blank nor comment, trimmed, with their numbers.
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

/// The places where `ROW` lines stand that stand elsewhere too.
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
            // A longer passage is one finding.
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
fn no_passage_stands_twice() {
    let found = repeated(&rust());
    for (room, most) in TWICE {
        let inside = |it: &&String| it.starts_with(&format!("src/{room}/"));
        let count = found.iter().filter(inside).count();
        assert!(count <= most, "in {room}/ {count} passages stand twice: {found:#?}");
    }
    let known =
        |it: &&String| TWICE.iter().any(|(room, _)| it.starts_with(&format!("src/{room}/")));
    let other: Vec<_> = found.iter().filter(|it| !known(it)).cloned().collect();
    nowhere("a passage stands twice", &other);
}

#[test]
fn a_passage_that_stands_twice_is_found_once() {
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

/// Folders that still have wider comment lines, and how many. The numbers only shrink.
const WIDE: [(&str, usize); 4] =
    [("src/dialects/", 79), ("src/seed/", 1), ("tests/it/alibaba/", 48), ("tests/it/kingsoft/", 6)];

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
    for (room, most) in WIDE {
        let count = found.iter().filter(|it| it.starts_with(room)).count();
        assert!(count <= most, "{count} comment lines of {room} are too wide, and {most} were");
        found.retain(|it| !it.starts_with(room));
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
