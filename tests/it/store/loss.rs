//! Lost data is never served as new without notice. Files that are missing, truncated, corrupted,
//! swapped or from different times prevent the start, or cause a warning when the loss cannot be
//! determined.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::NamedTempFile;

use crate::kit::{Client, Process, data_file, kmsim};
use crate::program::ended;

/// What a client sees: the descriptions of all keys.
type Seen = BTreeMap<String, String>;

/// The root key of all files here, so that only the tested damage can prevent a start.
const ROOT_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const MAIN: &str = "";
const WAL: &str = "-wal";
const MARK: &str = ".mark";
const ROOT: &str = ".root-key";

/// The path of a file beside a data file.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// A server and its log file.
pub struct Logged {
    pub process: Process,
    log: NamedTempFile,
}

impl Logged {
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

/// Serves a data file, or returns the line of the refusal.
pub fn serve(path: &Path, root: Option<&str>) -> Result<Logged, String> {
    let mut command = kmsim(&["--data", path.to_str().unwrap()]);
    command.envs(root.map(|root| ("KMSIM_ROOT_KEY", root)));
    let log = NamedTempFile::new().unwrap();
    let mut child = command.stderr(log.reopen().unwrap()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    if let Some(address) = line.trim().strip_prefix("kmsim ready on http://") {
        let address = address.parse().unwrap();
        return Ok(Logged { process: Process { address, child }, log });
    }
    let code = child.wait().unwrap().code();
    let said = std::fs::read_to_string(&log).unwrap();
    let one = said.strip_suffix('\n').filter(|line| !line.contains('\n'));
    let one = one.filter(|line| code == Some(2) && line.starts_with("kmsim: --data: "));
    Err(one.unwrap_or_else(|| panic!("ended with {code:?} and said {said:?}")).to_owned())
}

fn see(client: &Client) -> Seen {
    let listed = client.call("ListKeys", &[("PageSize", "100")]).ok();
    let ids = listed["Keys"]["Key"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    ids.map(|key| {
        let id = text(&key["KeyId"]);
        let told = client.call("DescribeKey", &[("KeyId", &id)]).ok();
        client.call("Encrypt", &[("KeyId", &id), ("Plaintext", "x")]).ok();
        (id, text(&told["KeyMetadata"]["Description"]))
    })
    .collect()
}

/// Changes keys, and returns every acknowledged state, the latest last.
fn populate(client: &Client, from: Seen) -> Vec<Seen> {
    let mut history = vec![from];
    for turn in 0..6 {
        let mut next = history.last().unwrap().clone();
        let id = client.create_key(&[("Description", &format!("key {turn}"))]);
        next.insert(id.clone(), format!("key {turn}"));
        history.push(next.clone());
        let again = format!("key {turn} again {}", "and again ".repeat(300 * (turn % 3)));
        client.call("UpdateKeyDescription", &[("KeyId", &id), ("Description", &again)]).ok();
        next.insert(id, again);
        history.push(next);
    }
    history
}

/// The contents of a data file and the files beside it.
#[derive(Clone, Default)]
struct Files(BTreeMap<&'static str, Vec<u8>>);

impl Files {
    fn of(path: &Path) -> Self {
        let read = |suffix| Some((suffix, std::fs::read(beside(path, suffix)).ok()?));
        Self([MAIN, WAL, MARK, ROOT].into_iter().filter_map(read).collect())
    }

    fn put(&self, path: &Path) {
        for (suffix, bytes) in &self.0 {
            std::fs::write(beside(path, suffix), bytes).unwrap();
        }
    }

    fn without(mut self, suffix: &str) -> Self {
        self.0.remove(suffix);
        self
    }

    fn with(mut self, suffix: &'static str, other: &Self) -> Self {
        self.0.insert(suffix, other.0[suffix].clone());
        self
    }

    fn changed(mut self, suffix: &str, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        change(self.0.get_mut(suffix).unwrap());
        self
    }
}

/// A data file that was served for a while.
struct Served {
    /// After the first clean shutdown.
    earlier: Files,
    /// After the second server was killed with a full log.
    killed: Files,
    /// After the third server's clean shutdown.
    closed: Files,
    history: Vec<Seen>,
}

impl Served {
    fn new() -> Self {
        let (_folder, path) = data_file();
        let mut first = serve(&path, Some(ROOT_KEY)).unwrap().process;
        let mut history = populate(&first.client(), Seen::new());
        first.signal("TERM");
        assert_eq!(ended(&mut first.child), Some(0));
        let earlier = Files::of(&path);
        let killed = loop {
            let server = serve(&path, Some(ROOT_KEY)).unwrap().process;
            let mut more = populate(&server.client(), history.last().unwrap().clone());
            drop(server);
            history.append(&mut more);
            // It may have had time to empty its log.
            if std::fs::metadata(beside(&path, WAL)).unwrap().len() > 100_000 {
                break Files::of(&path);
            }
        };
        let mut third = serve(&path, Some(ROOT_KEY)).unwrap();
        assert!(!third.log().contains("WARN"), "{}", third.log());
        assert_eq!(&see(&third.process.client()), history.last().unwrap());
        third.process.signal("TERM");
        assert_eq!(ended(&mut third.process.child), Some(0));
        assert!(!beside(&path, WAL).exists());
        Self { earlier, killed, closed: Files::of(&path), history }
    }
}

/// A test case: the damage, and whether a mark still tells what is missing.
struct Damaged {
    name: String,
    files: Files,
    is_marked: bool,
}

/// Describes how a case violates the rule, if it does.
fn breach(case: &Damaged, history: &[Seen]) -> Option<String> {
    let (_folder, path) = data_file();
    case.files.put(&path);
    let Ok(server) = serve(&path, Some(ROOT_KEY)) else { return None };
    let seen = see(&server.process.client());
    let log = server.log();
    let warned = log.lines().any(|line| line.contains(" WARN "));
    let told = match history.iter().rposition(|state| *state == seen) {
        Some(at) if at + 1 == history.len() => return None,
        Some(_) if warned && !case.is_marked => return None,
        Some(at) => format!("served {at} of {} states", history.len()),
        None => "served what never was".to_owned(),
    };
    Some(format!("{}: {told}; the log: {log}", case.name))
}

/// Every kind of damage, for each of these files.
fn damages(sample: &Served) -> Vec<Damaged> {
    let mut all: Vec<(String, Files)> = Vec::new();
    let other = Served::new();
    for (state, files) in [("killed", &sample.killed), ("closed", &sample.closed)] {
        let mut add = |name: String, files: Files| all.push((format!("{state}, {name}"), files));
        for (suffix, bytes) in files.0.iter().filter(|(suffix, _)| [MAIN, WAL].contains(*suffix)) {
            let (len, what) = (bytes.len(), if *suffix == WAL { "log" } else { "main" });
            add(format!("{what} removed"), files.clone().without(suffix));
            let frame = 24 + 4096;
            let cuts = [0, 1, 31, 32, 56, 99, 100, 512, 4095, 4096, 8192, 32 + frame];
            for cut in cuts.into_iter().chain([32 + 5 * frame, len / 2, len - 4096, len - 1]) {
                let cut_off = files.clone().changed(suffix, |bytes| bytes.truncate(cut));
                add(format!("{what} cut at {cut}"), cut_off);
            }
            let (start, size) = if *suffix == WAL { (32, frame) } else { (0, 4096) };
            let header = (0..if *suffix == WAL { 32 } else { 100 }).step_by(5);
            // Page 24 is the root of the table of records.
            let heads = [0, 1, 4, 24].map(|page| start + page * size);
            let heads =
                heads.into_iter().flat_map(|at| [0, 4, 7, 16, 23].map(|offset| at + offset));
            let flips = header.chain(heads).chain([56 + 60, 56 + 70, len - 1]);
            for at in flips.filter(|at| *at < len) {
                let flipped = files.clone().changed(suffix, |bytes| bytes[at] ^= 1 << (at % 8));
                add(format!("{what} flipped at {at}"), flipped);
            }
            for (from, to) in [(0, 32), (0, 4096), (len / 2, len / 2 + 4096), (0, len)] {
                let zeroed = files.clone().changed(suffix, |bytes| bytes[from..to].fill(0));
                add(format!("{what} zeroed from {from} to {to}"), zeroed);
            }
        }
        add("main of another".into(), files.clone().with(MAIN, &other.killed));
        add("log of another".into(), files.clone().with(WAL, &other.killed));
        add("main of earlier".into(), files.clone().with(MAIN, &sample.earlier));
        let foreign = files.clone().changed(MAIN, |bytes| *bytes = b"no database".to_vec());
        add("main of nothing".into(), foreign);
    }
    let killed = || sample.killed.clone();
    all.push(("main of later, log of earlier".into(), killed().with(MAIN, &sample.closed)));
    all.push((
        "all of earlier, mark of later".into(),
        sample.earlier.clone().with(MARK, &sample.closed),
    ));
    let marked = all.iter().map(|(name, files)| (name.clone(), files.clone(), true));
    let unmarked = all.iter().map(|(name, files)| {
        let name = format!("{name}, without mark");
        (name, files.clone().without(MARK), false)
    });
    let all = marked.chain(unmarked);
    all.map(|(name, files, is_marked)| Damaged { name, files, is_marked }).collect()
}

#[test]
fn damaged_files_are_refused_or_served_with_a_warning() {
    let sample = Served::new();
    let cases: Vec<_> = damages(&sample)
        .into_iter()
        // Without any trace of the earlier data, or with all of another file, it is another file.
        .filter(|case| {
            !(case.name.contains("main of another, without") && case.name.starts_with("closed"))
        })
        .filter(|case| !case.name.ends_with("mark of later, without mark"))
        .filter(|case| case.name != "closed, main of earlier, without mark")
        .filter(|case| case.name != "closed, main removed, without mark")
        .filter(|case| case.name != "closed, main cut at 0, without mark")
        .collect();
    assert!(cases.len() > 250, "{}", cases.len());
    let (next, breaches) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    breaches.lock().unwrap().extend(breach(case, &sample.history));
                }
            });
        }
    });
    let breaches = breaches.into_inner().unwrap();
    assert!(breaches.is_empty(), "{} of {}:\n{}", breaches.len(), cases.len(), breaches.join("\n"));
}

#[test]
fn a_refusal_names_the_problem_and_the_remedy() {
    let sample = Served::new();
    let other = Served::new();
    let (killed, closed) = (|| sample.killed.clone(), || sample.closed.clone());
    for (files, said) in [
        (closed().without(MAIN), "is missing, but"),
        (closed().changed(MAIN, Vec::clear), "is empty, but"),
        (closed().without(MAIN).with(MARK, &sample.earlier), "to start empty"),
        (killed().without(WAL), "were acknowledged: restore it with its -wal, or remove"),
        (killed().changed(WAL, |bytes| bytes.truncate(40_000)), "were acknowledged"),
        (killed().with(WAL, &other.killed), "-wal is another file's"),
        (
            killed().with(MAIN, &sample.closed).changed(WAL, |bytes| bytes.truncate(40_000)),
            "-wal is damaged, or older than",
        ),
        (closed().with(WAL, &sample.killed), "-wal came after the server closed"),
        (sample.earlier.clone().with(MARK, &sample.closed), "is not what its server closed"),
        (sample.earlier.clone().with(MARK, &sample.killed), "were acknowledged"),
        (other.killed.clone().with(MARK, &sample.killed), "belongs to another database"),
        (closed().changed(MAIN, |bytes| bytes.truncate(8192)).without(MARK), "it ends too early"),
        (closed().changed(MAIN, |bytes| bytes.truncate(50)), "is damaged, or not a database"),
    ] {
        let (_folder, path) = data_file();
        files.put(&path);
        let line = serve(&path, Some(ROOT_KEY)).err().unwrap_or_else(|| panic!("served: {said}"));
        assert!(line.contains(said) && line.contains(path.to_str().unwrap()), "{said}: {line}");
        // Nothing was changed, so that missing files can be restored.
        let mut after = Files::of(&path);
        after.0.remove(ROOT);
        assert!(after.0 == files.0, "{said}: it wrote");
    }
}

#[test]
fn the_suggested_remedies_work() {
    let sample = Served::new();
    let (_folder, path) = data_file();
    sample.killed.clone().without(WAL).put(&path);
    serve(&path, Some(ROOT_KEY)).err().unwrap();
    std::fs::remove_file(beside(&path, MARK)).unwrap();
    let server = serve(&path, Some(ROOT_KEY)).unwrap();
    let warnings: Vec<_> =
        server.log().lines().filter(|line| line.contains(" WARN ")).map(str::to_owned).collect();
    assert!(warnings.len() == 1 && warnings[0].contains("is not in it"), "{warnings:?}");
    assert!(sample.history.contains(&see(&server.process.client())));
    server.process.client().create_key(&[]);
    drop(server);
    // The warning appears once, and the old log does not pass for the new one.
    let server = serve(&path, Some(ROOT_KEY)).unwrap();
    assert!(!server.log().contains("WARN"), "{}", server.log());
    drop(server);
    std::fs::write(beside(&path, WAL), &sample.killed.0[WAL]).unwrap();
    let line = serve(&path, Some(ROOT_KEY)).err().unwrap();
    assert!(line.contains("-wal is another file's"), "{line}");
}

#[test]
fn a_root_key_without_its_data_prevents_a_new_start() {
    let (_folder, path) = data_file();
    serve(&path, None).unwrap().process.client().create_key(&[]);
    for kept in [&[ROOT][..], &[ROOT, MARK], &[ROOT, MARK, WAL], &[MARK]] {
        for empty in [false, true] {
            let (_copies, copy) = data_file();
            for suffix in kept {
                std::fs::copy(beside(&path, suffix), beside(&copy, suffix)).unwrap();
            }
            if empty {
                std::fs::write(&copy, "").unwrap();
            }
            let line = serve(&copy, None).err().unwrap_or_else(|| panic!("{kept:?} started empty"));
            assert!(line.contains("to start empty"), "{line}");
            for suffix in kept {
                std::fs::remove_file(beside(&copy, suffix)).unwrap();
            }
            serve(&copy, None).unwrap().process.client().create_key(&[]);
        }
    }
}

#[test]
fn complete_copies_are_served_without_a_warning() {
    let sample = Served::new();
    for files in [
        sample.closed.clone(),
        sample.closed.clone().without(MARK),
        sample.earlier.clone(),
        sample.killed.clone(),
        sample.killed.clone().without(MARK).without(WAL).with(MAIN, &sample.closed),
    ] {
        let (_folder, path) = data_file();
        files.put(&path);
        let server = serve(&path, Some(ROOT_KEY)).unwrap();
        assert!(!server.log().contains("WARN"), "{}", server.log());
        assert!(sample.history.contains(&see(&server.process.client())));
    }
}

#[test]
fn a_damaged_mark_does_not_prevent_the_start() {
    let sample = Served::new();
    let changes: [fn(&mut Vec<u8>); 5] = [
        Vec::clear,
        |bytes| bytes.truncate(60),
        |bytes| bytes[25] ^= 1,
        |bytes| bytes.fill(0),
        |bytes| bytes.extend(*b"more"),
    ];
    for change in changes {
        for files in [&sample.killed, &sample.closed] {
            let (_folder, path) = data_file();
            files.clone().changed(MARK, change).put(&path);
            let server = serve(&path, Some(ROOT_KEY)).unwrap();
            assert_eq!(&see(&server.process.client()), sample.history.last().unwrap());
            let log = server.log();
            assert!(
                log.matches(" WARN ").count() == 1 && log.contains(".mark is damaged"),
                "{log}"
            );
        }
    }
}

#[test]
fn a_journal_of_another_file_is_not_rolled_back() {
    let sample = Served::new();
    let hot = [&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7][..], &[0xff; 600]].concat();
    for files in [&sample.killed, &sample.closed] {
        for files in [files.clone(), files.clone().without(MARK)] {
            let (_folder, path) = data_file();
            files.put(&path);
            std::fs::write(beside(&path, "-journal"), &hot).unwrap();
            let line = serve(&path, Some(ROOT_KEY)).err().unwrap();
            assert!(line.contains("-journal is not this file's"), "{line}");
            std::fs::remove_file(beside(&path, "-journal")).unwrap();
            assert_eq!(
                &see(&serve(&path, Some(ROOT_KEY)).unwrap().process.client()),
                sample.history.last().unwrap()
            );
        }
    }
}
