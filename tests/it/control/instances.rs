//! Making instances of the service.

use serde_json::{Value, json};

use super::{post, refuses, workers};

#[test]
fn an_instance_is_made_in_one_account_and_region() {
    let server = workers();
    let made = post(&server, "instances?account=1&region=cn-beijing", &json!({})).ok();
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("kst-") && id.len() == 24, "{id}");
    assert_eq!((&made["account"], &made["region"]), (&json!("1"), &json!("cn-beijing")));
    let named = post(&server, "instances?account=1", &json!({ "id": "kst-1" })).ok();
    assert_eq!((&named["id"], &named["region"]), (&json!("kst-1"), &json!("cn-hangzhou")));
    let metrics = crate::kit::control(server.address, "GET", "metrics", &Value::Null).text;
    assert!(metrics.contains("kmsim_instances{dialect=\"alibaba\"} 2"), "{metrics}");
    refuses(
        &post(&server, "instances?account=1", &json!({ "id": "kst-1" })),
        "id: an instance of the account and region has it",
    );
}

/// Each makes one, or is told that its id is taken, however many others change the realm.
#[test]
fn many_make_instances_at_once() {
    let server = &workers();
    let makers: Vec<_> = std::thread::scope(|scope| {
        let make = |turn: usize| {
            let id = format!("kst-{}", turn % 20);
            move || post(server, "instances?account=1", &json!({ "id": id }))
        };
        let started: Vec<_> = (0..40).map(|turn| scope.spawn(make(turn))).collect();
        started.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let (made, refused): (Vec<_>, Vec<_>) = makers.iter().partition(|it| it.status == 200);
    assert_eq!(made.len(), 20, "{makers:?}");
    for answer in refused {
        refuses(answer, "id: an instance of the account and region has it");
    }
}

#[test]
fn what_is_no_instance_is_refused() {
    let server = workers();
    for (scope, body, said) in [
        ("", json!({}), "account: name the owner of the instance"),
        ("?account=1", json!({ "id": "a b" }), "id: not an instance's id"),
        ("?account=1", json!({ "id": 1 }), "id: "),
        ("?account=1", json!({ "kind": "PAPER" }), "kind: not SOFTWARE or HARDWARE"),
        ("?account=1", json!({ "colour": "red" }), "unknown field"),
        ("?account=1", json!({ "capacity": { "keys": -1 } }), "capacity.keys: "),
    ] {
        refuses(&post(&server, &format!("instances{scope}"), &body), said);
    }
    let metrics = crate::kit::control(server.address, "GET", "metrics", &Value::Null).text;
    assert!(!metrics.contains("kmsim_instances{dialect=\"alibaba\"} 1"), "{metrics}");
}
