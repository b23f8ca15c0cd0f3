//! Keys: their ids, aliases and types, contexts and ciphertexts.

use serde_json::{Value, json};

use super::wire::{Client, WIRES};
use crate::kit::{Server, Setup};

fn key_of(client: &Client, id: &str) -> Value {
    client.done("DescribeKey", json!({ "KeyId": id }))["KeyMetadata"].clone()
}

#[test]
fn an_id_is_a_uuid_that_holds_the_time_of_its_creation() {
    let server = Server::start();
    let client = Client::of(&server);
    for _ in 0..20 {
        let id = client.create_key(json!({}));
        let told = key_of(&client, &id);
        let uuid = uuid::Uuid::parse_str(&id).unwrap();
        assert_eq!((uuid.get_version_num(), uuid.to_string()), (1, id.clone()));
        let (seconds, _) = uuid.get_timestamp().unwrap().to_unix();
        assert_eq!(told["CreateTime"], seconds);
        assert_eq!(told["ResourceId"], format!("creatorUin/{}/{id}", told["CreatorUin"]));
        assert_eq!(told["Owner"], "user");
        // Neither another form of the id nor an alias names the key.
        let alias = told["Alias"].as_str().unwrap();
        for other in [&id.to_uppercase(), &id.replace('-', ""), &format!("{{{id}}}"), alias] {
            let code = "InvalidParameterValue.InvalidKeyId";
            client.refused(code, "DescribeKey", json!({ "KeyId": other }));
        }
    }
}

#[test]
fn a_regions_flavour_decides_the_type_and_the_cipher() {
    let accounts = "accounts:
  - id: '1'
    access_keys: [{ id: testid, secret: testsecret }]
    cryptography: { ap-beijing: fips, ap-seoul: sm }
";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    for (region, cipher, kind) in [
        ("ap-guangzhou", "SM4", 4),
        ("ap-shanghai", "SM4", 4),
        ("ap-beijing", "AES_256", 2),
        ("ap-seoul", "SM4", 4),
        ("ap-singapore", "AES_256", 2),
        ("ap-hongkong", "AES_256", 2),
        ("eu-frankfurt", "AES_256", 2),
    ] {
        let client = Client::of(&server).in_region(region);
        let algorithms = client.done("ListAlgorithms", json!({}));
        assert_eq!(algorithms["SymmetricAlgorithms"][0]["Algorithm"], cipher, "{region}");
        // CreateKey's type is where the material comes from; that of an answer is another.
        for (of, origin) in [(1, "TENCENT_KMS"), (2, "EXTERNAL")] {
            let told = key_of(&client, &client.create_key(json!({ "Type": of })));
            assert_eq!((&told["Type"], &told["Origin"]), (&json!(kind), &json!(origin)));
        }
        let has_sm2 = algorithms.to_string().contains("SM2");
        assert_eq!(has_sm2, cipher == "SM4", "{region}");
    }
}

#[test]
fn an_alias_is_taken_once_in_a_region() {
    let server = Server::start();
    let client = Client::of(&server);
    let [first, second] = ["first", "second"].map(|it| client.create_key(json!({ "Alias": it })));
    let taken = "InvalidParameterValue.AliasAlreadyExists";
    client.refused(taken, "CreateKey", json!({ "Alias": "first" }));
    client.refused(taken, "UpdateAlias", json!({ "KeyId": second, "Alias": "first" }));
    client.in_region("ap-singapore").create_key(json!({ "Alias": "first" }));
    // White-box keys and data keys have names of their own.
    client.done("CreateWhiteBoxKey", json!({ "Alias": "first", "Algorithm": "SM4" }));
    let white = json!({ "Alias": "first", "Algorithm": "AES_256" });
    client.refused(taken, "CreateWhiteBoxKey", white);
    client.done("UpdateAlias", json!({ "KeyId": first, "Alias": "renamed" }));
    client.done("UpdateAlias", json!({ "KeyId": first, "Alias": "renamed" }));
    client.done("UpdateAlias", json!({ "KeyId": second, "Alias": "first" }));
    let aliases = [&first, &second].map(|id| key_of(&client, id)["Alias"].clone());
    assert_eq!(aliases, ["renamed", "first"]);
    for alias in ["kms-x", "-x", "_x", "x y", "x.y", "密钥", "alias/x"] {
        let code = "InvalidParameterValue.InvalidAlias";
        client.refused(code, "UpdateAlias", json!({ "KeyId": first, "Alias": alias }));
    }
}

#[test]
fn a_context_is_compared_as_text() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    let context = r#"{"a":"1","b":"2"}"#;
    let text = json!({ "KeyId": key, "Plaintext": "aGVsbG8=", "EncryptionContext": context });
    let sealed = client.done("Encrypt", text)["CiphertextBlob"].clone();
    assert_eq!(sealed.as_str().unwrap().split("-k-").count(), 3);
    for wire in WIRES {
        let client = client.on(wire);
        let with =
            |context: &str| json!({ "CiphertextBlob": sealed, "EncryptionContext": context });
        assert_eq!(client.done("Decrypt", with(context))["Plaintext"], "aGVsbG8=");
        for other in [r#"{"b":"2","a":"1"}"#, r#"{"a": "1","b":"2"}"#, "{}", ""] {
            let code = "InvalidParameterValue.InvalidCiphertext";
            client.refused(code, "Decrypt", with(other));
        }
        for none in ["[]", "a", "1", "{\"a\":}"] {
            client.refused("InvalidParameter", "Decrypt", with(none));
        }
    }
    // An empty text is no context.
    let text = json!({ "KeyId": key, "Plaintext": "aGVsbG8=", "EncryptionContext": "" });
    let sealed = client.done("Encrypt", text)["CiphertextBlob"].clone();
    client.done("Decrypt", json!({ "CiphertextBlob": sealed }));
}

#[test]
fn a_ciphertext_moves_where_its_key_version_or_context_changes() {
    let server = Server::start();
    let client = Client::of(&server);
    let (key, other) = (client.create_key(json!({})), client.create_key(json!({})));
    let text = json!({ "KeyId": key, "Plaintext": "aGVsbG8=" });
    let sealed = client.done("Encrypt", text)["CiphertextBlob"].clone();
    let context = r#"{"a":"b"}"#;
    for (destination, to, is_moved) in [
        (None, "", false),
        (Some(&key), "", false),
        (None, context, true),
        (Some(&other), "", true),
        (Some(&other), context, true),
    ] {
        let mut params = json!({ "CiphertextBlob": sealed, "DestinationEncryptionContext": to });
        if let Some(destination) = destination {
            params["DestinationKeyId"] = json!(destination);
        }
        let told = client.done("ReEncrypt", params);
        let target = destination.unwrap_or(&key);
        assert_eq!(told["ReEncrypted"], is_moved, "{destination:?} {to}");
        assert_eq!(told["CiphertextBlob"] == sealed, !is_moved);
        assert_eq!((&told["SourceKeyId"], &told["KeyId"]), (&json!(key), &json!(target)));
        let params = json!({ "CiphertextBlob": told["CiphertextBlob"], "EncryptionContext": to });
        assert_eq!(client.done("Decrypt", params)["KeyId"], target.as_str());
    }
}

#[test]
fn the_number_of_bytes_wins_over_the_spec() {
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({}));
    for (params, length) in [
        (json!({ "KeySpec": "AES_128" }), 16),
        (json!({ "KeySpec": "AES_256" }), 32),
        (json!({ "KeySpec": "AES_256", "NumberOfBytes": 5 }), 5),
        (json!({ "NumberOfBytes": 1024 }), 1024),
    ] {
        let mut params = params;
        params["KeyId"] = json!(key);
        let made = client.done("GenerateDataKey", params);
        let text = made["Plaintext"].as_str().unwrap();
        assert_eq!(text.len(), usize::div_ceil(length, 3) * 4);
        let opened = client.done("Decrypt", json!({ "CiphertextBlob": made["CiphertextBlob"] }));
        assert_eq!((&opened["Plaintext"], &opened["KeyId"]), (&json!(text), &json!(key)));
    }
    client.refused("InvalidParameter", "GenerateDataKey", json!({ "KeyId": key }));
}

#[test]
fn a_key_comes_back_from_the_archive_enabled() {
    let server = Server::start();
    let client = Client::of(&server);
    let id = client.create_key(json!({}));
    client.done("DisableKey", json!({ "KeyId": id }));
    client.done("ArchiveKey", json!({ "KeyId": id }));
    client.done("CancelKeyArchive", json!({ "KeyId": id }));
    assert_eq!(key_of(&client, &id)["KeyState"], "Enabled");
}

#[test]
fn a_batch_is_all_or_nothing() {
    let server = Server::start();
    let client = Client::of(&server);
    let [good, archived] = [(); 2].map(|()| client.create_key(json!({})));
    client.done("ArchiveKey", json!({ "KeyId": archived }));
    let nobody = "00000000-0000-1000-8000-000000000000";
    for (other, code) in [
        (archived.as_str(), "ResourceUnavailable.CmkStateNotSupport"),
        (nobody, "ResourceUnavailable.CmkNotFound"),
        ("b", "InvalidParameterValue.InvalidKeyId"),
        (good.as_str(), "InvalidParameterValue.DuplicatedKeyId"),
    ] {
        client.refused(code, "DisableKeys", json!({ "KeyIds": [good, other] }));
        assert_eq!(key_of(&client, &good)["KeyState"], "Enabled", "{other}");
    }
}

#[test]
fn a_pair_does_not_rotate() {
    let server = Server::start();
    let client = Client::of(&server);
    let pair = client.create_key(json!({ "KeyUsage": "ASYMMETRIC_SIGN_VERIFY_ECC" }));
    client.refused("InvalidParameter", "EnableKeyRotation", json!({ "KeyId": pair }));
    let code = "UnsupportedOperation.RotateNotSupported";
    client.refused(code, "RotateKey", json!({ "KeyId": pair }));
    client.done("DisableKeyRotation", json!({ "KeyId": pair }));
}

#[test]
fn a_request_may_be_made_again() {
    let server = Server::start();
    let client = Client::of(&server);
    // The client's nonce is always the same.
    for wire in WIRES {
        for _ in 0..2 {
            client.on(wire).done("ListKeys", json!({}));
        }
    }
}

#[test]
fn messages_are_in_the_requested_language() {
    let server = Server::start();
    for wire in WIRES {
        let message = |language| {
            let client = Client { language, ..Client::of(&server).on(wire) };
            client.refused("MissingParameter", "DescribeKey", json!({}))
        };
        assert!(message("en-US").is_ascii(), "{wire:?}");
        assert!(!message("zh-CN").is_ascii(), "{wire:?}");
    }
}
