//! CreateKey, DescribeKey, UpdateKeyDescription, SetDeletionProtection, DescribeKeyVersion,
//! ListKeyVersions.

use serde_json::{Value, json};

use crate::kit::{Key, Outcome, Run, SPECIAL, UNKNOWN, ensure, same, text};

const NEWER: [&str; 3] = ["DKMSInstanceId", "DeletionProtection", "DeletionProtectionDescription"];

/// Requires exactly the documented fields, all of them strings.
fn check_metadata(key: &Key) -> Outcome {
    let documented = [
        "KeyId",
        "Arn",
        "Creator",
        "CreationDate",
        "Description",
        "KeySpec",
        "KeyState",
        "KeyUsage",
        "Origin",
        "ProtectionLevel",
        "DeleteDate",
        "MaterialExpireTime",
        "AutomaticRotation",
        "PrimaryKeyVersion",
        "LastRotationDate",
    ];
    for name in documented {
        text(&key.metadata, name)?;
    }
    for name in key.metadata.as_object().into_iter().flat_map(|fields| fields.keys()) {
        let known = documented.contains(&name.as_str()) || NEWER.contains(&name.as_str());
        ensure!(known, "unexpected field {name} in {}", key.metadata);
    }
    Ok(())
}

fn check_fields(key: &Key, fields: Value) -> Outcome {
    for (name, value) in fields.as_object().into_iter().flatten() {
        same(&key.metadata[name], value, name)?;
    }
    Ok(())
}

pub async fn drive(run: &Run<'_>) {
    run.check("CreateKey answers the whole metadata of an AES-256 key", async || {
        let key = run.key(json!({})).await?;
        check_metadata(&key)?;
        let creator = text(&key.metadata, "Creator")?;
        ensure!(creator.len() == 16 && creator.bytes().all(|byte| byte.is_ascii_digit()), "Creator {creator}");
        check_fields(&key, json!({
            "Arn": format!("acs:kms:cn-hangzhou:{creator}:key/{}", key.id), "Description": "", "KeySpec": "Aliyun_AES_256",
            "KeyState": "Enabled", "KeyUsage": "ENCRYPT/DECRYPT", "Origin": "Aliyun_KMS", "ProtectionLevel": "SOFTWARE",
            "DeleteDate": "", "MaterialExpireTime": "", "AutomaticRotation": "Disabled",
            "LastRotationDate": key.metadata["CreationDate"],
        }))?;
        same(key.version.len(), 36, "length of PrimaryKeyVersion")?;
        run.drop(&key).await
    })
    .await;

    for spec in ["Aliyun_AES_128", "Aliyun_AES_192", "Aliyun_AES_256", "Aliyun_SM4"] {
        for level in ["SOFTWARE", "HSM"] {
            run.check(&format!("CreateKey {spec} {level}, described as created"), async || {
                let mut asked =
                    json!({ "KeySpec": spec, "ProtectionLevel": level, "Description": SPECIAL });
                let made = run.key(asked.clone()).await?;
                // In an instance, the instance's kind decides. This one is a software instance.
                if !made.metadata["DKMSInstanceId"].is_null() {
                    asked["ProtectionLevel"] = json!("SOFTWARE");
                }
                check_fields(&made, asked)?;
                let seen = run.describe(&made.id).await?;
                check_metadata(&seen)?;
                check_fields(&seen, made.metadata.clone())?;
                same(
                    text(&seen.metadata, "DeletionProtection")?,
                    "Disabled",
                    "DeletionProtection",
                )?;
                run.drop(&made).await
            })
            .await;
        }
    }

    run.check("CreateKey with Origin EXTERNAL waits for its material", async || {
        let key = run.key(json!({ "Origin": "EXTERNAL" })).await?;
        check_fields(
            &key,
            json!({ "Origin": "EXTERNAL", "KeyState": "PendingImport", "MaterialExpireTime": "" }),
        )?;
        run.drop(&key).await
    })
    .await;

    run.check("CreateKey refuses wrong values", async || {
        let long = "x".repeat(8193);
        for (name, value) in [
            ("KeySpec", "AES_256"),
            ("KeyUsage", "ENCRYPT_DECRYPT"),
            ("Origin", "external"),
            ("ProtectionLevel", "hsm"),
            ("Description", &long),
            ("EnableAutomaticRotation", "maybe"),
            ("Tags", "not JSON"),
        ] {
            run.invalid(name, "CreateKey", json!({ name: value })).await?;
        }
        Ok(())
    })
    .await;

    run.check("DescribeKey by id, alias and ARN", async || {
        let key = run.key(json!({})).await?;
        let alias = format!("alias/{}-describe", run.tag);
        run.done("CreateAlias", json!({ "AliasName": alias, "KeyId": key.id })).await?;
        let seen = run.describe(&key.id).await?.metadata;
        same(&run.describe(&alias).await?.metadata, &seen, "by alias")?;
        same(&run.describe(&key.arn).await?.metadata, &seen, "by ARN")?;
        run.done("DeleteAlias", json!({ "AliasName": alias })).await?;
        run.refused("Forbidden.AliasNotFound", "DescribeKey", json!({ "KeyId": alias })).await?;
        run.refused("Forbidden.KeyNotFound", "DescribeKey", json!({ "KeyId": UNKNOWN })).await?;
        run.drop(&key).await
    })
    .await;

    run.check("UpdateKeyDescription replaces it, and an empty one is a value", async || {
        let key = run.key(json!({ "Description": "first" })).await?;
        for description in [SPECIAL, "密钥 🔑 é", ""] {
            let asked = json!({ "KeyId": key.id, "Description": description });
            run.done("UpdateKeyDescription", asked).await?;
            check_fields(&run.describe(&key.id).await?, json!({ "Description": description }))?;
        }
        run.missing("Description", "UpdateKeyDescription", json!({ "KeyId": key.id })).await?;
        run.refused(
            "Forbidden.KeyNotFound",
            "UpdateKeyDescription",
            json!({ "KeyId": UNKNOWN, "Description": "x" }),
        )
        .await?;
        run.drop(&key).await
    })
    .await;

    run.check("SetDeletionProtection by ARN and by KeyId keeps the key from deletion", async || {
        let key = run.key(json!({})).await?;
        for (name, value) in [("ProtectedResourceArn", &key.arn), ("KeyId", &key.id)] {
            let on = json!({ name: value, "EnableDeletionProtection": "True", "DeletionProtectionDescription": "in use" });
            run.done("SetDeletionProtection", on).await?;
            let told = json!({ "DeletionProtection": "Enabled", "DeletionProtectionDescription": "in use" });
            check_fields(&run.describe(&key.id).await?, told)?;
            run.refused("Rejected.StateModifiedFailed", "ScheduleKeyDeletion", json!({ "KeyId": key.id })).await?;
            run.done("SetDeletionProtection", json!({ name: value, "EnableDeletionProtection": false })).await?;
            check_fields(&run.describe(&key.id).await?, json!({ "DeletionProtection": "Disabled" }))?;
        }
        let words = json!({ "KeyId": key.id, "EnableDeletionProtection": "yes" });
        run.invalid("EnableDeletionProtection", "SetDeletionProtection", words).await?;
        let unknown = json!({ "ProtectedResourceArn": key.arn.replace(&key.id, UNKNOWN), "EnableDeletionProtection": true });
        run.refused("Forbidden.KeyNotFound", "SetDeletionProtection", unknown).await?;
        run.drop(&key).await
    })
    .await;

    run.check("DescribeKeyVersion and ListKeyVersions, by id and by alias", async || {
        let key = run.key(json!({})).await?;
        let other = run.key(json!({})).await?;
        let alias = format!("alias/{}-versions", run.tag);
        run.done("CreateAlias", json!({ "AliasName": alias, "KeyId": key.id })).await?;
        let version = json!({ "KeyId": key.id, "KeyVersionId": key.version, "CreationDate": key.metadata["CreationDate"] });
        for name in [&key.id, &alias] {
            let seen = run.ok("DescribeKeyVersion", json!({ "KeyId": name, "KeyVersionId": key.version })).await?;
            same(seen, json!({ "KeyVersion": version }), "DescribeKeyVersion")?;
            let listed = run.ok("ListKeyVersions", json!({ "KeyId": name })).await?;
            let whole = json!({ "KeyVersions": { "KeyVersion": [version] }, "TotalCount": 1, "PageNumber": 1, "PageSize": 10 });
            same(listed, whole, "ListKeyVersions")?;
        }
        let past = run.ok("ListKeyVersions", json!({ "KeyId": key.id, "PageNumber": 2, "PageSize": 5 })).await?;
        let empty = json!({ "KeyVersions": { "KeyVersion": [] }, "TotalCount": 1, "PageNumber": 2, "PageSize": 5 });
        same(past, empty, "past the end")?;
        run.done("DeleteAlias", json!({ "AliasName": alias })).await?;
        for wrong in [UNKNOWN, &other.version] {
            let asked = json!({ "KeyId": key.id, "KeyVersionId": wrong });
            run.refused("Forbidden.KeyVersionNotFound", "DescribeKeyVersion", asked).await?;
        }
        let asked = json!({ "KeyId": UNKNOWN, "KeyVersionId": key.version });
        run.refused("Forbidden.KeyNotFound", "DescribeKeyVersion", asked).await?;
        run.refused("Forbidden.KeyNotFound", "ListKeyVersions", json!({ "KeyId": UNKNOWN })).await?;
        run.drop(&key).await?;
        run.drop(&other).await
    })
    .await;
}
