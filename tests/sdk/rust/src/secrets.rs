//! Secrets: CreateSecret, DescribeSecret, ListSecrets, UpdateSecret, DeleteSecret, RestoreSecret;
//! their tags and policies, and the policies of keys.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::kit::{Outcome, Run, SPECIAL, UNKNOWN, ensure, items, same, text, with};
use crate::pairs::{SIGN, new_pair};

/// The rotation fields of a secret that the service cannot rotate.
pub const DESCRIBED: [&str; 6] =
    ["Arn", "CreateTime", "Description", "SecretName", "SecretType", "UpdateTime"];
const POLICY: &str = r#"{"Version":"1","Statement":[]}"#;
const DAY: i64 = 86_400;

/// A new secret with this name and these parameters.
pub async fn make(run: &Run<'_>, name: &str, more: Value) -> Outcome<Value> {
    let asked = json!({ "SecretName": name, "SecretData": "first", "VersionId": "v1" });
    run.ok("CreateSecret", with(&asked, more)).await
}

pub async fn value(run: &Run<'_>, name: &str, more: Value) -> Outcome<Value> {
    run.ok("GetSecretValue", with(&json!({ "SecretName": name }), more)).await
}

pub async fn describe(run: &Run<'_>, name: &str) -> Outcome<Value> {
    run.ok("DescribeSecret", json!({ "SecretName": name, "FetchTags": false })).await
}

/// Deletes a secret by force, but also sends a window, like one of the clients.
pub async fn drop(run: &Run<'_>, name: &str) -> Outcome {
    let force = json!({ "ForceDeleteWithoutRecovery": true, "RecoveryWindowInDays": 30 });
    let told = run.ok("DeleteSecret", with(&json!({ "SecretName": name }), force)).await?;
    same(text(&told, "SecretName")?, name, "SecretName")?;
    run.refused("Forbidden.ResourceNotFound", "DescribeSecret", json!({ "SecretName": name }))
        .await?;
    Ok(())
}

/// Exactly these fields.
pub fn fields(of: &Value, names: &[&str], more: &[&str]) -> Outcome {
    let told: Vec<&str> =
        of.as_object().into_iter().flat_map(|all| all.keys()).map(String::as_str).collect();
    let mut wanted = [names, more].concat();
    wanted.sort_unstable();
    let mut told = told;
    told.sort_unstable();
    same(told, wanted, "fields")
}

/// Whether a time is this many seconds from now, within a minute.
pub fn near(of: &Value, name: &str, seconds: i64) -> Outcome {
    let time = text(of, name)?;
    let at =
        OffsetDateTime::parse(time, &Rfc3339).map_err(|error| format!("{name} {time}: {error}"))?;
    let away = at.unix_timestamp() - OffsetDateTime::now_utc().unix_timestamp() - seconds;
    ensure!(away.abs() < 60, "{name} is {time}, {away} seconds away from what was expected");
    Ok(())
}

async fn plain(run: &Run<'_>) -> Outcome {
    let name = format!("{}/plain", run.tag);
    let made = make(run, &name, json!({})).await?;
    let arn = text(&made, "Arn")?;
    ensure!(
        arn.starts_with("acs:kms:cn-hangzhou:") && arn.ends_with(&format!(":secret/{name}")),
        "{arn}"
    );
    let wanted =
        json!({ "Arn": arn, "SecretName": name, "VersionId": "v1", "SecretType": "Generic" });
    same(&made, &wanted, "CreateSecret")?;
    let seen = describe(run, &name).await?;
    fields(&seen, &DESCRIBED, &[])?;
    near(&seen, "CreateTime", 0)?;
    same(&seen["UpdateTime"], &seen["CreateTime"], "UpdateTime")?;
    let asked = json!({ "SecretName": name, "SecretData": "x", "VersionId": "v1" });
    run.refused("Rejected.ResourceExist", "CreateSecret", asked).await?;
    drop(run, &name).await
}

async fn full(run: &Run<'_>) -> Outcome {
    let (name, key) = (format!("{}/full", run.tag), run.key(json!({})).await?);
    let asked = json!({
        "SecretData": SPECIAL, "SecretDataType": "text", "SecretType": "Generic", "Description": SPECIAL,
        "EncryptionKeyId": key.id, "Tags": r#"[{"TagKey":"Team","TagValue":"blue moon"}]"#, "Policy": POLICY,
        "DKMSInstanceId": "kst-rust", "EnableAutomaticRotation": true, "RotationInterval": "7d",
    });
    make(run, &name, asked).await?;
    let seen = run.ok("DescribeSecret", json!({ "SecretName": name, "FetchTags": true })).await?;
    fields(&seen, &DESCRIBED, &["EncryptionKeyId", "DKMSInstanceId", "Tags"])?;
    let tags = json!({ "Tag": [{ "TagKey": "Team", "TagValue": "blue moon" }] });
    for (field, wanted) in
        [("Description", json!(SPECIAL)), ("EncryptionKeyId", json!(key.id)), ("Tags", tags)]
    {
        same(&seen[field], &wanted, field)?;
    }
    same(text(&value(run, &name, json!({})).await?, "SecretData")?, SPECIAL, "SecretData")?;
    for (out, back, code) in [
        ("DisableKey", "EnableKey", "Rejected.Disabled"),
        ("ScheduleKeyDeletion", "CancelKeyDeletion", "Rejected.PendingDeletion"),
    ] {
        run.done(out, json!({ "KeyId": key.id })).await?;
        run.refused(code, "GetSecretValue", json!({ "SecretName": name })).await?;
        let put = json!({ "SecretName": name, "SecretData": "x", "VersionId": "v2" });
        run.refused(code, "PutSecretValue", put).await?;
        run.done(back, json!({ "KeyId": key.id })).await?;
    }
    same(text(&value(run, &name, json!({})).await?, "SecretData")?, SPECIAL, "SecretData")?;
    drop(run, &name).await?;
    run.drop(&key).await
}

async fn create_refuses(run: &Run<'_>) -> Outcome {
    let name = format!("{}/wrong", run.tag);
    let asked = json!({ "SecretName": name, "SecretData": "x", "VersionId": "v1" });
    for (parameter, wrong) in [
        ("SecretName", "a b".to_owned()),
        ("SecretName", "acs/mine".to_owned()),
        ("SecretName", "x".repeat(193)),
        ("VersionId", "v".repeat(65)),
        ("SecretDataType", "bytes".to_owned()),
        ("SecretType", "Oracle".to_owned()),
        ("Tags", "{}".to_owned()),
        ("Policy", "[]".to_owned()),
    ] {
        run.invalid(parameter, "CreateSecret", with(&asked, json!({ parameter: wrong }))).await?;
    }
    let (pair, _) = new_pair(run, "EC_P256", SIGN).await?;
    for (code, key) in [
        ("Forbidden.KeyNotFound", UNKNOWN),
        ("Forbidden.AliasNotFound", "alias/rust/no-such-key"),
        ("UnsupportedOperation", &pair.id),
    ] {
        run.refused(code, "CreateSecret", with(&asked, json!({ "EncryptionKeyId": key }))).await?;
    }
    run.refused("Forbidden.ResourceNotFound", "DescribeSecret", json!({ "SecretName": name }))
        .await?;
    run.drop(&pair).await
}

async fn list(run: &Run<'_>) -> Outcome {
    let (one, two) = (format!("{}/listed-1", run.tag), format!("{}/listed-2", run.tag));
    make(run, &one, json!({ "Description": format!("one of {}", run.tag) })).await?;
    make(
        run,
        &two,
        json!({ "Tags": json!([{ "TagKey": run.tag, "TagValue": "yes" }]).to_string() }),
    )
    .await?;
    let filter = |name: &str, value: &str| json!({ "Key": name, "Values": [value] });
    let of = format!("one of {}", run.tag);
    for (filters, wanted) in [
        (json!([{ "Key": "SecretName", "Values": [one, two] }]), vec![&one, &two]),
        (json!([filter("SecretName", &run.tag)]), vec![]),
        (json!([filter("Description", &of)]), vec![&one]),
        (json!([filter("TagKey", &run.tag)]), vec![&two]),
    ] {
        let body = run
            .ok("ListSecrets", json!({ "Filters": filters.to_string(), "FetchTags": true }))
            .await?;
        let found = items(&body, "SecretList", "Secret")?;
        let mut names =
            found.iter().map(|one| text(one, "SecretName")).collect::<Outcome<Vec<_>>>()?;
        names.sort_unstable();
        same(names, wanted, &filters.to_string())?;
        same(&body["TotalCount"], &json!(found.len()), "TotalCount")?;
        for secret in found {
            fields(secret, &["CreateTime", "SecretName", "SecretType", "UpdateTime"], &["Tags"])?;
        }
    }
    let page = run.ok("ListSecrets", json!({ "PageNumber": 2, "PageSize": 1 })).await?;
    same(items(&page, "SecretList", "Secret")?.len(), 1, "secrets on a page")?;
    let beyond = run.ok("ListSecrets", json!({ "PageNumber": 100, "PageSize": 100 })).await?;
    same(&beyond["SecretList"], &json!({ "Secret": [] }), "SecretList past the last page")?;
    let wrong = json!({ "Filters": r#"[{"Key":"KeyState","Values":["Enabled"]}]"# });
    run.invalid("Filters", "ListSecrets", wrong).await?;
    // The document allows one property.
    let two_keys = json!([filter("TagKey", &run.tag), filter("TagValue", "yes")]).to_string();
    run.invalid("Filters", "ListSecrets", json!({ "Filters": two_keys })).await?;
    run.invalid("PageSize", "ListSecrets", json!({ "PageSize": 101 })).await?;
    drop(run, &one).await?;
    drop(run, &two).await
}

async fn delete(run: &Run<'_>) -> Outcome {
    let name = format!("{}/deleted", run.tag);
    let named = json!({ "SecretName": name });
    make(run, &name, json!({})).await?;
    for (window, days) in [(Value::Null, 30), (json!(7), 7)] {
        let asked = with(&named, json!({ "RecoveryWindowInDays": window }));
        let told = run.ok("DeleteSecret", asked).await?;
        ensure!(text(&told, "PlannedDeleteTime")?.ends_with("+08:00"), "{told}");
        near(&told, "PlannedDeleteTime", days * DAY)?;
        let seen = describe(run, &name).await?;
        fields(&seen, &DESCRIBED, &["PlannedDeleteTime"])?;
        ensure!(text(&seen, "PlannedDeleteTime")?.len() == "2020-03-21T15:45:12Z".len(), "{seen}");
        near(&seen, "PlannedDeleteTime", days * DAY)?;
        for (action, more) in [
            ("GetSecretValue", json!({})),
            ("PutSecretValue", json!({ "SecretData": "x", "VersionId": "v2" })),
            ("CreateSecret", json!({ "SecretData": "x", "VersionId": "v1" })),
            ("UpdateSecret", json!({ "Description": "x" })),
            ("UpdateSecretVersionStage", json!({ "VersionStage": "mine", "MoveToVersion": "v1" })),
            ("RotateSecret", json!({ "VersionId": "v2" })),
            ("DeleteSecret", json!({})),
        ] {
            run.refused("Rejected.ResourceInDeleteWindow", action, with(&named, more)).await?;
        }
        same(run.ok("RestoreSecret", named.clone()).await?, named.clone(), "RestoreSecret")?;
        same(text(&value(run, &name, json!({})).await?, "SecretData")?, "first", "SecretData")?;
    }
    run.refused("Rejected.ResourceInUse", "RestoreSecret", named.clone()).await?;
    for days in ["6", "31", "x"] {
        let asked = with(&named, json!({ "RecoveryWindowInDays": days }));
        run.invalid("RecoveryWindowInDays", "DeleteSecret", asked).await?;
    }
    drop(run, &name).await?;
    for action in ["DeleteSecret", "RestoreSecret", "GetSecretValue", "UpdateSecret"] {
        run.refused("Forbidden.ResourceNotFound", action, named.clone()).await?;
    }
    Ok(())
}

async fn tags(run: &Run<'_>) -> Outcome {
    let name = format!("{}/tagged", run.tag);
    make(run, &name, json!({})).await?;
    let two = r#"[{"TagKey":"Project","TagValue":"blue"},{"TagKey":"Owner","TagValue":"me"}]"#;
    run.done("TagResource", json!({ "SecretName": name, "Tags": two })).await?;
    run.done("UntagResource", json!({ "SecretName": name, "TagKeys": r#"["Owner"]"# })).await?;
    let of = json!({ "RegionId": "cn-hangzhou", "ResourceType": "secret", "ResourceId.1": name });
    run.done("TagResources", with(&of, json!({ "Tag.1.Key": "Stage", "Tag.1.Value": "test" })))
        .await?;
    let seen = run.ok("DescribeSecret", json!({ "SecretName": name, "FetchTags": true })).await?;
    let wanted = json!([{ "TagKey": "Project", "TagValue": "blue" }, { "TagKey": "Stage", "TagValue": "test" }]);
    same(&seen["Tags"]["Tag"], &wanted, "Tags")?;
    let listed = run.ok("ListTagResources", of.clone()).await?;
    same(items(&listed, "TagResources", "TagResource")?.len(), 2, "tags")?;
    run.done("UntagResources", with(&of, json!({ "All": true }))).await?;
    let listed = run.ok("ListTagResources", of.clone()).await?;
    same(&listed["TagResources"], &json!({ "TagResource": [] }), "TagResources")?;
    let nobody = with(&of, json!({ "ResourceId.2": "rust/nowhere", "Tag.1.Key": "a" }));
    run.refused("InvalidResourceId.NotFound", "TagResources", nobody).await?;
    let nobody = json!({ "SecretName": "rust/nowhere", "Tags": two });
    run.refused("Forbidden.ResourceNotFound", "TagResource", nobody).await?;
    drop(run, &name).await
}

async fn policies(run: &Run<'_>) -> Outcome {
    let (name, key) = (format!("{}/policy", run.tag), run.key(json!({})).await?);
    make(run, &name, json!({})).await?;
    for (set, get, of) in [
        ("SetSecretPolicy", "GetSecretPolicy", json!({ "SecretName": name })),
        ("SetKeyPolicy", "GetKeyPolicy", json!({ "KeyId": key.id })),
    ] {
        let default = run.ok(get, of.clone()).await?;
        ensure!(text(&default, "Policy")?.starts_with(r#"{"Version":"1""#), "{default}");
        run.done(set, with(&of, json!({ "Policy": POLICY }))).await?;
        let told = run.ok(get, with(&of, json!({ "PolicyName": "default" }))).await?;
        same(told, json!({ "Policy": POLICY }), get)?;
        run.invalid("Policy", set, with(&of, json!({ "Policy": "x" }))).await?;
        let other = with(&of, json!({ "Policy": POLICY, "PolicyName": "mine" }));
        for action in [set, get] {
            let told =
                run.refused_with("Forbidden.ResourceNotFound", action, other.clone()).await?;
            same(told, "Policy not found.", action)?;
        }
    }
    run.refused("Forbidden.KeyNotFound", "GetKeyPolicy", json!({ "KeyId": UNKNOWN })).await?;
    let nobody = json!({ "SecretName": "rust/nowhere", "Policy": POLICY });
    run.refused("Forbidden.ResourceNotFound", "SetSecretPolicy", nobody).await?;
    drop(run, &name).await?;
    run.drop(&key).await
}

pub async fn drive(run: &Run<'_>) {
    run.check("CreateSecret answers names, and DescribeSecret no more than it may", async || {
        plain(run).await
    })
    .await;
    run.check("CreateSecret with every parameter, as good as its key", async || full(run).await)
        .await;
    run.check("CreateSecret refuses wrong values and keys that do not fit", async || {
        create_refuses(run).await
    })
    .await;
    run.check("ListSecrets by filters, with tags and page by page", async || list(run).await).await;
    run.check("UpdateSecret sets the description", async || {
        let name = format!("{}/updated", run.tag);
        make(run, &name, json!({})).await?;
        let asked = json!({ "SecretName": name, "Description": SPECIAL });
        same(run.ok("UpdateSecret", asked).await?, json!({ "SecretName": name }), "UpdateSecret")?;
        same(text(&describe(run, &name).await?, "Description")?, SPECIAL, "Description")?;
        let custom = json!({ "SecretName": name, "ExtendedConfig.CustomData": r#"{"a":"b"}"# });
        run.refused("Rejected.UnsupportedOperation", "UpdateSecret", custom).await?;
        drop(run, &name).await
    })
    .await;
    run.check("DeleteSecret waits, RestoreSecret brings back", async || delete(run).await).await;
    run.check("secrets carry tags, by both families", async || tags(run).await).await;
    run.check("policies of secrets and keys are kept", async || policies(run).await).await;
}
