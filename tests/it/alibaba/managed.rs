//! Managed secrets: how those of each type are created, and rotated on request and by schedule.

mod create;
mod custom;
mod limits;
mod mistakes;
mod passwords;
mod policy;
mod restart;
mod rotate;
mod schedule;
mod trouble;

use std::time::Duration;

use kmsim::world::Instant;
use serde_json::Value;

use crate::kit::{Answer, Client, START};

pub const HOUR: Duration = Duration::from_hours(1);
pub const SECOND: Duration = Duration::from_secs(1);

/// The parameters of a secret of some type.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub kind: &'static str,
    pub name: &'static str,
    pub data: &'static str,
    pub config: &'static str,
}

pub const SINGLE: Sample = Sample {
    kind: "Rds",
    name: "RdsSecret/Mysql5.4/MyCred",
    data: r#"{"Accounts":[{"AccountName":"app","AccountPassword":"first"}]}"#,
    config: r#"{"SecretSubType":"SingleUser","DBInstanceId":"rm-1","CustomData":{}}"#,
};

pub const DOUBLE: Sample = Sample {
    kind: "Rds",
    name: "double",
    data: concat!(
        r#"{"Accounts":[{"AccountName":"app","AccountPassword":"first"},"#,
        r#"{"AccountName":"other","AccountPassword":"second"}]}"#
    ),
    config: r#"{"SecretSubType":"DoubleUsers","DBInstanceId":"rm-1","CustomData":{}}"#,
};

pub const RAM: Sample = Sample {
    kind: "RAMCredentials",
    name: "$Auto",
    data: r#"{"AccessKeys":[{"AccessKeyId":"LTAIfirst","AccessKeySecret":"hidden"}]}"#,
    config: r#"{"SecretSubType":"RamUserAccessKey","UserName":"jo","CustomData":{}}"#,
};

pub const LOGIN: Sample = Sample {
    kind: "ECS",
    name: "acs/ecs/login",
    data: r#"{"UserName":"root","Password":"first"}"#,
    config: r#"{"SecretSubType":"Password","RegionId":"cn-hangzhou","InstanceId":"i-1","CustomData":{}}"#,
};

pub const SSH: Sample = Sample {
    kind: "ECS",
    name: "acs/ecs/ssh",
    data: concat!(
        r#"{"UserName":"root","PublicKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINozgFOIL5gjT27r9BrGUpCg1SF8"#,
        r#"Jyeml5tOwCaN9xuP jo doe","PrivateKey":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE "#,
        r#"KEY-----\n"}"#
    ),
    config: r#"{"SecretSubType":"SSHKey","RegionId":"cn-hangzhou","InstanceId":"i-1","CustomData":{}}"#,
};

pub const REDIS: Sample = Sample {
    kind: "Redis",
    name: "redis",
    data: "$Auto",
    config: concat!(
        r#"{"SecretSubType":"DoubleUsers","AccountName":"app","CloneAccountName":"app_clone","#,
        r#""AccountPrivilege":"RoleReadWrite","InstanceId":"r-1","RegionId":"cn-hangzhou","CustomData":{}}"#
    ),
};

pub const POLARDB: Sample = Sample {
    kind: "PolarDB",
    name: "polardb",
    data: "$Auto",
    config: concat!(
        r#"{"SecretSubType":"DoubleUsers","RegionId":"cn-hangzhou","DBClusterId":"pc-1","DBType":"MySQL","#,
        r#""AccountName":"app","CustomData":{}}"#
    ),
};

/// One of each form.
pub const SAMPLES: [Sample; 7] = [SINGLE, DOUBLE, RAM, LOGIN, SSH, REDIS, POLARDB];

/// Creates a secret whose first version is `v1`. `more` replaces parameters of the sample.
pub fn create(client: &Client, sample: &Sample, more: &[(&str, &str)]) -> Answer {
    let mut params = vec![
        ("SecretName", sample.name),
        ("SecretData", sample.data),
        ("VersionId", "v1"),
        ("SecretType", sample.kind),
        ("ExtendedConfig", sample.config),
    ];
    params.extend(more);
    client.call("CreateSecret", &params)
}

/// The same; returns its name.
#[track_caller]
pub fn made(client: &Client, sample: &Sample, more: &[(&str, &str)]) -> String {
    text(&create(client, sample, more).ok(), "SecretName")
}

/// A secret that rotates at this interval.
#[track_caller]
pub fn rotating(client: &Client, sample: &Sample, interval: &str) -> String {
    made(client, sample, &[("EnableAutomaticRotation", "true"), ("RotationInterval", interval)])
}

/// A generic secret.
pub fn generic(client: &Client, name: &str) -> Answer {
    let data = [("SecretName", name), ("SecretData", "any"), ("VersionId", "v1")];
    client.call("CreateSecret", &data)
}

pub fn rotate(client: &Client, name: &str, version: &str) -> Answer {
    client.call("RotateSecret", &[("SecretName", name), ("VersionId", version)])
}

pub fn set_policy(client: &Client, name: &str, enable: &str, interval: &str) -> Answer {
    let policy = [("EnableAutomaticRotation", enable), ("RotationInterval", interval)];
    client.call("UpdateSecretRotationPolicy", &[("SecretName", name), policy[0], policy[1]])
}

/// Calls an action that only takes a secret's name.
pub fn on(client: &Client, action: &str, name: &str) -> Answer {
    client.call(action, &[("SecretName", name)])
}

/// The description of a secret, without the request id.
#[track_caller]
pub fn described(client: &Client, name: &str) -> Value {
    let mut told = on(client, "DescribeSecret", name).ok();
    told.as_object_mut().unwrap().remove("RequestId");
    told
}

#[track_caller]
pub fn get(client: &Client, name: &str, stage: &str) -> Answer {
    client.call("GetSecretValue", &[("SecretName", name), ("VersionStage", stage)])
}

/// The id and the value of the version at a stage.
#[track_caller]
pub fn staged(client: &Client, name: &str, stage: &str) -> (String, Value) {
    let found = get(client, name, stage).ok();
    let value = serde_json::from_str(&text(&found, "SecretData")).unwrap();
    (text(&found, "VersionId"), value)
}

#[track_caller]
pub fn current(client: &Client, name: &str) -> (String, Value) {
    staged(client, name, "ACSCurrent")
}

#[track_caller]
pub fn previous(client: &Client, name: &str) -> (String, Value) {
    staged(client, name, "ACSPrevious")
}

#[track_caller]
pub fn text(json: &Value, name: &str) -> String {
    json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}")).to_owned()
}

/// The names of an object's fields, in order.
#[track_caller]
pub fn fields(json: &Value) -> Vec<&str> {
    json.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Ids, dates and stages of all versions, oldest first.
pub fn versions(client: &Client, name: &str) -> Vec<(String, String, Vec<String>)> {
    let all = [("SecretName", name), ("IncludeDeprecated", "true"), ("PageSize", "100")];
    let listed = client.call("ListSecretVersionIds", &all).ok();
    let version = |it: &Value| {
        let stages = it["VersionStages"]["VersionStage"].as_array().unwrap().iter();
        let stages = stages.map(|stage| stage.as_str().unwrap().to_owned()).collect();
        (text(it, "VersionId"), text(it, "CreateTime"), stages)
    };
    let all: Vec<_> =
        listed["VersionIds"]["VersionId"].as_array().unwrap().iter().rev().map(version).collect();
    assert_eq!(listed["TotalCount"], all.len());
    all
}

/// The time this long after the start, as in answers.
pub fn after(by: Duration) -> String {
    Instant::parse(START).unwrap().plus(by).to_string()
}

/// A second less.
pub fn just_before(by: Duration) -> Duration {
    by.checked_sub(SECOND).unwrap()
}

/// Checks when the versions were created, in hours after the start, oldest first.
#[track_caller]
pub fn check_hours(client: &Client, name: &str, hours: &[u64]) {
    let dates: Vec<_> = versions(client, name).into_iter().map(|(_, date, _)| date).collect();
    let expected: Vec<_> = hours.iter().map(|hour| after(Duration::from_hours(*hour))).collect();
    assert_eq!(dates, expected);
}

/// Checks the description of the rotation: its status, and the hours of the last and the next one.
#[track_caller]
pub fn check_rotation(
    client: &Client,
    name: &str,
    word: &str,
    last: Option<u64>,
    next: Option<u64>,
) {
    let told = described(client, name);
    let date = |name: &str| told.get(name).map(|date| date.as_str().unwrap().to_owned());
    let hour = |hour: Option<u64>| hour.map(|hour| after(Duration::from_hours(hour)));
    let found =
        (text(&told, "AutomaticRotation"), date("LastRotationDate"), date("NextRotationDate"));
    assert_eq!(found, (word.to_owned(), hour(last), hour(next)));
    assert_eq!(told.get("RotationInterval").is_some(), word != "Disabled", "{told}");
}

/// A key, and a secret under it that rotates at this interval.
pub fn under_key(client: &Client, sample: &Sample, interval: &str) -> (String, String) {
    let key = client.create_key(&[]);
    let policy = [("EnableAutomaticRotation", "true"), ("RotationInterval", interval)];
    let name = made(client, sample, &[("EncryptionKeyId", &key), policy[0], policy[1]]);
    (key, name)
}
