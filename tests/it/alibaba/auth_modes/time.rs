//! Checks that depend on time: freshness of requests, expiry of tokens, memory of nonces.

use std::panic::AssertUnwindSafe;

use kmsim::dialects::AuthMode;
use kmsim::world::Instant;

use super::signer::Ask;
use super::{STS, server};
use crate::kit::{Answer, START, days};

fn at(time: &str) -> Instant {
    Instant::parse(time).unwrap()
}

/// Checks that a request was let in, or was refused because of its time.
#[track_caller]
fn is_fresh(fresh: bool, answer: &Answer) {
    if fresh {
        answer.ok();
    } else {
        let message = answer.refused(400, "IllegalTimestamp");
        let text = r#"The input parameter "Timestamp" that is mandatory for processing this request is not supplied."#;
        assert_eq!(message, text);
    }
}

#[test]
fn a_request_is_fresh_for_a_quarter_of_an_hour_either_way() {
    let server = server(AuthMode::Strict);
    for (time, fresh) in [
        (START, true),
        ("2029-12-31T23:45:00Z", true),
        ("2029-12-31T23:44:59Z", false),
        ("2029-12-31T23:44:59.999Z", false),
        ("2029-12-31T23:45:00.001Z", true),
        ("2030-01-01T00:00:00.123456789Z", true),
        ("2030-01-01T00:14:59.999Z", true),
        ("2030-01-01T00:15:00.0Z", true),
        ("2030-01-01T00:15:00.001Z", false),
        ("2030-01-01T00:15:01Z", false),
        ("2031-01-01T00:00:00Z", false),
        ("1999-01-01T00:00:00Z", false),
    ] {
        for ask in (Ask { time: Some(time), ..Ask::SIGNED }).schemes() {
            is_fresh(fresh, &ask.send(&server));
        }
    }
}

#[test]
fn a_request_is_fresh_by_either_clock() {
    let server = server(AuthMode::Strict);
    let check = |time: &str, fresh: bool| {
        for ask in (Ask { time: Some(time), ..Ask::SIGNED }).schemes() {
            is_fresh(fresh, &ask.send(&server));
        }
    };
    server.world.clock.freeze(at("2035-06-01T12:00:00Z"));
    check(START, true);
    check("2035-06-01T12:10:00Z", true);
    check("2032-01-01T00:00:00Z", false);
    check("2035-06-01T12:15:01Z", false);
    server.world.clock.set_host(at("2029-01-01T00:00:00Z"));
    check(START, false);
    check("2029-01-01T00:15:00Z", true);
    check("2035-06-01T11:45:00Z", true);
}

#[test]
fn a_time_must_be_present_and_valid() {
    let server = server(AuthMode::Strict);
    for time in [
        None,
        Some(""),
        Some("now"),
        Some("1893456000"),
        Some("2030-01-01"),
        Some("2030-01-01T00:00:00"),
    ] {
        for ask in (Ask { time, day: Some("20300101"), ..Ask::SIGNED }).schemes() {
            is_fresh(false, &ask.send(&server));
        }
    }
}

#[test]
fn an_acs4_keys_day_has_the_same_time_limit() {
    let later = "2030-01-01T00:16:00Z";
    for scheme in ["ACS4-HMAC-SHA256", "ACS4-HMAC-SM3"] {
        let server = server(AuthMode::Strict);
        let ask = Ask { scheme, ..Ask::SIGNED };
        let check = |time, day, fresh| {
            is_fresh(fresh, &Ask { time: Some(time), day: Some(day), ..ask }.send(&server));
        };
        // At midnight both days are within a quarter of an hour.
        check(START, "20300101", true);
        check(START, "20291231", true);
        check(START, "20300102", false);
        check(START, "20291230", false);
        check(START, "2030-01-01", false);
        check("2029-12-31T23:55:00Z", "20291231", true);
        // One SDK takes the day from its clock even if its user sets the time of the request.
        check("2029-12-31T23:55:00Z", "20300101", true);
        let now = kmsim::world::Instant::parse(later).unwrap();
        server.world.clock.freeze(now);
        server.world.clock.set_host(now);
        check(later, "20300101", true);
        check(later, "20291231", false);
    }
}

#[test]
fn a_token_expires_when_both_clocks_are_past_it() {
    let server = server(AuthMode::Strict);
    let (before, end) = ("2030-01-01T00:59:59.999Z", "2030-01-01T01:00:00Z");
    for (realm, host, over) in [
        (before, before, false),
        ("2034-01-01T00:00:00Z", before, false),
        (before, "2034-01-01T00:00:00Z", false),
        (end, before, false),
        (before, end, false),
        (end, end, true),
        ("2034-01-01T00:00:00Z", end, true),
    ] {
        server.world.clock.freeze(at(realm));
        server.world.clock.set_host(at(host));
        for ask in (Ask { time: Some(host), ..STS }).schemes() {
            let answer = ask.send(&server);
            if over {
                let message = answer.refused(400, "InvalidSecurityToken.Expired");
                assert_eq!(message, "Specified SecurityToken is expired.");
            } else {
                answer.ok();
            }
        }
    }
}

#[test]
fn a_nonce_is_spent_once_for_each_access_key() {
    let server = server(AuthMode::Strict);
    for ask in Ask::SIGNED.schemes() {
        let ask = Ask { nonce: Some(ask.scheme), ..ask };
        ask.send(&server).ok();
        let message = ask.send(&server).refused(400, "SignatureNonceUsed");
        assert_eq!(message, "Specified signature nonce was used already.");
        // Other parameters, another time and another scheme do not make it new; another access key
        // does.
        Ask { action: "ListAliases", ..ask }.send(&server).refused(400, "SignatureNonceUsed");
        Ask { time: Some("2030-01-01T00:00:01Z"), ..ask }
            .send(&server)
            .refused(400, "SignatureNonceUsed");
        Ask { scheme: "ACS3-HMAC-SHA256", ..ask }.send(&server).refused(400, "SignatureNonceUsed");
        Ask { id: "second", secret: "secondsecret", ..ask }.send(&server).ok();
        Ask { nonce: Some(ask.scheme), scheme: ask.scheme, ..STS }.send(&server).ok();
    }
    // Requests without a nonce may be repeated.
    for ask in Ask::SIGNED.schemes().chain(Ask { nonce: Some(""), ..Ask::SIGNED }.schemes()) {
        ask.send(&server).ok();
        ask.send(&server).ok();
    }
}

#[test]
fn only_a_verified_request_spends_its_nonce() {
    let server = server(AuthMode::Strict);
    for ask in STS.schemes() {
        let ask = Ask { nonce: Some(ask.scheme), ..ask };
        assert_ne!(Ask { secret: "wrong", ..ask }.send(&server).status, 200);
        assert_ne!(Ask { time: Some("2029-01-01T00:00:00Z"), ..ask }.send(&server).status, 200);
        assert_ne!(Ask { token: None, ..ask }.send(&server).status, 200);
        // A failing action spends the nonce too.
        let failing = Ask { action: "DescribeKey", params: &[("KeyId", "k")], ..ask };
        failing.send(&server).refused(404, "Forbidden.KeyNotFound");
        ask.send(&server).refused(400, "SignatureNonceUsed");
    }
}

#[test]
fn a_nonce_is_kept_while_its_request_is_fresh_by_either_clock() {
    for scheme in ["HMAC-SHA1", "ACS3-HMAC-SHA256"] {
        let server = server(AuthMode::Strict);
        let clock = &server.world.clock;
        let ask = Ask { scheme, nonce: Some("n"), ..Ask::SIGNED };
        ask.send(&server).ok();
        // The realm's clock is frozen, so the request stays fresh by it, however late the host's
        // clock is.
        for host in ["2030-01-01T00:30:00Z", "2030-01-01T00:30:00.001Z", "2031-01-01T00:00:00Z"] {
            clock.set_host(at(host));
            ask.send(&server).refused(400, "SignatureNonceUsed");
            Ask { time: Some(host), ..ask }.send(&server).refused(400, "SignatureNonceUsed");
        }
        // It has expired by both.
        let now = "2031-01-01T00:00:00Z";
        clock.freeze(at("2030-01-01T00:15:00Z"));
        Ask { time: Some(now), ..ask }.send(&server).refused(400, "SignatureNonceUsed");
        clock.freeze(at("2030-01-01T00:15:00.001Z"));
        Ask { time: Some(now), ..ask }.send(&server).ok();
        Ask { time: Some(now), ..ask }.send(&server).refused(400, "SignatureNonceUsed");
    }
}

#[test]
fn setting_a_clock_back_allows_no_replay() {
    let server = server(AuthMode::Strict);
    let clock = &server.world.clock;
    let ask = Ask { nonce: Some("n"), ..Ask::SIGNED };
    ask.send(&server).ok();
    clock.set_host(at("2031-01-01T00:00:00Z"));
    server.advance(days(400));
    Ask { nonce: Some("other"), time: Some("2031-01-01T00:00:00Z"), ..ask }.send(&server).ok();
    clock.freeze(at(START));
    ask.send(&server).refused(400, "SignatureNonceUsed");
}

#[test]
fn a_request_that_did_not_run_releases_its_nonce() {
    let server = server(AuthMode::Strict);
    for (nth, scheme) in
        ["HMAC-SHA256", "ACS3-HMAC-SHA256", "ACS4-HMAC-SHA256"].into_iter().enumerate()
    {
        for (fault, answered) in [("reset", false), ("latency=1ms", true), ("throttling", true)] {
            let nonce = format!("{nth} {fault}");
            let ask = Ask { scheme, nonce: Some(&nonce), ..Ask::SIGNED };
            let header = format!("x-kmsim-fault: {fault}\r\n");
            let struck = Ask { unsigned: &header, ..ask };
            if answered {
                let status = struck.send(&server).status;
                assert_eq!(status == 200, fault.starts_with("latency"));
                ask.send(&server).refused(400, "SignatureNonceUsed");
            } else {
                assert!(
                    std::panic::catch_unwind(AssertUnwindSafe(|| struck.send(&server))).is_err(),
                    "no answer comes"
                );
                ask.send(&server).ok();
                ask.send(&server).refused(400, "SignatureNonceUsed");
            }
        }
    }
}

#[test]
fn one_of_many_concurrent_requests_spends_the_nonce() {
    let server = server(AuthMode::Strict);
    let ask = Ask { nonce: Some("n"), ..Ask::SIGNED };
    let count = std::thread::scope(|scope| {
        let asking: Vec<_> =
            (0..16).map(|_| scope.spawn(|| ask.send(&server).status == 200)).collect();
        asking.into_iter().map(|it| it.join().unwrap()).filter(|served| *served).count()
    });
    assert_eq!(count, 1);
}
