//! Every cell of the document's table of key states and operations, over HTTP.

use std::collections::BTreeSet;

use crate::kit::action_names;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kit::{Answer, Client, Server, Setup, days, table};
use crate::makers::{DIGEST, MATERIAL, STRANGER, import, imported, newest_version, wrapped};

const STATES: [&str; 4] = ["Enabled", "Disabled", "PendingDeletion", "PendingImport"];

/// A key in some state, and what the operations need to exist before.
struct Subject {
    id: String,
    version: String,
    /// A ciphertext that names this key's version.
    blob: String,
    alias: String,
}

/// Another key, always enabled.
struct Helper {
    id: String,
    blob: String,
    alias: String,
}

fn alias_of(client: &Client, key: &str) -> String {
    let alias = format!("alias/{key}");
    client.call("CreateAlias", &[("KeyId", key), ("AliasName", &alias)]).ok();
    alias
}

fn sealed(client: &Client, key: &str) -> String {
    let answer = client.call("Encrypt", &[("KeyId", key), ("Plaintext", "text")]).ok();
    answer["CiphertextBlob"].as_str().unwrap().to_owned()
}

fn sealed_by_pair(client: &Client, key: &str, version: &str) -> String {
    let params = [
        ("KeyId", key),
        ("KeyVersionId", version),
        ("Algorithm", "SM2PKE"),
        ("Plaintext", "dGV4dA=="),
    ];
    client.call("AsymmetricEncrypt", &params).ok()["CiphertextBlob"].as_str().unwrap().to_owned()
}

/// A ciphertext in the form of a key's version: the version's id, an IV, one byte, a tag.
fn crafted(version: &str) -> String {
    STANDARD.encode([version.as_bytes(), &[7; 12 + 1 + 16]].concat())
}

/// The kind of key for an operation.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Symmetric,
    Imported,
    Signing,
    Encrypting,
    Mac,
}

fn kind_of(operation: &str) -> Kind {
    match operation {
        "GetParametersForImport" | "ImportKeyMaterial" | "DeleteKeyMaterial" => Kind::Imported,
        "CreateKeyVersion" | "GetPublicKey" | "AsymmetricSign" | "AsymmetricVerify" => {
            Kind::Signing
        }
        "AsymmetricEncrypt" | "AsymmetricDecrypt" => Kind::Encrypting,
        "GenerateMac" | "VerifyMac" => Kind::Mac,
        _ => Kind::Symmetric,
    }
}

fn subject(client: &Client, kind: Kind, state: &str) -> Subject {
    // Only symmetric keys can wait for material.
    let id = match kind {
        _ if state == "PendingImport" => client.create_key(&[("Origin", "EXTERNAL")]),
        Kind::Symmetric => client.create_key(&[]),
        Kind::Imported => imported(client),
        Kind::Signing => client.create_key(&[("KeySpec", "EC_P256")]),
        Kind::Encrypting => {
            client.create_key(&[("KeySpec", "EC_SM2"), ("KeyUsage", "ENCRYPT/DECRYPT")])
        }
        Kind::Mac => client.create_key(&[("KeySpec", "HMAC_256")]),
    };
    let version = newest_version(client, &id);
    let alias = alias_of(client, &id);
    let tags = r#"[{"TagKey":"Project","TagValue":"Test"}]"#;
    client.call("TagResource", &[("KeyId", &id), ("Tags", tags)]).ok();
    let blob = match kind {
        Kind::Encrypting if state != "PendingImport" => sealed_by_pair(client, &id, &version),
        // A key without material cannot have encrypted anything. A pair that signs and an HMAC key
        // do not encrypt.
        _ if state == "PendingImport" => crafted(&version),
        Kind::Signing | Kind::Mac => crafted(&version),
        _ => sealed(client, &id),
    };
    match state {
        "Disabled" => drop(client.call("DisableKey", &[("KeyId", &id)]).ok()),
        "PendingDeletion" => drop(client.call("ScheduleKeyDeletion", &[("KeyId", &id)]).ok()),
        _ => {}
    }
    assert_eq!(state_of(client, &id), state);
    Subject { id, version, blob, alias }
}

fn state_of(client: &Client, key: &str) -> String {
    let described = client.call("DescribeKey", &[("KeyId", key)]).ok();
    described["KeyMetadata"]["KeyState"].as_str().unwrap().to_owned()
}

/// Calls the action of a row.
fn drive(client: &Client, operation: &str, key: &Subject, helper: &Helper) -> Answer {
    let (id, version) = (("KeyId", key.id.as_str()), ("KeyVersionId", key.version.as_str()));
    let wrapping = [
        ("PublicKeyBlob", STRANGER),
        ("WrappingKeySpec", "RSA_2048"),
        ("WrappingAlgorithm", "RSAES_OAEP_SHA_256"),
    ];
    let params = match operation {
        "CreateKey" | "ListKeys" | "ListAliases" => vec![],
        "Encrypt" => vec![id, ("Plaintext", "text")],
        "SetKeyPolicy" => vec![id, ("Policy", r#"{"Version":"1","Statement":[]}"#)],
        "UpdateRotationPolicy" => {
            vec![id, ("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")]
        }
        "GetParametersForImport" => {
            vec![id, ("WrappingKeySpec", "RSA_2048"), ("WrappingAlgorithm", "RSAES_OAEP_SHA_256")]
        }
        "ImportKeyMaterial" => {
            return import(client, &key.id, &wrapped(client, &key.id, &MATERIAL));
        }
        "AsymmetricSign" => vec![id, version, ("Algorithm", "ECDSA_SHA_256"), ("Digest", DIGEST)],
        "AsymmetricVerify" => {
            vec![id, version, ("Algorithm", "ECDSA_SHA_256"), ("Digest", DIGEST), ("Value", "AAAA")]
        }
        "AsymmetricEncrypt" => {
            vec![id, version, ("Algorithm", "SM2PKE"), ("Plaintext", "dGV4dA==")]
        }
        "AsymmetricDecrypt" => {
            vec![id, version, ("Algorithm", "SM2PKE"), ("CiphertextBlob", &key.blob)]
        }
        "GenerateMac" => vec![id, ("Algorithm", "HMAC_SHA_256"), ("Message", "dGV4dA==")],
        "VerifyMac" => {
            vec![id, ("Algorithm", "HMAC_SHA_256"), ("Message", "dGV4dA=="), ("Mac", "AAAA")]
        }
        "ExportDataKey" => [&wrapping[..], &[("CiphertextBlob", key.blob.as_str())]].concat(),
        "GenerateAndExportDataKey" => [&wrapping[..], &[id]].concat(),
        "Decrypt" => vec![("CiphertextBlob", key.blob.as_str())],
        "ReEncrypt.Source" => {
            vec![("CiphertextBlob", key.blob.as_str()), ("DestinationKeyId", &helper.id)]
        }
        "ReEncrypt.Destination" => {
            vec![("CiphertextBlob", helper.blob.as_str()), ("DestinationKeyId", &key.id)]
        }
        "UpdateKeyDescription" => vec![id, ("Description", "new")],
        "SetDeletionProtection" => vec![id, ("EnableDeletionProtection", "true")],
        "DescribeKeyVersion" | "GetPublicKey" => vec![id, version],
        "CreateAlias" => vec![id, ("AliasName", "alias/new")],
        "UpdateAlias" => vec![id, ("AliasName", &helper.alias)],
        "DeleteAlias" => vec![("AliasName", key.alias.as_str())],
        "TagResource" => vec![id, ("Tags", r#"[{"TagKey":"a","TagValue":"b"}]"#)],
        "UntagResource" => vec![id, ("TagKeys", r#"["Project"]"#)],
        "TagResources" => {
            vec![
                ("ResourceType", "key"),
                ("ResourceId.1", &key.id),
                ("Tag.1.Key", "a"),
                ("Tag.1.Value", "b"),
            ]
        }
        "UntagResources" => {
            vec![("ResourceType", "key"), ("ResourceId.1", &key.id), ("TagKey.1", "Project")]
        }
        "ListTagResources" => vec![("ResourceType", "key"), ("ResourceId.1", &key.id)],
        // The others only take a key.
        _ => vec![id],
    };
    client.call(action_of(operation), &params)
}

/// A row's action. Some rows are one side of an action.
fn action_of(operation: &str) -> &str {
    operation.split('.').next().unwrap()
}

/// The state of a key after a successful operation.
fn state_after<'a>(operation: &str, state: &'a str) -> &'a str {
    match operation {
        "EnableKey" | "CancelKeyDeletion" => "Enabled",
        "DisableKey" => "Disabled",
        "ScheduleKeyDeletion" => "PendingDeletion",
        "DeleteKeyMaterial" if state != "PendingDeletion" => "PendingImport",
        "ImportKeyMaterial" if state == "PendingImport" => "Enabled",
        _ => state,
    }
}

#[test]
fn every_cell_of_the_state_table_holds() {
    let server = Server::with(Setup { lenient_policies: true, ..Setup::default() });
    let rows = table("alibaba/lifecycle.tsv");
    let mut cells = 0;
    let mut wrong = Vec::new();
    for row in &rows {
        for (index, state) in STATES.iter().enumerate() {
            // Every cell has its own region, so that cells do not affect each other.
            let client = server.client().with("RegionId", &format!("cell-{cells}"));
            let key = subject(&client, kind_of(&row[0]), state);
            if row[0] == "CreateKeyVersion" {
                server.advance(days(7));
            }
            let id = client.create_key(&[]);
            let helper = Helper { blob: sealed(&client, &id), alias: alias_of(&client, &id), id };
            let answer = drive(&client, &row[0], &key, &helper);
            let expected = row[index + 1].as_str();
            let found = match answer.status {
                200 => "Success".to_owned(),
                409 => answer.json()["Code"].as_str().unwrap().to_owned(),
                _ => answer.text.clone(),
            };
            let after = if expected == "Success" { state_after(&row[0], state) } else { state };
            if found != expected || state_of(&client, &key.id) != after {
                wrong.push(format!(
                    "{} on {state}: expected {expected} then {after}, got {found}",
                    row[0]
                ));
            }
            cells += 1;
        }
    }
    assert!(wrong.is_empty(), "fixtures/alibaba/lifecycle.tsv:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_has_the_states_and_every_operation_on_a_key() {
    let text =
        std::fs::read_to_string(crate::kit::root().join("fixtures/alibaba/lifecycle.tsv")).unwrap();
    let header = text.lines().find(|line| !line.starts_with('#')).unwrap();
    assert_eq!(header.split('\t').collect::<Vec<_>>()[1..5], STATES);
    let rows = table("alibaba/lifecycle.tsv");
    let rows: BTreeSet<_> = rows.iter().map(|row| action_of(&row[0])).collect();
    // Actions on other things than keys, and of the account.
    let others = [
        "KmsInstance",
        "ApplicationAccessPoint",
        "CreatePolicy",
        "DescribePolicy",
        "UpdatePolicy",
        "DeletePolicy",
        "ListPolicies",
        "NetworkRule",
        "ClientKey",
        "Secret",
        "ManagedDataKey",
        "Challenge",
        "Certificate",
        "AccountKms",
        "Regions",
        "KmsService",
        "RandomPassword",
    ];
    let on_keys = |action: &&str| !others.iter().any(|other| action.contains(other));
    let on_keys: Vec<_> = action_names().into_iter().filter(on_keys).collect();
    let absent: Vec<_> = on_keys.iter().filter(|it| !rows.contains(**it)).collect();
    assert!(
        absent.is_empty(),
        "fixtures/alibaba/lifecycle.tsv has no row of {absent:?}: add one, or add what the action \
         is about to `others`"
    );
    let served = action_names();
    let unknown: Vec<_> = rows.iter().filter(|it| !served.contains(it)).collect();
    assert!(unknown.is_empty(), "fixtures/alibaba/lifecycle.tsv has rows of {unknown:?}");
}

#[test]
fn the_state_is_checked_before_the_ciphertext_is_decrypted() {
    let server = Server::with(Setup { lenient_policies: true, ..Setup::default() });
    let client = server.client();
    let helper = client.create_key(&[]);
    for state in STATES {
        let key = subject(&client, Kind::Symmetric, state);
        let blob = crafted(&key.version);
        let decrypted = client.call("Decrypt", &[("CiphertextBlob", &blob)]);
        let moved =
            client.call("ReEncrypt", &[("CiphertextBlob", &blob), ("DestinationKeyId", &helper)]);
        for answer in [decrypted, moved] {
            if state == "Enabled" {
                answer.refused_parameter("CiphertextBlob");
            } else {
                answer.refused(409, &format!("Rejected.{state}"));
            }
        }
    }
}

#[test]
fn cancelling_the_deletion_of_a_key_without_material_restores_pending_import() {
    let server = Server::with(Setup { lenient_policies: true, ..Setup::default() });
    let client = server.client();
    let key = subject(&client, Kind::Imported, "PendingImport").id;
    for (action, state) in
        [("ScheduleKeyDeletion", "PendingDeletion"), ("CancelKeyDeletion", "PendingImport")]
    {
        client.call(action, &[("KeyId", &key)]).ok();
        assert_eq!(state_of(&client, &key), state);
    }
}
