//! Managed secrets, which the service rotates: CreateSecret of their types, RotateSecret,
//! UpdateSecretRotationPolicy, ExtendedConfig.CustomData; and GetRandomPassword.

use openssl::pkey::PKey;
use serde_json::{Value, json};

use crate::kit::{Outcome, Run, SPECIAL, ensure, same, text, with};
use crate::local;
use crate::secrets::{DESCRIBED, describe, drop, fields, make, near, value};
use crate::values::{VALUE, staged};

const DAY: i64 = 86_400;
const SSH: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH jo";

fn database(sub: &str, custom: Value) -> Value {
    json!({ "SecretSubType": sub, "DBInstanceId": "rm-1", "CustomData": custom })
}

fn accounts(users: &[&str]) -> String {
    let account = |user: &&str| json!({ "AccountName": user, "AccountPassword": "p" });
    json!({ "Accounts": users.iter().map(account).collect::<Vec<_>>() }).to_string()
}

/// The parameters of a database's secret.
fn rds(users: &[&str], sub: &str, more: Value) -> Value {
    let config = database(sub, json!({})).to_string();
    with(
        &json!({ "SecretType": "Rds", "SecretData": accounts(users), "ExtendedConfig": config }),
        more,
    )
}

async fn rotate(run: &Run<'_>, name: &str, version: &str) -> Outcome<Value> {
    run.ok("RotateSecret", json!({ "SecretName": name, "VersionId": version })).await
}

fn parsed(json: &str) -> Outcome<Value> {
    serde_json::from_str(json).map_err(|error| format!("{json}: {error}"))
}

/// The value at a stage.
async fn told(run: &Run<'_>, name: &str, stage: &str) -> Outcome<Value> {
    let body = value(run, name, json!({ "VersionStage": stage })).await?;
    parsed(text(&body, "SecretData")?)
}

/// The accounts at ACSCurrent and ACSPrevious.
async fn users(run: &Run<'_>, name: &str) -> Outcome<[Value; 2]> {
    let (current, previous) =
        (told(run, name, "ACSCurrent").await?, told(run, name, "ACSPrevious").await?);
    Ok([current["AccountName"].clone(), previous["AccountName"].clone()])
}

async fn one_account(run: &Run<'_>) -> Outcome {
    let name = format!("{}/single", run.tag);
    let config = database("SingleUser", json!({ "note": SPECIAL }));
    let made = make(run, &name, rds(&["app"], "", json!({ "ExtendedConfig": config.to_string() })))
        .await?;
    same(parsed(text(&made, "ExtendedConfig")?)?, config, "ExtendedConfig")?;
    same(text(&made, "AutomaticRotation")?, "Disabled", "AutomaticRotation")?;
    fields(&describe(run, &name).await?, &DESCRIBED, &["AutomaticRotation", "ExtendedConfig"])?;
    let wanted = json!({ "Arn": made["Arn"], "SecretName": name, "VersionId": "v2" });
    same(rotate(run, &name, "v2").await?, wanted, "RotateSecret")?;
    let now = told(run, &name, "ACSCurrent").await?;
    same(&now["AccountName"], "app", "AccountName")?;
    same(text(&now, "AccountPassword")?.len(), 32, "length of AccountPassword")?;
    let before = told(run, &name, "ACSPrevious").await?;
    same(before, json!({ "AccountName": "app", "AccountPassword": "p" }), "the account before")?;
    for version in ["v1", "v2"] {
        rotate(run, &name, version).await?;
    }
    same(told(run, &name, "ACSCurrent").await?, now, "after a version that is there already")?;
    same(staged(run, &name, json!({})).await?, ["v2 ACSCurrent", "v1 ACSPrevious"], "versions")?;
    drop(run, &name).await
}

async fn two_accounts(run: &Run<'_>) -> Outcome {
    let name = format!("{}/double", run.tag);
    make(run, &name, rds(&["app", "twin"], "DoubleUsers", json!({}))).await?;
    same(users(run, &name).await?, ["app", "twin"], "accounts")?;
    for (version, wanted) in [("v2", ["twin", "app"]), ("v3", ["app", "twin"])] {
        rotate(run, &name, version).await?;
        same(users(run, &name).await?, wanted, "accounts")?;
    }
    let body = value(run, &name, json!({ "FetchExtendedConfig": true, "VersionId": "v1" })).await?;
    fields(&body, &VALUE, &["AutomaticRotation", "ExtendedConfig", "LastRotationDate"])?;
    same(text(&body, "VersionId")?, "v3", "VersionId")?;
    let asked = json!({ "SecretName": name, "VersionStage": "mine" });
    run.invalid("VersionStage", "GetSecretValue", asked).await?;
    drop(run, &name).await
}

async fn access_keys(run: &Run<'_>) -> Outcome {
    let user = format!("{}-ops", run.tag);
    let config = json!({ "SecretSubType": "RamUserAccessKey", "UserName": user }).to_string();
    let keys = r#"{"AccessKeys":[{"AccessKeyId":"LTAIone","AccessKeySecret":"s"}]}"#;
    let given =
        json!({ "SecretType": "RAMCredentials", "SecretData": keys, "ExtendedConfig": config });
    let made = make(run, "$Auto", given).await?;
    let name = text(&made, "SecretName")?;
    same(name, format!("acs/ram/user/{user}"), "SecretName")?;
    rotate(run, name, "v2").await?;
    let now = told(run, name, "ACSCurrent").await?;
    let id = text(&now, "AccessKeyId")?;
    ensure!(id.starts_with("LTAI") && id.len() == 24, "AccessKeyId is {id}");
    near(&now, "GenerateTimestamp", 0)?;
    same(&told(run, name, "ACSPrevious").await?["AccessKeyId"], "LTAIone", "AccessKeyId before")?;
    drop(run, name).await
}

/// The exponent and the modulus in an OpenSSH public key line.
fn openssh(line: &str) -> Outcome<[Vec<u8>; 2]> {
    let blob = local::bytes(line.split(' ').nth(1).ok_or("not a line of OpenSSH")?)?;
    let (mut rest, mut parts) = (&blob[..], Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        ensure!(length <= after.len(), "too short: {line}");
        let (part, left) = after.split_at(length);
        parts.push(part);
        rest = left;
    }
    let [b"ssh-rsa", e, n] = parts[..] else { return Err(format!("not a key of RSA: {line}")) };
    Ok([e.to_vec(), n.iter().copied().skip_while(|byte| *byte == 0).collect()])
}

async fn key_pair(run: &Run<'_>) -> Outcome {
    let name = format!("acs/ecs/{}", run.tag);
    let config =
        json!({ "SecretSubType": "SSHKey", "RegionId": "cn-hangzhou", "InstanceId": "i-1" });
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let login = json!({ "UserName": "root", "PublicKey": SSH, "PrivateKey": private });
    let given = json!({
        "SecretType": "ECS", "SecretData": login.to_string(), "ExtendedConfig": config.to_string(),
    });
    make(run, &name, given).await?;
    rotate(run, &name, "v2").await?;
    let now = told(run, &name, "ACSCurrent").await?;
    let key =
        PKey::private_key_from_pem(text(&now, "PrivateKey")?.as_bytes()).and_then(|key| key.rsa());
    let key = key.map_err(|error| format!("PrivateKey: {error}"))?;
    same(openssh(text(&now, "PublicKey")?)?, [key.e().to_vec(), key.n().to_vec()], "PublicKey")?;
    same(&now["UserName"], "root", "UserName")?;
    drop(run, &name).await
}

async fn made_by_the_service(run: &Run<'_>) -> Outcome {
    let two = json!({
        "SecretSubType": "DoubleUsers", "RegionId": "cn-hangzhou", "AccountName": "app",
        "CloneAccountName": "app_clone",
    });
    for (kind, more) in [
        ("Redis", json!({ "InstanceId": "r-1", "AccountPrivilege": "RoleReadWrite" })),
        ("PolarDB", json!({ "DBClusterId": "pc-1", "DBType": "MySQL" })),
    ] {
        let name = format!("{}/{kind}", run.tag);
        let config = with(&two, more).to_string();
        let given = json!({ "SecretType": kind, "SecretData": "$Auto", "ExtendedConfig": config });
        make(run, &name, given).await?;
        same(users(run, &name).await?, ["app", "app_clone"], "accounts")?;
        rotate(run, &name, "v2").await?;
        same(users(run, &name).await?, ["app_clone", "app"], "accounts")?;
        drop(run, &name).await?;
    }
    Ok(())
}

async fn create_refuses(run: &Run<'_>) -> Outcome {
    let name = format!("{}/wrong", run.tag);
    let asked = with(
        &rds(&["app"], "SingleUser", json!({})),
        json!({ "SecretName": name, "VersionId": "v1" }),
    );
    for (parameter, wrong) in [
        ("SecretData", accounts(&["app", "twin"])),
        ("SecretData", "x".to_owned()),
        ("ExtendedConfig", "{".to_owned()),
        ("ExtendedConfig", database("ThreeUsers", json!({})).to_string()),
        ("ExtendedConfig", database("SingleUser", json!({ "number": 1 })).to_string()),
        ("SecretDataType", "binary".to_owned()),
        ("SecretName", "acs/rds/x".to_owned()),
    ] {
        run.invalid(parameter, "CreateSecret", with(&asked, json!({ parameter: wrong }))).await?;
    }
    run.missing("ExtendedConfig", "CreateSecret", with(&asked, json!({ "ExtendedConfig": null })))
        .await?;
    let on = with(&asked, json!({ "EnableAutomaticRotation": true }));
    run.missing("RotationInterval", "CreateSecret", on.clone()).await?;
    run.invalid("RotationInterval", "CreateSecret", with(&on, json!({ "RotationInterval": "5h" })))
        .await
}

async fn policy(run: &Run<'_>) -> Outcome {
    let name = format!("{}/schedule", run.tag);
    let on = json!({ "EnableAutomaticRotation": true, "RotationInterval": "6h" });
    make(run, &name, rds(&["app"], "SingleUser", on.clone())).await?;
    let named = json!({ "SecretName": name });
    for (interval, seconds) in
        [("6h", DAY / 4), ("7d", 7 * DAY), ("8760h", 365 * DAY), ("604800s", 7 * DAY)]
    {
        let asked = with(&with(&named, on.clone()), json!({ "RotationInterval": interval }));
        same(
            run.ok("UpdateSecretRotationPolicy", asked).await?,
            named.clone(),
            "UpdateSecretRotationPolicy",
        )?;
        let seen = describe(run, &name).await?;
        same(text(&seen, "AutomaticRotation")?, "Enabled", "AutomaticRotation")?;
        same(text(&seen, "RotationInterval")?, format!("{seconds}s"), "RotationInterval")?;
        near(&seen, "NextRotationDate", seconds)?;
    }
    for wrong in ["5h", "366d", "x"] {
        let asked = with(&with(&named, on.clone()), json!({ "RotationInterval": wrong }));
        run.invalid("RotationInterval", "UpdateSecretRotationPolicy", asked).await?;
    }
    let bare = with(&named, json!({ "EnableAutomaticRotation": true }));
    run.missing("RotationInterval", "UpdateSecretRotationPolicy", bare).await?;
    let off = with(&named, json!({ "EnableAutomaticRotation": false }));
    run.ok("UpdateSecretRotationPolicy", off.clone()).await?;
    fields(&describe(run, &name).await?, &DESCRIBED, &["AutomaticRotation", "ExtendedConfig"])?;

    let custom = json!({ "note": "a b+c" });
    run.ok(
        "UpdateSecret",
        with(&named, json!({ "ExtendedConfig.CustomData": custom.to_string() })),
    )
    .await?;
    let seen = describe(run, &name).await?;
    same(
        parsed(text(&seen, "ExtendedConfig")?)?,
        database("SingleUser", custom),
        "ExtendedConfig",
    )?;
    let wrong = with(&named, json!({ "ExtendedConfig.CustomData": r#"{"a":1}"# }));
    run.invalid("ExtendedConfig.CustomData", "UpdateSecret", wrong).await?;

    let generic = format!("{}/generic", run.tag);
    make(run, &generic, json!({})).await?;
    let other = json!({ "SecretName": generic });
    for (action, asked) in [
        (
            "PutSecretValue",
            with(&named, json!({ "SecretData": accounts(&["app"]), "VersionId": "v2" })),
        ),
        (
            "UpdateSecretVersionStage",
            with(&named, json!({ "VersionStage": "a", "MoveToVersion": "v1" })),
        ),
        ("RotateSecret", with(&other, json!({ "VersionId": "v2" }))),
        ("UpdateSecretRotationPolicy", with(&off, other.clone())),
    ] {
        run.refused("Rejected.UnsupportedOperation", action, asked).await?;
    }
    drop(run, &generic).await?;
    run.refused(
        "Forbidden.ResourceNotFound",
        "RotateSecret",
        with(&other, json!({ "VersionId": "v2" })),
    )
    .await?;
    drop(run, &name).await
}

async fn passwords(run: &Run<'_>) -> Outcome {
    let classes: [fn(&u8) -> bool; 4] = [
        u8::is_ascii_lowercase,
        u8::is_ascii_uppercase,
        u8::is_ascii_digit,
        u8::is_ascii_punctuation,
    ];
    for (asked, length, wanted) in [
        (json!({}), 32, [true; 4]),
        (json!({ "PasswordLength": 8 }), 8, [true; 4]),
        (json!({ "PasswordLength": 128, "RequireEachIncludedType": true }), 128, [true; 4]),
        (
            json!({ "ExcludePunctuation": true, "ExcludeNumbers": true }),
            32,
            [true, true, false, false],
        ),
        (
            json!({ "ExcludeLowercase": true, "ExcludeUppercase": true }),
            32,
            [false, false, true, true],
        ),
    ] {
        let body = run.ok("GetRandomPassword", asked).await?;
        let drawn = text(&body, "RandomPassword")?;
        same(drawn.len(), length, "length")?;
        same(classes.map(|each| drawn.as_bytes().iter().any(each)), wanted, drawn)?;
    }
    let vowels = json!({ "PasswordLength": 128, "ExcludeCharacters": "aeiou+/=" });
    let body = run.ok("GetRandomPassword", vowels).await?;
    ensure!(!text(&body, "RandomPassword")?.contains(|c| "aeiou+/=".contains(c)), "{body}");
    for length in ["7", "129", "x"] {
        run.invalid("PasswordLength", "GetRandomPassword", json!({ "PasswordLength": length }))
            .await?;
    }
    let digits = json!({ "ExcludeCharacters": "0123456789" });
    run.invalid("ExcludeCharacters", "GetRandomPassword", digits).await
}

pub async fn drive(run: &Run<'_>) {
    run.check("a database's account gets a new password", async || one_account(run).await).await;
    run.check("two accounts take turns", async || two_accounts(run).await).await;
    run.check("a RAM user's access key is another one", async || access_keys(run).await).await;
    run.check("a machine's key pair is a new one, and a pair", async || key_pair(run).await).await;
    run.check("accounts that the service makes", async || made_by_the_service(run).await).await;
    run.check("CreateSecret refuses what a type does not take", async || create_refuses(run).await)
        .await;
    run.check("UpdateSecretRotationPolicy, CustomData, and what is for others", async || {
        policy(run).await
    })
    .await;
    run.check("GetRandomPassword honours its options", async || passwords(run).await).await;
}
