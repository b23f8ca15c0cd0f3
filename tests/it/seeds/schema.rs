//! The published schema matches the parser: it has every field and no other, and accepts and
//! refuses the same samples.

use std::collections::BTreeSet;

use serde_json::Value;

use super::realm;
use crate::kit::{Server, root};
use crate::state::import;

/// A file for each object of the schema, into which an unknown field can be inserted.
const PLACES: [(&str, &str); 35] = [
    ("", "{@}"),
    ("account", "accounts: [{id: '1', @}]"),
    ("project", "accounts: [{id: '1', projects: [{id: a, @}]}]"),
    ("user", "accounts: [{id: '1', users: [{name: a, @}]}]"),
    ("role", "accounts: [{id: '1', roles: [{name: a, @}]}]"),
    ("quotas", "accounts: [{id: '1', quotas: {@}}]"),
    ("access_key", "accounts: [{id: '1', access_keys: [{id: a, @}]}]"),
    ("sts_token", "accounts: [{id: '1', sts_tokens: [{id: a, @}]}]"),
    ("realm", "realms: [{account: '1', @}]"),
    ("key", "realms: [{account: '1', keys: [{@}]}]"),
    ("binding", "realms: [{account: '1', keys: [{bindings: [{@}]}]}]"),
    ("key_rotation", "realms: [{account: '1', keys: [{rotation: {@}}]}]"),
    ("key_version", "realms: [{account: '1', keys: [{versions: [{@}]}]}]"),
    ("certificate", "realms: [{account: '1', certificates: [{@}]}]"),
    ("white_box_key", "realms: [{account: '1', white_box_keys: [{@}]}]"),
    ("device_fingerprint", "realms: [{account: '1', white_box_keys: [{fingerprints: [{@}]}]}]"),
    ("data_key", "realms: [{account: '1', data_keys: [{@}]}]"),
    ("grant", "realms: [{account: '1', grants: [{@}]}]"),
    ("key_store", "realms: [{account: '1', key_stores: [{@}]}]"),
    ("access_point", "realms: [{account: '1', access_points: [{@}]}]"),
    ("keyspace_policy", "realms: [{account: '1', keyspace_policies: [{@}]}]"),
    ("application", "realms: [{account: '1', applications: [{@}]}]"),
    ("application_policy", "realms: [{account: '1', application_policies: [{@}]}]"),
    ("network_rule", "realms: [{account: '1', network_rules: [{@}]}]"),
    ("client_key", "realms: [{account: '1', client_keys: [{@}]}]"),
    ("instance", "realms: [{account: '1', instances: [{@}]}]"),
    ("capacity", "realms: [{account: '1', instances: [{capacity: {@}}]}]"),
    ("instance_network", "realms: [{account: '1', instances: [{network: {@}}]}]"),
    ("bound_network", "realms: [{account: '1', instances: [{bound_networks: [{@}]}]}]"),
    ("managed_data_key", "realms: [{account: '1', managed_data_keys: [{@}]}]"),
    (
        "managed_data_key_version",
        "realms: [{account: '1', managed_data_keys: [{versions: [{@}]}]}]",
    ),
    ("secret", "realms: [{account: '1', secrets: [{@}]}]"),
    ("secret_rotation", "realms: [{account: '1', secrets: [{rotation: {@}}]}]"),
    ("secret_version", "realms: [{account: '1', secrets: [{versions: [{@}]}]}]"),
    ("sealed", "realms: [{account: '1', secrets: [{versions: [{sealed: {@}}]}]}]"),
];

fn schema() -> Value {
    serde_json::from_str(kmsim::seed::SCHEMA).unwrap()
}

#[test]
fn the_schema_has_exactly_the_fields_of_seeds() {
    let schema = schema();
    let mut objects = BTreeSet::from([""]);
    let defined = schema["$defs"].as_object().unwrap().iter();
    objects.extend(defined.filter(|(_, it)| it["type"] == "object").map(|(name, _)| name.as_str()));
    assert_eq!(objects, PLACES.iter().map(|(name, _)| *name).collect(), "each has a place here");
    for (name, place) in PLACES {
        let error =
            kmsim::seed::read("f", &place.replace('@', "nonsense: 1")).unwrap_err().to_string();
        let (_, read) = error
            .split_once("unknown field, expected one of ")
            .or_else(|| error.split_once("unknown field, expected "))
            .unwrap_or_else(|| panic!("{error}"));
        let (read, _) = read.rsplit_once(" at line ").unwrap();
        let read: BTreeSet<_> = read
            .split(", ")
            .flat_map(|it| it.split(" or "))
            .map(|it| it.trim_matches('`'))
            .collect();
        let object = if name.is_empty() { &schema } else { &schema["$defs"][name] };
        let told = object["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(read, told, "{name}: {error}");
        assert_eq!(object["additionalProperties"], false, "{name}");
    }
}

/// How a value violates a schema, by the keywords that this schema uses.
fn wrong(root: &Value, schema: &Value, value: &Value, path: &str) -> Option<String> {
    for word in schema.as_object().unwrap().keys() {
        let known = [
            "$schema",
            "$defs",
            "$ref",
            "title",
            "description",
            "default",
            "type",
            "enum",
            "pattern",
        ];
        let known =
            [&known[..], &["minimum", "items", "properties", "required", "additionalProperties"]]
                .concat();
        assert!(known.contains(&word.as_str()), "{word} is not looked at here");
    }
    if let Some(name) = schema["$ref"].as_str() {
        return wrong(root, root.pointer(&name[1..]).unwrap(), value, path);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    if !types.iter().any(|it| it.is_null() || it == kind) {
        return Some(format!("{path} is {kind}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Some(format!("{path} is none of the words"));
    }
    let missing = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|it| value.get(it.as_str().unwrap()).is_none());
    if let Some(field) = missing {
        return Some(format!("{path} lacks {field}"));
    }
    let field = |(name, inner): (&String, &Value)| match (
        schema["properties"].get(name),
        &schema["additionalProperties"],
    ) {
        (Some(known), _) => wrong(root, known, inner, &format!("{path}.{name}")),
        (None, Value::Object(_)) => {
            wrong(root, &schema["additionalProperties"], inner, &format!("{path}.{name}"))
        }
        (None, _) => Some(format!("{path} has {name}")),
    };
    let mut fields = value.as_object().into_iter().flatten();
    let mut items = value.as_array().into_iter().flatten();
    fields
        .find_map(field)
        .or_else(|| items.find_map(|it| wrong(root, &schema["items"], it, &format!("{path}[]"))))
}

fn check(text: &str) -> Option<String> {
    let value: Value = serde_saphyr::from_str(text).unwrap();
    wrong(&schema(), &schema(), &value, "")
}

#[test]
fn the_schema_agrees_with_the_parser_about_samples() {
    let text = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let documented = text("docs/seeds.md");
    let blocks = documented
        .split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned());
    let samples: Vec<String> = blocks.chain([text("fixtures/seeds/known.yaml")]).collect();
    assert!(samples.len() > 3);
    for sample in samples {
        assert_eq!(check(&sample), None, "{sample}");
        // The server accepts all of them.
        let server = Server::start();
        let realms = &sample[sample.find("realms:").unwrap_or(sample.len())..];
        if realms.is_empty() {
            // An empty state is refused; a seed may omit realms.
            kmsim::seed::read("f", &sample).unwrap();
        } else {
            import(&server, "", realms).ok();
        }
    }
    for bad in [
        "nonsense: 1\n".to_owned(),
        realm("    keys: [{ id: k, spec: AES }]\n"),
        realm("    keys: [{ spec: AES_256 }]\n"),
        realm("    keys: [{ id: k, tags: { a: 1 } }]\n"),
        realm("    secrets: [{ name: s, value: [x] }]\n"),
    ] {
        assert!(check(&bad).is_some(), "{bad}");
    }
}

#[test]
fn an_export_conforms_to_the_schema() {
    let server = Server::start();
    let known = std::fs::read_to_string(root().join("fixtures/seeds/known.yaml")).unwrap();
    import(&server, "", &known[known.find("realms:").unwrap()..]).ok();
    assert_eq!(check(&crate::state::export(&server, "")), None);
}
