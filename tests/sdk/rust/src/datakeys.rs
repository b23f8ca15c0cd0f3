//! GenerateDataKey, GenerateDataKeyWithoutPlaintext, and the service key alias/acs/mse.

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::kit::{Run, SPECIAL, UNKNOWN, ensure, same, text};

/// The length of the blob that encrypts the base64 text of this many bytes.
fn blob_length(bytes: usize) -> usize {
    let text = 4 * bytes.div_ceil(3);
    4 * (36 + 12 + text + 16usize).div_ceil(3)
}

pub async fn drive(run: &Run<'_>) {
    let mut made = Vec::new();
    run.check("keys to seal data keys", async || {
        for spec in ["Aliyun_AES_256", "Aliyun_SM4"] {
            made.push(run.key(json!({ "KeySpec": spec })).await?);
        }
        Ok(())
    })
    .await;
    let [aes, sm4] = &made[..] else { return };

    run.check("a 256-bit data key gives 144 characters", async || {
        let body =
            run.ok("GenerateDataKey", json!({ "KeyId": aes.id, "KeySpec": "AES_256" })).await?;
        same(text(&body, "CiphertextBlob")?.len(), 144, "CiphertextBlob")?;
        same(text(&body, "Plaintext")?.len(), 44, "Plaintext")
    })
    .await;

    // KeySpec, NumberOfBytes, and the length of the data key. NumberOfBytes overrides KeySpec.
    let sizes = [
        (Value::Null, Value::Null, 32),
        (json!("AES_256"), Value::Null, 32),
        (json!("AES_128"), Value::Null, 16),
        (Value::Null, json!(1), 1),
        (Value::Null, json!(1024), 1024),
        (json!("AES_256"), json!(24), 24),
        (json!("AES_128"), json!(32), 32),
    ];
    for (spec, number, bytes) in &sizes {
        run.check(&format!("data keys of KeySpec {spec} and NumberOfBytes {number} have {bytes} bytes"), async || {
            let context = json!({ SPECIAL: "值" }).to_string();
            for key in [aes, sm4] {
                let asked = json!({ "KeyId": key.id, "KeySpec": spec, "NumberOfBytes": number, "EncryptionContext": context });
                let body = run.ok("GenerateDataKey", asked.clone()).await?;
                let (blob, plaintext) = (text(&body, "CiphertextBlob")?, text(&body, "Plaintext")?);
                let told = json!({ "KeyId": key.id, "KeyVersionId": key.version, "CiphertextBlob": blob, "Plaintext": plaintext });
                same(&body, &told, "GenerateDataKey")?;
                same(STANDARD.decode(plaintext).map(|raw| raw.len()), Ok(*bytes), "bytes")?;
                same(blob.len(), blob_length(*bytes), "length of the blob")?;
                let opened = run.ok("Decrypt", json!({ "CiphertextBlob": blob, "EncryptionContext": context })).await?;
                same(opened, json!({ "KeyId": key.id, "KeyVersionId": key.version, "Plaintext": plaintext }), "Decrypt")?;
                run.invalid("CiphertextBlob", "Decrypt", json!({ "CiphertextBlob": blob })).await?;

                let body = run.ok("GenerateDataKeyWithoutPlaintext", asked).await?;
                let blob = text(&body, "CiphertextBlob")?;
                let told = json!({ "KeyId": key.id, "KeyVersionId": key.version, "CiphertextBlob": blob });
                same(&body, &told, "GenerateDataKeyWithoutPlaintext")?;
                same(blob.len(), blob_length(*bytes), "length of the blob")?;
                let opened = run.ok("Decrypt", json!({ "CiphertextBlob": blob, "EncryptionContext": context })).await?;
                same(STANDARD.decode(text(&opened, "Plaintext")?).map(|raw| raw.len()), Ok(*bytes), "bytes")?;
            }
            Ok(())
        })
        .await;
    }

    run.check("no two data keys are alike", async || {
        let mut seen = HashSet::new();
        for _ in 0..5 {
            seen.insert(
                run.ok("GenerateDataKey", json!({ "KeyId": aes.id })).await?["Plaintext"]
                    .to_string(),
            );
        }
        same(seen.len(), 5, "different data keys")
    })
    .await;

    for action in ["GenerateDataKey", "GenerateDataKeyWithoutPlaintext"] {
        run.check(&format!("{action} refuses wrong sizes, contexts and keys"), async || {
            run.invalid("KeySpec", action, json!({ "KeyId": aes.id, "KeySpec": "AES_192" }))
                .await?;
            for number in ["0", "1025", "-1", "many"] {
                run.invalid(
                    "NumberOfBytes",
                    action,
                    json!({ "KeyId": aes.id, "NumberOfBytes": number }),
                )
                .await?;
            }
            run.invalid(
                "EncryptionContext",
                action,
                json!({ "KeyId": aes.id, "EncryptionContext": "[1]" }),
            )
            .await?;
            run.refused("Forbidden.KeyNotFound", action, json!({ "KeyId": UNKNOWN })).await?;
            run.refused(
                "Forbidden.AliasNotFound",
                action,
                json!({ "KeyId": format!("alias/{}-nowhere", run.tag) }),
            )
            .await?;
            Ok(())
        })
        .await;
    }

    run.check("alias/acs/mse works though nobody created it, and stays one key", async || {
        let sealed =
            run.ok("Encrypt", json!({ "KeyId": "alias/acs/mse", "Plaintext": "raw text" })).await?;
        let id = text(&sealed, "KeyId")?;
        ensure!(!id.starts_with("alias/"), "KeyId is {id}");
        let opened =
            run.ok("Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await?;
        same(text(&opened, "Plaintext")?, "raw text", "Plaintext")?;
        same(text(&opened, "KeyId")?, id, "KeyId")?;
        let body = run.ok("GenerateDataKey", json!({ "KeyId": "alias/acs/mse" })).await?;
        same(text(&body, "KeyId")?, id, "KeyId")?;
        same(run.describe("alias/acs/mse").await?.id.as_str(), id, "KeyId")
    })
    .await;

    run.check("the keys of the data keys are scheduled for deletion", async || {
        run.drop(aes).await?;
        run.drop(sm4).await
    })
    .await;
}
