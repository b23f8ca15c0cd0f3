//! Moving stages, listing versions, and pruning versions.

use std::time::Duration;

use serde_json::json;

use super::{create, fields, get, not_found, put, told, versions, with_name};
use crate::kit::{Answer, Client, START, Server};

/// Moves a stage from one version (or from none, if empty) to another.
fn step(client: &Client, stage: &str, from: &str, to: &str) -> Answer {
    let all = [
        ("SecretName", "s"),
        ("VersionStage", stage),
        ("RemoveFromVersion", from),
        ("MoveToVersion", to),
    ];
    let given: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    client.call("UpdateSecretVersionStage", &given)
}

/// A secret `s` of three versions: the current one, the previous one, and one without stages.
fn three(client: &Client) {
    create(client, "s", &[]).ok();
    put(client, "s", "v2", "two", &[]).ok();
    put(client, "s", "v3", "three", &[]).ok();
}

#[test]
fn the_current_stage_moves_and_the_previous_follows() {
    let server = Server::start();
    let client = server.client();
    three(&client);
    server.advance(Duration::from_hours(1));
    let answer = step(&client, "ACSCurrent", "", "v1").ok();
    assert_eq!(
        (fields(&answer).as_str(), &answer["SecretName"]),
        ("RequestId SecretName", &json!("s"))
    );
    assert_eq!(versions(&client, "s"), ["v3 ACSPrevious", "v2", "v1 ACSCurrent"]);
    assert_eq!(get(&client, "s", &[]).ok()["SecretData"], "one");
    assert_eq!(
        with_name(&client, "DescribeSecret", "s").ok()["UpdateTime"],
        "2030-01-01T01:00:00Z"
    );
    // Back to the previous version: they swap.
    step(&client, "ACSCurrent", "v1", "v3").ok();
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent", "v2", "v1 ACSPrevious"]);
    // To the version that already has it.
    step(&client, "ACSCurrent", "", "v3").ok();
    step(&client, "ACSCurrent", "v3", "v3").ok();
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent", "v2", "v1 ACSPrevious"]);
    step(&client, "ACSPrevious", "v1", "v2").ok();
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent", "v2 ACSPrevious", "v1"]);
    // The previous version is never the current one.
    step(&client, "ACSPrevious", "", "v3").refused(400, "Rejected.UnsupportedOperation");
    step(&client, "ACSPrevious", "v2", "v3").refused(400, "Rejected.UnsupportedOperation");
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent", "v2 ACSPrevious", "v1"]);
}

#[test]
fn other_stages_are_added_and_removed() {
    let server = Server::start();
    let client = server.client();
    three(&client);
    step(&client, "a", "", "v1").ok();
    step(&client, "b", "", "v3").ok();
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent b", "v2 ACSPrevious", "v1 a"]);
    step(&client, "a", "", "v2").ok();
    step(&client, "b", "v3", "v1").ok();
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent", "v2 ACSPrevious a", "v1 b"]);
    step(&client, "a", "v2", "").ok();
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent", "v2 ACSPrevious", "v1 b"]);
    not_found(&get(&client, "s", &[("VersionStage", "a")]));
    step(&client, "b", "v1", "").ok();
    assert_eq!(versions(&client, "s"), ["v3 ACSCurrent", "v2 ACSPrevious", "v1"]);
    // Names of stages are case-sensitive.
    step(&client, "acscurrent", "", "v1").ok();
    assert_eq!(versions(&client, "s")[2], "v1 acscurrent");
}

#[test]
fn a_stage_is_removed_from_the_version_that_has_it() {
    let server = Server::start();
    let client = server.client();
    three(&client);
    step(&client, "a", "", "v1").ok();
    let before = versions(&client, "s");
    for (stage, from, to) in [
        ("a", "v2", "v3"),
        ("a", "v2", ""),
        ("a", "v3", "v1"),
        ("b", "v1", ""),
        ("b", "v1", "v2"),
        ("ACSCurrent", "v1", "v2"),
        ("ACSPrevious", "v3", "v1"),
    ] {
        let message = step(&client, stage, from, to).refused(400, "Rejected.InvalidRequest");
        assert_eq!(message, "param mismatch", "{stage}");
    }
    for (stage, from, to) in
        [("a", "v1", "v4"), ("a", "v4", "v1"), ("ACSCurrent", "", "v4"), ("a", "v4", "")]
    {
        not_found(&step(&client, stage, from, to));
    }
    for (stage, from) in
        [("a", ""), ("ACSCurrent", "v3"), ("ACSPrevious", "v2"), ("ACSCurrent", "")]
    {
        let message = step(&client, stage, from, "").refused(400, "MissingParameter");
        assert!(message.contains("\"MoveToVersion\""), "{message}");
    }
    let message = step(&client, "", "v1", "v2").refused(400, "MissingParameter");
    assert!(message.contains("\"VersionStage\""), "{message}");
    let long = "x".repeat(65);
    step(&client, &long, "", "v1").refused_parameter("VersionStage");
    step(&client, "a", &long, "v1").refused_parameter("RemoveFromVersion");
    step(&client, "a", "", &long).refused_parameter("MoveToVersion");
    assert_eq!(versions(&client, "s"), before);
    let unknown = [("SecretName", "t"), ("VersionStage", "a"), ("MoveToVersion", "v1")];
    not_found(&client.call("UpdateSecretVersionStage", &unknown));
}

#[test]
fn versions_are_listed_newest_first_and_deprecated_ones_on_request() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    server.advance(Duration::from_hours(1));
    put(&client, "s", "v2", "two", &[]).ok();
    put(&client, "s", "v3", "three", &[]).ok();
    let list = |more: &[(&str, &str)]| {
        client.call("ListSecretVersionIds", &[&[("SecretName", "s")], more].concat())
    };
    let mut body = list(&[]).ok();
    body.as_object_mut().unwrap().remove("RequestId").unwrap();
    let hour = "2030-01-01T01:00:00Z";
    let entry = |id: &str, time: &str, stages: &[&str]| json!({ "VersionId": id, "CreateTime": time, "VersionStages": { "VersionStage": stages } });
    let standing = [entry("v3", hour, &["ACSCurrent"]), entry("v2", hour, &["ACSPrevious"])];
    let expected = json!({
        "SecretName": "s", "VersionIds": { "VersionId": standing },
        "PageNumber": 1, "PageSize": 20, "TotalCount": 2,
    });
    assert_eq!(body, expected);
    assert_eq!(list(&[("IncludeDeprecated", "false")]).ok()["TotalCount"], 2);
    let all = list(&[("IncludeDeprecated", "true")]).ok();
    assert_eq!(all["VersionIds"]["VersionId"][2], entry("v1", START, &[]));

    let page = |number: &str| {
        let body =
            list(&[("IncludeDeprecated", "True"), ("PageSize", "2"), ("PageNumber", number)]).ok();
        assert_eq!([&body["PageSize"], &body["TotalCount"]], [2, 3]);
        assert_eq!(body["PageNumber"], number.parse::<u32>().unwrap());
        told(&body)
    };
    assert_eq!(page("1"), ["v3 ACSCurrent", "v2 ACSPrevious"]);
    assert_eq!(page("2"), ["v1"]);
    assert!(page("3").is_empty(), "a list, though empty");
    for (name, value) in [
        ("PageNumber", "0"),
        ("PageNumber", "x"),
        ("PageSize", "0"),
        ("PageSize", "101"),
        ("IncludeDeprecated", "x"),
    ] {
        list(&[(name, value)]).refused_parameter(name);
    }
}

#[test]
fn beyond_ten_the_oldest_version_without_stages_is_pruned() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    step(&client, "kept", "", "v1").ok();
    for number in 2..=10 {
        put(&client, "s", &format!("v{number}"), "x", &[]).ok();
    }
    assert_eq!(versions(&client, "s").len(), 10);
    put(&client, "s", "v11", "x", &[]).ok();
    let left = versions(&client, "s");
    assert_eq!(left.len(), 10);
    assert_eq!(left[..2], ["v11 ACSCurrent", "v10 ACSPrevious"]);
    assert_eq!(left[8..], ["v3", "v1 kept"], "the second one went");
    not_found(&get(&client, "s", &[("VersionId", "v2")]));
    not_found(&step(&client, "a", "", "v2"));
    assert_eq!(get(&client, "s", &[("VersionId", "v1")]).ok()["SecretData"], "one");
    // A pruned version id can be used again with another value.
    put(&client, "s", "v2", "another", &[]).ok();
    let left = versions(&client, "s");
    assert_eq!((left[0].as_str(), left[8].as_str(), left.len()), ("v2 ACSCurrent", "v4", 10));
}

#[test]
fn a_new_version_is_refused_if_every_version_has_a_stage() {
    let server = Server::start();
    let client = server.client();
    create(&client, "s", &[]).ok();
    let with = |number: u32, stage: &str| {
        put(
            &client,
            "s",
            &format!("v{number}"),
            "x",
            &[("VersionStages", &json!([stage]).to_string())],
        )
    };
    for number in 2..=10 {
        with(number, &format!("s{number}")).ok();
    }
    let before = versions(&client, "s");
    with(11, "s11").refused(400, "Rejected.LimitExceeded");
    // The current stage leaves a version, which becomes the previous one.
    put(&client, "s", "v11", "x", &[]).refused(400, "Rejected.LimitExceeded");
    assert_eq!(versions(&client, "s"), before, "nothing of it was done");
    not_found(&get(&client, "s", &[("VersionId", "v11")]));
    // A stage that moves to the new version makes room.
    with(11, "s5").ok();
    let left = versions(&client, "s");
    assert_eq!((left[0].as_str(), left.len()), ("v11 s5", 10));
    not_found(&get(&client, "s", &[("VersionId", "v5")]));
}

#[test]
fn a_version_has_at_most_eight_stages() {
    let server = Server::start();
    let client = server.client();
    three(&client);
    for at in 0..8 {
        step(&client, &format!("own{at}"), "", "v1").ok();
    }
    step(&client, "one-more", "", "v1").refused(400, "Rejected.LimitExceeded");
    step(&client, "own0", "v1", "v2").ok();
    step(&client, "one-more", "", "v1").ok();
}
