//! Several addresses, each for HTTP and HTTPS.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use kmsim::world::Clock;
use serde_json::Value;

use super::{Client, ca_pem};
use crate::kit::{control, kmsim, without_listen};
use crate::program::refused;

/// Reads the lines up to the one that says that all is ready, and answers the addresses in them;
/// the server ends there.
fn addresses(command: &mut Command, check: impl Fn(&[SocketAddr])) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut found = Vec::new();
    loop {
        let line = lines.next().unwrap();
        let (said, address) = line.split_once(" on http://").unwrap();
        found.push(address.parse().unwrap());
        match said {
            "kmsim ready" => break,
            "kmsim listens" => {}
            other => panic!("{other}"),
        }
    }
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&found)));
    child.kill().unwrap();
    child.wait().unwrap();
    checked.unwrap();
}

#[test]
fn each_speaks_both() {
    // The kit names an address too.
    let mut by_flag =
        kmsim(&["--listen", "127.0.0.1:0", "--listen", "127.0.0.2:0", "--data", ":memory:"]);
    let mut by_variable = without_listen(&kmsim(&["--data", ":memory:"]));
    by_variable.env("KMSIM_LISTEN", "127.0.0.1:0,127.0.0.1:0, 127.0.0.2:0");
    for command in [&mut by_flag, &mut by_variable] {
        addresses(command, |addresses| {
            assert_eq!(addresses.len(), 3);
            assert_eq!(addresses.iter().filter(|it| it.ip().to_string() == "127.0.0.2").count(), 1);
            let ca = ca_pem(addresses[0]);
            let client = Client::trusting(&ca, Clock::default().host());
            for address in addresses {
                control(*address, "GET", "health", &Value::Null).ok();
                client.health(*address, "localhost").unwrap().ok();
                client.health(*address, &address.ip().to_string()).unwrap().ok();
                assert_eq!(ca_pem(*address), ca);
            }
        });
    }
}

#[test]
fn all_of_them_or_none() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().to_string();
    let line = refused(&mut kmsim(&["--listen", &taken, "--data", ":memory:"]));
    assert!(line.starts_with(&format!("kmsim: --listen: {taken}: ")), "{line}");
    let line = refused(&mut kmsim(&["--listen", "nonsense", "--data", ":memory:"]));
    assert!(line.starts_with("kmsim: --listen: nonsense: "), "{line}");
}
