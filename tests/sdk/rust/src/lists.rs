//! ListKeys: paging and every documented filter.

use std::collections::BTreeMap;

use serde_json::json;

use crate::kit::{Key, Outcome, Run, ensure, items, same, text};

/// The ARN by id of every key that the filters select.
async fn all(run: &Run<'_>, filters: Option<&str>) -> Outcome<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for page in 1.. {
        let body = run
            .ok("ListKeys", json!({ "PageNumber": page, "PageSize": 7, "Filters": filters }))
            .await?;
        let keys = items(&body, "Keys", "Key")?;
        let told = json!({ "Keys": { "Key": keys }, "TotalCount": body["TotalCount"], "PageNumber": page, "PageSize": 7 });
        same(&body, &told, "ListKeys")?;
        ensure!(body["TotalCount"].is_u64(), "TotalCount is no number in {body}");
        for key in keys {
            let twice =
                found.insert(text(key, "KeyId")?.to_owned(), text(key, "KeyArn")?.to_owned());
            ensure!(twice.is_none(), "listed twice: {key}");
        }
        if keys.len() < 7 {
            same(body["TotalCount"].as_u64(), u64::try_from(found.len()).ok(), "TotalCount")?;
            break;
        }
    }
    Ok(found)
}

/// Filters, and the names of the keys that they select.
const CASES: [(&str, &[&str]); 13] = [
    (r#"[{"Key":"KeyState","Values":["Enabled"]}]"#, &["hsm", "plain", "service", "sm4"]),
    (
        r#"[{"Key":"KeyState","Values":["Enabled","Disabled"]}]"#,
        &["disabled", "hsm", "plain", "service", "sm4"],
    ),
    (r#"[{"Key":"KeyState","Values":["PendingDeletion"]}]"#, &["deleted"]),
    (r#"[{"Key":"KeyState","Values":["PendingImport"]}]"#, &["external"]),
    (r#"[{"Key":"KeySpec","Values":["Aliyun_SM4"]}]"#, &["sm4"]),
    (
        r#"[{"Key":"KeyUsage","Values":["ENCRYPT/DECRYPT"]}]"#,
        &["deleted", "disabled", "external", "hsm", "plain", "service", "sm4"],
    ),
    (r#"[{"Key":"KeyUsage","Values":["SIGN/VERIFY"]}]"#, &[]),
    (r#"[{"Key":"ProtectionLevel","Values":["HSM"]}]"#, &["hsm"]),
    (
        r#"[{"Key":"ProtectionLevel","Values":["SOFTWARE"]}]"#,
        &["deleted", "disabled", "external", "plain", "service", "sm4"],
    ),
    (
        r#"[{"Key":"CreatorType","Values":["User"]}]"#,
        &["deleted", "disabled", "external", "hsm", "plain", "sm4"],
    ),
    (r#"[{"Key":"CreatorType","Values":["Service"]}]"#, &["service"]),
    (
        r#"[{"Key":"KeyState","Values":["Enabled"]},{"Key":"KeyState","Values":["PendingDeletion"]},{"Key":"KeySpec","Values":["Aliyun_AES_256"]}]"#,
        &["deleted", "hsm", "plain", "service"],
    ),
    (
        r#"[{"Key":"KeyState","Values":["Disabled"]},{"Key":"KeySpec","Values":["Aliyun_SM4"]}]"#,
        &[],
    ),
];

pub async fn drive(run: &Run<'_>) {
    let mut keys: BTreeMap<&str, Key> = BTreeMap::new();
    run.check("keys of several kinds", async || {
        for (name, params) in [
            ("plain", json!({})),
            ("disabled", json!({})),
            ("deleted", json!({})),
            ("external", json!({ "Origin": "EXTERNAL" })),
            ("sm4", json!({ "KeySpec": "Aliyun_SM4" })),
            ("hsm", json!({ "ProtectionLevel": "HSM" })),
        ] {
            keys.insert(name, run.key(params).await?);
        }
        run.done("DisableKey", json!({ "KeyId": keys["disabled"].id })).await?;
        run.drop(&keys["deleted"]).await?;
        keys.insert("service", run.describe("alias/acs/mse").await?);
        Ok(())
    })
    .await;
    if keys.len() < 7 {
        return;
    }

    run.check("ListKeys pages through all keys, each once", async || {
        let listed = all(run, None).await?;
        for key in keys.values() {
            same(listed.get(&key.id), Some(&key.arn), "KeyArn")?;
        }
        let first = run.ok("ListKeys", json!({})).await?;
        same((&first["PageNumber"], &first["PageSize"]), (&json!(1), &json!(10)), "defaults")?;
        let past = run.ok("ListKeys", json!({ "PageNumber": 10000, "PageSize": 100 })).await?;
        let empty = json!({ "Keys": { "Key": [] }, "TotalCount": listed.len(), "PageNumber": 10000, "PageSize": 100 });
        same(past, empty, "past the end")
    })
    .await;

    for (filters, expected) in CASES {
        run.check(&format!("ListKeys {filters}"), async || {
            let listed = all(run, Some(filters)).await?;
            let passed: Vec<&str> = keys
                .iter()
                .filter(|(_, key)| listed.contains_key(&key.id))
                .map(|(name, _)| *name)
                .collect();
            same(passed, expected, "keys that pass")
        })
        .await;
    }

    run.check("lists refuse wrong pages, sizes and filters", async || {
        let id = &keys["plain"].id;
        for action in ["ListKeys", "ListAliases", "ListAliasesByKeyId", "ListKeyVersions"] {
            for page in ["0", "-1", "one"] {
                run.invalid("PageNumber", action, json!({ "KeyId": id, "PageNumber": page }))
                    .await?;
            }
            for size in ["102", "-1", "ten"] {
                run.invalid("PageSize", action, json!({ "KeyId": id, "PageSize": size })).await?;
            }
        }
        for size in [0, 101] {
            run.invalid("PageSize", "ListKeys", json!({ "PageSize": size })).await?;
        }
        for wrong in [
            "x",
            "{}",
            r#"[{"Key":"KeyState","Values":"Enabled"}]"#,
            r#"[{"Key":"Colour","Values":["red"]}]"#,
        ] {
            run.invalid("Filters", "ListKeys", json!({ "Filters": wrong })).await?;
        }
        Ok(())
    })
    .await;

    run.check("the keys of the lists are scheduled for deletion", async || {
        for (_, key) in keys.iter().filter(|(name, _)| !["deleted", "service"].contains(name)) {
            run.drop(key).await?;
        }
        Ok(())
    })
    .await;
}
