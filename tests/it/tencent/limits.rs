//! The limits of values and lists: the last value that is accepted, and the first that is not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::wire::{Client, WIRES, Wire, refusal};
use crate::kit::Server;

fn bytes(length: usize) -> Value {
    json!(STANDARD.encode(vec![7; length]))
}

/// A JSON object of this length, in characters.
fn context(length: usize, letter: &str) -> Value {
    json!(format!("{{\"a\":\"{}\"}}", letter.repeat(length - 8)))
}

fn ids(of: &str, length: usize) -> Value {
    json!((0..length).map(|at| format!("{of}{at:012}")).collect::<Vec<_>>())
}

/// Ids of keys that do not exist.
const NOBODY: &str = "00000000-0000-1000-8000-";

fn devices(length: usize) -> Value {
    let rest = "2fa4e1a7c0b3d9-0123456789abcd-fedcba98765432-0011223344556677";
    json!(
        (0..length).map(|at| json!({ "Identity": format!("{at:08x}-{rest}") })).collect::<Vec<_>>()
    )
}

/// The objects that requests name.
struct Stage {
    client: Client,
    key: String,
    sm2: String,
    signer: String,
    kem: String,
    white: Value,
}

impl Stage {
    fn set(server: &Server) -> Self {
        let client = Client::of(server);
        let pair = |usage: &str| client.create_key(json!({ "KeyUsage": usage }));
        let new = json!({ "Alias": Client::fresh(), "Algorithm": "SM4" });
        Self {
            key: client.create_key(json!({})),
            sm2: pair("ASYMMETRIC_DECRYPT_SM2"),
            signer: pair("ASYMMETRIC_SIGN_VERIFY_ECC"),
            kem: pair("ASYMMETRIC_DECRYPT_ML_KEM_1024"),
            white: client.done("CreateWhiteBoxKey", new)["KeyId"].clone(),
            client,
        }
    }

    /// The answer of the action for this value: the code, or an empty text.
    fn code(&self, action: &str, name: &str, value: Value) -> String {
        let Self { client, key, sm2, signer, kem, white } = self;
        let ecc = json!({ "KeyId": signer, "Algorithm": "ECC_P256_R1", "MessageType": "RAW" });
        let mut params = match action {
            "AsymmetricSm2Decrypt" => json!({ "KeyId": sm2 }),
            "SignByAsymmetricKey" => ecc,
            "PostQuantumCryptoEncrypt" => json!({ "KeyId": kem }),
            "CreateKey" if name != "Alias" => json!({ "Alias": Client::fresh() }),
            "CreateWhiteBoxKey" => json!({ "Alias": Client::fresh(), "Algorithm": "SM4" }),
            "EncryptByWhiteBox" if name == "PlainText" => json!({ "KeyId": white }),
            "EncryptByWhiteBox" => json!({ "KeyId": white, "PlainText": "aGVsbG8=" }),
            "OverwriteWhiteBoxDeviceFingerprints" => json!({ "KeyId": white }),
            "GenerateDataKey" if name == "EncryptionContext" => {
                json!({ "KeyId": key, "KeySpec": "AES_128" })
            }
            "Encrypt" if name == "EncryptionContext" => {
                json!({ "KeyId": key, "Plaintext": "aGVsbG8=" })
            }
            "ImportDataKey" => json!({
                "KeyId": key, "ImportType": 2, "ImportKeyMaterial": "aGVsbG8=",
                "DataKeyName": Client::fresh(),
            }),
            "GenerateRandom" | "CreateKey" => json!({}),
            _ if action.starts_with("List") || action.starts_with("Describe") => json!({}),
            _ if action.ends_with("Keys") => json!({}),
            _ => json!({ "KeyId": key }),
        };
        params[name] = value;
        refusal(&client.call(action, params)).0
    }
}

const IP: &str = "InvalidParameter";
const IPV: &str = "InvalidParameterValue";
const PT: &str = "InvalidParameterValue.InvalidPlaintext";
const NF: &str = "ResourceUnavailable.CmkNotFound";
const RNF: &str = "ResourceNotFound";
const DKNF: &str = "ResourceUnavailable.DataKeyNotFound";

fn tags(count: usize) -> Value {
    (0..count).map(|it| json!({ "TagKey": it.to_string(), "TagValue": "v" })).collect()
}

/// Action, parameter, an accepted value and its answer, a refused value and its code.
type Row = (&'static str, &'static str, Value, &'static str, Value, &'static str);

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    vec![
        ("Encrypt", "Plaintext", bytes(4096), "", bytes(4097), PT),
        ("PostQuantumCryptoEncrypt", "PlainText", bytes(4096), "", bytes(4097), PT),
        ("EncryptByWhiteBox", "PlainText", bytes(4096), "", bytes(4097), IPV),
        ("EncryptByWhiteBox", "InitializationVector", bytes(16), "", bytes(15), IPV),
        ("EncryptByWhiteBox", "InitializationVector", bytes(16), "", bytes(17), IPV),
        ("Encrypt", "EncryptionContext", context(1024, "x"), "", context(1025, "x"), IP),
        ("Encrypt", "EncryptionContext", context(1024, "密"), "", context(1025, "密"), IP),
        ("GenerateDataKey", "EncryptionContext", context(1024, "密"), "", context(1025, "x"), IP),
        ("GenerateDataKey", "NumberOfBytes", json!(1024), "", json!(1025), IP),
        ("GenerateDataKey", "NumberOfBytes", json!(1), "", json!(0), IP),
        ("GenerateRandom", "NumberOfBytes", json!(1024), "", json!(1025), IP),
        ("GenerateRandom", "NumberOfBytes", json!(1), "", json!(0), IP),
        ("SignByAsymmetricKey", "Message", bytes(4096), "", bytes(4097), IP),
        ("AsymmetricSm2Decrypt", "Ciphertext", bytes(256), "FailedOperation.DecryptError", bytes(257), IP),
        ("CreateKey", "Alias", json!("a".repeat(60)), "", json!("a".repeat(61)), "InvalidParameterValue.InvalidAlias"),
        ("CreateKey", "Alias", json!("0_-"), "", json!(""), "InvalidParameterValue.InvalidAlias"),
        ("CreateKey", "Description", json!("a".repeat(1024)), "", json!("a".repeat(1025)), IP),
        ("CreateKey", "Description", json!("密".repeat(341)), "", json!("密".repeat(342)), IP),
        ("UpdateKeyDescription", "Description", json!("密".repeat(341)), "", json!("密".repeat(342)), IP),
        ("CreateWhiteBoxKey", "Description", json!("密".repeat(341)), "", json!("密".repeat(342)), IPV),
        ("ImportDataKey", "Description", json!("密".repeat(33)), "", json!("密".repeat(34)), IP),
        ("ImportDataKey", "DataKeyName", json!("b".repeat(60)), "", json!("b".repeat(61)), "InvalidParameterValue.InvalidDataKeyName"),
        ("CreateKey", "Tags", tags(50), "", tags(51), IP),
        ("CreateWhiteBoxKey", "Tags", tags(50), "", tags(51), IP),
        ("ListKeys", "Limit", json!(200), "", json!(201), IP),
        ("ListKeys", "Limit", json!(1), "", json!(0), IP),
        ("ListKeys", "Offset", json!(0), "", json!(-1), IP),
        ("ListKeys", "Offset", json!(1_000_000), "", json!(-1), IP),
        ("ListKeyDetail", "Limit", json!(200), "", json!(201), IP),
        ("ListKeyDetail", "Limit", json!(1), "", json!(0), IP),
        ("ListDataKeys", "Limit", json!(200), "", json!(201), IPV),
        ("ListDataKeyDetail", "Limit", json!(200), "", json!(201), IP),
        ("DescribeWhiteBoxKeyDetails", "Limit", json!(0), "", json!(-1), IPV),
        ("ScheduleKeyDeletion", "PendingWindowInDays", json!(7), "ResourceUnavailable.CmkShouldBeDisabled", json!(6), "InvalidParameter.InvalidPendingWindowInDays"),
        ("ScheduleKeyDeletion", "PendingWindowInDays", json!(30), "ResourceUnavailable.CmkShouldBeDisabled", json!(31), "InvalidParameter.InvalidPendingWindowInDays"),
        ("EnableKeyRotation", "RotateDays", json!(7), "", json!(6), IPV),
        ("EnableKeyRotation", "RotateDays", json!(365), "", json!(366), IPV),
        ("DescribeKeys", "KeyIds", ids(NOBODY, 100), NF, ids(NOBODY, 101), IP),
        ("DescribeKeys", "KeyIds", ids(NOBODY, 1), NF, json!([]), IP),
        ("EnableKeys", "KeyIds", ids(NOBODY, 100), NF, ids(NOBODY, 101), IP),
        ("DisableKeys", "KeyIds", ids(NOBODY, 100), NF, ids(NOBODY, 101), IP),
        ("EnableWhiteBoxKeys", "KeyIds", ids(NOBODY, 50), RNF, ids(NOBODY, 51), IP),
        ("DisableWhiteBoxKeys", "KeyIds", ids(NOBODY, 50), RNF, ids(NOBODY, 51), IP),
        ("DescribeDataKeys", "DataKeyIds", ids(NOBODY, 100), DKNF, ids(NOBODY, 101), IPV),
        ("EnableDataKeys", "DataKeyIds", ids(NOBODY, 100), DKNF, ids(NOBODY, 101), IPV),
        ("DisableDataKeys", "DataKeyIds", ids(NOBODY, 100), DKNF, ids(NOBODY, 101), IPV),
        ("OverwriteWhiteBoxDeviceFingerprints", "DeviceFingerprints", devices(200), "", devices(201), "LimitExceeded.FingerprintsLimitExceeded"),
    ]
}

#[test]
fn every_limit_is_that_of_the_document() {
    let server = Server::start();
    let stage = Stage::set(&server);
    let mut wrong = Vec::new();
    for (action, name, good, told, bad, code) in rows() {
        for (value, expected) in [(good, told), (bad, code)] {
            let found = stage.code(action, name, value.clone());
            if found != expected {
                let value = value.to_string();
                let value = value.chars().take(60).collect::<String>();
                wrong.push(format!("{action} {name}={value}: {found}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_context_of_the_maximum_length_decrypts() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    // The limit is in characters, although the document counts bytes for Decrypt. Otherwise a
    // context of Chinese characters could encrypt, but not decrypt.
    let context = context(1024, "密");
    let params = json!({ "KeyId": key, "Plaintext": "aGVsbG8=", "EncryptionContext": context });
    for wire in [Wire::Post, Wire::Sha256] {
        let sealed = client.on(wire).done("Encrypt", params.clone());
        let params =
            json!({ "CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": context });
        assert_eq!(client.on(wire).done("Decrypt", params)["Plaintext"], "aGVsbG8=");
    }
}

#[test]
fn a_digest_has_the_length_of_its_hash() {
    let server = Server::start();
    let client = Client::of(&server);
    for (usage, algorithm, length) in [
        ("ASYMMETRIC_SIGN_VERIFY_ECC", "ECC_P256_R1", 32),
        ("ASYMMETRIC_SIGN_VERIFY_ECDSA384", "ECC_P384_R1", 48),
    ] {
        let key = client.create_key(json!({ "KeyUsage": usage }));
        for wire in WIRES {
            let code = |length| {
                let params = json!({
                    "KeyId": key, "Algorithm": algorithm, "MessageType": "DIGEST",
                    "Message": bytes(length),
                });
                refusal(&client.on(wire).call("SignByAsymmetricKey", params)).0
            };
            assert_eq!([length - 1, length, length + 1].map(code), [IP, "", IP], "{wire:?}");
        }
    }
}
