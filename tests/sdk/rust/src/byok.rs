//! Bring your own key: GetParametersForImport, ImportKeyMaterial, DeleteKeyMaterial.

use std::time::Duration;

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::kit::{Key, Outcome, Run, UNKNOWN, ensure, same, text, with};
use crate::local::{self, base64, bytes, random};
use crate::pairs::{SIGN, new_pair};

const DAY: i64 = 86_400;
const OAEP: &str = "RSAES_OAEP_SHA_256";

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// Whether a time in an answer is this many seconds from now, within a minute.
fn near(time: &str, away: i64) -> Outcome {
    let at = OffsetDateTime::parse(time, &Rfc3339).map_err(|error| format!("{time}: {error}"))?;
    let off = at.unix_timestamp() - now() - away;
    ensure!(off.abs() < 60, "{time} is not {away} seconds from now");
    Ok(())
}

async fn external(run: &Run<'_>, more: Value) -> Outcome<Key> {
    run.key(with(&json!({ "Origin": "EXTERNAL" }), more)).await
}

/// Parameters for an import.
async fn parameters(run: &Run<'_>, key: &Key, algorithm: &str) -> Outcome<Value> {
    let spec = if algorithm == "SM2PKE" { "EC_SM2" } else { "RSA_2048" };
    let asked = json!({ "KeyId": key.id, "WrappingAlgorithm": algorithm, "WrappingKeySpec": spec });
    let given = run.ok("GetParametersForImport", asked).await?;
    same(text(&given, "KeyId")?, &key.id, "KeyId")?;
    near(text(&given, "TokenExpireTime")?, DAY)?;
    Ok(given)
}

/// The ones that ImportKeyMaterial needs.
fn wrapped(given: &Value, material: &[u8], algorithm: &str) -> Outcome<Value> {
    let public = local::public_of_der(&bytes(text(given, "PublicKey")?)?)?;
    let sealed = base64(&local::encrypt(&public, algorithm, material)?);
    Ok(
        json!({ "KeyId": given["KeyId"], "ImportToken": given["ImportToken"], "EncryptedKeyMaterial": sealed }),
    )
}

/// A key with material, and the parameters of its import.
async fn imported(
    run: &Run<'_>,
    more: Value,
    material: &[u8],
    algorithm: &str,
) -> Outcome<(Key, Value)> {
    let key = external(run, more).await?;
    let import = wrapped(&parameters(run, &key, algorithm).await?, material, algorithm)?;
    run.done("ImportKeyMaterial", import.clone()).await?;
    Ok((key, import))
}

async fn check_state(run: &Run<'_>, key: &Key, state: &str) -> Outcome {
    same(run.describe(&key.id).await?.state.as_str(), state, "KeyState")
}

async fn refuse_imports(run: &Run<'_>) -> Outcome {
    let (key, other) = (external(run, json!({})).await?, external(run, json!({})).await?);
    let material = random(32)?;
    let (given, another) = (parameters(run, &key, OAEP).await?, parameters(run, &key, OAEP).await?);
    let good = wrapped(&given, &material, OAEP)?;
    let mut token = bytes(text(&given, "ImportToken")?)?;
    let middle = token.len() / 2;
    token[middle] ^= 1;
    let stranger = parameters(run, &other, OAEP).await?["ImportToken"].take();
    for token in [json!(base64(&token)), stranger, json!("eA=="), json!("not base64!")] {
        let asked = with(&good, json!({ "ImportToken": token }));
        run.refused("InvalidImportToken", "ImportKeyMaterial", asked).await?;
    }
    // The token of another call, other wrappings, wrong lengths, no wrapping: all get one error.
    let mut wrong = vec![with(&good, json!({ "ImportToken": another["ImportToken"] }))];
    for algorithm in ["RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5"] {
        wrong.push(wrapped(&given, &material, algorithm)?);
    }
    for len in [31, 33] {
        wrong.push(wrapped(&given, &random(len)?, OAEP)?);
    }
    for text in ["eA==", "not base64!"] {
        wrong.push(with(&good, json!({ "EncryptedKeyMaterial": text })));
    }
    for asked in wrong {
        run.refused("InvalidKeyMaterial", "ImportKeyMaterial", asked).await?;
    }
    for expires in [json!(now() - 60), json!(-1), json!("soon")] {
        let asked = with(&good, json!({ "KeyMaterialExpireUnix": expires }));
        run.invalid("KeyMaterialExpireUnix", "ImportKeyMaterial", asked).await?;
    }
    run.refused(
        "Forbidden.KeyNotFound",
        "ImportKeyMaterial",
        with(&good, json!({ "KeyId": UNKNOWN })),
    )
    .await?;
    check_state(run, &key, "PendingImport").await?;
    run.done("ImportKeyMaterial", good).await?;
    check_state(run, &key, "Enabled").await?;
    run.drop(&other).await?;
    run.drop(&key).await
}

async fn delete_and_import_again(run: &Run<'_>) -> Outcome {
    let material = random(32)?;
    let (key, import) = imported(run, json!({}), &material, OAEP).await?;
    let sealed = run.ok("Encrypt", json!({ "KeyId": key.id, "Plaintext": "sealed" })).await?;
    let blob = json!({ "CiphertextBlob": sealed["CiphertextBlob"] });
    run.done("DeleteKeyMaterial", json!({ "KeyId": key.id })).await?;
    check_state(run, &key, "PendingImport").await?;
    run.refused("Rejected.PendingImport", "Decrypt", blob.clone()).await?;
    run.refused("Rejected.StateModifiedFailed", "EnableKey", json!({ "KeyId": key.id })).await?;
    let given = parameters(run, &key, OAEP).await?;
    let other = wrapped(&given, &random(32)?, OAEP)?;
    run.refused("InvalidKeyMaterial", "ImportKeyMaterial", other).await?;
    run.done("ImportKeyMaterial", wrapped(&given, &material, OAEP)?).await?;
    check_state(run, &key, "Enabled").await?;
    same(text(&run.ok("Decrypt", blob).await?, "Plaintext")?, "sealed", "Plaintext")?;

    run.done("DisableKey", json!({ "KeyId": key.id })).await?;
    run.done("DeleteKeyMaterial", json!({ "KeyId": key.id })).await?;
    check_state(run, &key, "PendingImport").await?;
    run.done("ImportKeyMaterial", import.clone()).await?;
    check_state(run, &key, "Disabled").await?;
    run.drop(&key).await?;
    run.refused("Rejected.StateModifiedFailed", "ImportKeyMaterial", import).await?;
    Ok(())
}

async fn material_expires(run: &Run<'_>) -> Outcome {
    let (key, import) = imported(run, json!({}), &random(32)?, OAEP).await?;
    let until = |at: i64| with(&import, json!({ "KeyMaterialExpireUnix": at }));
    run.done("ImportKeyMaterial", until(now() + DAY)).await?;
    near(text(&run.describe(&key.id).await?.metadata, "MaterialExpireTime")?, DAY)?;
    run.done("ImportKeyMaterial", until(0)).await?;
    same(
        text(&run.describe(&key.id).await?.metadata, "MaterialExpireTime")?,
        "",
        "MaterialExpireTime",
    )?;
    run.done("ImportKeyMaterial", until(now() + 2)).await?;
    for _ in 0..40 {
        if run.describe(&key.id).await?.state != "Enabled" {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    check_state(run, &key, "PendingImport").await?;
    same(
        text(&run.describe(&key.id).await?.metadata, "MaterialExpireTime")?,
        "",
        "MaterialExpireTime",
    )?;
    run.done("ImportKeyMaterial", import.clone()).await?;
    check_state(run, &key, "Enabled").await?;
    run.drop(&key).await
}

pub async fn drive(run: &Run<'_>) {
    for (algorithm, level, spec, len) in [
        (OAEP, "SOFTWARE", "Aliyun_AES_192", 24),
        ("RSAES_OAEP_SHA_1", "SOFTWARE", "Aliyun_AES_256", 32),
        ("RSAES_PKCS1_V1_5", "SOFTWARE", "Aliyun_AES_128", 16),
        ("SM2PKE", "HSM", "Aliyun_SM4", 16),
    ] {
        run.check(
            &format!("material wrapped by {algorithm} makes an {spec} key work"),
            async || {
                let more = json!({ "KeySpec": spec, "ProtectionLevel": level });
                let (key, _) = imported(run, more, &random(len)?, algorithm).await?;
                let seen = run.describe(&key.id).await?.metadata;
                for (name, value) in [
                    ("KeyState", "Enabled"),
                    ("MaterialExpireTime", ""),
                    ("AutomaticRotation", "Disabled"),
                ] {
                    same(text(&seen, name)?, value, name)?;
                }
                let sealed =
                    run.ok("Encrypt", json!({ "KeyId": key.id, "Plaintext": "sealed" })).await?;
                let opened = run
                    .ok("Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] }))
                    .await?;
                same(text(&opened, "Plaintext")?, "sealed", "Plaintext")?;
                run.drop(&key).await
            },
        )
        .await;
    }

    run.check("GetParametersForImport refuses wrong values", async || {
        let key = external(run, json!({})).await?;
        let good =
            json!({ "KeyId": key.id, "WrappingAlgorithm": OAEP, "WrappingKeySpec": "RSA_2048" });
        for (named, more) in [
            ("WrappingAlgorithm", json!({ "WrappingAlgorithm": "SM2PKE" })),
            ("WrappingAlgorithm", json!({ "WrappingAlgorithm": "RSAES_OAEP_SHA_512" })),
            ("WrappingAlgorithm", json!({ "WrappingKeySpec": "EC_SM2" })),
            ("WrappingKeySpec", json!({ "WrappingKeySpec": "RSA_4096" })),
            (
                "WrappingKeySpec",
                json!({ "WrappingAlgorithm": "SM2PKE", "WrappingKeySpec": "EC_SM2" }),
            ),
        ] {
            run.invalid(named, "GetParametersForImport", with(&good, more)).await?;
        }
        let unknown = with(&good, json!({ "KeyId": UNKNOWN }));
        run.refused("Forbidden.KeyNotFound", "GetParametersForImport", unknown).await?;
        run.drop(&key).await
    })
    .await;

    run.check("the three refuse keys whose material is the service's", async || {
        let (pair, _) = new_pair(run, "EC_P256", SIGN).await?;
        for key in [run.key(json!({})).await?, pair] {
            let asked = json!({
                "KeyId": key.id, "WrappingAlgorithm": OAEP, "WrappingKeySpec": "RSA_2048",
                "ImportToken": "eA==", "EncryptedKeyMaterial": "eA==",
            });
            for action in ["GetParametersForImport", "ImportKeyMaterial", "DeleteKeyMaterial"] {
                run.refused("Unsupported.Origin", action, asked.clone()).await?;
            }
            run.drop(&key).await?;
        }
        run.refused("Forbidden.KeyNotFound", "DeleteKeyMaterial", json!({ "KeyId": UNKNOWN }))
            .await?;
        Ok(())
    })
    .await;

    run.check("ImportKeyMaterial refuses wrong tokens, wrappings and times", async || {
        refuse_imports(run).await
    })
    .await;
    run.check("after DeleteKeyMaterial only the same material opens the key again", async || {
        delete_and_import_again(run).await
    })
    .await;
    run.check("KeyMaterialExpireUnix ends the material at its second", async || {
        material_expires(run).await
    })
    .await;
}
