//! Every cell of the table of states and actions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest};
use serde_json::{Value, json};

use super::client::{Client, refusal};
use super::imports::wrapped;
use crate::kit::{Answer, Server, table};

/// The columns of the table: the states, and a default master key.
const COLUMNS: [&str; 5] = ["2", "3", "4", "5", "default"];
const DEFAULT: &str = "default";

/// The kind of keys that an action accepts.
fn kind_of(action: &str) -> Value {
    match action {
        "Sign" | "ValidateSignature" | "ShowPublicKey" => json!({ "key_spec": "EC_P256" }),
        "GenerateMac" | "VerifyMac" => json!({ "key_spec": "HMAC_256" }),
        "DeriveSharedSecret" => json!({ "key_spec": "EC_P256", "key_usage": "KEY_AGREEMENT" }),
        _ => json!({}),
    }
}

fn message() -> String {
    STANDARD.encode([7; 32])
}

/// A key in a state, with the values that the action needs, made while the key was enabled.
struct Stage {
    client: Client,
    key: String,
    /// A ciphertext, a signature, an alias or a grant.
    made: Value,
    import: Value,
}

impl Stage {
    fn set(client: Client, action: &str, column: &str) -> Self {
        let is_external = action.ends_with(".external") || column == "5";
        let mut kind = kind_of(action);
        if is_external {
            kind["origin"] = json!("external");
        }
        let key = if column == DEFAULT {
            client.describe("alias/evs/default")["key_id"].as_str().unwrap().to_owned()
        } else {
            client.create_key(kind)
        };
        let mut import = Value::Null;
        if is_external {
            import = wrapped(&client, &key, &[7; 32]).params();
            client.done("import-key-material", import.clone());
        } else if action.starts_with("Import") {
            let other = client.create_key(json!({ "origin": "external" }));
            import = wrapped(&client, &other, &[7; 32]).params();
            import["key_id"] = json!(key);
        }
        let mut stage = Self { client, key, made: Value::Null, import };
        stage.made = stage.make(action, column);
        let of_key = json!({ "key_id": stage.key });
        match column {
            "3" => drop(stage.client.done("disable-key", of_key)),
            "4" => {
                let params = stage.with(json!({ "pending_days": "7" }));
                stage.client.done("schedule-key-deletion", params);
            }
            "5" => drop(stage.client.done("delete-imported-key-material", of_key)),
            _ => {}
        }
        stage
    }

    fn with(&self, more: Value) -> Value {
        let mut params = json!({ "key_id": self.key });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    }

    /// Makes what the action needs.
    fn make(&self, action: &str, column: &str) -> Value {
        let done = |what: &str, more: Value| self.client.done(what, self.with(more));
        let encrypted =
            || done("encrypt-data", json!({ "plain_text": "a" }))["cipher_text"].clone();
        match action {
            "DecryptData" | "ReEncrypt.from" => encrypted(),
            "DecryptDatakey" => done("create-datakey", json!({}))["cipher_text"].clone(),
            "ValidateSignature" => {
                let more = json!({ "message": message(), "signing_algorithm": "ECDSA_SHA_256" });
                done("sign", more)["signature"].clone()
            }
            "VerifyMac" => {
                let more = json!({ "message": message(), "mac_algorithm": "HMAC_SHA_256" });
                done("generate-mac", more)["mac"].clone()
            }
            "DeleteTag" => {
                let tag = json!({ "tag": { "key": "k", "value": "v" } });
                self.client.done(&format!("{}/tags", self.key), tag)
            }
            "DeleteAlias" if column != DEFAULT => {
                let alias = json!(format!("alias/{}", Client::fresh()));
                done("aliases", json!({ "alias": alias }));
                alias
            }
            "AssociateAlias" => {
                let (other, alias) = (self.client.create_key(json!({})), Client::fresh());
                self.client.done("aliases", json!({ "key_id": other, "alias": alias }));
                json!(alias)
            }
            "UpdateKeyRotationInterval.kms" | "DisableKeyRotation.kms" if column != DEFAULT => {
                done("enable-key-rotation", json!({}))
            }
            "CancelGrant" | "CancelSelfGrant" => self.grant().json()["grant_id"].clone(),
            "UpdatePrimaryRegion" if column != DEFAULT => self.replicate().json(),
            _ => Value::Null,
        }
    }

    fn grant(&self) -> Answer {
        let user = "0123456789abcdef0123456789abcdef";
        let grant = json!({ "grantee_principal": user, "operations": ["encrypt-data"] });
        self.client.call("create-grant", self.with(grant))
    }

    fn replicate(&self) -> Answer {
        let there = self.client.in_region("cn-east-3").project;
        let params = self.with(json!({
            "replica_region": "cn-east-3", "key_alias": Client::fresh(), "replica_project_id": there,
        }));
        self.client.call(&format!("/v2/{{project_id}}/kms/keys/{}/replicate", self.key), params)
    }

    fn drive(&self, action: &str) -> Answer {
        let Self { client, key, made, .. } = self;
        let call = |what: &str, more: Value| client.call(what, self.with(more));
        match action.trim_end_matches(".kms").trim_end_matches(".external") {
            "EncryptData" => call("encrypt-data", json!({ "plain_text": "a" })),
            "DecryptData" => client.call("decrypt-data", json!({ "cipher_text": made })),
            "CreateDatakey" => call("create-datakey", json!({})),
            "CreateDatakeyWithoutPlaintext" => call("create-datakey-without-plaintext", json!({})),
            "EncryptDatakey" => {
                let data_key = [0xAB; 32];
                let text = [data_key.to_vec(), digest(Hash::Sha256, &data_key)].concat();
                let text = base16ct::upper::encode_string(&text);
                call("encrypt-datakey", json!({ "plain_text": text, "datakey_plain_length": "32" }))
            }
            "DecryptDatakey" => call(
                "decrypt-datakey",
                json!({ "cipher_text": made, "datakey_cipher_length": "32" }),
            ),
            "ReEncrypt.from" => {
                let to = client.create_key(json!({}));
                client.call("re-encrypt", json!({ "cipher_text": made, "destination_key_id": to }))
            }
            "ReEncrypt.to" => {
                let params = json!({ "key_id": client.create_key(json!({})), "plain_text": "a" });
                let sealed = client.done("encrypt-data", params)["cipher_text"].clone();
                let params = json!({ "cipher_text": sealed, "destination_key_id": key });
                client.call("re-encrypt", params)
            }
            "CreateRsaDatakeyPair" => {
                call("create-rsa-datakey-pair", json!({ "key_spec": "RSA_2048" }))
            }
            "CreateEcDatakeyPair" => {
                call("create-ec-datakey-pair", json!({ "key_spec": "ECC_NIST_P256" }))
            }
            "CreateDatakeyCapsule" => {
                call("datakey-capsule/create", json!({ "datakey_length": "256" }))
            }
            "Sign" => {
                call("sign", json!({ "message": message(), "signing_algorithm": "ECDSA_SHA_256" }))
            }
            "ValidateSignature" => call(
                "verify",
                json!({
                    "message": message(), "signing_algorithm": "ECDSA_SHA_256", "signature": made,
                }),
            ),
            "GenerateMac" => call(
                "generate-mac",
                json!({ "message": message(), "mac_algorithm": "HMAC_SHA_256" }),
            ),
            "VerifyMac" => call(
                "verify-mac",
                json!({ "message": message(), "mac_algorithm": "HMAC_SHA_256", "mac": made }),
            ),
            "DeriveSharedSecret" => {
                let peer = client.create_key(kind_of(action));
                let peer = client.done("get-publickey", json!({ "key_id": peer }));
                let pem = peer["public_key"].as_str().unwrap();
                let lines = pem.lines().filter(|line| !line.starts_with('-'));
                let public: String = lines.collect();
                call(
                    "derive-shared-secret",
                    json!({ "key_agreement_algorithm": "ECDH", "public_key": public }),
                )
            }
            "ShowPublicKey" => call("get-publickey", json!({})),
            other => self.administer(other),
        }
    }

    /// Calls an action that does not use the key.
    fn administer(&self, action: &str) -> Answer {
        let Self { client, key, made, import } = self;
        let call = |what: &str, more: Value| client.call(what, self.with(more));
        let tag = json!({ "key": "k", "value": "v" });
        match action {
            "ListKeyDetail" => call("describe-key", json!({})),
            "ListKeys" => client.call("list-keys", Value::Null),
            "EnableKey" => call("enable-key", json!({})),
            "DisableKey" => call("disable-key", json!({})),
            "DeleteKey" => call("schedule-key-deletion", json!({ "pending_days": "7" })),
            "CancelKeyDeletion" => call("cancel-key-deletion", json!({})),
            "UpdateKeyAlias" => call("update-key-alias", json!({ "key_alias": Client::fresh() })),
            "UpdateKeyDescription" => {
                call("update-key-description", json!({ "key_description": "new" }))
            }
            "CreateAlias" => call("aliases", json!({ "alias": Client::fresh() })),
            "AssociateAlias" => {
                client.call("alias/associate", json!({ "alias": made, "target_key_id": key }))
            }
            "DeleteAlias" => {
                let alias = if made.is_null() { json!("alias/a") } else { made.clone() };
                call("DELETE aliases", json!({ "aliases": [alias] }))
            }
            "ListAliases" => call("GET aliases", json!({})),
            "CreateParametersForImport" => {
                let wrapping = json!({ "wrapping_algorithm": "RSAES_OAEP_SHA_256" });
                call("get-parameters-for-import", wrapping)
            }
            "ImportKeyMaterial" => client.call("import-key-material", import.clone()),
            "DeleteImportedKeyMaterial" => call("delete-imported-key-material", json!({})),
            "EnableKeyRotation" => call("enable-key-rotation", json!({})),
            "DisableKeyRotation" => call("disable-key-rotation", json!({})),
            "UpdateKeyRotationInterval" => {
                call("update-key-rotation-interval", json!({ "rotation_interval": 30 }))
            }
            "RotateOnDemand" => call("rotate-on-demand", json!({})),
            "ShowKeyRotationStatus" => call("get-key-rotation-status", json!({})),
            "CreateGrant" => self.grant(),
            "ListGrants" => call("list-grants", json!({})),
            "CancelGrant" => call("revoke-grant", json!({ "grant_id": made })),
            "CancelSelfGrant" => call("retire-grant", json!({ "grant_id": made })),
            "BatchCreateKmsTags" => {
                let params = json!({ "action": "create", "tags": [tag] });
                client.call(&format!("{key}/tags/action"), params)
            }
            "CreateKmsTag" => client.call(&format!("{key}/tags"), json!({ "tag": tag })),
            "DeleteTag" => client.call(&format!("DELETE {key}/tags/k"), Value::Null),
            "ShowKmsTags" => client.call(&format!("GET {key}/tags"), json!({})),
            "ReplicateKey" => self.replicate(),
            "UpdatePrimaryRegion" => {
                let what = format!("PUT /v2/{{project_id}}/kms/keys/{key}/update-primary-region");
                client.call(&what, self.with(json!({ "primary_region": "cn-east-3" })))
            }
            other => panic!("{other} is unknown"),
        }
    }

    fn state(&self) -> String {
        self.client.describe(&self.key)["key_state"].as_str().unwrap().to_owned()
    }
}

/// The state that a key is in after an action that succeeded.
fn state_after(action: &str, state: &'static str) -> &'static str {
    match action {
        "EnableKey" | "ImportKeyMaterial.external" => "2",
        "DisableKey" | "CancelKeyDeletion" => "3",
        "DeleteKey" => "4",
        "DeleteImportedKeyMaterial.external" => "5",
        _ => state,
    }
}

#[test]
fn every_cell_of_the_state_table_holds() {
    let server = Server::start();
    let (mut cells, mut wrong) = (0, Vec::new());
    for row in table("huawei/lifecycle.tsv") {
        let action = row[0].as_str();
        for (column, expected) in COLUMNS.into_iter().zip(&row[1..]) {
            if expected == "-" {
                continue;
            }
            let state = if column == DEFAULT { "2" } else { column };
            let of = Stage::set(Client::of(&server), action, column);
            assert_eq!(of.state(), state, "{action}");
            let answer = of.drive(action);
            let (code, now) = (refusal(&answer).0, of.state());
            let (found, after) = match &*code {
                "" => ("Success", state_after(action, state)),
                code => (code, state),
            };
            if found != expected || now != after {
                wrong.push(format!(
                    "{action} on {column}: {expected} then {after}: {found}, {now}: {}",
                    answer.text
                ));
            }
            cells += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(cells, 237);
}
