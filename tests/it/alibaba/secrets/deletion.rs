//! Deleted secrets: what they answer during the window, and afterwards.

use std::time::Duration;

use serde_json::json;

use super::{create, fields, get, not_found, put, versions, with_name};
use crate::kit::{Answer, Client, START, Server, days};

fn delete(client: &Client, more: &[(&str, &str)]) -> Answer {
    client.call("DeleteSecret", &[&[("SecretName", "s")], more].concat())
}

/// One millisecond less than whole days.
fn nearly(whole: u64) -> Duration {
    days(whole).saturating_sub(Duration::from_millis(1))
}

const FORCE: (&str, &str) = ("ForceDeleteWithoutRecovery", "true");

#[test]
fn a_deleted_secret_is_removed_at_the_end_of_its_window() {
    for (window, last) in [("", 30), ("7", 7), ("30", 30)] {
        let server = Server::start();
        let client = server.client();
        create(&client, "s", &[]).ok();
        let answer = delete(&client, &[("RecoveryWindowInDays", window)]).ok();
        assert_eq!(fields(&answer), "PlannedDeleteTime RequestId SecretName");
        assert_eq!(answer["PlannedDeleteTime"], format!("2030-01-{:02}T08:00:00+08:00", last + 1));
        let planned = format!("2030-01-{:02}T00:00:00Z", last + 1);
        assert_eq!(with_name(&client, "DescribeSecret", "s").ok()["PlannedDeleteTime"], planned);
        let listed = client.call("ListSecrets", &[]).ok();
        assert_eq!(listed["SecretList"]["Secret"][0]["PlannedDeleteTime"], planned);

        server.advance(nearly(last));
        with_name(&client, "DescribeSecret", "s").ok();
        create(&client, "s", &[]).refused(409, "Rejected.ResourceInDeleteWindow");
        server.advance(Duration::from_millis(1));
        not_found(&with_name(&client, "DescribeSecret", "s"));
        assert_eq!(client.call("ListSecrets", &[]).ok()["SecretList"], json!({ "Secret": [] }));
        not_found(&with_name(&client, "RestoreSecret", "s"));
        not_found(&delete(&client, &[FORCE]));
        not_found(&get(&client, "s", &[]));
        // The name is free, and a new secret has nothing of the old one.
        create(&client, "s", &[("VersionId", "first"), ("SecretData", "new")]).ok();
        assert_eq!(versions(&client, "s"), ["first ACSCurrent"]);
        not_found(&get(&client, "s", &[("VersionId", "v1")]));
    }
}

#[test]
fn a_window_is_of_7_to_30_days() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    for bad in ["0", "6", "31", "-7", "+7", "7.0", "seven", "99999999999999999999"] {
        delete(&client, &[("RecoveryWindowInDays", bad)]).refused_parameter("RecoveryWindowInDays");
    }
    delete(&client, &[("ForceDeleteWithoutRecovery", "x")])
        .refused_parameter("ForceDeleteWithoutRecovery");
    assert!(with_name(&client, "DescribeSecret", "s").ok().get("PlannedDeleteTime").is_none());
    get(&client, "s", &[]).ok();
}

#[test]
fn dates_have_the_format_of_each_actions_sample() {
    let server = Server::start();
    let client = server.client();
    server.advance(Duration::from_hours(16) + Duration::from_millis(713));
    create(&client, "s", &[]).ok();
    // Beijing time with a fraction here, UTC without a fraction there.
    let answer = delete(&client, &[("RecoveryWindowInDays", "10")]).ok();
    assert_eq!(answer["PlannedDeleteTime"], "2030-01-12T00:00:00.713+08:00");
    let described = with_name(&client, "DescribeSecret", "s").ok();
    assert_eq!(described["PlannedDeleteTime"], "2030-01-11T16:00:00Z");
    // It is removed at the exact instant, not at the printed second.
    server.advance(nearly(10));
    with_name(&client, "DescribeSecret", "s").ok();
    server.advance(Duration::from_millis(1));
    not_found(&with_name(&client, "DescribeSecret", "s"));
}

#[test]
fn forced_deletion_is_immediate() {
    let server = Server::start();
    let client = server.client();
    // One client sends a window too.
    for more in [
        &[FORCE][..],
        &[FORCE, ("RecoveryWindowInDays", "30")],
        &[("ForceDeleteWithoutRecovery", "True")],
    ] {
        create(&client, "s", &[]).ok();
        let answer = delete(&client, more).ok();
        assert_eq!(answer["PlannedDeleteTime"], "2030-01-01T08:00:00+08:00");
        not_found(&with_name(&client, "DescribeSecret", "s"));
        not_found(&with_name(&client, "RestoreSecret", "s"));
    }
    // This includes a secret that is already deleted.
    create(&client, "s", &[]).ok();
    delete(&client, &[("ForceDeleteWithoutRecovery", "false")]).ok();
    delete(&client, &[]).refused(409, "Rejected.ResourceInDeleteWindow");
    delete(&client, &[FORCE]).ok();
    create(&client, "s", &[]).ok();
}

#[test]
fn a_restored_secret_is_unchanged() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[("Description", "kept")]).ok();
    put(&client, "s", "v2", "two", &[("VersionStages", r#"["a"]"#)]).ok();
    let tell = || {
        let mut described =
            client.call("DescribeSecret", &[("SecretName", "s"), ("FetchTags", "true")]).ok();
        described.as_object_mut().unwrap().remove("RequestId").unwrap();
        (described, versions(&client, "s"))
    };
    let before = tell();
    assert_eq!(
        with_name(&client, "RestoreSecret", "s").refused(409, "Rejected.ResourceInUse"),
        "restore normal secret"
    );
    for _ in 0..2 {
        delete(&client, &[("RecoveryWindowInDays", "7")]).ok();
        server.advance(nearly(7));
        let answer = with_name(&client, "RestoreSecret", "s").ok();
        assert_eq!(
            (fields(&answer).as_str(), &answer["SecretName"]),
            ("RequestId SecretName", &json!("s"))
        );
        assert_eq!(tell(), before);
    }
    // The old date has no effect any more.
    server.advance(days(60));
    assert_eq!(get(&client, "s", &[]).ok()["SecretData"], "one");
    assert_eq!(get(&client, "s", &[]).ok()["CreateTime"], START);
}

#[test]
fn within_the_window_it_can_only_be_described() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    let (before, listed) = (versions(&client, "s"), client.call("ListSecrets", &[]).ok());
    delete(&client, &[]).ok();
    let name = ("SecretName", "s");
    let version = [("VersionId", "v2"), ("SecretData", "two")];
    let resource = [("ResourceType", "secret"), ("ResourceId.1", "s")];
    let tags = ("Tags", r#"[{"TagKey":"k","TagValue":"v"}]"#);
    let calls: [(&str, &[(&str, &str)]); 17] = [
        ("CreateSecret", &[name, version[0], version[1]]),
        ("GetSecretValue", &[name]),
        ("GetSecretValue", &[name, ("VersionId", "unknown")]),
        ("PutSecretValue", &[name, version[0], version[1]]),
        ("PutSecretValue", &[name, ("VersionId", "v1"), ("SecretData", "one")]),
        ("UpdateSecret", &[name, ("Description", "x")]),
        ("UpdateSecretVersionStage", &[name, ("VersionStage", "a"), ("MoveToVersion", "v1")]),
        ("DeleteSecret", &[name]),
        ("DeleteSecret", &[name, ("RecoveryWindowInDays", "7")]),
        ("RotateSecret", &[name, version[0]]),
        ("UpdateSecretRotationPolicy", &[name, ("EnableAutomaticRotation", "false")]),
        ("SetSecretPolicy", &[name, ("Policy", r#"{"Version":"1","Statement":[]}"#)]),
        ("GetSecretPolicy", &[name]),
        ("TagResource", &[name, tags]),
        ("UntagResource", &[name, ("TagKeys", r#"["k"]"#)]),
        ("TagResources", &[resource[0], resource[1], ("Tag.1.Key", "k")]),
        ("UntagResources", &[resource[0], resource[1], ("TagKey.1", "k")]),
    ];
    for (action, params) in calls {
        let message = client.call(action, params).refused(409, "Rejected.ResourceInDeleteWindow");
        assert_eq!(message, "The secret is planned to be deleted.", "{action}");
    }
    get(&client, "s", &[("DryRun", "true")]).refused(400, "ValidationError");
    let batch =
        client.call("BatchGetSecretValue", &[("SecretsList", r#"[{"SecretName":"s"}]"#)]).ok();
    assert_eq!(batch["Errors"][0]["Code"], "Rejected.ResourceInDeleteWindow");
    with_name(&client, "DescribeSecret", "s").ok();
    assert_eq!(versions(&client, "s"), before);
    assert_eq!(client.call("ListSecrets", &[]).ok()["TotalCount"], listed["TotalCount"]);
    with_name(&client, "RestoreSecret", "s").ok();
    assert_eq!(versions(&client, "s"), before);
    assert_eq!(get(&client, "s", &[]).ok()["SecretData"], "one");
}
