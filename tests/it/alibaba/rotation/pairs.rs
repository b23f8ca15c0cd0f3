//! Versions of key pairs: created on request, a week apart, at most fifty.

use std::time::Duration;

use super::{check_days, metadata, rotating, versions};
use crate::kit::{Answer, Client, Server, days};

const DIGEST: &str = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";

fn make(client: &Client, key: &str) -> Answer {
    client.call("CreateKeyVersion", &[("KeyId", key)])
}

fn sign(client: &Client, key: &str, version: &str) -> String {
    let algorithm = ("Algorithm", "ECDSA_SHA_256");
    let params = [("KeyId", key), ("KeyVersionId", version), algorithm, ("Digest", DIGEST)];
    client.call("AsymmetricSign", &params).ok()["Value"].as_str().unwrap().to_owned()
}

fn verifies(client: &Client, key: &str, version: &str, signature: &str) -> bool {
    let signed = [("Algorithm", "ECDSA_SHA_256"), ("Digest", DIGEST), ("Value", signature)];
    let params = [("KeyId", key), ("KeyVersionId", version), signed[0], signed[1], signed[2]];
    client.call("AsymmetricVerify", &params).ok()["Value"].as_bool().unwrap()
}

#[test]
fn a_pair_gets_versions_and_keeps_the_old_ones() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[("KeySpec", "EC_P256")]);
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/pair")]).ok();
    let first = versions(&client, &key)[0].0.clone();
    let by_first = sign(&client, &key, &first);
    server.advance(days(7));
    let made = make(&client, &key).ok()["KeyVersion"].clone();
    let second = made["KeyVersionId"].as_str().unwrap().to_owned();
    assert_eq!(
        (&made["KeyId"], &made["CreationDate"]),
        (&key.as_str().into(), &"2030-01-08T00:00:00Z".into())
    );
    assert_ne!(first, second);
    server.advance(days(7));
    // This action accepts an alias.
    make(&client, "alias/pair").ok();
    check_days(&client, &key, &[1, 8, 15]);
    let described = metadata(&client, &key);
    assert_eq!(described["LastRotationDate"], "2030-01-15T00:00:00Z");
    assert_eq!(described["AutomaticRotation"], "Disabled");
    assert_eq!(
        (described.get("PrimaryKeyVersion"), described.get("NextRotationDate")),
        (None, None)
    );

    let by_second = sign(&client, &key, &second);
    assert!(
        verifies(&client, &key, &first, &by_first) && verifies(&client, &key, &second, &by_second)
    );
    assert!(
        !verifies(&client, &key, &second, &by_first)
            && !verifies(&client, &key, &first, &by_second)
    );
    // The old version still signs.
    assert!(verifies(&client, &key, &first, &sign(&client, &key, &first)));
    let public: Vec<_> = versions(&client, &key)
        .iter()
        .map(|(version, _)| {
            let key =
                client.call("GetPublicKey", &[("KeyId", &key), ("KeyVersionId", version)]).ok();
            key["PublicKey"].as_str().unwrap().to_owned()
        })
        .collect();
    assert!(public[0] != public[1] && public[1] != public[2] && public[0] != public[2]);
}

#[test]
fn old_versions_still_decrypt() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[("KeySpec", "EC_SM2"), ("KeyUsage", "ENCRYPT/DECRYPT")]);
    let first = versions(&client, &key)[0].0.clone();
    let algorithm = ("Algorithm", "SM2PKE");
    let params =
        [("KeyId", &*key), ("KeyVersionId", &*first), algorithm, ("Plaintext", "dGV4dA==")];
    let blob = client.call("AsymmetricEncrypt", &params).ok()["CiphertextBlob"].clone();
    server.advance(days(7));
    let second =
        make(&client, &key).ok()["KeyVersion"]["KeyVersionId"].as_str().unwrap().to_owned();
    let open = |version: &str| {
        let blob = ("CiphertextBlob", blob.as_str().unwrap());
        client.call(
            "AsymmetricDecrypt",
            &[("KeyId", &*key), ("KeyVersionId", version), algorithm, blob],
        )
    };
    assert_eq!(open(&first).ok()["Plaintext"], "dGV4dA==");
    open(&second).refused_parameter("CiphertextBlob");
}

#[test]
fn versions_are_a_week_apart() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[("KeySpec", "EC_P256K")]);
    // The first version of the key starts no week.
    make(&client, &key).ok();
    make(&client, &key).refused(400, "Rejected.LimitExceeded");
    server.advance(days(7).checked_sub(Duration::from_secs(1)).unwrap());
    make(&client, &key).refused(400, "Rejected.LimitExceeded");
    server.advance(Duration::from_secs(1));
    make(&client, &key).ok();
    make(&client, &key).refused(400, "Rejected.LimitExceeded");
    // The week counts from the newest version, however late it was created.
    server.advance(days(20));
    make(&client, &key).ok();
    make(&client, &key).refused(400, "Rejected.LimitExceeded");
    server.advance(days(6));
    make(&client, &key).refused(400, "Rejected.LimitExceeded");
    check_days(&client, &key, &[1, 1, 8, 28]);
}

#[test]
fn a_key_of_an_instance_has_one_version() {
    let server = Server::start();
    let client = server.client();
    client.instance("kst-1");
    let key = client.create_key(&[("KeySpec", "EC_P256"), ("DKMSInstanceId", "kst-1")]);
    server.advance(days(7));
    make(&client, &key).refused(400, "Rejected.UnsupportedOperation");
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/of-instance")]).ok();
    make(&client, "alias/of-instance").refused(400, "Rejected.UnsupportedOperation");
    check_days(&client, &key, &[1]);
    client.call("DisableKey", &[("KeyId", &key)]).ok();
    make(&client, &key).refused(409, "Rejected.Disabled");
}

#[test]
fn a_pair_has_at_most_fifty_versions() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[("KeySpec", "EC_P256")]);
    let first = versions(&client, &key)[0].0.clone();
    let signature = sign(&client, &key, &first);
    for _ in 1..50 {
        server.advance(days(7));
        make(&client, &key).ok();
    }
    server.advance(days(700));
    make(&client, &key).refused(400, "Rejected.LimitExceeded");
    let all = versions(&client, &key);
    assert_eq!(all.len(), 50);
    let ids: std::collections::BTreeSet<_> = all.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 50);
    assert!(all.is_sorted_by_key(|(_, date)| date.clone()));
    assert!(verifies(&client, &key, &first, &signature));
    let last = &all[49].0;
    assert!(verifies(&client, &key, last, &sign(&client, &key, last)));
}

#[test]
fn one_of_two_concurrent_requests_creates_the_version() {
    let server = Server::start();
    let client = &server.client();
    let key = &client.create_key(&[("KeySpec", "EC_P256")]);
    server.advance(days(7));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(move || make(client, key))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((made.len(), refused.len()), (1, 5));
    for answer in refused {
        answer.refused(400, "Rejected.LimitExceeded");
    }
    check_days(client, key, &[1, 8]);
}

#[test]
fn only_enabled_pairs_get_versions() {
    let server = Server::start();
    let client = server.client();
    let external = crate::alibaba::import::populated(&client, &[1; 32]).0;
    let pair = client.create_key(&[("KeySpec", "EC_P256")]);
    let waiting = client.create_key(&[("Origin", "EXTERNAL")]);
    let symmetric = [
        client.create_key(&[]),
        client.create_key(&[("KeySpec", "Aliyun_SM4")]),
        rotating(&client, "30d"),
        external,
    ];
    server.advance(days(8));
    for key in &symmetric {
        let message = make(&client, key).refused(400, "Rejected.UnsupportedOperation");
        assert_eq!(message, "Unsupported operation.");
        assert_eq!(versions(&client, key).len(), 1);
    }
    make(&client, &waiting).refused(409, "Rejected.PendingImport");
    make(&client, "nobody").refused(404, "Forbidden.KeyNotFound");
    make(&client, "alias/nobody").refused(404, "Forbidden.AliasNotFound");
    for (rest, state) in [("DisableKey", "Disabled"), ("ScheduleKeyDeletion", "PendingDeletion")] {
        client.call(rest, &[("KeyId", &pair)]).ok();
        make(&client, &pair).refused(409, &format!("Rejected.{state}"));
    }
    client.call("CancelKeyDeletion", &[("KeyId", &pair)]).ok();
    make(&client, &pair).ok();
}

#[test]
fn a_version_belongs_to_the_requested_key_even_if_its_alias_moves() {
    let server = Server::start();
    let client = server.client();
    let rsa = client.create_key(&[("KeySpec", "RSA_3072")]);
    let sm2 = client.create_key(&[("KeySpec", "EC_SM2")]);
    client.call("CreateAlias", &[("KeyId", &rsa), ("AliasName", "alias/pair")]).ok();
    server.advance(days(7));
    std::thread::scope(|scope| {
        scope.spawn(|| make(&client, "alias/pair").ok());
        client.call("UpdateAlias", &[("KeyId", &sm2), ("AliasName", "alias/pair")]).ok();
    });
    // In either order, each version has its key's type.
    let mut count = 0;
    for key in [&rsa, &sm2] {
        for (version, _) in versions(&client, key) {
            client.call("GetPublicKey", &[("KeyId", key), ("KeyVersionId", &version)]).ok();
            count += 1;
        }
    }
    assert_eq!(count, 3);
}
