//! Errors in seeds name the file, the field and the line, and quote nothing that may be secret.
//! Nothing is applied, and no server starts.

use serde_json::Value;

use super::realm;
use crate::kit::{Server, control, kmsim};
use crate::program::refused;
use crate::state::{export, import};

const KEY: &str = "    keys:\n      - id: k\n";
const SECRET: &str = "    secrets:\n      - name: s\n";

/// Two texts that are added to a realm, and the expected error. It must not quote `topsecret`.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("", "    keyz: []\n", "realms[0]: unknown field, expected one of account, "),
    (
        "",
        "    region: cn_x\n",
        "realms[0].region: not a region's id: letters, digits and hyphens at line 3, column 13",
    ),
    ("", "    cloud: nimbus\n", "realms[0].cloud: no such cloud at line 3, column 12"),
    (
        "",
        "    region: ''\n    keys: [{ id: a }]\n",
        "realms[0].account: keys, secrets and certificates need a region at line 2",
    ),
    (
        "",
        "    subscribed_at: '{{now}}'\n",
        "realms[0].subscribed_at: set subscribed_at in the realm with region ''",
    ),
    ("", "    import_seal: AAAA\n", "realms[0].import_seal: not 32 bytes at line 3, column 18"),
    ("", "    counted: 99999999999999999\n", "realms[0].counted: too large at line 3, column 14"),
    (KEY, "        spec: AES_257\n", "realms[0].keys[0].spec: not one of AES_256, "),
    (KEY, "        spec: EC_P384\n", "keys[0].spec: the cloud has no keys of this spec at line 5"),
    (
        KEY,
        "        spec: ML_DSA_87\n",
        "keys[0].spec: the cloud has no keys of this spec at line 5",
    ),
    (
        KEY,
        "        spec: EC_P256\n        usage: ENCRYPT/DECRYPT\n",
        "keys[0].usage: this key spec does not support this usage at line 6",
    ),
    (
        KEY,
        "        material: topsecret\n",
        "keys[0].material: not 32 bytes in hex or base64, as this spec takes at line 5, column 19",
    ),
    (
        KEY,
        "        spec: RSA_2048\n        material: topsecret\n",
        "keys[0].material: not a private key of this spec in PEM (PKCS #8, PKCS #1, SEC 1) at line 6",
    ),
    (KEY, "        material: [topsecret]\n", "keys[0].material: not a text at line 5, column 19"),
    (
        KEY,
        "        material:topsecret: 1\n",
        "realms[0].keys[0]: unknown field, expected one of id, ",
    ),
    (KEY, "        material: 'topsecret\n", "at line "),
    (
        KEY,
        "        material: aaaa\n        versions: [{}]\n",
        "keys[0].material: cannot be given with versions at line 5",
    ),
    (
        KEY,
        "        versions:\n          - id: X\n",
        "keys[0].versions[0].id: not a version id: a UUID in lower case at line 6, column 17",
    ),
    (
        KEY,
        "        versions:\n          - material: topsecret\n",
        "keys[0].versions[0].material: not 32 bytes",
    ),
    (
        KEY,
        "        versions:\n          - expires_at: '{{now}}'\n",
        "keys[0].versions[0].expires_at: only imported material expires at line 6",
    ),
    (
        KEY,
        "        versions:\n          - fingerprint: AAAA\n",
        "keys[0].versions[0].fingerprint: needs imported material that is gone at line 6",
    ),
    (
        KEY,
        "        versions:\n          - { id: &v 00000000-0000-4000-8000-000000000001 }\n          - { id: *v }\n",
        "keys[0].versions[1].id: given twice at line 7",
    ),
    (
        KEY,
        "        origin: EXTERNAL\n        versions: [{}, {}]\n",
        "keys[0].versions: an EXTERNAL key has one version",
    ),
    (
        KEY,
        "        origin: EXTERNAL\n        spec: RSA_2048\n",
        "keys[0].origin: only symmetric keys are EXTERNAL at line 5",
    ),
    (
        KEY,
        "        origin: EXTERNAL\n        state: Enabled\n",
        "keys[0].state: without material the state is PendingImport at line 6",
    ),
    (
        KEY,
        "        state: PendingImport\n",
        "keys[0].state: needs origin: EXTERNAL and no material",
    ),
    (
        KEY,
        "        state: PendingDeletion\n",
        "keys[0].state: needs a delete_at at line 5, column 16",
    ),
    (
        KEY,
        "        delete_at: '{{now}}'\n",
        "keys[0].delete_at: needs state: PendingDeletion at line 5, column 20",
    ),
    (
        KEY,
        "        created_at: tomorrow\n",
        "keys[0].created_at: not a time, such as 2030-01-01T00:00:00Z or {{now - 3d}} at line 5",
    ),
    (KEY, "        created_at: {{now - 3 parsecs}}\n", "keys[0].created_at: not a time"),
    (
        KEY,
        "        rotation: { interval: often }\n",
        "keys[0].rotation.interval: not a length of time such as 90s, 1h 30m, 30d at line 5",
    ),
    (
        KEY,
        "        rotation: { interval: 7d, last: '{{now}}', next: '{{now}}' }\n",
        "keys[0].rotation.next: follows from last at line 5",
    ),
    (
        KEY,
        "        spec: EC_P256\n        rotation: { interval: 7d }\n",
        "keys[0].rotation: only symmetric keys with generated material rotate",
    ),
    (
        KEY,
        "        rotation: { interval: 7d, last: '{{now}}' }\n        versions: [{ created_at: '{{now - 1d}}' }]\n",
        "keys[0].versions[0].created_at: contradicts the last rotation at line 6",
    ),
    (KEY, "        ordinal: 0\n", "keys[0].ordinal: the first is 1 at line 5, column 18"),
    (KEY, "        ordinal: 18446744073709551615\n", "keys[0].ordinal: too large"),
    (
        KEY,
        "        ordinal: 2\n      - { id: l, ordinal: 2 }\n",
        "keys[1].ordinal: given twice at line 6",
    ),
    (KEY, "      - id: k\n", "keys[1].id: given twice at line 5, column 13"),
    (
        KEY,
        "        aliases: [app]\n",
        "keys[0].aliases[0]: not an alias: alias/ and then letters, digits, /, _ and - at line 5, column 19",
    ),
    (
        KEY,
        "        aliases: [alias/a, alias/a]\n",
        "keys[0].aliases[1]: given twice at line 5, column 28",
    ),
    (KEY, "        tags: [a]\n", "keys[0].tags: "),
    ("    keys:\n", "      - description: x\n", "realms[0].keys[0]: missing field `id`"),
    (SECRET, "", "realms[0].secrets[0]: needs a value, or versions at line 4, column 15"),
    (
        SECRET,
        "        value: topsecret\n        versions: [{ id: a, value: b }]\n",
        "secrets[0].value: cannot be given with versions at line 5",
    ),
    (SECRET, "        value: [topsecret]\n", "secrets[0].value: not a text at line 5, column 16"),
    (
        SECRET,
        "        versions: [{ id: a }]\n",
        "secrets[0].versions[0].id: needs one of value, value_base64, sealed at line 5",
    ),
    (
        SECRET,
        "        versions: [{ id: a, value: topsecret, value_base64: AAAA }]\n",
        "secrets[0].versions[0].id: needs one of value, value_base64, sealed",
    ),
    (
        SECRET,
        "        versions: [{ id: a, value_base64: '%topsecret' }]\n",
        "secrets[0].versions[0].value_base64: not base64 at line 5",
    ),
    (
        SECRET,
        "        versions: [{ id: a, value: x }, { id: a, value: y }]\n",
        "secrets[0].versions[1].id: is empty, or given twice",
    ),
    (
        SECRET,
        "        versions: [{ id: a, number: 2, value: x }, { id: b, number: 1, value: y }]\n",
        "secrets[0].versions[1].number: must increase from 1",
    ),
    (
        SECRET,
        "        versions: [{ id: a, value: x, stages: [q] }, { id: b, value: y, stages: [q] }]\n",
        "secrets[0].versions[1].stages: a stage belongs to one version at line 5",
    ),
    (
        SECRET,
        "        value: x\n        type: Rds\n",
        "secrets[0].type: unknown type, or extended_config is missing at line 6",
    ),
    (
        SECRET,
        "        value: x\n        type: Diary\n",
        "secrets[0].type: unknown type, or extended_config is missing",
    ),
    (
        SECRET,
        "        value: x\n        type: Rds\n        extended_config: topsecret\n",
        "secrets[0].extended_config: does not fit the type at line 7",
    ),
    (
        SECRET,
        "        value: x\n        rotation: { interval: 7d }\n",
        "secrets[0].rotation: needs an extended_config",
    ),
    (
        SECRET,
        "        value: x\n        encryption_key_id: nobody\n",
        "secrets[0].encryption_key_id: there is no such key at line 6",
    ),
    (
        SECRET,
        "        value: x\n        encryption_key_id: pair\n    keys: [{ id: pair, spec: EC_P256 }]\n",
        "secrets[0].encryption_key_id: that key is a pair, or has no material",
    ),
    (
        SECRET,
        "        value: x\n      - { name: s, value: y }\n",
        "secrets[1].name: given twice at line 6",
    ),
    (KEY, "        state: Archived\n", "keys[0].state: this cloud archives no keys at line 5"),
    (
        KEY,
        "        bindings: [{ product: store, resource: a }]\n",
        "keys[0].bindings[0]: this cloud binds no resources to keys at line 5",
    ),
    (
        "    certificates:\n",
        "      - { id: c, spec: AES_256 }\n",
        "certificates[0].spec: certificates have RSA_2048, EC_P256 or EC_SM2 at line 4",
    ),
    (
        "    certificates:\n",
        "      - { id: c, spec: EC_P256 }\n",
        "realms[0].certificates[0]: needs a subject, a request or a certificate at line 4",
    ),
    (
        "    certificates:\n",
        "      - { id: c, spec: EC_P256, subject: nobody }\n",
        "certificates[0].subject: not a name as in CN=example.com,O=Example,C=CN at line 4",
    ),
    (
        "    certificates:\n",
        "      - { id: c, spec: EC_P256, subject: 'CN=a,O=b,C=CN', subject_alternative_names: [a b] }\n",
        "certificates[0].subject_alternative_names: not a domain name at line 4",
    ),
    (
        "    certificates:\n",
        "      - { id: c, spec: EC_P256, subject: 'CN=a,O=b,C=CN', status: ACTIVE }\n",
        "certificates[0].status: a certificate is PENDING until it is issued at line 4",
    ),
    (
        "    certificates:\n",
        "      - { id: c, spec: EC_P256, private_key: topsecret }\n",
        "certificates[0].private_key: not a private key of this spec in PEM",
    ),
    (
        "    certificates:\n",
        "      - { id: c, spec: EC_P256, certificate: topsecret }\n",
        "certificates[0].certificate: certificate 0 of the chain is invalid: NotPem at line 4",
    ),
    (
        "    certificates:\n",
        "      - { id: c, spec: EC_P256, chain: topsecret }\n",
        "certificates[0].chain: needs a certificate at line 4",
    ),
    (
        "    certificates:\n",
        "      - &c { id: c, spec: EC_P256, subject: 'CN=a,O=b,C=CN' }\n      - *c\n",
        "certificates[1].id: given twice",
    ),
    (SECRET, "        valu: topsecret\n", "realms[0].secrets[0]: unknown field"),
];

#[test]
fn errors_name_field_and_line_and_change_nothing() {
    let server = Server::start();
    import(&server, "", &realm("    keys: [{ id: stays }]\n")).ok();
    let before = export(&server, "");
    for (start, more, expected) in MISTAKES {
        let answer = import(&server, "", &realm(&format!("{start}{more}")));
        let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
        assert!(
            answer.status == 400 && error.contains(expected),
            "{start}{more}\n{expected}\n{error}"
        );
        assert!(error.starts_with("the body: ") && error.contains(" at line "), "{error}");
        assert!(!error.contains("topsecret") && !error.contains('\n'), "{error}");
        assert_eq!(export(&server, ""), before, "{start}{more}");
    }
}

#[test]
fn a_start_with_an_invalid_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("a.yaml");
    std::fs::write(&good, realm("    keys: [{ id: k }]\n")).unwrap();
    let bad = folder.path().join("b.yaml");
    std::fs::write(&bad, realm("    keys:\n      - id: k\n")).unwrap();
    let data = folder.path().join("kmsim.db");
    let line = refused(kmsim(&["--data", data.to_str().unwrap(), "--seed"]).arg(folder.path()));
    let place = format!(
        "kmsim: --seed: {}: realms[0].keys[0].id: given twice at line 4, column 13",
        bad.display()
    );
    assert_eq!(line, place);
    // Nothing of the good file was applied.
    let server = crate::kit::Process::start(&["--data", data.to_str().unwrap()]);
    assert_eq!(server.client().call("ListKeys", &[]).ok()["TotalCount"], 0);
    let missing = folder.path().join("c.yaml");
    let line = refused(kmsim(&["--data", ":memory:", "--seed"]).arg(&missing));
    assert!(line.contains("c.yaml: No such file"), "{line}");
    let line = refused(kmsim(&["--data", ":memory:", "--accounts"]).arg(&good));
    assert!(
        line.contains(
            "a.yaml: realms[0].account: the contents of realms belong in a --seed file at line 2"
        ),
        "{line}"
    );
}

#[test]
fn a_running_server_accepts_no_new_accounts() {
    let server = Server::start();
    let same = "accounts:\n  - { id: '1000000000000001', access_keys: [{ id: testid, secret: testsecret }] }\n";
    import(&server, "", same).ok();
    for other in [
        "accounts:\n  - id: '9'\n",
        "accounts:\n  - { id: '1000000000000001', status: suspended }\n",
        "accounts:\n  - { id: '1000000000000001', access_keys: [{ id: testid, secret: topsecret }] }\n",
        "accounts:\n  - { id: '1000000000000001', access_keys: [{ id: more, secret: topsecret }] }\n",
    ] {
        let answer = import(&server, "", other);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(
            error.contains("accounts can only be set at start") && error.contains("line 2"),
            "{error}"
        );
        assert!(answer.status == 400 && !error.contains("topsecret"), "{error}");
    }
    let health = control(server.address, "GET", "health", &Value::Null);
    assert_eq!(health.status, 200);
}
