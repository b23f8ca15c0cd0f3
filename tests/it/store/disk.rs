//! A failing disk: writes get 5xx, reads continue, nothing acknowledged is lost, and the server
//! recovers by itself. The tests with a real disk limit file sizes, or serve from a small file
//! system in their own mount namespace.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kmsim::model::RealmChange;
use kmsim::store::{Sqlite, Store, StoreError, Stored, TakeFact};
use kmsim::world::{Clock, Entropy, Instant, World};

use crate::kit::{Client, Process, START, Server, Setup, data_file, days, kmsim};
use crate::program::refused;

/// A store that fails on command.
pub struct Failing {
    store: Sqlite,
    fails: Arc<AtomicBool>,
}

impl Failing {
    /// A store in memory with the switch that makes it fail.
    pub fn in_memory() -> (Box<dyn Store>, Arc<AtomicBool>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let store = runtime.block_on(Sqlite::in_memory()).unwrap();
        let fails = Arc::new(AtomicBool::new(false));
        (Box::new(Self { store, fails: Arc::clone(&fails) }), fails)
    }
}

impl Store for Failing {
    fn load<'a>(&'a mut self, take: &'a mut TakeFact<'_>) -> Stored<'a, ()> {
        self.store.load(take)
    }

    fn commit<'a>(&'a mut self, facts: &'a [RealmChange]) -> Stored<'a, ()> {
        if self.fails.load(Ordering::SeqCst) {
            Box::pin(async { Err(StoreError::new("the disk is full")) })
        } else {
            self.store.commit(facts)
        }
    }

    fn close(self: Box<Self>) -> Stored<'static, ()> {
        Box::new(self.store).close()
    }
}

#[test]
fn a_failing_store_refuses_only_changes() {
    let start = Instant::parse(START).unwrap();
    let world = Arc::new(World { clock: Clock::manual(start), entropy: Entropy::seeded("kmsim") });
    let (store, fails) = Failing::in_memory();
    let server = Server::within(world, Setup { store: Some(store), ..Setup::default() });
    let client = server.client();
    let (key, disabled) = (client.create_key(&[]), client.create_key(&[]));
    let (pending, due) = (client.create_key(&[]), client.create_key(&[]));
    client.call("DisableKey", &[("KeyId", &disabled)]).ok();
    client.call("ScheduleKeyDeletion", &[("KeyId", &pending), ("PendingWindowInDays", "30")]).ok();
    client.call("ScheduleKeyDeletion", &[("KeyId", &due), ("PendingWindowInDays", "7")]).ok();
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).ok();
    let tags = [("KeyId", key.as_str()), ("Tags", r#"[{"TagKey":"k","TagValue":"v"}]"#)];
    client.call("TagResource", &tags).ok();
    let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "text")]).ok();
    let blob = [("CiphertextBlob", sealed["CiphertextBlob"].as_str().unwrap())];
    let look = || {
        let mut seen = Vec::new();
        for key in [&key, &disabled, &pending] {
            for action in
                ["DescribeKey", "ListResourceTags", "ListAliasesByKeyId", "ListKeyVersions"]
            {
                let mut answer = client.call(action, &[("KeyId", key)]).ok();
                answer.as_object_mut().unwrap().remove("RequestId");
                seen.push(answer);
            }
        }
        seen.push(client.call("ListKeys", &[]).ok()["TotalCount"].clone());
        seen
    };
    let before = look();

    fails.store(true, Ordering::SeqCst);
    let arn = format!("acs:kms:cn-hangzhou:1000000000000001:key/{key}");
    let protect = [("ProtectedResourceArn", arn.as_str()), ("EnableDeletionProtection", "true")];
    let changes: [(&str, &[(&str, &str)]); 15] = [
        ("CreateKey", &[]),
        ("UpdateKeyDescription", &[("KeyId", &key), ("Description", "lost")]),
        ("EnableKey", &[("KeyId", &disabled)]),
        ("DisableKey", &[("KeyId", &key)]),
        ("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]),
        ("CancelKeyDeletion", &[("KeyId", &pending)]),
        ("SetDeletionProtection", &protect),
        ("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/b")]),
        ("UpdateAlias", &[("KeyId", &disabled), ("AliasName", "alias/a")]),
        ("DeleteAlias", &[("AliasName", "alias/a")]),
        ("TagResource", &[("KeyId", &key), ("Tags", r#"[{"TagKey":"k","TagValue":"lost"}]"#)]),
        ("UntagResource", &[("KeyId", &key), ("TagKeys", r#"["k"]"#)]),
        (
            "TagResources",
            &[
                ("ResourceType", "key"),
                ("ResourceId.1", &key),
                ("Tag.1.Key", "k"),
                ("Tag.1.Value", "lost"),
            ],
        ),
        ("UntagResources", &[("ResourceType", "key"), ("ResourceId.1", &key), ("TagKey.1", "k")]),
        // The first use of a service's key creates it.
        ("Encrypt", &[("KeyId", "alias/acs/oss"), ("Plaintext", "x")]),
    ];
    for (action, params) in changes {
        let message = client.call(action, params).refused(500, "InternalFailure");
        assert!(!message.contains("disk"), "{message}");
    }
    assert_eq!(look(), before);
    assert_eq!(client.call("Decrypt", &blob).ok()["Plaintext"], "text");
    client.call("GenerateDataKey", &[("KeyId", "alias/a")]).ok();
    client.call("ReEncrypt", &[blob[0], ("DestinationKeyId", &key)]).ok();
    client.call("DescribeKey", &[("KeyId", "alias/none")]).refused(404, "Forbidden.AliasNotFound");
    // Deletions that are due take effect even if they cannot be written.
    server.advance(days(7));
    client.call("DescribeKey", &[("KeyId", &due)]).refused(404, "Forbidden.KeyNotFound");

    fails.store(false, Ordering::SeqCst);
    for (action, params) in changes.iter().filter(|(action, _)| *action != "SetDeletionProtection")
    {
        // The changes were drafted one by one, and some depend on others.
        let answer = client.call(action, params);
        assert!(answer.status < 500, "{action}: {answer:?}");
    }
    let after = client.call("DescribeKey", &[("KeyId", &disabled)]).ok();
    assert_eq!(after["KeyMetadata"]["KeyState"], "Enabled");
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 5);
}

/// A command inside a shell that first runs a script.
pub fn prepared(shell: &[&str], script: &str, command: &Command) -> Command {
    let mut whole = Command::new(shell[0]);
    whole.args(&shell[1..]).args(["-c", &format!("{script} && exec \"$0\" \"$@\"")]);
    whole.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => whole.env(name, value),
            None => whole.env_remove(name),
        };
    }
    whole.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    whole
}

/// A shell in its own mount namespace. The test fails here if the machine allows none.
pub fn namespace() -> Vec<&'static str> {
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let shell = if root {
        vec!["unshare", "--mount", "bash"]
    } else {
        vec!["unshare", "--map-root-user", "--mount", "bash"]
    };
    let tried = Command::new(shell[0])
        .args(&shell[1..])
        .args(["-c", "mount -t tmpfs none /mnt"])
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&tried.stderr);
    assert!(
        tried.status.success(),
        "this test needs mount namespaces (root, or user namespaces): {why}"
    );
    shell
}

fn ids(client: &Client) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for page in 1..20 {
        let listed =
            client.call("ListKeys", &[("PageSize", "100"), ("PageNumber", &page.to_string())]).ok();
        let keys = listed["Keys"]["Key"].as_array().unwrap().clone();
        ids.extend(keys.iter().map(|key| key["KeyId"].as_str().unwrap().to_owned()));
    }
    ids
}

/// Checks that a server has exactly the acknowledged keys.
#[track_caller]
fn check_keys(client: &Client, made: &BTreeSet<String>) {
    let there = ids(client);
    let (lost, strange) = (made.difference(&there).count(), there.difference(made).count());
    assert_eq!((lost, strange), (0, 0), "of {} keys: (lost, never acknowledged)", made.len());
}

/// Creates keys until the disk is full, and some more. Checks that reads continue and that nothing
/// is half-written.
fn fill(server: &Process) -> BTreeSet<String> {
    let client = server.client();
    let long = "d".repeat(4096);
    let mut made = BTreeSet::new();
    let mut refusals = 0;
    let first = client.create_key(&[]);
    let sealed = client.call("Encrypt", &[("KeyId", &first), ("Plaintext", "text")]).ok();
    made.insert(first.clone());
    for _ in 0..1000 {
        let answer = client.call("CreateKey", &[("Description", &long)]);
        if answer.status == 200 {
            made.insert(answer.ok()["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned());
            continue;
        }
        answer.refused(500, "InternalFailure");
        let blob = sealed["CiphertextBlob"].as_str().unwrap();
        assert_eq!(client.call("Decrypt", &[("CiphertextBlob", blob)]).ok()["Plaintext"], "text");
        refusals += 1;
        if refusals == 3 {
            break;
        }
    }
    assert_eq!(refusals, 3, "the disk was never full");
    assert!(made.len() > 5, "it was full from the start");
    check_keys(&client, &made);
    made
}

#[test]
fn files_that_cannot_grow_lose_nothing() {
    let (_folder, path) = data_file();
    let limited = |script: &str| {
        let command = kmsim(&["--data", path.to_str().unwrap()]);
        prepared(&["bash"], script, &command)
    };
    let mut server = Process::spawn(&mut limited("ulimit -S -f 500"));
    let mut made = fill(&server);
    let process = server.child.id().to_string();
    let raised =
        Command::new("prlimit").args(["--pid", &process, "--fsize=unlimited:"]).status().unwrap();
    assert!(raised.success());
    made.insert(server.client().create_key(&[("Description", &"d".repeat(4096))]));
    check_keys(&server.client(), &made);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    check_keys(&Process::spawn(&mut limited("true")).client(), &made);
}

#[test]
fn a_full_disk_loses_nothing() {
    let (folder, path) = data_file();
    let disk = folder.path().display();
    let script = format!(
        "mount -t tmpfs -o size=1m kmsim {disk} && head -c 300000 /dev/zero > {disk}/ballast"
    );
    let command = kmsim(&["--data", path.to_str().unwrap()]);
    let server = Process::spawn(&mut prepared(&namespace(), &script, &command));
    let mut made = fill(&server);

    // The files in the other namespace, seen through its process.
    let inside = Path::new("/proc").join(server.child.id().to_string()).join("root");
    let inside = inside.join(folder.path().strip_prefix("/").unwrap());
    std::fs::remove_file(inside.join("ballast")).unwrap();
    made.insert(server.client().create_key(&[("Description", &"d".repeat(4096))]));
    check_keys(&server.client(), &made);

    // These files are what a kill would leave.
    let (_copies, copy) = data_file();
    for suffix in ["", "-wal", ".root-key"] {
        let name = format!("kmsim.db{suffix}");
        std::fs::copy(inside.join(&name), copy.with_file_name(&name)).unwrap();
    }
    drop(server);
    check_keys(&Process::start(&["--data", copy.to_str().unwrap()]).client(), &made);
}

#[test]
fn a_read_only_file_or_folder_prevents_the_start() {
    let (folder, path) = data_file();
    let command = kmsim(&["--data", path.to_str().unwrap()]);
    let key = Process::start(&["--data", path.to_str().unwrap()]).client().create_key(&[]);
    for what in [folder.path(), &path] {
        let what = what.display();
        let script = format!("mount --bind {what} {what} && mount -o remount,bind,ro {what}");
        let line = refused(&mut prepared(&namespace(), &script, &command));
        let line = line.to_lowercase();
        assert!(
            line.contains("--data") && (line.contains("read-only") || line.contains("readonly")),
            "{line}"
        );
    }
    let empty = tempfile::tempdir().unwrap();
    let what = empty.path().display();
    let script = format!("mount --bind {what} {what} && mount -o remount,bind,ro {what}");
    let command = kmsim(&["--data", empty.path().join("new.db").to_str().unwrap()]);
    let line = refused(&mut prepared(&namespace(), &script, &command));
    assert!(line.contains("--data") && line.contains("Read-only"), "{line}");
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);

    let again = Process::start(&["--data", path.to_str().unwrap()]);
    again.client().call("DescribeKey", &[("KeyId", &key)]).ok();
}
