//! The rotation policy of keys: intervals, pauses, and refusals.

use std::time::Duration;

use super::{check_days, metadata, rotating, seal, versions};
use crate::kit::{Answer, Client, Server, days};

fn update(client: &Client, key: &str, enable: &str, interval: &str) -> Answer {
    let policy = [("EnableAutomaticRotation", enable), ("RotationInterval", interval)];
    client.call("UpdateRotationPolicy", &[("KeyId", key), policy[0], policy[1]])
}

/// A key's rotation status, interval and next date.
fn policy(client: &Client, key: &str) -> [Option<String>; 3] {
    let metadata = metadata(client, key);
    ["AutomaticRotation", "RotationInterval", "NextRotationDate"]
        .map(|name| Some(metadata.get(name)?.as_str().unwrap().to_owned()))
}

#[track_caller]
fn check_policy(client: &Client, key: &str, word: &str, next: &str) {
    let [found, _, date] = policy(client, key);
    assert_eq!((found.as_deref(), date.as_deref()), (Some(word), Some(next)));
}

#[test]
fn intervals_are_7_to_730_days_in_any_unit() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    for (text, seconds) in [
        ("7d", 604_800),
        ("730d", 63_072_000),
        ("168h", 604_800),
        ("17520h", 63_072_000),
        ("10080m", 604_800),
        ("1051200m", 63_072_000),
        ("604800s", 604_800),
        ("604801s", 604_801),
        ("63072000s", 63_072_000),
        ("365d", 31_536_000),
    ] {
        update(&client, &key, "true", text).ok();
        assert_eq!(policy(&client, &key)[1], Some(format!("{seconds}s")), "{text}");
        let made = rotating(&client, text);
        assert_eq!(policy(&client, &made), policy(&client, &key), "{text}");
    }
    let before = policy(&client, &key);
    for text in [
        "6d",
        "731d",
        "167h",
        "17521h",
        "10079m",
        "1051201m",
        "604799s",
        "63072001s",
        "0d",
        "-7d",
        "+7d",
        "7",
        "d",
        "7D",
        "7 d",
        " 7d",
        "7d ",
        "7.5d",
        "7dd",
        "1w",
        "1y",
        "1d6h",
        "P7D",
        "\u{667}d",
        "18446744073709551623s",
        "213503982334602d",
    ] {
        update(&client, &key, "true", text).refused_parameter("RotationInterval");
        client
            .call("CreateKey", &[("EnableAutomaticRotation", "true"), ("RotationInterval", text)])
            .refused_parameter("RotationInterval");
    }
    for action in ["UpdateRotationPolicy", "CreateKey"] {
        for params in [
            &[("KeyId", &*key), ("EnableAutomaticRotation", "true")][..],
            &[("KeyId", &key), ("EnableAutomaticRotation", "true"), ("RotationInterval", "")],
        ] {
            let message = client.call(action, params).refused(400, "MissingParameter");
            assert!(message.contains("RotationInterval"), "{message}");
        }
    }
    for word in ["yes", "1", "on"] {
        update(&client, &key, word, "7d").refused_parameter("EnableAutomaticRotation");
    }
    let message =
        client.call("UpdateRotationPolicy", &[("KeyId", &key)]).refused(400, "MissingParameter");
    assert!(message.contains("EnableAutomaticRotation"), "{message}");
    assert_eq!(policy(&client, &key), before, "what was refused changes nothing");
}

#[test]
fn an_interval_is_ignored_if_rotation_is_turned_off() {
    let server = Server::start();
    let client = server.client();
    let key = rotating(&client, "7d");
    for interval in ["30d", "6d", "nonsense", ""] {
        update(&client, &key, "true", "7d").ok();
        update(&client, &key, "false", interval).ok();
        assert_eq!(policy(&client, &key), [Some("Disabled".to_owned()), None, None], "{interval}");
    }
}

#[test]
fn rotation_can_be_turned_off_and_on() {
    let server = Server::start();
    let client = server.client();
    let key = rotating(&client, "7d");
    update(&client, &key, "false", "").ok();
    server.advance(days(10));
    check_days(&client, &key, &[1]);
    assert_eq!(policy(&client, &key), [Some("Disabled".to_owned()), None, None]);
    // The interval counts from the last version, and continues if it is not over.
    update(&client, &key, "true", "14d").ok();
    check_days(&client, &key, &[1]);
    check_policy(&client, &key, "Enabled", "2030-01-15T00:00:00Z");
    server.advance(days(4));
    check_days(&client, &key, &[1, 15]);
    // Turning it off undoes nothing. Turning it on late rotates at once.
    update(&client, &key, "false", "").ok();
    server.advance(days(9));
    check_days(&client, &key, &[1, 15]);
    update(&client, &key, "true", "7d").ok();
    check_days(&client, &key, &[1, 15, 24]);
    check_policy(&client, &key, "Enabled", "2030-01-31T00:00:00Z");
}

#[test]
fn another_interval_counts_from_the_last_version() {
    let server = Server::start();
    let client = server.client();
    let key = rotating(&client, "20d");
    server.advance(days(9));
    update(&client, &key, "true", "12d").ok();
    check_days(&client, &key, &[1]);
    check_policy(&client, &key, "Enabled", "2030-01-13T00:00:00Z");
    // A shorter interval that has passed rotates once, now, however often it would have fit.
    update(&client, &key, "true", "9d").ok();
    check_days(&client, &key, &[1, 10]);
    check_policy(&client, &key, "Enabled", "2030-01-19T00:00:00Z");
    update(&client, &key, "true", "30d").ok();
    server.advance(days(19));
    check_days(&client, &key, &[1, 10]);
    update(&client, &key, "true", "7d").ok();
    check_days(&client, &key, &[1, 10, 29]);
    // The same again changes nothing.
    update(&client, &key, "true", "7d").ok();
    check_days(&client, &key, &[1, 10, 29]);
    // A rotation that fell due before the change has happened.
    server.advance(days(7) + Duration::from_hours(1));
    update(&client, &key, "true", "730d").ok();
    assert_eq!(versions(&client, &key).last().unwrap().1, "2030-02-05T00:00:00Z");
    assert_eq!(versions(&client, &key).len(), 4);
}

/// The two ways to pause a key, and to resume it.
const RESTS: [(&str, &str); 2] =
    [("DisableKey", "EnableKey"), ("ScheduleKeyDeletion", "CancelKeyDeletion")];

#[test]
fn rotation_pauses_while_the_key_is_not_enabled() {
    for (rest, wake) in RESTS {
        let server = Server::start();
        let client = server.client();
        let key = rotating(&client, "7d");
        let id = [("KeyId", key.as_str())];
        server.advance(days(3));
        client.call(rest, &id).ok();
        check_policy(&client, &key, "Suspended", "2030-01-08T00:00:00Z");
        assert_eq!(policy(&client, &key)[1].as_deref(), Some("604800s"));
        // Resumed in time, it continues as if nothing had happened.
        server.advance(days(2));
        client.call(wake, &id).ok();
        check_policy(&client, &key, "Enabled", "2030-01-08T00:00:00Z");
        server.advance(days(2));
        check_days(&client, &key, &[1, 8]);
        // Resumed late, it rotates once, at once, with the current date.
        client.call(rest, &id).ok();
        server.advance(days(15));
        check_days(&client, &key, &[1, 8]);
        check_policy(&client, &key, "Suspended", "2030-01-15T00:00:00Z");
        client.call("UpdateKeyDescription", &[id[0], ("Description", "x")]);
        check_days(&client, &key, &[1, 8]);
        client.call(wake, &id).ok();
        check_days(&client, &key, &[1, 8, 23]);
        check_policy(&client, &key, "Enabled", "2030-01-30T00:00:00Z");
        assert_eq!(seal(&client, &key, "x").1, versions(&client, &key)[2].0);
        // Resumed at the exact instant.
        client.call(rest, &id).ok();
        server.advance(days(7));
        client.call(wake, &id).ok();
        check_days(&client, &key, &[1, 8, 23, 30]);
    }
}

#[test]
fn rotations_due_before_a_pause_have_happened() {
    for (rest, wake) in RESTS {
        let server = Server::start();
        let client = server.client();
        let key = rotating(&client, "7d");
        server.advance(days(16));
        client.call(rest, &[("KeyId", &key)]).ok();
        check_days(&client, &key, &[1, 8, 15]);
        server.advance(days(1));
        client.call(wake, &[("KeyId", &key)]).ok();
        check_days(&client, &key, &[1, 8, 15]);
    }
}

#[test]
fn a_key_deleted_during_a_pause_does_not_rotate() {
    let server = Server::start();
    let client = server.client();
    let key = rotating(&client, "7d");
    client.call("DisableKey", &[("KeyId", &key)]).ok();
    server.advance(days(10));
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).ok();
    check_days(&client, &key, &[1]);
    check_policy(&client, &key, "Suspended", "2030-01-08T00:00:00Z");
    server.advance(days(7));
    client.call("DescribeKey", &[("KeyId", &key)]).refused(404, "Forbidden.KeyNotFound");
    // A disabled key works again after its deletion is cancelled, and so does its rotation.
    let key = rotating(&client, "7d");
    client.call("DisableKey", &[("KeyId", &key)]).ok();
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).ok();
    server.advance(days(8));
    client.call("CancelKeyDeletion", &[("KeyId", &key)]).ok();
    check_days(&client, &key, &[18, 26]);
}

#[test]
fn only_symmetric_user_keys_with_generated_material_rotate() {
    let server = Server::start();
    let client = server.client();
    let external = crate::alibaba::import::populated(&client, &[1; 32]).0;
    let service = client.call("Encrypt", &[("KeyId", "alias/acs/oss"), ("Plaintext", "x")]).ok();
    for key in [
        client.create_key(&[("KeySpec", "EC_P256")]),
        client.create_key(&[("KeySpec", "EC_SM2"), ("KeyUsage", "ENCRYPT/DECRYPT")]),
        external,
        service["KeyId"].as_str().unwrap().to_owned(),
    ] {
        for (enable, interval) in [("true", "7d"), ("false", "")] {
            let message = update(&client, &key, enable, interval)
                .refused(400, "Rejected.UnsupportedOperation");
            assert_eq!(message, "Unsupported operation.");
        }
        assert_eq!(policy(&client, &key), [Some("Disabled".to_owned()), None, None]);
        server.advance(days(10));
        assert_eq!(versions(&client, &key).len(), 1);
    }
    for (name, value) in [("KeySpec", "EC_P256"), ("KeySpec", "EC_SM2"), ("Origin", "EXTERNAL")] {
        let rotation = [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
        client
            .call("CreateKey", &[(name, value), rotation[0], rotation[1]])
            .refused_parameter("EnableAutomaticRotation");
        // An unused interval does no harm.
        client.create_key(&[(name, value), ("EnableAutomaticRotation", "false")]);
    }
}

#[test]
fn a_policy_is_refused_by_name_and_state() {
    let server = Server::start();
    let client = server.client();
    let key = rotating(&client, "7d");
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/mine")]).ok();
    update(&client, "alias/mine", "true", "7d").refused(400, "Unsupported.Alias");
    update(&client, "alias/acs/oss", "true", "7d").refused(400, "Unsupported.Alias");
    update(&client, "nobody", "true", "7d").refused(404, "Forbidden.KeyNotFound");
    let other = client.clone().with("RegionId", "cn-beijing");
    update(&other, &key, "true", "7d").refused(404, "Forbidden.KeyNotFound");
    let arn = format!("acs:kms:cn-hangzhou:1000000000000001:key/{key}");
    update(&client, &arn, "true", "8d").ok();
    let external = client.create_key(&[("Origin", "EXTERNAL")]);
    update(&client, &external, "true", "7d").refused(409, "Rejected.PendingImport");
    for (rest, state) in [("DisableKey", "Disabled"), ("ScheduleKeyDeletion", "PendingDeletion")] {
        client.call(rest, &[("KeyId", &key)]).ok();
        for (enable, interval) in [("true", "9d"), ("false", "")] {
            update(&client, &key, enable, interval).refused(409, &format!("Rejected.{state}"));
        }
        assert_eq!(policy(&client, &key)[1].as_deref(), Some("691200s"));
    }
}
