//! Workers share a server, each with its own access key. They reset and move their clocks without
//! affecting each other.

use std::sync::Barrier;
use std::thread;

use kmsim::model::Counts;
use serde_json::{Value, json};

use super::{export, reset};
use crate::kit::{Client, Server, Setup, control, days};

/// The number of workers.
const WORKERS: usize = 8;

/// How many times each worker starts over.
const ROUNDS: usize = 5;

/// An access key for each worker, and a key that exists at the start.
fn seed() -> String {
    let account =
        |n| format!("  - {{ id: '{n}', access_keys: [{{ id: worker-{n}, secret: s }}] }}\n");
    let realm = |n| {
        format!(
            "  - {{ account: '{n}', keys: [{{ id: seeded, aliases: [alias/seeded], rotation: {{ interval: 7d }} }}] }}\n"
        )
    };
    let all = |what: &dyn Fn(usize) -> String| (1..=WORKERS).map(what).collect::<String>();
    format!("accounts:\n{}realms:\n{}", all(&account), all(&realm))
}

fn count(client: &Client, action: &str, params: &[(&str, &str)]) -> u64 {
    client.call(action, params).ok()["TotalCount"].as_u64().unwrap()
}

/// One worker's test, repeated: it sees only its own changes.
fn work(server: &Server, worker: usize, all: &Barrier) {
    let scope = format!("?access_key=worker-{worker}");
    let client = server.client_as(&format!("worker-{worker}"), "s");
    all.wait();
    for round in 0..ROUNDS {
        assert_eq!(
            reset(server, &scope),
            json!(Counts { realms: 1, keys: 1, ..Counts::default() })
        );
        assert_eq!(count(&client, "ListKeys", &[]), 1);
        assert_eq!(count(&client, "ListKeyVersions", &[("KeyId", "seeded")]), 1);
        let blob = client.call("Encrypt", &[("KeyId", "alias/seeded"), ("Plaintext", "aGk=")]).ok();
        for _ in 0..=worker {
            client.create_key(&[]);
        }
        let weeks = u64::try_from(worker + round).unwrap();
        let by = json!({"by": format!("{weeks}w")});
        control(server.address, "POST", &format!("clock/advance{scope}"), &by).ok();
        assert_eq!(count(&client, "ListKeyVersions", &[("KeyId", "seeded")]), weeks + 1);
        assert_eq!(count(&client, "ListKeys", &[]), u64::try_from(worker).unwrap() + 2);
        let blob = blob["CiphertextBlob"].as_str().unwrap();
        assert_eq!(client.call("Decrypt", &[("CiphertextBlob", blob)]).ok()["Plaintext"], "aGk=");
        client
            .call("ScheduleKeyDeletion", &[("KeyId", "seeded"), ("PendingWindowInDays", "7")])
            .ok();
    }
}

#[test]
fn eight_workers_share_a_server_in_isolation() {
    let seed = seed();
    let server = Server::with(Setup { seeds: &[&seed], ..Setup::default() });
    let all = Barrier::new(WORKERS);
    thread::scope(|scope| {
        for worker in 1..=WORKERS {
            let (server, all) = (&server, &all);
            scope.spawn(move || work(server, worker, all));
        }
    });
    // The server's own clock is unchanged.
    assert_eq!(
        control(server.address, "GET", "clock", &Value::Null).ok()["now"],
        crate::kit::START
    );
}

#[test]
fn a_reset_affects_its_scope_and_resets_its_clock() {
    let seed = seed();
    let server = Server::with(Setup { seeds: &[&seed], ..Setup::default() });
    let fresh = export(&server, "?account=1");
    let (one, two) = (server.client_as("worker-1", "s"), server.client_as("worker-2", "s"));
    for client in [&one, &two, &one.clone().with("RegionId", "cn-beijing")] {
        client.create_key(&[]);
    }
    control(server.address, "POST", "clock/advance?account=1", &json!({"by": "30d"})).ok();
    let (beijing, other) =
        (export(&server, "?account=1&region=cn-beijing"), export(&server, "?account=2"));
    assert_eq!(reset(&server, "?account=1&region=cn-hangzhou")["keys"], 1);
    // A region's reset keeps the account's clock.
    assert_eq!(count(&one, "ListKeyVersions", &[("KeyId", "seeded")]), 1);
    assert_eq!(export(&server, "?account=1&region=cn-beijing"), beijing);
    assert_eq!(
        reset(&server, "?account=1"),
        json!(Counts { realms: 1, keys: 1, ..Counts::default() })
    );
    assert_eq!(export(&server, "?account=1"), fresh);
    assert_eq!(export(&server, "?account=2"), other);
    assert_eq!(
        control(server.address, "GET", "clock?account=1", &Value::Null).ok()["now"],
        crate::kit::START
    );
    server.advance(days(1));
    assert_eq!(reset(&server, ""), json!(Counts { realms: 8, keys: 8, ..Counts::default() }));
    assert_eq!(
        control(server.address, "GET", "clock", &Value::Null).ok()["now"],
        crate::kit::START
    );
}

#[test]
fn a_reset_resolves_relative_times_again_and_keeps_the_material() {
    let seed =
        "realms: [{ account: '1000000000000001', keys: [{ id: k, created_at: '{{now - 1d}}' }] }]";
    let server = Server::with(Setup { seeds: &[seed], ..Setup::default() });
    let client = server.client();
    let blob = client.call("Encrypt", &[("KeyId", "k"), ("Plaintext", "aGk=")]).ok();
    let later = kmsim::world::Instant::parse("2030-01-11T00:00:00Z").unwrap();
    control(server.address, "POST", "clock/resume", &Value::Null).ok();
    server.world.clock.set_host(later);
    control(
        server.address,
        "POST",
        "reset?account=1000000000000001&region=cn-hangzhou",
        &Value::Null,
    )
    .ok();
    let client = server.client();
    let key = client.call("DescribeKey", &[("KeyId", "k")]).ok();
    assert_eq!(key["KeyMetadata"]["CreationDate"], "2030-01-10T00:00:00Z");
    let opened = client
        .call("Decrypt", &[("CiphertextBlob", blob["CiphertextBlob"].as_str().unwrap())])
        .ok();
    assert_eq!(opened["Plaintext"], "aGk=");
}

#[test]
fn unknown_access_keys_have_scopes_if_tolerated() {
    let auth = kmsim::dialects::AuthMode::Off;
    let server = Server::with(Setup { auth, ..Setup::default() });
    let (one, two) = (server.client_as("one", "x"), server.client_as("two", "x"));
    let kept = two.create_key(&[]);
    one.create_key(&[]);
    assert_eq!(reset(&server, "?access_key=one")["keys"], 0);
    assert_eq!(count(&one, "ListKeys", &[]), 0);
    two.call("DescribeKey", &[("KeyId", &kept)]).ok();
    let strict = Server::start();
    let refused = control(strict.address, "POST", "reset?access_key=one", &Value::Null);
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(control(strict.address, "GET", "reset", &Value::Null).status, 405);
    assert_eq!(control(strict.address, "POST", "reset", &json!({"hard": true})).status, 400);
}
