//! EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion, and what each state refuses.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::kit::{Outcome, Run, UNKNOWN, ensure, same, text, with};
use crate::local::Wrapper;

/// A key in some state, an earlier ciphertext, its alias, and the parameters of exports.
struct Subject {
    id: String,
    blob: Value,
    alias: String,
    wrapping: Value,
}

/// The plaintext. It is base64, so that it is accepted as a data key.
const SEALED: &str = "c2VhbGVk";

const CRYPTO: [&str; 6] = [
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateAndExportDataKey",
    "ReEncrypt to",
    "UpdateRotationPolicy",
];
const OPENING: [&str; 3] = ["Decrypt", "ReEncrypt from", "ExportDataKey"];
const READS: [&str; 5] = [
    "DescribeKey",
    "ListResourceTags",
    "ListTagResources",
    "ListKeyVersions",
    "ListAliasesByKeyId",
];
const WRITES: [&str; 5] =
    ["UpdateKeyDescription", "TagResource", "UntagResource", "TagResources", "UntagResources"];

/// A state, the operations that it refuses with their codes, and those that it allows and that keep
/// the state.
type Row = (
    &'static str,
    &'static [(&'static str, &'static [&'static [&'static str]])],
    &'static [&'static [&'static str]],
);

const STATES: [Row; 4] = [
    (
        "Enabled",
        &[("Rejected.StateModifiedFailed", &[&["CancelKeyDeletion"]])],
        &[&CRYPTO, &OPENING, &WRITES, &READS, &["EnableKey", "SetDeletionProtection"]],
    ),
    (
        "Disabled",
        &[
            ("Rejected.Disabled", &[&CRYPTO, &OPENING]),
            ("Rejected.StateModifiedFailed", &[&["CancelKeyDeletion"]]),
        ],
        &[&WRITES, &READS, &["DisableKey", "SetDeletionProtection"]],
    ),
    (
        "PendingDeletion",
        &[
            ("Rejected.PendingDeletion", &[&CRYPTO, &OPENING, &WRITES, &["UpdateAlias"]]),
            (
                "Rejected.StateModifiedFailed",
                &[&[
                    "EnableKey",
                    "DisableKey",
                    "ScheduleKeyDeletion",
                    "SetDeletionProtection",
                    "CreateAlias",
                ]],
            ),
        ],
        &[&READS],
    ),
    (
        "PendingImport",
        &[
            ("Rejected.PendingImport", &[&CRYPTO]),
            ("Rejected.StateModifiedFailed", &[&["EnableKey", "DisableKey", "CancelKeyDeletion"]]),
        ],
        &[&WRITES, &READS, &["SetDeletionProtection"]],
    ),
];

/// The action and parameters of an operation on the subject; `spare` is an enabled key.
fn operation<'a>(name: &'a str, subject: &Subject, spare: &Subject) -> (&'a str, Value) {
    let id = &subject.id;
    let wrapping = |more| with(&spare.wrapping, more);
    let more = match name {
        "Encrypt" => json!({ "KeyId": id, "Plaintext": "x" }),
        "Decrypt" => json!({ "CiphertextBlob": subject.blob }),
        "ReEncrypt from" => json!({ "CiphertextBlob": subject.blob, "DestinationKeyId": spare.id }),
        "ReEncrypt to" => json!({ "CiphertextBlob": spare.blob, "DestinationKeyId": id }),
        "ExportDataKey" => wrapping(json!({ "CiphertextBlob": subject.blob })),
        "GenerateAndExportDataKey" => wrapping(json!({ "KeyId": id })),
        "UpdateRotationPolicy" => json!({ "KeyId": id, "EnableAutomaticRotation": false }),
        "UpdateKeyDescription" => json!({ "KeyId": id, "Description": "d" }),
        "ScheduleKeyDeletion" => json!({ "KeyId": id, "PendingWindowInDays": 7 }),
        "SetDeletionProtection" => json!({ "KeyId": id, "EnableDeletionProtection": false }),
        "CreateAlias" => json!({ "KeyId": id, "AliasName": format!("{}-more", subject.alias) }),
        "UpdateAlias" => json!({ "KeyId": id, "AliasName": spare.alias }),
        "TagResource" => json!({ "KeyId": id, "Tags": r#"[{"TagKey":"a","TagValue":"b"}]"# }),
        "UntagResource" => json!({ "KeyId": id, "TagKeys": r#"["a"]"# }),
        "TagResources" => {
            json!({ "ResourceType": "key", "ResourceId.1": id, "Tag.1.Key": "a", "Tag.1.Value": "b" })
        }
        "UntagResources" => json!({ "ResourceType": "key", "ResourceId.1": id, "TagKey.1": "a" }),
        "ListTagResources" => json!({ "ResourceType": "key", "ResourceId.1": id }),
        _ => json!({ "KeyId": id }),
    };
    (name.split(' ').next().unwrap_or(name), more)
}

/// A new key in the state, with an alias, and a blob unless the key is pending import.
async fn key_in(run: &Run<'_>, state: &str) -> Outcome<Subject> {
    let origin = (state == "PendingImport").then_some("EXTERNAL");
    let key = run.key(json!({ "Origin": origin })).await?;
    let alias = format!("alias/{}-{}", run.tag, key.id);
    run.done("CreateAlias", json!({ "KeyId": key.id, "AliasName": alias })).await?;
    let mut blob = Value::Null;
    if origin.is_none() {
        blob = run.ok("Encrypt", json!({ "KeyId": key.id, "Plaintext": SEALED })).await?["CiphertextBlob"]
            .take();
    }
    match state {
        "Disabled" => run.done("DisableKey", json!({ "KeyId": key.id })).await?,
        "PendingDeletion" => run.done("ScheduleKeyDeletion", json!({ "KeyId": key.id })).await?,
        _ => {}
    }
    same(run.describe(&key.id).await?.state.as_str(), state, "state")?;
    let wrapping = Wrapper::new("EC_SM2")?.params("SM2PKE")?;
    Ok(Subject { id: key.id, blob, alias, wrapping })
}

/// Removes the alias and schedules the deletion.
async fn end(run: &Run<'_>, subject: &Subject) -> Outcome {
    run.done("DeleteAlias", json!({ "AliasName": subject.alias })).await?;
    if run.describe(&subject.id).await?.state != "PendingDeletion" {
        run.done("ScheduleKeyDeletion", json!({ "KeyId": subject.id, "PendingWindowInDays": 7 }))
            .await?;
    }
    Ok(())
}

fn instant(time: &str) -> Outcome<OffsetDateTime> {
    OffsetDateTime::parse(time, &Rfc3339).map_err(|error| format!("{time}: {error}"))
}

pub async fn drive(run: &Run<'_>) {
    for (state, refuses, passes) in STATES {
        let mut pair = None;
        run.check(&format!("a key is {state}"), async || {
            pair = Some((key_in(run, state).await?, key_in(run, "Enabled").await?));
            Ok(())
        })
        .await;
        let Some((subject, spare)) = &pair else { continue };

        for (code, names) in refuses {
            let names = names.concat();
            run.check(&format!("{state}: {code} for {}", names.join(", ")), async || {
                for name in &names {
                    let (action, params) = operation(name, subject, spare);
                    run.refused(code, action, params).await?;
                }
                same(run.describe(&subject.id).await?.state.as_str(), state, "state")
            })
            .await;
        }

        let names = passes.concat();
        run.check(&format!("{state}: success of {}", names.join(", ")), async || {
            for name in &names {
                let (action, params) = operation(name, subject, spare);
                run.ok(action, params).await?;
            }
            same(run.describe(&subject.id).await?.state.as_str(), state, "state")
        })
        .await;

        run.check(&format!("{state}: its alias can be deleted"), async || {
            end(run, subject).await?;
            end(run, spare).await
        })
        .await;
    }

    run.check("a disabled key opens nothing until it is enabled again", async || {
        let subject = key_in(run, "Disabled").await?;
        run.refused("Rejected.Disabled", "Decrypt", json!({ "CiphertextBlob": subject.blob }))
            .await?;
        run.refused(
            "Rejected.Disabled",
            "Encrypt",
            json!({ "KeyId": subject.alias, "Plaintext": "x" }),
        )
        .await?;
        run.done("EnableKey", json!({ "KeyId": subject.id })).await?;
        let opened = run.ok("Decrypt", json!({ "CiphertextBlob": subject.blob })).await?;
        same(text(&opened, "Plaintext")?, SEALED, "Plaintext")?;
        end(run, &subject).await
    })
    .await;

    run.check("ScheduleKeyDeletion sets the date, 30 days ahead unless told", async || {
        for (window, days) in [(Value::Null, 30), (json!(7), 7), (json!(366), 366)] {
            let key = run.key(json!({})).await?;
            run.done(
                "ScheduleKeyDeletion",
                json!({ "KeyId": key.id, "PendingWindowInDays": window }),
            )
            .await?;
            let seen = run.describe(&key.id).await?;
            same(seen.state.as_str(), "PendingDeletion", "state")?;
            let (from, to) =
                (text(&seen.metadata, "CreationDate")?, text(&seen.metadata, "DeleteDate")?);
            let late = (instant(to)? - instant(from)?).whole_seconds() - days * 86_400;
            ensure!((0..300).contains(&late), "{days} days from {from} is not {to}");
        }
        Ok(())
    })
    .await;

    run.check(
        "ScheduleKeyDeletion refuses fewer than 7 days, more than 366, and words",
        async || {
            let key = run.key(json!({})).await?;
            for window in ["6", "0", "-7", "367", "week", "7.5"] {
                let asked = json!({ "KeyId": key.id, "PendingWindowInDays": window });
                run.invalid("PendingWindowInDays", "ScheduleKeyDeletion", asked).await?;
            }
            run.drop(&key).await
        },
    )
    .await;

    run.check(
        "CancelKeyDeletion gives the key back, and without material it waits again",
        async || {
            for (before, after) in [
                ("Enabled", "Enabled"),
                ("Disabled", "Enabled"),
                ("PendingImport", "PendingImport"),
            ] {
                let subject = key_in(run, before).await?;
                run.done(
                    "ScheduleKeyDeletion",
                    json!({ "KeyId": subject.id, "PendingWindowInDays": 7 }),
                )
                .await?;
                run.done("CancelKeyDeletion", json!({ "KeyId": subject.id })).await?;
                let seen = run.describe(&subject.id).await?;
                same(seen.state.as_str(), after, "state")?;
                same(text(&seen.metadata, "DeleteDate")?, "", "DeleteDate")?;
                end(run, &subject).await?;
            }
            Ok(())
        },
    )
    .await;

    run.check("the four refuse an unknown key", async || {
        for action in ["EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"] {
            run.refused(
                "Forbidden.KeyNotFound",
                action,
                json!({ "KeyId": UNKNOWN, "PendingWindowInDays": 7 }),
            )
            .await?;
        }
        Ok(())
    })
    .await;
}
