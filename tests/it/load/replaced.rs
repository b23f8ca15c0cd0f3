//! A load or a reset that cannot be written changes nothing: not the data, not the clock, not the
//! faults, not the journal.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::gate::gated;
use super::{ACCOUNTS, realm, told};
use crate::kit::{Answer, Server, Setup, control};
use crate::state::{export, import};

/// How many keys there are: so few that they are replaced at once, and so many that they are
/// written aside.
const SIZES: [usize; 2] = [3, 300];

/// What a failed call must leave as it was.
fn everything(server: &Server) -> [Value; 4] {
    let requests = told(server, "requests?account=1");
    let clock = |scope: &str| told(server, &format!("clock{scope}"));
    [clock("?account=1"), told(server, "faults"), requests["requests"].clone(), clock("?account=2")]
}

#[test]
fn what_cannot_be_written_changes_nothing() {
    for size in SIZES {
        let (store, gate, _arrivals) = gated();
        let seed = realm(size, "seeded");
        let setup = Setup {
            accounts: Some(ACCOUNTS),
            seeds: &[&seed],
            store: Some(store),
            ..Setup::default()
        };
        let server = Server::with(setup);
        let ask =
            |path: &str, body: Value| -> Answer { control(server.address, "POST", path, &body) };
        ask("snapshots/s?account=1", Value::Null).ok();
        ask("clock/advance?account=1", json!({"by": "40d"})).ok();
        ask("faults?account=1", json!({"action": "Encrypt", "error": "InternalFailure"})).ok();
        server.client_as("one", "s").call("DisableKey", &[("KeyId", "key-1")]).ok();
        let (before, state) = (everything(&server), export(&server, ""));
        // It fails in the first write, in some between, and in the last.
        let failures: &[usize] = if size == SIZES[0] { &[0] } else { &[0, 1, size / 128 + 1] };
        for path in ["snapshots/s/load?account=1", "reset?account=1", "reset"] {
            for left in failures {
                gate.left.store(*left, Ordering::SeqCst);
                let answer = ask(path, Value::Null);
                gate.left.store(usize::MAX, Ordering::SeqCst);
                assert_eq!(answer.status, 500, "{path} of {size} after {left} writes: {answer:?}");
                assert_eq!(everything(&server), before, "{path} of {size} after {left} writes");
                assert_eq!(export(&server, ""), state, "{path} of {size} after {left} writes");
            }
        }
        // And once the disk works again, all of it happens.
        ask("reset?account=1", Value::Null).ok();
        let [clock, faults, requests, _] = everything(&server);
        assert_eq!(clock["now"], crate::kit::START);
        assert_eq!((faults["faults"].clone(), requests), (json!([]), json!([])));
        assert_ne!(export(&server, ""), state);
    }
}

#[test]
fn an_import_that_cannot_be_written_changes_nothing() {
    for size in SIZES {
        let (store, gate, _arrivals) = gated();
        let server = Server::with(Setup {
            accounts: Some(ACCOUNTS),
            store: Some(store),
            ..Setup::default()
        });
        import(&server, "?account=1", &realm(size, "old")).ok();
        let state = export(&server, "");
        gate.left.store(1, Ordering::SeqCst);
        let large = realm(600, "new");
        assert_eq!(import(&server, "?account=1", &large).status, 500);
        gate.left.store(usize::MAX, Ordering::SeqCst);
        assert_eq!(export(&server, ""), state);
        // What was given up is in nobody's way.
        import(&server, "?account=1", &large).ok();
        assert_eq!(export(&server, "").matches("description: new").count(), 600);
        server.client_as("two", "s").create_key(&[]);
    }
}

#[test]
fn a_clock_whose_dues_cannot_be_written_goes_as_before() {
    let (store, gate, _arrivals) = gated();
    let server =
        Server::with(Setup { accounts: Some(ACCOUNTS), store: Some(store), ..Setup::default() });
    let key = server
        .client_as("one", "s")
        .create_key(&[("EnableAutomaticRotation", "true"), ("RotationInterval", "30d")]);
    let versions = || {
        let listed = server.client_as("one", "s").call("ListKeyVersions", &[("KeyId", &key)]).ok();
        listed["TotalCount"].clone()
    };
    let before = everything(&server);
    let ask = |path: &str, body: &Value| control(server.address, "POST", path, body);
    let moves = [
        ("clock/advance", json!({"by": "60d"})),
        ("clock/set?account=1", json!({"to": "2031-01-01T00:00:00Z"})),
        ("clock/freeze?account=1", json!({"at": "2031-01-01T00:00:00Z"})),
    ];
    for (path, body) in &moves {
        gate.left.store(0, Ordering::SeqCst);
        assert_eq!(ask(path, body).status, 500, "{path}");
        gate.left.store(usize::MAX, Ordering::SeqCst);
        assert_eq!(everything(&server), before, "{path}");
    }
    assert_eq!(versions(), 1);
    ask(moves[0].0, &moves[0].1).ok();
    assert_eq!(versions(), 3);
}

#[test]
fn an_empty_document_is_no_state() {
    let server = Server::start();
    server.client().create_key(&[]);
    let state = export(&server, "");
    for text in ["", "\n", "# what a failed command left\n"] {
        let refused = import(&server, "", text);
        assert_eq!(refused.status, 400, "{text:?}");
        assert!(refused.text.contains("realms: []"), "{refused:?}");
        assert_eq!(export(&server, ""), state);
    }
    import(&server, "", "realms: []\n").ok();
    assert!(!export(&server, "").contains("id:"));
}
