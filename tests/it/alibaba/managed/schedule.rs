//! Rotation by schedule: at its exact instant, however far time jumps and whichever request comes
//! first.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    DOUBLE, HOUR, REDIS, SAMPLES, SECOND, SINGLE, Sample, after, check_hours, check_rotation,
    current, described, get, just_before, previous, rotate, rotating, text, versions,
};
use crate::kit::{START, Server, days};

#[test]
fn a_secret_rotates_at_its_instant_and_not_before() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &DOUBLE, "6h");
    let still = super::made(&client, &SINGLE, &[]);
    let (before, untouched) = (current(&client, &name), described(&client, &name));
    server.advance(just_before(HOUR * 6));
    assert_eq!(current(&client, &name), before);
    assert_eq!(described(&client, &name), untouched);
    server.advance(Duration::from_millis(999));
    assert_eq!(current(&client, &name), before);
    server.advance(Duration::from_millis(1));
    let (id, value) = current(&client, &name);
    assert_ne!(id, before.0);
    assert_eq!(value["AccountName"], "other");
    assert_ne!(value["AccountPassword"], "second");
    assert_eq!(previous(&client, &name), before);
    check_rotation(&client, &name, "Enabled", Some(6), Some(12));
    assert_eq!(described(&client, &name)["UpdateTime"], after(HOUR * 6));
    // Reading later changes no date.
    server.advance(HOUR * 6 + HOUR / 2);
    check_hours(&client, &name, &[0, 0, 6, 12]);
    check_rotation(&client, &name, "Enabled", Some(12), Some(18));
    check_hours(&client, &still, &[0]);
}

#[test]
fn every_type_rotates_by_schedule() {
    let server = Server::start();
    let client = server.client();
    let names: Vec<_> = SAMPLES.iter().map(|sample| rotating(&client, sample, "1d")).collect();
    let before: Vec<_> = names.iter().map(|name| current(&client, name)).collect();
    server.advance(days(1));
    for (name, before) in names.iter().zip(before) {
        let (id, value) = current(&client, name);
        assert!(id != before.0 && value != before.1, "{name}");
        assert_eq!(super::fields(&value), super::fields(&before.1), "{name}");
        assert_eq!(previous(&client, name), before, "{name}");
        check_rotation(&client, name, "Enabled", Some(24), Some(48));
        if let Some(date) = value.get("GenerateTimestamp") {
            assert_eq!(*date, after(days(1)));
        }
    }
}

#[test]
fn values_include_the_dates() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &SINGLE, "6h");
    server.advance(HOUR * 20);
    let read = get(&client, &name, "ACSCurrent").ok();
    assert_eq!(read["AutomaticRotation"], "Enabled");
    assert_eq!(read["RotationInterval"], "21600s");
    assert_eq!(read["LastRotationDate"], after(HOUR * 18));
    assert_eq!(read["NextRotationDate"], after(HOUR * 24));
    assert_eq!(read["CreateTime"], START, "the secret's, not the version's");
    assert_eq!(read["VersionStages"], json!({ "VersionStage": ["ACSCurrent"] }));
}

#[test]
fn every_action_sees_the_rotations_that_fell_due() {
    for (action, more) in [
        ("GetSecretValue", None),
        ("GetSecretValue", Some(("VersionStage", "ACSPrevious"))),
        ("DescribeSecret", None),
        ("ListSecretVersionIds", None),
        ("ListSecrets", None),
        ("BatchGetSecretValue", Some(("SecretsList", r#"[{"SecretName":"double"}]"#))),
        ("UpdateSecret", Some(("Description", "new"))),
        ("UpdateSecret", Some(("ExtendedConfig.CustomData", r#"{"a":"b"}"#))),
        ("UpdateSecretRotationPolicy", Some(("EnableAutomaticRotation", "false"))),
        ("DeleteSecret", None),
        ("RotateSecret", Some(("VersionId", "v1"))),
    ] {
        let server = Server::start();
        let client = server.client();
        let name = rotating(&client, &DOUBLE, "1d");
        server.advance(days(3) + HOUR);
        let named = Some(("SecretName", &*name))
            .filter(|_| action != "BatchGetSecretValue" && action != "ListSecrets");
        let params: Vec<_> = named.into_iter().chain(more).collect();
        let answer = client.call(action, &params).ok();
        check_hours(&client, &name, &[0, 0, 24, 48, 72]);
        let all = versions(&client, &name);
        let (newest, before) = (&all[4].0, &all[3].0);
        match (action, more) {
            ("GetSecretValue", None) => assert_eq!(answer["VersionId"], **newest),
            ("GetSecretValue", Some(_)) => assert_eq!(answer["VersionId"], **before),
            ("BatchGetSecretValue", _) => {
                assert_eq!(answer["SecretValues"][0]["VersionId"], **newest);
            }
            ("DescribeSecret", _) => assert_eq!(answer["LastRotationDate"], after(days(3))),
            ("ListSecretVersionIds", _) => {
                assert_eq!(answer["VersionIds"]["VersionId"][0]["VersionId"], **newest);
            }
            ("ListSecrets", _) => {
                assert_eq!(answer["SecretList"]["Secret"][0]["UpdateTime"], after(days(3)));
            }
            _ => assert_eq!(
                described(&client, &name)["LastRotationDate"],
                after(days(3)),
                "{action}"
            ),
        }
    }
}

#[test]
fn a_requested_rotation_restarts_the_interval() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &DOUBLE, "2d");
    server.advance(days(1));
    rotate(&client, &name, "mine").ok();
    check_rotation(&client, &name, "Enabled", Some(24), Some(72));
    server.advance(just_before(days(2)));
    assert_eq!(current(&client, &name).0, "mine");
    server.advance(SECOND);
    check_hours(&client, &name, &[0, 0, 24, 72]);
    // Rotations that fell due before the request come first.
    server.advance(days(2) + HOUR);
    rotate(&client, &name, "again").ok();
    check_hours(&client, &name, &[0, 0, 24, 72, 120, 121]);
    check_rotation(&client, &name, "Enabled", Some(121), Some(169));
    // An existing version restarts nothing.
    server.advance(HOUR);
    rotate(&client, &name, "again").ok();
    check_rotation(&client, &name, "Enabled", Some(121), Some(169));
}

#[test]
fn many_callers_after_a_jump_see_one_rotation() {
    let server = Server::start();
    let client = &server.client();
    let name = &rotating(client, &DOUBLE, "6h");
    server.advance(HOUR * 7);
    let seen: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| current(client, name))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    check_hours(client, name, &[0, 0, 6]);
    assert!(seen.iter().all(|it| *it == seen[0]));
}

/// The account and the dates after `total` intervals of six hours, in jumps of `jump` intervals.
fn jumped(sample: &Sample, total: u32, jump: u32) -> (Value, Value, Value, Vec<String>) {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, sample, "6h");
    let mut passed = 0;
    while passed < total {
        let by = jump.min(total - passed);
        server.advance(HOUR * 6 * by);
        passed += by;
        get(&client, &name, "ACSCurrent").ok();
    }
    let told = described(&client, &name);
    let last =
        versions(&client, &name).into_iter().map(|(_, date, _)| date).rev().take(10).collect();
    let user = current(&client, &name).1["AccountName"].clone();
    (user, told["LastRotationDate"].clone(), told["NextRotationDate"].clone(), last)
}

#[test]
fn a_jump_ends_like_single_steps() {
    for total in [1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 21, 40, 41] {
        for sample in [&DOUBLE, &REDIS, &SINGLE] {
            let steps = jumped(sample, total, 1);
            assert_eq!(jumped(sample, total, total), steps, "{total} of {}", sample.name);
            assert_eq!(steps.1, after(HOUR * 6 * total));
            assert_eq!(steps.2, after(HOUR * 6 * (total + 1)));
        }
    }
    assert_eq!(jumped(&DOUBLE, 30, 7), jumped(&DOUBLE, 30, 1));
    // The second account need not exist from the beginning.
    let alone = Sample { data: SINGLE.data, ..DOUBLE };
    for total in [11, 12] {
        let (user, ..) = jumped(&alone, total, total);
        assert_eq!(user, if total % 2 == 0 { "app" } else { "app_clone" });
    }
}

#[test]
fn each_secret_keeps_its_own_interval() {
    let server = Server::start();
    let client = server.client();
    let six = rotating(&client, &SINGLE, "6h");
    let seven = rotating(&client, &DOUBLE, "25200s");
    let elsewhere = client.clone().with("RegionId", "cn-beijing");
    let there = rotating(&elsewhere, &REDIS, "480m");
    server.advance(HOUR * 24);
    check_hours(&client, &six, &[0, 6, 12, 18, 24]);
    check_hours(&client, &seven, &[0, 0, 7, 14, 21]);
    check_hours(&elsewhere, &there, &[0, 0, 8, 16, 24]);
    check_rotation(&client, &seven, "Enabled", Some(21), Some(28));
}

#[test]
fn a_jump_over_centuries_works() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &DOUBLE, "6h");
    server.advance(days(365 * 200) + HOUR);
    let told = described(&client, &name);
    assert_eq!(told["LastRotationDate"], after(days(365 * 200)));
    assert_eq!(told["NextRotationDate"], after(days(365 * 200) + HOUR * 6));
    assert_eq!(current(&client, &name).1["AccountName"], "app", "the count of rotations is even");
    assert_eq!(versions(&client, &name).len(), 10);
    let before = current(&client, &name);
    server.advance(HOUR * 5);
    assert_eq!(previous(&client, &name), before);
}

#[test]
fn nothing_follows_at_the_end_of_time() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &DOUBLE, "6h");
    server.advance(Duration::MAX);
    let last = current(&client, &name);
    for _ in 0..3 {
        assert_eq!(current(&client, &name), last);
    }
    assert_eq!(text(&described(&client, &name), "LastRotationDate"), "9999-12-31T23:59:59Z");
}

#[test]
fn two_runs_with_one_seed_are_equal() {
    let run = || {
        let server = Server::start();
        let client = server.client();
        let names: Vec<_> = SAMPLES.iter().map(|sample| rotating(&client, sample, "30h")).collect();
        let mut all = Vec::new();
        for hours in [31, 30, 70, 29] {
            server.advance(Duration::from_hours(hours));
            all.extend(names.iter().map(|name| (current(&client, name), versions(&client, name))));
        }
        all
    };
    assert_eq!(run(), run());
}
