//! Ciphertexts, looked at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{post, refuses, workers};
use crate::kit::{Client, Process, Server, control, days};
use crate::makers::{MATERIAL, import, wrapped};

fn inspect(server: &Server, scope: &str, blob: &str, context: &Value) -> Value {
    let asked = json!({"ciphertext_blob": blob, "encryption_context": context});
    post(server, &format!("inspect{scope}"), &asked).ok()
}

fn seal(client: &Client, key: &str, context: &str) -> (String, Value) {
    let params = [("KeyId", key), ("Plaintext", "hush"), ("EncryptionContext", context)];
    let sealed = client.call("Encrypt", &params).ok();
    (sealed["CiphertextBlob"].as_str().unwrap().to_owned(), sealed["KeyVersionId"].clone())
}

/// Why it does not decrypt.
fn why(shown: &Value) -> &str {
    assert_eq!(shown["would_decrypt"], shown["why"].is_null());
    assert_eq!(shown["why"].is_null(), shown["explanation"].is_null());
    shown["why"].as_str().unwrap_or_default()
}

#[test]
fn a_ciphertext_tells_whose_it_is() {
    let server = workers();
    let client = server.client_as("one", "s");
    for (spec, algorithm) in [
        ("Aliyun_AES_256", "AES-256-GCM"),
        ("Aliyun_AES_192", "AES-192-GCM"),
        ("Aliyun_AES_128", "AES-128-GCM"),
        ("Aliyun_SM4", "SM4-GCM"),
    ] {
        let key = client.create_key(&[("KeySpec", spec)]);
        let (blob, version) = seal(&client, &key, "{}");
        assert_eq!(
            inspect(&server, "", &blob, &Value::Null),
            json!({
                "would_decrypt": true, "why": null, "explanation": null, "dialect": "alibaba", "account": "1",
                "region": "cn-hangzhou", "key": key, "key_version": version, "key_state": "enabled",
                "algorithm": algorithm,
            })
        );
    }
}

#[test]
fn what_keeps_it_from_decrypting_is_told() {
    let server = workers();
    let client = server.client_as("one", "s");
    let key = client.create_key(&[]);
    let context = json!({"b": "2", "a": "1"});
    let (blob, _) = seal(&client, &key, r#"{"a":"1","b":"2"}"#);
    let look = |scope: &str, blob: &str, context: &Value| {
        why(&inspect(&server, scope, blob, context)).to_owned()
    };
    assert_eq!(look("", &blob, &context), "");
    assert_eq!(look("?account=1&region=cn-hangzhou", &blob, &context), "");
    assert_eq!(look("", &blob, &Value::Null), "context_missing_or_corrupted");
    assert_eq!(look("", &blob, &json!({"a": "1"})), "context_differs_or_corrupted");
    for scope in ["?access_key=two", "?account=1&region=cn-beijing"] {
        assert_eq!(look(scope, &blob, &context), "other_realm", "{scope}");
        let shown = inspect(&server, scope, &blob, &context);
        assert!(!shown.to_string().contains(&key), "another's key is not told: {shown}");
    }
    let mut bytes = STANDARD.decode(&blob).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(look("", &STANDARD.encode(&bytes), &context), "context_differs_or_corrupted");
    bytes[0] = if bytes[0] == b'0' { b'1' } else { b'0' };
    assert_eq!(look("", &STANDARD.encode(&bytes), &context), "unknown_key");
    for bad in ["", "not base64", "AAAA", &blob[..40]] {
        assert_eq!(look("", bad, &context), "not_a_ciphertext", "{bad}");
    }
    client.call("DisableKey", &[("KeyId", &key)]).ok();
    assert_eq!(look("", &blob, &context), "disabled");
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).ok();
    assert_eq!(look("", &blob, &context), "pending_deletion");
    server.advance(days(7));
    assert_eq!(look("", &blob, &context), "unknown_key");
    let external = client.create_key(&[("Origin", "EXTERNAL")]);
    import(&client, &external, &wrapped(&client, &external, &MATERIAL)).ok();
    let (blob, _) = seal(&client, &external, "{}");
    client.call("DeleteKeyMaterial", &[("KeyId", &external)]).ok();
    assert_eq!(look("", &blob, &Value::Null), "pending_import");
}

#[test]
fn a_look_changes_nothing_and_shows_no_plaintext() {
    let server = Process::start(&["--data", ":memory:"]);
    let client = server.client();
    let (blob, _) = seal(&client, &client.create_key(&[]), "{}");
    let asked = json!({"ciphertext_blob": blob});
    let answer = control(server.address, "POST", "inspect", &asked);
    assert_eq!(answer.ok()["would_decrypt"], true);
    assert!(!answer.text.contains("hush") && !answer.text.contains(&blob), "{answer:?}");
}

#[test]
fn mistakes_name_the_field() {
    let server = workers();
    for (body, said) in [
        (json!({}), "missing field `ciphertext_blob`"),
        (json!({"ciphertext_blob": 5}), "ciphertext_blob: invalid type"),
        (
            json!({"ciphertext_blob": "", "encryption_context": {"a": 1}}),
            "encryption_context.a: invalid type",
        ),
        (
            json!({"ciphertext_blob": "", "encryption_context": {"a": "x".repeat(9000)}}),
            "encryption_context: longer than",
        ),
        (json!({"ciphertext_blob": "", "blob": ""}), "unknown field `blob`"),
    ] {
        refuses(&post(&server, "inspect", &body), said);
    }
}
