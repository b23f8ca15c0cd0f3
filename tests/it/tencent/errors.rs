//! Every error code: a request causes each that kmsim answers, and a fault can answer all of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kmsim::algorithms::asymmetric::{PairSpec, PrivateKey, private_key_from_pem};
use serde_json::{Value, json};

use super::imports::wrapped;
use super::wire::{Client, done, refusal};
use crate::kit::{Answer, Server, Setup, days, root, send, table};
use crate::store::disk::Failing;

const ACCOUNTS: &str = r#"
accounts:
  - id: "1000000000000001"
    access_keys: [{ id: testid, secret: testsecret }, { id: off, secret: s, disabled: true }]
  - { id: "1000000000000002", status: in-debt, access_keys: [{ id: debtor, secret: s }] }
  - { id: "1000000000000003", quotas: { keys: 1, data_keys: 1 }, access_keys: [{ id: small, secret: s }] }
  - { id: "1000000000000004", status: not-opened, access_keys: [{ id: closed, secret: s }] }
  - id: "1000000000000005"
    access_keys:
      - id: pair
        public_key: |
"#;

/// A key that a product of the cloud made.
const SEED: &str = "
realms:
  - account: '1000000000000001'
    cloud: tencent
    region: ap-guangzhou
    keys: [{ id: 11111111-0000-1000-8000-000000000001, creator: cos, creator_type: Service }]
";

struct Stage {
    server: Server,
    client: Client,
    fails: Arc<AtomicBool>,
}

impl Stage {
    fn set() -> Self {
        let (store, fails) = Failing::in_memory();
        let pem = std::fs::read_to_string(root().join("tests/sdk/python/rsaid.pem")).unwrap();
        let pair = private_key_from_pem(PairSpec::Rsa2048, &pem).unwrap();
        let pem = PrivateKey::read(PairSpec::Rsa2048, &pair).unwrap().public().pem().unwrap();
        let lines: String = pem.lines().flat_map(|line| ["          ", line, "\n"]).collect();
        let accounts = format!("{ACCOUNTS}{lines}");
        let server = Server::with(Setup {
            accounts: Some(&accounts),
            seeds: &[SEED],
            store: Some(store),
            ..Setup::default()
        });
        let client = Client::of(&server);
        Self { server, client, fails }
    }

    fn call(&self, action: &str, params: Value) -> Answer {
        self.client.call(action, params)
    }

    /// A client with another access key, at the current time.
    fn client_as(&self, id: &str, secret: &str) -> Client {
        Client { language: self.client.language, ..Client::with(&self.server, id, secret) }
    }

    fn key(&self, more: Value) -> String {
        self.client.create_key(more)
    }

    /// Calls an action on a new key.
    fn on_key(&self, action: &str, more: Value) -> Answer {
        let key = self.key(json!({}));
        self.call(action, with(&key, more))
    }

    /// Calls an action on a new key that was brought into a state by other actions.
    fn in_state(&self, steps: &[&str], action: &str, more: Value) -> Answer {
        let key = self.key(json!({}));
        for step in steps {
            let window = json!({ "PendingWindowInDays": 7 });
            let more = if *step == "ScheduleKeyDeletion" { window } else { json!({}) };
            self.client.done(step, with(&key, more));
        }
        self.call(action, with(&key, more))
    }

    fn white_box(&self) -> String {
        let params = json!({ "Alias": Client::fresh(), "Algorithm": "SM4" });
        self.client.done("CreateWhiteBoxKey", params)["KeyId"].as_str().unwrap().to_owned()
    }

    fn data_key(&self, name: &str) -> Answer {
        let key = self.key(json!({}));
        self.call(
            "ImportDataKey",
            json!({
                "DataKeyName": name, "ImportType": 2, "ImportKeyMaterial": "aGVsbG8=", "KeyId": key
            }),
        )
    }

    /// Calls an action on a new data key that was brought into a state by other actions.
    fn data_key_in_state(&self, steps: &[&str], action: &str) -> Answer {
        let id = done(&self.data_key(&Client::fresh()))["DataKeyId"].clone();
        for step in steps {
            let mut params = json!({ "DataKeyId": id });
            if *step == "ScheduleDataKeyDeletion" {
                params["PendingWindowInDays"] = json!(7);
            }
            self.client.done(step, params);
        }
        let mut params = json!({ "DataKeyId": id });
        if action == "ScheduleDataKeyDeletion" {
            params["PendingWindowInDays"] = json!(7);
        }
        self.call(action, params)
    }
}

fn with(key: &str, more: Value) -> Value {
    let mut params = json!({ "KeyId": key });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

const ABSENT: &str = "00000000-0000-1000-8000-000000000000";

type Produce = fn(&Stage) -> Answer;

/// A request that causes each code.
#[rustfmt::skip]
const PRODUCERS: &[(&str, Produce)] = &[
    ("AuthFailure.InvalidAuthorization", |it| {
        let head = it.client.head("GetRegions", "POST", "", "application/json");
        send(it.server.address, &format!("{head}Authorization: SKIP\r\n"), b"{}")
    }),
    ("AuthFailure.InvalidSecretId", |it| it.client_as("pair", "s").call("GetRegions", json!({}))),
    ("AuthFailure.SecretIdNotFound", |it| it.client_as("off", "s").call("GetRegions", json!({}))),
    ("AuthFailure.SignatureExpire", |it| {
        Client { time: "2029-12-31T23:54:59Z".into(), ..it.client.clone() }.call("GetRegions", json!({}))
    }),
    ("AuthFailure.SignatureFailure", |it| it.client_as("testid", "s").call("GetRegions", json!({}))),
    ("AuthFailure.TokenFailure", |it| {
        Client { token: Some("none".into()), ..it.client.clone() }.call("GetRegions", json!({}))
    }),
    ("FailedOperation", |it| it.call("DeleteWhiteBoxKey", json!({ "KeyId": it.white_box() }))),
    ("FailedOperation.CmkUsedByCloudProduct", |it| {
        let key = it.key(json!({}));
        it.client.done("BindCloudResource", with(&key, json!({ "ProductId": "ssm", "ResourceId": "a" })));
        it.call("DisableKey", with(&key, json!({})))
    }),
    ("FailedOperation.DecryptError", |it| {
        let key = it.key(json!({ "KeyUsage": "ASYMMETRIC_DECRYPT_RSA_2048" }));
        it.call("AsymmetricRsaDecrypt", with(&key, json!({ "Ciphertext": "aGVsbG8=", "Algorithm": "RSAES_OAEP_SHA_256" })))
    }),
    ("FailedOperation.EncryptionError", |it| {
        it.on_key("GenerateDataKey", json!({ "KeySpec": "AES_128", "EncryptionPublicKey": "none" }))
    }),
    ("InternalError", |it| {
        it.fails.store(true, Ordering::SeqCst);
        it.call("CreateKey", json!({ "Alias": "a" }))
    }),
    ("InvalidAction", |it| it.call("NoSuchAction", json!({}))),
    ("InvalidParameter", |it| it.call("GenerateRandom", json!({ "NumberOfBytes": 1025 }))),
    ("InvalidParameter.DecryptMaterialError", |it| {
        let key = it.key(json!({ "Type": 2 }));
        it.call("ImportKeyMaterial", wrapped(&it.client, &key, &[7; 15]))
    }),
    ("InvalidParameter.InvalidPendingWindowInDays", |it| it.on_key("ScheduleKeyDeletion", json!({ "PendingWindowInDays": 6 }))),
    ("InvalidParameterValue", |it| it.on_key("EnableKeyRotation", json!({ "RotateDays": 6 }))),
    ("InvalidParameterValue.AliasAlreadyExists", |it| {
        it.client.done("CreateKey", json!({ "Alias": "taken" }));
        it.call("CreateKey", json!({ "Alias": "taken" }))
    }),
    ("InvalidParameterValue.DataKeyNameAlreadyExists", |it| {
        done(&it.data_key("taken"));
        it.data_key("taken")
    }),
    ("InvalidParameterValue.DuplicatedDataKeyId", |it| it.call("EnableDataKeys", json!({ "DataKeyIds": [ABSENT, ABSENT] }))),
    ("InvalidParameterValue.DuplicatedKeyId", |it| it.call("EnableKeys", json!({ "KeyIds": [ABSENT, ABSENT] }))),
    ("InvalidParameterValue.InvalidAlias", |it| it.call("CreateKey", json!({ "Alias": "kms-a" }))),
    ("InvalidParameterValue.InvalidCiphertext", |it| it.call("Decrypt", json!({ "CiphertextBlob": "a" }))),
    ("InvalidParameterValue.InvalidDataKeyId", |it| it.call("DescribeDataKey", json!({ "DataKeyId": "b" }))),
    ("InvalidParameterValue.InvalidDataKeyName", |it| it.data_key("-a")),
    ("InvalidParameterValue.InvalidHsmClusterId", |it| it.call("ListKeys", json!({ "HsmClusterId": "cls-hsm-1" }))),
    ("InvalidParameterValue.InvalidImportKeyMaterial", |it| it.call("ImportDataKey", json!({
        "DataKeyName": "a", "ImportType": 2, "ImportKeyMaterial": "%", "KeyId": it.key(json!({}))
    }))),
    ("InvalidParameterValue.InvalidKeyId", |it| it.call("DescribeKey", json!({ "KeyId": "b" }))),
    ("InvalidParameterValue.InvalidKeyUsage", |it| it.call("CreateKey", json!({ "Alias": "a", "KeyUsage": "ANY" }))),
    ("InvalidParameterValue.InvalidPlaintext", |it| it.on_key("Encrypt", json!({ "Plaintext": "%" }))),
    ("InvalidParameterValue.InvalidType", |it| it.call("CreateKey", json!({ "Alias": "a", "Type": 3 }))),
    ("InvalidParameterValue.MaterialNotMatch", |it| {
        let key = it.key(json!({ "Type": 2 }));
        it.client.done("ImportKeyMaterial", wrapped(&it.client, &key, &[7; 16]));
        it.call("ImportKeyMaterial", wrapped(&it.client, &key, &[8; 16]))
    }),
    ("InvalidParameterValue.TagKeysDuplicated", |it| {
        let tag = json!({ "TagKey": "a", "TagValue": "b" });
        it.call("CreateKey", json!({ "Alias": "a", "Tags": [tag, tag] }))
    }),
    ("InvalidRequest", |it| it.client.tc3("GetRegions", "POST", "", "a", "multipart/form-data; boundary=a")),
    ("LimitExceeded.CmkLimitExceeded", |it| {
        let client = it.client_as("small", "s");
        client.create_key(json!({}));
        client.call("CreateKey", json!({ "Alias": "b" }))
    }),
    ("LimitExceeded.DataKeyLimitExceeded", |it| {
        let client = it.client_as("small", "s");
        let key = client.create_key(json!({}));
        let name = |name: &str| json!({
            "DataKeyName": name, "KeyId": key, "KeySpec": "AES_128", "IsHostedByKms": 1
        });
        client.done("GenerateDataKey", name("a"));
        client.call("GenerateDataKey", name("b"))
    }),
    ("LimitExceeded.FingerprintsLimitExceeded", |it| {
        let all: Vec<_> = (0..201).map(|number| json!({
            "Identity": format!("{number:08x}-2fa4e1a7c0b3d9-0123456789abcd-fedcba98765432-0011223344556677")
        })).collect();
        let params = json!({ "KeyId": it.white_box(), "DeviceFingerprints": all });
        it.call("OverwriteWhiteBoxDeviceFingerprints", params)
    }),
    ("LimitExceeded.KeyLimitExceeded", |it| {
        for _ in 0..50 {
            it.white_box();
        }
        it.call("CreateWhiteBoxKey", json!({ "Alias": "last", "Algorithm": "SM4" }))
    }),
    ("MissingParameter", |it| it.call("DescribeKey", json!({}))),
    ("NoSuchVersion", |it| Client { version: "2019-01-19", ..it.client.clone() }.call("GetRegions", json!({}))),
    ("RequestLimitExceeded.RotateRateLimited", |it| it.in_state(&["RotateKey"], "RotateKey", json!({}))),
    ("RequestSizeLimitExceeded", |it| {
        let query = format!("Other={}", "a".repeat(33_000));
        it.client.tc3("GetRegions", "GET", &query, "", "application/x-www-form-urlencoded")
    }),
    ("ResourceNotFound", |it| it.call("DescribeWhiteBoxKey", json!({ "KeyId": ABSENT }))),
    ("ResourceUnavailable.CloudResourceBindingNotFound", |it| {
        it.on_key("UnbindCloudResource", json!({ "ProductId": "ssm", "ResourceId": "a" }))
    }),
    ("ResourceUnavailable.CmkArchived", |it| it.in_state(&["ArchiveKey"], "Encrypt", json!({ "Plaintext": "aGVsbG8=" }))),
    ("ResourceUnavailable.CmkDisabled", |it| it.in_state(&["DisableKey"], "Encrypt", json!({ "Plaintext": "aGVsbG8=" }))),
    ("ResourceUnavailable.CmkNotFound", |it| it.call("DescribeKey", json!({ "KeyId": ABSENT }))),
    ("ResourceUnavailable.CmkNotPendingDelete", |it| it.on_key("CancelKeyDeletion", json!({}))),
    ("ResourceUnavailable.CmkShouldBeDisabled", |it| it.on_key("ScheduleKeyDeletion", json!({ "PendingWindowInDays": 7 }))),
    ("ResourceUnavailable.CmkStateNotSupport", |it| it.on_key("CancelKeyArchive", json!({}))),
    ("ResourceUnavailable.DataKeyDisabled", |it| it.data_key_in_state(&["DisableDataKey"], "GetDataKeyPlaintext")),
    ("ResourceUnavailable.DataKeyNotFound", |it| it.call("DescribeDataKey", json!({ "DataKeyId": ABSENT }))),
    ("ResourceUnavailable.DataKeyNotPendingDelete", |it| it.data_key_in_state(&[], "CancelDataKeyDeletion")),
    ("ResourceUnavailable.DataKeyPendingDelete", |it| {
        it.data_key_in_state(&["DisableDataKey", "ScheduleDataKeyDeletion"], "GetDataKeyPlaintext")
    }),
    ("ResourceUnavailable.DataKeyStateNotSupport", |it| it.data_key_in_state(&[], "ScheduleDataKeyDeletion")),
    ("ResourceUnavailable.KeyDisabled", |it| {
        let key = it.white_box();
        it.client.done("DisableWhiteBoxKey", json!({ "KeyId": key }));
        it.call("EncryptByWhiteBox", json!({ "KeyId": key, "PlainText": "aGVsbG8=" }))
    }),
    ("ResourceUnavailable.KeyPendingDelete", |it| {
        it.in_state(&["DisableKey", "ScheduleKeyDeletion"], "GenerateDataKey", json!({ "KeySpec": "AES_128" }))
    }),
    ("ResourceUnavailable.NotPurchased", |it| it.client_as("closed", "s").call("ListKeys", json!({}))),
    ("ResourceUnavailable.TokenExpired", |it| {
        let key = it.key(json!({ "Type": 2 }));
        let import = wrapped(&it.client, &key, &[7; 16]);
        it.server.advance(days(1));
        it.client_as("testid", "testsecret").call("ImportKeyMaterial", import)
    }),
    ("UnauthorizedOperation", |it| it.client_as("debtor", "s").call("ListKeys", json!({}))),
    ("UnknownParameter", |it| it.call("GetRegions", json!({ "Other": "a" }))),
    ("UnsupportedOperation.ExternalCmkCanNotRotate", |it| {
        let key = it.key(json!({ "Type": 2 }));
        it.call("EnableKeyRotation", json!({ "KeyId": key }))
    }),
    ("UnsupportedOperation.NotExternalCmk", |it| it.on_key("GetParametersForImport", json!({
        "WrappingAlgorithm": "RSAES_OAEP_SHA_1", "WrappingKeySpec": "RSA_2048"
    }))),
    ("UnsupportedOperation.NotRoleOperation", |it| it.on_key("DescribeKey", json!({ "MemberAccount": { "MemberUin": 1 } }))),
    ("UnsupportedOperation.NotUserCreatedCmk", |it| {
        let key = "11111111-0000-1000-8000-000000000001";
        let made = it.client.done("ListKeys", json!({ "Role": 1 }));
        assert_eq!(made["Keys"], json!([{ "KeyId": key }]));
        it.call("ArchiveKey", json!({ "KeyId": key }))
    }),
    ("UnsupportedOperation.RotateNotSupported", |it| {
        let key = it.key(json!({ "KeyUsage": "ASYMMETRIC_SIGN_VERIFY_ECC" }));
        it.call("RotateKey", json!({ "KeyId": key }))
    }),
    ("UnsupportedOperation.UnsupportedKeyUsageInCurrentRegion", |it| {
        let there = it.client.in_region("ap-singapore");
        there.call("CreateKey", json!({ "Alias": "a", "KeyUsage": "ASYMMETRIC_DECRYPT_SM2" }))
    }),
    ("UnsupportedProtocol", |it| it.client.tc3("GetRegions", "PUT", "", "{}", "application/json")),
    ("UnsupportedRegion", |it| it.client.in_region("no region").call("GetRegions", json!({}))),
];

#[test]
fn every_code_is_caused() {
    let rows = table("tencent/errors.tsv");
    assert_eq!(rows.len(), 94);
    assert!(rows.is_sorted_by_key(|row| row[0].clone()));
    let caused = |how: &str| {
        rows.iter().filter(|row| row[2] == how).map(|row| row[0].as_str()).collect::<BTreeSet<_>>()
    };
    let all = ["request", "accounts", "seed", "store"].map(caused).concat_sets();
    let produced: BTreeSet<_> = PRODUCERS.iter().map(|(code, _)| *code).collect();
    assert_eq!(produced, all);
    let text = std::fs::read_to_string(root().join("fixtures/tencent/not-yet.txt")).unwrap();
    let never: BTreeSet<_> = text.lines().filter_map(|line| line.strip_prefix("code ")).collect();
    assert_eq!(caused("fault"), never);
    let mut wrong = Vec::new();
    for (code, produce) in PRODUCERS {
        let mut messages = Vec::new();
        for language in ["en-US", "zh-CN"] {
            let mut stage = Stage::set();
            stage.client.language = language;
            let answer = produce(&stage);
            let (found, message) = refusal(&answer);
            if found != *code || message.contains("...") || answer.text.contains("testsecret") {
                wrong.push(format!("{code}: {}", answer.text));
            }
            messages.push(message);
        }
        if messages[0] == messages[1]
            && !code.contains("Authorization")
            && *code != "ResourceUnavailable.NotPurchased"
        {
            wrong.push(format!("{code}: one language: {}", messages[0]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

trait ConcatSets<'a> {
    fn concat_sets(self) -> BTreeSet<&'a str>;
}

impl<'a, const N: usize> ConcatSets<'a> for [BTreeSet<&'a str>; N] {
    fn concat_sets(self) -> BTreeSet<&'a str> {
        self.into_iter().flatten().collect()
    }
}

#[test]
fn a_fault_can_answer_every_code() {
    let stage = Stage::set();
    for row in table("tencent/errors.tsv") {
        let head = stage.client.head("GetRegions", "POST", "", "application/json");
        let authorization = stage.client.authorization("POST", "", "{}", "application/json");
        let head = format!("{head}x-kmsim-fault: {}\r\nAuthorization: {authorization}\r\n", row[0]);
        let answer = send(stage.server.address, &head, b"{}");
        assert_eq!(refusal(&answer).0, row[0], "{}", answer.text);
    }
}

#[test]
fn known_messages_are_those_of_the_service() {
    let stage = Stage::set();
    let message = |secret: &str, id: &str, language| {
        let client = Client { language, ..Client::with(&stage.server, id, secret) };
        refusal(&client.call("GetRegions", json!({}))).1
    };
    let english =
        "The provided credentials could not be validated. Please check your signature is correct.";
    assert_eq!(message("wrong", "testid", "en-US"), english);
    assert_eq!(
        message("wrong", "testid", "zh-CN"),
        "请求签名验证失败，请检查您的签名计算是否正确。"
    );
    let english = "The SecretId is not found, please ensure that your SecretId is correct.";
    assert_eq!(message("wrong", "nobody", "en-US"), english);
    assert_eq!(message("wrong", "nobody", "zh-CN"), "SecretId不存在，请输入正确的密钥。");
}
