//! Values of secrets: GetSecretValue, PutSecretValue, UpdateSecretVersionStage,
//! ListSecretVersionIds, BatchGetSecretValue.

use serde_json::{Value, json};

use crate::kit::{Outcome, Run, SPECIAL, ensure, items, same, text, with};
use crate::secrets::{drop, fields, make, near, value};

/// The rotation fields of a value that the service cannot rotate.
pub const VALUE: [&str; 7] = [
    "CreateTime",
    "SecretData",
    "SecretDataType",
    "SecretName",
    "SecretType",
    "VersionId",
    "VersionStages",
];

async fn put(run: &Run<'_>, name: &str, data: &str, version: &str, more: Value) -> Outcome<Value> {
    let asked = json!({ "SecretName": name, "SecretData": data, "VersionId": version });
    run.ok("PutSecretValue", with(&asked, more)).await
}

async fn step(run: &Run<'_>, name: &str, stage: &str, more: Value) -> Outcome {
    let asked = json!({ "SecretName": name, "VersionStage": stage });
    let told = run.ok("UpdateSecretVersionStage", with(&asked, more)).await?;
    same(told, json!({ "SecretName": name }), "UpdateSecretVersionStage")
}

/// `version stage stage` of every listed version.
pub async fn staged(run: &Run<'_>, name: &str, more: Value) -> Outcome<Vec<String>> {
    let body = run.ok("ListSecretVersionIds", with(&json!({ "SecretName": name }), more)).await?;
    let mut lines = Vec::new();
    for version in items(&body, "VersionIds", "VersionId")? {
        fields(version, &["CreateTime", "VersionId", "VersionStages"], &[])?;
        near(version, "CreateTime", 0)?;
        let stages = items(version, "VersionStages", "VersionStage")?;
        let mut stages: Vec<_> = stages.iter().filter_map(Value::as_str).collect();
        stages.sort_unstable();
        lines.push([&[text(version, "VersionId")?][..], &stages].concat().join(" "));
    }
    Ok(lines)
}

async fn data(run: &Run<'_>, name: &str, more: Value) -> Outcome<String> {
    Ok(text(&value(run, name, more).await?, "SecretData")?.to_owned())
}

async fn texts_and_bytes(run: &Run<'_>) -> Outcome {
    for (at, kind, data) in [(1, "text", SPECIAL), (2, "binary", "AP/+dGV4dA==")] {
        let name = format!("{}/value-{at}", run.tag);
        make(run, &name, json!({ "SecretData": data, "SecretDataType": kind })).await?;
        for more in [
            json!({}),
            json!({ "VersionStage": "ACSCurrent" }),
            json!({ "FetchExtendedConfig": "True" }),
        ] {
            let told = value(run, &name, more).await?;
            fields(&told, &VALUE, &[])?;
            near(&told, "CreateTime", 0)?;
            let wanted = json!({
                "SecretName": name, "SecretType": "Generic", "SecretDataType": kind, "SecretData": data,
                "VersionId": "v1", "VersionStages": { "VersionStage": ["ACSCurrent"] },
                "CreateTime": told["CreateTime"],
            });
            same(told, wanted, "GetSecretValue")?;
        }
        let named = json!({ "SecretName": name });
        for more in [json!({ "VersionId": "v9" }), json!({ "VersionStage": "ACSPrevious" })] {
            run.refused("Forbidden.ResourceNotFound", "GetSecretValue", with(&named, more)).await?;
        }
        let asked = with(&named, json!({ "Recipient": "eA==" }));
        run.refused("UnsupportedOperation", "GetSecretValue", asked).await?;
        drop(run, &name).await?;
    }
    Ok(())
}

async fn put_moves(run: &Run<'_>) -> Outcome {
    let name = format!("{}/put", run.tag);
    make(run, &name, json!({})).await?;
    let told = put(run, &name, "second", "v2", json!({})).await?;
    let wanted = json!({ "SecretName": name, "VersionId": "v2", "VersionStages": { "VersionStage": ["ACSCurrent"] } });
    same(told, wanted, "PutSecretValue")?;
    put(run, &name, "AAEC", "v3", json!({ "SecretDataType": "binary" })).await?;
    // Repeating the request changes nothing.
    put(run, &name, "second", "v2", json!({})).await?;
    put(run, &name, "first", "v1", json!({ "VersionStages": r#"["mine"]"# })).await?;
    same(staged(run, &name, json!({})).await?, ["v3 ACSCurrent", "v2 ACSPrevious"], "versions")?;
    let everything = json!({ "IncludeDeprecated": true });
    same(
        staged(run, &name, everything).await?,
        ["v3 ACSCurrent", "v2 ACSPrevious", "v1"],
        "all versions",
    )?;
    same(data(run, &name, json!({ "VersionId": "v1" })).await?, "first", "SecretData by version")?;
    same(
        data(run, &name, json!({ "VersionStage": "ACSPrevious" })).await?,
        "second",
        "SecretData by stage",
    )?;
    let asked = json!({ "SecretName": name, "SecretData": "second", "VersionId": "v2" });
    run.ok("PutSecretValue", with(&asked, json!({ "SecretDataType": "binary" }))).await?;
    let other = with(&asked, json!({ "SecretData": "other" }));
    run.refused("Rejected.ResourceExist", "PutSecretValue", other).await?;
    let nine = json!((0..9).map(|at| format!("s{at}")).collect::<Vec<_>>()).to_string();
    for (parameter, wrong) in [
        ("VersionId", &*"v".repeat(65)),
        ("SecretDataType", "bytes"),
        ("VersionStages", "mine"),
        ("VersionStages", "[]"),
        ("VersionStages", &nine),
    ] {
        run.invalid(parameter, "PutSecretValue", with(&asked, json!({ parameter: wrong }))).await?;
    }
    drop(run, &name).await?;
    run.refused("Forbidden.ResourceNotFound", "PutSecretValue", asked).await?;
    Ok(())
}

async fn stages(run: &Run<'_>) -> Outcome {
    let name = format!("{}/stages", run.tag);
    make(run, &name, json!({})).await?;
    put(
        run,
        &name,
        "second",
        "v2",
        json!({ "VersionStages": json!([SPECIAL, "mine"]).to_string() }),
    )
    .await?;
    same(data(run, &name, json!({})).await?, "first", "SecretData")?;
    same(
        data(run, &name, json!({ "VersionStage": SPECIAL })).await?,
        "second",
        "SecretData by stage",
    )?;
    put(
        run,
        &name,
        "third",
        "v3",
        json!({ "VersionStages": r#"{"VersionStage":["ACSCurrent","mine"]}"# }),
    )
    .await?;
    let before = [format!("v2 {SPECIAL}"), "v1 ACSPrevious".to_owned()];
    same(staged(run, &name, json!({})).await?[1..].to_vec(), before, "versions")?;
    step(run, &name, "ACSCurrent", json!({ "MoveToVersion": "v1", "RemoveFromVersion": "v3" }))
        .await?;
    step(run, &name, SPECIAL, json!({ "RemoveFromVersion": "v2" })).await?;
    step(run, &name, "mine", json!({ "MoveToVersion": "v1" })).await?;
    let after = ["v3 ACSPrevious", "v1 ACSCurrent mine"];
    same(staged(run, &name, json!({})).await?, after, "versions")?;
    let refuses = async |code: &str, stage: &str, more: Value| {
        let asked = with(&json!({ "SecretName": name, "VersionStage": stage }), more);
        run.refused(code, "UpdateSecretVersionStage", asked).await
    };
    refuses("Rejected.InvalidRequest", "mine", json!({ "RemoveFromVersion": "v2" })).await?;
    refuses("Rejected.UnsupportedOperation", "ACSPrevious", json!({ "MoveToVersion": "v1" }))
        .await?;
    refuses("Forbidden.ResourceNotFound", "mine", json!({ "MoveToVersion": "v9" })).await?;
    for (stage, more) in [("ACSCurrent", json!({ "RemoveFromVersion": "v1" })), ("mine", json!({}))]
    {
        let told = refuses("MissingParameter", stage, more).await?;
        ensure!(told.contains("\"MoveToVersion\""), "{told}");
    }
    refuses("InvalidParameter", &"x".repeat(65), json!({ "MoveToVersion": "v1" })).await?;
    same(staged(run, &name, json!({})).await?, after, "versions after refusals")?;
    drop(run, &name).await
}

async fn ten(run: &Run<'_>) -> Outcome {
    let name = format!("{}/many", run.tag);
    make(run, &name, json!({})).await?;
    step(run, &name, "kept", json!({ "MoveToVersion": "v1" })).await?;
    for at in 2..=12 {
        put(run, &name, "x", &format!("v{at}"), json!({})).await?;
    }
    let all = staged(run, &name, json!({ "IncludeDeprecated": true })).await?;
    let wanted =
        ["v12 ACSCurrent", "v11 ACSPrevious", "v10", "v9", "v8", "v7", "v6", "v5", "v4", "v1 kept"];
    same(all.clone(), wanted, "all versions")?;
    let last = json!({ "IncludeDeprecated": true, "PageNumber": 2, "PageSize": 9 });
    same(staged(run, &name, last).await?, ["v1 kept"], "the last page")?;
    for version in &all[2..9] {
        step(run, &name, &format!("kept {version}"), json!({ "MoveToVersion": version })).await?;
    }
    let asked = json!({ "SecretName": name, "SecretData": "x", "VersionId": "v13" });
    let asked = with(&asked, json!({ "VersionStages": r#"["mine"]"# }));
    run.refused("Rejected.LimitExceeded", "PutSecretValue", asked).await?;
    drop(run, &name).await
}

async fn batch(run: &Run<'_>) -> Outcome {
    let name = format!("{}/batch", run.tag);
    make(run, &name, json!({})).await?;
    put(run, &name, "second", "v2", json!({})).await?;
    let asked = json!([
        { "SecretName": name }, { "SecretName": "rust/nowhere" }, { "SecretName": name, "VersionId": "v1" },
    ]);
    let told = run.ok("BatchGetSecretValue", json!({ "SecretsList": asked.to_string() })).await?;
    let values = told["SecretValues"].as_array().ok_or("no SecretValues")?;
    for one in values {
        fields(one, &VALUE, &[])?;
    }
    let data: Vec<_> = values.iter().map(|one| &one["SecretData"]).collect();
    same(data, ["second", "first"], "SecretValues")?;
    let wrong = json!([{
        "SecretName": "rust/nowhere", "Code": "Forbidden.ResourceNotFound", "HttpStatus": "404",
        "Message": "Resource not found.",
    }]);
    same(&told["Errors"], &wrong, "Errors")?;
    let many = json!(vec![&asked[0]; 21]).to_string();
    for wrong in ["x", "[]", &many] {
        run.invalid("SecretsList", "BatchGetSecretValue", json!({ "SecretsList": wrong })).await?;
    }
    drop(run, &name).await
}

pub async fn drive(run: &Run<'_>) {
    run.check("GetSecretValue answers texts and bytes", async || texts_and_bytes(run).await).await;
    run.check("PutSecretValue moves ACSCurrent, and the one before follows", async || {
        put_moves(run).await
    })
    .await;
    run.check("stages of one's own, and how stages move", async || stages(run).await).await;
    run.check("ten versions are kept, the oldest at no stage goes", async || ten(run).await).await;
    run.check("BatchGetSecretValue answers each for itself", async || batch(run).await).await;
}
