//! The data file of a running server: no second server opens it by any path, other programs can
//! read it, its main file is complete whenever nothing changes, and the server reports when its
//! file is removed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::kit::{Process, data_file, kmsim};
use crate::program::{ended, refused};
use crate::store::disk::{namespace, prepared};
use crate::store::loss::{Logged, beside, serve};

const ROOT_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// Waits for something that the server does by itself, generously for slow machines.
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1200 {
        if is_so() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("never: {what}");
}

/// What another program reads.
fn count_by_sqlite(path: &Path) -> String {
    const READ: &str = "import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute('SELECT count(*) FROM keys').fetchone()[0])
connection.close()";
    let read = Command::new("python3")
        .args(["-c", READ])
        .arg(path)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(read.status.success());
    String::from_utf8(read.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_data_file_has_one_server_through_links_and_mounts() {
    let (folder, path) = data_file();
    let server = serve(&path, Some(ROOT_KEY)).unwrap().process;
    let key = server.client().create_key(&[]);
    let file = |name: &str| folder.path().join(name);
    std::fs::hard_link(&path, file("hard.db")).unwrap();
    std::os::unix::fs::symlink(&path, file("soft.db")).unwrap();
    std::fs::create_dir(file("sub")).unwrap();
    std::os::unix::fs::symlink(folder.path(), file("sub/up")).unwrap();
    for name in
        ["hard.db", "soft.db", "./kmsim.db", "sub/../kmsim.db", "sub/up/kmsim.db", "sub/up/hard.db"]
    {
        let line = refused(
            kmsim(&["--data", name]).current_dir(folder.path()).env("KMSIM_ROOT_KEY", ROOT_KEY),
        );
        assert!(
            line.contains("--data") && line.contains("in use by another kmsim"),
            "{name}: {line}"
        );
    }
    // Like a container that gets only the file, or only the folder.
    std::fs::write(file("sub/one.db"), "").unwrap();
    std::fs::create_dir(file("other")).unwrap();
    let shown = folder.path().display();
    for (mount, name) in [
        (format!("mount --bind {shown}/kmsim.db {shown}/sub/one.db"), "sub/one.db"),
        (format!("mount --bind {shown} /mnt && cd /mnt"), "kmsim.db"),
    ] {
        let mut command = kmsim(&["--data", name]);
        command.env("KMSIM_ROOT_KEY", ROOT_KEY);
        let line = refused(prepared(&namespace(), &mount, &command).current_dir(folder.path()));
        assert!(line.contains("in use by another kmsim"), "{mount}: {line}");
    }
    // The refused servers changed nothing.
    server.client().call("EnableKey", &[("KeyId", &key)]).ok();
    assert_eq!(count_by_sqlite(&path), "1");
    server.client().create_key(&[]);
    drop(server);
    let again = serve(&path, Some(ROOT_KEY)).unwrap();
    assert!(!again.log().contains("WARN"));
    assert_eq!(again.process.client().call("ListKeys", &[]).ok()["TotalCount"], 2);
}

#[test]
fn sqlite_reads_the_data_while_it_is_served() {
    let (_folder, path) = data_file();
    let server = serve(&path, None).unwrap();
    let client = server.process.client();
    for made in 1..=3 {
        client.create_key(&[]);
        // Other connections affect neither the server's locks nor its log.
        assert_eq!(count_by_sqlite(&path), made.to_string());
        let line = refused(&mut kmsim(&["--data", path.to_str().unwrap()]));
        assert!(line.contains("another kmsim"), "{line}");
    }
    assert!(beside(&path, "-wal").exists());
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn the_main_file_is_whole_after_the_start_and_when_nothing_changes() {
    let (_folder, path) = data_file();
    let server = serve(&path, None).unwrap().process;
    let log_is_empty =
        || std::fs::metadata(beside(&path, "-wal")).is_ok_and(|file| file.len() == 0);
    assert!(log_is_empty(), "a start leaves all in the main file");
    for _ in 0..2 {
        server.client().create_key(&[]);
        eventually("the log is empty", log_is_empty);
    }
    // So even a copy of the main file alone is complete, and reports that it is a copy.
    let (_copies, copy) = data_file();
    for suffix in ["", ".root-key"] {
        std::fs::copy(beside(&path, suffix), beside(&copy, suffix)).unwrap();
    }
    let copied = serve(&copy, None).unwrap();
    assert_eq!(copied.process.client().call("ListKeys", &[]).ok()["TotalCount"], 2);
    assert_eq!(copied.log().matches(" WARN ").count(), 1, "{}", copied.log());
    // After a kill it needs no log.
    drop(server);
    std::fs::remove_file(beside(&path, "-wal")).unwrap();
    let again = serve(&path, None).unwrap();
    assert_eq!(again.process.client().call("ListKeys", &[]).ok()["TotalCount"], 2);
    assert!(!again.log().contains("WARN"), "{}", again.log());
}

#[test]
fn a_backup_that_sqlite_makes_is_whole() {
    const BACKUP: &str = "import sqlite3, sys
source, target = map(sqlite3.connect, sys.argv[1:])
source.backup(target)
target.close()
source.close()";
    let (_folder, path) = data_file();
    let server = serve(&path, None).unwrap().process;
    let key = server.client().create_key(&[]);
    let sealed = server.client().call("Encrypt", &[("KeyId", &key), ("Plaintext", "kept")]).ok();
    let (_copies, copy) = data_file();
    let made = Command::new("python3").args(["-c", BACKUP]).args([&path, &copy]).status().unwrap();
    assert!(made.success());
    std::fs::copy(beside(&path, ".root-key"), beside(&copy, ".root-key")).unwrap();
    let copied = serve(&copy, None).unwrap().process;
    let blob = [("CiphertextBlob", sealed["CiphertextBlob"].as_str().unwrap())];
    assert_eq!(copied.client().call("Decrypt", &blob).ok()["Plaintext"], "kept");
    server.client().create_key(&[]);
}

/// Removes files of a running server. Checks that it reports that and acknowledges nothing.
fn taken_away(what: &str, take: impl FnOnce(&Path), bring: Option<fn(&Path)>) {
    let (_folder, path) = data_file();
    let Logged { process: mut server, .. } = {
        let logged = serve(&path, None).unwrap();
        let client = logged.process.client();
        let key = client.create_key(&[("Description", "kept")]);
        let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "text")]).ok();
        let blob = [("CiphertextBlob", sealed["CiphertextBlob"].as_str().unwrap())];
        take(&path);
        for _ in 0..2 {
            client.call("CreateKey", &[]).refused(500, "InternalFailure");
            client.call("DisableKey", &[("KeyId", &key)]).refused(500, "InternalFailure");
        }
        assert_eq!(client.call("Decrypt", &blob).ok()["Plaintext"], "text", "{what}");
        assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 1, "{what}");
        let log = logged.log();
        let error = log.lines().find(|line| line.contains(" ERROR "));
        assert!(error.is_some_and(|line| line.contains("removed or replaced")), "{what}: {log}");
        if let Some(bring) = bring {
            bring(&path);
            client.create_key(&[]);
            assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 2, "{what}");
        }
        logged
    };
    server.signal("TERM");
    ended(&mut server.child);
    if bring.is_some() {
        let again = serve(&path, None).unwrap().process;
        assert_eq!(again.client().call("ListKeys", &[]).ok()["TotalCount"], 2, "{what}");
    }
}

#[test]
fn a_server_whose_files_are_taken_away_acknowledges_nothing() {
    let other = |path: &Path| {
        let (_others, other) = data_file();
        let mut server = Process::start(&["--data", other.to_str().unwrap()]);
        server.client().create_key(&[]);
        server.signal("TERM");
        ended(&mut server.child);
        std::fs::copy(&other, beside(path, ".other")).unwrap();
    };
    taken_away("the main file is removed", |path| std::fs::remove_file(path).unwrap(), None);
    taken_away(
        "the log is removed",
        |path| std::fs::remove_file(beside(path, "-wal")).unwrap(),
        None,
    );
    taken_away(
        "another file takes its place",
        |path| {
            other(path);
            std::fs::rename(beside(path, ".other"), path).unwrap();
        },
        None,
    );
    taken_away(
        "another file is written over it",
        |path| {
            other(path);
            std::fs::copy(beside(path, ".other"), path).unwrap();
        },
        None,
    );
    taken_away("it is emptied", |path| std::fs::write(path, "").unwrap(), None);
    taken_away(
        "it is renamed, and back",
        |path| std::fs::rename(path, beside(path, ".away")).unwrap(),
        Some(|path| std::fs::rename(beside(path, ".away"), path).unwrap()),
    );
    taken_away(
        "its folder is renamed, and back",
        |path| {
            std::fs::rename(path.parent().unwrap(), beside(path.parent().unwrap(), "-away"))
                .unwrap();
        },
        Some(|path| {
            std::fs::rename(beside(path.parent().unwrap(), "-away"), path.parent().unwrap())
                .unwrap();
        }),
    );
}

#[test]
fn a_removed_file_is_told_of_though_nothing_changes() {
    let (_folder, path) = data_file();
    let server = serve(&path, None).unwrap();
    std::fs::remove_file(&path).unwrap();
    eventually("an error in the log", || server.log().contains(" ERROR "));
    assert!(server.log().contains("removed or replaced"), "{}", server.log());
}

#[test]
fn a_server_that_lost_its_file_leaves_its_successor_alone() {
    let (folder, path) = data_file();
    let mut first = serve(&path, None).unwrap().process;
    first.client().create_key(&[]);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let second = serve(&path, None).unwrap().process;
    let key = second.client().create_key(&[]);
    first.signal("TERM");
    ended(&mut first.child);
    second.client().create_key(&[]);
    drop(second);
    let again = serve(&path, None).unwrap();
    again.process.client().call("DescribeKey", &[("KeyId", &key)]).ok();
    assert_eq!(again.process.client().call("ListKeys", &[]).ok()["TotalCount"], 2);
    assert!(!again.log().contains("WARN"), "{}", again.log());
}
