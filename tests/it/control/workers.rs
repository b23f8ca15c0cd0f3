//! Workers that share one server, each with its own access key, do not see each other.

use std::thread;

use kmsim::dialects::AuthMode;
use serde_json::{Value, json};

use super::{arm, delete, get, journal, keys, post};
use crate::kit::{Server, Setup};

/// One worker: it adds faults, counts requests, reads the journal and clears it, all in its own
/// scope.
fn work(server: &Server, number: usize) {
    let (id, scope) = (format!("worker-{number}"), format!("?access_key=worker-{number}"));
    let client = server.client_as(&id, "any");
    for round in 0..5 {
        let rule =
            json!({"action": "CreateKey", "error": "Rejected.Throttling", "when": {"every": 2}});
        let armed = arm(server, &scope, &rule);
        for _ in 0..number {
            client.call("CreateKey", &[]).ok();
            client.call("CreateKey", &[]).refused(429, "Rejected.Throttling");
        }
        let counted = get(server, &format!("faults/{}{scope}", armed["id"])).ok();
        assert_eq!((&counted["matched"], &counted["hits"]), (&json!(2 * number), &json!(number)));
        assert_eq!(
            get(server, &format!("faults{scope}")).ok()["faults"].as_array().unwrap().len(),
            1
        );
        let seen = journal(server, &scope);
        assert!(seen.iter().all(|entry| entry["access_key"] == id.as_str()));
        assert_eq!(seen.len(), 2 * number, "round {round}");
        let expected =
            json!({"action": "CreateKey", "outcome": "ok", "times": {"exactly": number}});
        post(server, &format!("requests/expect{scope}"), &expected).ok();
        post(server, &format!("clock/advance{scope}"), &json!({"by": "1d"})).ok();
        assert_eq!(delete(server, &format!("faults{scope}")).ok(), json!({"cleared": 1}));
        assert_eq!(keys(&client), (number * (round + 1)) as u64);
        assert_eq!(
            delete(server, &format!("requests{scope}")).ok(),
            json!({"cleared": 2 * number + 1})
        );
    }
    let clock = get(server, &format!("clock{scope}")).ok();
    assert_eq!(clock["now"], "2030-01-06T00:00:00Z");
}

#[test]
fn eight_workers_share_a_server_in_isolation() {
    let server = Server::with(Setup { auth: AuthMode::Off, ..Setup::default() });
    thread::scope(|threads| {
        for number in 1..=8 {
            let server = &server;
            threads.spawn(move || work(server, number));
        }
    });
    assert_eq!(get(&server, "faults").ok(), json!({"faults": []}));
    assert_eq!(
        get(&server, "requests").ok(),
        json!({"requests": [], "next": Value::Null, "dropped": 0})
    );
}

#[test]
fn a_noisy_worker_evicts_no_other_workers_entries() {
    let server = Server::with(Setup { auth: AuthMode::Off, ..Setup::default() });
    server.client_as("quiet", "any").call("ListKeys", &[]).ok();
    let noisy = server.client_as("noisy", "any");
    for _ in 0..1100 {
        noisy.call("ListKeys", &[]).ok();
    }
    assert_eq!(journal(&server, "?access_key=quiet").len(), 1);
    assert_eq!(journal(&server, "?access_key=noisy&limit=1000").len(), 1000);
}
