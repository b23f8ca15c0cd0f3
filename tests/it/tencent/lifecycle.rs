//! Every cell of the table of states and actions.

use serde_json::{Value, json};

use super::wire::{Client, refusal};
use crate::kit::{Answer, Server, table};

const STATES: [&str; 5] = ["Enabled", "Disabled", "PendingDelete", "PendingImport", "Archived"];

/// The usage of the keys that an action accepts.
fn usage_of(action: &str) -> &'static str {
    match action {
        "PostQuantumCryptoEncrypt" | "PostQuantumCryptoDecrypt" => "ASYMMETRIC_DECRYPT_ML_KEM_1024",
        "PostQuantumCryptoSign" | "PostQuantumCryptoVerify" => "ASYMMETRIC_SIGN_VERIFY_ML_DSA_87",
        "AsymmetricRsaDecrypt" => "ASYMMETRIC_DECRYPT_RSA_2048",
        "AsymmetricSm2Decrypt" => "ASYMMETRIC_DECRYPT_SM2",
        "GetPublicKey" | "SignByAsymmetricKey" | "VerifyByAsymmetricKey" => {
            "ASYMMETRIC_SIGN_VERIFY_ECC"
        }
        _ => "ENCRYPT_DECRYPT",
    }
}

/// Whether an action needs a key with imported material.
fn is_external(action: &str, state: &str) -> bool {
    let imports = ["GetParametersForImport", "ImportKeyMaterial", "DeleteImportedKeyMaterial"];
    imports.contains(&action) || state == "PendingImport"
}

/// A key in a state, with the values that the action needs, made while the key was enabled.
struct Stage {
    client: Client,
    key: String,
    blob: Value,
    import: Value,
}

impl Stage {
    fn set(client: Client, action: &str, state: &str) -> Self {
        let external = is_external(action, state);
        let kind = if external { 2 } else { 1 };
        let key = client.create_key(json!({ "KeyUsage": usage_of(action), "Type": kind }));
        let mut import = Value::Null;
        if external {
            import = super::imports::wrapped(&client, &key, &[7; 16]);
            client.done("ImportKeyMaterial", import.clone());
        }
        let blob = match usage_of(action) {
            "ENCRYPT_DECRYPT" => {
                let sealed =
                    client.done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
                sealed["CiphertextBlob"].clone()
            }
            "ASYMMETRIC_DECRYPT_ML_KEM_1024" => {
                let params = json!({ "KeyId": key, "PlainText": "aGVsbG8=" });
                client.done("PostQuantumCryptoEncrypt", params)["CiphertextBlob"].clone()
            }
            "ASYMMETRIC_DECRYPT_RSA_2048" | "ASYMMETRIC_DECRYPT_SM2" => {
                super::pairs::sealed_for(&client, &key)
            }
            "ASYMMETRIC_SIGN_VERIFY_ML_DSA_87" => {
                let params = json!({ "KeyId": key, "Message": "aGVsbG8=" });
                client.done("PostQuantumCryptoSign", params)["Signature"].clone()
            }
            _ => {
                let params =
                    json!({ "KeyId": key, "Algorithm": "ECC_P256_R1", "Message": "aGVsbG8=" });
                client.done("SignByAsymmetricKey", params)["Signature"].clone()
            }
        };
        let id = json!({ "KeyId": key });
        match state {
            "Disabled" => drop(client.done("DisableKey", id)),
            "PendingDelete" => {
                client.done("DisableKey", id);
                let window = json!({ "KeyId": key, "PendingWindowInDays": 7 });
                client.done("ScheduleKeyDeletion", window);
            }
            "PendingImport" => drop(client.done("DeleteImportedKeyMaterial", id)),
            "Archived" => drop(client.done("ArchiveKey", id)),
            _ => {}
        }
        Self { client, key, blob, import }
    }

    fn drive(&self, action: &str) -> Answer {
        let Self { client, key, blob, import } = self;
        let with = |more: Value| {
            let mut params = json!({ "KeyId": key });
            params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            params
        };
        let wrapping =
            json!({ "WrappingAlgorithm": "RSAES_OAEP_SHA_1", "WrappingKeySpec": "RSA_2048" });
        let params = match action {
            "Encrypt" => with(json!({ "Plaintext": "aGVsbG8=" })),
            "PostQuantumCryptoEncrypt" => with(json!({ "PlainText": "aGVsbG8=" })),
            "Decrypt" | "PostQuantumCryptoDecrypt" => json!({ "CiphertextBlob": blob }),
            "ReEncrypt.from" => {
                let to = client.create_key(json!({}));
                let params = json!({ "CiphertextBlob": blob, "DestinationKeyId": to });
                return client.call("ReEncrypt", params);
            }
            "ReEncrypt.to" => {
                let other = client.create_key(json!({}));
                let sealed =
                    client.done("Encrypt", json!({ "KeyId": other, "Plaintext": "aGVsbG8=" }));
                let params =
                    json!({ "CiphertextBlob": sealed["CiphertextBlob"], "DestinationKeyId": key });
                return client.call("ReEncrypt", params);
            }
            "GenerateDataKey" => with(json!({ "KeySpec": "AES_128" })),
            "AsymmetricRsaDecrypt" => {
                with(json!({ "Ciphertext": blob, "Algorithm": "RSAES_PKCS1_V1_5" }))
            }
            "AsymmetricSm2Decrypt" => with(json!({ "Ciphertext": blob })),
            "SignByAsymmetricKey" => {
                with(json!({ "Algorithm": "ECC_P256_R1", "Message": "aGVsbG8=" }))
            }
            "VerifyByAsymmetricKey" => with(json!({
                "Algorithm": "ECC_P256_R1", "Message": "aGVsbG8=", "SignatureValue": blob
            })),
            "PostQuantumCryptoSign" => with(json!({ "Message": "aGVsbG8=" })),
            "PostQuantumCryptoVerify" => {
                with(json!({ "Message": "aGVsbG8=", "SignatureValue": blob }))
            }
            "EnableKeys" | "DisableKeys" | "DescribeKeys" => json!({ "KeyIds": [key] }),
            "ScheduleKeyDeletion" => with(json!({ "PendingWindowInDays": 7 })),
            "EnableKeyRotation" => with(json!({ "RotateDays": 7 })),
            "ListKeys" | "ListKeyDetail" => json!({}),
            "UpdateAlias" => with(json!({ "Alias": Client::fresh() })),
            "UpdateKeyDescription" => with(json!({ "Description": "new" })),
            "GetParametersForImport" => with(wrapping),
            "ImportKeyMaterial" => import.clone(),
            "BindCloudResource" | "UnbindCloudResource" => {
                with(json!({ "ProductId": "ssm", "ResourceId": "a" }))
            }
            _ => with(json!({})),
        };
        client.call(action, params)
    }

    fn state(&self) -> String {
        let key = self.client.done("DescribeKey", json!({ "KeyId": self.key }));
        key["KeyMetadata"]["KeyState"].as_str().unwrap().to_owned()
    }
}

/// The state that a key is in after an action that succeeded.
fn state_after(action: &str, state: &'static str) -> &'static str {
    match action {
        "EnableKey" | "EnableKeys" | "CancelKeyArchive" | "ImportKeyMaterial" => "Enabled",
        "DisableKey" | "DisableKeys" | "CancelKeyDeletion" => "Disabled",
        "ArchiveKey" => "Archived",
        "ScheduleKeyDeletion" => "PendingDelete",
        "DeleteImportedKeyMaterial" => "PendingImport",
        _ => state,
    }
}

/// A data key or a white-box key in a state, and what an action on it answers. Also the state that
/// it is in afterwards: none where it is gone.
fn drive_other(client: &Client, action: &str, state: &str) -> (Answer, String) {
    let is_data_key = action.contains("DataKey");
    let (mut one, list) = if is_data_key {
        let key = client.create_key(json!({}));
        let new = json!({
            "KeyId": key, "KeySpec": "AES_128", "IsHostedByKms": 1, "DataKeyName": Client::fresh(),
        });
        (json!({ "DataKeyId": client.done("GenerateDataKey", new)["DataKeyId"] }), "DataKeyIds")
    } else {
        let new = json!({ "Alias": Client::fresh(), "Algorithm": "AES_256" });
        (json!({ "KeyId": client.done("CreateWhiteBoxKey", new)["KeyId"] }), "KeyIds")
    };
    let id = one.as_object().unwrap().values().next().unwrap().clone();
    let named = one.clone();
    match (state, is_data_key) {
        ("Enabled", _) => {}
        (_, false) => drop(client.done("DisableWhiteBoxKey", one.clone())),
        (_, true) => {
            client.done("DisableDataKey", one.clone());
            if state == "PendingDelete" {
                let window = json!({ "DataKeyId": id, "PendingWindowInDays": 7 });
                client.done("ScheduleDataKeyDeletion", window);
            }
        }
    }
    match action {
        _ if action.ends_with("Keys") => one = json!({ list: [id] }),
        "ScheduleDataKeyDeletion" => one["PendingWindowInDays"] = json!(7),
        "UpdateDataKeyName" => one["DataKeyName"] = json!(Client::fresh()),
        "UpdateDataKeyDescription" => one["Description"] = json!("new"),
        "EncryptByWhiteBox" => one["PlainText"] = json!("aGVsbG8="),
        _ => {}
    }
    let answer = client.call(action, one);
    let (action, path) = if is_data_key {
        ("DescribeDataKey", "/Response/DataKeyMetadata/KeyState")
    } else {
        ("DescribeWhiteBoxKey", "/Response/KeyInfo/Status")
    };
    let told = client.call(action, named).json();
    let after = told.pointer(path).and_then(Value::as_str).unwrap_or_default();
    (answer, after.to_owned())
}

/// The state of a data key or a white-box key after an action that succeeded.
fn other_state_after(action: &str, state: &'static str) -> &'static str {
    match action {
        "DeleteWhiteBoxKey" => "",
        "ScheduleDataKeyDeletion" => "PendingDelete",
        "CancelDataKeyDeletion" => "Disabled",
        _ if action.starts_with("Enable") => "Enabled",
        _ if action.starts_with("Disable") => "Disabled",
        _ => state,
    }
}

#[test]
fn every_cell_of_the_state_table_holds() {
    let server = Server::start();
    let (mut cells, mut wrong) = (0, Vec::new());
    for row in table("tencent/lifecycle.tsv") {
        let action = row[0].as_str();
        for (index, state) in STATES.into_iter().enumerate() {
            let expected = row[index + 1].as_str();
            if expected == "-" {
                continue;
            }
            let client = Client::of(&server);
            let is_other = action.contains("WhiteBox")
                || action.contains("DataKey") && action != "GenerateDataKey";
            let (answer, now, success) = if is_other {
                let (answer, now) = drive_other(&client, action, state);
                (answer, now, other_state_after(action, state))
            } else {
                let stage = Stage::set(client, action, state);
                assert_eq!(stage.state(), state, "{action}");
                let answer = stage.drive(action);
                (answer, stage.state(), state_after(action, state))
            };
            let code = refusal(&answer).0;
            let found = if code.is_empty() { "Success" } else { code.as_str() };
            let after = if expected == "Success" { success } else { state };
            if found != expected || now != after {
                wrong.push(format!(
                    "{action} on {state}: {expected} then {after}: {found}, {now}: {}",
                    answer.text
                ));
            }
            cells += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(cells, 176 + 3 * 12 + 2 * 10);
}
