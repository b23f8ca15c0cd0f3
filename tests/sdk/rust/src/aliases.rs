//! CreateAlias, UpdateAlias, DeleteAlias, ListAliases, ListAliasesByKeyId.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::kit::{Key, Outcome, Run, UNKNOWN, ensure, items, same, text};

fn entry(alias: &str, key: &Key) -> Outcome<String> {
    let creator = text(&key.metadata, "Creator")?;
    let arn = format!("acs:kms:cn-hangzhou:{creator}:{alias}");
    Ok(json!({ "AliasName": alias, "KeyId": key.id, "AliasArn": arn }).to_string())
}

async fn total(run: &Run<'_>, action: &str, params: Value) -> Outcome<u64> {
    let body = run.ok(action, params).await?;
    body["TotalCount"].as_u64().ok_or_else(|| format!("TotalCount is no number in {body}"))
}

pub async fn drive(run: &Run<'_>) {
    let name = |end: &str| format!("alias/{}-{end}", run.tag);

    run.check("aliases are listed by key, page by page", async || {
        let key = run.key(json!({})).await?;
        let none = run.ok("ListAliasesByKeyId", json!({ "KeyId": key.id })).await?;
        let empty = json!({ "Aliases": { "Alias": [] }, "TotalCount": 0, "PageNumber": 1, "PageSize": 10 });
        same(none, empty, "a key without aliases")?;
        let before = total(run, "ListAliases", json!({})).await?;
        let mut wanted = BTreeSet::new();
        for end in ["a", "b", "c"] {
            run.done("CreateAlias", json!({ "AliasName": name(end), "KeyId": key.id })).await?;
            wanted.insert(entry(&name(end), &key)?);
        }
        let mut seen = BTreeSet::new();
        for (page, count) in [(1, 2), (2, 1), (3, 0)] {
            let body = run
                .ok("ListAliasesByKeyId", json!({ "KeyId": key.id, "PageNumber": page, "PageSize": 2 }))
                .await?;
            let listed = items(&body, "Aliases", "Alias")?;
            same(listed.len(), count, "items on the page")?;
            seen.extend(listed.iter().map(Value::to_string));
            let told =
                json!({ "Aliases": { "Alias": listed }, "TotalCount": 3, "PageNumber": page, "PageSize": 2 });
            same(&body, &told, "ListAliasesByKeyId")?;
        }
        same(&seen, &wanted, "aliases of the key")?;

        same(total(run, "ListAliases", json!({})).await?, before + 3, "TotalCount of ListAliases")?;
        let mut all = BTreeSet::new();
        for page in 1.. {
            let body = run.ok("ListAliases", json!({ "PageNumber": page, "PageSize": 100 })).await?;
            let listed = items(&body, "Aliases", "Alias")?;
            if listed.is_empty() {
                break;
            }
            all.extend(listed.iter().map(Value::to_string));
        }
        ensure!(wanted.is_subset(&all), "{wanted:?} not all in {all:?}");
        for end in ["a", "b", "c"] {
            run.done("DeleteAlias", json!({ "AliasName": name(end) })).await?;
        }
        same(total(run, "ListAliases", json!({})).await?, before, "TotalCount of ListAliases")?;
        run.drop(&key).await
    })
    .await;

    run.check("CreateAlias refuses a taken name, a bad name and an unknown key", async || {
        let (one, two) = (run.key(json!({})).await?, run.key(json!({})).await?);
        run.done("CreateAlias", json!({ "AliasName": name("taken"), "KeyId": one.id })).await?;
        for key in [&one, &two] {
            run.refused(
                "AliasAlreadyExists",
                "CreateAlias",
                json!({ "AliasName": name("taken"), "KeyId": key.id }),
            )
            .await?;
        }
        run.done("DeleteAlias", json!({ "AliasName": name("taken") })).await?;
        let long = format!("alias/{}", "x".repeat(250));
        for wrong in ["no-prefix", "alias/", "alias/acs/mine", &long] {
            run.invalid("AliasName", "CreateAlias", json!({ "AliasName": wrong, "KeyId": one.id }))
                .await?;
        }
        run.refused(
            "Forbidden.KeyNotFound",
            "CreateAlias",
            json!({ "AliasName": name("none"), "KeyId": UNKNOWN }),
        )
        .await?;
        run.drop(&one).await?;
        run.drop(&two).await
    })
    .await;

    run.check("UpdateAlias moves it to another key, and old ciphertext still opens", async || {
        let (one, two) = (run.key(json!({})).await?, run.key(json!({})).await?);
        let alias = name("moves");
        run.done("CreateAlias", json!({ "AliasName": alias, "KeyId": one.id })).await?;
        let sealed = run.ok("Encrypt", json!({ "KeyId": alias, "Plaintext": "old" })).await?;
        run.done("UpdateAlias", json!({ "AliasName": alias, "KeyId": two.id })).await?;
        same(&run.describe(&alias).await?.id, &two.id, "the alias's key")?;
        let opened =
            run.ok("Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await?;
        same(
            opened,
            json!({ "KeyId": one.id, "KeyVersionId": one.version, "Plaintext": "old" }),
            "Decrypt",
        )?;
        same(
            total(run, "ListAliasesByKeyId", json!({ "KeyId": one.id })).await?,
            0,
            "aliases of the first",
        )?;
        same(
            total(run, "ListAliasesByKeyId", json!({ "KeyId": two.id })).await?,
            1,
            "aliases of the second",
        )?;
        run.refused(
            "Forbidden.KeyNotFound",
            "UpdateAlias",
            json!({ "AliasName": alias, "KeyId": UNKNOWN }),
        )
        .await?;
        run.done("DeleteAlias", json!({ "AliasName": alias })).await?;
        run.refused(
            "Forbidden.AliasNotFound",
            "UpdateAlias",
            json!({ "AliasName": alias, "KeyId": one.id }),
        )
        .await?;
        run.drop(&one).await?;
        run.drop(&two).await
    })
    .await;

    run.check("actions that take no alias say so", async || {
        let key = run.key(json!({})).await?;
        let alias = name("unfit");
        run.done("CreateAlias", json!({ "AliasName": alias, "KeyId": key.id })).await?;
        let asked = json!({
            "KeyId": alias, "AliasName": alias, "Description": "d", "TagKeys": "[\"a\"]",
            "Tags": r#"[{"TagKey":"a","TagValue":"b"}]"#,
        });
        for action in [
            "EnableKey",
            "DisableKey",
            "ScheduleKeyDeletion",
            "CancelKeyDeletion",
            "UpdateKeyDescription",
            "CreateAlias",
            "UpdateAlias",
            "ListAliasesByKeyId",
            "TagResource",
            "UntagResource",
            "ListResourceTags",
        ] {
            run.refused("Unsupported.Alias", action, asked.clone()).await?;
        }
        run.done("DeleteAlias", json!({ "AliasName": alias })).await?;
        run.drop(&key).await
    })
    .await;

    run.check("DeleteAlias leaves the key, and refuses an unknown alias", async || {
        let key = run.key(json!({})).await?;
        run.done("CreateAlias", json!({ "AliasName": name("goes"), "KeyId": key.id })).await?;
        run.done("DeleteAlias", json!({ "AliasName": name("goes") })).await?;
        same(run.describe(&key.id).await?.state.as_str(), "Enabled", "state")?;
        run.refused("Forbidden.AliasNotFound", "DeleteAlias", json!({ "AliasName": name("goes") }))
            .await?;
        run.invalid("AliasName", "DeleteAlias", json!({ "AliasName": "no-prefix" })).await?;
        run.refused("Forbidden.KeyNotFound", "ListAliasesByKeyId", json!({ "KeyId": UNKNOWN }))
            .await?;
        run.drop(&key).await
    })
    .await;
}
