//! Seeds are applied at every start: what exists stays as it is.

use std::path::Path;

use serde_json::Value;

use super::{realm, seeded};
use crate::kit::{Process, Server, Setup, control, data_file, send};
use crate::state::{export, import};

fn start(data: &Path, seed: &Path) -> Process {
    Process::start(&["--data", data.to_str().unwrap(), "--seed", seed.to_str().unwrap()])
}

fn state(server: &Process) -> String {
    control(server.address, "GET", "state", &Value::Null).text
}

#[test]
fn a_second_start_changes_nothing() {
    let (folder, data) = data_file();
    let seed = folder.path().join("seed.yaml");
    let text = realm(
        "    keys:\n      - { id: drawn, aliases: [alias/drawn] }\n      - { id: pair, spec: EC_SM2 }\n    secrets:\n      \
         - { name: s, value: one }\n",
    );
    std::fs::write(&seed, &text).unwrap();
    let first = start(&data, &seed);
    let before = state(&first);
    drop(first);
    let second = start(&data, &seed);
    assert_eq!(state(&second), before, "drawn material, derived ids and times stay");
    // Later changes stay too.
    let client = second.client();
    let blob = client.call("Encrypt", &[("KeyId", "drawn"), ("Plaintext", "aGk=")]).ok();
    client.call("UpdateKeyDescription", &[("KeyId", "drawn"), ("Description", "mine now")]).ok();
    client.call("DisableKey", &[("KeyId", "pair")]).ok();
    client
        .call("PutSecretValue", &[("SecretName", "s"), ("VersionId", "v2"), ("SecretData", "two")])
        .ok();
    let changed = state(&second);
    drop(second);
    // A key of another kind under the same id does not prevent the start, and new entries are
    // added.
    let more = text
        .replace("EC_SM2", "EC_P256")
        .replace("- { name: s", "- { name: t, value: new }\n      - { name: s");
    std::fs::write(&seed, more.replace("{ id: drawn", "{ id: another }\n      - { id: drawn"))
        .unwrap();
    let third = start(&data, &seed);
    let after = state(&third);
    for line in
        changed.lines().filter(|line| !line.contains("counted: ") && !line.contains("data_key"))
    {
        assert!(after.contains(line), "{line} is gone:\n{after}");
    }
    let client = third.client();
    assert_eq!(
        client.call("DescribeKey", &[("KeyId", "pair")]).ok()["KeyMetadata"]["KeySpec"],
        "EC_SM2"
    );
    client.call("DescribeKey", &[("KeyId", "another")]).ok();
    assert_eq!(client.call("GetSecretValue", &[("SecretName", "t")]).ok()["SecretData"], "new");
    // A reset restores the seeds, with the material that was generated at first.
    send(third.address, "POST /_kmsim/reset HTTP/1.1\r\n", b"").ok();
    let opened = client
        .call("Decrypt", &[("CiphertextBlob", blob["CiphertextBlob"].as_str().unwrap())])
        .ok();
    assert_eq!(opened["Plaintext"], "aGk=");
    assert_eq!(
        client.call("DescribeKey", &[("KeyId", "pair")]).ok()["KeyMetadata"]["KeySpec"],
        "EC_P256"
    );
    assert_eq!(
        client.call("DescribeKey", &[("KeyId", "drawn")]).ok()["KeyMetadata"]["Description"],
        ""
    );
    assert_eq!(client.call("GetSecretValue", &[("SecretName", "s")]).ok()["SecretData"], "one");
    let reset = state(&third);
    drop(third);
    assert_eq!(state(&start(&data, &seed)), reset, "and that is what is kept");
}

/// The exported service key has the ids that a seed's service key gets, and other material.
#[test]
fn an_export_keeps_the_service_key_of_secrets() {
    let server = seeded(&realm("    secrets: [{ name: db, value: x }]\n"));
    let text = [("KeyId", "alias/acs/secretsmanager"), ("Plaintext", "aGk=")];
    let blob = server.client().call("Encrypt", &text).ok();
    let blob = [("CiphertextBlob", blob["CiphertextBlob"].as_str().unwrap())];
    let exported = export(&server, "");
    // Both servers generate a key first, because tests draw the same random numbers in each server.
    let other = realm("    keys: [{ id: other }]\n");
    let imported = seeded(&other);
    import(&imported, "", &exported).ok();
    let unnumbered: Vec<_> = exported.lines().filter(|it| !it.contains("ordinal: ")).collect();
    let seeds = &[&*other, &unnumbered.join("\n")];
    let started = Server::with(Setup { seeds, ..Setup::default() });
    for again in [imported, started] {
        assert_eq!(again.client().call("Decrypt", &blob).ok()["Plaintext"], "aGk=");
        let all = export(&again, "");
        let mut materials = exported.lines().filter(|line| line.contains("material: "));
        assert!(materials.all(|line| all.contains(line)), "{exported}\n{all}");
    }
    // Another key with the same version id is refused, and does not share the material.
    let version = exported.split("    versions:\n    - id: ").nth(1).unwrap();
    let version = version.lines().next().unwrap();
    let taken = format!(
        "    keys:\n      - {{ id: k, versions: [{{ id: {version} }}] }}\n    secrets:\n      \
         - {{ name: db, value: x }}\n"
    );
    let refused = import(&Server::start(), "", &realm(&taken));
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(
        refused.text.contains(
            "realms[0].secrets[0].encryption_key_id: must be given, because another key has the \
             id or the version id of the service key at line 6"
        ),
        "{refused:?}"
    );
}
