//! Managed secrets and restarts: rotations that fell due while the server was down, and reused
//! seeds.

use std::collections::BTreeSet;
use std::path::Path;

use super::{
    DOUBLE, RAM, REDIS, SAMPLES, SINGLE, check_hours, check_rotation, current, described, get,
    made, on, previous, rotate, rotating, set_policy, text, under_key, versions,
};
use crate::kit::{Client, Process, data_file};

fn serve(path: &Path, clock: &str, seed: Option<&str>) -> Process {
    let mut arguments = vec!["--data", path.to_str().unwrap(), "--clock", clock];
    arguments.extend(seed.map(|seed| ["--entropy-seed", seed]).into_iter().flatten());
    Process::start(&arguments)
}

/// Stops a server gracefully.
fn put_away(mut server: Process) {
    server.signal("TERM");
    assert!(server.child.wait().unwrap().success());
}

/// Everything that can be read of a secret.
fn everything(client: &Client, name: &str) -> String {
    let value = |stage: &str| get(client, name, stage).text;
    let values = ["ACSCurrent", "ACSPrevious"].map(|stage| {
        let mut value: serde_json::Value = serde_json::from_str(&value(stage)).unwrap();
        value.as_object_mut().unwrap().remove("RequestId");
        value
    });
    format!("{} {values:?} {:?}", described(client, name), versions(client, name))
}

#[test]
fn every_type_is_restored_unchanged() {
    let (_folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z", None);
    let client = server.client();
    let mut names = Vec::new();
    for sample in &SAMPLES {
        let name = rotating(&client, sample, "30d");
        rotate(&client, &name, "v2").ok();
        let custom = ("ExtendedConfig.CustomData", r#"{"k":"\u00e9"}"#);
        client.call("UpdateSecret", &[("SecretName", &name), custom]).ok();
        names.push(name);
    }
    let off = made(&client, &SINGLE, &[("SecretName", "off")]);
    rotate(&client, &off, "v2").ok();
    set_policy(&client, &off, "true", "30d").ok();
    set_policy(&client, &off, "false", "").ok();
    names.push(off);
    let all =
        |client: &Client| names.iter().map(|name| everything(client, name)).collect::<Vec<_>>();
    let before = all(&client);
    drop(server);
    for clock in ["2030-01-01T00:00:00Z", "2030-01-30T23:59:59Z"] {
        assert_eq!(all(&serve(&path, clock, None).client()), before);
    }
}

#[test]
fn rotations_due_during_downtime_happen_once() {
    let (_folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z", None);
    let client = server.client();
    let name = rotating(&client, &DOUBLE, "1d");
    let elsewhere = client.clone().with("RegionId", "cn-beijing");
    let other = rotating(&elsewhere, &REDIS, "36h");
    let deleted = rotating(&client, &SINGLE, "1d");
    on(&client, "DeleteSecret", &deleted).ok();
    let still = made(&client, &RAM, &[]);
    put_away(server);

    let server = serve(&path, "2030-01-04T12:00:00Z", None);
    let client = server.client();
    // The first call reads the value.
    let (id, value) = current(&client, &name);
    assert_eq!(value["AccountName"], "other");
    check_hours(&client, &name, &[0, 0, 24, 48, 72]);
    assert_eq!(versions(&client, &name)[4].0, id);
    check_rotation(&client, &name, "Enabled", Some(72), Some(96));
    check_hours(&client.clone().with("RegionId", "cn-beijing"), &other, &[0, 0, 36, 72]);
    check_hours(&client, &deleted, &[0]);
    check_hours(&client, &still, &[0]);
    let before = everything(&client, &name);
    // Killed at once and restarted repeatedly: nothing happens twice, nothing is generated again.
    drop(server);
    for clock in ["2030-01-04T12:00:00Z", "2030-01-04T23:59:59Z", "2030-01-02T00:00:00Z"] {
        let server = serve(&path, clock, None);
        assert_eq!(everything(&server.client(), &name), before, "{clock}");
    }

    let server = serve(&path, "2030-01-05T00:00:00Z", None);
    let client = server.client();
    on(&client, "RestoreSecret", &deleted).ok();
    check_hours(&client, &deleted, &[0, 96]);
    check_hours(&client, &name, &[0, 0, 24, 48, 72, 96]);
    assert_eq!(previous(&client, &name), (id, value));
    put_away(server);
    let server = serve(&path, "2030-01-05T00:00:00Z", None);
    check_hours(&server.client(), &deleted, &[0, 96]);
}

#[test]
fn a_long_downtime_ends_where_short_ones_do() {
    let run = |days: &[u32]| {
        let (_folder, path) = data_file();
        let server = serve(&path, "2030-01-01T00:00:00Z", None);
        let name = rotating(&server.client(), &DOUBLE, "6h");
        drop(server);
        for day in days {
            let server = serve(&path, &format!("2030-01-{day:02}T01:00:00Z"), None);
            current(&server.client(), &name);
        }
        let server = serve(&path, "2030-01-31T07:00:00Z", None);
        let client = server.client();
        let dates: Vec<_> = versions(&client, &name).into_iter().map(|(_, date, _)| date).collect();
        (text(&current(&client, &name).1, "AccountName"), described(&client, &name), dates)
    };
    let short = run(&[3, 9, 10, 21, 30]);
    assert_eq!(run(&[]), short);
    assert_eq!(short.1["LastRotationDate"], "2030-01-31T06:00:00Z");
}

#[test]
fn invalid_rotations_and_counts_survive() {
    let (_folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z", None);
    let client = server.client();
    let (key, name) = under_key(&client, &SINGLE, "1d");
    client.call("DisableKey", &[("KeyId", &key)]).ok();
    drop(server);
    let server = serve(&path, "2030-01-02T00:00:00Z", None);
    assert_eq!(described(&server.client(), &name)["AutomaticRotation"], "Invalid");
    drop(server);
    let server = serve(&path, "2030-01-03T00:00:00Z", None);
    let client = server.client();
    client.call("EnableKey", &[("KeyId", &key)]).ok();
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
    check_hours(&client, &name, &[0]);
    for at in 0..50 {
        rotate(&client, &name, &format!("r{at}")).ok();
    }
    drop(server);
    for (clock, free) in [("2030-01-03T00:59:59Z", false), ("2030-01-03T01:00:00Z", true)] {
        let server = serve(&path, clock, None);
        let client = server.client();
        let answer = rotate(&client, &name, "r50");
        assert_eq!(answer.status, if free { 200 } else { 400 }, "{answer:?}");
        rotate(&client, &name, "r49").ok();
        assert_eq!(described(&client, &name)["AutomaticRotation"], "Enabled");
    }
}

#[test]
fn runs_with_one_seed_on_the_same_data_generate_nothing_twice() {
    let (_folder, path) = data_file();
    let mut drawn = BTreeSet::new();
    for run in 0..5 {
        let server = serve(&path, "2030-01-01T00:00:00Z", Some("again"));
        let client = server.client();
        if run == 0 {
            made(&client, &SINGLE, &[]);
            made(&client, &RAM, &[]);
        }
        // Each run begins like the one before.
        let version = format!("r{run}");
        rotate(&client, "acs/ram/user/jo", &version).ok();
        rotate(&client, SINGLE.name, &version).ok();
        assert!(
            drawn.insert(text(&current(&client, "acs/ram/user/jo").1, "AccessKeyId")),
            "run {run}"
        );
        assert!(
            drawn.insert(text(&current(&client, SINGLE.name).1, "AccountPassword")),
            "run {run}"
        );
        put_away(server);
    }
}

#[test]
fn runs_with_only_scheduled_rotations_generate_nothing_twice_either() {
    let (_folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z", Some("again"));
    rotating(&server.client(), &SINGLE, "1d");
    drop(server);
    let mut passwords = BTreeSet::from(["first".to_owned()]);
    // So many that the oldest versions were pruned: they were generated too.
    for day in 2..=15 {
        let server = serve(&path, &format!("2030-01-{day:02}T00:00:00Z"), Some("again"));
        assert!(
            passwords.insert(text(&current(&server.client(), SINGLE.name).1, "AccountPassword")),
            "{day}"
        );
    }
    let server = serve(&path, "2030-01-15T00:00:00Z", Some("again"));
    let ids: BTreeSet<_> =
        versions(&server.client(), SINGLE.name).into_iter().map(|(id, _, _)| id).collect();
    assert_eq!(ids.len(), 10);
}

#[test]
fn a_seed_repeats_a_rotation_on_other_data() {
    let run = || {
        let (_folder, path) = data_file();
        let server = serve(&path, "2030-01-01T00:00:00Z", Some("s"));
        let names = [&DOUBLE, &RAM, &REDIS].map(|sample| rotating(&server.client(), sample, "1d"));
        put_away(server);
        let server = serve(&path, "2030-01-04T00:00:00Z", Some("s"));
        let drawn = server.client().call("GetRandomPassword", &[]).ok()["RandomPassword"].clone();
        (names.map(|name| everything(&server.client(), &name)), drawn)
    };
    assert_eq!(run(), run());
}
