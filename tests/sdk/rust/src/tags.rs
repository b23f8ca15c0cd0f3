//! Both families of tags: TagResource, UntagResource, ListResourceTags, with JSON values;
//! TagResources, UntagResources, ListTagResources, with flat lists.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::kit::{Outcome, Run, UNKNOWN, ensure, items, same, text};

const OLDER: &str = r#"[{"TagKey":"Project","TagValue":"Test"},{"TagKey":"a b/c_d-e.f+g=h:i@j","TagValue":"v w/x"}]"#;

/// Parameters of the newer family: these resources, and further ones.
fn resources(ids: &[&str], more: Value) -> Value {
    let mut params = json!({ "RegionId": "cn-hangzhou", "ResourceType": "key" });
    for (index, id) in ids.iter().enumerate() {
        params[format!("ResourceId.{}", index + 1)] = json!(id);
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        params[name] = value.clone();
    }
    params
}

/// The tags of a key as `key=value`, by the older action.
async fn older(run: &Run<'_>, id: &str) -> Outcome<BTreeSet<String>> {
    let body = run.ok("ListResourceTags", json!({ "KeyId": id })).await?;
    let mut found = BTreeSet::new();
    for tag in items(&body, "Tags", "Tag")? {
        let (key, value) = (text(tag, "TagKey")?, text(tag, "TagValue")?);
        same(tag, &json!({ "KeyId": id, "TagKey": key, "TagValue": value }), "Tag")?;
        found.insert(format!("{key}={value}"));
    }
    Ok(found)
}

/// The tags as `id key=value`, by the newer action.
async fn newer(run: &Run<'_>, params: Value) -> Outcome<BTreeSet<String>> {
    let body = run.ok("ListTagResources", params).await?;
    ensure!(body["NextToken"].as_str().unwrap_or("").is_empty(), "all on one page: {body}");
    let mut found = BTreeSet::new();
    for tag in items(&body, "TagResources", "TagResource")? {
        let (id, key, value) =
            (text(tag, "ResourceId")?, text(tag, "TagKey")?, text(tag, "TagValue")?);
        let whole =
            json!({ "ResourceId": id, "ResourceType": "key", "TagKey": key, "TagValue": value });
        same(tag, &whole, "TagResource")?;
        found.insert(format!("{id} {key}={value}"));
    }
    Ok(found)
}

fn set<const N: usize>(lines: [&str; N]) -> BTreeSet<String> {
    lines.map(str::to_owned).into()
}

pub async fn drive(run: &Run<'_>) {
    run.check("a key without tags keeps the wrappers", async || {
        let key = run.key(json!({})).await?;
        same(
            run.ok("ListResourceTags", json!({ "KeyId": key.id })).await?,
            json!({ "Tags": { "Tag": [] } }),
            "older",
        )?;
        same(newer(run, resources(&[&key.id], json!({}))).await?, set([]), "newer")?;
        run.drop(&key).await
    })
    .await;

    run.check("TagResource adds and replaces, UntagResource removes", async || {
        let key = run.key(json!({})).await?;
        run.done("TagResource", json!({ "KeyId": key.id, "Tags": OLDER })).await?;
        same(
            older(run, &key.id).await?,
            set(["Project=Test", "a b/c_d-e.f+g=h:i@j=v w/x"]),
            "tagged",
        )?;
        run.done(
            "TagResource",
            json!({ "KeyId": key.id, "Tags": r#"[{"TagKey":"Project","TagValue":"Changed"}]"# }),
        )
        .await?;
        same(
            older(run, &key.id).await?,
            set(["Project=Changed", "a b/c_d-e.f+g=h:i@j=v w/x"]),
            "replaced",
        )?;
        run.done(
            "UntagResource",
            json!({ "KeyId": key.id, "TagKeys": r#"["a b/c_d-e.f+g=h:i@j","never-was"]"# }),
        )
        .await?;
        same(older(run, &key.id).await?, set(["Project=Changed"]), "removed")?;
        run.drop(&key).await
    })
    .await;

    run.check("TagResource and its kin refuse an unknown key and wrong values", async || {
        let key = run.key(json!({})).await?;
        run.refused(
            "Forbidden.KeyNotFound",
            "TagResource",
            json!({ "KeyId": UNKNOWN, "Tags": OLDER }),
        )
        .await?;
        run.refused(
            "Forbidden.KeyNotFound",
            "UntagResource",
            json!({ "KeyId": UNKNOWN, "TagKeys": "[\"a\"]" }),
        )
        .await?;
        run.refused("Forbidden.KeyNotFound", "ListResourceTags", json!({ "KeyId": UNKNOWN }))
            .await?;
        for wrong in ["x", "{}", r#"[{"TagKey":1}]"#] {
            run.invalid("Tags", "TagResource", json!({ "KeyId": key.id, "Tags": wrong })).await?;
        }
        for (code, wrong) in [
            ("InvalidParameter.TagKey", r#"[{"TagKey":"aliyun.a","TagValue":"b"}]"#),
            ("InvalidParameter.TagKey", r#"[{"TagKey":"acs:a","TagValue":"b"}]"#),
            ("InvalidParameter.TagValue", r#"[{"TagKey":"a","TagValue":"b*c"}]"#),
            (
                "Duplicate.TagKey",
                r#"[{"TagKey":"a","TagValue":"b"},{"TagKey":"a","TagValue":"c"}]"#,
            ),
        ] {
            run.refused(code, "TagResource", json!({ "KeyId": key.id, "Tags": wrong })).await?;
        }
        run.invalid("TagKeys", "UntagResource", json!({ "KeyId": key.id, "TagKeys": "x" })).await?;
        run.drop(&key).await
    })
    .await;

    run.check("TagResources tags several keys at once, seen by both families", async || {
        let (one, two) = (run.key(json!({})).await?, run.key(json!({})).await?);
        let tags =
            json!({ "Tag.1.Key": "env", "Tag.1.Value": run.tag, "Tag.2.Key": "team", "Tag.2.Value": "a" });
        run.done("TagResources", resources(&[&one.id, &two.id], tags)).await?;
        let env = format!("env={}", run.tag);
        let mut wanted = BTreeSet::new();
        for key in [&one, &two] {
            same(older(run, &key.id).await?, set([&env, "team=a"]), "by the older list")?;
            wanted.extend([format!("{} {env}", key.id), format!("{} team=a", key.id)]);
        }
        same(newer(run, resources(&[&one.id, &two.id], json!({}))).await?, wanted, "by the newer list")?;
        let found = newer(run, resources(&[], json!({ "Tag.1.Key": "env", "Tag.1.Value": run.tag }))).await?;
        let found: BTreeSet<_> = found.iter().filter_map(|line| line.split(' ').next()).collect();
        same(found, BTreeSet::from([one.id.as_str(), two.id.as_str()]), "found by tag")?;

        run.done("UntagResources", resources(&[&one.id], json!({ "TagKey.1": "env" }))).await?;
        same(older(run, &one.id).await?, set(["team=a"]), "one tag taken off")?;
        run.done("UntagResources", resources(&[&one.id, &two.id], json!({ "All": "true" }))).await?;
        same(newer(run, resources(&[&one.id, &two.id], json!({}))).await?, set([]), "all tags taken off")?;
        run.drop(&one).await?;
        run.drop(&two).await
    })
    .await;

    run.check("TagResources and its kin refuse unknown keys and wrong types", async || {
        let key = run.key(json!({})).await?;
        let tag = json!({ "Tag.1.Key": "a", "Tag.1.Value": "b" });
        run.refused("InvalidResourceId.NotFound", "TagResources", resources(&[&key.id, UNKNOWN], tag))
            .await?;
        let untag = resources(&[UNKNOWN], json!({ "TagKey.1": "a" }));
        run.refused("InvalidResourceId.NotFound", "UntagResources", untag).await?;
        let bucket =
            json!({ "ResourceType": "bucket", "Tag.1.Key": "a", "Tag.1.Value": "b", "TagKey.1": "a" });
        for action in ["TagResources", "UntagResources", "ListTagResources"] {
            run.invalid("ResourceType", action, resources(&[&key.id], bucket.clone())).await?;
        }
        same(older(run, &key.id).await?, set([]), "nothing half done")?;
        run.drop(&key).await
    })
    .await;
}
