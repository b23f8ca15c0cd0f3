//! Rotation: when versions are created by schedule, and what happens to the old ones.

mod model;
mod pairs;
mod policy;
mod restart;

use std::time::Duration;

use serde_json::Value;

use crate::kit::{Client, Server, days};

const INSTANT: Duration = Duration::from_millis(1);

/// A key that rotates at this interval.
pub fn rotating(client: &Client, interval: &str) -> String {
    client.create_key(&[("EnableAutomaticRotation", "true"), ("RotationInterval", interval)])
}

pub fn metadata(client: &Client, key: &str) -> Value {
    client.call("DescribeKey", &[("KeyId", key)]).ok()["KeyMetadata"].clone()
}

/// Ids and dates of a key's versions, oldest first.
pub fn versions(client: &Client, key: &str) -> Vec<(String, String)> {
    let listed = client.call("ListKeyVersions", &[("KeyId", key), ("PageSize", "100")]).ok();
    let text = |version: &Value, name: &str| version[name].as_str().unwrap().to_owned();
    let all = listed["KeyVersions"]["KeyVersion"].as_array().unwrap().iter().rev();
    let all: Vec<_> =
        all.map(|version| (text(version, "KeyVersionId"), text(version, "CreationDate"))).collect();
    assert_eq!(listed["TotalCount"], all.len());
    all
}

/// Checks the days of January 2030 on which a key's versions were created, at midnight.
#[track_caller]
pub fn check_days(client: &Client, key: &str, days: &[u32]) {
    let dates: Vec<_> = versions(client, key).into_iter().map(|(_, date)| date).collect();
    let expected: Vec<_> = days.iter().map(|day| format!("2030-01-{day:02}T00:00:00Z")).collect();
    assert_eq!(dates, expected);
}

/// Encrypts a text; returns the ciphertext and the version that encrypted it.
pub fn seal(client: &Client, key: &str, text: &str) -> (String, String) {
    let sealed = client.call("Encrypt", &[("KeyId", key), ("Plaintext", text)]).ok();
    let text = |name: &str| sealed[name].as_str().unwrap().to_owned();
    (text("CiphertextBlob"), text("KeyVersionId"))
}

/// Decrypts a ciphertext; returns its text and the version that encrypted it.
pub fn open(client: &Client, blob: &str) -> (String, String) {
    let opened = client.call("Decrypt", &[("CiphertextBlob", blob)]).ok();
    let text = |name: &str| opened[name].as_str().unwrap().to_owned();
    (text("Plaintext"), text("KeyVersionId"))
}

#[test]
fn a_rotating_key_is_described_with_its_dates() {
    let server = Server::start();
    let client = server.client();
    let made = client
        .call("CreateKey", &[("EnableAutomaticRotation", "true"), ("RotationInterval", "30d")]);
    let made = made.ok()["KeyMetadata"].clone();
    let key = made["KeyId"].as_str().unwrap();
    for metadata in [&made, &metadata(&client, key)] {
        assert_eq!(metadata["AutomaticRotation"], "Enabled");
        assert_eq!(metadata["RotationInterval"], "2592000s");
        assert_eq!(metadata["LastRotationDate"], "2030-01-01T00:00:00Z");
        assert_eq!(metadata["NextRotationDate"], "2030-01-31T00:00:00Z");
    }
    let still =
        client.create_key(&[("EnableAutomaticRotation", "false"), ("RotationInterval", "30d")]);
    for still in [still, client.create_key(&[])] {
        let metadata = metadata(&client, &still);
        assert_eq!(metadata["AutomaticRotation"], "Disabled");
        assert_eq!(
            (metadata.get("RotationInterval"), metadata.get("NextRotationDate")),
            (None, None)
        );
        assert_eq!(metadata["LastRotationDate"], "2030-01-01T00:00:00Z");
    }
    server.advance(days(31));
    assert_eq!(versions(&client, key).len(), 2);
    let metadata = metadata(&client, key);
    assert_eq!(metadata["CreationDate"], "2030-01-01T00:00:00Z");
    assert_eq!(metadata["LastRotationDate"], "2030-01-31T00:00:00Z");
    assert_eq!(metadata["NextRotationDate"], "2030-03-02T00:00:00Z");
}

#[test]
fn a_key_rotates_at_its_instant_and_not_before() {
    let server = Server::start();
    let client = server.client();
    let key = rotating(&client, "7d");
    let still = client.create_key(&[]);
    let (first_blob, first) = seal(&client, &key, "first");
    server.advance(days(7).checked_sub(Duration::from_secs(1)).unwrap());
    check_days(&client, &key, &[1]);
    server.advance(Duration::from_secs(1).checked_sub(INSTANT).unwrap());
    assert_eq!(seal(&client, &key, "x").1, first);
    server.advance(INSTANT);
    check_days(&client, &key, &[1, 8]);
    let (second_blob, second) = seal(&client, &key, "second");
    assert_ne!(second, first);
    assert_eq!(metadata(&client, &key)["PrimaryKeyVersion"], second.as_str());
    assert_eq!(open(&client, &first_blob), ("first".to_owned(), first));
    assert_eq!(open(&client, &second_blob), ("second".to_owned(), second));
    // Reading later changes no date.
    server.advance(days(7) + Duration::from_hours(5));
    check_days(&client, &key, &[1, 8, 15]);
    check_days(&client, &still, &[1]);
}

#[test]
fn a_long_jump_creates_every_version_in_between() {
    let server = Server::start();
    let client = server.client();
    let key = rotating(&client, "168h");
    let mut blobs = vec![seal(&client, &key, "0")];
    server.advance(days(7));
    blobs.push(seal(&client, &key, "1"));
    server.advance(days(21) + Duration::from_hours(1));
    blobs.push(seal(&client, &key, "2"));
    check_days(&client, &key, &[1, 8, 15, 22, 29]);
    let made = versions(&client, &key);
    for ((at, (blob, sealed_by)), version) in blobs.iter().enumerate().zip([0, 1, 4]) {
        assert_eq!(made[version].0, *sealed_by);
        assert_eq!(open(&client, blob), (at.to_string(), sealed_by.clone()));
    }
    let described = metadata(&client, &key);
    assert_eq!(described["PrimaryKeyVersion"], made[4].0.as_str());
    assert_eq!(described["NextRotationDate"], "2030-02-05T00:00:00Z");
    for (version, date) in &made {
        let one =
            client.call("DescribeKeyVersion", &[("KeyId", &key), ("KeyVersionId", version)]).ok();
        assert_eq!(one["KeyVersion"]["CreationDate"], date.as_str());
    }
    // The list is newest first, page by page.
    let page = [("KeyId", &*key), ("PageSize", "2"), ("PageNumber", "2")];
    let page = client.call("ListKeyVersions", &page).ok();
    let ids: Vec<_> = page["KeyVersions"]["KeyVersion"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["KeyVersionId"])
        .collect();
    assert_eq!(ids, [&made[2].0, &made[1].0]);
    // Re-encryption moves an old ciphertext to the newest version.
    let moved = [("CiphertextBlob", &*blobs[0].0), ("DestinationKeyId", &*key)];
    let moved = client.call("ReEncrypt", &moved).ok();
    assert_eq!(
        open(&client, moved["CiphertextBlob"].as_str().unwrap()),
        ("0".to_owned(), made[4].0.clone())
    );
}

#[test]
fn every_action_sees_the_rotations_that_fell_due() {
    for first in [
        "Encrypt",
        "Decrypt",
        "GenerateDataKey",
        "ReEncrypt",
        "DescribeKey",
        "ListKeyVersions",
        "DisableKey",
    ] {
        let server = Server::start();
        let client = server.client();
        let key = rotating(&client, "7d");
        let (blob, old) = seal(&client, &key, "text");
        server.advance(days(15));
        let id = ("KeyId", key.as_str());
        let blob = ("CiphertextBlob", blob.as_str());
        let params = match first {
            "Encrypt" => vec![id, ("Plaintext", "x")],
            "Decrypt" => vec![blob],
            "ReEncrypt" => vec![blob, ("DestinationKeyId", &key)],
            _ => vec![id],
        };
        let answer = client.call(first, &params).ok();
        check_days(&client, &key, &[1, 8, 15]);
        let newest = versions(&client, &key)[2].0.clone();
        match first {
            "Encrypt" | "GenerateDataKey" => {
                assert_eq!(answer["KeyVersionId"], newest.as_str(), "{first}");
            }
            "Decrypt" | "ReEncrypt" => assert_eq!(answer["KeyVersionId"], old.as_str(), "{first}"),
            "DescribeKey" => {
                assert_eq!(answer["KeyMetadata"]["PrimaryKeyVersion"], newest.as_str());
            }
            "ListKeyVersions" => assert_eq!(answer["TotalCount"], 3),
            _ => assert_eq!(metadata(&client, &key)["AutomaticRotation"], "Suspended"),
        }
    }
}

#[test]
fn many_callers_after_a_jump_see_one_rotation() {
    let server = Server::start();
    let client = &server.client();
    let key = &rotating(client, "7d");
    server.advance(days(8));
    let seen: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(move || seal(client, key, "x").1)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    check_days(client, key, &[1, 8]);
    let newest = versions(client, key)[1].0.clone();
    assert!(seen.iter().all(|version| *version == newest));
}

#[test]
fn every_symmetric_spec_rotates() {
    let server = Server::start();
    let client = server.client();
    for spec in ["Aliyun_AES_256", "Aliyun_AES_192", "Aliyun_AES_128", "Aliyun_SM4"] {
        let key = client.create_key(&[
            ("KeySpec", spec),
            ("EnableAutomaticRotation", "true"),
            ("RotationInterval", "7d"),
        ]);
        let (old, _) = seal(&client, &key, spec);
        server.advance(days(7));
        let (new, _) = seal(&client, &key, spec);
        assert_eq!(versions(&client, &key).len(), 2);
        assert_eq!(
            (open(&client, &old).0, open(&client, &new).0),
            (spec.to_owned(), spec.to_owned())
        );
    }
}

#[test]
fn a_jump_over_centuries_works() {
    let server = Server::start();
    let client = server.client();
    let key = rotating(&client, "7d");
    let (blob, first) = seal(&client, &key, "kept");
    server.advance(days(365 * 200));
    assert_eq!(open(&client, &blob), ("kept".to_owned(), first));
    let described = metadata(&client, &key);
    // The date of the last interval, not the date of the jump.
    let last = 365 * 200 / 7 * 7;
    let date = |day| server.world.clock.host().plus(days(day)).to_string();
    assert_eq!(described["LastRotationDate"], date(last));
    assert_eq!(described["NextRotationDate"], date(last + 7));
    let listed = client.call("ListKeyVersions", &[("KeyId", &key), ("PageSize", "100")]).ok();
    let dates = listed["KeyVersions"]["KeyVersion"].as_array().unwrap();
    let dates: Vec<_> =
        dates.iter().map(|it| it["CreationDate"].as_str().unwrap().to_owned()).collect();
    let made = (0..12).map(|nth| date(last - 7 * nth));
    assert_eq!(
        dates.into_iter().collect::<std::collections::BTreeSet<_>>(),
        made.chain([date(0)]).collect()
    );
    let count = listed["TotalCount"].as_u64().unwrap();
    assert_eq!(count, 13, "the first, and the last twelve");
    // Rotation continues from there.
    let newest = seal(&client, &key, "x").1;
    server.advance(days(7));
    assert_ne!(seal(&client, &key, "x").1, newest);
    let listed = client.call("ListKeyVersions", &[("KeyId", &key)]).ok();
    assert_eq!(listed["TotalCount"], count + 1);
    // At the end of time no rotation follows.
    server.advance(std::time::Duration::MAX);
    let newest = seal(&client, &key, "x").1;
    assert_eq!(seal(&client, &key, "x").1, newest);
}
