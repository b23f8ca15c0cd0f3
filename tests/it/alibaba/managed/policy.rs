//! The rotation policy of secrets: intervals, on, off, shorter and longer.

use super::{
    DOUBLE, HOUR, SINGLE, after, check_hours, check_rotation, create, current, described, made,
    rotate, rotating, set_policy, text, versions,
};
use crate::kit::{Server, days};

#[test]
fn intervals_are_6_hours_to_365_days_in_any_unit() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SINGLE, &[]);
    for (interval, seconds) in [
        ("6h", 21_600),
        ("360m", 21_600),
        ("21600s", 21_600),
        ("21601s", 21_601),
        ("1d", 86_400),
        ("7d", 604_800),
        ("365d", 31_536_000),
        ("8760h", 31_536_000),
        ("525600m", 31_536_000),
        ("31536000s", 31_536_000),
        ("0007d", 604_800),
    ] {
        let answer = set_policy(&client, &name, "true", interval).ok();
        assert_eq!(super::fields(&answer), ["RequestId", "SecretName"]);
        assert_eq!(answer["SecretName"], *name);
        let policy = [("EnableAutomaticRotation", "true"), ("RotationInterval", interval)];
        let other = format!("s-{interval}");
        create(&client, &SINGLE, &[policy[0], policy[1], ("SecretName", &other)]).ok();
        for name in [&name, &other] {
            let told = described(&client, name);
            assert_eq!(told["RotationInterval"], format!("{seconds}s"), "{interval}");
            assert_eq!(told["AutomaticRotation"], "Enabled");
            assert_eq!(told["NextRotationDate"], after(std::time::Duration::from_secs(seconds)));
        }
    }
    let before = described(&client, &name);
    for bad in [
        "5h",
        "359m",
        "21599s",
        "366d",
        "8761h",
        "525601m",
        "31536001s",
        "0d",
        "0s",
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
        set_policy(&client, &name, "true", bad).refused_parameter("RotationInterval");
        let policy = [("EnableAutomaticRotation", "true"), ("RotationInterval", bad)];
        create(&client, &DOUBLE, &policy).refused_parameter("RotationInterval");
    }
    assert_eq!(described(&client, &name), before, "what was refused changes nothing");
    assert_eq!(client.call("DescribeSecret", &[("SecretName", DOUBLE.name)]).status, 404);
}

#[test]
fn rotation_can_be_turned_off_and_on() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &DOUBLE, "2d");
    let turn_off = [("SecretName", &*name), ("EnableAutomaticRotation", "false")];
    client.call("UpdateSecretRotationPolicy", &turn_off).ok();
    server.advance(days(3));
    check_hours(&client, &name, &[0, 0]);
    check_rotation(&client, &name, "Disabled", None, None);
    // The interval counts from the creation, and continues if it is not over.
    set_policy(&client, &name, "true", "4d").ok();
    check_hours(&client, &name, &[0, 0]);
    check_rotation(&client, &name, "Enabled", None, Some(96));
    server.advance(days(1));
    check_hours(&client, &name, &[0, 0, 96]);
    // Turning it off undoes nothing. Turning it on late rotates once, at once.
    set_policy(&client, &name, "false", "").ok();
    check_rotation(&client, &name, "Disabled", Some(96), None);
    server.advance(days(9));
    check_hours(&client, &name, &[0, 0, 96]);
    set_policy(&client, &name, "true", "2d").ok();
    check_hours(&client, &name, &[0, 0, 96, 312]);
    check_rotation(&client, &name, "Enabled", Some(312), Some(360));
    assert_eq!(current(&client, &name).1["AccountName"], "app");
    // Requested rotations work while it is off.
    set_policy(&client, &name, "false", "").ok();
    server.advance(HOUR);
    rotate(&client, &name, "mine").ok();
    check_rotation(&client, &name, "Disabled", Some(313), None);
}

#[test]
fn an_interval_is_ignored_if_rotation_is_turned_off() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &SINGLE, "7d");
    for interval in ["30d", "5h", "1000d", "nonsense", ""] {
        set_policy(&client, &name, "true", "7d").ok();
        set_policy(&client, &name, "false", interval).ok();
        check_rotation(&client, &name, "Disabled", None, None);
    }
}

#[test]
fn another_interval_counts_from_the_last_rotation() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &SINGLE, "20d");
    server.advance(days(9));
    set_policy(&client, &name, "true", "12d").ok();
    check_hours(&client, &name, &[0]);
    check_rotation(&client, &name, "Enabled", None, Some(12 * 24));
    // A shorter interval that has passed rotates once, now, however often it would have fit.
    set_policy(&client, &name, "true", "6h").ok();
    check_hours(&client, &name, &[0, 9 * 24]);
    check_rotation(&client, &name, "Enabled", Some(9 * 24), Some(9 * 24 + 6));
    assert_eq!(described(&client, &name)["UpdateTime"], after(days(9)));
    // The same again changes nothing, and neither does a longer one.
    for interval in ["6h", "30d"] {
        set_policy(&client, &name, "true", interval).ok();
        check_hours(&client, &name, &[0, 9 * 24]);
    }
    server.advance(days(29));
    check_hours(&client, &name, &[0, 9 * 24]);
    // The interval includes its last instant.
    set_policy(&client, &name, "true", "29d").ok();
    check_hours(&client, &name, &[0, 9 * 24, 38 * 24]);
    // A rotation that fell due before the change has happened.
    server.advance(days(29) + HOUR);
    set_policy(&client, &name, "true", "365d").ok();
    check_hours(&client, &name, &[0, 9 * 24, 38 * 24, 67 * 24]);
    check_rotation(&client, &name, "Enabled", Some(67 * 24), Some((67 + 365) * 24));
}

#[test]
fn the_time_of_the_change_is_described() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SINGLE, &[]);
    for (hour, enable) in [(1, "true"), (2, "false"), (3, "false")] {
        server.advance(HOUR);
        set_policy(&client, &name, enable, "7d").ok();
        assert_eq!(text(&described(&client, &name), "UpdateTime"), after(HOUR * hour));
        assert_eq!(versions(&client, &name).len(), 1);
    }
    assert_eq!(described(&client, &name).get("LastRotationDate"), None);
}
