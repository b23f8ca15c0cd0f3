//! Scheduled rotation that is impossible, or whose secret is deleted.

use std::time::Duration;

use kmsim::world::Instant;

use super::{
    DOUBLE, HOUR, SECOND, SINGLE, after, check_hours, check_rotation, current, described, get,
    just_before, on, previous, rotate, rotating, set_policy, under_key, versions,
};
use crate::kit::{Client, START, Server, days};
use crate::makers::{MATERIAL, wrapped};

fn key(client: &Client, action: &str, key: &str) {
    client.call(action, &[("KeyId", key), ("PendingWindowInDays", "7")]).ok();
}

#[test]
fn a_key_disabled_at_the_instant_makes_rotation_invalid() {
    for (off, back, code) in [
        ("DisableKey", "EnableKey", "Rejected.Disabled"),
        ("ScheduleKeyDeletion", "CancelKeyDeletion", "Rejected.PendingDeletion"),
    ] {
        let server = Server::start();
        let client = server.client();
        let (id, name) = under_key(&client, &DOUBLE, "2d");
        let before = (current(&client, &name), versions(&client, &name));
        key(&client, off, &id);
        server.advance(just_before(days(2)));
        check_rotation(&client, &name, "Enabled", None, Some(48));
        server.advance(SECOND);
        assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
        assert_eq!(described(&client, &name)["RotationInterval"], "172800s");
        assert_eq!(described(&client, &name).get("LastRotationDate"), None);
        assert_eq!(versions(&client, &name), before.1);
        get(&client, &name, "ACSCurrent").refused(409, code);
        // It stays invalid when the key works again: nothing is due until it is repaired.
        key(&client, back, &id);
        server.advance(days(5));
        assert_eq!((current(&client, &name), versions(&client, &name)), before);
        let read = get(&client, &name, "ACSCurrent").ok();
        assert_eq!(read["AutomaticRotation"], "Invalid");
        let list = format!(r#"[{{"SecretName":"{name}"}}]"#);
        let batch = client.call("BatchGetSecretValue", &[("SecretsList", &list)]).ok();
        assert_eq!(batch["SecretValues"][0]["AutomaticRotation"], "Invalid");
    }
}

#[test]
fn a_key_disabled_between_the_instants_does_no_harm() {
    let server = Server::start();
    let client = server.client();
    let (id, name) = under_key(&client, &DOUBLE, "2d");
    for _ in 0..3 {
        server.advance(days(1));
        key(&client, "DisableKey", &id);
        server.advance(HOUR * 12);
        key(&client, "EnableKey", &id);
        server.advance(HOUR * 12);
    }
    check_hours(&client, &name, &[0, 0, 48, 96, 144]);
    // Rotations that fell due before the key was disabled have happened, although no request came.
    server.advance(days(2) + HOUR);
    key(&client, "DisableKey", &id);
    check_hours(&client, &name, &[0, 0, 48, 96, 144, 192]);
    check_rotation(&client, &name, "Enabled", Some(192), Some(240));
    key(&client, "EnableKey", &id);
    assert_eq!(current(&client, &name).1["AccountName"], "app");
}

/// A secret whose rotation is invalid, with its key enabled again; five days after the start.
fn invalid(server: &Server) -> (Client, String, String) {
    let client = server.client();
    let (id, name) = under_key(&client, &DOUBLE, "2d");
    key(&client, "DisableKey", &id);
    server.advance(days(5));
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
    key(&client, "EnableKey", &id);
    (client, id, name)
}

#[test]
fn a_successful_rotation_repairs_it() {
    let server = Server::start();
    let (client, id, name) = invalid(&server);
    key(&client, "DisableKey", &id);
    rotate(&client, &name, "v2").refused(409, "Rejected.Disabled");
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
    key(&client, "EnableKey", &id);
    rotate(&client, &name, "v2").ok();
    check_rotation(&client, &name, "Enabled", Some(120), Some(168));
    assert_eq!(
        (current(&client, &name).0, previous(&client, &name).0),
        ("v2".to_owned(), "v1".to_owned())
    );
    server.advance(days(2));
    check_hours(&client, &name, &[0, 0, 120, 168]);
}

#[test]
fn a_policy_repairs_it_if_the_key_works() {
    let server = Server::start();
    let (client, id, name) = invalid(&server);
    // Not while the key is disabled.
    key(&client, "DisableKey", &id);
    set_policy(&client, &name, "true", "2d").ok();
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
    check_hours(&client, &name, &[0, 0]);
    // Turned off it is off; turned on again it is late and rotates at once.
    set_policy(&client, &name, "false", "").ok();
    check_rotation(&client, &name, "Disabled", None, None);
    key(&client, "EnableKey", &id);
    set_policy(&client, &name, "true", "2d").ok();
    check_rotation(&client, &name, "Enabled", Some(120), Some(168));
    check_hours(&client, &name, &[0, 0, 120]);

    // An interval that is not over repairs it without a rotation.
    let server = Server::start();
    let (client, id, name) = invalid(&server);
    key(&client, "DisableKey", &id);
    set_policy(&client, &name, "true", "6d").ok();
    check_rotation(&client, &name, "Enabled", None, Some(144));
    key(&client, "EnableKey", &id);
    server.advance(days(1));
    check_hours(&client, &name, &[0, 0, 144]);
}

#[test]
fn other_changes_repair_nothing() {
    let server = Server::start();
    let (client, _, name) = invalid(&server);
    client.call("UpdateSecret", &[("SecretName", &name), ("Description", "new")]).ok();
    let custom = ("ExtendedConfig.CustomData", r#"{"a":"b"}"#);
    client.call("UpdateSecret", &[("SecretName", &name), custom]).ok();
    rotate(&client, &name, "v1").ok();
    on(&client, "DeleteSecret", &name).ok();
    on(&client, "RestoreSecret", &name).ok();
    server.advance(days(3));
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
    check_hours(&client, &name, &[0, 0]);
}

#[test]
fn a_deleted_key_ends_rotation() {
    let server = Server::start();
    let client = server.client();
    let (id, name) = under_key(&client, &DOUBLE, "10d");
    key(&client, "ScheduleKeyDeletion", &id);
    server.advance(days(10));
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
    get(&client, &name, "ACSCurrent").refused(404, "Forbidden.KeyNotFound");
    rotate(&client, &name, "v2").refused(404, "Forbidden.KeyNotFound");
    set_policy(&client, &name, "true", "10d").ok();
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
    assert_eq!(versions(&client, &name).len(), 2);
}

#[test]
fn rotation_pauses_while_a_secret_is_deleted() {
    let server = Server::start();
    let client = server.client();
    let name = rotating(&client, &DOUBLE, "2d");
    server.advance(days(1));
    on(&client, "DeleteSecret", &name).ok();
    server.advance(days(6));
    check_hours(&client, &name, &[0, 0]);
    assert_eq!(described(&client, &name).get("LastRotationDate"), None);
    // Rotations that were due meanwhile happen once, now.
    on(&client, "RestoreSecret", &name).ok();
    check_hours(&client, &name, &[0, 0, 168]);
    check_rotation(&client, &name, "Enabled", Some(168), Some(216));
    assert_eq!(current(&client, &name).1["AccountName"], "other");
    // A deletion between two instants does not move them.
    server.advance(HOUR);
    on(&client, "DeleteSecret", &name).ok();
    server.advance(days(1));
    on(&client, "RestoreSecret", &name).ok();
    check_rotation(&client, &name, "Enabled", Some(168), Some(216));
    server.advance(days(1));
    check_hours(&client, &name, &[0, 0, 168, 216]);
    // Rotations that fell due before the deletion happened before it.
    server.advance(days(2) + HOUR);
    on(&client, "DeleteSecret", &name).ok();
    check_hours(&client, &name, &[0, 0, 168, 216, 264]);
    server.advance(days(30));
    on(&client, "DescribeSecret", &name).refused(404, "Forbidden.ResourceNotFound");
}

#[test]
fn a_secret_can_be_restored_although_it_cannot_rotate() {
    let server = Server::start();
    let client = server.client();
    let (id, name) = under_key(&client, &SINGLE, "2d");
    on(&client, "DeleteSecret", &name).ok();
    key(&client, "DisableKey", &id);
    server.advance(days(3));
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Enabled", "nothing was due");
    on(&client, "RestoreSecret", &name).ok();
    assert_eq!(described(&client, &name)["AutomaticRotation"], "Invalid");
    key(&client, "EnableKey", &id);
    rotate(&client, &name, "v2").ok();
    check_rotation(&client, &name, "Enabled", Some(72), Some(120));
}

/// The description of a secret after ten days, in these jumps, whose key's material expires after
/// five.
fn expired(jumps: &[u64]) -> (serde_json::Value, Vec<String>) {
    let server = Server::start();
    let client = server.client();
    let id = client.create_key(&[("Origin", "EXTERNAL")]);
    let (token, sealed) = wrapped(&client, &id, &MATERIAL);
    let until = (Instant::parse(START).unwrap().plus(days(5)).millis() / 1000).to_string();
    let material = [("ImportToken", token.as_str()), ("EncryptedKeyMaterial", &sealed)];
    let params = [("KeyId", &*id), material[0], material[1], ("KeyMaterialExpireUnix", &until)];
    client.call("ImportKeyMaterial", &params).ok();
    let policy = [("EnableAutomaticRotation", "true"), ("RotationInterval", "2d")];
    let name = super::made(&client, &SINGLE, &[("EncryptionKeyId", &id), policy[0], policy[1]]);
    for jump in jumps {
        server.advance(days(*jump));
        described(&client, &name);
    }
    get(&client, &name, "ACSCurrent").refused(409, "Rejected.PendingImport");
    let told = described(&client, &name);
    (told, versions(&client, &name).into_iter().map(|(_, date, _)| date).collect())
}

#[test]
fn rotations_due_before_the_material_expired_have_happened() {
    let steps = expired(&[1; 10]);
    assert_eq!(steps.0["AutomaticRotation"], "Invalid");
    assert_eq!(steps.1, [0, 2, 4].map(|day| after(days(day))));
    assert_eq!(expired(&[10]), steps);
}

#[test]
fn a_secret_rotates_under_a_key_that_rotates() {
    let server = Server::start();
    let client = server.client();
    let policy = [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
    let id = client.create_key(&policy);
    let name = super::made(&client, &DOUBLE, &[("EncryptionKeyId", &id), policy[0], policy[1]]);
    server.advance(days(15) + Duration::from_mins(1));
    check_hours(&client, &name, &[0, 0, 168, 336]);
    let (now, before) = (current(&client, &name), previous(&client, &name));
    assert_eq!((&now.1["AccountName"], &before.1["AccountName"]), (&"app".into(), &"other".into()));
}
