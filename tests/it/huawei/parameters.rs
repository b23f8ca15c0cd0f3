//! Every parameter of every action: missing, of another type, invalid, valid, and with values that
//! no client sends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::client::{Client, refusal};
use crate::hostile;
use crate::kit::{Answer, Server, encode, table};

struct Parameter {
    action: String,
    name: String,
    place: String,
    kind: String,
    required: bool,
    good: String,
    bad: String,
    code: String,
}

/// A server, with the paths of actions and their parameters.
struct Stage {
    _server: Server,
    client: Client,
    /// Method and path of each action.
    routes: BTreeMap<String, (String, String)>,
    parameters: Vec<Parameter>,
    /// Valid values that only a server can make, by their names in `actions.tsv`.
    made: BTreeMap<&'static str, String>,
}

impl Stage {
    fn set() -> Self {
        let server = Server::start();
        let client = Client::of(&server);
        let route = |row: Vec<String>| (row[0].clone(), (row[1].clone(), row[2].clone()));
        let parameter = |row: Vec<String>| {
            let [action, name, place, kind, _, required, good, bad, code] = row.try_into().unwrap();
            let required = required == "yes";
            Parameter { action, name, place, kind, required, good, bad, code }
        };
        let key = client.create_key(json!({}));
        let data = client.done("encrypt-data", json!({ "key_id": key, "plain_text": "text" }));
        let data_key = client.done("create-datakey", json!({ "key_id": key }));
        let external = client.create_key(json!({ "origin": "external" }));
        let import = client.done(
            "get-parameters-for-import",
            json!({ "key_id": external, "wrapping_algorithm": "RSAES_OAEP_SHA_256" }),
        );
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let pair =
            client.create_key(json!({ "key_spec": "RSA_2048", "key_usage": "ENCRYPT_DECRYPT" }));
        let public = text(&client.done("get-publickey", json!({ "key_id": pair }))["public_key"]);
        let public = public.lines().filter(|line| !line.starts_with('-')).collect();
        Self {
            made: BTreeMap::from([
                ("@blob", text(&data["cipher_text"])),
                ("@dek", text(&data_key["cipher_text"])),
                ("@project", client.in_region("cn-east-3").project),
                ("@rsa", public),
                ("@token", text(&import["import_token"])),
            ]),
            routes: table("huawei/routes.tsv").into_iter().map(route).collect(),
            parameters: table("huawei/actions.tsv").into_iter().map(parameter).collect(),
            client,
            _server: server,
        }
    }

    /// A value in JSON, by the documented type. `None` if the action serves none.
    fn value(&self, of: &Parameter, text: &str) -> Option<Value> {
        if text == "-" {
            return None;
        }
        let made = self.made.get(text).cloned();
        let long = text.strip_prefix("@len:").map(|len| "a".repeat(len.parse().unwrap()));
        if let Some(text) = made.or(long) {
            return Some(json!(text));
        }
        // An invalid value may be of another type.
        match &*of.kind {
            "String" => Some(json!(text)),
            _ => Some(serde_json::from_str(text).unwrap_or_else(|_| json!(text))),
        }
    }

    /// Valid values for the parameters that an action requires.
    fn required(&self, action: &str) -> BTreeMap<String, Value> {
        let own = self.parameters.iter().filter(|it| it.action == action && it.required);
        own.map(|it| {
            let good = self.value(it, &it.good);
            (it.name.clone(), good.unwrap_or_else(|| panic!("{action} {} has no value", it.name)))
        })
        .collect()
    }

    /// Calls an action. Parameters go where they belong.
    fn call(&self, action: &str, mut params: BTreeMap<String, Value>) -> Answer {
        let (method, path) = &self.routes[action];
        let mut path = path.clone();
        for name in self.parameters.iter().filter(|it| it.action == action && it.place == "path") {
            let text = match params.remove(&name.name) {
                Some(Value::String(text)) => text,
                Some(other) => other.to_string(),
                None => String::new(),
            };
            path = path.replace(&format!("{{{}}}", name.name), &encode(&text));
        }
        self.client.call(&format!("{method} {path}"), json!(params))
    }
}

/// The name in the header that names a parameter.
fn named(answer: &Answer) -> &str {
    answer.header("x-kmsim-parameter").unwrap_or_default()
}

#[test]
fn a_missing_parameter_is_named() {
    let stage = Stage::set();
    let mut wrong = Vec::new();
    for it in stage.parameters.iter().filter(|it| it.required && it.place != "path") {
        for absent in [None, Some(Value::Null)] {
            let mut params = stage.required(&it.action);
            params.remove(&it.name);
            if it.place == "body" {
                params.extend(absent.map(|value| (it.name.clone(), value)));
            }
            let answer = stage.call(&it.action, params);
            if refusal(&answer).0 != "KMS.0204" || named(&answer) != it.name {
                wrong.push(format!("{} {}: {}", it.action, it.name, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_invalid_value_has_its_code() {
    let stage = Stage::set();
    let mut wrong = Vec::new();
    for it in &stage.parameters {
        let Some(bad) = stage.value(it, &it.bad) else { continue };
        let mut params = stage.required(&it.action);
        params.insert(it.name.clone(), bad);
        let answer = stage.call(&it.action, params);
        if refusal(&answer).0 != it.code {
            wrong.push(format!("{} {}={}: {}", it.action, it.name, it.bad, answer.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_valid_value_is_accepted() {
    let stage = Stage::set();
    let mut wrong = Vec::new();
    for it in &stage.parameters {
        let Some(good) = stage.value(it, &it.good) else { continue };
        let mut values = vec![good.clone()];
        // Texts may be sent as numbers.
        if let Some(number) = good.as_str().and_then(|text| text.parse::<u32>().ok()) {
            values.push(json!(number));
        }
        for value in values {
            let mut params = stage.required(&it.action);
            params.insert(it.name.clone(), value);
            let answer = stage.call(&it.action, params);
            let code = refusal(&answer).0;
            // The value, or another, may name an object that does not exist.
            let is_of_object = matches!(&*it.name, "access_point_id" | "policy_id");
            let is_refused = matches!(&*code, "KMS.0204" | "KMS.0308") || code == it.code;
            let is_about_it = named(&answer).is_empty() || named(&answer) == it.name;
            if code == "KMS.0204" || is_refused && is_about_it && !is_of_object {
                wrong.push(format!("{} {}={}: {}", it.action, it.name, it.good, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Values that no parameter expects.
fn hostile_values() -> Vec<Value> {
    let own = [
        json!("0200"),
        json!("alias/"),
        json!("kms:::alias:"),
        json!([{ "key": null, "value": {} }]),
        json!([{ "key": "", "value": "", "values": [] }]),
    ];
    own.into_iter().chain(hostile::values()).collect()
}

#[test]
fn any_value_of_any_parameter_is_answered() {
    let stage = Stage::set();
    let codes: BTreeSet<String> =
        table("huawei/errors.tsv").into_iter().map(|row| row[0].clone()).collect();
    let (values, mut wrong, mut count) = (hostile_values(), Vec::new(), 0);
    for it in &stage.parameters {
        for value in &values {
            let mut params = stage.required(&it.action);
            params.insert(it.name.clone(), value.clone());
            let answer = stage.call(&it.action, params);
            count += 1;
            let code = refusal(&answer).0;
            let is_internal = matches!(&*code, "KMS.0101" | "KMS.0102" | "KMS.0103");
            // A value with dots makes another path of some actions.
            let is_known = code.is_empty() || codes.contains(&code);
            let is_named = !matches!(&*code, "KMS.0204" | "KMS.0308") || !named(&answer).is_empty();
            if is_internal || !is_known || !is_named {
                let value: String = value.to_string().chars().take(60).collect();
                wrong.push(format!("{} {}={value}: {}", it.action, it.name, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 7000, "{count}");
    // The server still works.
    stage.client.done("list-keys", json!({}));
}
