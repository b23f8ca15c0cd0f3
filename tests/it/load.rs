//! Long operations delay nobody else, and replacing realms is atomic.

mod gate;
mod replaced;

use std::sync::atomic::Ordering;
use std::thread;

use serde_json::{Value, json};

use crate::alibaba::managed;
use crate::kit::{Client, Process, Server, Setup, control, data_file, days, send};
use crate::state::{export, import};
use gate::{Gate, gated};

const ACCOUNTS: &str = "
accounts:
  - { id: '1', access_keys: [{ id: one, secret: s }] }
  - { id: '2', access_keys: [{ id: two, secret: s }] }
";

/// A realm of account 1 with `count` keys with this description.
fn realm(count: usize, description: &str) -> String {
    keys(count, &format!("description: {description}"))
}

fn keys(count: usize, more: &str) -> String {
    let key = |n| format!("      - {{ id: key-{n}, {more} }}\n");
    format!("realms:\n  - account: '1'\n    keys:\n{}", (0..count).map(key).collect::<String>())
}

fn told(server: &Server, path: &str) -> Value {
    control(server.address, "GET", path, &Value::Null).ok()
}

/// Lets the writes through one by one until `done`, and returns how many there were. In between,
/// `look` gives the awaited request time to arrive.
fn pass_until(
    gate: &Gate,
    done: impl Fn() -> bool,
    arrivals: &mut Arrivals,
    look: impl Fn(),
) -> usize {
    let mut passed = 0;
    while !done() {
        arrivals.blocking_recv().unwrap();
        look();
        gate.pass();
        passed += 1;
    }
    passed
}

type Arrivals = tokio::sync::mpsc::UnboundedReceiver<()>;

/// Changes and reads something in account 2.
fn others_work(client: &Client, key: &str) {
    client.call("UpdateKeyDescription", &[("KeyId", key), ("Description", "changed")]).ok();
    let described = client.call("DescribeKey", &[("KeyId", key)]).ok();
    assert_eq!(described["KeyMetadata"]["Description"], "changed");
}

#[test]
fn others_are_served_between_the_portions_of_a_large_state() {
    let (store, gate, mut arrivals) = gated();
    let server =
        Server::with(Setup { accounts: Some(ACCOUNTS), store: Some(store), ..Setup::default() });
    let two = server.client_as("two", "s");
    let key = two.create_key(&[]);
    import(&server, "?account=1", &realm(3000, "old")).ok();
    let look = || drop(two.call("DescribeKey", &[("KeyId", &key)]).ok());
    for work in ["import", "load", "reset"] {
        control(server.address, "POST", "snapshots/s?account=1", &Value::Null).ok();
        gate.shut();
        thread::scope(|scope| {
            let long = scope.spawn(|| match work {
                "import" => import(&server, "?account=1", &realm(3000, "new")).ok(),
                "load" => {
                    control(server.address, "POST", "snapshots/s/load?account=1", &Value::Null).ok()
                }
                _ => control(server.address, "POST", "reset?account=1", &Value::Null).ok(),
            });
            if work != "reset" {
                // The first part waits at the gate.
                arrivals.blocking_recv().unwrap();
                // Reads do not wait for it.
                look();
                let change = scope.spawn(|| others_work(&two, &key));
                gate.pass();
                let passed = pass_until(&gate, || change.is_finished(), &mut arrivals, look);
                assert!(passed < 20, "{work}: {passed} writes, of some 24, before a small change");
                assert!(!long.is_finished());
                change.join().unwrap();
            }
            gate.open();
            long.join().unwrap();
        });
        while arrivals.try_recv().is_ok() {}
    }
    assert_eq!(export(&server, "?account=1").matches("key-").count(), 0);
}

#[test]
fn a_large_reset_empties_in_one_small_write() {
    let (store, gate, _arrivals) = gated();
    let server =
        Server::with(Setup { accounts: Some(ACCOUNTS), store: Some(store), ..Setup::default() });
    import(&server, "?account=1", &realm(2000, "old")).ok();
    let before = gate.writes.load(Ordering::SeqCst);
    control(server.address, "POST", "reset?account=1", &Value::Null).ok();
    assert_eq!(gate.writes.load(Ordering::SeqCst), before + 1);
}

#[test]
fn others_are_served_between_the_portions_of_what_fell_due() {
    let (store, gate, mut arrivals) = gated();
    let server =
        Server::with(Setup { accounts: Some(ACCOUNTS), store: Some(store), ..Setup::default() });
    let (one, two) = (server.client_as("one", "s"), server.client_as("two", "s"));
    let key = two.create_key(&[]);
    import(&server, "?account=1", &keys(600, "rotation: { interval: 7d }")).ok();
    gate.shut();
    thread::scope(|scope| {
        let jump = scope.spawn(|| {
            control(server.address, "POST", "clock/advance?account=1", &json!({"by": "36500d"}))
                .ok()
        });
        arrivals.blocking_recv().unwrap();
        let waiting = scope.spawn(|| one.call("DescribeKey", &[("KeyId", "key-0")]).ok());
        let change = scope.spawn(|| others_work(&two, &key));
        gate.pass();
        let look = || drop(two.call("DescribeKey", &[("KeyId", &key)]).ok());
        let passed = pass_until(&gate, || change.is_finished(), &mut arrivals, look);
        assert!(passed < 40, "{passed} writes, of some 55, before a small change");
        assert!(!jump.is_finished() && !waiting.is_finished());
        change.join().unwrap();
        gate.open();
        jump.join().unwrap();
        // Of 5214 due rotations, the last one determines the date.
        let metadata = &waiting.join().unwrap()["KeyMetadata"];
        let last = server.world.clock.host().plus(days(5214 * 7)).to_string();
        assert_eq!(metadata["LastRotationDate"], last.as_str());
    });
    let versions = export(&server, "?account=1").matches("- id: ").count() - 600;
    assert_eq!(versions, 600 * 13, "the first of each key, and the last 12");
    assert!(gate.most_versions.load(Ordering::SeqCst) < 128 + 12, "no transaction was long");
}

#[test]
fn others_are_served_while_ssh_keys_are_drawn() {
    let server = Server::with(Setup { accounts: Some(ACCOUNTS), ..Setup::default() });
    let (one, two) = (server.client_as("one", "s"), server.client_as("two", "s"));
    let key = two.create_key(&[]);
    let name = managed::rotating(&one, &managed::SSH, "1d");
    let secret = ("SecretName", name.as_str());
    let asked = [secret, ("VersionId", "asked")];
    // Ten keys by schedule, and one on request.
    server.advance(days(100));
    for (action, params) in [("DescribeSecret", &asked[..1]), ("RotateSecret", &asked[..])] {
        let done = thread::scope(|scope| {
            let drawing = scope.spawn(|| one.call(action, params).ok());
            let mut done = 0;
            while !drawing.is_finished() {
                others_work(&two, &key);
                done += 1;
            }
            drawing.join().unwrap();
            done
        });
        // The writer's one thread is the only one of this server that answers requests.
        assert!(
            action == "RotateSecret" || done >= 5,
            "{action}: others changed something {done} times"
        );
    }
    let listed = one.call("ListSecretVersionIds", &[secret, ("IncludeDeprecated", "true")]).ok();
    assert_eq!(listed["TotalCount"], 10);
    let current = one.call("GetSecretValue", &[secret]).ok();
    assert_eq!(current["VersionId"], "asked");
}

#[test]
fn a_kill_while_a_state_is_loaded_leaves_the_old_or_the_new() {
    let (_folder, data) = data_file();
    let arguments = ["--data", data.to_str().unwrap()];
    let put = |server: &Process, text: &str| {
        let answer =
            send(server.address, "PUT /_kmsim/state?account=1 HTTP/1.1\r\n", text.as_bytes());
        answer.ok();
    };
    let state = |server: &Process| {
        send(server.address, "GET /_kmsim/state?account=1 HTTP/1.1\r\n", b"").text
    };
    let server = Process::start(&arguments);
    put(&server, &realm(600, "even"));
    put(&server, &realm(600, "odd"));
    drop(server);
    for round in 0..3 {
        let mut server = Process::start(&arguments);
        let next = realm(600, if round % 2 == 0 { "even" } else { "odd" });
        let address = server.address;
        let loading = thread::spawn(move || {
            // The kill usually interrupts it.
            let head = "PUT /_kmsim/state?account=1 HTTP/1.1\r\n";
            std::panic::catch_unwind(|| send(address, head, next.as_bytes())).is_ok()
        });
        // After some requests it is in progress.
        for _ in 0..40 * round {
            server.client().call("ListKeys", &[]).ok();
        }
        server.signal("KILL");
        server.child.wait().unwrap();
        loading.join().unwrap();
        let server = Process::start(&arguments);
        let text = state(&server);
        let counts =
            ["even", "odd"].map(|word| text.matches(&format!("description: {word}")).count());
        assert!([[600, 0], [0, 600]].contains(&counts), "{counts:?}");
    }
}
