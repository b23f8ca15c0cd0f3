//! Requested rotations: when they happen, when they were done before, and when they are refused.

use std::time::Duration;

use super::{
    DOUBLE, HOUR, LOGIN, SECOND, SINGLE, current, described, generic, just_before, made, on,
    previous, rotate, set_policy, under_key, versions,
};
use crate::kit::{Server, days};

const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn an_existing_version_is_not_created_again() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &DOUBLE, &[]);
    rotate(&client, &name, "v2").ok();
    let before = (described(&client, &name), versions(&client, &name), current(&client, &name));
    server.advance(HOUR);
    let answer = rotate(&client, &name, "v2").ok();
    assert_eq!(answer["VersionId"], "v2");
    // At any stage.
    rotate(&client, &name, "v1").ok();
    assert_eq!(
        (described(&client, &name), versions(&client, &name), current(&client, &name)),
        before
    );
    rotate(&client, &name, "v3").ok();
    rotate(&client, &name, "v2").ok();
    rotate(&client, &name, "v1").ok();
    assert_eq!((current(&client, &name).0, previous(&client, &name).0), ("v3".into(), "v2".into()));
    // Ids are compared exactly and within one secret: in another secret or in other letters they
    // are new.
    rotate(&client, &name, "V3").ok();
    assert_eq!(current(&client, &name).0, "V3");
    let other = made(&client, &LOGIN, &[]);
    rotate(&client, &other, "v3").ok();
    assert_eq!(current(&client, &other).0, "v3");
}

#[test]
fn concurrent_requests_for_one_version_create_one() {
    let server = Server::start();
    let client = &server.client();
    let name = &made(client, &DOUBLE, &[]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| rotate(client, name, "v2").ok());
        }
    });
    assert_eq!(versions(client, name).len(), 3);
    assert_eq!(
        (current(client, name).0, previous(client, name).0),
        ("v2".to_owned(), "v1".to_owned())
    );
}

#[test]
fn fifty_rotations_an_hour_are_allowed() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SINGLE, &[]);
    let other = made(&client, &LOGIN, &[]);
    for at in 0..50 {
        if at == 30 {
            server.advance(MINUTE * 10);
        }
        rotate(&client, &name, &format!("a{at}")).ok();
    }
    let before = (described(&client, &name), versions(&client, &name), current(&client, &name));
    for _ in 0..2 {
        rotate(&client, &name, "b0").refused(400, "Rejected.LimitExceeded");
    }
    // Existing versions are still returned, and another secret has its own fifty.
    rotate(&client, &name, "a49").ok();
    rotate(&client, &other, "b0").ok();
    server.advance(just_before(MINUTE * 50));
    rotate(&client, &name, "b0").refused(400, "Rejected.LimitExceeded");
    assert_eq!(
        (described(&client, &name), versions(&client, &name), current(&client, &name)),
        before
    );
    // An hour after the first thirty, thirty more.
    server.advance(SECOND);
    for at in 0..30 {
        rotate(&client, &name, &format!("b{at}")).ok();
    }
    rotate(&client, &name, "c0").refused(400, "Rejected.LimitExceeded");
    server.advance(MINUTE * 10);
    for at in 0..20 {
        rotate(&client, &name, &format!("c{at}")).ok();
    }
    rotate(&client, &name, "d0").refused(400, "Rejected.LimitExceeded");
    server.advance(HOUR);
    rotate(&client, &name, "d0").ok();
    assert_eq!(current(&client, &name).0, "d0");
}

#[test]
fn scheduled_rotations_are_not_counted() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SINGLE, &[]);
    for at in 0..50 {
        rotate(&client, &name, &format!("a{at}")).ok();
    }
    set_policy(&client, &name, "true", "6h").ok();
    rotate(&client, &name, "b0").refused(400, "Rejected.LimitExceeded");
    server.advance(HOUR * 6);
    assert_eq!(versions(&client, &name).len(), 10);
    assert_ne!(current(&client, &name).0, "a49");
    for at in 0..50 {
        rotate(&client, &name, &format!("b{at}")).ok();
    }
    rotate(&client, &name, "c0").refused(400, "Rejected.LimitExceeded");
    server.advance(HOUR * 6);
    assert_ne!(current(&client, &name).0, "b49", "nor do the asked ones hold the schedule up");
}

#[test]
fn a_generic_secret_is_not_rotated() {
    let server = Server::start();
    let client = server.client();
    generic(&client, "generic").ok();
    let before = (described(&client, "generic"), versions(&client, "generic"));
    for version in ["v1", "v2"] {
        let message =
            rotate(&client, "generic", version).refused(400, "Rejected.UnsupportedOperation");
        assert_eq!(message, "Unsupported operation.");
    }
    for (enable, interval) in [("true", "7d"), ("false", "7d"), ("false", "")] {
        set_policy(&client, "generic", enable, interval)
            .refused(400, "Rejected.UnsupportedOperation");
    }
    assert_eq!((described(&client, "generic"), versions(&client, "generic")), before);
}

#[test]
fn a_deleted_secret_is_not_rotated() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &DOUBLE, &[]);
    rotate(&client, &name, "v2").ok();
    on(&client, "DeleteSecret", &name).ok();
    let before = (described(&client, &name), versions(&client, &name));
    for version in ["v2", "v3"] {
        let message =
            rotate(&client, &name, version).refused(409, "Rejected.ResourceInDeleteWindow");
        assert_eq!(message, "The secret is planned to be deleted.");
    }
    for (enable, interval) in [("true", "7d"), ("false", "")] {
        set_policy(&client, &name, enable, interval)
            .refused(409, "Rejected.ResourceInDeleteWindow");
    }
    assert_eq!((described(&client, &name), versions(&client, &name)), before);
    on(&client, "RestoreSecret", &name).ok();
    rotate(&client, &name, "v3").ok();
    assert_eq!(previous(&client, &name).0, "v2");
    let gone = [("SecretName", &*name), ("ForceDeleteWithoutRecovery", "true")];
    client.call("DeleteSecret", &gone).ok();
    rotate(&client, &name, "v4").refused(404, "Forbidden.ResourceNotFound");
    set_policy(&client, &name, "true", "7d").refused(404, "Forbidden.ResourceNotFound");
}

#[test]
fn an_unusable_key_leaves_everything_unchanged() {
    let server = Server::start();
    let client = server.client();
    for sample in [&SINGLE, &DOUBLE, &LOGIN] {
        let (key, name) = under_key(&client, sample, "365d");
        let before = (described(&client, &name), versions(&client, &name), current(&client, &name));
        let on_key = |action: &str| {
            client.call(action, &[("KeyId", &key), ("PendingWindowInDays", "7")]).ok()
        };
        for (off, code, back) in [
            ("DisableKey", "Rejected.Disabled", "EnableKey"),
            ("ScheduleKeyDeletion", "Rejected.PendingDeletion", "CancelKeyDeletion"),
        ] {
            on_key(off);
            for _ in 0..60 {
                rotate(&client, &name, "v2").refused(409, code);
            }
            assert_eq!(
                (described(&client, &name), versions(&client, &name)),
                (before.0.clone(), before.1.clone())
            );
            // An existing version needs no key.
            rotate(&client, &name, "v1").ok();
            on_key(back);
            assert_eq!(current(&client, &name), before.2);
        }
        // Refused rotations are not counted.
        for at in 0..50 {
            rotate(&client, &name, &format!("r{at}")).ok();
        }
        on_key("ScheduleKeyDeletion");
        server.advance(days(7));
        rotate(&client, &name, "r50").refused(404, "Forbidden.KeyNotFound");
        assert_eq!(versions(&client, &name).pop().unwrap().0, "r49");
        server.advance(days(1));
    }
}
