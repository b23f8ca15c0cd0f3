//! Values: read by stage and by version, and written in new versions.

use std::time::Duration;

use serde_json::json;

use super::{create, fields, get, not_found, put, versions, with_name};
use crate::kit::{START, Server};

#[test]
fn values_are_read_by_stage_and_by_version() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    server.advance(Duration::from_hours(1));
    put(&client, "s", "v2", "two", &[]).ok();
    put(&client, "s", "v3", "three", &[("VersionStages", r#"["custom"]"#)]).ok();
    for (params, version, data, stage) in [
        (&[][..], "v2", "two", "ACSCurrent"),
        (&[("VersionStage", "ACSCurrent")], "v2", "two", "ACSCurrent"),
        (&[("VersionStage", "")], "v2", "two", "ACSCurrent"),
        (&[("VersionStage", "ACSPrevious")], "v1", "one", "ACSPrevious"),
        (&[("VersionStage", "custom")], "v3", "three", "custom"),
        (&[("VersionId", "v1")], "v1", "one", "ACSPrevious"),
        (&[("VersionId", "v3")], "v3", "three", "custom"),
        // The version wins.
        (&[("VersionId", "v1"), ("VersionStage", "ACSCurrent")], "v1", "one", "ACSPrevious"),
        (&[("VersionId", "v1"), ("VersionStage", "unknown")], "v1", "one", "ACSPrevious"),
    ] {
        let value = get(&client, "s", params).ok();
        assert_eq!([&value["VersionId"], &value["SecretData"]], [version, data], "{params:?}");
        assert_eq!(value["VersionStages"], json!({ "VersionStage": [stage] }), "{params:?}");
        // It is the secret's, for every version.
        assert_eq!(value["CreateTime"], START);
    }
    for unknown in [
        &[("VersionId", "v4")][..],
        &[("VersionStage", "other")],
        &[("VersionStage", "acscurrent")],
        &[("VersionId", "V1")],
        &[("VersionId", "v4"), ("VersionStage", "ACSCurrent")],
    ] {
        not_found(&get(&client, "s", unknown));
    }
    not_found(&get(&client, "S", &[]));
    let long = "x".repeat(65);
    get(&client, "s", &[("VersionStage", &long)]).refused_parameter("VersionStage");
    get(&client, "s", &[("VersionId", &long)]).refused_parameter("VersionId");
    get(&client, "s", &[("FetchExtendedConfig", "yes")]).refused_parameter("FetchExtendedConfig");
}

#[test]
fn a_version_without_stages_is_read_by_its_id() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    put(&client, "s", "v2", "two", &[]).ok();
    put(&client, "s", "v3", "three", &[]).ok();
    let value = get(&client, "s", &[("VersionId", "v1")]).ok();
    assert_eq!(value["SecretData"], "one");
    assert_eq!(value["VersionStages"], json!({ "VersionStage": [] }));
}

#[test]
fn a_dry_run_reports_the_outcome_without_the_value() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[("SecretData", "hidden")]).ok();
    let dry = get(&client, "s", &[("DryRun", "true")]);
    dry.refused(400, "DryRunOperationError");
    assert!(!dry.text.contains("hidden"));
    get(&client, "unknown", &[("DryRun", "true")]).refused(400, "ValidationError");
    get(&client, "s", &[("DryRun", "true"), ("VersionStage", "x")]).refused(400, "ValidationError");
    get(&client, "s", &[("DryRun", "false")]).ok();
    get(&client, "s", &[("Recipient", "document")]).refused(400, "UnsupportedOperation");
}

#[test]
fn a_new_version_is_the_current_one() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    server.advance(Duration::from_hours(1));
    let answer = put(&client, "s", "v2", "two", &[]).ok();
    assert_eq!(fields(&answer), "RequestId SecretName VersionId VersionStages");
    assert_eq!([&answer["SecretName"], &answer["VersionId"]], ["s", "v2"]);
    assert_eq!(answer["VersionStages"], json!({ "VersionStage": ["ACSCurrent"] }));
    assert_eq!(versions(&client, "s"), ["v2 ACSCurrent", "v1 ACSPrevious"]);
    put(&client, "s", "v3", "three", &[]).ok();
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent", "v2 ACSPrevious", "v1"]);
    let described = with_name(&client, "DescribeSecret", "s").ok();
    assert_eq!(
        [&described["CreateTime"], &described["UpdateTime"]],
        [START, "2030-01-01T01:00:00Z"]
    );
    not_found(&put(&client, "unknown", "v2", "two", &[]));
    put(&client, "s", &"x".repeat(65), "two", &[]).refused_parameter("VersionId");
}

#[test]
fn a_new_version_gets_the_given_stages() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    let with =
        |version: &str, stages: &str| put(&client, "s", version, "x", &[("VersionStages", stages)]);
    with("v2", r#"["a","b"]"#).ok();
    assert_eq!(versions(&client, "s"), ["v2 a b", "v1 ACSCurrent"], "the current one stays");
    // Both forms: a list, and the document's object.
    let answer = with("v3", r#"{"VersionStage":["b","c"]}"#).ok();
    assert_eq!(answer["VersionStages"], json!({ "VersionStage": ["b", "c"] }));
    assert_eq!(versions(&client, "s"), ["v3 b c", "v2 a", "v1 ACSCurrent"]);
    with("v4", r#"["a","ACSCurrent"]"#).ok();
    assert_eq!(versions(&client, "s"), ["v4 ACSCurrent a", "v3 b c", "v2", "v1 ACSPrevious"]);
    with("v5", r#"["ACSPrevious"]"#).ok();
    assert_eq!(versions(&client, "s"), ["v5 ACSPrevious", "v4 ACSCurrent a", "v3 b c", "v2", "v1"]);
    let (most, many) =
        (json!(["1", "2", "3", "4", "5", "6", "7", "8"]), json!([0; 9].map(|_| "s")));
    with("v6", &most.to_string()).ok();
    let (long, longest) = (json!(["\u{e9}".repeat(65)]), json!(["\u{e9}".repeat(64)]));
    with("v7", &longest.to_string()).ok();
    for bad in [
        "ACSCurrent",
        "[]",
        "{}",
        "[1]",
        "[\"\"]",
        "[\"a\"",
        "\"a\"",
        "null",
        r#"{"VersionStage":[]}"#,
        r#"{"VersionStage":"a"}"#,
        r#"{"Stage":["a"]}"#,
        r#"["a\nb"]"#,
        &many.to_string(),
        &long.to_string(),
    ] {
        with("v8", bad).refused_parameter("VersionStages");
    }
    not_found(&get(&client, "s", &[("VersionId", "v8")]));
}

#[test]
fn stages_of_a_new_version_are_a_set() {
    let server = Server::start();
    let client = server.client();
    let with = |name: &str, stages: &str| {
        create(&client, name, &[]).ok();
        let answer = put(&client, name, "v2", "two", &[("VersionStages", stages)]);
        (answer.status, versions(&client, name))
    };
    // The order of the stages does not matter for the outcome.
    let one = with("a", r#"["ACSCurrent","ACSPrevious"]"#);
    assert_eq!(one, with("b", r#"["ACSPrevious","ACSCurrent"]"#));
    assert_eq!(with("c", r#"["x","x"]"#), with("d", r#"["x"]"#));
}

#[test]
fn the_same_again_changes_nothing_and_another_value_is_refused() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    put(&client, "s", "v2", "two", &[]).ok();
    let before = [with_name(&client, "DescribeSecret", "s").ok()["UpdateTime"].clone()];
    server.advance(Duration::from_hours(1));
    let binary = [("SecretDataType", "binary")];
    // With any stages and type: this version was written before.
    for more in [
        &[][..],
        &[("VersionStages", r#"["ACSCurrent"]"#)],
        &[("VersionStages", r#"["a"]"#)],
        &binary,
    ] {
        let answer = put(&client, "s", "v1", "one", more).ok();
        assert_eq!(answer["VersionStages"], json!({ "VersionStage": ["ACSPrevious"] }));
        assert_eq!(versions(&client, "s"), ["v2 ACSCurrent", "v1 ACSPrevious"]);
    }
    assert_eq!([with_name(&client, "DescribeSecret", "s").ok()["UpdateTime"].clone()], before);
    for (version, data, more) in [
        ("v1", "two", &[][..]),
        ("v2", "one", &[]),
        ("v1", "one ", &[]),
        ("v1", "on", &[]),
        ("v1", "two", &[("VersionStages", r#"["a"]"#)]),
    ] {
        put(&client, "s", version, data, more).refused(409, "Rejected.ResourceExist");
    }
    assert_eq!(versions(&client, "s"), ["v2 ACSCurrent", "v1 ACSPrevious"]);
    let kept = get(&client, "s", &[("VersionId", "v1")]).ok();
    assert_eq!([&kept["SecretData"], &kept["SecretDataType"]], ["one", "text"]);
    // Another version may have the same value, and another secret the same version.
    put(&client, "s", "v3", "one", &[]).ok();
    create(&client, "t", &[("SecretData", "other")]).ok();
}

#[test]
fn each_version_has_its_own_type() {
    let server = Server::start();
    let client = server.client();
    let binary = [("SecretDataType", "binary")];
    create(&client, "s", &[("SecretData", "AAEC/w=="), binary[0]]).ok();
    let value = get(&client, "s", &[]).ok();
    assert_eq!([&value["SecretDataType"], &value["SecretData"]], ["binary", "AAEC/w=="]);
    put(&client, "s", "v2", "text", &[("SecretDataType", "text")]).ok();
    put(&client, "s", "v3", "/w==", &binary).ok();
    put(&client, "s", "v4", "plain", &[]).ok();
    for (version, kind) in [("v1", "binary"), ("v2", "text"), ("v3", "binary"), ("v4", "text")] {
        assert_eq!(get(&client, "s", &[("VersionId", version)]).ok()["SecretDataType"], kind);
    }
    put(&client, "s", "v5", "x", &[("SecretDataType", "BINARY")])
        .refused_parameter("SecretDataType");
}
