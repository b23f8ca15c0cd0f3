//! The lifecycle of imported material: deleted, expired, and imported again.

use std::thread;
use std::time::Duration;

use kmsim::algorithms::symmetric::Cipher;
use kmsim::world::Instant;

use super::{
    SM2, external, material, metadata, open_with, opened, populated, sealed, state, ticket,
};
use crate::kit::{Client, START, Server, days};

const SECOND: Duration = Duration::from_secs(1);

/// Seconds since 1970, this long after the start.
fn after(by: Duration) -> String {
    (Instant::parse(START).unwrap().plus(by).millis() / 1000).to_string()
}

fn expires(client: &Client, key: &str) -> String {
    metadata(client, key)["MaterialExpireTime"].as_str().unwrap().to_owned()
}

#[test]
fn only_the_same_material_can_be_imported_after_its_deletion() {
    let server = Server::start();
    let client = server.client();
    let (key, given) = populated(&client, &material(1, 32));
    let blob = sealed(&client, &key, "kept");
    // Other material cannot replace it either.
    given.import(&client, &key, &material(2, 32)).refused(400, "InvalidKeyMaterial");
    assert_eq!(opened(&client, &blob).ok()["Plaintext"], "kept");
    for _ in 0..2 {
        client.call("DeleteKeyMaterial", &[("KeyId", &key)]).ok();
        assert_eq!(state(&client, &key), "PendingImport");
        opened(&client, &blob).refused(409, "Rejected.PendingImport");
        client
            .call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")])
            .refused(409, "Rejected.PendingImport");
        let mut near = material(1, 32);
        near[31] ^= 1;
        for other in [material(2, 32), near, vec![0; 32]] {
            given.import(&client, &key, &other).refused(400, "InvalidKeyMaterial");
            assert_eq!(state(&client, &key), "PendingImport");
        }
        ticket(&client, &key, SM2).import(&client, &key, &material(1, 32)).ok();
        assert_eq!(state(&client, &key), "Enabled");
        assert_eq!(opened(&client, &blob).ok()["Plaintext"], "kept");
    }
    let versions = client.call("ListKeyVersions", &[("KeyId", &key)]).ok();
    assert_eq!(versions["TotalCount"], 1);
    assert_eq!(metadata(&client, &key)["LastRotationDate"], START);
}

#[test]
fn refused_material_does_not_count_as_first() {
    let server = Server::start();
    let client = server.client();
    let key = external(&client, "Aliyun_AES_256");
    let given = ticket(&client, &key, SM2);
    given.import(&client, &key, &material(2, 16)).refused(400, "InvalidKeyMaterial");
    given
        .import_until(&client, &key, &material(2, 32), "1")
        .refused_parameter("KeyMaterialExpireUnix");
    client.call("DeleteKeyMaterial", &[("KeyId", &key)]).ok();
    given.import(&client, &key, &material(3, 32)).ok();
}

#[test]
fn material_has_exactly_the_length_of_its_spec() {
    let server = Server::start();
    let client = server.client();
    for (spec, len) in
        [("Aliyun_AES_256", 32), ("Aliyun_AES_192", 24), ("Aliyun_AES_128", 16), ("Aliyun_SM4", 16)]
    {
        let key = external(&client, spec);
        let given = ticket(&client, &key, SM2);
        for wrong in [1, 15, 16, 17, 23, 24, 25, 31, 32, 33, 64].into_iter().filter(|it| *it != len)
        {
            let message =
                given.import(&client, &key, &material(1, wrong)).refused(400, "InvalidKeyMaterial");
            assert_eq!(message, "key material is invalid.", "{spec}, {wrong} bytes");
        }
        assert_eq!(state(&client, &key), "PendingImport");
        given.import(&client, &key, &material(1, len)).ok();
    }
}

#[test]
fn material_expires_at_its_second_or_never() {
    let server = Server::start();
    let client = server.client();
    let key = external(&client, "Aliyun_AES_256");
    let given = ticket(&client, &key, SM2);
    let import = |until: &str| given.import_until(&client, &key, &material(1, 32), until);
    for (until, shown) in [
        ("0", ""),
        (&*after(days(1)), "2030-01-02T00:00:00Z"),
        ("", ""),
        ("253402300799", "9999-12-31T23:59:59Z"),
        // The largest time in milliseconds is accepted, but nothing beyond.
        ("1893456000000", "9999-12-31T23:59:59Z"),
        ("0", ""),
    ] {
        import(until).ok();
        assert_eq!(expires(&client, &key), shown, "{until}");
        assert_eq!(state(&client, &key), "Enabled");
    }
    import(&after(days(30))).ok();
    for wrong in [
        "1",
        "-1",
        "-9223372036854775808",
        "1893455999",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999",
        "soon",
        "1893542400.5",
        "2030-01-02T00:00:00Z",
    ] {
        import(wrong).refused_parameter("KeyMaterialExpireUnix");
        // A refused import resets nothing.
        assert_eq!(expires(&client, &key), "2030-01-31T00:00:00Z", "{wrong}");
    }
    given.import(&client, &key, &material(1, 32)).ok();
    assert_eq!(expires(&client, &key), "", "absent is never");
    server.advance(days(40_000));
    assert_eq!(state(&client, &key), "Enabled");
}

#[test]
fn a_key_is_pending_from_the_second_of_expiry() {
    let server = Server::start();
    let client = server.client();
    let (key, given) = populated(&client, &material(1, 32));
    let blob = sealed(&client, &key, "kept");
    given.import_until(&client, &key, &material(1, 32), &after(days(3))).ok();
    server.advance(days(3).checked_sub(SECOND).unwrap());
    assert_eq!(state(&client, &key), "Enabled");
    server.advance(SECOND.checked_sub(Duration::from_millis(1)).unwrap());
    assert_eq!(opened(&client, &blob).ok()["Plaintext"], "kept");
    server.advance(Duration::from_millis(1));
    // The first request is one that only reads.
    opened(&client, &blob).refused(409, "Rejected.PendingImport");
    assert_eq!(state(&client, &key), "PendingImport");
    assert_eq!(expires(&client, &key), "");
    client.call("DisableKey", &[("KeyId", &key)]).refused(409, "Rejected.StateModifiedFailed");

    let again = ticket(&client, &key, SM2);
    again.import(&client, &key, &material(2, 32)).refused(400, "InvalidKeyMaterial");
    again.import_until(&client, &key, &material(1, 32), &after(days(4))).ok();
    assert_eq!(opened(&client, &blob).ok()["Plaintext"], "kept");
    assert_eq!(expires(&client, &key), "2030-01-05T00:00:00Z");
    // Importing it again before it expires extends its life.
    again.import_until(&client, &key, &material(1, 32), &after(days(5))).ok();
    server.advance(days(1));
    assert_eq!(opened(&client, &blob).ok()["Plaintext"], "kept");
    server.advance(days(1));
    client
        .call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")])
        .refused(409, "Rejected.PendingImport");
}

#[test]
fn material_may_expire_at_the_second_of_the_call_but_not_before() {
    let server = Server::start();
    let client = server.client();
    let key = external(&client, "Aliyun_AES_256");
    let given = ticket(&client, &key, SM2);
    given.import_until(&client, &key, &material(1, 32), &after(Duration::ZERO)).ok();
    assert_eq!(state(&client, &key), "PendingImport");
    given.import(&client, &key, &material(2, 32)).refused(400, "InvalidKeyMaterial");
    given.import_until(&client, &key, &material(1, 32), &after(SECOND)).ok();
    assert_eq!(state(&client, &key), "Enabled");
    server.advance(SECOND + Duration::from_millis(1));
    assert_eq!(state(&client, &key), "PendingImport");
    given
        .import_until(&client, &key, &material(1, 32), &after(SECOND))
        .refused_parameter("KeyMaterialExpireUnix");
}

#[test]
fn a_disabled_key_is_disabled_again_after_a_new_import() {
    let server = Server::start();
    let client = server.client();
    let (deleted, given) = populated(&client, &material(1, 32));
    let (expired, other) = populated(&client, &material(2, 32));
    other.import_until(&client, &expired, &material(2, 32), &after(SECOND)).ok();
    for key in [&deleted, &expired] {
        client.call("DisableKey", &[("KeyId", key)]).ok();
    }
    // The same material can be imported while it is there.
    given.import(&client, &deleted, &material(1, 32)).ok();
    assert_eq!(state(&client, &deleted), "Disabled");
    client.call("DeleteKeyMaterial", &[("KeyId", &deleted)]).ok();
    server.advance(SECOND);
    for (key, ticket, material) in
        [(&deleted, &given, material(1, 32)), (&expired, &other, material(2, 32))]
    {
        assert_eq!(state(&client, key), "PendingImport");
        client.call("EnableKey", &[("KeyId", key)]).refused(409, "Rejected.StateModifiedFailed");
        ticket.import(&client, key, &material).ok();
        assert_eq!(state(&client, key), "Disabled");
        client.call("EnableKey", &[("KeyId", key)]).ok();
        sealed(&client, key, "x");
    }
}

#[test]
fn a_key_pending_deletion_keeps_its_state_and_date() {
    let server = Server::start();
    let client = server.client();
    let (deleted, given) = populated(&client, &material(1, 32));
    let (expired, other) = populated(&client, &material(2, 32));
    let never = external(&client, "Aliyun_AES_256");
    other.import_until(&client, &expired, &material(2, 32), &after(SECOND)).ok();
    for key in [&deleted, &expired, &never] {
        client.call("ScheduleKeyDeletion", &[("KeyId", key), ("PendingWindowInDays", "7")]).ok();
    }
    for key in [&deleted, &never] {
        client.call("DeleteKeyMaterial", &[("KeyId", key)]).ok();
    }
    server.advance(SECOND);
    for key in [&deleted, &expired, &never] {
        let now = metadata(&client, key);
        assert_eq!(
            (&now["KeyState"], &now["DeleteDate"]),
            (&"PendingDeletion".into(), &"2030-01-08T00:00:00Z".into())
        );
        assert_eq!(now["MaterialExpireTime"], "");
        // Parameters are returned, but nothing is imported.
        ticket(&client, key, SM2)
            .import(&client, key, &material(1, 32))
            .refused(409, "Rejected.StateModifiedFailed");
        client.call("CancelKeyDeletion", &[("KeyId", key)]).ok();
        assert_eq!(state(&client, key), "PendingImport");
    }
    given.import(&client, &expired, &material(2, 32)).refused(400, "InvalidImportToken");
    other.import(&client, &expired, &material(1, 32)).refused(400, "InvalidKeyMaterial");
    other.import(&client, &expired, &material(2, 32)).ok();
    given.import(&client, &deleted, &material(1, 32)).ok();
    for key in [&deleted, &expired] {
        assert_eq!(state(&client, key), "Enabled");
    }
    // A key that keeps its material is unchanged.
    client.call("ScheduleKeyDeletion", &[("KeyId", &deleted)]).ok();
    client.call("CancelKeyDeletion", &[("KeyId", &deleted)]).ok();
    sealed(&client, &deleted, "x");
}

#[test]
fn deleting_absent_material_changes_nothing() {
    let server = Server::start();
    let client = server.client();
    let key = external(&client, "Aliyun_AES_256");
    for _ in 0..2 {
        client.call("DeleteKeyMaterial", &[("KeyId", &key)]).ok();
        assert_eq!(state(&client, &key), "PendingImport");
    }
}

#[test]
fn one_of_two_concurrent_first_imports_wins() {
    let server = Server::start();
    let client = &server.client();
    for _ in 0..5 {
        let key = &external(client, "Aliyun_AES_256");
        let given = &ticket(client, key, SM2);
        let answers: Vec<_> = thread::scope(|scope| {
            let import =
                |seed| scope.spawn(move || (seed, given.import(client, key, &material(seed, 32))));
            [1, 2, 3, 4].map(import).into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let taken: Vec<_> = answers.iter().filter(|(_, answer)| answer.status == 200).collect();
        assert_eq!(taken.len(), 1);
        for (seed, answer) in &answers {
            if *seed != taken[0].0 {
                answer.refused(400, "InvalidKeyMaterial");
            }
        }
        let blob = sealed(client, key, "x");
        assert_eq!(open_with(Cipher::Aes, &material(taken[0].0, 32), &blob).unwrap(), b"x");
    }
}
