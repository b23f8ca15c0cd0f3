//! Rotation and restarts: rotations that fell due while the server was down, and reused seeds.

use std::collections::BTreeSet;
use std::path::Path;

use super::{check_days, metadata, open, rotating, seal, versions};
use crate::kit::{Process, data_file};
use crate::program::ended;

fn serve(path: &Path, clock: &str, seed: Option<&str>) -> Process {
    let mut arguments = vec!["--data", path.to_str().unwrap(), "--clock", clock];
    arguments.extend(seed.map(|seed| ["--entropy-seed", seed]).into_iter().flatten());
    Process::start(&arguments)
}

fn put_away(mut server: Process) {
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));
}

#[test]
fn rotations_due_during_downtime_happen_once() {
    let (_folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z", None);
    let client = server.client();
    let key = rotating(&client, "7d");
    let elsewhere = client.clone().with("RegionId", "cn-beijing");
    let other = rotating(&elsewhere, "10d");
    let off = rotating(&client, "7d");
    let first = seal(&client, &key, "first");
    client.call("DisableKey", &[("KeyId", &off)]).ok();
    put_away(server);

    let server = serve(&path, "2030-01-22T12:00:00Z", None);
    let client = server.client();
    // The first call is one that uses the new version.
    let second = seal(&client, &key, "second");
    check_days(&client, &key, &[1, 8, 15, 22]);
    check_days(&client.clone().with("RegionId", "cn-beijing"), &other, &[1, 11, 21]);
    check_days(&client, &off, &[1]);
    let before = versions(&client, &key);
    assert_eq!(before[3].0, second.1);
    let described = metadata(&client, &key);
    assert_eq!(described["NextRotationDate"], "2030-01-29T00:00:00Z");
    // Killed at once and restarted repeatedly: nothing happens twice, nothing is generated again.
    drop(server);
    for clock in ["2030-01-22T12:00:00Z", "2030-01-28T23:59:59Z", "2030-01-10T00:00:00Z"] {
        let server = serve(&path, clock, None);
        let client = server.client();
        assert_eq!(versions(&client, &key), before, "{clock}");
        assert_eq!(metadata(&client, &key), described);
        assert_eq!(open(&client, &first.0), ("first".to_owned(), first.1.clone()));
        assert_eq!(open(&client, &second.0), ("second".to_owned(), second.1.clone()));
    }

    let server = serve(&path, "2030-01-29T00:00:00Z", None);
    let client = server.client();
    client.call("EnableKey", &[("KeyId", &off)]).ok();
    check_days(&client, &off, &[1, 29]);
    check_days(&client, &key, &[1, 8, 15, 22, 29]);
    assert_eq!(versions(&client, &key)[..4], before);
    put_away(server);
    let server = serve(&path, "2030-01-29T00:00:00Z", None);
    check_days(&server.client(), &off, &[1, 29]);
}

#[test]
fn runs_with_one_seed_on_the_same_data_generate_nothing_twice() {
    let (_folder, path) = data_file();
    let mut keys: Vec<String> = Vec::new();
    let mut sealed = Vec::new();
    for day in ["01", "09", "09", "16", "30"] {
        let server = serve(&path, &format!("2030-01-{day}T00:00:00Z"), Some("again"));
        let client = server.client();
        // Each run begins like the one before, except for the rotations.
        keys.push(rotating(&client, "7d"));
        keys.push(client.create_key(&[("KeySpec", "EC_P256")]));
        sealed.push((day, seal(&client, &keys[0], day)));
        // One of them is deleted, and its number with it.
        let last = keys.len() - 1;
        client
            .call("ScheduleKeyDeletion", &[("KeyId", &keys[last]), ("PendingWindowInDays", "7")])
            .ok();
        put_away(server);
    }
    let server = serve(&path, "2030-01-30T00:00:00Z", Some("again"));
    let client = server.client();
    let ids: BTreeSet<_> = keys.iter().collect();
    assert_eq!(ids.len(), keys.len(), "{keys:?}");
    check_days(&client, &keys[0], &[1, 8, 15, 22, 29]);
    let living: Vec<_> = keys.iter().step_by(2).flat_map(|key| versions(&client, key)).collect();
    let ids: BTreeSet<_> = living.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), living.len());
    assert_eq!(living.len(), 5 + 4 + 4 + 3 + 1);
    for (text, (blob, version)) in sealed {
        assert_eq!(open(&client, &blob), (text.to_owned(), version));
    }
}

#[test]
fn runs_that_only_create_versions_generate_nothing_twice_either() {
    let (_folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z", Some("again"));
    let key = rotating(&server.client(), "7d");
    let pair = server.client().create_key(&[("KeySpec", "EC_P256")]);
    drop(server);
    // Each run begins exactly like the one before: first with rotations only, then with a pair's
    // versions.
    for day in ["08", "15", "22", "29"] {
        let server = serve(&path, &format!("2030-01-{day}T00:00:00Z"), Some("again"));
        seal(&server.client(), &key, day);
        put_away(server);
    }
    for month in ["03", "04", "05"] {
        let server = serve(&path, &format!("2030-{month}-01T00:00:00Z"), Some("again"));
        server
            .client()
            .call("UpdateRotationPolicy", &[("KeyId", &key), ("EnableAutomaticRotation", "false")])
            .ok();
        server.client().call("CreateKeyVersion", &[("KeyId", &pair)]).ok();
        put_away(server);
    }
    let server = serve(&path, "2030-05-01T00:00:00Z", Some("again"));
    let client = server.client();
    let all = [versions(&client, &key), versions(&client, &pair)].concat();
    let ids: BTreeSet<_> = all.iter().map(|(id, _)| id).collect();
    assert_eq!((ids.len(), all.len()), (13, 13));
    let public: BTreeSet<_> = versions(&client, &pair)
        .iter()
        .map(|(version, _)| {
            let key =
                client.call("GetPublicKey", &[("KeyId", &pair), ("KeyVersionId", version)]).ok();
            key["PublicKey"].to_string()
        })
        .collect();
    assert_eq!(public.len(), 4);
}

#[test]
fn a_seed_repeats_a_rotation_on_other_data() {
    let run = || {
        let (_folder, path) = data_file();
        let server = serve(&path, "2030-01-01T00:00:00Z", Some("s"));
        let key = rotating(&server.client(), "7d");
        put_away(server);
        let server = serve(&path, "2030-01-15T00:00:00Z", Some("s"));
        versions(&server.client(), &key)
    };
    assert_eq!(run(), run());
}

#[test]
fn versions_of_pairs_survive_restarts() {
    let (_folder, path) = data_file();
    let make =
        |server: &Process, key: &str| server.client().call("CreateKeyVersion", &[("KeyId", key)]);
    let server = serve(&path, "2030-01-01T00:00:00Z", None);
    let key = server.client().create_key(&[("KeySpec", "EC_P256")]);
    drop(server);
    let server = serve(&path, "2030-01-08T00:00:00Z", None);
    make(&server, &key).ok();
    let before = versions(&server.client(), &key);
    drop(server);
    let server = serve(&path, "2030-01-14T23:59:59Z", None);
    make(&server, &key).refused(400, "Rejected.LimitExceeded");
    assert_eq!(versions(&server.client(), &key), before);
    check_days(&server.client(), &key, &[1, 8]);
}

#[test]
fn a_jump_over_centuries_survives_a_restart() {
    let (_folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z", None);
    let key = rotating(&server.client(), "7d");
    let (blob, first) = seal(&server.client(), &key, "kept");
    put_away(server);
    let look = |clock: &str| {
        let server = serve(&path, clock, None);
        let client = server.client();
        assert_eq!(open(&client, &blob), ("kept".to_owned(), first.clone()));
        let listed = client.call("ListKeyVersions", &[("KeyId", &key)]).ok();
        (listed["TotalCount"].as_u64().unwrap(), metadata(&client, &key))
    };
    let after = look("2230-01-01T12:00:00Z");
    // The date of the last interval, not the date of the jump.
    let last = after.1["LastRotationDate"].as_str().unwrap();
    assert!(last.starts_with("2229-12-29T00:00:"), "{last}");
    assert_eq!(look("2230-01-04T23:59:59Z"), after);
    assert_eq!(look("2230-01-05T00:01:00Z").0, after.0 + 1);
}
