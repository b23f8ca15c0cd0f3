//! Unknown actions, each required parameter left out, empty and unknown parameters.

use serde_json::{Value, json};

use crate::kit::{Key, Outcome, Run, ensure, same, text, with};
use crate::local::base64;

/// The required parameters of each action.
fn required(run: &Run<'_>, key: &Key, blob: &Value) -> Vec<(&'static str, Value)> {
    let id = &key.id;
    let alias = format!("alias/{}-absent", run.tag);
    let pair = json!({ "KeyId": id, "KeyVersionId": key.version });
    let signing = with(&pair, json!({ "Algorithm": "SM2DSA", "Digest": base64(&[0; 32]) }));
    let wrapping = json!({
        "PublicKeyBlob": "eA==", "WrappingAlgorithm": "RSAES_OAEP_SHA_1", "WrappingKeySpec": "RSA_2048",
    });
    vec![
        ("DescribeKey", json!({ "KeyId": id })),
        ("UpdateKeyDescription", json!({ "KeyId": id, "Description": "d" })),
        ("EnableKey", json!({ "KeyId": id })),
        ("DisableKey", json!({ "KeyId": id })),
        ("ScheduleKeyDeletion", json!({ "KeyId": id })),
        ("CancelKeyDeletion", json!({ "KeyId": id })),
        (
            "SetDeletionProtection",
            json!({ "ProtectedResourceArn": key.arn, "EnableDeletionProtection": false }),
        ),
        ("DescribeKeyVersion", json!({ "KeyId": id, "KeyVersionId": key.version })),
        ("ListKeyVersions", json!({ "KeyId": id })),
        ("Encrypt", json!({ "KeyId": id, "Plaintext": "x" })),
        ("Decrypt", json!({ "CiphertextBlob": blob })),
        ("GenerateDataKey", json!({ "KeyId": id })),
        ("GenerateDataKeyWithoutPlaintext", json!({ "KeyId": id })),
        ("ReEncrypt", json!({ "CiphertextBlob": blob, "DestinationKeyId": id })),
        ("ExportDataKey", with(&wrapping, json!({ "CiphertextBlob": blob }))),
        ("GenerateAndExportDataKey", with(&wrapping, json!({ "KeyId": id }))),
        ("CreateKeyVersion", json!({ "KeyId": id })),
        ("GetPublicKey", pair.clone()),
        ("AsymmetricSign", signing.clone()),
        ("AsymmetricVerify", with(&signing, json!({ "Value": "eA==" }))),
        ("AsymmetricEncrypt", with(&pair, json!({ "Algorithm": "SM2PKE", "Plaintext": "eA==" }))),
        (
            "AsymmetricDecrypt",
            with(&pair, json!({ "Algorithm": "SM2PKE", "CiphertextBlob": "eA==" })),
        ),
        (
            "GetParametersForImport",
            json!({ "KeyId": id, "WrappingAlgorithm": "RSAES_PKCS1_V1_5", "WrappingKeySpec": "RSA_2048" }),
        ),
        (
            "ImportKeyMaterial",
            json!({ "KeyId": id, "EncryptedKeyMaterial": "eA==", "ImportToken": "eA==" }),
        ),
        ("DeleteKeyMaterial", json!({ "KeyId": id })),
        ("UpdateRotationPolicy", json!({ "KeyId": id, "EnableAutomaticRotation": false })),
        ("CreateAlias", json!({ "AliasName": alias, "KeyId": id })),
        ("UpdateAlias", json!({ "AliasName": alias, "KeyId": id })),
        ("DeleteAlias", json!({ "AliasName": alias })),
        ("ListAliasesByKeyId", json!({ "KeyId": id })),
        ("TagResource", json!({ "KeyId": id, "Tags": r#"[{"TagKey":"a","TagValue":"b"}]"# })),
        ("UntagResource", json!({ "KeyId": id, "TagKeys": "[\"a\"]" })),
        ("ListResourceTags", json!({ "KeyId": id })),
        ("TagResources", json!({ "ResourceType": "key", "ResourceId.1": id, "Tag.1.Key": "a" })),
        ("UntagResources", json!({ "ResourceType": "key", "ResourceId.1": id, "TagKey.1": "a" })),
        ("ListTagResources", json!({ "ResourceType": "key" })),
    ]
}

/// The required parameters of the actions on secrets and policies.
fn required_of_secrets(run: &Run<'_>, key: &Key) -> Vec<(&'static str, Value)> {
    let secret = json!({ "SecretName": format!("{}/absent", run.tag) });
    let version = with(&secret, json!({ "VersionId": "v1" }));
    let value = with(&version, json!({ "SecretData": "x" }));
    let mut required: Vec<_> = [
        "DescribeSecret",
        "UpdateSecret",
        "DeleteSecret",
        "RestoreSecret",
        "GetSecretValue",
        "ListSecretVersionIds",
        "UpdateSecretRotationPolicy",
        "GetSecretPolicy",
    ]
    .map(|action| (action, secret.clone()))
    .into();
    required.extend([
        ("CreateSecret", value.clone()),
        ("PutSecretValue", value),
        ("BatchGetSecretValue", json!({ "SecretsList": r#"[{"SecretName":"s"}]"# })),
        (
            "UpdateSecretVersionStage",
            with(&secret, json!({ "VersionStage": "a", "MoveToVersion": "v1" })),
        ),
        ("RotateSecret", version),
        ("SetSecretPolicy", with(&secret, json!({ "Policy": "{}" }))),
        ("SetKeyPolicy", json!({ "KeyId": key.id, "Policy": "{}" })),
        ("GetKeyPolicy", json!({ "KeyId": key.id })),
    ]);
    required
}

/// Omits each parameter in turn. The refusal must name it; a list by its name, with or without an
/// index.
async fn leave_out(run: &Run<'_>, action: &str, params: &Value) -> Outcome {
    let names: Vec<&String> =
        params.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
    for name in names {
        let mut others = params.clone();
        others[name] = Value::Null;
        let told = run.refused("MissingParameter", action, others).await?;
        let family = name.split('.').next().unwrap_or(name);
        let named = told
            .strip_prefix("The parameter \"")
            .and_then(|rest| rest.strip_suffix("\" is needed but not provided."));
        same(named.and_then(|name| name.split('.').next()), Some(family), &told)?;
    }
    Ok(())
}

pub async fn drive(run: &Run<'_>) {
    run.check("an unknown action is not found", async || {
        for action in ["NoSuchAction", "AssumeRole"] {
            run.refused("InvalidAction.NotFound", action, json!({})).await?;
        }
        Ok(())
    })
    .await;

    let mut made = None;
    run.check("a key and a blob", async || {
        let key = run.key(json!({})).await?;
        let blob =
            run.ok("Encrypt", json!({ "KeyId": key.id, "Plaintext": "x" })).await?["CiphertextBlob"].take();
        made = Some((key, blob));
        Ok(())
    })
    .await;
    let Some((key, blob)) = &made else { return };

    for (action, params) in [required(run, key, blob), required_of_secrets(run, key)].concat() {
        run.check(&format!("{action} without each of its required parameters"), async || {
            leave_out(run, action, &params).await
        })
        .await;
    }

    run.check("an empty required parameter is a missing one", async || {
        run.missing("KeyId", "DescribeKey", json!({ "KeyId": "" })).await?;
        run.missing("Plaintext", "Encrypt", json!({ "KeyId": key.id, "Plaintext": "" })).await?;
        run.missing("CiphertextBlob", "Decrypt", json!({ "CiphertextBlob": "" })).await
    })
    .await;

    run.check("an empty optional parameter is an absent one, an unknown one is ignored", async || {
        let asked = json!({ "KeyId": key.id, "KeySpec": "", "NumberOfBytes": "", "EncryptionContext": "", "Colour": "red" });
        let body = run.ok("GenerateDataKey", asked).await?;
        same(text(&body, "CiphertextBlob")?.len(), 144, "CiphertextBlob")?;
        let listed = run.ok("ListKeys", json!({ "PageNumber": "", "PageSize": "", "Filters": "" })).await?;
        ensure!(listed["PageSize"] == 10, "PageSize in {listed}");
        run.drop(key).await
    })
    .await;
}
