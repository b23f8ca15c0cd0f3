//! The custom data of a managed secret's configuration.

use serde_json::{Value, json};

use super::{HOUR, SAMPLES, SINGLE, current, described, generic, made, on, rotate, text};
use crate::kit::{Answer, Client, START, Server};

const NAME: &str = "ExtendedConfig.CustomData";

fn update(client: &Client, name: &str, custom: &str) -> Answer {
    client.call("UpdateSecret", &[("SecretName", name), (NAME, custom)])
}

fn custom(client: &Client, name: &str) -> Value {
    let config: Value =
        serde_json::from_str(&text(&described(client, name), "ExtendedConfig")).unwrap();
    config["CustomData"].clone()
}

#[test]
fn custom_data_alone_is_replaced_as_a_whole() {
    let server = Server::start();
    let client = server.client();
    for sample in &SAMPLES {
        let name = made(&client, sample, &[("Description", "kept")]);
        let before = (described(&client, &name), current(&client, &name));
        server.advance(HOUR);
        let now = server.world.clock.now().to_string();
        for data in [r#"{"DBName":"app1","Port":"3306"}"#, r#"{"Port":"1"}"#, r#"{"":""}"#, "{}"] {
            let mut answer = update(&client, &name, data).ok();
            answer.as_object_mut().unwrap().remove("RequestId");
            assert_eq!(answer, json!({ "SecretName": name }));
            let told = described(&client, &name);
            let changed =
                sample.config.replace("\"CustomData\":{}", &format!("\"CustomData\":{data}"));
            assert_eq!(told["ExtendedConfig"], changed);
            assert_eq!((&told["Description"], &told["UpdateTime"]), (&json!("kept"), &json!(now)));
            assert_eq!(told["CreateTime"], before.0["CreateTime"]);
        }
        assert_eq!(current(&client, &name), before.1);
    }
}

#[test]
fn custom_data_is_set_at_creation_and_survives_rotations() {
    let server = Server::start();
    let client = server.client();
    for (sample, data) in SAMPLES.iter().zip([
        r#"{"Key1":"v1","fds":"fdsf"}"#,
        r#"{"Key1":"v1"}"#,
        r#"{"k":"\u00e9"}"#,
        r#"{"a":"1","b":"2","c":"3","d":"4","e":"5","f":"6","g":"7","h":"8","i":"9","j":"10"}"#,
        "{}",
        r#"{"q":"\""}"#,
        r#"{"x":""}"#,
    ]) {
        let config = sample.config.replace("\"CustomData\":{}", &format!("\"CustomData\":{data}"));
        let name = made(&client, sample, &[("ExtendedConfig", &config)]);
        let expected: Value = serde_json::from_str(data).unwrap();
        assert_eq!(custom(&client, &name), expected);
        rotate(&client, &name, "v2").ok();
        assert_eq!(custom(&client, &name), expected);
    }
    // The default is empty.
    for none in [",\"CustomData\":null", ""] {
        let config = SINGLE.config.replace(",\"CustomData\":{}", none);
        let name = format!("none{}", none.len());
        made(&client, &SINGLE, &[("SecretName", &name), ("ExtendedConfig", &config)]);
        assert_eq!(described(&client, &name)["ExtendedConfig"], SINGLE.config);
    }
}

#[test]
fn custom_data_has_limits() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SINGLE, &[]);
    let many = |count: usize| {
        let pairs: Vec<_> = (0..count).map(|at| format!("\"k{at}\":\"v\"")).collect();
        format!("{{{}}}", pairs.join(","))
    };
    update(&client, &name, &many(10)).ok();
    let before = described(&client, &name);
    for bad in [
        &*many(11),
        &format!(r#"{{"a":"{}"}}"#, "x".repeat(1024)),
        r#"{"a":1}"#,
        r#"{"a":null}"#,
        r#"{"a":true}"#,
        r#"{"a":{"b":"c"}}"#,
        r#"{"a":["b"]}"#,
        r#"["a"]"#,
        "[]",
        "null",
        "\"{}\"",
        "{",
        "{'a':'b'}",
        "a=b",
    ] {
        update(&client, &name, bad).refused_parameter(NAME);
        let both = [("SecretName", &*name), (NAME, bad), ("Description", "new")];
        client.call("UpdateSecret", &both).refused_parameter(NAME);
        assert_eq!(described(&client, &name), before, "{bad:.99}");
    }
    let wide = format!(r#"{{"a":"{}"}}"#, "\u{5bc6}".repeat(500));
    update(&client, &name, &wide).ok();
    assert_eq!(custom(&client, &name), serde_json::from_str::<Value>(&wide).unwrap());
}

#[test]
fn a_description_changes_with_it_or_alone() {
    let server = Server::start();
    let client = server.client();
    let name = made(&client, &SINGLE, &[]);
    let both = [("SecretName", &*name), (NAME, r#"{"a":"b"}"#), ("Description", "new")];
    client.call("UpdateSecret", &both).ok();
    assert_eq!(
        (custom(&client, &name), &described(&client, &name)["Description"]),
        (json!({"a":"b"}), &json!("new"))
    );
    client.call("UpdateSecret", &[("SecretName", &name), ("Description", "")]).ok();
    assert_eq!(
        (custom(&client, &name), &described(&client, &name)["Description"]),
        (json!({"a":"b"}), &json!(""))
    );
    update(&client, &name, "{}").ok();
    assert_eq!(custom(&client, &name), json!({}));
}

#[test]
fn only_an_active_managed_secret_has_custom_data() {
    let server = Server::start();
    let client = server.client();
    generic(&client, "generic").ok();
    update(&client, "generic", r#"{"a":"b"}"#).refused(400, "Rejected.UnsupportedOperation");
    update(&client, "generic", "{}").refused(400, "Rejected.UnsupportedOperation");
    let both = [("SecretName", "generic"), (NAME, "{}"), ("Description", "new")];
    client.call("UpdateSecret", &both).refused(400, "Rejected.UnsupportedOperation");
    assert_eq!(described(&client, "generic")["Description"], "");
    assert_eq!(described(&client, "generic").get("ExtendedConfig"), None);
    update(&client, "none", "{}").refused(404, "Forbidden.ResourceNotFound");

    // The change needs no key, because no value changes.
    let key = client.create_key(&[]);
    let name = made(&client, &SINGLE, &[("EncryptionKeyId", &key)]);
    client.call("DisableKey", &[("KeyId", &key)]).ok();
    update(&client, &name, r#"{"a":"b"}"#).ok();
    on(&client, "DeleteSecret", &name).ok();
    update(&client, &name, "{}").refused(409, "Rejected.ResourceInDeleteWindow");
    assert_eq!(custom(&client, &name), json!({ "a": "b" }));
    server.advance(HOUR);
    assert_eq!(described(&client, &name)["UpdateTime"], START);
}

#[test]
fn one_sdk_sends_it_flat() {
    let server = Server::start();
    let client = server.client();
    made(&client, &SINGLE, &[]);
    let texts = ["DBName", "a.b"].map(|name| format!("{NAME}.{name}"));
    let flat = [("SecretName", SINGLE.name), (&*texts[0], "app1"), (&*texts[1], "2")];
    client.call("UpdateSecret", &flat).ok();
    assert_eq!(custom(&client, SINGLE.name), json!({ "DBName": "app1", "a.b": "2" }));
}
