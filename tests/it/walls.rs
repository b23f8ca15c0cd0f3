//! Checks the sources against the invariants in ARCHITECTURE.md.

mod imports;
mod shape;
mod tokens;

use std::path::{Path, PathBuf};

use crate::kit::root;
use tokens::without_quotes;

/// A source file: its path from the repository's root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Its numbered lines, without comments and string literals.
    fn code(&self) -> Vec<(usize, String)> {
        let lines = self.text.lines().enumerate();
        lines.map(|(index, line)| (index + 1, without_quotes(line))).collect()
    }

    fn is_within(&self, rooms: &[&str]) -> bool {
        rooms.iter().any(|room| self.path.starts_with(room))
    }
}

/// Every file below a folder with one of these endings, without the files of tools.
fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let made = name.starts_with('.')
                || ["node_modules", "target", "__pycache__"].contains(&name.as_str());
            if path.is_dir() && !made {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(Source {
                    text: std::fs::read_to_string(&path).unwrap(),
                    path: relative(&path),
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

fn rust() -> Vec<Source> {
    let all = sources("src", &[".rs"]);
    assert!(all.len() > 30, "the sources were not found");
    all
}

/// Whether a line contains the whole word.
fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|it| it == word)
}

/// The places in these folders where a line of code matches.
fn places(rooms: &[&str], matches: impl Fn(&str) -> bool) -> Vec<String> {
    let all = rust();
    let inside = all.iter().filter(|source| source.is_within(rooms));
    let lines = inside.flat_map(|source| {
        source.code().into_iter().map(move |(number, line)| (source, number, line))
    });
    lines
        .filter(|(_, _, line)| matches(line))
        .map(|(source, number, line)| format!("{}:{number}: {}", source.path, line.trim()))
        .collect()
}

#[track_caller]
fn nowhere(what: &str, places: &[String]) {
    assert!(places.is_empty(), "{what}:\n{}", places.join("\n"));
}

const CLOUDS: [&str; 5] = ["alibaba", "aliyun", "tencent", "huawei", "kingsoft"];

#[test]
fn only_dialects_name_clouds_and_the_engine_knows_no_wire() {
    let neutral = [
        "src/engine/",
        "src/model/",
        "src/store/",
        "src/seed/",
        "src/algorithms/",
        "src/watch/",
        "src/control/",
        "src/tls/",
        "src/world/",
    ];
    for source in rust().iter().filter(|source| source.is_within(&neutral)) {
        let text = source.text.to_lowercase();
        let named: Vec<_> = CLOUDS.into_iter().filter(|cloud| text.contains(cloud)).collect();
        assert!(named.is_empty(), "{} names {named:?}", source.path);
    }
    let wire = ["axum", "http", "hyper", "serde", "serde_json", "sqlx"];
    let found = places(&["src/engine/"], |line| wire.iter().any(|word| has_word(line, word)));
    nowhere("the engine knows of the wire or the database", &found);
}

#[test]
fn tls_knows_no_http_and_no_cloud() {
    let wire = ["axum", "http", "hyper", "serde", "sqlx"];
    let found =
        places(&["src/tls/"], |line| wire.iter().chain(&CLOUDS).any(|word| has_word(line, word)));
    nowhere("tls/ knows more than certificates and streams", &found);
}

#[test]
fn clients_and_commands_name_no_cloud() {
    let named = |line: &str| CLOUDS.iter().any(|cloud| line.to_lowercase().contains(cloud));
    nowhere(
        "a cloud is named",
        &places(&["src/client/", "src/commands/", "src/in_process/"], named),
    );
    let rooms = [
        "src/app.rs",
        "src/client/",
        "src/commands/",
        "src/in_process/",
        "src/server/",
        "src/settings.rs",
        "src/dialects/",
    ];
    // The clouds' own folders, their list, the help of `--region`, and an example of `kmsim env`.
    let excepted = [
        "src/dialects/alibaba/",
        "src/dialects/huawei/",
        "src/dialects/kingsoft/",
        "src/dialects/tencent/",
        "src/dialects/clouds.rs",
        "src/dialects/mod.rs",
        "src/commands/serve/options.rs",
        "src/commands/env.rs",
    ];
    let found: Vec<_> = rust()
        .into_iter()
        .filter(|source| source.is_within(&rooms) && !source.is_within(&excepted))
        .filter(|source| named(&source.text))
        .map(|source| source.path)
        .collect();
    nowhere("a file names a cloud, in code, comments or text", &found);
}

/// The environment and the output belong to the program that uses the library.
#[test]
fn the_library_neither_prints_nor_reads_the_environment() {
    let outside = |line: &str| {
        ["std::env", "stdout", "stderr", "tracing"].iter().any(|word| line.contains(word))
    };
    nowhere(
        "the library prints, or reads the environment",
        &places(&["src/client/", "src/in_process/"], outside),
    );
}

/// One place, so that every variable follows the same rules.
#[test]
fn the_environment_is_read_in_one_place() {
    let mut found = places(&["src/"], |line| line.contains("env::var"));
    assert!(!found.is_empty());
    found.retain(|place| !place.starts_with("src/commands/environment.rs:"));
    nowhere("a variable is read elsewhere", &found);
}

#[test]
fn algorithms_take_bytes() {
    let others = ["tokio", "sqlx", "axum", "jiff", "serde", "uuid"];
    let found = places(&["src/algorithms/"], |line| others.iter().any(|word| has_word(line, word)));
    nowhere("algorithms/ uses more than bytes", &found);
}

#[test]
fn dialects_import_neither_the_store_nor_each_other() {
    let store = |line: &str| line.contains("crate::store") || has_word(line, "sqlx");
    nowhere("a dialect looks into the store", &places(&["src/dialects/"], store));
    for cloud in CLOUDS {
        let others =
            |line: &str| CLOUDS.iter().any(|other| *other != cloud && has_word(line, other));
        nowhere("a dialect knows another", &places(&[&format!("src/dialects/{cloud}/")], others));
    }
    let below =
        ["src/model/", "src/store/", "src/engine/", "src/algorithms/", "src/watch/", "src/world/"];
    nowhere(
        "a room below the dialects knows them",
        &places(&below, |line| has_word(line, "dialects")),
    );
}

#[test]
fn only_the_list_of_clouds_names_the_dialects() {
    let named = |line: &str| CLOUDS.iter().any(|cloud| has_word(line, cloud));
    let mut found = places(&["src/"], named);
    let own = |place: &str| {
        CLOUDS.iter().any(|cloud| place.starts_with(&format!("src/dialects/{cloud}/")))
    };
    // The list, and the module declarations.
    let listed = ["src/dialects/clouds.rs:", "src/dialects/mod.rs:"];
    found.retain(|place| !own(place) && !listed.iter().any(|file| place.starts_with(file)));
    nowhere("code that serves every cloud names one", &found);
}

#[test]
fn time_and_randomness_come_from_the_world_only() {
    let calls = [
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "getrandom",
        "thread_rng",
        "OsRng",
        "new_v4",
    ];
    let rooms = ["src/"];
    let mut found = places(&rooms, |line| calls.iter().any(|call| line.contains(call)));
    found.retain(|place| !place.starts_with("src/world/"));
    nowhere("the clock or randomness is read outside world/", &found);
}

#[test]
fn key_material_is_reached_in_two_places_and_in_the_store() {
    let mut found =
        places(&["src/"], |line| line.contains(".expose()") || line.contains(".private_key("));
    assert!(!found.is_empty());
    // One place for operations with a key, and one for exporting whole realms.
    let places_of_material = ["src/engine/admit.rs:", "src/engine/contents.rs:", "src/store/"];
    found.retain(|place| !places_of_material.iter().any(|file| place.starts_with(file)));
    nowhere("key material is exposed", &found);
    // Only exports and imports use the second place.
    let names = ["export_material", "seal_value", "open_value", "seal_data_key"];
    let mut found = places(&["src/"], |line| names.iter().any(|name| has_word(line, name)));
    assert!(!found.is_empty());
    found.retain(|place| {
        !place.starts_with("src/engine/contents.rs:") && !place.starts_with("src/seed/")
    });
    nowhere("whole material is exported", &found);
}

#[test]
fn errors_are_matched_without_wildcards() {
    let wildcard = |line: &str| {
        line.trim_start().starts_with("_ =>") || line.trim_start().starts_with("_ if ")
    };
    let mut found = places(&["src/"], wildcard);
    found.retain(|place| place.split(':').next().is_some_and(|path| path.ends_with("/errors.rs")));
    nowhere("an errors.rs has a wildcard arm", &found);
}

#[test]
fn files_are_short() {
    let mut all = rust();
    all.extend(sources("tests", &[".rs", ".py", ".js", "run"]));
    all.extend(sources("benches", &[".rs"]));
    all.extend(sources("examples", &[".py"]));
    let length = |source: &Source| source.text.lines().count();
    let long: Vec<_> = all.iter().filter(|source| length(source) > 500).collect();
    let long: Vec<_> =
        long.iter().map(|source| format!("{}: {}", source.path, length(source))).collect();
    nowhere("more than 500 lines", &long);
}

#[test]
fn no_code_is_unfinished() {
    // Concatenated, so that this file does not match.
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X"].concat(),
        ["#[ig", "nore"].concat(),
        ["to", "do!("].concat(),
        ["unimple", "mented!("].concat(),
    ];
    let mut all = rust();
    all.extend(sources("tests", &[".rs", ".py", ".js", "run"]));
    all.extend(sources("benches", &[".rs"]));
    all.extend(sources("migrations", &[".sql"]));
    let found = all.iter().flat_map(|source| {
        let lines = source.text.lines().enumerate();
        let marked =
            lines.filter(|(_, line)| marks.iter().any(|mark| line.contains(mark.as_str())));
        marked.map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim()))
    });
    nowhere("unfinished code", &found.collect::<Vec<_>>());
}
