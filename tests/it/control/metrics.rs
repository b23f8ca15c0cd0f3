//! The metrics for Prometheus.

use serde_json::{Value, json};

use super::{arm, delete, get};
use crate::kit::{Process, Server, control};

/// The value of a line.
fn value(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

#[test]
fn requests_are_counted_by_cloud_action_and_code() {
    let server = Server::start();
    let client = server.client();
    let key = client.create_key(&[]);
    for _ in 0..3 {
        client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "x")]).ok();
    }
    client
        .call("Encrypt", &[("KeyId", "none"), ("Plaintext", "x")])
        .refused(404, "Forbidden.KeyNotFound");
    client
        .call("CreateSecret", &[("SecretName", "db"), ("SecretData", "x"), ("VersionId", "1")])
        .ok();
    for name in ["One", "Two\"} 1"] {
        client.call(name, &[]).refused(404, "InvalidAction.NotFound");
    }
    arm(&server, "", &json!({"reset": true, "action": "ListKeys", "at": "after"}));
    let _ = super::raw(&client, "", "ListKeys");
    delete(&server, "faults").ok();
    let answer = get(&server, "metrics");
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = answer.text;
    let total = |action: &str, code: &str| {
        value(
            &text,
            &format!(
                "kmsim_requests_total{{dialect=\"alibaba\",action=\"{action}\",code=\"{code}\"}}"
            ),
        )
    };
    assert_eq!(total("Encrypt", "ok"), Some(3.0), "{text}");
    assert_eq!(total("Encrypt", "Forbidden.KeyNotFound"), Some(1.0));
    assert_eq!(total("unknown", "InvalidAction.NotFound"), Some(2.0));
    assert_eq!(total("ListKeys", "reset"), Some(1.0));
    assert_eq!(total("Decrypt", "ok"), None);
    let of = "dialect=\"alibaba\",action=\"Encrypt\"";
    assert_eq!(
        value(&text, &format!("kmsim_request_duration_seconds_bucket{{{of},le=\"+Inf\"}}")),
        Some(4.0)
    );
    assert_eq!(value(&text, &format!("kmsim_request_duration_seconds_count{{{of}}}")), Some(4.0));
    // The realm of the secret also has the service's key.
    assert_eq!(value(&text, "kmsim_keys{dialect=\"alibaba\"}"), Some(2.0), "{text}");
    assert_eq!(value(&text, "kmsim_secrets{dialect=\"alibaba\"}"), Some(1.0));
    assert_eq!(value(&text, "kmsim_secrets{dialect=\"kingsoft\"}"), Some(0.0));
    assert_eq!(value(&text, "kmsim_white_box_keys{dialect=\"tencent\"}"), Some(0.0));
    assert_eq!(value(&text, "kmsim_data_keys{dialect=\"tencent\"}"), Some(0.0));
    assert_eq!(value(&text, "kmsim_certificates{dialect=\"alibaba\"}"), Some(0.0));
    assert!(value(&text, "kmsim_realms{dialect=\"alibaba\"}") >= Some(1.0));
    assert_eq!(value(&text, "process_start_time_seconds"), Some(1_893_456_000.0));
    let commits = value(&text, "kmsim_commits_total").unwrap();
    client.create_key(&[]);
    client.call("ListKeys", &[]).ok();
    assert_eq!(value(&get(&server, "metrics").text, "kmsim_commits_total"), Some(commits + 1.0));
}

#[test]
fn metrics_have_the_prometheus_text_format() {
    let server = Process::start(&["--data", ":memory:"]);
    server.client().call("ListKeys", &[]).ok();
    let text = control(server.address, "GET", "metrics", &Value::Null).text;
    let mut typed = "";
    for line in text.lines() {
        if let Some(about) = line.strip_prefix("# TYPE ") {
            typed = about.split(' ').next().unwrap();
        } else if !line.starts_with("# HELP ") {
            let (series, number) = line.rsplit_once(' ').unwrap();
            assert!(series.starts_with(typed) && number.parse::<f64>().is_ok(), "{line}");
        }
    }
    assert!(text.ends_with('\n') && !typed.is_empty());
}
