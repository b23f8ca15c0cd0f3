//! Freshness: by the realm's clock or the host's, within a limit that depends on the signature.

use serde_json::json;

use super::wire::{Client, Wire, moved, told};
use crate::kit::{START, Server, Setup, control};
use kmsim::world::Instant;

const QUARTER: i64 = 15 * 60;
const DAY: i64 = 24 * 3600;

#[track_caller]
fn is_fresh(client: &Client, fresh: bool) {
    let (status, code, message) = told(&client.call("DescribeKeys", &[]));
    if fresh {
        assert_eq!((status, message.as_str()), (200, ""), "{:?} at {}", client.wire, client.time);
    } else {
        assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"));
        assert!(message.starts_with("Signature expired:"), "{message}");
    }
}

#[test]
fn each_signature_has_its_time_limit() {
    let server = Server::start();
    for (wire, width) in [
        (Wire::Header, QUARTER),
        (Wire::Presigned, QUARTER),
        (Wire::Simplified, DAY),
        (Wire::SimplifiedSha1, DAY),
    ] {
        for (off, fresh) in
            [(0, true), (width, true), (-width, true), (width + 1, false), (-width - 1, false)]
        {
            is_fresh(&Client { time: moved(START, off), ..Client::of(&server).on(wire) }, fresh);
        }
    }
}

#[test]
fn a_presigned_request_has_its_own_validity() {
    let server = Server::start();
    let client = |made: i64, lasts: &str| Client {
        time: moved(START, made),
        expires: Some(lasts.into()),
        ..Client::of(&server).on(Wire::Presigned)
    };
    is_fresh(&client(-60, "60"), true);
    is_fresh(&client(-61, "60"), false);
    is_fresh(&client(-DAY * 7, "604800"), true);
    is_fresh(&client(-DAY * 7 - 1, "604800"), false);
    is_fresh(&client(QUARTER, "60"), true);
    is_fresh(&client(QUARTER + 1, "604800"), false);
    for bad in ["0", "604801", "-1", "soon", "", "+60"] {
        let (status, code, message) = told(&client(0, bad).call("DescribeKeys", &[]));
        assert_eq!((status, code.as_str()), (400, "InvalidQueryParameter"), "{bad}");
        assert!(message.contains("parameter X-Amz-Expires is"), "{message}");
    }
}

#[test]
fn a_request_is_fresh_by_either_clock() {
    let server = Server::start();
    let later = "2031-05-05T00:00:00Z";
    let client = Client::of(&server);
    control(server.address, "POST", "clock/set?access_key=testid", &json!({ "to": later })).ok();
    for wire in [Wire::Header, Wire::Presigned, Wire::Simplified] {
        is_fresh(&client.on(wire), true);
        is_fresh(&Client { time: later.into(), ..client.on(wire) }, true);
        is_fresh(&Client { time: "2030-09-01T00:00:00Z".into(), ..client.on(wire) }, false);
    }
    // Another account's clock does not count.
    let accounts = "accounts:\n  - { id: '1', access_keys: [{ id: a, secret: s }] }\n  - { id: '2', access_keys: [{ id: b, secret: s }] }\n";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    control(server.address, "POST", "clock/set?account=1", &json!({ "to": later })).ok();
    is_fresh(&Client { time: later.into(), ..Client::with(&server, "a", "s") }, true);
    is_fresh(&Client { time: later.into(), ..Client::with(&server, "b", "s") }, false);
    // Keys are dated by the realm's clock.
    let made = Client::with(&server, "a", "s").call("CreateKey", &super::wire::NEW).ok();
    assert_eq!(made["Key"]["CreateTime"], "2031-05-05 08:00:00");
}

#[test]
fn a_token_expires_when_both_clocks_are_past_it() {
    let accounts = "accounts:\n  - id: '1'\n    sts_tokens: [{ id: STS.a, secret: s, token: 't+/=', expires: 2030-01-01T01:00:00Z }]\n";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let end = Instant::parse("2030-01-01T01:00:00Z").unwrap();
    for wire in super::wire::SIGNED {
        let client = |time: &str| Client {
            token: Some("t+/=".into()),
            time: time.into(),
            ..Client::with(&server, "STS.a", "s").on(wire)
        };
        server.world.clock.set_host(Instant::parse(START).unwrap());
        client(START).call("DescribeKeys", &[]).ok();
        for token in [None, Some("t"), Some("")] {
            let wrong = Client { token: token.map(str::to_owned), ..client(START) };
            assert_eq!(
                told(&wrong.call("DescribeKeys", &[])).1,
                "InvalidClientTokenId",
                "{wire:?} {token:?}"
            );
        }
        server.world.clock.set_host(end);
        // The realm's clock is still an hour before.
        client(START).call("DescribeKeys", &[]).ok();
    }
    server.advance(std::time::Duration::from_hours(1));
    for wire in super::wire::SIGNED {
        let time = "2030-01-01T01:00:00Z".to_owned();
        let over = Client {
            token: Some("t+/=".into()),
            time,
            ..Client::with(&server, "STS.a", "s").on(wire)
        };
        assert_eq!(told(&over.call("DescribeKeys", &[])).1, "InvalidClientTokenId", "{wire:?}");
    }
}

#[test]
fn a_token_in_a_header_must_be_signed() {
    let accounts = "accounts:\n  - id: '1'\n    sts_tokens: [{ id: STS.a, secret: s, token: t, expires: 2031-01-01T00:00:00Z }]\n";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let client = Client::with(&server, "STS.a", "s");
    Client { token: Some("t".into()), ..client.clone() }.call("DescribeKeys", &[]).ok();
    let unsigned = Client { headers: "X-Amz-Security-Token: t\r\n".into(), ..client };
    assert_eq!(told(&unsigned.call("DescribeKeys", &[])).1, "SignatureDoesNotMatch");
}

#[test]
fn a_date_header_is_enough() {
    let server = Server::start();
    let host = server.address.to_string();
    let sign = |date: &str, shown: &str| {
        let scope = "20300101/cn-beijing-6/kkms/aws4_request";
        let empty = super::wire::hex(&kmsim::algorithms::mac::digest(
            kmsim::algorithms::mac::Hash::Sha256,
            b"",
        ));
        let query = "Action=DescribeKeys&Version=2016-03-04";
        let canonical = format!("GET\n/\n{query}\ndate:{shown}\nhost:{host}\n\ndate;host\n{empty}");
        let signature = Client::of(&server).aws4(date, scope, &canonical);
        let head = format!(
            "GET /?{query} HTTP/1.1\r\nAccept: application/json\r\nDate: {shown}\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=testid/{scope}, SignedHeaders=date;host, Signature={signature}\r\n"
        );
        crate::kit::send(server.address, &head, b"")
    };
    sign("20300101T000000Z", "Tue, 01 Jan 2030 00:00:00 GMT").ok();
    sign("20300101T000000Z", "20300101T000000Z").ok();
    let (status, code, message) = told(&sign("20300101T000000Z", "yesterday"));
    assert_eq!((status, code.as_str()), (400, "IncompleteSignature"));
    assert!(message.contains("Got 'yesterday'"), "{message}");
}
