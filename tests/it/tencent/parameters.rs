//! Every parameter of every action: missing, unknown, of another type, invalid and valid.

use serde_json::{Value, json};

use super::wire::{Client, WIRES, refusal};
use crate::kit::{Server, table};

struct Parameter {
    action: String,
    name: String,
    kind: String,
    required: bool,
    good: String,
    bad: String,
    code: String,
}

fn all() -> Vec<Parameter> {
    let parameter = |row: Vec<String>| {
        let [action, name, kind, _, required, good, bad, code] = row.try_into().unwrap();
        let bad = match bad.strip_prefix("@len:") {
            Some(len) => "a".repeat(len.parse().unwrap()),
            None => bad,
        };
        Parameter { action, name, kind, required: required == "yes", good, bad, code }
    };
    table("tencent/actions.tsv").into_iter().map(parameter).collect()
}

impl Parameter {
    /// A value in JSON, by the documented type.
    fn value(&self, text: &str, blob: &str) -> Value {
        match self.kind.as_str() {
            _ if text == "@blob" => json!(blob),
            "String" => json!(text),
            _ => serde_json::from_str(text).unwrap(),
        }
    }
}

/// A request with valid values for its required parameters, and `value` for one parameter.
fn request(all: &[Parameter], it: &Parameter, value: Option<Value>, blob: &str) -> Value {
    let mut params = json!({});
    for other in all.iter().filter(|other| other.action == it.action && other.required) {
        params[&other.name] = other.value(&other.good, blob);
    }
    // One of the two sizes is required.
    if it.action == "GenerateDataKey" && it.name != "KeySpec" {
        params["KeySpec"] = json!("AES_128");
    }
    match value {
        Some(value) => params[&it.name] = value,
        None => drop(params.as_object_mut().unwrap().remove(&it.name)),
    }
    params
}

/// A ciphertext of a key that exists.
fn blob(client: &Client) -> String {
    let key = client.create_key(json!({}));
    let sealed = client.done("Encrypt", json!({ "KeyId": key, "Plaintext": "aGVsbG8=" }));
    sealed["CiphertextBlob"].as_str().unwrap().to_owned()
}

#[test]
fn a_missing_parameter_is_named() {
    let server = Server::start();
    let client = Client::of(&server);
    let (all, blob) = (all(), blob(&client));
    let mut count = 0;
    for it in all.iter().filter(|it| it.required) {
        for wire in WIRES {
            let answer = client.on(wire).call(&it.action, request(&all, it, None, &blob));
            let (code, message) = refusal(&answer);
            let named = message.contains(&format!("`{}`", it.name));
            assert!(
                code == "MissingParameter" && named,
                "{} {}: {}",
                it.action,
                it.name,
                answer.text
            );
        }
        count += 1;
    }
    assert_eq!((all.len(), count), (191, 91));
}

#[test]
fn an_invalid_value_has_its_own_code() {
    let server = Server::start();
    let client = Client::of(&server);
    let (all, blob) = (all(), blob(&client));
    let mut wrong = Vec::new();
    for it in all.iter().filter(|it| it.bad != "-") {
        let bad = it.value(&it.bad, &blob);
        let answer = client.call(&it.action, request(&all, it, Some(bad), &blob));
        let (code, message) = refusal(&answer);
        let is_named = code != "InvalidParameter" || message.contains(&format!("`{}`", it.name));
        if code != it.code || !is_named {
            wrong.push(format!("{} {}: {}: {}", it.action, it.name, it.code, answer.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_valid_value_is_accepted() {
    let server = Server::start();
    let client = Client::of(&server);
    let (all, blob) = (all(), blob(&client));
    for it in all.iter().filter(|it| it.good != "-") {
        let good = it.value(&it.good, &blob);
        let answer = client.call(&it.action, request(&all, it, Some(good), &blob));
        let code = refusal(&answer).0;
        let is_wrong = ["InvalidParameter", "MissingParameter", "UnknownParameter"];
        // The keys in the values do not exist, and the ciphertexts are of other keys.
        let is_fine = !is_wrong.iter().any(|it| code == *it) || it.action.starts_with("Import");
        assert!(is_fine, "{} {}: {}", it.action, it.name, answer.text);
    }
}

#[test]
fn a_value_of_another_type_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    let (all, blob) = (all(), blob(&client));
    for it in &all {
        let others = match it.kind.as_str() {
            "String" => vec![json!(5), json!(true), json!(["a"]), json!({ "a": "b" })],
            "Integer" => {
                vec![json!("many"), json!(1.5), json!(true), json!([1]), json!({ "a": 1 })]
            }
            kind if kind.starts_with("Array") => vec![json!("a"), json!(5), json!({ "a": "b" })],
            _ => vec![json!("a"), json!(5), json!([1])],
        };
        for other in others {
            let answer = client.call(&it.action, request(&all, it, Some(other.clone()), &blob));
            let (code, message) = refusal(&answer);
            let is_named = message.contains(&format!("`{}", it.name));
            assert!(
                code == "InvalidParameter" && is_named,
                "{} {} {other}: {}",
                it.action,
                it.name,
                answer.text
            );
        }
    }
}

#[test]
fn a_text_is_no_list_and_no_structure_in_any_form() {
    let server = Server::start();
    let client = Client::of(&server);
    let (all, blob) = (all(), blob(&client));
    for it in all.iter().filter(|it| it.kind != "String" && it.kind != "Integer") {
        for wire in WIRES {
            let params = request(&all, it, Some(json!("a")), &blob);
            let answer = client.on(wire).call(&it.action, params);
            let (code, message) = refusal(&answer);
            let named = message.contains(&format!("`{}`", it.name));
            let seen = &answer.text;
            assert!(code == "InvalidParameter" && named, "{} {}: {seen}", it.action, it.name);
        }
    }
}

#[test]
fn unknown_parameters_are_refused_at_every_level() {
    let server = Server::start();
    let client = Client::of(&server);
    let tag = json!({ "TagKey": "a", "TagValue": "b", "Other": "c" });
    for wire in WIRES {
        let client = client.on(wire);
        for (action, params, name) in [
            ("GetRegions", json!({ "Other": "a" }), "Other"),
            ("DescribeKey", json!({ "Other": ["a"] }), "Other"),
            ("DescribeKey", json!({ "keyId": "b" }), "keyId"),
            ("CreateKey", json!({ "Alias": "a", "Tags": [tag] }), "Tags.0.Other"),
        ] {
            let message = client.refused("UnknownParameter", action, params);
            assert_eq!(message, format!("The parameter `{name}` is not recognized"), "{wire:?}");
        }
    }
    // A parameter that is null is absent.
    client.done("GetRegions", json!({ "Other": null }));
}

#[test]
fn numbers_may_be_texts_as_in_the_documents_samples() {
    let server = Server::start();
    for wire in WIRES {
        let client = Client::of(&server).on(wire);
        let key = client.create_key(json!({ "Type": "1" }));
        client.done("DisableKey", json!({ "KeyId": key }));
        let window = json!({ "KeyId": key, "PendingWindowInDays": "7" });
        client.done("ScheduleKeyDeletion", window);
        for bad in ["", "7.0", "+7", " 7", "7 "] {
            let params = json!({ "NumberOfBytes": bad });
            client.refused("InvalidParameter", "GenerateRandom", params);
        }
    }
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    let server = Server::start();
    let client = Client::of(&server);
    for bad in ["[]", "1", "{", "{}}", "{\"KeyId\":\"a\",\"KeyId\":\"b\"}", "\u{1}"] {
        let answer = client.tc3("DescribeKey", "POST", "", bad, "application/json");
        assert_eq!(refusal(&answer).0, "InvalidParameter", "{bad}");
    }
    let answer = client.tc3("GetRegions", "POST", "", "", "application/json");
    assert_eq!(refusal(&answer).0, "");
    let answer = client.tc3("GetRegions", "POST", "", "a", "multipart/form-data; boundary=a");
    assert_eq!(refusal(&answer).0, "InvalidRequest");
    let answer = client.tc3("GetRegions", "POST", "", "{}", "text/plain");
    assert_eq!(refusal(&answer).0, "InvalidParameter");
}
