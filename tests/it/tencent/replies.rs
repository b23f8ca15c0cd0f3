//! The answers of all actions: their members and types are those of the document.

use serde_json::{Map, Value, json};

use super::coverage::OF_TAGS;
use super::imports::wrapped;
use super::pairs::sealed_for;
use super::wire::Client;
use crate::kit::{Server, same_names, table};

/// The answers of actions.
struct Answers {
    client: Client,
    answers: Vec<(&'static str, Value)>,
}

impl Answers {
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

fn call_keys(answers: &mut Answers) -> Value {
    let tags = json!([{ "TagKey": "team", "TagValue": "a" }]);
    let new = json!({ "Alias": Client::fresh(), "Description": "a key", "Tags": tags });
    let id = answers.call("CreateKey", new)["KeyId"].clone();
    let (key, keys) = (json!({ "KeyId": id }), json!({ "KeyIds": [id] }));
    answers.call("DescribeKeys", keys.clone());
    answers.each(["DescribeKey", "GetKeyRotationStatus", "EnableKeyRotation", "RotateKey"], &key);
    answers.each(["DisableKeyRotation", "DisableKey", "EnableKey"], &key);
    answers.each(["DisableKeys", "EnableKeys"], &keys);
    answers.each(["ArchiveKey", "CancelKeyArchive"], &key);
    answers.each(["ListKeys", "ListKeyDetail"], &json!({}));
    let alias = Client::fresh();
    answers.call("UpdateAlias", with(&key, json!({ "Alias": alias })));
    answers.call("UpdateKeyDescription", with(&key, json!({ "Description": "new" })));
    let binding = with(&key, json!({ "ProductId": "ssm", "ResourceId": "a" }));
    answers.each(["BindCloudResource", "UnbindCloudResource"], &binding);
    let sealed = answers.call("Encrypt", with(&key, json!({ "Plaintext": TEXT })));
    let blob = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
    answers.each(["Decrypt", "ReEncrypt"], &blob);
    answers.call("GenerateRandom", json!({ "NumberOfBytes": 8 }));
    let leaving = json!({ "KeyId": answers.client.create_key(json!({})) });
    answers.client.done("DisableKey", leaving.clone());
    answers.call("ScheduleKeyDeletion", with(&leaving, json!({ "PendingWindowInDays": 7 })));
    answers.call("CancelKeyDeletion", leaving);
    let id = answers.client.create_key(json!({ "Type": 2 }));
    let wrapping =
        json!({ "WrappingAlgorithm": "RSAES_OAEP_SHA_1", "WrappingKeySpec": "RSA_2048" });
    answers.call("GetParametersForImport", with(&json!({ "KeyId": id }), wrapping));
    let import = wrapped(&answers.client, &id, &[7; 16]);
    answers.call("ImportKeyMaterial", import);
    answers.call("DeleteImportedKeyMaterial", json!({ "KeyId": id }));
    key
}

fn call_pairs(answers: &mut Answers) {
    let pair =
        |answers: &Answers, usage: &str| answers.client.create_key(json!({ "KeyUsage": usage }));
    for (usage, action) in [
        ("ASYMMETRIC_DECRYPT_RSA_2048", "AsymmetricRsaDecrypt"),
        ("ASYMMETRIC_DECRYPT_SM2", "AsymmetricSm2Decrypt"),
    ] {
        let id = pair(answers, usage);
        let mut params = json!({ "KeyId": id, "Ciphertext": sealed_for(&answers.client, &id) });
        if action == "AsymmetricRsaDecrypt" {
            params["Algorithm"] = json!("RSAES_PKCS1_V1_5");
        }
        answers.call(action, params);
        answers.call("GetPublicKey", json!({ "KeyId": id }));
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
        let id = pair(answers, usage);
        let params = with(&json!({ "KeyId": id, "Message": TEXT }), algorithm);
        let signed = answers.call(sign, params.clone());
        answers.call(verify, with(&params, json!({ "SignatureValue": signed["Signature"] })));
    }
    let id = pair(answers, "ASYMMETRIC_DECRYPT_ML_KEM_1024");
    let sealed =
        answers.call("PostQuantumCryptoEncrypt", json!({ "KeyId": id, "PlainText": TEXT }));
    let blob = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
    answers.call("PostQuantumCryptoDecrypt", blob);
    answers.each(["GetRegions", "GetServiceStatus", "ListAlgorithms"], &json!({}));
}

fn call_white_box_keys(answers: &mut Answers) {
    let new = json!({ "Alias": Client::fresh(), "Algorithm": "SM4" });
    let id = answers.call("CreateWhiteBoxKey", new)["KeyId"].clone();
    let (key, keys) = (json!({ "KeyId": id }), json!({ "KeyIds": [id] }));
    let device = "00000001-2fa4e1a7c0b3d9-0123456789abcd-fedcba98765432-0011223344556677";
    let devices = json!([{ "Identity": device, "Description": "the first" }]);
    let devices = with(&key, json!({ "DeviceFingerprints": devices }));
    answers.call("OverwriteWhiteBoxDeviceFingerprints", devices);
    answers.each(["DescribeWhiteBoxDeviceFingerprints", "DescribeWhiteBoxKey"], &key);
    answers.each(["DescribeWhiteBoxDecryptKey", "EnableWhiteBoxKey"], &key);
    answers.each(["DescribeWhiteBoxKeyDetails", "DescribeWhiteBoxServiceStatus"], &json!({}));
    answers.call("EncryptByWhiteBox", with(&key, json!({ "PlainText": TEXT })));
    answers.each(["DisableWhiteBoxKeys", "EnableWhiteBoxKeys"], &keys);
    answers.each(["DisableWhiteBoxKey", "DeleteWhiteBoxKey"], &key);
}

fn call_data_keys(answers: &mut Answers, key: &Value) {
    let name = Client::fresh();
    let new = json!({ "KeySpec": "AES_128", "IsHostedByKms": 1, "DataKeyName": name });
    answers.call("GenerateDataKey", with(key, new));
    let new = json!({
        "DataKeyName": Client::fresh(), "ImportType": 2, "ImportKeyMaterial": TEXT,
    });
    let id = answers.call("ImportDataKey", with(key, new))["DataKeyId"].clone();
    let (one, many) = (json!({ "DataKeyId": id }), json!({ "DataKeyIds": [id] }));
    answers.each(["GetDataKeyPlaintext", "GetDataKeyCiphertextBlob", "DescribeDataKey"], &one);
    answers.each(["DescribeDataKeys", "DisableDataKeys", "EnableDataKeys"], &many);
    answers.each(["ListDataKeys", "ListDataKeyDetail"], &json!({}));
    let name = Client::fresh();
    answers.call("UpdateDataKeyName", with(&one, json!({ "DataKeyName": name })));
    answers.call("UpdateDataKeyDescription", with(&one, json!({ "Description": "new" })));
    answers.each(["EnableDataKey", "DisableDataKey"], &one);
    answers.call("ScheduleDataKeyDeletion", with(&one, json!({ "PendingWindowInDays": 7 })));
    answers.call("CancelDataKeyDeletion", one);
}

/// The errors in the members of an answer, or of a structure in it.
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

/// The errors in a value of this documented type.
fn mistakes_of(rows: &[Vec<String>], kind: &str, value: &Value) -> Vec<String> {
    if let Some(kind) = kind.strip_prefix("Array of ") {
        let Some(all) = value.as_array() else { return vec![format!("{value} is no list")] };
        return all.iter().flat_map(|it| mistakes_of(rows, kind, it)).collect();
    }
    let is_right = match kind {
        "String" => value.is_string(),
        // The Go SDK decodes it as an unsigned number.
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
    let mut answers = Answers { client: Client::of(&server), answers: Vec::new() };
    let key = call_keys(&mut answers);
    call_pairs(&mut answers);
    call_white_box_keys(&mut answers);
    call_data_keys(&mut answers, &key);
    let called = answers.answers.iter().map(|(action, _)| *action);
    same_names(called.filter(|it| !OF_TAGS.contains(it)), actions, "fixtures/tencent/answers.tsv");
    let of =
        |(action, answer): &(&str, Value)| mistakes(&rows, action, answer.as_object().unwrap());
    let wrong: Vec<_> = answers.answers.iter().flat_map(of).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // No list is empty, so the members of each were checked.
    for (action, answer) in &answers.answers {
        let lists = answer.as_object().unwrap().iter().filter(|(_, value)| value.is_array());
        for (name, list) in lists {
            assert!(!list.as_array().unwrap().is_empty(), "{action}.{name} is empty");
        }
    }
}
