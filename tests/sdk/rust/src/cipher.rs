//! Encrypt, Decrypt, ReEncrypt.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::kit::{Key, Outcome, Run, SPECIAL, UNKNOWN, ensure, same, text};

const SPECS: [&str; 4] = ["Aliyun_AES_128", "Aliyun_AES_192", "Aliyun_AES_256", "Aliyun_SM4"];

fn bytes(blob: &str) -> Outcome<Vec<u8>> {
    STANDARD.decode(blob).map_err(|error| format!("{blob}: {error}"))
}

/// The layout of a blob: version id in ASCII, 12 bytes of IV, ciphertext, 16 bytes of tag.
fn check_blob(blob: &str, version: &str, sealed: usize) -> Outcome {
    let raw = bytes(blob)?;
    same(STANDARD.encode(&raw).as_str(), blob, "canonical base64")?;
    ensure!(raw.starts_with(version.as_bytes()), "the blob does not begin with {version}: {blob}");
    same(raw.len(), 36 + 12 + sealed + 16, "length of the blob")
}

/// Encrypts, checks the whole answer, decrypts again, and returns the blob.
async fn seal(
    run: &Run<'_>,
    key: &Key,
    plaintext: &str,
    context: Option<&Value>,
) -> Outcome<String> {
    let context = context.map(Value::to_string);
    let asked = json!({ "KeyId": key.id, "Plaintext": plaintext, "EncryptionContext": context });
    let sealed = run.ok("Encrypt", asked).await?;
    let blob = text(&sealed, "CiphertextBlob")?.to_owned();
    same(
        &sealed,
        &json!({ "KeyId": key.id, "KeyVersionId": key.version, "CiphertextBlob": blob }),
        "Encrypt",
    )?;
    check_blob(&blob, &key.version, plaintext.len())?;
    let opened =
        run.ok("Decrypt", json!({ "CiphertextBlob": blob, "EncryptionContext": context })).await?;
    same(
        opened,
        json!({ "KeyId": key.id, "KeyVersionId": key.version, "Plaintext": plaintext }),
        "Decrypt",
    )?;
    Ok(blob)
}

async fn no_opening(run: &Run<'_>, blob: &str, context: Option<&str>) -> Outcome {
    run.invalid(
        "CiphertextBlob",
        "Decrypt",
        json!({ "CiphertextBlob": blob, "EncryptionContext": context }),
    )
    .await
}

pub async fn drive(run: &Run<'_>) {
    let mut keys = Vec::new();
    run.check("a key of each symmetric spec", async || {
        for spec in SPECS {
            keys.push(run.key(json!({ "KeySpec": spec })).await?);
        }
        Ok(())
    })
    .await;
    let [aes128, aes192, aes256, sm4] = &keys[..] else { return };

    for (spec, key) in SPECS.iter().zip(&keys) {
        run.check(&format!("{spec} seals and opens, with and without a context"), async || {
            let one = seal(run, key, "SGVsbG8gd29ybGQ=", None).await?;
            let two = seal(run, key, "SGVsbG8gd29ybGQ=", None).await?;
            ensure!(one != two, "the same blob twice");
            let bound =
                seal(run, key, "SGVsbG8gd29ybGQ=", Some(&json!({ "Example": "Example" }))).await?;
            no_opening(run, &bound, None).await
        })
        .await;
    }

    let special = format!("{SPECIAL}%&=/?\"\\#@:;,<>[]{{}}|^`");
    let whole = "k".repeat(6144);
    for (what, plaintext) in [
        ("that is not base64", "plaintext"),
        ("of special characters", &special),
        ("of unicode", "密钥 🔑 Ünïcödé"),
        ("of one character", "x"),
        ("of white space", " \t\n "),
        ("of 6 KB", &whole),
    ] {
        run.check(&format!("a plaintext {what} returns byte for byte"), async || {
            seal(run, aes256, plaintext, None).await?;
            Ok(())
        })
        .await;
    }

    run.check("Encrypt refuses a plaintext over 6 KB, and unknown keys", async || {
        run.invalid(
            "Plaintext",
            "Encrypt",
            json!({ "KeyId": aes256.id, "Plaintext": "k".repeat(6145) }),
        )
        .await?;
        run.refused(
            "Forbidden.KeyNotFound",
            "Encrypt",
            json!({ "KeyId": UNKNOWN, "Plaintext": "x" }),
        )
        .await?;
        let alias = format!("alias/{}-nowhere", run.tag);
        run.refused(
            "Forbidden.AliasNotFound",
            "Encrypt",
            json!({ "KeyId": alias, "Plaintext": "x" }),
        )
        .await?;
        Ok(())
    })
    .await;

    run.check("a context binds, whatever the order of its pairs", async || {
        let pairs = json!({ "a": "1", SPECIAL: SPECIAL, "键": "值 🔑", "empty": "" });
        let blob = seal(run, aes256, "bound", Some(&pairs)).await?;
        let reordered =
            format!(r#"{{ "键": "值 🔑", "empty": "", "{SPECIAL}": "{SPECIAL}", "\u0061": "1" }}"#);
        let opened = run
            .ok("Decrypt", json!({ "CiphertextBlob": blob, "EncryptionContext": reordered }))
            .await?;
        same(text(&opened, "Plaintext")?, "bound", "another order")?;
        no_opening(run, &blob, None).await?;
        for wrong in [
            r#"{"a":"1"}"#.to_owned(),
            pairs.to_string().replace("\"1\"", "\"2\""),
            reordered.replace("a b", "a  b"),
        ] {
            no_opening(run, &blob, Some(&wrong)).await?;
        }
        Ok(())
    })
    .await;

    run.check("{}, null, empty and absent contexts are equal", async || {
        let none = [Some("{}"), Some("null"), Some(""), None];
        for sealing in none {
            let asked = json!({ "KeyId": aes256.id, "Plaintext": "free", "EncryptionContext": sealing });
            let sealed = run.ok("Encrypt", asked).await?;
            for opening in none {
                let asked =
                    json!({ "CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": opening });
                same(text(&run.ok("Decrypt", asked).await?, "Plaintext")?, "free", "Plaintext")?;
            }
        }
        Ok(())
    })
    .await;

    run.check("a context that is not an object of strings is refused", async || {
        let long = json!({ "a": "x".repeat(8192) }).to_string();
        for wrong in [
            "x",
            "[]",
            "\"a\"",
            r#"{"a":1}"#,
            r#"{"a":["1"]}"#,
            r#"{"a":null}"#,
            "{'a': 'b'}",
            &long,
        ] {
            let asked = json!({ "KeyId": aes256.id, "Plaintext": "x", "EncryptionContext": wrong });
            run.invalid("EncryptionContext", "Encrypt", asked).await?;
        }
        Ok(())
    })
    .await;

    run.check("Encrypt by alias and by ARN answers the real key id", async || {
        let alias = format!("alias/{}-encrypt", run.tag);
        run.done("CreateAlias", json!({ "AliasName": alias, "KeyId": aes256.id })).await?;
        for name in [&alias, &aes256.arn] {
            let sealed = run.ok("Encrypt", json!({ "KeyId": name, "Plaintext": "x" })).await?;
            same(text(&sealed, "KeyId")?, aes256.id.as_str(), "KeyId")?;
            check_blob(text(&sealed, "CiphertextBlob")?, &aes256.version, 1)?;
        }
        run.done("DeleteAlias", json!({ "AliasName": alias })).await
    })
    .await;

    run.check("Decrypt refuses changed, truncated and foreign blobs", async || {
        let blob = seal(run, aes256, "whole", None).await?;
        let raw = bytes(&blob)?;
        for at in [36, 47, 48, raw.len() - 1] {
            let mut changed = raw.clone();
            changed[at] ^= 1;
            no_opening(run, &STANDARD.encode(changed), None).await?;
        }
        for wrong in [
            STANDARD.encode(&raw[..raw.len() - 1]),
            blob[..40].to_owned(),
            "AAAA".into(),
            "no base64".into(),
        ] {
            no_opening(run, &wrong, None).await?;
        }
        let other = STANDARD.encode([sm4.version.as_bytes(), &raw[36..]].concat());
        no_opening(run, &other, None).await?;
        let foreign = STANDARD.encode([UNKNOWN.as_bytes(), &raw[36..]].concat());
        run.refused("Forbidden.KeyNotFound", "Decrypt", json!({ "CiphertextBlob": foreign }))
            .await?;
        Ok(())
    })
    .await;

    run.check("ReEncrypt moves a text to another key and context", async || {
        let (source, target) = (json!({ "from": SPECIAL }), json!({ "to": "密" }).to_string());
        let blob = seal(run, aes128, "moved", Some(&source)).await?;
        let moved = run
            .ok(
                "ReEncrypt",
                json!({
                    "CiphertextBlob": blob, "DestinationKeyId": sm4.id,
                    "SourceEncryptionContext": source.to_string(), "DestinationEncryptionContext": target,
                }),
            )
            .await?;
        let again = text(&moved, "CiphertextBlob")?;
        let told = json!({ "KeyId": aes128.id, "KeyVersionId": aes128.version, "CiphertextBlob": again });
        same(&moved, &told, "ReEncrypt names the key that opened the source")?;
        check_blob(again, &sm4.version, 5)?;
        let opened =
            run.ok("Decrypt", json!({ "CiphertextBlob": again, "EncryptionContext": target })).await?;
        same(
            opened,
            json!({ "KeyId": sm4.id, "KeyVersionId": sm4.version, "Plaintext": "moved" }),
            "Decrypt",
        )?;
        no_opening(run, again, Some(&source.to_string())).await
    })
    .await;

    run.check("ReEncrypt refuses a wrong context, a bad blob and an unknown key", async || {
        let blob = seal(run, aes192, "stays", Some(&json!({ "a": "1" }))).await?;
        let ask = |blob: &str, key: &str, context: Value| {
            json!({ "CiphertextBlob": blob, "DestinationKeyId": key, "SourceEncryptionContext": context })
        };
        run.invalid("CiphertextBlob", "ReEncrypt", ask(&blob, &sm4.id, Value::Null)).await?;
        run.invalid("CiphertextBlob", "ReEncrypt", ask(&blob, &sm4.id, json!(r#"{"a":"2"}"#))).await?;
        run.invalid("CiphertextBlob", "ReEncrypt", ask("AAAA", &sm4.id, Value::Null)).await?;
        let unknown = ask(&blob, UNKNOWN, json!(r#"{"a":"1"}"#));
        run.refused("Forbidden.KeyNotFound", "ReEncrypt", unknown).await?;
        Ok(())
    })
    .await;

    run.check("a dry run does nothing, and tells what would have been", async || {
        let blob = seal(run, aes256, "dry", None).await?;
        for (action, params) in [
            ("Encrypt", json!({ "KeyId": aes256.id, "Plaintext": "x", "DryRun": true })),
            ("Decrypt", json!({ "CiphertextBlob": blob, "DryRun": "True" })),
            (
                "ReEncrypt",
                json!({ "CiphertextBlob": blob, "DestinationKeyId": sm4.id, "DryRun": "true" }),
            ),
            ("GenerateDataKey", json!({ "KeyId": aes256.id, "DryRun": "true" })),
            ("GenerateDataKeyWithoutPlaintext", json!({ "KeyId": aes256.id, "DryRun": "true" })),
        ] {
            run.refused("DryRunOperationError", action, params).await?;
        }
        run.refused(
            "ValidationError",
            "Decrypt",
            json!({ "CiphertextBlob": "AAAA", "DryRun": "true" }),
        )
        .await?;
        Ok(())
    })
    .await;

    run.check("the keys of the ciphers are scheduled for deletion", async || {
        for key in &keys {
            run.drop(key).await?;
        }
        Ok(())
    })
    .await;
}
