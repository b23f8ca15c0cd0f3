//! Imports and restarts: tokens, fingerprints of deleted material, and expiry while the server was
//! down.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, hmac};

use super::{
    RSA_OAEP_SHA256, SM2, external, material, metadata, opened, populated, sealed, state, ticket,
};
use crate::kit::{Process, data_file};
use crate::program::ended;

fn serve(path: &Path, clock: &str) -> Process {
    Process::start(&["--data", path.to_str().unwrap(), "--clock", clock])
}

fn put_away(mut server: Process) {
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));
}

#[test]
fn imports_survive_restarts() {
    let (_folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z");
    let client = server.client();
    let waiting = external(&client, "Aliyun_AES_256");
    let tickets = [SM2, RSA_OAEP_SHA256].map(|wrapping| ticket(&client, &waiting, wrapping));
    let (deleted, given) = populated(&client, &material(1, 32));
    let lost = sealed(&client, &deleted, "lost");
    client.call("DeleteKeyMaterial", &[("KeyId", &deleted)]).ok();
    let (expiring, other) = populated(&client, &material(2, 32));
    let kept = sealed(&client, &expiring, "kept");
    // 2030-01-05T00:00:00Z
    other.import_until(&client, &expiring, &material(2, 32), "1893801600").ok();
    put_away(server);

    // The tokens' last second. The fingerprint of the deleted material is still known.
    let server = serve(&path, "2030-01-01T23:59:59Z");
    let client = server.client();
    assert_eq!(state(&client, &waiting), "PendingImport");
    for ticket in &tickets {
        given.import(&client, &waiting, &material(3, 32)).refused(400, "InvalidImportToken");
        ticket.import(&client, &waiting, &material(3, 32)).ok();
    }
    assert_eq!(state(&client, &deleted), "PendingImport");
    given.import(&client, &deleted, &material(2, 32)).refused(400, "InvalidKeyMaterial");
    given.import(&client, &deleted, &material(1, 32)).ok();
    assert_eq!(opened(&client, &lost).ok()["Plaintext"], "lost");
    assert_eq!(metadata(&client, &expiring)["MaterialExpireTime"], "2030-01-05T00:00:00Z");
    assert_eq!(opened(&client, &kept).ok()["Plaintext"], "kept");
    client.call("DisableKey", &[("KeyId", &deleted)]).ok();
    client.call("DeleteKeyMaterial", &[("KeyId", &deleted)]).ok();
    // This server is killed.
    drop(server);

    let server = serve(&path, "2030-01-02T00:00:00Z");
    let client = server.client();
    for ticket in &tickets {
        ticket.import(&client, &waiting, &material(3, 32)).refused(400, "ExpiredImportToken");
    }
    let blob = sealed(&client, &waiting, "text");
    drop(server);

    // The material expired meanwhile: at once, and after another restart.
    for _ in 0..2 {
        let server = serve(&path, "2030-01-05T00:00:00Z");
        let client = server.client();
        opened(&client, &kept).refused(409, "Rejected.PendingImport");
        assert_eq!(metadata(&client, &expiring)["MaterialExpireTime"], "");
        assert_eq!(state(&client, &deleted), "PendingImport");
        assert_eq!(opened(&client, &blob).ok()["Plaintext"], "text");
    }
    // It does not come back when the clock is set back.
    let server = serve(&path, "2030-01-04T00:00:00Z");
    let client = server.client();
    assert_eq!(state(&client, &expiring), "PendingImport");
    let again = ticket(&client, &expiring, SM2);
    again.import(&client, &expiring, &material(1, 32)).refused(400, "InvalidKeyMaterial");
    again.import(&client, &expiring, &material(2, 32)).ok();
    assert_eq!(opened(&client, &kept).ok()["Plaintext"], "kept");
    ticket(&client, &deleted, SM2).import(&client, &deleted, &material(1, 32)).ok();
    assert_eq!(state(&client, &deleted), "Disabled");
}

#[test]
fn imported_material_is_not_in_the_files() {
    let (folder, path) = data_file();
    let server = serve(&path, "2030-01-01T00:00:00Z");
    let client = server.client();
    let (key, given) = populated(&client, &material(100, 32));
    let gone = populated(&client, &material(200, 32)).0;
    client.call("DeleteKeyMaterial", &[("KeyId", &gone)]).ok();
    let version_of = |key: &str| {
        let versions = client.call("ListKeyVersions", &[("KeyId", key)]).ok();
        versions["KeyVersions"]["KeyVersion"][0]["KeyVersionId"].as_str().unwrap().to_owned()
    };
    let of_key = version_of(&key);
    let check = || {
        let token = STANDARD.decode(&given.token).unwrap();
        let [kept, deleted] = [100, 200].map(|seed| material(seed, 32));
        // A plain digest would let anyone with the files test guesses.
        let digests = [
            hmac(Hash::Sha256, &[], &deleted),
            hmac(Hash::Sha256, &[version_of(&gone).as_bytes()], &deleted),
            hmac(Hash::Sha256, &[of_key.as_bytes()], &kept),
        ];
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for secret in digests.iter().chain([&kept, &deleted, &token]) {
                let texts = [STANDARD.encode(secret).into_bytes(), secret.clone()];
                for text in texts {
                    assert!(!bytes.windows(16).any(|it| *it == text[..16]));
                }
            }
        }
    };
    check();
    client.call("DeleteKeyMaterial", &[("KeyId", &key)]).ok();
    check();
}
