//! The endpoint that lists the served actions and those that are not served yet.

use serde_json::json;

use super::get;
use crate::alibaba::coverage::not_yet;
use crate::kit::{Process, Server, control};

#[test]
fn every_cloud_lists_what_it_serves() {
    let server = Server::start();
    let told = get(&server, "actions").ok();
    let clouds: Vec<_> = told.as_object().unwrap().keys().cloned().collect();
    assert_eq!(clouds, ["alibaba", "huawei", "kingsoft", "tencent"]);
    for cloud in server.clouds().iter() {
        let told = &told[cloud.profile().name];
        assert_eq!(told["served"], json!(cloud.action_names()));
        let codes: Vec<_> = cloud.profile().codes.iter().map(|code| code.name).collect();
        assert_eq!(told["errors"], json!(codes));
    }
    let waiting = not_yet();
    let values =
        waiting.values.iter().map(|(action, name, value)| format!("{action} {name}={value}"));
    let mut waiting: Vec<_> = waiting.actions.iter().cloned().chain(values).collect();
    let mut not_yet: Vec<String> =
        serde_json::from_value(told["alibaba"]["not_yet"].clone()).unwrap();
    waiting.sort();
    not_yet.sort();
    assert_eq!(not_yet, waiting);
    assert_eq!(told["kingsoft"]["not_yet"], json!([]));
}

#[test]
fn the_built_binary_needs_no_file_for_the_list() {
    let server = Process::start(&["--data", ":memory:"]);
    let told = control(server.address, "GET", "actions", &json!(null)).ok();
    assert!(told["alibaba"]["served"].as_array().unwrap().contains(&json!("Encrypt")));
}
