//! Automatic rotation: EnableAutomaticRotation in CreateKey, and UpdateRotationPolicy.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::kit::{Outcome, Run, UNKNOWN, ensure, same, text, with};
use crate::pairs::{SIGN, new_pair};

/// The notations of an interval, with its days.
const INTERVALS: [(&str, i64); 5] =
    [("7d", 7), ("168h", 7), ("14400m", 10), ("604800s", 7), ("730d", 730)];
const WRONG: [&str; 7] = ["6d", "731d", "604799s", "7", "d", "-7d", "1w"];

fn on(interval: &str) -> Value {
    json!({ "EnableAutomaticRotation": true, "RotationInterval": interval })
}

fn instant(metadata: &Value, name: &str) -> Outcome<i64> {
    let time = text(metadata, name)?;
    let at = OffsetDateTime::parse(time, &Rfc3339).map_err(|error| format!("{time}: {error}"))?;
    Ok(at.unix_timestamp())
}

/// The fields of a key that rotates at this interval in days.
fn rotates(metadata: &Value, days: i64, word: &str) -> Outcome {
    same(text(metadata, "AutomaticRotation")?, word, "AutomaticRotation")?;
    same(text(metadata, "RotationInterval")?, format!("{}s", days * 86_400), "RotationInterval")?;
    let apart = instant(metadata, "NextRotationDate")? - instant(metadata, "LastRotationDate")?;
    same(apart, days * 86_400, "seconds from the last rotation to the next")
}

fn does_not(metadata: &Value) -> Outcome {
    same(text(metadata, "AutomaticRotation")?, "Disabled", "AutomaticRotation")?;
    for name in ["RotationInterval", "NextRotationDate"] {
        ensure!(metadata.get(name).is_none(), "{name} while rotation is off: {metadata}");
    }
    Ok(())
}

pub async fn drive(run: &Run<'_>) {
    run.check("CreateKey with EnableAutomaticRotation tells interval and date", async || {
        for (interval, days) in INTERVALS {
            let key = run.key(on(interval)).await?;
            rotates(&key.metadata, days, "Enabled")?;
            rotates(&run.describe(&key.id).await?.metadata, days, "Enabled")?;
            run.drop(&key).await?;
        }
        Ok(())
    })
    .await;

    run.check("CreateKey refuses rotations that cannot be", async || {
        let bare = json!({ "EnableAutomaticRotation": true });
        run.missing("RotationInterval", "CreateKey", bare).await?;
        for interval in WRONG {
            run.invalid("RotationInterval", "CreateKey", on(interval)).await?;
        }
        for (name, value) in
            [("Origin", "EXTERNAL"), ("KeySpec", "EC_P256"), ("KeySpec", "RSA_2048")]
        {
            let asked = with(&on("7d"), json!({ name: value }));
            run.invalid("EnableAutomaticRotation", "CreateKey", asked).await?;
        }
        Ok(())
    })
    .await;

    run.check("UpdateRotationPolicy sets the interval, and ends the rotation", async || {
        let key = run.key(json!({ "KeySpec": "Aliyun_SM4" })).await?;
        let id = json!({ "KeyId": key.id });
        for (interval, days) in INTERVALS {
            run.done("UpdateRotationPolicy", with(&id, on(interval))).await?;
            rotates(&run.describe(&key.id).await?.metadata, days, "Enabled")?;
        }
        run.done("UpdateRotationPolicy", with(&id, json!({ "EnableAutomaticRotation": false })))
            .await?;
        does_not(&run.describe(&key.id).await?.metadata)?;
        run.drop(&key).await
    })
    .await;

    run.check(
        "UpdateRotationPolicy refuses wrong values and keys that do not rotate",
        async || {
            let key = run.key(json!({})).await?;
            let id = json!({ "KeyId": key.id });
            let bare = with(&id, json!({ "EnableAutomaticRotation": true }));
            run.missing("RotationInterval", "UpdateRotationPolicy", bare).await?;
            for interval in WRONG {
                let asked = with(&id, on(interval));
                run.invalid("RotationInterval", "UpdateRotationPolicy", asked).await?;
            }
            let yes = with(&id, json!({ "EnableAutomaticRotation": "yes" }));
            run.invalid("EnableAutomaticRotation", "UpdateRotationPolicy", yes).await?;
            let external = run.key(json!({ "Origin": "EXTERNAL" })).await?;
            let (pair, _) = new_pair(run, "EC_P256", SIGN).await?;
            let service = run.ok("GenerateDataKey", json!({ "KeyId": "alias/acs/mse" })).await?;
            for (code, other) in [
                ("Forbidden.KeyNotFound", UNKNOWN),
                ("Unsupported.Alias", "alias/acs/mse"),
                ("Rejected.PendingImport", &external.id),
                ("Rejected.UnsupportedOperation", &pair.id),
                ("Rejected.UnsupportedOperation", text(&service, "KeyId")?),
            ] {
                let asked = with(&on("7d"), json!({ "KeyId": other }));
                run.refused(code, "UpdateRotationPolicy", asked).await?;
            }
            does_not(&run.describe(&key.id).await?.metadata)?;
            for made in [&key, &external, &pair] {
                run.drop(made).await?;
            }
            Ok(())
        },
    )
    .await;

    run.check("rotation is suspended while the key is disabled or to be deleted", async || {
        let key = run.key(on("7d")).await?;
        let id = json!({ "KeyId": key.id });
        for (out, back) in
            [("DisableKey", "EnableKey"), ("ScheduleKeyDeletion", "CancelKeyDeletion")]
        {
            run.done(out, id.clone()).await?;
            rotates(&run.describe(&key.id).await?.metadata, 7, "Suspended")?;
            run.done(back, id.clone()).await?;
            rotates(&run.describe(&key.id).await?.metadata, 7, "Enabled")?;
        }
        run.drop(&key).await
    })
    .await;
}
