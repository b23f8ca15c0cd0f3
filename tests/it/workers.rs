//! Eight workers share one server, each with an access key of its own: each moves its clock, arms
//! faults, counts its requests and resets, over and over, and none meets another.

use std::fmt::Write as _;
use std::thread;

use serde_json::{Value, json};

use crate::kit::{Answer, Server, Setup, control};

const WORKERS: usize = 8;
const ROUNDS: usize = 4;

#[test]
fn eight_workers_share_a_server_and_none_meets_another() {
    let accounts = (1..=WORKERS).fold("accounts:\n".to_owned(), |mut text, number| {
        let _ = writeln!(
            text,
            "  - {{ id: '{number}', access_keys: [{{ id: worker-{number}, secret: s }}] }}"
        );
        text
    });
    let server = Server::with(Setup { accounts: Some(&accounts), ..Setup::default() });
    thread::scope(|scope| {
        for number in 1..=WORKERS {
            let server = &server;
            scope.spawn(move || (0..ROUNDS).for_each(|_| work(server, number)));
        }
    });
}

/// One round: everything that it sees is its own, and as far along as it made it.
fn work(server: &Server, number: usize) {
    let own = format!("access_key=worker-{number}");
    let ask = |method: &str, path: &str, body: Value| -> Answer {
        control(server.address, method, &format!("{path}?{own}"), &body)
    };
    let client = server.client_as(&format!("worker-{number}"), "s");
    // Each has another number of keys, of days and of faults.
    let keys: Vec<_> = (0..number).map(|_| client.create_key(&[])).collect();
    for key in &keys {
        client.call("ScheduleKeyDeletion", &[("KeyId", key), ("PendingWindowInDays", "7")]).ok();
    }
    let armed =
        json!({"action": "ListKeys", "error": "InternalFailure", "when": {"first": number}});
    ask("POST", "faults", armed).ok();
    for _ in 0..number {
        client.call("ListKeys", &[]).refused(500, "InternalFailure");
    }
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], number);
    let count = |outcome: &str, times: usize| {
        let expected =
            json!({"action": "ListKeys", "outcome": outcome, "times": {"exactly": times}});
        ask("POST", "requests/expect", expected).ok();
    };
    count("InternalFailure", number);
    count("ok", 1);
    let days = 7 + number;
    ask("POST", "clock/advance", json!({"by": format!("{days}d")})).ok();
    assert_eq!(
        ask("GET", "clock", Value::Null).ok()["now"],
        format!("2030-01-{:02}T00:00:00Z", 1 + days)
    );
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 0);
    client.create_key(&[]);
    ask("POST", "reset", json!({})).ok();
    assert_eq!(ask("GET", "clock", Value::Null).ok()["now"], crate::kit::START);
    assert_eq!(ask("GET", "faults", Value::Null).ok()["faults"], json!([]));
    assert_eq!(ask("GET", "requests", Value::Null).ok()["requests"], json!([]));
    assert_eq!(client.call("ListKeys", &[]).ok()["TotalCount"], 0);
    ask("DELETE", "requests", Value::Null).ok();
}
