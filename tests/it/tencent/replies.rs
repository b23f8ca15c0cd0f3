//! The answers of all actions: their members and types are those of the document.

use serde_json::{Map, Value, json};

use super::coverage::OF_TAGS;
use super::imports::wrapped;
use super::pairs::sealed_for;
use super::wire::Client;
use crate::kit::{Server, same_names, table};

/// What each action answered.
struct Told {
    client: Client,
    answers: Vec<(&'static str, Value)>,
}

impl Told {
    fn call(&mut self, action: &'static str, params: Value) -> Value {
        let answer = self.client.done(action, params);
        self.answers.push((action, answer.clone()));
        answer
    }

    /// Calls several actions with the same parameters.
    fn each<const N: usize>(&mut self, actions: [&'static str; N], params: &Value) {
        for action in actions {
            self.call(action, params.clone());
        }
    }
}

fn with(params: &Value, more: Value) -> Value {
    let mut params = params.clone();
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

const TEXT: &str = "aGVsbG8=";

fn call_keys(told: &mut Told) -> Value {
    let tags = json!([{ "TagKey": "team", "TagValue": "a" }]);
    let new = json!({ "Alias": Client::fresh(), "Description": "a key", "Tags": tags });
    let id = told.call("CreateKey", new)["KeyId"].clone();
    let (key, keys) = (json!({ "KeyId": id }), json!({ "KeyIds": [id] }));
    told.call("DescribeKeys", keys.clone());
    told.each(["DescribeKey", "GetKeyRotationStatus", "EnableKeyRotation", "RotateKey"], &key);
    told.each(["DisableKeyRotation", "DisableKey", "EnableKey"], &key);
    told.each(["DisableKeys", "EnableKeys"], &keys);
    told.each(["ArchiveKey", "CancelKeyArchive"], &key);
    told.each(["ListKeys", "ListKeyDetail"], &json!({}));
    let alias = Client::fresh();
    told.call("UpdateAlias", with(&key, json!({ "Alias": alias })));
    told.call("UpdateKeyDescription", with(&key, json!({ "Description": "new" })));
    let binding = with(&key, json!({ "ProductId": "ssm", "ResourceId": "a" }));
    told.each(["BindCloudResource", "UnbindCloudResource"], &binding);
    let sealed = told.call("Encrypt", with(&key, json!({ "Plaintext": TEXT })));
    let blob = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
    told.each(["Decrypt", "ReEncrypt"], &blob);
    told.call("GenerateRandom", json!({ "NumberOfBytes": 8 }));
    let leaving = json!({ "KeyId": told.client.create_key(json!({})) });
    told.client.done("DisableKey", leaving.clone());
    told.call("ScheduleKeyDeletion", with(&leaving, json!({ "PendingWindowInDays": 7 })));
    told.call("CancelKeyDeletion", leaving);
    let id = told.client.create_key(json!({ "Type": 2 }));
    let wrapping =
        json!({ "WrappingAlgorithm": "RSAES_OAEP_SHA_1", "WrappingKeySpec": "RSA_2048" });
    told.call("GetParametersForImport", with(&json!({ "KeyId": id }), wrapping));
    let import = wrapped(&told.client, &id, &[7; 16]);
    told.call("ImportKeyMaterial", import);
    told.call("DeleteImportedKeyMaterial", json!({ "KeyId": id }));
    key
}

fn call_pairs(told: &mut Told) {
    let pair = |told: &Told, usage: &str| told.client.create_key(json!({ "KeyUsage": usage }));
    for (usage, action) in [
        ("ASYMMETRIC_DECRYPT_RSA_2048", "AsymmetricRsaDecrypt"),
        ("ASYMMETRIC_DECRYPT_SM2", "AsymmetricSm2Decrypt"),
    ] {
        let id = pair(told, usage);
        let mut params = json!({ "KeyId": id, "Ciphertext": sealed_for(&told.client, &id) });
        if action == "AsymmetricRsaDecrypt" {
            params["Algorithm"] = json!("RSAES_PKCS1_V1_5");
        }
        told.call(action, params);
        told.call("GetPublicKey", json!({ "KeyId": id }));
    }
    for (usage, algorithm, sign, verify) in [
        (
            "ASYMMETRIC_SIGN_VERIFY_ECC",
            json!({ "Algorithm": "ECC_P256_R1" }),
            "SignByAsymmetricKey",
            "VerifyByAsymmetricKey",
        ),
        (
            "ASYMMETRIC_SIGN_VERIFY_ML_DSA_87",
            json!({}),
            "PostQuantumCryptoSign",
            "PostQuantumCryptoVerify",
        ),
    ] {
        let id = pair(told, usage);
        let params = with(&json!({ "KeyId": id, "Message": TEXT }), algorithm);
        let signed = told.call(sign, params.clone());
        told.call(verify, with(&params, json!({ "SignatureValue": signed["Signature"] })));
    }
    let id = pair(told, "ASYMMETRIC_DECRYPT_ML_KEM_1024");
    let sealed = told.call("PostQuantumCryptoEncrypt", json!({ "KeyId": id, "PlainText": TEXT }));
    let blob = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
    told.call("PostQuantumCryptoDecrypt", blob);
    told.each(["GetRegions", "GetServiceStatus", "ListAlgorithms"], &json!({}));
}

fn call_white_box_keys(told: &mut Told) {
    let new = json!({ "Alias": Client::fresh(), "Algorithm": "SM4" });
    let id = told.call("CreateWhiteBoxKey", new)["KeyId"].clone();
    let (key, keys) = (json!({ "KeyId": id }), json!({ "KeyIds": [id] }));
    let device = "00000001-2fa4e1a7c0b3d9-0123456789abcd-fedcba98765432-0011223344556677";
    let devices = json!([{ "Identity": device, "Description": "the first" }]);
    let devices = with(&key, json!({ "DeviceFingerprints": devices }));
    told.call("OverwriteWhiteBoxDeviceFingerprints", devices);
    told.each(["DescribeWhiteBoxDeviceFingerprints", "DescribeWhiteBoxKey"], &key);
    told.each(["DescribeWhiteBoxDecryptKey", "EnableWhiteBoxKey"], &key);
    told.each(["DescribeWhiteBoxKeyDetails", "DescribeWhiteBoxServiceStatus"], &json!({}));
    told.call("EncryptByWhiteBox", with(&key, json!({ "PlainText": TEXT })));
    told.each(["DisableWhiteBoxKeys", "EnableWhiteBoxKeys"], &keys);
    told.each(["DisableWhiteBoxKey", "DeleteWhiteBoxKey"], &key);
}

fn call_data_keys(told: &mut Told, key: &Value) {
    let name = Client::fresh();
    let new = json!({ "KeySpec": "AES_128", "IsHostedByKms": 1, "DataKeyName": name });
    told.call("GenerateDataKey", with(key, new));
    let new = json!({
        "DataKeyName": Client::fresh(), "ImportType": 2, "ImportKeyMaterial": TEXT,
    });
    let id = told.call("ImportDataKey", with(key, new))["DataKeyId"].clone();
    let (one, many) = (json!({ "DataKeyId": id }), json!({ "DataKeyIds": [id] }));
    told.each(["GetDataKeyPlaintext", "GetDataKeyCiphertextBlob", "DescribeDataKey"], &one);
    told.each(["DescribeDataKeys", "DisableDataKeys", "EnableDataKeys"], &many);
    told.each(["ListDataKeys", "ListDataKeyDetail"], &json!({}));
    let name = Client::fresh();
    told.call("UpdateDataKeyName", with(&one, json!({ "DataKeyName": name })));
    told.call("UpdateDataKeyDescription", with(&one, json!({ "Description": "new" })));
    told.each(["EnableDataKey", "DisableDataKey"], &one);
    told.call("ScheduleDataKeyDeletion", with(&one, json!({ "PendingWindowInDays": 7 })));
    told.call("CancelDataKeyDeletion", one);
}

/// What is wrong with the members of an answer, or of a structure within it.
fn mistakes(rows: &[Vec<String>], of: &str, members: &Map<String, Value>) -> Vec<String> {
    let own = || rows.iter().filter(|row| row[0] == of && row[1] != "-");
    let mut wrong = Vec::new();
    for name in members.keys().filter(|name| *name != "RequestId") {
        if !own().any(|row| row[1] == *name) {
            wrong.push(format!("{of} has no {name}"));
        }
    }
    for row in own() {
        match members.get(&row[1]) {
            None if row[3] == "document" => wrong.push(format!("{of} lacks {}", row[1])),
            Some(value) => wrong.extend(
                mistakes_of(rows, &row[2], value)
                    .into_iter()
                    .map(|it| format!("{of}.{}: {it}", row[1])),
            ),
            None => {}
        }
    }
    wrong
}

/// What is wrong with a value of this documented type.
fn mistakes_of(rows: &[Vec<String>], kind: &str, value: &Value) -> Vec<String> {
    if let Some(kind) = kind.strip_prefix("Array of ") {
        let Some(all) = value.as_array() else { return vec![format!("{value} is no list")] };
        return all.iter().flat_map(|it| mistakes_of(rows, kind, it)).collect();
    }
    let is_right = match kind {
        "String" => value.is_string(),
        // Go's SDK decodes into unsigned numbers.
        "Integer" => value.is_u64(),
        "Boolean" => value.is_boolean(),
        kind => {
            let none = Map::new();
            return mistakes(rows, kind, value.as_object().unwrap_or(&none));
        }
    };
    if is_right { Vec::new() } else { vec![format!("{value} is no {kind}")] }
}

#[test]
fn every_answer_has_the_documented_members() {
    let server = Server::start();
    let rows = table("tencent/answers.tsv");
    let actions: Vec<_> =
        rows.iter().filter(|row| row[1] == "-").map(|row| row[0].as_str()).collect();
    let mut told = Told { client: Client::of(&server), answers: Vec::new() };
    let key = call_keys(&mut told);
    call_pairs(&mut told);
    call_white_box_keys(&mut told);
    call_data_keys(&mut told, &key);
    let called = told.answers.iter().map(|(action, _)| *action);
    same_names(called.filter(|it| !OF_TAGS.contains(it)), actions, "fixtures/tencent/answers.tsv");
    let of =
        |(action, answer): &(&str, Value)| mistakes(&rows, action, answer.as_object().unwrap());
    let wrong: Vec<_> = told.answers.iter().flat_map(of).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The lists are not empty: their members were looked at.
    for (action, answer) in &told.answers {
        let lists = answer.as_object().unwrap().iter().filter(|(_, value)| value.is_array());
        for (name, list) in lists {
            assert!(!list.as_array().unwrap().is_empty(), "{action}.{name} is empty");
        }
    }
}
