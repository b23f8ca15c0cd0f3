//! Seeds are applied at every start: what exists stays as it is.

use std::path::Path;

use serde_json::Value;

use super::realm;
use crate::kit::{Process, control, data_file, send};

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
