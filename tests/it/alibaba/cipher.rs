//! Encrypting and decrypting over the wire.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::kit::{Client, Server};

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

fn encrypt(client: &Client, key: &str, plaintext: &str, context: &str) -> String {
    let params = [("KeyId", key), ("Plaintext", plaintext), ("EncryptionContext", context)];
    text(&client.call("Encrypt", &params).ok(), "CiphertextBlob").to_owned()
}

#[test]
fn every_cipher_round_trips_exactly() {
    let server = Server::start();
    let client = server.client();
    for spec in ["Aliyun_AES_256", "Aliyun_AES_192", "Aliyun_AES_128", "Aliyun_SM4"] {
        for level in ["SOFTWARE", "HSM"] {
            let key = client.create_key(&[("KeySpec", spec), ("ProtectionLevel", level)]);
            let longest = "x".repeat(6144);
            for plain in ["SGVsbG8=", "example", " a b\r\n\t+%&=~世界\u{0} ", "x", &longest] {
                let sealed = client.call("Encrypt", &[("KeyId", &key), ("Plaintext", plain)]).ok();
                let blob = STANDARD.decode(text(&sealed, "CiphertextBlob")).unwrap();
                assert_eq!(blob.len(), 36 + 12 + plain.len() + 16);
                assert_eq!(&blob[..36], text(&sealed, "KeyVersionId").as_bytes());
                let opened = client
                    .call("Decrypt", &[("CiphertextBlob", text(&sealed, "CiphertextBlob"))])
                    .ok();
                assert_eq!(opened["Plaintext"], plain);
                assert_eq!(opened["KeyId"], sealed["KeyId"]);
                assert_eq!(opened["KeyVersionId"], sealed["KeyVersionId"]);
            }
        }
    }
}

#[test]
fn a_context_is_bound_in_any_order_and_spelling() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let open = |blob: &str, context: &str| {
        client.call("Decrypt", &[("CiphertextBlob", blob), ("EncryptionContext", context)])
    };
    let blob = encrypt(&client, &key, "x", r#"{"a":"1","b":"ü *~'()"}"#);
    open(&blob, r#"{ "b":"ü *~'()", "a":"1" }"#).ok();
    for wrong in [r#"{"a":"1"}"#, "{}", "", r#"{"a":"1","b":"x"}"#, r#"{"b":"1","a":"ü *~'()"}"#] {
        open(&blob, wrong).refused_parameter("CiphertextBlob");
    }
    for empty in ["{}", "null", ""] {
        let blob = encrypt(&client, &key, "x", empty);
        for same in ["{}", "null", ""] {
            open(&blob, same).ok();
        }
        client.call("Decrypt", &[("CiphertextBlob", &blob)]).ok();
        open(&blob, r#"{"a":"1"}"#).refused_parameter("CiphertextBlob");
    }
    open(&blob, "{'a': '1'}").refused_parameter("EncryptionContext");
}

#[test]
fn every_changed_byte_is_refused() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let blob = STANDARD.decode(encrypt(&client, &key, "attack", "")).unwrap();
    for at in 0..blob.len() {
        let mut changed = blob.clone();
        changed[at] ^= 0x20;
        let answer = client.call("Decrypt", &[("CiphertextBlob", &STANDARD.encode(&changed))]);
        match answer.status {
            400 => answer.refused_parameter("CiphertextBlob"),
            _ => drop(answer.refused(404, "Forbidden.KeyNotFound")),
        }
    }
    for len in 0..blob.len() {
        let cut = client.call("Decrypt", &[("CiphertextBlob", &STANDARD.encode(&blob[..len]))]);
        match len {
            0 => drop(cut.refused(400, "MissingParameter")),
            _ => cut.refused_parameter("CiphertextBlob"),
        }
    }
    let whole = STANDARD.encode(&blob);
    for wrong in [
        whole.trim_end_matches('=').to_owned(),
        format!("{whole}AAAA"),
        format!("\u{a0}{whole}"),
        "$x".into(),
    ] {
        client.call("Decrypt", &[("CiphertextBlob", &wrong)]).refused_parameter("CiphertextBlob");
    }
}

#[test]
fn a_data_keys_ciphertext_holds_its_base64_text() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    for (params, bytes) in [
        (vec![], 32),
        (vec![("KeySpec", "AES_256")], 32),
        (vec![("KeySpec", "AES_128")], 16),
        (vec![("NumberOfBytes", "1")], 1),
        (vec![("NumberOfBytes", "1024")], 1024),
        (vec![("NumberOfBytes", "24"), ("KeySpec", "AES_256")], 24),
        (vec![("NumberOfBytes", "24"), ("KeySpec", "nonsense")], 24),
    ] {
        let params = [params, vec![("KeyId", key.as_str())]].concat();
        let made = client.call("GenerateDataKey", &params).ok();
        assert_eq!(STANDARD.decode(text(&made, "Plaintext")).unwrap().len(), bytes, "{params:?}");
        let opened =
            client.call("Decrypt", &[("CiphertextBlob", text(&made, "CiphertextBlob"))]).ok();
        assert_eq!(opened["Plaintext"], made["Plaintext"]);
        let hidden = client.call("GenerateDataKeyWithoutPlaintext", &params).ok();
        assert_eq!(hidden.get("Plaintext"), None);
        let opened =
            client.call("Decrypt", &[("CiphertextBlob", text(&hidden, "CiphertextBlob"))]).ok();
        assert_eq!(STANDARD.decode(text(&opened, "Plaintext")).unwrap().len(), bytes);
    }
    let made = client.call("GenerateDataKey", &[("KeyId", &key)]).ok();
    assert_eq!(text(&made, "CiphertextBlob").len(), 144, "as in the document's sample");
}

#[test]
fn reencrypt_moves_a_text_between_keys_and_contexts() {
    let server = Server::start();
    let client = server.client();
    let (from, to) = (client.create_key(&[]), client.create_key(&[("KeySpec", "Aliyun_SM4")]));
    client.call("CreateAlias", &[("KeyId", &to), ("AliasName", "alias/to")]).ok();
    let blob = encrypt(&client, &from, "moved", r#"{"a":"1"}"#);
    let moved = client
        .call(
            "ReEncrypt",
            &[
                ("CiphertextBlob", &blob),
                ("SourceEncryptionContext", r#"{"a":"1"}"#),
                ("DestinationKeyId", "alias/to"),
                ("DestinationEncryptionContext", r#"{"b":"2"}"#),
            ],
        )
        .ok();
    assert_eq!(text(&moved, "KeyId"), from, "the document answers the source");
    let params =
        [("CiphertextBlob", text(&moved, "CiphertextBlob")), ("EncryptionContext", r#"{"b":"2"}"#)];
    let opened = client.call("Decrypt", &params).ok();
    assert_eq!((text(&opened, "Plaintext"), text(&opened, "KeyId")), ("moved", to.as_str()));
    client
        .call("ReEncrypt", &[("CiphertextBlob", &blob), ("DestinationKeyId", &to)])
        .refused_parameter("CiphertextBlob");
}

#[test]
fn a_key_is_named_by_id_alias_or_arn() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a/b-c_d")]).ok();
    let arn =
        |region: &str, account: &str, name: &str| format!("acs:kms:{region}:{account}:{name}");
    let own = |name: &str| arn("cn-hangzhou", "1000000000000001", name);
    for name in
        [key.clone(), "alias/a/b-c_d".into(), own(&format!("key/{key}")), own("alias/a/b-c_d")]
    {
        let sealed = client.call("Encrypt", &[("KeyId", &name), ("Plaintext", "x")]).ok();
        assert_eq!(text(&sealed, "KeyId"), key, "{name}");
    }
    for foreign in [
        arn("cn-beijing", "1000000000000001", &format!("key/{key}")),
        arn("cn-hangzhou", "1000000000000002", &format!("key/{key}")),
    ] {
        let answer = client.call("Encrypt", &[("KeyId", &foreign), ("Plaintext", "x")]);
        answer.refused(404, "Forbidden.KeyNotFound");
    }
}

#[test]
fn a_dry_run_reports_the_outcome_and_changes_nothing() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    let dry =
        |params: &[(&str, &str)]| client.call("Encrypt", &[params, &[("DryRun", "true")]].concat());
    dry(&[("KeyId", &key), ("Plaintext", "x")]).refused(400, "DryRunOperationError");
    let message = dry(&[("KeyId", &key)]).refused(400, "ValidationError");
    assert!(
        message.ends_with("The parameter \"Plaintext\" is needed but not provided."),
        "{message}"
    );
    dry(&[("KeyId", "unknown"), ("Plaintext", "x")]).refused(400, "ValidationError");
    client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "x"), ("DryRun", "False")]).ok();
    dry(&[("KeyId", "alias/acs/oss"), ("Plaintext", "x")]).refused(400, "DryRunOperationError");
    assert_eq!(client.call("ListAliases", &[]).ok()["TotalCount"], 0, "no service key was made");
}
