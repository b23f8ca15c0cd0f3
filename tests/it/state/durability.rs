//! An acknowledged reset, load or import is durable, and requests see all of it or nothing. Also
//! how long it takes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{export, import};
use crate::kit::{Process, Server, data_file, root, send};

#[test]
fn an_acknowledged_state_survives_kill_9() {
    let (folder, data) = data_file();
    let mut seed = std::fs::read_to_string(root().join("fixtures/seeds/known.yaml")).unwrap();
    seed += MORE;
    let file = folder.path().join("seed.yaml");
    std::fs::write(&file, &seed).unwrap();
    let arguments = ["--data", data.to_str().unwrap(), "--seed", file.to_str().unwrap()];
    let state = |server: &Process| send(server.address, "GET /_kmsim/state HTTP/1.1\r\n", b"").text;
    let mut server = Process::start(&arguments);
    for _ in 0..3 {
        for _ in 0..20 {
            server.client().create_key(&[("Tags", r#"[{"TagKey":"a","TagValue":"b"}]"#)]);
        }
        send(server.address, "POST /_kmsim/reset HTTP/1.1\r\n", b"").ok();
        let before = state(&server);
        server.signal("KILL");
        server.child.wait().unwrap();
        // Without the seed, which would add what is missing.
        server = Process::start(&[
            "--data",
            data.to_str().unwrap(),
            "--access-key",
            "testid:testsecret:1000000000000001",
        ]);
        assert_eq!(state(&server), before);
        drop(server);
        server = Process::start(&arguments);
    }
    let text =
        state(&server).replace("id: known-sm4", "id: renamed").replace("- known-sm4", "- renamed");
    send(server.address, "PUT /_kmsim/state HTTP/1.1\r\n", text.as_bytes()).ok();
    send(server.address, "POST /_kmsim/snapshots/s HTTP/1.1\r\n", b"").ok();
    server.client().create_key(&[]);
    send(server.address, "POST /_kmsim/snapshots/s/load HTTP/1.1\r\n", b"").ok();
    server.signal("KILL");
    server.child.wait().unwrap();
    let server = Process::start(&arguments[..2]);
    assert_eq!(state(&server), text);
}

/// Realms that the fixture lacks.
const MORE: &str = "
  - { account: '1000000000000001', region: '', subscribed_at: 2020-01-01T00:00:00.5Z }
  - account: '1000000000000001'
    region: cn-hangzhou
    import_seal: AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=
    counted: 77
    keys:
      - { id: off, state: Disabled, deletion_protection: 'why', policy: p, instance: i }
      - { id: gone, origin: EXTERNAL, versions: [{ fingerprint: AAAA }] }
      - { id: mine, origin: EXTERNAL, versions: [{ material: 00000000000000000000000000000000000000000000000000000000000000ff, expires_at: 2090-01-01T00:00:00Z }] }
    certificates:
      - { id: pending, spec: EC_P256, subject: 'CN=a,O=b,C=CN', tags: { a: b }, exportable: true }
    secrets:
      - { name: leaving, value: x, delete_at: 2090-01-01T00:00:00Z, tags: { a: b }, policy: p }
      - name: sealed
        encryption_key_id: nobody
        versions: [{ id: v, sealed: { data_key: AAAA, sealed_value: AAAA } }]
      - name: rds
        type: Rds
        extended_config: '{\"SecretSubType\":\"SingleUser\",\"DBInstanceId\":\"rm-1\",\"CustomData\":{}}'
        rotation: { interval: 7d, last: '{{now - 1h}}', failed: true, requested: ['{{now - 1m}}'] }
        value: '{}'
";

/// One of two alternating states: every key has this description.
fn turn(word: &str) -> String {
    let key = |n| format!("      - {{ id: k{n}, description: {word} }}\n");
    format!(
        "realms:\n  - account: '1000000000000001'\n    keys:\n{}",
        (0..50).map(key).collect::<String>()
    )
}

#[test]
fn a_request_sees_all_of_a_state_or_nothing_of_it() {
    let server = Server::start();
    let states = [turn("even"), turn("odd")];
    import(&server, "", &states[0]).ok();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = std::collections::BTreeSet::new();
            while !done.load(Ordering::Acquire) {
                let text = export(&server, "");
                let (even, odd) = (
                    text.matches("description: even").count(),
                    text.matches("description: odd").count(),
                );
                assert!([(50, 0), (0, 50)].contains(&(even, odd)), "{even} {odd}");
                seen.insert(even);
            }
            seen
        });
        for round in 0..60 {
            import(&server, "", &states[round % 2]).ok();
        }
        done.store(true, Ordering::Release);
        assert_eq!(reader.join().unwrap().len(), 2, "both were seen");
    });
}

#[test]
fn a_state_of_some_megabytes_is_accepted_and_a_larger_one_refused() {
    let server = Server::start();
    let key = |n| format!("      - {{ id: key-{n}, description: '{}' }}\n", "d".repeat(1200));
    let text =
        format!("realms:\n  - account: '1'\n    keys:\n{}", (0..3000).map(key).collect::<String>());
    assert!(text.len() > 3 * 1024 * 1024);
    assert_eq!(import(&server, "", &text).ok()["keys"], 3000);
    let out = export(&server, "");
    import(&server, "", &out).ok();
    assert_eq!(export(&server, ""), out);
    // Sent as far as the server reads.
    let mut stream = TcpStream::connect(server.address).unwrap();
    write!(
        stream,
        "PUT /_kmsim/state HTTP/1.1\r\nHost: kmsim\r\nContent-Length: {}\r\n\r\n",
        (64 << 20) + 1
    )
    .unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
    assert_eq!(export(&server, ""), out);
}

#[test]
fn a_reset_of_ten_thousand_keys_is_fast() {
    let key = |n| format!("      - {{ id: key-{n} }}\n");
    for count in [10, 10_000] {
        let seed = format!(
            "realms:\n  - account: '1000000000000001'\n    keys:\n{}",
            (0..count).map(key).collect::<String>()
        );
        let (folder, data) = data_file();
        let file = folder.path().join("seed.yaml");
        std::fs::write(&file, seed).unwrap();
        let server =
            Process::start(&["--data", data.to_str().unwrap(), "--seed", file.to_str().unwrap()]);
        let clock = kmsim::world::Clock::default();
        let start = clock.host();
        for _ in 0..5 {
            server.client().call("DisableKey", &[("KeyId", "key-1")]).ok();
            let done = send(server.address, "POST /_kmsim/reset HTTP/1.1\r\n", b"").ok();
            assert_eq!(done["keys"], count);
        }
        println!("a reset of {count} keys: {:?}", clock.host().distance(start) / 5);
        let state = server.client().call("DescribeKey", &[("KeyId", "key-1")]).ok();
        assert_eq!(state["KeyMetadata"]["KeyState"], "Enabled");
    }
}
